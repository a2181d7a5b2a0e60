import type { AgentChart } from '../agent/chart.js';
import type { AgentEvent } from '../agent/events.js';
import type { Agent } from '../agent/interpreter.js';
import type { AgentOrder, CallName } from '../agent/orders.js';
import type { Clock } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { Random } from '../base/random.js';
import type { Answer } from '../icws/answer.js';
import { pickup } from '../icws/commands.js';
import type { Session } from '../icws/session.js';
import type { Fact } from '../journal/record.js';
import type { Recorder } from '../journal/recorder.js';
import { AgentCampaigns } from './agent-campaigns.js';
import { AgentLives } from './agent-lives.js';
import type { Attendance } from './attendance.js';
import { type Appointments, CallDesk } from './call-desk.js';
import { CallErrands } from './call-errands.js';
import type { RoundResult } from './host-round.js';
import { commandOf, type OrderCommand } from './order-command.js';
import type { Pacer } from './pacer.js';
import type { Resumption } from './resume.js';
import { type IntentNote, Scribe } from './scribe.js';
import { type Seat, type SeatChange, seatChanges } from './seat.js';
import { SessionDesk } from './session-desk.js';
import { type AttendancePort, SessionHolder } from './session-holder.js';
import type { StatusNames } from './status-desk.js';

export interface BridgeDeps {
  readonly chart: AgentChart;
  readonly clock: Clock;
  readonly random: Random;
  readonly recorder: Recorder;
  readonly pacer: Pacer;
  readonly log: Log;
  readonly statuses: StatusNames;
  /** Names of campaigns by id, shared by all agents. */
  readonly campaignNames: Map<string, string>;
  /** What callbacks have to fit in with. */
  readonly appointments: Appointments;
  /** Makes of a contact's columns a name that tells nothing of them. */
  nameContact(columns: string): string;
  /** One round over the hosts for this user. */
  openSession(user: string): Promise<RoundResult>;
  /** A message came, of this type. */
  onMessage(type: string): void;
  /** What an earlier process left in hand. */
  readonly resumption?: Resumption | undefined;
  /** Tells a secret from its successor: what the server refused is remembered by it (rule 14). */
  fingerprintOf(user: string): string | null;
  /** The agent stopped for good, after its last word. */
  onDone(user: string): void;
}

/** One agent at work: its chart joined to its session. */
export interface Bridge {
  readonly agent: Agent;
  /** As the roster has it now. */
  readonly seat: Seat;
  /** Everything that an agent learns comes by here, and is recorded for `replay` first. */
  tell(event: AgentEvent): void;
  /** Names of the campaigns that it is in. */
  readonly campaigns: () => readonly string[];
  /** Into and out of single campaigns. */
  readonly membership: AgentCampaigns;
  /** The end of a break was asked for early, and Dialer has not confirmed it yet. */
  readonly isEndingBreak: boolean;
  /** Gives the session up; the agent comes back with what it has in hand (rule 7). */
  giveUpSession(): void;
  /** Replaces the agent by one with its memory. */
  replace(): void;
  /**
   * The roster has it otherwise now: the policy is asked from the next call on, campaigns are left and joined at once, the
   * station is taken at the next session. Returns what is different.
   */
  reseat(seat: Seat): readonly SeatChange[];
  /** Ends everything at once, without a word to the server. */
  kill(): void;
}

/**
 * Names the two vocabularies to each other: messages become events, orders become commands, each run as
 * record(intent) → send → record(outcome) → event (design §3).
 */
export function createBridge(deps: BridgeDeps, seat: Seat): Bridge {
  return new AgentBridge(deps, seat);
}

/** Dialer confirms the end of a break at once; whoever waited so long need not wait for it any more. */
const BREAK_END_MS = 10_000;

class AgentBridge implements Bridge {
  seat: Seat;
  readonly membership: AgentCampaigns;
  private readonly deps: BridgeDeps;
  private readonly log: Log;
  private readonly scribe: Scribe;
  private readonly calls: CallDesk;
  private readonly sessions: SessionDesk;
  private readonly lives: AgentLives;
  /** When the end of a break was asked for early, monotonic; null once Dialer said that it is over. */
  private breakEndedAt: number | null = null;
  private readonly errands: CallErrands;
  private awaitsGrant: boolean;

