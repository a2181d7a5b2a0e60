import { formatDiagnostics } from '../base/diagnostic.js';
import { type RunFlags, resolveWorkerConfig, type WorkerConfig } from '../config/index.js';
import { type WorldConfig, WorldSchema } from '../simulator/index.js';
import type { Io } from './io.js';

/**
 * Reads a worker file for a command that asks no server and needs no secret; its world is null where it names a server.
 * Undefined where it is wrong. What is to be said of it goes to stderr, warnings only unless `quiet`.
 */
export function loadServerlessConfig(
  flags: RunFlags,
  io: Io,
  quiet = false,
): WorkerConfig<WorldConfig | null> | undefined {
  const { config, diagnostics } = resolveWorkerConfig<WorldConfig | null>({
    flags: { ...flags, rehearse: true, noMetrics: true, noJournal: true },
    env: io.env,
    readFile: io.readFile,
    worldSchema: WorldSchema,
    secretSeverity: 'unneeded',
  });
  const color = io.stderr.isTTY === true && io.env.NO_COLOR === undefined;
  const isWanted = !quiet || !config;
  if (isWanted && diagnostics.length > 0) io.err(`${formatDiagnostics(diagnostics, 'pretty', { color })}\n`);
  return config;
}
