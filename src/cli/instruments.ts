import type { Clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { WorkerConfig } from '../config/index.js';
import { recordLog } from '../fleet/record-log.js';
import { MESSAGE_TYPES, observeRequest, recordMetrics } from '../fleet/record-metrics.js';
import { OPERATIONS } from '../icws/commands.js';
import { AGENT_STATES, type JournalRecord, type RequestObservation } from '../journal/record.js';
import { watchLoopLag } from '../metrics/loop-lag.js';
import { createMetrics, type Metrics } from '../metrics/registry.js';
import { createLatencies, type Latencies } from '../report/latency.js';
import { createTally, type Tally } from '../report/tally.js';
import type { Io } from './io.js';
import { startLiveView } from './live-view.js';
import { openLog } from './log.js';
import { startProgress } from './progress.js';
import type { RunView } from './run-view.js';
import { TOOL, VERSION } from './version.js';

/** All by which a run is watched: log, metrics, totals, latencies, and the view of whoever sits in front of it. */
export interface Instruments {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly tally: Tally;
  readonly latencies: Latencies;
  /** The folds of every record, in order. */
  readonly sinks: readonly ((record: JournalRecord) => void)[];
  observe(request: RequestObservation): void;
  /** Prints a line for people, above the live view where there is one. */
  print(text: string): void;
  /** What the view shows beside the totals. */
  show(what: Partial<Pick<RunView, 'phase' | 'url' | 'desired'>>): void;
  /** Ends the view and writes out the log. May be called again. */
  close(): Promise<void>;
}

/** Sets up what the configuration and the terminal ask for. */
export async function openInstruments(
  config: WorkerConfig,
  { clock, seed, io, colour }: { clock: Clock; seed: number; io: Io; colour: boolean },
): Promise<Instruments> {
  const users = config.agents.map(({ user }) => user);
  const startedAt = clock.now();
  const tally = createTally({ startedAt, users });
  const latencies = createLatencies();
  const metrics = createMetrics({
    version: VERSION,
    nodeVersion: process.version,
    known: { states: AGENT_STATES, operations: OPERATIONS, messageTypes: MESSAGE_TYPES },
  });
  metrics.agentsDesired(users.length);

  const { durationMs } = config.limits;
  let shown: Partial<Pick<RunView, 'phase' | 'url' | 'desired'>> = {};
  const view = (): RunView => ({
    title: `${TOOL} · seed ${seed}`,
    tally: tally.snapshot(clock.now()),
    desired: users.length,
    elapsedMs: clock.now() - startedAt,
    ...(durationMs !== undefined && { remainingMs: Math.max(0, startedAt + durationMs - clock.now()) }),
    ...shown,
  });
  const isLive = io.stderr.isTTY === true && !config.quiet;
  const live = isLive ? startLiveView({ out: io.stderr, clock, view, colour }) : undefined;
  const print = live ? live.print : (text: string) => io.err(`${text}\n`);
  const { log, close: closeLog } = await openLog({
    level: config.log.level,
    ...(config.log.file !== undefined && { file: config.log.file }),
    ...consoleFor(config, isLive, colour, print),
  });
  const stopProgress = isLive || config.quiet ? () => {} : startProgress({ clock, view, write: print });
  const stopLag = watchLoopLag(clock, (seconds) => metrics.eventLoopLag(seconds));
  const observeMetric = observeRequest(metrics);
  let isClosed = false;

  return {
    log,
    metrics,
    tally,
    latencies,
    sinks: [tally.record.bind(tally), recordMetrics(metrics, users), recordLog(log)],
    observe: (request) => {
      observeMetric(request);
      latencies.observe(request);
    },
    print,
    show: (what) => {
      shown = { ...shown, ...what };
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      stopLag();
      stopProgress();
      await closeLog();
      live?.close();
    },
  };
}

function consoleFor(config: WorkerConfig, isLive: boolean, colour: boolean, print: (text: string) => void) {
  if (isLive) return { console: { form: 'pretty', level: 'warn', colour, print } } as const;
  if (config.log.file !== undefined || config.quiet) {
    return { console: { form: 'json', level: config.quiet ? 'error' : 'warn', colour: false, print } } as const;
  }
  return { console: { form: 'json', level: config.log.level, colour: false, print } } as const;
}
