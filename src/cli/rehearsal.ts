import { silentLog } from '../base/log.js';
import { seededRandom } from '../base/random.js';
import { VirtualClock } from '../base/virtual-clock.js';
import type { WorkerConfig } from '../config/index.js';
import type { FleetEnd } from '../fleet/fleet.js';
import { createServerAddress } from '../icws/address.js';
import { type JournalLine, withAllowedColumns } from '../journal/index.js';
import type { JournalRecord } from '../journal/record.js';
import { AgreedCallbacks } from '../report/agreed-callbacks.js';
import { localDays } from '../report/local-days.js';
import { createTally, type TallySnapshot } from '../report/tally.js';
import { type AgentTimetable, createTimetables, type TimetableUser } from '../report/timetable.js';
import { Workload } from '../report/workload.js';
import { createSimulator, type Ledger, type Simulator, type WorldConfig } from '../simulator/index.js';
import { composeFleet } from './compose-fleet.js';
import { inProcessTransport } from './in-process-transport.js';
import { sessionOpener } from './session-opener.js';
import { letTimePass } from './virtual-time.js';

/** Any address will do: nothing is sent there. */
const ADDRESS = 'http://127.0.0.1:8018';
/** What a drain takes beyond its time-out. */
const FAREWELL_MS = 60_000;

export interface RehearsalPlan {
  readonly config: WorkerConfig<WorldConfig>;
  readonly seed: number;
  /** Epoch milliseconds. */
  readonly from: number;
  readonly until: number;
  /** The zone in which the days begin at which lists begin anew. */
  readonly zone: string;
  /** In whose zone each agent's days are told. */
  readonly users: readonly TimetableUser[];
  readonly recycled: boolean;
  /** Keep what `callsOf` reads. */
  readonly keepsCalls: boolean;
  readFile(path: string): string;
  /** A day begins; `calls` were handed out so far. */
  onDay(date: string, calls: number): void;
  /** Somebody wants it to end now. */
  isInterrupted(): boolean;
}

/** What happened. */
export interface Rehearsed {
  readonly end: FleetEnd;
  /** Whether the agents worked to the end of the span. */
  readonly isComplete: boolean;
  readonly tally: TallySnapshot;
  readonly timetables: readonly AgentTimetable[];
  readonly workload: Workload;
  readonly callbacks: AgreedCallbacks;
  readonly ledger: Ledger;
  /** Records of calls, if they were kept; without the columns of any contact. */
  readonly lines: readonly JournalLine[];
}

/**
 * Lets the agents of a configuration work on the simulator, both on one clock that stands at `from` and goes from timer to
 * timer. At the end of the span they finish their calls and log off. Undefined where it was interrupted.
 */
export async function rehearse(plan: RehearsalPlan): Promise<Rehearsed | undefined> {
  const { config, from, until } = plan;
  const clock = new VirtualClock(from);
  const simulator = pretendDialer(plan, clock);
  const tally = createTally({ startedAt: from, users: config.agents.map(({ user }) => user) });
  const timetables = createTimetables(plan.users, { from, until });
  const workload = new Workload();
  const callbacks = new AgreedCallbacks();
  const lines: JournalLine[] = [];
  const fleet = composeFleet(config, {
    clock,
    random: seededRandom(plan.seed),
    log: silentLog,
    // The zones of the contacts are among their columns.
    recorder: { wantsColumns: true, write: (record) => note(record) },
    memory: { nameContact: (columns) => columns, fingerprintOf: () => null },
    openSession: openerFor(plan, simulator, clock),
    onMessage: () => {},
  });
  function note(record: JournalRecord): void {
    tally.record(record);
    timetables.record(record);
    workload.record(record);
    callbacks.record(record);
    if (plan.keepsCalls) lines.push({ seq: lines.length + 1, ...withAllowedColumns(record, []) });
  }
  let end: FleetEnd | undefined;
  void fleet.ended.then((how) => {
    end = how;
  });
  const campaigns = worldOf(config).campaigns.map(({ name }) => name);
  const isOver = (): boolean => end !== undefined || plan.isInterrupted();
  for (const day of localDays(plan.zone, from, until)) {
    if (day.from <= from) continue;
    clock.setTimeout(() => {
      plan.onDay(day.date, tally.snapshot(clock.now()).calls.total);
      if (plan.recycled) for (const name of campaigns) simulator.control.recycleCampaign(name);
    }, day.from - from);
  }
  fleet.start();
  await letTimePass(clock, { until, isOver });
  const isComplete = end === undefined;
  fleet.drain('rehearsal-over');
  await letTimePass(clock, { until: clock.now() + config.drain.timeoutMs + FAREWELL_MS, isOver });
  const ledger = simulator.ledger();
  simulator.close();
  if (plan.isInterrupted()) return undefined;
  return {
    end: end ?? { kind: 'killed' },
    isComplete,
    tally: tally.snapshot(clock.now()),
    timetables: timetables.read(clock.now()),
    workload,
    callbacks,
    ledger,
    lines,
  };
}

function worldOf({ server }: WorkerConfig<WorldConfig>): WorldConfig {
  if (server.kind !== 'simulator') throw new TypeError('a rehearsal never asks a real server');
  return server.world;
}

function pretendDialer({ config, readFile }: RehearsalPlan, clock: VirtualClock): Simulator {
  const world = worldOf(config);
  const simulator = createSimulator({ world, clock, random: seededRandom(world.seed), readFile });
  const hosts = ['127.0.0.1'];
  simulator.listensOn(world.alternateHost === undefined ? hosts : [...hosts, world.alternateHost]);
  return simulator;
}

function openerFor({ config, seed }: RehearsalPlan, simulator: Simulator, clock: VirtualClock) {
  const { alternateHost } = simulator;
  return sessionOpener(config, {
    clock,
    random: seededRandom(seed),
    log: silentLog,
    transport: inProcessTransport(simulator),
    address: createServerAddress({ url: ADDRESS, ...(alternateHost !== undefined && { alternates: [alternateHost] }) }),
    observe: () => {},
  });
}
