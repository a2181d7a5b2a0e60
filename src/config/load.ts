import type { z } from 'zod';
import { type Diagnostic, hasErrors, sortDiagnostics } from '../base/diagnostic.js';
import { diagnoseFile, type Locator, loadDocument } from '../base/document.js';
import { besideFile, whyUnreadable } from '../base/file-path.js';
import { type KnownCampaign, loadPolicy } from '../policy/index.js';
import { createComplaints } from './complaints.js';
import { resolveJournal } from './journal-place.js';
import { explainWorkerKey } from './later-keys.js';
import { resolveRoster } from './roster.js';
import { type FlaggedFile, layFlagsOver, type RunFlags } from './run-flags.js';
import { type Salvage, salvage } from './salvage.js';
import { type WorkerFile, workerSchema } from './schema.js';
import type { Secret } from './secret.js';
import { readSecret, type SecretSeverity } from './secret-source.js';
import { type LoadWorld, resolveAllowedHosts, resolveServer } from './server.js';
import { resolveShifts } from './shifts.js';
import { substituteVariables } from './substitution.js';
import type { AgentSeat, Environment, ReadFile, ServerConfig, WorkerConfig } from './worker-config.js';

export interface ConfigContext<World> {
  readonly env: Environment;
  readonly readFile: ReadFile;
  /** The schema of the simulator's world, which this folder does not know. */
  readonly worldSchema: z.ZodType<World>;
  /** `check` may run where the secrets are not, and `rehearse` needs none. Default: error. */
  readonly secretSeverity?: SecretSeverity;
  /** What the campaigns of the simulator's world offer: the labels of policies are held against it. */
  readonly campaignsOf?: (world: unknown) => readonly KnownCampaign[];
}

export interface LoadedConfig<World> {
  /** There when nothing but warnings was found. */
  readonly config?: WorkerConfig<World>;
  readonly diagnostics: Diagnostic[];
}

/** Reads and checks a worker file, and follows what it refers to. */
export function loadWorkerConfig<World>(
  input: ConfigContext<World> & { readonly text: string; readonly file: string },
): LoadedConfig<World> {
  return resolve(loadFile(input.text, input.file, input), input.file, {}, input);
}

/** A configuration by flags alone. */
export function configFromFlags<World>(flags: RunFlags, context: ConfigContext<World>): LoadedConfig<World> {
  const document = { content: { version: 1 }, unknown: new Set<string>(), diagnostics: [] } as const;
  return resolve(document, '', flags, context);
}

/** The one entry of `run`: the file (`file`, else `--config`) with the flags laid over it, or flags alone. */
export function resolveWorkerConfig<World>(
  input: ConfigContext<World> & { readonly file?: string; readonly flags: RunFlags },
): LoadedConfig<World> {
  const file = input.file ?? input.flags.config;
  if (file === undefined) return configFromFlags(input.flags, input);
  let text: string;
  try {
    text = input.readFile(file);
  } catch (error) {
    const message = `The configuration file cannot be read: ${whyUnreadable(error)}.`;
    return { diagnostics: [diagnoseFile(file, { code: 'usage/unreadable', message })] };
  }
  return resolve(loadFile(text, file, input), file, input.flags, input);
}

/** A worker file as far as it is understood, and what is wrong with the rest. */
interface WorkerDocument extends Salvage {
  readonly diagnostics: readonly Diagnostic[];
  readonly locator?: Locator;
}

function loadFile<World>(text: string, file: string, context: ConfigContext<World>): WorkerDocument {
  const schema = workerSchema(context.worldSchema);
  const { value, raw, diagnostics, locator } = loadDocument(text, file, schema, {
    area: 'worker',
    what: 'worker file',
    explainKey: explainWorkerKey,
    prepare: (read, { diagnose }) =>
      substituteVariables(read, context.env, diagnose, context.secretSeverity ?? 'error'),
  });
  if (value !== undefined) return { content: value, unknown: new Set(), diagnostics, locator };
  // Not even YAML: whatever could be said of its meaning would be a guess.
  const nothing = { content: { version: 1 }, unknown: new Set(['server', 'agents']) } as const;
  const isMap = typeof raw === 'object' && raw !== null;
  return { ...(isMap ? salvage(raw, schema) : nothing), diagnostics, locator };
}

function resolve<World>(
  document: WorkerDocument,
  file: string,
  flags: RunFlags,
  context: ConfigContext<World>,
): LoadedConfig<World> {
  const flagged = layFlagsOver(document.content, flags);
  const resolved = resolveContent(flagged, document, file, flags, context);
  const found = sortDiagnostics([...document.diagnostics, ...flagged.diagnostics, ...resolved.complaints.list]);
  if (hasErrors(found) || !resolved.server) return { diagnostics: found };
  const seats = flagged.firstAgents === undefined ? resolved.seats : resolved.seats.slice(0, flagged.firstAgents);
  checkNumbers(seats, resolved, flagged);
  const diagnostics = sortDiagnostics([...found, ...resolved.complaints.list]);
  if (hasErrors(diagnostics)) return { diagnostics };
  const server = resolved.server as ServerConfig<World>;
  const journal = resolveJournal(flagged.content.journal, server.kind, file, flags);
  const config: WorkerConfig<World> = {
    ...assemble(flagged.content, server, seats, resolved.allowHosts, flags),
    ...httpOf(flagged.content.http, resolved.token, flags),
    ...(journal && { journal }),
  };
  return { config, diagnostics };
}