  constructor(deps: BridgeDeps, seat: Seat) {
    const { user, policy } = seat;
    this.deps = deps;
    this.seat = seat;
    this.scribe = new Scribe(user, deps);
    this.log = deps.log.child({ agent: user });
    this.calls = new CallDesk({
      user,
      random: deps.random,
      policy,
      appointments: deps.appointments,
      record: (fact) => void this.record(fact),
      nameContact: deps.nameContact,
    });
    this.membership = new AgentCampaigns({
      wanted: seat.campaigns,
      attendance: () => this.attendance,
      tell: (event) => this.tell(event),
      record: (fact) => this.record(fact),
    });
    const { clock, statuses, campaignNames, openSession, resumption } = deps;
    const { wishes } = this.membership;
    const lasting = { clock, seat: () => this.seat, wishes, statuses, campaignNames };
    this.sessions = new SessionDesk({
      user,
      holder: new SessionHolder({ ...lasting, port: this.port(), openSession }),
      pacer: deps.pacer,
      record: (fact) => this.record(fact),
      tell: (event) => this.tell(event),
      fingerprintOf: deps.fingerprintOf,
    });
    if (resumption?.call) this.calls.resume(resumption.call);
    this.errands = new CallErrands(
      {
        ...{ clock, log: this.log, calls: this.calls },
        attendance: () => this.attendance,
        context: () => this.agent.context(),
        policy: () => this.seat.policy,
        tell: (event) => this.tell(event),
        run: (command, about, send) => this.recorded(command, about, send),
      },
      resumption?.endsDecided ?? 0,
    );
    this.awaitsGrant = resumption?.awaitsGrant ?? false;
    const input = resumption ? { user, memory: resumption.memory } : { user };
    this.lives = new AgentLives({
      ...{ chart: deps.chart, clock, input, draw: deps.random(`restart/${user}`) },
      carryOut: (command, order) => this.carryOut(command, order),
      record: (fact) => this.record(fact),
      abandonSession: (why) => this.sessions.abandon(why),
      onFact: (fact) => this.note(fact),
      onTimer: (fired) => {
        this.scribe.heard(fired);
      },
      onDone: () => this.finish(),
      onDefect: (error) => {
        this.log.error({ err: error }, 'a defect: please report this');
        void this.record({ kind: 'problem', code: 'agent/defect', message: messageOf(error) });
      },
    });
  }

  get agent(): Agent {
    return this.lives.agent;
  }

  /** What the agent's present session stands on. */
  private get attendance(): Attendance | null {
    return this.sessions.attendance;
  }

  get isEndingBreak(): boolean {
    return this.breakEndedAt !== null && this.deps.clock.monotonic() - this.breakEndedAt < BREAK_END_MS;
  }

  campaigns = (): readonly string[] => this.attendance?.campaigns.joinedNames() ?? [];

  reseat(seat: Seat): readonly SeatChange[] {
    const changes = seatChanges(this.seat, seat);
    this.seat = { ...seat, user: this.seat.user };
    this.calls.setPolicy(seat.policy);
    if (changes.includes('campaigns')) this.membership.setRoster(seat.campaigns);
    return changes;
  }

  kill(): void {
    this.lives.end();
    this.sessions.drop();
  }

  giveUpSession(): void {
    const { agent } = this;
    const [place, seconds] = [agent.place(), agent.inStateMs() / 1_000];
    void this.record({ kind: 'restarted', reason: 'stuck', how: 'session', place, seconds });
    this.sessions.abandon('watchdog');
    this.tell({ type: 'session.lost', reason: 'watchdog', again: true });
  }

  replace(): void {
    this.lives.restart('stuck');
  }

  private record(fact: Fact): void | Promise<void> {
    return this.scribe.record(fact);
  }

  tell(event: AgentEvent): void {
    this.scribe.heard(event);
    // Whoever is called to work goes back into what it was taken out of (rule 9).
    if (event.type === 'shift.began' || event.type === 'login.asked') this.attendance?.campaigns.forgive(() => true);
    if (event.type === 'break.end-asked' && this.agent.context().pause) this.breakEndedAt = this.deps.clock.monotonic();
    if (event.type === 'break.status' && event.status === 'not-on-break') this.breakEndedAt = null;
    this.lives.send(event);
  }

