import type { AgentChart } from '../agent/chart.js';
import type { AgentEvent } from '../agent/events.js';
import { type Agent, type AgentListener, runAgent } from '../agent/interpreter.js';
import type { AgentOrder } from '../agent/orders.js';
import type { Clock } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { Random } from '../base/random.js';
import type { Answer } from '../icws/answer.js';
import {
  dialerLogIn,
  disconnect,
  disposition,
  endBreak,
  logOffDialer,
  pickup,
  placePreviewCall,
  requestBreak,
  type Station,
} from '../icws/commands.js';
import { IcwsError } from '../icws/errors.js';
import type { Session } from '../icws/session.js';
import type { CallRef, Fact } from '../journal/record.js';
import type { Recorder } from '../journal/recorder.js';
import type { Policy } from '../policy/index.js';
import type { Pop } from '../wire/index.js';
import { CallDesk } from './call-desk.js';
import { CampaignDesk, type WantedCampaigns } from './campaign-desk.js';
import { enlist } from './enlisting.js';
import type { RoundResult } from './host-round.js';
import { MessageDesk } from './message-desk.js';
import { createOutbox } from './outbox.js';
import type { Pacer } from './pacer.js';
import { prepareSession } from './session-setup.js';
import { StatusDesk, type StatusNames } from './status-desk.js';
import { codeOf, verdictOf } from './verdict.js';

/** One place in the roster: a CIC user, and what it is to do. */
export interface Seat {
  readonly user: string;
  readonly station: Station;
  readonly campaigns: WantedCampaigns;
  readonly policy: Policy;
}

export interface BridgeDeps {
  readonly chart: AgentChart;
  readonly clock: Clock;
  readonly random: Random;
  readonly recorder: Recorder;
  readonly pacer: Pacer;
  readonly log: Log;
  readonly statuses: StatusNames;
  /** One round over the hosts for this user. */
  openSession(user: string): Promise<RoundResult>;
  /** A message came, of this type. */
  onMessage(type: string): void;
  /** The agent stopped for good, after its last word. */
  onDone(user: string): void;
}

/** One agent at work: its chart joined to its session. */
export interface Bridge {
  readonly agent: Agent;
  readonly seat: Seat;
  readonly campaigns: () => readonly string[];
  /** Ends everything at once, without a word to the server. */
  kill(): void;
}

/** What lives as long as one session. */
interface Standing {
  readonly session: Session;
  readonly outbox: ReturnType<typeof createOutbox>;
  readonly campaigns: CampaignDesk;
  readonly messages: MessageDesk;
  status: StatusDesk | null;
  watchesQueue: boolean;
}

