import type { AgentEvent } from '../agent/events.js';
import type { OpenWork } from '../journal/open-work.js';
import type { Fact } from '../journal/record.js';
import type { ActOutcome } from './agent-campaigns.js';
import { type Bridge, type BridgeDeps, createBridge } from './bridge.js';
import type { AgentStatus } from './http-server.js';
import {
  type AgentAnswer,
  type AgentRequest,
  controlFact,
  meansUser,
  type OperatorRequest,
  operate,
} from './operate.js';
import type { RosterChange } from './reload-report.js';
import { hiredAnew, resumptionOf } from './resume.js';
import type { Placed, Places } from './rota.js';
import { type Seat, type SeatChange, seatChanges } from './seat.js';

export interface CrewOptions extends Omit<BridgeDeps, 'campaignNames' | 'resumption' | 'onDone'> {
  /** What the journal says that agents had in hand; none without a journal. */
  readonly work?: ReadonlyMap<string, OpenWork>;
  /** Try secrets again that were refused before. */
  readonly retryCredentials?: boolean;
  /** A secret of this user was refused before, so it is not tried again. */
  onRefusedBefore(code: string): void;
  /** An agent came to life and waits to be called to work. */
  onHired(): void;
  /** One agent is done: it stopped for good, or left as asked. */
  onDone(user: string): void;
}

/** One agent of the crew, from its hiring on; it stays listed after its end. */
interface Member {
  seat: Seat;
  /** Null where it never came to life: its secret was refused before. */
  bridge: Bridge | null;
  isDone: boolean;
  /** Why it stopped by itself; null while it works, and where it left as asked. */
  stopped: string | null;
  /** It is in the roster no more, and on its way out. */
  isDismissed: boolean;
  /** It is in the roster again: hired anew once it is out. */
  again: Seat | null;
}

/** The agents by user: who is hired, who is done, who stopped and why. One agent's failure never stops the others. */
export class Crew implements Places {
  private readonly options: CrewOptions;
  private readonly members = new Map<string, Member>();
  private readonly campaignNames = new Map<string, string>();
  /** Calls taken so far by those who were hired before: hired anew, they count on. */
  private readonly retired = new Map<string, number>();

  constructor(options: CrewOptions) {
    this.options = options;
  }

  get users(): readonly string[] {
    return [...this.members.keys()];
  }

  /** Every place in the roster and who fills it; what has stopped by itself is still listed, who left as asked is not. */
  placed(): Iterable<Placed> {
    return [...this.members.values()].filter(isPlaced);
  }

  placeOf(user: string): Placed | undefined {
    const member = this.members.get(user);
    return member && isPlaced(member) ? member : undefined;
  }

  get areAllDone(): boolean {
    return this.every((member) => member.isDone);
  }

  get haveAllStopped(): boolean {
    return this.members.size > 0 && this.every((member) => member.stopped !== null);
  }

  /** Why the first of those that stopped by themselves did. */
  get firstStopReason(): string | null {
    for (const { stopped } of this.members.values()) if (stopped !== null) return stopped;
    return null;
  }

  /**
   * Brings one agent to life with what an earlier process left it; it waits, logged out, until it is told `shift.began`.
   * A secret that was refused is not tried again (rule 14).
   */
  hire(seat: Seat): void {
    const { options, campaignNames } = this;
    const { clock, recorder } = options;
    const calls = this.retired.get(seat.user);
    const work = calls === undefined ? options.work?.get(seat.user) : undefined;
    const moment = { now: clock.now(), monotonic: clock.monotonic() };
    const resumption = calls === undefined ? work && resumptionOf(work, moment) : hiredAnew(calls);
    const record = (fact: Fact): void => void recorder.write({ at: moment.now, user: seat.user, ...fact });
    for (const fact of resumption?.facts ?? []) record(fact);
    const member: Member = { seat, bridge: null, isDone: false, stopped: null, isDismissed: false, again: null };
    this.members.set(seat.user, member);
    const { refused } = work ?? {};
    if (refused && !options.retryCredentials && refused.fingerprint === options.fingerprintOf(seat.user)) {
      member.isDone = true;
      member.stopped = 'credentials-refused';
      options.onRefusedBefore(refused.code);
      record({ kind: 'stopped', reason: 'credentials-refused', forGood: true });
      return;
    }
    const onDone = (): void => {
      member.isDone = true;
      if (member.isDismissed) this.strikeOff(member);
      options.onDone(seat.user);
    };
    member.bridge = createBridge({ ...options, campaignNames, onDone, resumption }, seat);
    options.onHired();
  }

