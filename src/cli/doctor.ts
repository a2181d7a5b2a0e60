import { randomInt } from 'node:crypto';
import type { Command } from 'commander';
import { type Clock, systemClock } from '../base/clock.js';
import { formatDiagnostics } from '../base/diagnostic.js';
import { parseDuration } from '../base/duration.js';
import { UsageError } from '../base/errors.js';
import { seededRandom } from '../base/random.js';
import { type AgentSeat, type RunFlags, resolveWorkerConfig, type WorkerConfig } from '../config/index.js';
import { checkUp } from '../fleet/checkup.js';
import { Findings } from '../fleet/finding.js';
import { askHosts } from '../fleet/host-round.js';
import { IcwsError } from '../icws/errors.js';
import { introduce } from '../icws/introduction.js';
import { reach } from '../icws/reach.js';
import { openSession } from '../icws/session-opening.js';
import { nodeFiles, rememberedRefusal } from '../journal/index.js';
import { type WorldConfig, WorldSchema } from '../simulator/index.js';
import { findWay, type Way } from './connection.js';
import { doctorEnd, doctorJson, doctorText } from './doctor-report.js';
import { flag } from './flag.js';
import { EXIT, type ExitCode, type Io } from './io.js';
import { openLog } from './log.js';

import { withRosterFlags } from './roster-flags.js';
import { secretFingerprint } from './run-journal.js';

/** The flags of `doctor`: those of `run` that say where and who, and its own. */
interface DoctorFlags extends Omit<RunFlags, 'campaigns'> {
  readonly campaigns?: string;
  readonly user?: string;
  readonly timeout: string;
  readonly json?: boolean;
}

/** Adds `doctor`. */
export function addDoctor(program: Command, io: Io, done: (code: ExitCode) => void): void {
  withRosterFlags(
    program
      .command('doctor')
      .description('look whether a bot could work at a server, and say what to mend; takes no call, one log-in'),
  )
    .addOption(flag('--user <name>', 'the bot of the roster that logs in; the first one without'))
    .addOption(
      flag('--journal <folder>', 'the journal of the worker, for passwords that it knows as refused (data/journal)'),
    )
    .addOption(flag('--retry-credentials', 'try again credentials that the journal knows as refused'))
    .addOption(flag('--timeout <time>', 'end after this time, whatever is left').default('90s'))
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      `
Exit code 1 where it finds a problem; warnings are no problems.

Examples:
  dialer-agent doctor -c config/worker.yaml
  dialer-agent doctor --server https://cic1.example.com:8019 --users bot001 --password-env BOT_PASSWORD --station bot001-ws`,
    )
    .action(async (flags: DoctorFlags) => done(await doctor(flags, io)));
}

/** `dialer-agent doctor`: one bot's way to work, step by step, short of taking a call. */
async function doctor({ user, timeout, json, campaigns, ...rest }: DoctorFlags, io: Io): Promise<ExitCode> {
  const timeoutMs = parseDuration(timeout);
  if (timeoutMs === undefined || timeoutMs <= 0) {
    throw new UsageError(`--timeout must be a duration such as 90s, not "${timeout}"`);
  }
  const flags = {
    ...rest,
    ...(campaigns !== undefined && { campaigns: [campaigns] }),
    noMetrics: true,
  };
  const { config, diagnostics } = resolveWorkerConfig<WorldConfig>({
    flags,
    env: io.env,
    readFile: io.readFile,
    worldSchema: WorldSchema,
  });
  const colour = io.stderr.isTTY === true && io.env.NO_COLOR === undefined;
  if (diagnostics.length > 0) io.err(`${formatDiagnostics(diagnostics, 'pretty', { color: colour })}\n`);
  if (!config) return EXIT.usage;
  const seat = seatOf(config, user);
  const findings = new Findings((finding) => {
    if (!json) io.out(doctorText(finding));
  });
  const way = await examine(config, seat, { findings, timeoutMs, io, isQuiet: json === true });
  if (json) io.out(doctorJson({ server: way.name, user: seat.user, ok: findings.isFine, checks: findings.all }));
  else io.out(doctorEnd(findings.all));
  return findings.isFine ? EXIT.done : EXIT.failed;
}

function seatOf({ agents }: WorkerConfig, user: string | undefined): AgentSeat {
  const seat = user === undefined ? agents[0] : agents.find((agent) => agent.user.toLowerCase() === user.toLowerCase());
  if (!seat) throw new UsageError(`--user ${user} is nobody of the roster`);
  return seat;
}