interface Resolved {
  readonly complaints: ReturnType<typeof createComplaints>;
  readonly server: ServerConfig | undefined;
  readonly seats: AgentSeat[];
  readonly allowHosts: string[];
  readonly token: Secret | undefined;
}

function resolveContent<World>(
  { content, flagAt }: FlaggedFile,
  { locator, unknown }: WorkerDocument,
  file: string,
  flags: RunFlags,
  { env, readFile, worldSchema, secretSeverity = 'error', campaignsOf }: ConfigContext<World>,
): Resolved {
  const complaints = createComplaints(locator, flagAt);
  const loadWorld: LoadWorld = (text, path) => loadDocument(text, path, worldSchema, { area: 'world' });
  const isServerUnknown = content.server === undefined && unknown.has('server');
  const server = isServerUnknown ? undefined : resolveServer(content.server, { file, readFile, complaints, loadWorld });
  if (content.agents === undefined && !unknown.has('agents')) {
    const message = 'Nobody is to work: neither "agents" in a file nor --users.';
    complaints.add([], { code: 'worker/no-agents', message }, 'parent');
  }
  const campaigns = server?.kind === 'simulator' ? campaignsOf?.(server.world) : undefined;
  const seats = resolveRoster(content.agents ?? [], {
    env,
    readFile,
    // What a flag names is relative to where the person is; what a file names, to the file.
    locateFile: (path, at) => (isFlagPath(flagAt(at)) ? path : besideFile(file, path)),
    loadPolicy: (text, path) => loadPolicy(text, path, { readFile, campaigns }),
    complaints,
    literalPasswords: isServerUnknown || content.server?.simulator !== undefined,
    secretSeverity,
    shifts: resolveShifts(content.shifts, { used: shiftsUsed(content), areAll: !unknown.has('shifts') }, complaints),
  });
  const allowHosts = resolveAllowedHosts(server, content.safety?.allowHosts, flags.allowHost ?? [], complaints);
  const token =
    content.http?.token && !flags.noMetrics
      ? readSecret(
          content.http.token,
          { what: 'token', at: ['http', 'token'], locateFile: (path) => besideFile(file, path) },
          { env, readFile, complaints, secretSeverity },
        )
      : undefined;
  return { complaints, server, seats, allowHosts, token };
}

/** The shifts that the roster names; null where the roster is not understood in full. */
function shiftsUsed({ agents }: WorkerFile): ReadonlySet<string> | null {
  if (!agents || agents.some(({ users }) => users.length === 0)) return null;
  return new Set(agents.flatMap(({ shift }) => shift ?? []));
}

function isFlagPath(flag: string | undefined): boolean {
  return flag === '--policy' || flag === '--password-file';
}

function checkNumbers(
  seats: readonly AgentSeat[],
  { complaints, seats: roster }: Resolved,
  flagged: FlaggedFile,
): void {
  const { content, firstAgents: wanted } = flagged;
  if (wanted !== undefined && wanted > roster.length) {
    const message = `--agents asks for ${wanted}, but the roster has ${roster.length}.`;
    complaints.list.push(diagnoseFile('--agents', { code: 'usage/bad-flag', message }));
  }
  const most = content.safety?.maxAgents;
  if (most === undefined || seats.length <= most) return;
  const message = `The roster has ${seats.length} agents; "maxAgents" permits ${most}.`;
  complaints.add(['safety', 'maxAgents'], { code: 'worker/too-many-agents', message });
}

function assemble<World>(
  content: WorkerFile,
  server: ServerConfig<World>,
  agents: readonly AgentSeat[],
  allowHosts: readonly string[],
  flags: RunFlags,
): WorkerConfig<World> {
  const { seed, load, limits, statuses, drain, recovery, watchdog, log, safety } = content;
  const { duration: durationMs, calls } = limits ?? {};
  return {
    ...(seed === undefined ? {} : { seed }),
    server,
    agents,
    load: { loginsPerSecond: load?.logins ?? 20, start: 'at-once' },
    limits: { ...(durationMs === undefined ? {} : { durationMs }), ...(calls === undefined ? {} : { calls }) },
    statuses: {
      available: statuses?.available ?? 'Available',
      break: statuses?.break ?? 'At a training session',
      end: statuses?.end ?? 'Gone Home',
    },
    drain: { timeoutMs: drain?.timeout ?? 120_000 },
    reload: { watch: content.reload?.watch ?? false },
    recovery: { waitMs: recovery?.wait ?? 10_000 },
    watchdog: { stuckMs: watchdog?.stuck ?? 300_000 },
    retryCredentials: flags.retryCredentials ?? false,
    log: { level: log?.level ?? 'info', ...(flags.logFile === undefined ? {} : { file: flags.logFile }) },
    safety: { allowHosts, maxAgents: safety?.maxAgents ?? Number.POSITIVE_INFINITY },
    ...(flags.summary === undefined ? {} : { summary: flags.summary }),
    quiet: flags.quiet ?? false,
  };
}

function httpOf(
  http: WorkerFile['http'],
  token: Secret | undefined,
  { noMetrics }: RunFlags,
): Pick<WorkerConfig, 'http'> {
  if (noMetrics) return {};
  const { host = '127.0.0.1', port } = http ?? {};
  return { http: { host, port: port ?? 9_464, anyPort: port === undefined, ...(token && { token }) } };
}