  /**
   * Makes the crew that of another roster: who is new is hired, who is gone finishes its calls and leaves, the others change
   * in place. Whoever stopped for a refused password is hired anew with a new one (rule 14).
   */
  reroster(seats: readonly Seat[], newPasswords: ReadonlySet<string>): RosterChange {
    const wanted = new Map(seats.map((seat) => [seat.user.toLowerCase(), seat]));
    const change = {
      added: [] as string[],
      removed: [] as string[],
      changed: [] as { user: string; what: SeatChange[] }[],
    };
    for (const [user, member] of [...this.members]) {
      const seat = wanted.get(user.toLowerCase());
      wanted.delete(user.toLowerCase());
      if (!seat && member.isDismissed) member.again = null;
      else if (!seat) {
        change.removed.push(user);
        this.retire(member);
      } else if (member.isDismissed) {
        change.added.push(user);
        member.again = { ...seat, user };
      } else {
        const what = this.reseat(member, { ...seat, user }, newPasswords.has(user.toLowerCase()));
        if (what.length > 0) change.changed.push({ user, what });
      }
    }
    for (const seat of wanted.values()) {
      change.added.push(seat.user);
      this.join(seat);
    }
    return change;
  }

  private reseat(member: Member, seat: Seat, hasNewPassword: boolean): SeatChange[] {
    const what = seatChanges(member.seat, seat);
    if (hasNewPassword) what.push('password');
    member.seat = seat;
    member.bridge?.reseat(seat);
    if (hasNewPassword && member.isDone && member.stopped === 'credentials-refused') {
      this.retired.set(seat.user, member.bridge?.agent.context().calls ?? 0);
      this.join(seat);
    }
    return what;
  }

  /** Hired while the worker runs. */
  private join(seat: Seat): void {
    const { clock, recorder } = this.options;
    const calls = this.retired.get(seat.user) ?? 0;
    void recorder.write({ at: clock.now(), user: seat.user, kind: 'roster.joined', calls });
    this.hire(seat);
  }

  /** In the roster no more: it leaves for good, and is struck off when it is out. */
  private retire(member: Member): void {
    member.isDismissed = true;
    if (member.isDone || !member.bridge) this.strikeOff(member);
    else member.bridge.tell({ type: 'logoff.asked', reason: 'roster', forGood: true });
  }

  private strikeOff({ seat, bridge, again }: Member): void {
    const { clock, recorder } = this.options;
    this.retired.set(seat.user, bridge?.agent.context().calls ?? 0);
    this.members.delete(seat.user);
    void recorder.write({ at: clock.now(), user: seat.user, kind: 'roster.left' });
    if (again) this.join(again);
  }

  /** Tells these agents, all when left out; those without a life hear nothing. */
  tell(event: AgentEvent, users: Iterable<string> = this.users): void {
    for (const user of users) this.members.get(user)?.bridge?.tell(event);
  }

  /** Asks these agents, all when left out, to finish their calls and leave for good. */
  dismiss(reason: string, users: Iterable<string> = this.users): void {
    this.tell({ type: 'logoff.asked', reason, forGood: true }, users);
  }

