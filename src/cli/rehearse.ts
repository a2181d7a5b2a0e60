import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { messageOf, UsageError } from '../base/errors.js';
import { type AgentSeat, besideFile, type WorkerConfig } from '../config/index.js';
import { CALL_COLUMNS, callsOf, formatRows } from '../journal/index.js';
import type { Rehearsal } from '../report/rehearsal.js';
import { formatRehearsal } from '../report/rehearsal-text.js';
import type { WorldConfig } from '../simulator/index.js';
import { flag } from './flag.js';
import { EXIT, type ExitCode, type Io } from './io.js';
import { type Rehearsed, rehearse } from './rehearsal.js';
import { rehearsalReport } from './rehearsal-report.js';
import { type RehearsalSpan, rehearsalSpan, zoneOfSeats } from './rehearsal-span.js';
import { fitToRoster, type RehearsalWorld, worldForRoster } from './rehearsal-world.js';
import { loadServerlessConfig } from './serverless-config.js';
import { loadWorldFile } from './world-file.js';

/** The flags of `rehearse`, as typed. */
export interface RehearseFlags {
  readonly config: string;
  readonly from: string;
  readonly days: string;
  readonly zone?: string;
  readonly seed?: string;
  readonly world?: string;
  readonly policy?: string;
  readonly agents?: string;
  readonly recycle?: boolean;
  /** Where the calls go as CSV. */
  readonly calls?: string;
  readonly json?: boolean;
  readonly strict?: boolean;
  readonly quiet?: boolean;
}

/** Adds `rehearse`. */
export function addRehearse(program: Command, io: Io, done: (code: ExitCode) => void): void {
  program
    .command('rehearse')
    .description(
      'let the agents of a worker file work some days on the simulator in a virtual time, and say how it went',
    )
    .addOption(flag('-c, --config <file>', 'worker file').makeOptionMandatory())
    .addOption(
      flag('--from <date>', 'first day, such as 2026-03-06; or a time, such as 2026-03-06T08:00').makeOptionMandatory(),
    )
    .addOption(flag('--days <n>', 'how many days').default('7'))
    .addOption(
      flag('--zone <zone>', 'time zone of --from (that of the first shift, else of the first policy, else UTC)'),
    )
    .addOption(flag('--seed <number>', 'seed of decisions and world (that of the file, else 1)'))
    .addOption(flag('--world <file>', 'world file instead of the one that the worker file names'))
    .addOption(flag('--policy <file>', 'policy of all agents'))
    .addOption(flag('--agents <n>', 'only the first n of the roster'))
    .addOption(flag('--recycle', 'every contact list begins anew each day'))
    .addOption(flag('--json', 'one JSON object'))
    .addOption(flag('--calls <file>', 'write every call to this file, as CSV'))
    .addOption(flag('--strict', 'exit code 1 where there are warnings'))
    .addOption(flag('--quiet', 'nothing on stderr but errors'))
    .addHelpText(
      'after',
      `
No server is asked and no secret is read. The same files, flags and seed give the same output.

Examples:
  dialer-agent rehearse -c config/worker.yaml --from 2026-03-06 --days 7
  dialer-agent rehearse -c config/worker.yaml --from 2026-10-23 --world config/worlds/blended.yaml --seed 7 --json`,
    )
    .action(async (flags: RehearseFlags) => done(await rehearseCommand(flags, io)));
}

/** `dialer-agent rehearse`: some days in seconds, told on stdout. */
async function rehearseCommand(flags: RehearseFlags, io: Io): Promise<ExitCode> {
  const { config: file, seed: flagSeed, policy, agents } = flags;
  const config = loadServerlessConfig({ config: file, seed: flagSeed, policy, agents }, io, flags.quiet);
  if (!config) return EXIT.usage;
  const span = rehearsalSpan({ ...flags, zone: flags.zone ?? zoneOfSeats(config.agents) });
  const setting = worldFor(config, flags, span.days, io);
  if (!setting) return EXIT.usage;
  const { world, worldFile, notes } = setting;
  // Rather now than after a long rehearsal it is found out that it cannot be written.
  if (flags.calls !== undefined) writeTo(flags.calls, '');
  const seed = config.seed ?? 1;
  const staged = onStage(config, world, worldFile);
  const report = await timed(io, flags, span, async (onDay, isInterrupted) => {
    const users = staged.agents.map((seat) => ({ user: seat.user, zone: zoneOfAgent(seat, flags.zone ?? null, span) }));
    const readFile = (path: string): string => io.readFile(besideFile(worldFile, path));
    const { recycled } = setting;
    const keepsCalls = flags.calls !== undefined;
    const plan = { ...span, config: staged, seed, users, recycled, keepsCalls, readFile, onDay, isInterrupted };
    const rehearsed = await rehearse(plan);
    if (rehearsed && flags.calls !== undefined) await writeCalls(flags.calls, rehearsed);
    const { days } = span;
    return rehearsed && rehearsalReport(rehearsed, { plan, days, file: flags.config, origin: setting.origin, notes });
  });
  if (!report) {
    io.err('The rehearsal was interrupted; nothing is told of it.\n');
    return EXIT.killed;
  }
  io.out(flags.json ? `${JSON.stringify(report)}\n` : formatRehearsal(report));
  return flags.strict && report.warnings.length > 0 ? EXIT.failed : EXIT.done;
}

