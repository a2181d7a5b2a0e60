import { describe, expect, test } from '@jest/globals';
import { type AgentChart, agentChart } from '../../src/agent/chart.js';
import { freshContext } from '../../src/agent/context.js';
import { isJudged } from '../../src/agent/progress.js';
import { DEFAULT_TIMINGS } from '../../src/agent/timings.js';
import { Watchdog, type Watched } from '../../src/fleet/watchdog.js';
import { loadPolicy } from '../../src/policy/index.js';
import type { Ledger, WorldInput } from '../../src/simulator/index.js';
import { FakeClock } from '../support/fake-clock.js';
import { PLAIN_POLICY, type Rig, startRig } from '../support/rig.js';

const WORLD: WorldInput = {
  version: 1,
  seed: 5,
  users: [{ names: 'bot{1..3}', password: 'demo' }],
  campaigns: [{ name: 'Collections', type: 'power', contacts: 60 }],
  dialling: { ring: { fixed: '1s' }, outcomes: { answer: 100, noAnswer: 0, busy: 0, machine: 0 } },
};
const USERS = ['bot1', 'bot2', 'bot3'];

/** Every inner state of the chart, as `place()` names it. */
function places(): string[] {
  type Node = { key: string; states: Record<string, Node> };
  const leaves = ({ states }: Node, path: string): string[] => {
    const inner = Object.values(states);
    return inner.length === 0 ? [path] : inner.flatMap((child) => leaves(child, `${path}.${child.key}`));
  };
  const chart = agentChart(new FakeClock()) as unknown as { root: Node };
  return Object.values(chart.root.states).flatMap((state) => leaves(state, state.key));
}

type Spot = { readonly guard: 'it answers' | 'it concerns the open call'; readonly event: string };
type Given = { context: { user: string }; event: { type: string } };

/** Throws, so many times, where the chart of these users asks this question about this event. */
const failing =
  (users: readonly string[], times = Number.POSITIVE_INFINITY, at: Spot = AT_CONNECT) =>
  (chart: AgentChart): AgentChart => {
    let count = 0;
    const whole = chart.implementations.guards[at.guard] as unknown as (...args: unknown[]) => boolean;
    const guard = (given: Given, params: unknown): boolean => {
      if (users.includes(given.context.user) && given.event.type === at.event && count++ < times) {
        throw new Error('a mistake');
      }
      return whole(given, params);
    };
    return chart.provide({ guards: { [at.guard]: guard as never } }) as AgentChart;
  };

const AT_CONNECT = { guard: 'it concerns the open call', event: 'call.talk-decided' } as const;
const AT_THE_ANSWER = { guard: 'it answers', event: 'call.disposition-answered' } as const;

/** No violation, and no call with two dispositions. */
function endedOnce({ violations, calls }: Ledger): void {
  expect(violations).toEqual([]);
  expect(calls.filter(({ dispositions }) => dispositions.length > 1)).toEqual([]);
}

const closedOf = (rig: Rig, user: string) => rig.facts('call.closed').filter((record) => record.user === user);

test('of every place of the chart it is known whether an agent should leave it by itself', () => {
  const all = places();
  expect(all).toContain('on-call.dispositioning');
  expect(all.length).toBeGreaterThan(50);
  expect(all.filter((place) => !isJudged(place))).toEqual([]);
});

describe('the watchdog', () => {
  /** An agent that stands where it is put, and a watchdog of ten seconds. */
  function watching() {
    const clock = new FakeClock();
    let lateMs = 0;
    const late = { ...clock, monotonic: () => clock.monotonic() + lateMs } as FakeClock;
    const at = { place: 'on-call.hanging-up', context: freshContext('bot1', () => {}) };
    const done: string[] = [];
    const agent = {
      done: () => false,
      place: () => at.place,
      context: () => at.context,
      state: () => at.place.split('.')[0],
    };
    const watched = {
      agent,
      giveUpSession: () => void done.push(`session ${late.monotonic() / 1_000}`),
      replace: () => void done.push(`agent ${late.monotonic() / 1_000}`),
    } as unknown as Watched;
    const timings = { ...DEFAULT_TIMINGS, recoveryMs: 60_000 };
    const watchdog = new Watchdog({ clock: late, stuckMs: 10_000, timings, watched: () => [watched] });
    watchdog.start();
    return {
      clock,
      at,
      done,
      sleep: (ms: number) => {
        lateMs += ms;
      },
      stop: () => watchdog.stop(),
    };
  }

  test('gives the session up, and replaces an agent that does not notice even that', async () => {
    const { clock, done, stop } = watching();
    await clock.advance(12_000);
    expect(done).toEqual([]);
    await clock.advance(3_000);
    expect(done).toEqual(['session 12.5']);
    await clock.advance(25_000);
    expect(done).toEqual(['session 12.5', 'agent 32.5']);
    stop();
    expect(clock.pending).toBe(0);
  });

  test('has more patience each time, until the agent has worked again', async () => {
    const { clock, at, done, stop } = watching();
    for (let round = 0; round < 3; round++) {
      at.place = `logged-out.connecting.${round % 2 === 0 ? 'opening' : 'preparing'}`;
      const before = done.length;
      while (done.length === before) await clock.advance(500);
    }
    const times = done.map((text) => Number(text.split(' ')[1]));
    expect(times.map((time, index) => time - (times[index - 1] ?? 0))).toEqual([12.5, 22.5, 42.5]);
    at.place = 'ready.idle';
    await clock.advance(5_000);
    at.place = 'on-call.hanging-up';
    await clock.advance(15_000);
    expect(done).toHaveLength(4);
    stop();
  });

  test('gives Available the time to look whether a call is on its way', async () => {
    const { clock, at, done, stop } = watching();
    at.place = 'logged-in.availing';
    await clock.advance(39_000);
    expect(done).toEqual([]);
    await clock.advance(5_000);
    expect(done).toHaveLength(1);
    stop();
  });

  test('does not cut short what the chart itself waits for, such as the pop of a call that is to come again', async () => {
    const { clock, at, done, stop } = watching();
    at.place = 'logged-in.recovering';
    await clock.advance(70_000);
    expect(done).toEqual([]);
    await clock.advance(5_000);
    expect(done).toEqual(['session 72.5']);
    stop();
  });

  test('does not count the time in which the process itself stood still', async () => {
    const { clock, done, sleep, stop } = watching();
    await clock.advance(7_000);
    sleep(3_600_000);
    await clock.advance(4_000);
    expect(done).toEqual([]);
    stop();
  });
});

