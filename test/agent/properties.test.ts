import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { agentChart } from '../../src/agent/chart.js';
import type { AgentEvent, Verdict } from '../../src/agent/events.js';
import { eventOfAct, hasTaken, OPERATOR_ACTS, UNEXPLAINED, whyNotTaken } from '../../src/agent/operator.js';
import type { AgentOrder } from '../../src/agent/orders.js';
import { AgentDriver, popFacts } from '../support/agent-driver.js';
import { FakeClock } from '../support/fake-clock.js';

/** Replay a failure with AGENT_SEED and AGENT_PATH, or look longer with AGENT_RUNS. */
const RUNS = {
  seed: process.env.AGENT_SEED ? Number(process.env.AGENT_SEED) : undefined,
  path: process.env.AGENT_PATH,
  numRuns: Number(process.env.AGENT_RUNS ?? 500),
};
const settings = <T>(): fc.Parameters<T> => ({
  numRuns: RUNS.numRuns,
  ...(RUNS.seed !== undefined && { seed: RUNS.seed }),
  ...(RUNS.path !== undefined && { path: RUNS.path }),
});

/** What may happen next: an event, an answer to an order that was given, or time. */
type Step =
  | { readonly event: AgentEvent }
  | { readonly answer: number; readonly verdict: Verdict }
  | { readonly waitMs: number };

const VERDICTS: readonly Verdict[] = ['ok', 'gone', 'refused', 'forbidden', 'unavailable', 'lost', 'unsent'];
const CALLS = ['101', '102', '103', '104'] as const;

const call = fc.constantFrom(...CALLS);
const command = fc.integer({ min: 0, max: 40 });
const verdict = fc.constantFrom(...VERDICTS);
const pop = fc
  .record({
    id: call,
    preview: fc.boolean(),
    placed: fc.boolean(),
    ends: fc.constantFrom(null, null, 20_000),
    contact: fc.constantFrom('', 'the same contact', 'another contact'),
  })
  .map(({ id, preview, placed, ends, contact }) =>
    popFacts(id, { preview, placed: preview && placed, previewEndsInMs: preview ? ends : null, contact }),
  );
const joined = fc.integer({ min: 0, max: 2 });

/** Every event of the vocabulary, with right and stale numbers, own and foreign calls. Total by its type. */
const EVENTS: { [T in AgentEvent['type']]: fc.Arbitrary<Omit<Extract<AgentEvent, { type: T }>, 'type'>> } = {
  'shift.began': fc.constant({}),
  'login.asked': fc.constant({}),
  'logoff.asked': fc.record({ reason: fc.constant('shift'), forGood: fc.boolean() }),
  'break.asked': fc.record({ reason: fc.constant('after-calls'), forMs: fc.constantFrom(0, 30_000, 600_000) }),
  'break.end-asked': fc.constant({}),
  cut: fc.constant({}),
  'turn.granted': fc.constant({}),
  'session.opened': fc.record({ command, session: fc.constant('s') }),
  'session.refused': fc.record({ command, code: fc.constant('credentials-refused') }),
  'session.unreached': fc.record({ command, code: fc.constant('icws/unavailable') }),
  'session.lost': fc.record({ reason: fc.constant('unauthorized'), again: fc.boolean() }),
  'session.closed': fc.record({ command }),
  'session.prepared': fc.record({ command }),
  'session.unprepared': fc.record({ command, code: fc.constant('station-refused'), final: fc.boolean() }),
  'session.farewell-said': fc.record({ command }),
  'station.lost': fc.constant({}),
  'dialer.logged-in': fc.record({ command }),
  'dialer.log-in-failed': fc.record({ command, code: fc.constant('no-licence'), final: fc.boolean() }),
  'campaigns.changed': fc.record({ fresh: fc.constantFrom([], ['c-1']), joined }),
  'campaigns.enlisted': fc.record({ command, joined }),
  'campaigns.enlist-failed': fc.record({ command, code: fc.constant('icws/lost'), final: fc.boolean() }),
  'campaigns.auto-login': fc.constant({}),
  'campaigns.auto-logout': fc.record({ joined }),
  'logout.granted': fc.record({ all: fc.boolean(), joined }),
  'logoff.answered': fc.record({ command, verdict }),
  'break.answered': fc.record({ command, verdict }),
  'break.status': fc.record({ status: fc.constantFrom('not-on-break', 'pending', 'on-break') }),
  'link.down': fc.constant({}),
  'link.up': fc.constant({}),
  'status.seen': fc.record({
    status: fc.constantFrom('acd', 'dialer-call', 'follow-up', 'not-answering', 'ours', 'person'),
  }),
  'available.confirmed': fc.record({ command }),
  'available.refused': fc.record({ command }),
  'acd.began': fc.constant({}),
  'acd.ended': fc.constant({}),
  'call.popped': fc.record({ pop }),
  'call.offer-decided': fc.record({
    call,
    place: fc.boolean(),
    thinkMs: fc.constantFrom(0, 5_000, 30_000),
    ringForMs: fc.constantFrom(0, 20_000),
    choices: fc.integer({ min: 0, max: 2 }),
  }),
  'call.talk-decided': fc.record({ call, talkMs: fc.constantFrom(0, 10_000) }),
  'call.end-decided': fc.record({
    call,
    wrapUpMs: fc.constantFrom(0, 3_000),
    choices: fc.integer({ min: 0, max: 2 }),
    label: fc.constant('No Answer'),
  }),
  'call.connected': fc.record({ call }),
  'call.ended': fc.record({ call, by: fc.constantFrom('us', 'far-side') }),
  'call.place-answered': fc.record({ command, verdict }),
  'call.disconnect-answered': fc.record({ command, verdict }),
  'call.disposition-answered': fc.record({ command, verdict, label: fc.constant('Success') }),
};
const RARE = new Set<string>(['cut', 'session.lost', 'session.refused', 'logoff.asked', 'station.lost']);