  /**
   * Asks the agents that are meant for something, and tells what became of it, in the order of the roster. `mayHire`: one
   * that stopped may be called back.
   */
  ask({ agents, asker, ...request }: OperatorRequest, mayHire: boolean): readonly AgentAnswer[] {
    const { clock, recorder } = this.options;
    return [...this.members].flatMap(([user, member]) => {
      if (!meansUser(agents, user)) return [];
      const { bridge, isDone } = member;
      const outcome = bridge && !isDone ? operate(bridge, request) : this.askStopped(member, request, mayHire);
      void recorder.write({ at: clock.now(), user, ...controlFact(request, asker, outcome) });
      return [{ user, state: this.members.get(user)?.bridge?.agent.state() ?? 'logged-out', ...outcome }];
    });
  }

  /** Who has stopped can only be called back, and not with a password that was refused (rule 14). */
  private askStopped({ seat, bridge, stopped }: Member, { act }: AgentRequest, mayHire: boolean): ActOutcome {
    const why = `it has stopped for good${stopped === null ? '' : ` (${stopped})`}`;
    if (act !== 'log-in') return { accepted: false, why };
    if (!mayHire) return { accepted: false, why: 'the worker is draining' };
    if (stopped === 'credentials-refused')
      return { accepted: false, why: `${why}; a reload with another password helps` };
    this.retired.set(seat.user, bridge?.agent.context().calls ?? 0);
    this.join(seat);
    this.tell({ type: 'login.asked' }, [seat.user]);
    return { accepted: true, why: `${why}; it begins anew` };
  }

  /** Ends what is still at work without waiting for its calls. Returns how many calls that cut. */
  cut(): number {
    let calls = 0;
    for (const bridge of this.living()) {
      if (bridge.agent.done()) continue;
      if (bridge.agent.context().call) calls++;
      bridge.tell({ type: 'cut' });
    }
    return calls;
  }

  /** Ends everything at once, without a word to the server. */
  kill(): void {
    for (const bridge of this.living()) bridge.kill();
  }

  /** The agent said that it stopped by itself, and why. */
  stopped(user: string, reason: string): void {
    const member = this.members.get(user);
    if (member) member.stopped = reason;
  }

  /** What is true of each agent now. */
  statuses(): readonly AgentStatus[] {
    return [...this.members.values()].map(({ seat: { user }, bridge, stopped }) => {
      if (bridge) return this.statusOf(bridge, stopped ?? undefined);
      return { user, state: 'logged-out', inner: 'stopped', campaigns: [], ...(stopped && { reason: stopped }) };
    });
  }

  /** Those who have a life, also after their end. */
  living(): Bridge[] {
    return [...this.members.values()].flatMap(({ bridge }) => bridge ?? []);
  }

  private every(test: (member: Member) => boolean): boolean {
    return [...this.members.values()].every(test);
  }

  private statusOf({ agent, seat, campaigns }: Bridge, reason: string | undefined): AgentStatus {
    const { clock } = this.options;
    const { call, setback, pause } = agent.context();
    const waitsFor = { 'logged-out': setback, 'on-break': pause?.reason } as Partial<Record<string, string | null>>;
    const why = reason ?? waitsFor[agent.state()] ?? undefined;
    const iso = (agoMs: number): string => new Date(clock.now() - agoMs).toISOString();
    return {
      user: seat.user,
      state: agent.state(),
      inner: agent.place().split('.').slice(1).join('.'),
      since: iso(agent.inStateMs()),
      ...(call && {
        call: {
          interactionId: call.pop.interactionId,
          campaign: call.pop.campaign,
          kind: call.pop.kind,
          since: iso(clock.monotonic() - call.poppedAt),
        },
      }),
      campaigns: campaigns(),
      ...(why !== undefined && { reason: why }),
    };
  }
}

function isPlaced({ isDismissed, isDone, stopped }: Member): boolean {
  return !isDismissed && !(isDone && stopped === null);
}
