import { type Diagnostic, formatDiagnostics, hasErrors, sortDiagnostics } from '../base/diagnostic.js';
import { diagnoseFile } from '../base/document.js';
import { messageOf } from '../base/errors.js';
import type { Log } from '../base/log.js';
import {
  type Environment,
  keysForRestart,
  type ReadFile,
  type RunFlags,
  resolveWorkerConfig,
  type WorkerConfig,
} from '../config/index.js';
import { type ReloadReport, type RosterChange, reloadSummary } from '../fleet/reload-report.js';
import type { Seat } from '../fleet/seat.js';
import { type Asker, type JournalRecord, WHOLE_WORKER } from '../journal/record.js';
import type { Metrics } from '../metrics/registry.js';
import { diffPolicies, type Policy } from '../policy/index.js';
import { type WorldConfig, WorldSchema } from '../simulator/index.js';
import { type FileDigests, trackFiles } from './tracked-files.js';

/** The configuration in force: a reload replaces its roster, and all who ask it follow. */
export type PresentConfig = Omit<WorkerConfig<WorldConfig>, 'agents'> & { agents: WorkerConfig['agents'] };

interface ReloaderOptions {
  readonly present: PresentConfig;
  readonly flags: RunFlags;
  readonly env: Environment;
  readonly readFile: ReadFile;
  readonly fleet: {
    readonly isDraining: boolean;
    reroster(seats: readonly Seat[], newPasswords: ReadonlySet<string>): RosterChange;
  };
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'policies' | 'policyReloaded'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  record(record: JournalRecord): unknown;
  /** For whoever sits in front of it. */
  print(text: string): void;
  readonly colour: boolean;
}

const NOBODY: RosterChange = { added: [], removed: [], changed: [] };

/**
 * Reads the worker file, or what the flags name, anew, with every file that it refers to. All of it is checked first; then
 * the roster and its policies are swapped in one step. With an error anywhere nothing changes at all.
 */
export class Reloader {
  private readonly options: ReloaderOptions;
  private files: FileDigests;

  /** `files`: what the present configuration was made of. */
  constructor(options: ReloaderOptions, files: FileDigests) {
    this.options = options;
    this.files = files;
    options.metrics.policies(policiesOf(options.present.agents));
  }

  /** The files whose change matters, as they were when they were last read. */
  get watched(): FileDigests {
    return this.files;
  }

  reload(asker: Asker): ReloadReport {
    const report = this.attempt();
    this.tell(report, asker);
    return report;
  }

  private attempt(): ReloadReport {
    const { options } = this;
    if (options.fleet.isDraining) return refused([], 'the worker is draining');
    const tracked = trackFiles(options.readFile);
    const { flags, env, present } = options;
    let next: WorkerConfig<WorldConfig> | undefined;
    let found: readonly Diagnostic[];
    try {
      const loaded = resolveWorkerConfig<WorldConfig>({ flags, env, readFile: tracked.read, worldSchema: WorldSchema });
      next = loaded.config;
      found = loaded.diagnostics;
    } catch (error) {
      // A mistake of ours must not cost a run that works.
      return refused([], `the files could not be read: ${messageOf(error)}`);
    }
    // A broken file may keep the rest from being read: those of before are looked at as well, until it is mended.
    this.files = next ? tracked.digests : new Map([...this.files, ...tracked.digests]);
    if (!next || hasErrors(found)) return refused(found);
    return this.swap(next, sortDiagnostics([...found, ...this.lateKeys(present, next)]));
  }

  /** From here on nothing can fail. */
  private swap(next: WorkerConfig<WorldConfig>, diagnostics: readonly Diagnostic[]): ReloadReport {
    const { present, fleet, metrics } = this.options;
    const policies = diffPolicies(policiesOf(present.agents), policiesOf(next.agents));
    const newPasswords = changedPasswords(present.agents, next.agents);
    present.agents = next.agents;
    const agents = fleet.reroster(next.agents, newPasswords);
    metrics.policies(policiesOf(next.agents));
    const isSame = policies.length === 0 && agents.added.length + agents.removed.length + agents.changed.length === 0;
    return { result: isSame ? 'unchanged' : 'applied', diagnostics, policies, agents };
  }

  private lateKeys(present: PresentConfig, next: WorkerConfig): Diagnostic[] {
    const file = this.options.flags.config ?? 'command line';
    return keysForRestart(present, next).map((key) => {
      const message = `"${key}" has changed; that takes effect at the next start of the worker.`;
      return diagnoseFile(file, { severity: 'warning', code: 'worker/needs-restart', message });
    });
  }

  private tell(report: ReloadReport, asker: Asker): void {
    const { log, metrics, record, now, present, print, colour } = this.options;
    const { result, diagnostics, policies, agents } = report;
    const why = whyRefused(report);
    const inForce = Object.fromEntries(policiesOf(present.agents).map(({ name, hash }) => [name, hash]));
    const accepted = result !== 'refused';
    metrics.policyReloaded(result);
    record({
      at: now(),
      user: WHOLE_WORKER,
      kind: 'control',
      act: 'reload',
      ...asker,
      accepted,
      ...(why !== undefined && { why }),
      policies: inForce,
    });
    for (const { severity, code, message, file, line, column } of diagnostics) {
      const level = severity === 'error' ? 'error' : 'warn';
      log[level]({ code, file, line, column }, message);
    }
    if (diagnostics.length > 0) print(formatDiagnostics(diagnostics, 'pretty', { color: colour }));
    if (!accepted) {
      log.error({ why }, 'reload refused: what was in force stays');
      print(`reload refused: ${why}; what was in force stays.`);
      return;
    }
    for (const change of policies) log.info({ ...change }, 'policy changed');
    for (const { user, what } of agents.changed) log.info({ agent: user, what }, 'agent changed');
    const { added, removed, changed } = agents;
    log.info({ result, added, removed, changed: changed.length, policies: policies.length }, 'reloaded');
    if (!present.quiet) print(`reloaded: ${reloadSummary(report)}.`);
  }
}

/** The policies of a roster, each once; two of one name are two. */
function policiesOf(agents: WorkerConfig['agents']): Policy[] {
  return [...new Map(agents.map(({ policy }) => [`${policy.name}\n${policy.hash}`, policy])).values()];
}

function refused(diagnostics: readonly Diagnostic[], why?: string): ReloadReport {
  return { result: 'refused', ...(why !== undefined && { why }), diagnostics, policies: [], agents: NOBODY };
}

function whyRefused({ result, why, diagnostics }: ReloadReport): string | undefined {
  if (result !== 'refused' || why !== undefined) return why;
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (!first) return 'the files could not be read';
  const place = first.line === 0 ? first.file : `${first.file}:${first.line}:${first.column}`;
  const more = errors.length === 1 ? '' : ` (and ${errors.length - 1} more)`;
  return `${place}: ${first.message.replace(/\.$/, '')}${more}`;
}

/** CIC user names have no letter case. */
function changedPasswords(before: WorkerConfig['agents'], after: WorkerConfig['agents']): Set<string> {
  const old = new Map(before.map(({ user, password }) => [user.toLowerCase(), password]));
  const isNew = ({ user, password }: WorkerConfig['agents'][number]): boolean => {
    const known = old.get(user.toLowerCase());
    return known !== undefined && known.reveal() !== password.reveal();
  };
  return new Set(after.filter(isNew).map(({ user }) => user.toLowerCase()));
}