  /** A fact of the chart; what only the desks know is added to it. */
  private note(fact: Fact): void {
    if (fact.kind === 'transition' && fact.to === 'ready') this.deps.pacer.proved(this.seat.user);
    if (fact.kind === 'pop') {
      const { interactionId } = fact.call;
      void this.record(this.scribe.wantsColumns ? { ...fact, ...this.calls.describe(interactionId) } : fact);
      // Its connect or end may have been told while the pop waited to be taken.
      this.attendance?.recall(interactionId);
      return;
    }
    if (fact.kind !== 'call.closed') {
      void this.record(fact);
      return;
    }
    this.calls.closed(fact, this.deps.clock.now());
  }

  private finish(): void {
    this.sessions.drop();
    this.deps.onDone(this.seat.user);
  }

  /** What it returns is waited for by nobody, but its failure is heard of. */
  private carryOut(command: number, order: AgentOrder): unknown {
    if (order.do === 'log-in') this.attendance?.campaigns.forgetStanding();
    const single = commandOf(order);
    if (single) return this.send(command, single);
    switch (order.do) {
      case 'take-turn': {
        const { user } = this.seat;
        const { call, leave } = this.agent.context();
        const isUrgent = call !== null || leave !== null;
        this.deps.pacer.takeTurn({ user, isUrgent, granted: () => this.tell({ type: 'turn.granted' }) }, order.after);
        break;
      }
      case 'give-up-turn':
        this.deps.pacer.giveUp(this.seat.user);
        break;
      case 'open-session':
        return this.sessions.open(command);
      case 'prepare-session':
        return this.sessions.prepare(command);
      case 'say-farewell':
        return this.sessions.sayFarewell(command);
      case 'close-session':
        return this.sessions.close(command);
      case 'enlist':
        return this.sessions.enlist(command);
      case 'set-available':
        if (this.attendance) this.attendance.setAvailable(command);
        else this.tell({ type: 'available.refused', command });
        break;
      case 'set-break-status':
        return this.attendance?.setBreak();
      case 'decide':
        this.errands.decide(order.point, order.call);
        break;
      case 'disposition':
        return this.errands.dispose(command, order.nth, order.choice);
      default:
        break;
    }
  }

  /** Runs a command in its turn; its answer comes back as an event. */
  private async send(command: number, { name, run, event, of, more }: OrderCommand): Promise<void> {
    const back = event(await this.recorded(name, { order: command, ...more }, run, of), command);
    if (back) this.tell(back);
  }

  /** Runs a command, written down before and after. */
  private recorded(
    command: string,
    about: IntentNote,
    send: (session: Session) => Promise<Answer>,
    call: CallName | null = this.agent.context().call,
  ): Promise<Answer> {
    const { attendance } = this;
    return this.scribe.run(command, about, { call, attendance }, send);
  }

  /** Whether a grant answers the log-off of the run before: then the agent goes back to work. */
  private takesAnEarlierGrant(): boolean {
    const isEarlier = this.awaitsGrant && this.agent.context().leave === null;
    this.awaitsGrant = false;
    return isEarlier;
  }

  /** What a session asks and tells while it lives. */
  private port(): AttendancePort {
    return {
      tell: (event) => {
        this.tell(event);
        if (event.type === 'logout.granted' && event.all && this.takesAnEarlierGrant())
          this.tell({ type: 'campaigns.auto-login' });
      },
      popped: (pop) => this.errands.popped(pop),
      openCall: () => {
        const { call } = this.agent.context();
        return call && { id: call.pop.interactionId, stage: call.stage };
      },
      leave: () => {
        const { leave, pause } = this.agent.context();
        const asked = leave ?? (pause?.by === 'us' ? pause : null);
        return asked === null ? 'none' : asked.granted ? 'granted' : 'asked';
      },
      alerting: (interactionId) => void this.recorded('pickup', {}, (at) => at.run(pickup(interactionId))),
      complain: (code, message) => void this.record({ kind: 'problem', code, message }),
      onMessage: this.deps.onMessage,
      onLost: (session, reason) => {
        void this.record({ kind: 'session.lost', session, reason });
        this.tell({ type: 'session.lost', reason, again: reason !== 'logged-in-elsewhere' });
      },
      onChannel: (event) => void this.record({ kind: 'reconnect', reason: event }),
      onDefect: (error) => this.lives.fail(error),
    };
  }
}
