import { type AgentChart, agentChart } from '../../src/agent/chart.js';
import { DEFAULT_TIMINGS } from '../../src/agent/timings.js';
import type { Clock } from '../../src/base/clock.js';
import { silentLog } from '../../src/base/log.js';
import { seededRandom } from '../../src/base/random.js';
import { inProcessTransport } from '../../src/cli/in-process-transport.js';
import { createFleet, type Fleet, type FleetEnd } from '../../src/fleet/fleet.js';
import type { Seat } from '../../src/fleet/seat.js';
import type { Transport } from '../../src/icws/transport.js';
import type { OpenWork } from '../../src/journal/open-work.js';
import type { AgentState, Fact, JournalRecord } from '../../src/journal/record.js';
import { loadPolicy, type Policy } from '../../src/policy/index.js';
import {
  createSimulator,
  type Ledger,
  type Simulator,
  type WorldInput,
  WorldSchema,
} from '../../src/simulator/index.js';
import { FakeClock } from './fake-clock.js';
import { opener } from './opener.js';

/** Quick, plain and without chance: what a rule's test says is what happens. */
export const PLAIN_POLICY = `version: 1
talk: { fixed: 5s }
wrapUp: { fixed: 1s }
preview: { think: { fixed: 1s }, ringFor: 20s }
otherwise: { disposition: No Answer }
`;

export interface RigOptions {
  readonly world: WorldInput;
  readonly users: readonly string[];
  readonly policy?: string;
  readonly seat?: Partial<Seat>;
  readonly password?: string | ((user: string) => string);
  readonly messaging?: 'stream' | 'poll';
  readonly firstConnectMs?: number | null;
  readonly drainTimeoutMs?: number;
  readonly stuckMs?: number;
  readonly nameContact?: (columns: string) => string;
  /** Stands between client and simulator. */
  readonly transport?: (whole: Transport) => Transport;
  /** Puts a mistake into the chart. */
  readonly spoil?: (chart: AgentChart) => AgentChart;
  readonly maxCalls?: number;
  /** Hosts beside 127.0.0.1 that the fleet may talk to. */
  readonly alternates?: readonly string[];
  /** Record what the charts were told, as a journal does. */
  readonly keepsEvents?: boolean;
  /** When it all begins, epoch milliseconds. */
  readonly startAt?: number;
  /** By how much the worker's wall clock is ahead of the true time; may be changed on the way. */
  readonly skew?: { ms: number };
  /** What an earlier process left in hand. */
  readonly work?: ReadonlyMap<string, OpenWork>;
  /** Hears of each change of a shift. */
  readonly onShiftChange?: (timing: 'on-time' | 'made-good') => void;
}

/** A whole fleet on the simulator, without sockets, on one fake clock: hours pass in milliseconds. */
export interface Rig {
  readonly clock: FakeClock;
  readonly simulator: Simulator;
  readonly fleet: Fleet;
  readonly records: readonly JournalRecord[];
  /** Advances the clock, half a second at a time, until the condition holds; fails by name when it does not in time. */
  until(what: string, holds: () => boolean, withinMs?: number): Promise<void>;
  untilState(user: string, state: AgentState, withinMs?: number): Promise<void>;
  state(user: string): AgentState | undefined;
  /** The records of one kind, in order. */
  facts<K extends Fact['kind']>(kind: K): Extract<JournalRecord, { kind: K }>[];
  /** The seat of a user as the roster has it at first, with what is different. `policy` as the text of a file. */
  seat(user: string, more?: Partial<Omit<Seat, 'policy'>> & { readonly policy?: string }): Seat;
  /** Drains, waits for the end and gives the ledger. */
  finish(): Promise<{ end: FleetEnd; ledger: Ledger }>;
}

/** Builds the rig and starts the fleet. Call `finish` in each test. */
export function startRig(options: RigOptions): Rig {
  const clock = new FakeClock(options.startAt);
  const { skew = { ms: 0 } } = options;
  const ours: Clock = {
    now: () => clock.now() + skew.ms,
    monotonic: () => clock.monotonic(),
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
  };
  const world = WorldSchema.parse(options.world);
  const simulator = createSimulator({ world, clock, random: seededRandom(world.seed) });
  if (world.alternateHost !== undefined) simulator.listensOn(['127.0.0.1', world.alternateHost]);
  const transport = (options.transport ?? ((whole) => whole))(inProcessTransport(simulator));
  const random = seededRandom(7);
  const records: JournalRecord[] = [];
  const policy = policyOf(options.policy ?? PLAIN_POLICY);
  const seat: Rig['seat'] = (user, { policy: text, ...more } = {}) => ({
    user,
    station: { kind: 'none' },
    campaigns: 'all',
    policy,
    ...options.seat,
    ...more,
    ...(text !== undefined && { policy: policyOf(text) }),
  });
  const fleet = createFleet({
    chart: (options.spoil ?? ((chart) => chart))(agentChart(ours, DEFAULT_TIMINGS)),
    clock: ours,
    random,
    log: silentLog,
    recorder: { keepsEvents: options.keepsEvents ?? false, write: (record) => void records.push(record) },
    seats: options.users.map((user) => seat(user)),
    statuses: { available: 'Available', break: 'At a training session', end: 'Gone Home' },
    loginsPerSecond: 20,
    firstConnectMs: options.firstConnectMs ?? 30_000,
    durationMs: null,
    maxCalls: options.maxCalls ?? null,
    drainTimeoutMs: options.drainTimeoutMs ?? 120_000,
    stuckMs: options.stuckMs ?? 300_000,
    onMessage: () => {},
    ...(options.work && { work: options.work }),
    ...(options.onShiftChange && { onShiftChange: options.onShiftChange }),
    nameContact: options.nameContact ?? ((columns) => columns),
    fingerprintOf: () => null,
    openSession: opener({
      transport,
      clock,
      random,
      url: 'http://127.0.0.1:8018',
      alternates: options.alternates,
      applicationName: 'rig',
      password: options.password ?? 'demo',
      messaging: options.messaging,
    }),
  });
  fleet.start();

  const rig: Rig = {
    clock,
    simulator,
    fleet,
    records,
    until: async (what, holds, withinMs = 120_000) => {
      for (let waited = 0; waited <= withinMs; waited += 500) {
        if (holds()) return;
        await clock.advance(500);
      }
      const places = fleet.agents().map(({ user, state, inner }) => `${user}: ${state}.${inner}`);
      throw new Error(`${what} did not happen within ${withinMs / 1_000} s (${places.join(', ')})`);
    },
    untilState: (user, state, withinMs) => rig.until(`${user} ${state}`, () => rig.state(user) === state, withinMs),
    state: (user) => fleet.agents().find((agent) => agent.user === user)?.state,
    seat,
    facts: (kind) => records.filter((record) => record.kind === kind) as never,
    finish: async () => {
      let end: FleetEnd | undefined;
      void fleet.ended.then((how) => {
        end = how;
      });
      fleet.drain('test');
      await rig.until('the end of the fleet', () => end !== undefined, 300_000);
      const ledger = simulator.ledger();
      simulator.close();
      return { end: end as FleetEnd, ledger };
    },
  };
  return rig;
}

function policyOf(text: string): Policy {
  const { policy, diagnostics } = loadPolicy(text, 'rig.yaml');
  if (!policy) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return policy;
}