interface Setting {
  readonly findings: Findings;
  readonly timeoutMs: number;
  readonly io: Io;
  readonly isQuiet: boolean;
}

/** Joins the parts, examines, and closes what was opened. */
async function examine(
  config: WorkerConfig<WorldConfig>,
  seat: AgentSeat,
  { findings, timeoutMs, io, isQuiet }: Setting,
): Promise<Way> {
  const { server, statuses } = config;
  const clock = sweptClock();
  const { log, close: closeLog } = await openLog({
    level: config.log.level,
    ...(config.log.file !== undefined && { file: config.log.file }),
    console: { form: 'json', level: 'error', colour: false, print: (text) => io.err(`${text}\n`) },
  });
  const way = await findWay(config, { clock, readFile: io.readFile, log });
  const { address, transport, tlsCa } = way;
  const deps = { transport, clock, log, random: seededRandom(randomInt(2 ** 31))('doctor'), observe: () => {} };
  const stop = stopping(clock, timeoutMs, io);
  if (!isQuiet) io.out(`${seat.user} at ${way.name}\n\n`);
  try {
    await checkUp({
      clock,
      address,
      messaging: server.messaging,
      isSimulated: server.kind === 'simulator',
      seat,
      statuses,
      findings,
      stop: stop.reason,
      reach: (host) => reach({ origin: address.addressOf(host).origin, ca: tlsCa, timeoutMs: 8_000, clock }),
      introduce: (host) => introduce(deps, address.addressOf(host), server.language),
      openSession: async (refusedHosts) => {
        const known = await knownRefusal(config, seat, way.name);
        if (known) return { kind: 'refused', error: known };
        return askHosts({
          hosts: address.hosts,
          named: new Set(),
          onRefusedHosts: (hosts) => void refusedHosts.push(...hosts),
          open: (host) =>
            openSession(deps, {
              address,
              host,
              credentials: { user: seat.user, password: seat.password.reveal() },
              // Of its own: Dialer merges sessions of one user and name, and a worker's must not be logged off by us.
              applicationName: `${server.applicationName}-doctor`,
              language: server.language,
              messaging: server.messaging,
              timeoutMs: 15_000,
              limits: { headTimeoutMs: 6_000, muteMs: 6_000 },
            }),
        });
      },
    });
  } finally {
    stop.end();
    await way.close();
    clock.sweep();
    await closeLog();
  }
  return way;
}

/** Why the check-up is to end early: its time is up, or a signal came. */
function stopping(clock: Clock, timeoutMs: number, io: Io) {
  let stop: (why: string) => void = () => {};
  const reason = new Promise<string>((resolve) => {
    stop = resolve;
  });
  const timer = clock.setTimeout(() => stop('out of time (--timeout)'), timeoutMs);
  const deafen = io.onSignal((signal) => stop(`interrupted (${signal})`));
  return {
    reason,
    end: () => {
      clock.clearTimeout(timer);
      deafen();
    },
  };
}

/** The system's clock, whose timers can be cleared: a check that was given up must not keep the process. */
function sweptClock(): Clock & { sweep(): void } {
  const clock = systemClock();
  const timers = new Set<unknown>();
  return {
    ...clock,
    setTimeout: (fn, ms) => {
      const timer = clock.setTimeout(() => {
        timers.delete(timer);
        fn();
      }, ms);
      timers.add(timer);
      return timer;
    },
    clearTimeout: (timer) => {
      timers.delete(timer);
      clock.clearTimeout(timer);
    },
    sweep: () => {
      for (const timer of timers) clock.clearTimeout(timer);
    },
  };
}

/** The journal of the worker remembers that the server refused this very password: it is not tried again (rule 14). */
async function knownRefusal(
  { journal, server, retryCredentials }: WorkerConfig<WorldConfig>,
  seat: AgentSeat,
  name: string,
): Promise<IcwsError | undefined> {
  if (journal?.kind !== 'folder' || server.kind !== 'icws' || retryCredentials) return undefined;
  const identity = { server: name, applicationName: server.applicationName };
  const wanted = { identity, user: seat.user, now: Date.now() };
  // Where there is no journal, or one that cannot be read, nothing is remembered.
  const known = await rememberedRefusal({ files: nodeFiles(), path: journal.path }, wanted).catch(() => null);
  if (!known || known.fingerprint !== secretFingerprint(seat, known.salt)) return undefined;
  const message = `this password was refused before, as the journal ${journal.path} remembers; --retry-credentials tries it again`;
  return new IcwsError('icws/credentials-refused', message);
}
