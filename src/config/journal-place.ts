import { besideFile } from '../base/file-path.js';
import type { RunFlags } from './run-flags.js';
import type { WorkerFile } from './schema.js';
import type { JournalConfig } from './worker-config.js';

const DEFAULT_PATH = 'data/journal';
const DEFAULT_RETAIN_MS = 30 * 86_400_000;

/**
 * Where records are kept (design §6); undefined where nothing is to be kept. A named folder is used whatever the server
 * is. Unnamed, the embedded simulator's records go to a temporary folder: its next run is another world.
 */
export function resolveJournal(
  journal: WorkerFile['journal'],
  server: 'icws' | 'simulator',
  file: string,
  flags: RunFlags,
): JournalConfig | undefined {
  if (flags.noJournal) return undefined;
  const { path, retain: retainMs = DEFAULT_RETAIN_MS, columns = [] } = journal ?? {};
  if (path === undefined && server === 'simulator') return { kind: 'temporary', columns };
  // What a flag names is relative to where the person is; what a file names, to the file.
  const named = path === undefined || flags.journal !== undefined ? path : besideFile(file, path);
  const kept = { kind: 'folder', retainMs, columns } as const;
  return named === undefined ? { ...kept, path: DEFAULT_PATH, isDefault: true } : { ...kept, path: named };
}
