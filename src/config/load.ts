import type { z } from 'zod';
import { type Diagnostic, hasErrors, sortDiagnostics } from '../base/diagnostic.js';
import { diagnoseFile, type LoadedDocument, type Locator, loadDocument } from '../base/document.js';
import { loadPolicy } from '../policy/index.js';
import { createComplaints, whyUnreadable } from './complaints.js';
import { explainWorkerKey } from './later-keys.js';
import { resolveRoster } from './roster.js';
import { layFlagsOver, type RunFlags } from './run-flags.js';
import { type WorkerFile, workerSchema } from './schema.js';
import { besideFile, type LoadWorld, resolveAllowedHosts, resolveServer } from './server.js';
import { substituteVariables } from './substitution.js';
import type { AgentSeat, Environment, ReadFile, ServerConfig, WorkerConfig } from './worker-config.js';

export interface ConfigContext<World> {
  readonly env: Environment;
  readonly readFile: ReadFile;
  /** The schema of the simulator's world, which this folder does not know. */
  readonly worldSchema: z.ZodType<World>;
  /** `check` may run where the secrets are not: then a missing one is a warning. Default: error. */
  readonly secretSeverity?: 'error' | 'warning';
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
  return resolve(undefined, '', flags, context);
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

function loadFile<World>(text: string, file: string, context: ConfigContext<World>): LoadedDocument<WorkerFile> {
  return loadDocument(text, file, workerSchema(context.worldSchema), {
    area: 'worker',
    what: 'worker file',
    explainKey: explainWorkerKey,
    prepare: (value, diagnose) => substituteVariables(value, context.env, diagnose, context.secretSeverity ?? 'error'),
  });
}

function resolve<World>(
  loaded: LoadedDocument<WorkerFile> | undefined,
  file: string,
  flags: RunFlags,
  context: ConfigContext<World>,
): LoadedConfig<World> {
  const flagged = layFlagsOver(loaded?.value ?? { version: 1 }, flags);
  const found = [...(loaded?.diagnostics ?? []), ...flagged.diagnostics];
  // Without a readable file its server and roster are not known, and every further complaint would be a guess.
  if (loaded && loaded.value === undefined) return { diagnostics: sortDiagnostics(found) };
  const resolved = resolveContent(flagged.content, file, flags, loaded?.locator, flagged.flagAt, context);
  const seats = flagged.firstAgents === undefined ? resolved.seats : resolved.seats.slice(0, flagged.firstAgents);
  checkNumbers(seats, resolved, flagged.content, flagged.firstAgents);
  const diagnostics = sortDiagnostics([...found, ...resolved.complaints.list]);
  if (hasErrors(diagnostics) || !resolved.server) return { diagnostics };
  const config = assemble(flagged.content, resolved.server as ServerConfig<World>, seats, resolved.allowHosts, flags);
  return { config, diagnostics };
}

interface Resolved {
  readonly complaints: ReturnType<typeof createComplaints>;
  readonly server: ServerConfig | undefined;
  readonly seats: AgentSeat[];
  readonly allowHosts: string[];
}

function resolveContent<World>(
  content: WorkerFile,
  file: string,
  flags: RunFlags,
  locator: Locator | undefined,
  flagAt: (path: readonly PropertyKey[]) => string | undefined,
  { env, readFile, worldSchema, secretSeverity = 'error' }: ConfigContext<World>,
): Resolved {
  const complaints = createComplaints(locator, flagAt);
  const loadWorld: LoadWorld = (text, path) => loadDocument(text, path, worldSchema, { area: 'world' });
  const server = resolveServer(content.server, { file, readFile, complaints, loadWorld });
  if (content.agents === undefined) {
    const message = 'Nobody is to work: neither "agents" in a file nor --users.';
    complaints.add([], { code: 'worker/no-agents', message }, 'parent');
  }
  const seats = resolveRoster(content.agents ?? [], {
    env,
    readFile,
    // What a flag names is relative to where the person is; what a file names, to the file.
    locateFile: (path, at) => (isFlagPath(flagAt(at)) ? path : besideFile(file, path)),
    loadPolicy,
    complaints,
    literalPasswords: content.server?.simulator !== undefined,
    secretSeverity,
  });
  const allowHosts = resolveAllowedHosts(server, content.safety?.allowHosts, flags.allowHost ?? [], complaints);
  return { complaints, server, seats, allowHosts };
}

function isFlagPath(flag: string | undefined): boolean {
  return flag === '--policy' || flag === '--password-file';
}

function checkNumbers(
  seats: readonly AgentSeat[],
  { complaints, seats: roster }: Resolved,
  content: WorkerFile,
  wanted: number | undefined,
): void {
  if (hasErrors(complaints.list)) return;
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
  const { seed, load, limits, statuses, drain, recovery, http, log, safety } = content;
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
    recovery: { waitMs: recovery?.wait ?? 10_000 },
    ...(flags.noMetrics ? {} : { http: { host: http?.host ?? '127.0.0.1', port: http?.port ?? 9_464 } }),
    log: { level: log?.level ?? 'info', ...(flags.logFile === undefined ? {} : { file: flags.logFile }) },
    safety: { allowHosts, maxAgents: safety?.maxAgents ?? Number.POSITIVE_INFINITY },
    ...(flags.summary === undefined ? {} : { summary: flags.summary }),
    quiet: flags.quiet ?? false,
  };
}
