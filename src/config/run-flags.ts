import type { z } from 'zod';
import type { Diagnostic } from '../base/diagnostic.js';
import { diagnoseFile } from '../base/document.js';
import {
  durationField,
  portField,
  positiveDurationField,
  rateField,
  textField,
  wholeField,
  wordField,
} from '../base/fields.js';
import type { AgentsFile, ServerFile, WorkerFile } from './schema.js';
import { LOG_LEVELS } from './worker-config.js';

/** The flags of `run`, as typed by the user (design §5); each overrides its part of the file. */
export interface RunFlags {
  readonly config?: string | undefined;
  readonly server?: string | undefined;
  readonly users?: string | undefined;
  readonly agents?: string | undefined;
  readonly passwordEnv?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly policy?: string | undefined;
  /** A workstation id, with `{user}` for the user name, or `none`. */
  readonly station?: string | undefined;
  readonly campaigns?: readonly string[] | undefined;
  readonly duration?: string | undefined;
  readonly maxCalls?: string | undefined;
  readonly seed?: string | undefined;
  readonly summary?: string | undefined;
  readonly logins?: string | undefined;
  readonly messaging?: string | undefined;
  readonly applicationName?: string | undefined;
  readonly httpHost?: string | undefined;
  readonly metricsPort?: string | undefined;
  readonly noMetrics?: boolean | undefined;
  readonly journal?: string | undefined;
  readonly noJournal?: boolean | undefined;
  readonly retryCredentials?: boolean | undefined;
  readonly allowHost?: readonly string[] | undefined;
  readonly allowPlaintext?: boolean | undefined;
  readonly drainTimeout?: string | undefined;
  readonly logLevel?: string | undefined;
  readonly logFile?: string | undefined;
  readonly quiet?: boolean | undefined;
  /** Whatever server is named: the embedded simulator takes its place, with the world `null` where the file has none. */
  readonly rehearse?: boolean | undefined;
}

/** The file with the flags laid over it, and what only flags can say. */
export interface FlaggedFile {
  readonly content: WorkerFile;
  /** The first so many of the roster. */
  readonly firstAgents?: number;
  readonly diagnostics: readonly Diagnostic[];
  /** The flag that set the value at a path of `content`, if one did. */
  readonly flagAt: (path: readonly PropertyKey[]) => string | undefined;
}

/** Lays the flags over the file. Every flag is read by the same field as its key in the file. */
export function layFlagsOver(file: WorkerFile, flags: RunFlags): FlaggedFile {
  const diagnostics: Diagnostic[] = [];
  /** The value of one flag, or an empty object where it is not given or wrong. */
  const read = <T, K extends string>(
    flag: string,
    text: string | undefined,
    field: z.ZodType<T>,
    key: K,
  ): { [P in K]?: T } => {
    if (text === undefined) return {};
    const isNumber = field.safeParse(text).success === false && /^\d+$/.test(text.trim());
    const parsed = field.safeParse(isNumber ? Number(text) : text);
    if (parsed.success) return { [key]: parsed.data } as { [P in K]?: T };
    const rule = parsed.error.issues[0]?.message ?? 'is not understood';
    diagnostics.push(diagnoseFile(flag, { code: 'usage/bad-flag', message: `${flag} ${rule}, not "${text}".` }));
    return {};
  };
  const given = <T, K extends string>(value: T | undefined, key: K): { [P in K]?: T } =>
    (value === undefined ? {} : { [key]: value }) as { [P in K]?: T };

  const messaging = wordField(['auto', 'stream', 'poll']);
  const content: WorkerFile = {
    ...file,
    ...read('--seed', flags.seed, wholeField(0), 'seed'),
    ...given(serverOf(file.server, flags, read('--messaging', flags.messaging, messaging, 'messaging')), 'server'),
    ...given(agentsOf(file.agents, flags), 'agents'),
    load: { ...file.load, ...read('--logins', flags.logins, rateField(), 'logins') },
    limits: {
      ...file.limits,
      ...read('--duration', flags.duration, positiveDurationField(), 'duration'),
      ...read('--max-calls', flags.maxCalls, wholeField(1), 'calls'),
    },
    drain: { ...file.drain, ...read('--drain-timeout', flags.drainTimeout, durationField(), 'timeout') },
    http: {
      ...file.http,
      ...given(flags.httpHost, 'host'),
      ...read('--metrics-port', flags.metricsPort, portField(), 'port'),
    },
    journal: { ...file.journal, ...read('--journal', flags.journal, textField('the path of a folder'), 'path') },
    log: { ...file.log, ...read('--log-level', flags.logLevel, wordField(LOG_LEVELS), 'level') },
  };
  const { count } = read('--agents', flags.agents, wholeField(1), 'count');
  return { content, ...given(count, 'firstAgents'), diagnostics, flagAt: (path) => flagAt(path, flags) };
}

function serverOf(
  file: ServerFile | undefined,
  flags: RunFlags,
  overrides: Partial<ServerFile>,
): ServerFile | undefined {
  const plain = { ...overrides };
  if (flags.applicationName !== undefined) plain.applicationName = flags.applicationName;
  if (flags.allowPlaintext) plain.allowPlaintext = true;
  if (flags.server === undefined && !flags.rehearse) return file && { ...file, ...plain };
  // Another server than that of the file: what belongs to the place stays behind, what belongs to the purpose comes along.
  const { url: _url, urlTemplate: _template, host: _host, alternates: _others, simulator, ...kept } = file ?? {};
  if (flags.server === undefined) return { ...kept, ...plain, simulator: simulator ?? null };
  return { ...kept, ...plain, url: flags.server };
}

function agentsOf(file: readonly AgentsFile[] | undefined, flags: RunFlags): AgentsFile[] | undefined {
  const overrides: Partial<AgentsFile> = {
    ...(flags.passwordEnv === undefined ? {} : { password: { env: flags.passwordEnv } }),
    ...(flags.passwordFile === undefined ? {} : { password: { file: flags.passwordFile } }),
    ...(flags.policy === undefined ? {} : { policy: flags.policy }),
    ...(flags.station === undefined ? {} : { station: stationOf(flags.station) }),
    ...(flags.campaigns === undefined ? {} : { campaigns: campaignsOf(flags.campaigns) }),
  };
  if (flags.users !== undefined) return [{ ...file?.[0], ...overrides, users: flags.users.split(',').map(trim) }];
  return file?.map((group) => ({ ...group, ...overrides }));
}

function stationOf(text: string): NonNullable<AgentsFile['station']> {
  return text === 'none' ? 'none' : { workstation: text };
}

function campaignsOf(names: readonly string[]): NonNullable<AgentsFile['campaigns']> {
  const list = names.flatMap((name) => name.split(',')).map(trim);
  return list.includes('all') ? 'all' : list;
}

function trim(text: string): string {
  return text.trim();
}

function flagAt(path: readonly PropertyKey[], flags: RunFlags): string | undefined {
  const [block, second, third] = path;
  if (block === 'server' && second === 'url' && flags.server !== undefined) return '--server';
  if (block !== 'agents') return undefined;
  if (third === 'password' && flags.passwordFile !== undefined) return '--password-file';
  if (third === 'password' && flags.passwordEnv !== undefined) return '--password-env';
  if (third === 'policy' && flags.policy !== undefined) return '--policy';
  if (third === 'station' && flags.station !== undefined) return '--station';
  if (flags.users !== undefined) return '--users';
  return third === undefined && flags.agents !== undefined ? '--agents' : undefined;
}
