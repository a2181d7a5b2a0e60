import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { type Clock, systemClock } from '../base/clock.js';
import { formatDiagnostics } from '../base/diagnostic.js';
import { messageOf, UsageError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { seededRandom } from '../base/random.js';
import { type RunFlags, resolveWorkerConfig } from '../config/index.js';
import type { Fleet, FleetEnd } from '../fleet/fleet.js';
import { timelyClock } from '../fleet/timely-clock.js';
import { type Recorder, recorderOf } from '../journal/recorder.js';
import { buildSummary } from '../report/summary.js';
import { formatSummary } from '../report/summary-text.js';
import { type WorldConfig, WorldSchema } from '../simulator/index.js';
import { composeFleet } from './compose-fleet.js';
import { connect } from './connection.js';
import { cronWakes } from './cron-wakes.js';
import { watchFiles } from './file-watch.js';
import { type Instruments, openInstruments } from './instruments.js';
import { EXIT, type ExitCode, type Io } from './io.js';
import { lastWords } from './last-words.js';
import { type PresentConfig, Reloader } from './reload.js';
import { openRunJournal, type RunJournal } from './run-journal.js';
import { serve } from './serve.js';
import { type FileDigests, trackFiles } from './tracked-files.js';
import { TOOL } from './version.js';

/** What still holds the process this long after the end is dropped: a server may keep a socket half open. */
const LINGER_MS = 3_000;

/** `dialer-agent run`: log the agents in and work until the duration, the call limit or a signal. */
export async function run(flags: RunFlags, io: Io): Promise<ExitCode> {
  const tracked = trackFiles(io.readFile);
  const { config, diagnostics } = resolveWorkerConfig<WorldConfig>({
    flags,
    env: io.env,
    readFile: tracked.read,
    worldSchema: WorldSchema,
  });
  const colour = io.stderr.isTTY === true && io.env.NO_COLOR === undefined;
  if (diagnostics.length > 0) io.err(`${formatDiagnostics(diagnostics, 'pretty', { color: colour })}\n`);
  if (!config) return EXIT.usage;
  const clock = systemClock();
  const seed = config.seed ?? randomInt(2 ** 31);
  const instruments = await openInstruments(config, { clock, seed, io, colour });
  try {
    const source = { flags, files: tracked.digests, colour };
    return await work({ ...config }, { clock, seed, io, instruments, source });
  } finally {
    await instruments.close();
    // Nothing of ours is left; a socket that a server holds half open must not keep the process.
    setTimeout(() => process.exit(), LINGER_MS).unref();
  }
}

interface Tools {
  readonly clock: Clock;
  readonly seed: number;
  readonly io: Io;
  readonly instruments: Instruments;
  /** Where the configuration came from, and may come from again. */
  readonly source: { readonly flags: RunFlags; readonly files: FileDigests; readonly colour: boolean };
}

/** Joins the parts and lets them work. What was opened is closed in reverse, whatever happens. */
async function work(config: PresentConfig, tools: Tools): Promise<ExitCode> {
  const { clock, seed, io, instruments } = tools;
  const { log, metrics, tally, latencies, sinks, observe, print } = instruments;
  const random = seededRandom(seed);
  const releases: (() => unknown)[] = [];
  const release = async (): Promise<void> => {
    for (let free = releases.pop(); free; free = releases.pop()) await free();
  };
  try {
    log.info({ seed, agents: config.agents.length, tool: TOOL }, 'run begins');
    const connection = await connect(config, { clock, random, log, readFile: io.readFile, observe });
    releases.push(connection.close);
    let fleet: Fleet | undefined;
    const { applicationName } = config.server;
    const journal = await openRunJournal(config, {
      clock,
      log,
      metrics,
      seed,
      identity: { server: connection.name, applicationName, ...(connection.world && { world: connection.world }) },
      onFailure: () => fleet?.drain('journal-failed'),
    });
    releases.push(journal.close);
    releases.push(lastAct(io, log, journal));
    const recorder = recorderOf(sinks, journal.write);
    const running = composeFleet(config, {
      clock: timelyClock(clock, (seconds) => metrics.scheduleLateness(seconds)),
      random,
      log,
      recorder,
      memory: journal,
      openSession: connection.openSession,
      onMessage: (type) => metrics.message(type),
      onDrain: () => instruments.show({ phase: 'draining' }),
      wakeSource: cronWakes(log),
      onDesired: (desired) => {
        metrics.agentsDesired(desired);
        instruments.show({ desired });
      },
      onShiftChange: (timing) => metrics.shiftChanged(timing),
    });
    fleet = running;
    const reloader = reloaderOf(config, running, recorder, tools);
    if (config.http) releases.push(await serve(config.http, running, reloader, instruments, clock));
    releases.push(listenForReload(config, reloader, tools));
    releases.push(listenToSignals(io, running, print));
    running.start();
    const end = await running.ended;
    const ledger = connection.ledger?.();
    await release();
    const exit = end.kind === 'drained' && journal.hasFailed ? EXIT.failed : exitOf(end);
    const summary = buildSummary({
      tool: TOOL,
      node: process.version,
      seed,
      exit,
      desired: config.agents.length,
      tally: tally.snapshot(clock.now()),
      requests: latencies.snapshot(),
    });
    await instruments.close();
    if (config.summary !== undefined) writeSummary(config.summary, summary);
    if (!config.quiet) io.err(`\n${formatSummary(summary, ledger)}`);
    const words = lastWords({
      ...{ end, server: connection.name, drainTimeoutMs: config.drain.timeoutMs },
      ...{ hasJournal: config.journal?.kind === 'folder', hasJournalFailed: journal.hasFailed },
    });
    if (words !== undefined) io.err(`${words}\n`);
    return exit;
  } finally {
    await release();
  }
}

/** Where a defect ends the process, what is recorded gets to the disk first. */
function lastAct({ onCrash }: Io, log: Log, journal: RunJournal): () => void {
  const forget = onCrash?.(async (error) => {
    log.error({ err: error }, 'a defect ends the process: please report this');
    // Not closed: agents go on until the process is gone, and nothing may leave that is not written down.
    await journal.flush();
  });
  return forget ?? (() => {});
}

function reloaderOf(
  present: PresentConfig,
  fleet: Fleet,
  recorder: Recorder,
  { clock, io, instruments, source }: Tools,
) {
  const { log, metrics, print } = instruments;
  const { flags, files, colour } = source;
  const { env, readFile } = io;
  const record = recorder.write.bind(recorder);
  return new Reloader(
    { present, flags, env, readFile, fleet, log, metrics, now: clock.now, record, print, colour },
    files,
  );
}

/** SIGHUP reads the files anew, and so does a change of one where the file says so. */
function listenForReload({ reload }: PresentConfig, reloader: Reloader, { clock, io }: Tools): () => void {
  const deafen = io.onHangUp?.(() => void reloader.reload({ by: 'signal', from: 'SIGHUP' }));
  const onChange = (file: string): void => void reloader.reload({ by: 'file-watch', from: file });
  const unwatch = reload.watch
    ? watchFiles({ clock, readFile: io.readFile, files: () => reloader.watched, onChange })
    : undefined;
  return () => {
    deafen?.();
    unwatch?.();
  };
}

/** The first signal drains, the second ends at once; both say so (design §5). */
function listenToSignals(io: Io, fleet: Fleet, print: (text: string) => void): () => void {
  let count = 0;
  return io.onSignal((signal) => {
    count++;
    if (count === 1) {
      print(`${signal}: draining; agents finish their calls and log off. A second signal ends at once.`);
      fleet.drain('signal', { by: 'signal', from: signal });
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

function writeSummary(path: string, summary: unknown): void {
  try {
    writeFileSync(path, `${JSON.stringify(summary, null, 2)}\n`);
  } catch (error) {
    throw new UsageError(`cannot write the summary ${path}: ${messageOf(error)}`, error);
  }
}
