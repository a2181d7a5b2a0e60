import type { Clock } from '../base/clock.js';
import type { WorkerConfig } from '../config/index.js';
import type { Fleet } from '../fleet/fleet.js';
import { startHttpServer } from '../fleet/http-server.js';
import type { Instruments } from './instruments.js';
import type { Reloader } from './reload.js';

/**
 * Metrics, health and live page, and for whoever bears the token control. A default port that is taken gives way to a
 * free one. Returns what ends it.
 */
export async function serve(
  { host, port, anyPort, token }: NonNullable<WorkerConfig['http']>,
  fleet: Fleet,
  reloader: Reloader,
  { metrics, tally, log, show }: Instruments,
  clock: Clock,
): Promise<() => Promise<void>> {
  const status = () => ({
    ready: fleet.reasons().length === 0,
    desired: fleet.desired,
    reasons: fleet.reasons(),
    agents: fleet.agents,
    totals: () => tally.snapshot(clock.now()),
  });
  const control = token && {
    token,
    drain: (asker: Parameters<Fleet['drain']>[1]) => fleet.drain('http', asker),
    ask: fleet.ask,
    reload: reloader.reload.bind(reloader),
  };
  const options = { host, metrics, status, ...(control && { control }) };
  const server = await startHttpServer({ ...options, port }).catch((error: unknown) => {
    if (!anyPort) throw error;
    log.warn({ port }, 'the default port of the metrics is taken; a free one serves instead');
    return startHttpServer({ ...options, port: 0 });
  });
  show({ url: server.url });
  log.info({ url: server.url }, 'metrics, health and live page');
  return () => server.close();
}
