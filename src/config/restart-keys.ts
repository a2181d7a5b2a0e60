import type { WorkerConfig } from './worker-config.js';

/** What a reload changes while the worker runs; the policies and shifts are part of the agents. */
const LIVE: ReadonlySet<string> = new Set(['agents']);

/**
 * The keys of the worker file whose change takes effect at the next start only: what connections, the journal, the log and
 * the pace of the whole fleet were opened with.
 */
export function keysForRestart(before: WorkerConfig, after: WorkerConfig): string[] {
  const [old, now] = [comparable(before), comparable(after)];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(
    (key) => !LIVE.has(key) && old[key] !== now[key],
  );
}

/** Each key as a text to compare. A secret does not show itself, so the token is compared as what it is. */
function comparable(config: WorkerConfig): Record<string, string | undefined> {
  const { http, ...rest } = config;
  const texts = Object.entries(rest).map(([key, value]) => [key, JSON.stringify(value)] as const);
  return {
    ...Object.fromEntries(texts),
    http: http && JSON.stringify([http, http.token?.reveal()]),
  };
}