describe('an agent that does not get on', () => {
  test('loses its session, and comes back with its call; the others work on', async () => {
    let hung = '';
    const rig = startRig({
      world: WORLD,
      users: USERS,
      stuckMs: 20_000,
      // One hang-up is never answered, and nothing gives it up.
      transport: (whole) => ({
        ...whole,
        request: (request) => {
          if (hung !== '' || !request.path.endsWith('/disconnect')) return whole.request(request);
          hung = request.path.split('/').at(-2) ?? '';
          return new Promise(() => {});
        },
      }),
    });
    const restarts = () => rig.facts('restarted');
    await rig.until('a restart', () => restarts().length > 0);
    expect(restarts()).toMatchObject([{ reason: 'stuck', how: 'session', place: 'on-call.hanging-up' }]);
    expect(restarts()[0]?.seconds).toBeGreaterThanOrEqual(20);
    expect(restarts()[0]?.seconds).toBeLessThan(30);
    const user = restarts()[0]?.user ?? '';
    await rig.until('the end of its call', () => closedOf(rig, user).length > 0);
    expect(closedOf(rig, user)[0]).toMatchObject({ call: { interactionId: hung }, result: 'accepted' });
    await rig.until('more calls of it', () => closedOf(rig, user).length > 2);
    const { end, ledger } = await rig.finish();
    expect(end).toEqual({ kind: 'drained', cutCalls: 0 });
    endedOnce(ledger);
    expect(restarts()).toHaveLength(1);
    expect(rig.facts('session.lost')).toMatchObject([{ user, reason: 'watchdog' }]);
  });

  test.each([
    ['waiting for a call', { campaigns: [{ name: 'Empty', type: 'power', contacts: 0 }] }, 'ready.idle'],
    [
      'in no campaign',
      { campaigns: [{ name: 'C', type: 'power', workgroup: 'Elsewhere' }], users: withWorkgroup('Outbound') },
      'logged-in.no-campaign',
    ],
  ] as const)('but one that is %s may stay so', async (_what, world, place) => {
    const rig = startRig({
      world: { ...WORLD, ...(world as unknown as Partial<WorldInput>) },
      users: ['bot1'],
      stuckMs: 5_000,
    });
    const isThere = () => rig.fleet.agents().some(({ state, inner }) => `${state}.${inner}` === place);
    await rig.until(place, isThere);
    await rig.clock.advance(600_000);
    expect(isThere()).toBe(true);
    expect(rig.facts('restarted')).toEqual([]);
    await rig.finish();
  });

  test('nor is a long talk, wrap-up or break taken for standing still', async () => {
    const policy = `version: 1
talk: { fixed: 10m }
wrapUp: { fixed: 3m }
breaks: { afterCalls: 1, for: 20m }
otherwise: { disposition: No Answer }
`;
    const rig = startRig({ world: WORLD, users: ['bot1'], stuckMs: 20_000, policy, drainTimeoutMs: 3_600_000 });
    await rig.until('a call after a break', () => rig.facts('pop').length > 1, 4_000_000);
    expect(rig.facts('restarted')).toEqual([]);
    rig.fleet.kill();
    rig.simulator.close();
  });

  test('who could not be reached is no case for it: the pacer has him', async () => {
    const world = { ...WORLD, faults: [{ fault: 'server-error', on: 'connect', rate: 1 }] } as never;
    const rig = startRig({ world, users: ['bot1'], stuckMs: 5_000, firstConnectMs: null });
    await rig.clock.advance(600_000);
    expect(rig.facts('session.unreached').length).toBeGreaterThan(5);
    expect(rig.facts('restarted')).toEqual([]);
    rig.fleet.kill();
    rig.simulator.close();
  });
});