/** On whose clock an agent's days are told: that of its shift; without one the zone asked for, else its policy's. */
function zoneOfAgent(seat: AgentSeat, asked: string | null, { zone }: RehearsalSpan): string {
  return asked !== null && !seat.shift ? asked : zoneOfSeats([seat], zone);
}

/** The world that is worked against, and the file that its contact lists lie beside. */
function worldFor(
  { agents, server, seed: workerSeed, limits }: WorkerConfig<WorldConfig | null>,
  { world: file, seed: flagSeed, recycle = false, config }: RehearseFlags,
  days: number,
  io: Io,
): (RehearsalWorld & { readonly worldFile: string }) | undefined {
  const own = server.kind === 'simulator' ? server : undefined;
  const named = file === undefined ? own?.world : loadWorldFile(file, io);
  if (file !== undefined && !named) return undefined;
  const notes = [
    ...(limits.durationMs === undefined ? [] : ['limits.duration is left aside: --days says how long']),
    ...(named ? [] : ['no server is asked; give a world of your own with --world']),
  ];
  const made = named ?? worldForRoster(agents, { seed: workerSeed ?? 1, days });
  const fitted = fitToRoster(made, agents);
  return {
    world: { ...fitted.world, ...(flagSeed !== undefined && { seed: Number(flagSeed) }) },
    origin: file ?? (named ? `that of ${config}` : 'made up for the roster'),
    recycled: recycle || !named,
    notes: [...notes, ...fitted.notes],
    worldFile: file ?? own?.worldFile ?? config,
  };
}

/** The configuration with the simulator for its server, whatever it names. */
function onStage(
  config: WorkerConfig<WorldConfig | null>,
  world: WorldConfig,
  worldFile: string,
): WorkerConfig<WorldConfig> {
  const { durationMs: _durationMs, ...limits } = config.limits;
  const { applicationName, language } = config.server;
  return {
    ...config,
    limits,
    server: {
      kind: 'simulator',
      applicationName,
      language,
      messaging: 'stream',
      firstConnectMs: null,
      world,
      worldFile,
    },
  };
}

/** Writes the calls in the form of `calls --csv`. */
async function writeCalls(file: string, { lines }: Rehearsed): Promise<void> {
  let text = '';
  for await (const part of formatRows(callsOf([lines], {}), CALL_COLUMNS, 'csv')) text += part;
  writeTo(file, text);
}

function writeTo(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(`cannot write the calls to ${file}: ${messageOf(error)}`, error);
  }
}

/** Tells on stderr how far it is, and how long it took; ends at once by a signal. */
async function timed(
  io: Io,
  { quiet = false }: RehearseFlags,
  { days }: RehearsalSpan,
  work: (onDay: (date: string, calls: number) => void, isInterrupted: () => boolean) => Promise<Rehearsal | undefined>,
): Promise<Rehearsal | undefined> {
  const startedMs = performance.now();
  const isLive = io.stderr.isTTY === true && !quiet;
  let isInterrupted = false;
  const stopListening = io.onSignal(() => {
    isInterrupted = true;
  });
  try {
    const report = await work(
      (date, calls) => {
        if (isLive) io.err(`\r${date}: ${calls} calls so far `);
      },
      () => isInterrupted,
    );
    if (isLive) io.err('\r\u001b[K');
    if (report && !quiet) {
      const seconds = (performance.now() - startedMs) / 1_000;
      const { total } = report.calls;
      io.err(`${days} ${days === 1 ? 'day' : 'days'} and ${total} calls in ${seconds.toFixed(1)} s\n`);
    }
    return report;
  } finally {
    stopListening();
  }
}