const anyEvent: fc.Arbitrary<Step> = fc.oneof(
  ...Object.entries(EVENTS).map(([type, members]) => ({
    weight: RARE.has(type) ? 1 : type === 'call.popped' ? 12 : 3,
    arbitrary: (members as fc.Arbitrary<object>).map((rest) => ({ event: { type, ...rest } as AgentEvent })),
  })),
);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: anyEvent },
  {
    weight: 6,
    arbitrary: fc.record({
      answer: fc.constantFrom(0, 0, 0, 0, 0, 1, 3),
      verdict: fc.constantFrom<Verdict>('ok', 'ok', 'ok', 'ok', 'ok', ...VERDICTS),
    }),
  },
  { weight: 2, arbitrary: fc.record({ waitMs: fc.constantFrom(0, 500, 1_000, 3_000, 10_000, 60_000, 130_000) }) },
);
const walks = fc.array(anyStep, { minLength: 5, maxLength: 90, size: 'max' });
const script = fc.record({ place: fc.boolean(), choices: fc.constantFrom(0, 1, 2, 2, 2), decides: fc.constant(true) });

/** The answer to an order, as a server and a fleet would give it; null for orders that have none. */
function answerTo(command: number, order: AgentOrder, verdict: Verdict): AgentEvent | null {
  const ok = verdict === 'ok';
  const code = 'icws/unavailable';
  const final = verdict === 'forbidden';
  switch (order.do) {
    case 'take-turn':
      return { type: 'turn.granted' };
    case 'open-session':
      if (verdict === 'refused') return { type: 'session.refused', command, code: 'credentials-refused' };
      return ok ? { type: 'session.opened', command, session: 's' } : { type: 'session.unreached', command, code };
    case 'prepare-session':
      return ok ? { type: 'session.prepared', command } : { type: 'session.unprepared', command, code, final };
    case 'say-farewell':
      return { type: 'session.farewell-said', command };
    case 'close-session':
      return { type: 'session.closed', command };
    case 'log-in':
      return ok ? { type: 'dialer.logged-in', command } : { type: 'dialer.log-in-failed', command, code, final };
    case 'enlist':
      return ok
        ? { type: 'campaigns.enlisted', command, joined: 1 }
        : { type: 'campaigns.enlist-failed', command, code, final };
    case 'log-off':
      return { type: 'logoff.answered', command, verdict };
    case 'set-available':
      return { type: ok ? 'available.confirmed' : 'available.refused', command };
    case 'request-break':
      return { type: 'break.answered', command, verdict };
    case 'place':
      return { type: 'call.place-answered', command, verdict };
    case 'disconnect':
      return { type: 'call.disconnect-answered', command, verdict };
    case 'disposition':
      return { type: 'call.disposition-answered', command, verdict, label: 'Success' };
    default:
      return null;
  }
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** Watches one agent step by step and says what it must never do. */
class Watch {
  readonly driver: AgentDriver;
  private readonly answered = new Set<number>();
  private seenOrders = 0;
  private seenFacts = 0;
  private open = new Set<string>();
  private dispositionInFlight = 0;
  /** Per call: the place order whose fate is not known to be a failure. */
  private readonly placing = new Map<string, number>();
  private readonly skipped = new Set<string>();
  private readonly previews = new Map<string, number>();
  private stopped = 0;
  private wasToldToStop = false;
  private breaks = { asked: 0, granted: 0, over: 0 };

  constructor(driver: AgentDriver) {
    this.driver = driver;
  }

  ready(): void {
    this.driver.ready();
    this.check();
  }

  async take(step: Step): Promise<void> {
    if ('waitMs' in step) await this.driver.wait(step.waitMs);
    else if ('event' in step) this.hear(step.event);
    else {
      const unanswered = this.driver.orders.filter(({ command }) => !this.answered.has(command));
      const given = unanswered.at(-1 - step.answer);
      if (!given) return;
      this.answered.add(given.command);
      const event = answerTo(given.command, given.order, step.verdict);
      if (event) this.hear(event);
    }
    this.check();
  }

  /** It was told to, or said itself that it must. */
  mayHaveStopped(): boolean {
    return this.wasToldToStop || this.stopped === 1;
  }

  /** What a server says is noted first: it may clear an order for another try. */
  private hear(event: AgentEvent): void {
    if ('command' in event && event.command === this.dispositionInFlight) this.dispositionInFlight = 0;
    if (event.type === 'session.lost') this.dispositionInFlight = 0;
    if (event.type === 'cut' || (event.type === 'logoff.asked' && event.forGood)) this.wasToldToStop = true;
    if (event.type === 'call.place-answered' && (event.verdict === 'unsent' || event.verdict === 'unavailable')) {
      for (const [id, place] of this.placing) if (place === event.command) this.placing.delete(id);
    }
    // A pop that shows the preview unplaced proves that no earlier request placed it.
    if (event.type === 'call.popped' && event.pop.preview && !event.pop.placed) {
      const { interactionId } = event.pop;
      const { call, awaiting } = this.driver.agent.context();
      const isInFlight = call?.stage === 'placing' && awaiting.step === this.placing.get(interactionId);
      if (!isInFlight || Number.isFinite(call.deadline)) this.placing.delete(interactionId);
    }
    // A decision counts while one is awaited; what comes for a call that is being placed already is no decision.
    if (event.type === 'call.offer-decided' && this.driver.agent.context().call?.stage === 'previewing') {
      if (event.place) this.skipped.delete(event.call);
      else this.skipped.add(event.call);
    }
    this.driver.send(event);
  }

  check(): void {
    const { driver } = this;
    must(driver.defects.length === 0, `no defect: ${String(driver.defects[0])}`);
    for (const fact of driver.facts.slice(this.seenFacts)) {
      switch (fact.kind) {
        case 'pop':
          must(!this.open.has(fact.call.interactionId), 'a call begins once');
          this.open.add(fact.call.interactionId);
          this.placing.delete(fact.call.interactionId);
          if (fact.preview) this.previews.set(fact.call.interactionId, 0);
          break;
        case 'call.renamed':
          must(this.open.delete(fact.was), 'an open call is renamed');
          this.open.add(fact.call.interactionId);
          this.previews.set(fact.call.interactionId, this.previews.get(fact.was) ?? 0);
          this.previews.delete(fact.was);
          break;
        case 'call.closed':
          must(this.open.delete(fact.call.interactionId), 'a call that was popped is closed, once');
          must((this.previews.get(fact.call.interactionId) ?? 1) === 1, 'a preview has an outcome');
          this.previews.delete(fact.call.interactionId);
          break;
        case 'preview':
          this.previews.set(fact.call.interactionId, (this.previews.get(fact.call.interactionId) ?? 0) + 1);
          must(this.previews.get(fact.call.interactionId) === 1, 'a preview has one outcome');
          break;
        case 'stopped':
          this.stopped++;
          break;
        case 'break.asked':
          this.breaks.asked++;
          break;
        case 'break.granted':
          if (fact.reason === 'person') this.breaks.asked++;
          this.breaks.granted++;
          break;
        case 'break.dropped':
          if (fact.reason === 'person') this.breaks.asked++;
          this.breaks.over++;
          break;
        case 'break.ended':
          this.breaks.over++;
          break;
        default:
          break;
      }
    }
    this.seenFacts = driver.facts.length;
    const { pause, call } = driver.agent.context();
    must(this.breaks.granted <= this.breaks.asked, 'no break is granted that nobody asked for');
    const uncounted = pause?.by === 'person' && pause.until === null ? 1 : 0;
    must(this.breaks.over + (pause ? 1 : 0) === this.breaks.asked + uncounted, 'each break ends or is dropped');
    must(
      [...this.open].join() === (call?.ref.interactionId ?? ''),
      'the open call is the one that was popped and not closed',
    );
    must(this.stopped <= 1, 'an agent stops once');

    const fresh = driver.orders.slice(this.seenOrders);
    this.seenOrders = driver.orders.length;
    for (const { command, order } of fresh) this.checkOrder(command, order);
  }

  private checkOrder(command: number, order: AgentOrder): void {
    must(command > this.lastCommand, 'numbers of orders grow');
    this.lastCommand = command;
    if (order.do === 'set-available') must(this.driver.call === null, 'Available is never set over an open call');
    if (order.do === 'disposition') {
      must(this.dispositionInFlight === 0, 'one disposition at a time');
      this.dispositionInFlight = command;
    }
    if (order.do === 'place') {
      must(!this.skipped.has(order.call), 'a skipped call is never placed');
      must(!this.placing.has(order.call), 'a call is never placed blindly twice');
      this.placing.set(order.call, command);
    }
    if (order.do === 'decide' && order.point === 'offer') {
      if (this.driver.script.place) this.skipped.delete(order.call.interactionId);
      else this.skipped.add(order.call.interactionId);
    }
    if (order.do === 'close-session') this.dispositionInFlight = 0;
  }
  private lastCommand = 0;

  /** A well-behaved server and fleet: everything answered, everything granted, until `goal` or the time is over. */
  async serve(goal: () => boolean, forMs = 600_000): Promise<void> {
    const { driver } = this;
    const end = driver.clock.monotonic() + forMs;
    let answeredFrom = driver.orders.length;
    // Orders given before the good times are answered too, the latest of each kind.
    const pending = new Map(driver.orders.map((given) => [given.order.do, given]));
    for (const given of pending.values()) if (!this.answered.has(given.command)) this.reply(given.command, given.order);
    while (!goal() && driver.clock.monotonic() < end) {
      const fresh = driver.orders.slice(answeredFrom);
      answeredFrom = driver.orders.length;
      for (const { command, order } of fresh) this.reply(command, order);
      this.check();
      if (fresh.length === 0) await driver.wait(2_000);
      this.check();
    }
  }

  private reply(command: number, order: AgentOrder): void {
    this.answered.add(command);
    const event = answerTo(command, order, 'ok');
    if (event) this.hear(event);
    if (order.do === 'log-in') this.hear({ type: 'campaigns.changed', fresh: ['c-1'], joined: 0 });
    if (order.do === 'log-off') this.hear({ type: 'logout.granted', all: true, joined: 0 });
    if (order.do === 'request-break') {
      this.hear({ type: 'break.status', status: 'pending' });
      this.hear({ type: 'break.status', status: 'on-break' });
    }
    if (order.do === 'set-break-status') this.hear({ type: 'status.seen', status: 'ours' });
    if (order.do === 'end-break') this.hear({ type: 'break.status', status: 'not-on-break' });
  }
}

type Policy = { place: boolean; choices: number; decides: boolean };

/** One clock and one chart for all walks: building a chart costs more than a walk. */
const shared = (() => {
  const clock = new FakeClock();
  return { clock, chart: agentChart(clock) };
})();

/** Runs `play` on a ready agent, and takes the agent off the shared clock whatever happens. */
async function onOneAgent(policy: Policy, play: (watch: Watch) => Promise<void>): Promise<void> {
  const watch = new Watch(new AgentDriver(policy, shared));
  try {
    await play(watch);
    must(shared.clock.pending === 0, 'an agent at its end leaves no timer');
  } finally {
    watch.driver.agent.end();
  }
}

/** Persons, supervisors and Dialer withdraw whatever they did. */
const QUIET: readonly AgentEvent[] = [
  { type: 'link.up' },
  { type: 'acd.ended' },
  { type: 'break.status', status: 'not-on-break' },
  { type: 'shift.began' },
  { type: 'status.seen', status: 'acd' },
  { type: 'campaigns.auto-login' },
  { type: 'campaigns.changed', fresh: ['c-1'], joined: 0 },
];

/** Everything is answered and granted from now on: the agent works again, unless it has stopped for good. */
async function bringBackToWork(watch: Watch): Promise<void> {
  const { driver } = watch;
  const { agent } = driver;
  driver.script.choices = 2;
  for (let i = 0; i < 2; i++) {
    for (const event of QUIET) await watch.take({ event });
    await watch.serve(() => agent.done() || agent.state() === 'ready' || agent.place() === 'logged-out.offline');
  }
  if (agent.done()) must(watch.mayHaveStopped(), 'an agent that stops was told to, or says why');
  else must(agent.state() === 'ready', `the agent is ready again, not ${agent.place()}`);
}

async function bringToItsEnd(watch: Watch): Promise<void> {
  const { driver } = watch;
  await watch.take({ event: { type: 'logoff.asked', reason: 'drain', forGood: true } });
  await watch.serve(() => driver.agent.done());
  await driver.wait(0);
  must(driver.place === 'logged-out.stopped', `the agent has stopped, not ${driver.place}`);
  must(driver.done === 1, 'the end is told once');
  must(driver.call === null, 'no call is open at the end');
}

describe('random walks', () => {
  test('an agent never throws, keeps its books, and a well-behaved server brings it back to work and then to its end', async () => {
    const places = new Set<string>();
    await fc.assert(
      fc.asyncProperty(walks, script, fc.boolean(), async (steps, policy, isReady) => {
        await onOneAgent(policy, async (watch) => {
          if (isReady) watch.ready();
          for (const step of steps) {
            await watch.take(step);
            places.add(watch.driver.place);
          }
          await bringBackToWork(watch);
          await bringToItsEnd(watch);
        });
      }),
      settings(),
    );
    // A walk that goes nowhere proves nothing.
    expect(places.size).toBeGreaterThan(RUNS.numRuns >= 500 ? 40 : 0);
  });

  test('a break or a log-off asked for at any moment of a call changes nothing of the call', async () => {
    const asks: readonly AgentEvent[] = [
      { type: 'break.asked', reason: 'after-calls', forMs: 60_000 },
      { type: 'logoff.asked', reason: 'shift', forGood: false },
      { type: 'station.lost' },
      { type: 'break.end-asked' },
    ];
    const stages = new Set<string>();
    await fc.assert(
      fc.asyncProperty(walks, script, fc.constantFrom(...asks), fc.nat(20), async (steps, policy, ask, skip) => {
        let left = skip;
        await onOneAgent(policy, async (watch) => {
          const { driver } = watch;
          watch.ready();
          for (const step of steps) {
            await watch.take(step);
            const [state, inner = ''] = driver.place.split('.');
            if (!['on-call', 'break-pending'].includes(state ?? '') || !driver.call || left-- > 0) continue;
            const { context } = driver.agent;
            const before = { call: context().call, step: context().awaiting.step, timers: driver.clock.deadlines() };
            const orders = driver.orders.length;
            await watch.take({ event: ask });
            stages.add(`${inner} ${ask.type}`);
            const fresh = driver.orders.slice(orders).map(({ order }) => order.do);
            const after = { call: context().call, step: context().awaiting.step, timers: driver.clock.deadlines() };
            must(driver.place.split('.')[1] === inner, `${inner} is kept, not ${driver.place}`);
            must(JSON.stringify(after) === JSON.stringify(before), `nothing of the call changes at ${inner}`);
            must(
              fresh.every((order) => order === 'request-break' || order === 'log-off' || order === 'end-break'),
              `nothing is sent again: ${fresh}`,
            );
            break;
          }
          await bringBackToWork(watch);
          await bringToItsEnd(watch);
        });
      }),
      settings(),
    );
    expect(stages.size).toBeGreaterThan(RUNS.numRuns >= 500 ? 14 : 0);
  });

  test('an operator is told what became of each act, wherever the agent stands', async () => {
    const answers = new Set<string>();
    const acts = fc.shuffledSubarray([...OPERATOR_ACTS], { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(walks, script, acts, async (steps, policy, asked) => {
        await onOneAgent(policy, async (watch) => {
          const { agent } = watch.driver;
          const standing = () => ({ place: agent.place(), context: agent.context() });
          watch.ready();
          for (const step of steps) await watch.take(step);
          for (const act of asked) {
            const before = standing();
            await watch.take({ event: eventOfAct(act, { reason: 'operator', forMs: 60_000 }) });
            const answer = hasTaken(act, before, standing()) ? 'taken' : whyNotTaken(act, before);
            answers.add(`${act}: ${answer}`);
            must(answer !== UNEXPLAINED, `${act} in ${before.place} is explained`);
          }
          await bringBackToWork(watch);
          await bringToItsEnd(watch);
        });
      }),
      settings(),
    );
    expect(answers.size).toBeGreaterThan(RUNS.numRuns >= 500 ? 12 : 0);
  });
});