function withWorkgroup(workgroup: string) {
  return [{ names: 'bot1', password: 'demo', workgroups: [workgroup] }];
}

describe('an agent that meets a defect', () => {
  test('is replaced after a pause and ends its call; the others notice nothing', async () => {
    const rig = startRig({ world: WORLD, users: USERS, spoil: failing(['bot2'], 1) });
    await rig.until('a restart', () => rig.facts('restarted').length > 0);
    const [restart] = rig.facts('restarted');
    expect(restart).toMatchObject({ user: 'bot2', reason: 'defect', how: 'agent', place: 'on-call.talking' });
    expect(rig.facts('problem').filter(({ code }) => code === 'agent/defect')).toMatchObject([{ user: 'bot2' }]);
    expect(rig.state('bot2')).toBe('logged-out');
    const [held] = rig.facts('pop').filter(({ user }) => user === 'bot2');
    await rig.until('the end of its call', () => closedOf(rig, 'bot2').length > 0);
    const [closed] = closedOf(rig, 'bot2');
    expect(closed).toMatchObject({ call: { interactionId: held?.call.interactionId }, result: 'accepted' });
    expect((closed?.at ?? 0) - (restart?.at ?? 0)).toBeGreaterThan(2_000);
    await rig.until('more calls of it', () => closedOf(rig, 'bot2').length > 2);
    expect(rig.facts('stopped')).toEqual([]);
    const { end, ledger } = await rig.finish();
    expect(end).toEqual({ kind: 'drained', cutCalls: 0 });
    endedOnce(ledger);
  });

  test('again and again: the pause grows, and the call that is always in hand is put down as unknown', async () => {
    const rig = startRig({ world: WORLD, users: ['bot1', 'bot2'], spoil: failing(['bot1']) });
    await rig.until('seven restarts', () => rig.facts('restarted').length >= 7, 3_000_000);
    const times = rig.facts('restarted').map(({ at }) => at);
    const pauses = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(Math.min(...pauses.slice(-2))).toBeGreaterThan(38_000);
    expect(Math.max(...pauses.slice(0, 1))).toBeLessThan(40_000);
    const [first] = closedOf(rig, 'bot1');
    expect(first).toMatchObject({ result: 'unknown', basis: 'defect' });
    expect(closedOf(rig, 'bot2').length).toBeGreaterThan(10);
    expect(rig.facts('stopped')).toEqual([]);
    rig.fleet.kill();
    rig.simulator.close();
  });

  test('and is drained in the pause between two lives: its call is finished first', async () => {
    const rig = startRig({ world: WORLD, users: ['bot1'], spoil: failing(['bot1'], 1) });
    await rig.until('a restart', () => rig.facts('restarted').length > 0);
    const { end, ledger } = await rig.finish();
    expect(end).toEqual({ kind: 'drained', cutCalls: 0 });
    expect(rig.facts('call.closed')).toMatchObject([{ result: 'accepted' }]);
    endedOnce(ledger);
  });

  test('at the answer to a disposition: nobody knows of it, and nothing is sent blindly again', async () => {
    const rig = startRig({ world: WORLD, users: ['bot1'], spoil: failing(['bot1'], 1, AT_THE_ANSWER) });
    await rig.until('work', () => rig.facts('call.closed').length > 2);
    expect(rig.facts('restarted')).toMatchObject([{ place: 'on-call.dispositioning' }]);
    expect(closedOf(rig, 'bot1')[0]).toMatchObject({ result: 'unknown' });
    const { ledger } = await rig.finish();
    endedOnce(ledger);
    expect(ledger.dispositions).toBe(rig.facts('call.closed').length);
  });

  test.each(['talk', 'wrapUp'] as const)('in a desk, such as the policy (%s): the same', async (key) => {
    const { policy } = loadPolicy(PLAIN_POLICY, 'rig.yaml');
    let count = 0;
    const spoilt = {
      ...policy,
      get [key]() {
        if (count++ === 0) throw new Error('a mistake');
        return policy?.[key];
      },
    };
    const rig = startRig({ world: WORLD, users: ['bot1'], seat: { policy: spoilt as never } });
    await rig.until('work', () => rig.facts('call.closed').length > 2);
    expect(rig.facts('restarted')).toMatchObject([{ reason: 'defect', how: 'agent' }]);
    const { end, ledger } = await rig.finish();
    expect(end).toEqual({ kind: 'drained', cutCalls: 0 });
    endedOnce(ledger);
  });

  test('in reading a pop: it comes back for it, for Dialer waits', async () => {
    let count = 0;
    const rig = startRig({
      world: { ...WORLD, campaigns: [{ name: 'Renewals', type: 'preview', contacts: 5 }] },
      users: ['bot1'],
      nameContact: (columns) => {
        if (count++ === 0) throw new Error('a mistake');
        return columns;
      },
    });
    await rig.until('work', () => rig.facts('call.closed').length > 1);
    expect(rig.facts('restarted')).toMatchObject([{ reason: 'defect', how: 'agent', place: 'ready.idle' }]);
    endedOnce((await rig.finish()).ledger);
  });
});
