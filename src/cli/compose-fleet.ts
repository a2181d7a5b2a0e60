import { agentChart } from '../agent/chart.js';
import { DEFAULT_TIMINGS } from '../agent/timings.js';
import type { WorkerConfig } from '../config/index.js';
import { createFleet, type Fleet, type FleetOptions } from '../fleet/fleet.js';

/** What a fleet works with: real in a run, make-believe in a rehearsal. */
export interface FleetParts
  extends Pick<
    FleetOptions,
    | 'clock'
    | 'random'
    | 'log'
    | 'recorder'
    | 'openSession'
    | 'onMessage'
    | 'onDrain'
    | 'wakeSource'
    | 'onDesired'
    | 'onShiftChange'
  > {
  /** What is remembered of earlier runs, and how contacts and secrets are named in it. */
  readonly memory: Pick<FleetOptions, 'work' | 'book' | 'nameContact' | 'fingerprintOf'>;
}

/** The agents of a configuration, at work by its rules: the same for `run` and for `rehearse`. */
export function composeFleet(config: WorkerConfig, { memory, ...parts }: FleetParts): Fleet {
  const timings = { ...DEFAULT_TIMINGS, recoveryMs: config.recovery.waitMs };
  return createFleet({
    ...parts,
    chart: agentChart(parts.clock, timings),
    timings,
    seats: config.agents,
    statuses: config.statuses,
    loginsPerSecond: config.load.loginsPerSecond,
    firstConnectMs: config.server.firstConnectMs,
    durationMs: config.limits.durationMs ?? null,
    maxCalls: config.limits.calls ?? null,
    drainTimeoutMs: config.drain.timeoutMs,
    stuckMs: config.watchdog.stuckMs,
    retryCredentials: config.retryCredentials,
    ...(memory.work && { work: memory.work }),
    ...(memory.book && { book: memory.book }),
    nameContact: (columns) => memory.nameContact(columns),
    fingerprintOf: (user) => memory.fingerprintOf(user),
  });
}