/** Names the two vocabularies to each other: messages become events, orders become commands, each recorded. */
export function createBridge(deps: BridgeDeps, seat: Seat): Bridge {
  const { clock, pacer, recorder } = deps;
  const { user } = seat;
  const log = deps.log.child({ agent: user });
  let standing: Standing | null = null;
  let opening = 0;
  let endsDecided = 0;

  const record = (fact: Fact): void | Promise<void> => recorder.write({ at: clock.now(), user, ...fact });
  const calls = new CallDesk({ user, random: deps.random, policy: seat.policy, record: (fact) => void record(fact) });
  const tell = (event: AgentEvent): void => agent.send(event);

  const listener: AgentListener = {
    onOrder: (command, order) => carryOut(command, order),
    onFact: (fact) => note(fact),
    onDone: () => finish(),
    onDefect: (error) => {
      log.error({ err: error }, 'agent stopped by a defect');
      void record({ kind: 'problem', code: 'agent/defect', message: messageOf(error) });
      void record({ kind: 'stopped', reason: 'defect', forGood: true });
      finish();
    },
  };
  const agent = runAgent(deps.chart, user, clock, listener);

  function note(fact: Fact): void {
    if (fact.kind === 'call.closed') {
      const sent = calls.closed(fact.call.interactionId);
      void record(sent && !fact.label ? { ...fact, label: sent.label } : fact);
      if (fact.result === 'accepted' && sent?.scheduledTime !== undefined && sent.owner) {
        const { scheduledTime, owner } = sent;
        const delaySeconds = scheduledTime - clock.now() / 1_000;
        void record({ kind: 'callback', call: fact.call, owner, scheduledTime, delaySeconds });
      }
    } else {
      void record(fact);
    }
    if (fact.kind === 'transition' && fact.to === 'ready') pacer.proved(user);
  }

  function finish(): void {
    void dropSession();
    deps.onDone(user);
  }

  function dropSession(): Promise<void> {
    const old = standing;
    opening++;
    standing = null;
    pacer.giveUp(user);
    if (!old) return Promise.resolve();
    old.status?.close();
    return old.session.close();
  }

  /** Runs a command in its turn; the answer comes back as the event that `back` makes of it. */
  function send<T>(name: string, run: (at: Standing) => Promise<Answer<T>>, back: (answer: Answer<T>) => void): void {
    const at = standing;
    if (!at) {
      back(NO_SESSION);
      return;
    }
    void record({ kind: 'intent', command: name });
    void at.outbox
      .put(() => run(at))
      .then((answer) => {
        void record({ kind: 'outcome', command: name, answer: answer.kind, ...statusOf(answer) });
        back(answer);
      });
  }

  function carryOut(command: number, order: AgentOrder): void {
    switch (order.do) {
      case 'take-turn':
        pacer.takeTurn({ user, granted: () => tell({ type: 'turn.granted' }) }, order.after);
        break;
      case 'give-up-turn':
        pacer.giveUp(user);
        break;
      case 'open-session':
        void open(command);
        break;
      case 'prepare-session':
        void prepare(command);
        break;
      case 'say-farewell':
        send('set-status', farewell, () => tell({ type: 'session.farewell-said', command }));
        break;
      case 'close-session':
        void leave(command);
        break;
      case 'log-in':
        send(
          'dialer-log-in',
          ({ session }) => session.run(dialerLogIn()),
          (answer) => tell(loggedIn(command, answer)),
        );
        break;
      case 'enlist':
        void join(command);
        break;
      case 'log-off':
        send(
          'dialer-log-off',
          ({ session }) => logOffDialer(session),
          (answer) => tell({ type: 'logoff.answered', command, verdict: verdictOf(answer) }),
        );
        break;
      case 'set-available':
        if (standing?.status) void standing.status.setAvailable(command);
        else tell({ type: 'available.refused', command });
        break;
      case 'set-break-status':
        void standing?.status?.setBreak();
        break;
      case 'request-break':
        send(
          'request-break',
          ({ session }) => session.run(requestBreak()),
          (answer) => tell({ type: 'break.answered', command, verdict: verdictOf(answer) }),
        );
        break;
      case 'end-break':
        send(
          'end-break',
          ({ session }) => session.run(endBreak()),
          () => {},
        );
        break;
      case 'decide':
        decide(order.point, order.call);
        break;
      case 'place':
        void place(command, order.byTimer);
        break;
      case 'disconnect':
        send(
          'disconnect',
          ({ session }) => session.run(disconnect(order.call)),
          (answer) => tell({ type: 'call.disconnect-answered', command, verdict: verdictOf(answer) }),
        );
        break;
      case 'disposition':
        void dispose(command, order.nth, order.choice);
        break;
    }
  }

  async function open(command: number): Promise<void> {
    const turn = ++opening;
    const result = await deps.openSession(user);
    if (turn !== opening) {
      // Meanwhile the agent was told to leave: nobody waits for this session any more.
      if (result.kind === 'opened') await result.session.close();
      return;
    }
    switch (result.kind) {
      case 'refused':
        pacer.refused();
        void record({ kind: 'session.refused', code: result.error.code, message: result.error.message });
        tell({ type: 'session.refused', command, code: 'credentials-refused' });
        return;
      case 'failed':
        void record({ kind: 'session.unreached', code: result.error.code, message: result.error.message });
        tell({ type: 'session.unreached', command, code: result.error.code });
        return;
      case 'opened':
        pacer.opened();
        attend(result.session);
        tell({ type: 'session.opened', command, session: result.session.id });
    }
  }

  /** Reads messages from the first second: a session whose messages nobody reads dies (reference §1.7). */
  function attend(session: Session): void {
    const campaigns = new CampaignDesk(seat.campaigns);
    const messages = new MessageDesk({
      campaigns,
      userId: session.userId,
      hasStation: seat.station.kind !== 'none',
      port: {
        tell,
        popped: (pop) => popped(pop),
        openCall: () => {
          const { call } = agent.context();
          return call && { id: call.pop.interactionId, stage: call.stage };
        },
        alerting: (interactionId) =>
          send(
            'pickup',
            (at) => at.session.run(pickup(interactionId)),
            () => {},
          ),
      },
    });
    const at: Standing = { session, outbox: createOutbox(), campaigns, messages, status: null, watchesQueue: true };
    standing = at;
    void record({ kind: 'session.opened', session: session.id, host: session.host });
    session.listen({
      onMessage: (message) => {
        deps.onMessage(message.__type);
        if (standing === at) messages.read(message);
      },
      onLost: (reason, error) => {
        if (standing !== at) return;
        log.warn({ reason, code: error.code }, 'session lost');
        void record({ kind: 'session.lost', session: session.id, reason });
        tell({ type: 'session.lost', reason, again: reason !== 'logged-in-elsewhere' });
      },
      onChannel: (event) => {
        log.debug({ event }, 'message channel');
        if (event !== 'stream-opened') void record({ kind: 'reconnect', reason: event });
      },
    });
  }

  async function prepare(command: number): Promise<void> {
    const at = standing;
    if (!at) return;
    const setup = await prepareSession(at.session, seat.station);
    if (standing !== at) return;
    if (setup.kind === 'unprepared') {
      tell({ type: 'session.unprepared', command, code: setup.code, final: setup.final });
      return;
    }
    at.watchesQueue = setup.watchesQueue;
    at.status = new StatusDesk({
      clock,
      session: at.session,
      outbox: at.outbox,
      catalog: setup.catalog,
      names: deps.statuses,
      tell,
    });
    at.messages.status = at.status;
    tell({ type: 'session.prepared', command });
  }

  async function farewell(at: Standing): Promise<Answer> {
    return at.status ? at.status.setEnd() : NO_SESSION;
  }

  async function leave(command: number): Promise<void> {
    const id = standing?.session.id;
    await dropSession();
    if (id !== undefined) void record({ kind: 'session.closed', session: id });
    tell({ type: 'session.closed', command });
  }

  async function join(command: number): Promise<void> {
    const at = standing;
    if (!at) return;
    const result = await enlist(
      at.session,
      at.campaigns,
      at.outbox,
      seat.station,
      (code, message) => void record({ kind: 'problem', code, message }),
    );
    if (standing !== at) return;
    tell({ ...result, command });
  }

  function popped(pop: Pop): void {
    const at = standing;
    if (!at) return;
    const facts = calls.popped(pop, at.campaigns.nameOf(pop.campaignId), clock.now(), at.session.clockSkewMs);
    tell({ type: 'call.popped', pop: facts });
    // Nobody will tell of the connect: then a placed call counts as connected.
    const { call } = agent.context();
    if (facts.placed && !at.watchesQueue && call?.stage === 'ringing') {
      tell({ type: 'call.connected', call: facts.interactionId });
    }
  }

  function decide(point: 'offer' | 'connect' | 'end', call: Parameters<CallDesk['decide']>[1]): void {
    const { call: open } = agent.context();
    const event = calls.decide(point, call, open?.pop.campaign ?? '', clock.now());
    if (!event) return;
    tell(event);
    const { breaks } = seat.policy;
    if (point !== 'end' || !breaks) return;
    endsDecided++;
    if (endsDecided % breaks.afterCalls === 0) {
      tell({ type: 'break.asked', reason: 'after-calls', forMs: breaks.forMs });
    }
  }

  /** Placing and dispositioning: the intent is safe before the request leaves, the outcome after (design §3). */
  async function place(command: number, byTimer: boolean): Promise<void> {
    const answer = await recorded('place-preview-call', undefined, (at) =>
      at.session.run(placePreviewCall({ byTimer })),
    );
    tell({ type: 'call.place-answered', command, verdict: verdictOf(answer) });
  }

  async function dispose(command: number, nth: number, choice: number): Promise<void> {
    const ending = calls.ending(nth, choice);
    const name = ending?.scheduledTime === undefined ? 'disposition' : 'callback';
    const answer = ending
      ? await recorded(name, ending.label, (at) => {
          at.status?.dispositioning();
          return at.session.run(disposition(ending));
        })
      : NO_SESSION;
    tell({ type: 'call.disposition-answered', command, verdict: verdictOf(answer), label: ending?.label ?? '' });
  }

  async function recorded(
    name: string,
    label: string | undefined,
    run: (at: Standing) => Promise<Answer>,
  ): Promise<Answer> {
    const at = standing;
    const call = openRef();
    const about = { command: name, ...(call && { call }) };
    const safe = record({ kind: 'intent', ...about, ...(label !== undefined && { label }) });
    if (safe) await safe;
    const answer = at && standing === at ? await at.outbox.put(() => run(at)) : NO_SESSION;
    void record({ kind: 'outcome', ...about, answer: answer.kind, ...statusOf(answer) });
    return answer;
  }

  function openRef(): CallRef | undefined {
    const { call } = agent.context();
    if (!call) return undefined;
    const { interactionId, campaignId, campaign, kind } = call.pop;
    return { interactionId, campaignId, campaign, kind };
  }

  return {
    agent,
    seat,
    campaigns: () => standing?.campaigns.joinedNames() ?? [],
    kill: () => {
      agent.end();
      void dropSession();
    },
  };
}

/** What a command meets where there is no session (any more). */
const NO_SESSION: Answer<never> = {
  kind: 'lost',
  sent: false,
  error: new IcwsError('icws/session-closed', 'there is no session'),
};

function loggedIn(command: number, answer: Answer): AgentEvent {
  if (answer.kind === 'ok') return { type: 'dialer.logged-in', command };
  // 403: no Dialer licence, or no right; only an administrator can mend that (reference §6.11).
  const final = answer.kind === 'refused' && (answer.status === 403 || answer.status === 410);
  return { type: 'dialer.log-in-failed', command, code: final ? 'no-licence' : codeOf(answer), final };
}

function statusOf(answer: Answer): { status?: number } {
  return answer.kind === 'lost' ? {} : { status: answer.status };
}
