import { createHmac, randomBytes, randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { agentChart } from '../agent/chart.js';
import { DEFAULT_TIMINGS } from '../agent/timings.js';
import { type Clock, systemClock } from '../base/clock.js';
import { formatDiagnostics } from '../base/diagnostic.js';
import { messageOf, UsageError } from '../base/errors.js';
import { seededRandom } from '../base/random.js';
import { type RunFlags, resolveWorkerConfig, type WorkerConfig } from '../config/index.js';
import { createFleet, type Fleet, type FleetEnd } from '../fleet/fleet.js';
import { startHttpServer } from '../fleet/http-server.js';
import { recordLog } from '../fleet/record-log.js';
import { MESSAGE_TYPES, observeRequest, recordMetrics } from '../fleet/record-metrics.js';
import { timelyClock } from '../fleet/timely-clock.js';
import { OPERATIONS } from '../icws/commands.js';
import { AGENT_STATES } from '../journal/record.js';
import { teeRecorder } from '../journal/recorder.js';
import { watchLoopLag } from '../metrics/loop-lag.js';
import { createMetrics } from '../metrics/registry.js';
import { createLatencies } from '../report/latency.js';
import { buildSummary } from '../report/summary.js';
import { formatSummary } from '../report/summary-text.js';
import { createTally } from '../report/tally.js';
import { type WorldConfig, WorldSchema } from '../simulator/index.js';
import { type Connection, connect } from './connection.js';
import { EXIT, type ExitCode, type Io } from './io.js';
import { startLiveView } from './live-view.js';
import { openLog } from './log.js';
import { startProgress } from './progress.js';
import type { RunView } from './run-view.js';
import { TOOL, VERSION } from './version.js';

/** Drops what still holds the process this long after the end, naming nothing: a server may keep a socket half open. */
const LINGER_MS = 3_000;

/** `dialer-agent run`: log the agents in and work until the duration, the call limit or a signal. */
export async function run(flags: RunFlags, io: Io): Promise<ExitCode> {
  const { config, diagnostics } = resolveWorkerConfig<WorldConfig>({
    flags,
    env: io.env,
    readFile: io.readFile,
    worldSchema: WorldSchema,
  });
  const colour = io.stderr.isTTY === true && io.env.NO_COLOR === undefined;
  if (diagnostics.length > 0) io.err(`${formatDiagnostics(diagnostics, 'pretty', { color: colour })}\n`);
  if (!config) return EXIT.usage;
  return work(config, io, colour);
}

async function work(config: WorkerConfig<WorldConfig>, io: Io, colour: boolean): Promise<ExitCode> {
  const clock = systemClock();
  const seed = config.seed ?? randomInt(2 ** 31);
  const random = seededRandom(seed);
  const startedAt = clock.now();
  const users = config.agents.map(({ user }) => user);
  const releases: (() => unknown)[] = [];
  const release = async (): Promise<void> => {
    for (const free of releases.reverse()) await free();
    releases.length = 0;
  };

  try {
    const tally = createTally({ startedAt, users });
    const latencies = createLatencies();
    const metrics = createMetrics({
      version: VERSION,
      nodeVersion: process.version,
      known: { states: AGENT_STATES, operations: OPERATIONS, messageTypes: MESSAGE_TYPES },
    });
    metrics.agentsDesired(users.length);

    let fleet: Fleet | undefined;
    let page: string | undefined;
    const view = (): RunView => ({
      title: `${TOOL} · seed ${seed}`,
      tally: tally.snapshot(clock.now()),
      desired: users.length,
      elapsedMs: clock.now() - startedAt,
      ...(config.limits.durationMs !== undefined && {
        remainingMs: Math.max(0, startedAt + config.limits.durationMs - clock.now()),
      }),
      ...(fleet?.isDraining && { phase: 'draining' }),
      ...(page !== undefined && { url: page }),
    });
    const isLive = io.stderr.isTTY === true && !config.quiet;
    const live = isLive ? startLiveView({ out: io.stderr, clock, view, colour }) : undefined;
    if (live) releases.push(() => live.close());
    const print = live ? live.print : (text: string) => io.err(`${text}\n`);
    const { log, close: closeLog } = await openLog({
      level: config.log.level,
      ...(config.log.file !== undefined && { file: config.log.file }),
      ...consoleFor(config, isLive, colour, print),
    });
    releases.push(closeLog);
    if (!isLive && !config.quiet) releases.push(startProgress({ clock, view, write: print }));
    log.info({ seed, agents: users.length, version: VERSION }, 'run begins');

    const connection = await connect(config, { clock, random, log, readFile: io.readFile, observe: observeAll });
    releases.push(connection.close);
    function observeAll(observation: { operation: string; status: number | 'error'; seconds: number }): void {
      metricRequest(observation);
      latencies.observe(observation);
    }
    const metricRequest = observeRequest(metrics);
    const recorder = teeRecorder(tally.record.bind(tally), recordMetrics(metrics, users), recordLog(log));
    const agentClock: Clock = timelyClock(clock, (seconds) => metrics.scheduleLateness(seconds));
    fleet = createFleet({
      chart: agentChart(agentClock, { ...DEFAULT_TIMINGS, recoveryMs: config.recovery.waitMs }),
      clock: agentClock,
      random,
      log,
      recorder,
      seats: config.agents,
      statuses: config.statuses,
      loginsPerSecond: config.load.loginsPerSecond,
      firstConnectMs: config.server.firstConnectMs,
      durationMs: config.limits.durationMs ?? null,
      maxCalls: config.limits.calls ?? null,
      drainTimeoutMs: config.drain.timeoutMs,
      nameContact: contactNames(),
      fingerprintOf: () => null,
      openSession: connection.openSession,
      onMessage: (type) => metrics.message(type),
    });
    const running = fleet;
    if (config.http) {
      const status = () => ({
        ready: running.reasons().length === 0,
        desired: running.desired,
        reasons: running.reasons(),
        agents: running.agents,
        totals: () => tally.snapshot(clock.now()),
      });
      const { host, port, anyPort } = config.http;
      const server = await startHttpServer({ host, port, metrics, status }).catch((error: unknown) => {
        if (!anyPort) throw error;
        log.warn({ port }, 'the default port of the metrics is taken; a free one serves instead');
        return startHttpServer({ host, port: 0, metrics, status });
      });
      page = server.url;
      releases.push(server.close);
      log.info({ url: server.url }, 'metrics, health and live page');
    }
    releases.push(watchLoopLag(clock, (seconds) => metrics.eventLoopLag(seconds)));
    releases.push(listenToSignals(io, running, print));

    running.start();
    const end = await running.ended;
    const exit = exitOf(end);
    const ledger = connection.ledger?.();
    await release();
    const summary = buildSummary({
      tool: TOOL,
      node: process.version,
      seed,
      exit,
      desired: users.length,
      tally: tally.snapshot(clock.now()),
      requests: latencies.snapshot(),
    });
    if (config.summary !== undefined) writeSummary(config.summary, summary);
    if (!config.quiet) io.err(`\n${formatSummary(summary, ledger)}`);
    if (end.kind === 'refused') io.err(`${lastWords(end, connection)}\n`);
    return exit;
  } finally {
    await release();
    // Nothing of ours is left; a socket that a server holds half open must not keep the process.
    setTimeout(() => process.exit(), LINGER_MS).unref();
  }
}

/** Names contacts by a keyed hash: equal within this run, and nothing can be read from it. */
function contactNames(): (columns: string) => string {
  const key = randomBytes(32);
  return (columns) =>
    columns === '' ? '' : createHmac('sha256', key).update(columns).digest('base64url').slice(0, 16);
}

function consoleFor(config: WorkerConfig, isLive: boolean, colour: boolean, print: (text: string) => void) {
  if (isLive) return { console: { form: 'pretty', level: 'warn', colour, print } } as const;
  if (config.log.file !== undefined || config.quiet) {
    return { console: { form: 'json', level: config.quiet ? 'error' : 'warn', colour: false, print } } as const;
  }
  return { console: { form: 'json', level: config.log.level, colour: false, print } } as const;
}

/** The first signal drains, the second ends at once; both say so (design §5). */
function listenToSignals(io: Io, fleet: Fleet, print: (text: string) => void): () => void {
  let count = 0;
  return io.onSignal((signal) => {
    count++;
    if (count === 1) {
      print(`${signal}: draining; agents finish their calls and log off. A second signal ends at once.`);
      fleet.drain('signal');
    } else {
      print(`${signal}: ending at once.`);
      fleet.kill();
    }
  });
}

function exitOf(end: FleetEnd): ExitCode {
  switch (end.kind) {
    case 'killed':
      return EXIT.killed;
    case 'refused':
      return EXIT.refused;
    case 'drained':
      return end.cutCalls > 0 ? EXIT.failed : EXIT.done;
  }
}

/** What a person should do now. */
function lastWords(end: Extract<FleetEnd, { kind: 'refused' }>, connection: Connection): string {
  const why = end.message === '' ? '' : `: ${end.message}`;
  switch (end.reason) {
    case 'credentials-refused':
      return (
        `The server refused the credentials${why}. No password is tried twice, so that no account is locked; ` +
        'correct it and start again.'
      );
    case 'no-licence':
      return 'The server allows these users no Dialer work (403): they need the Dialer add-on licence (I3_ACCESS_DIALER_ADDON).';
    default:
      return `No agent could work at ${connection.name} (${end.reason})${why}.`;
  }
}

function writeSummary(path: string, summary: unknown): void {
  try {
    writeFileSync(path, `${JSON.stringify(summary, null, 2)}\n`);
  } catch (error) {
    throw new UsageError(`cannot write the summary ${path}: ${messageOf(error)}`, error);
  }
}
