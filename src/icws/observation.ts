import type { Clock } from '../base/clock.js';
import { type Log, silentLog } from '../base/log.js';
import type { Draw } from '../base/random.js';
import { classifyTransport } from './classify.js';
import type { IcwsError } from './errors.js';
import type { Operation } from './operation.js';
import type { StatusCatalogs } from './status-catalog.js';
import { type Transport, TransportError, type WireRequest, type WireResponse } from './transport.js';

/** One try of one request, for metrics. A stream is observed when its head comes. */
export interface RequestObservation {
  readonly operation: Operation;
  readonly method: WireRequest['method'];
  /** The HTTP status, or `error` where no whole answer came. */
  readonly status: number | 'error';
  readonly durationMs: number;
}

/** What the client needs of the world. */
export interface SessionDeps {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Jitter of pauses. */
  readonly random: Draw;
  /** Called once for each try of each request. Must not throw. */
  readonly observe: (request: RequestObservation) => void;
  /** One line at debug for each try. */
  readonly log?: Log;
  /** Makes the sessions' status catalogs; left out, each session has its own. */
  readonly statusCatalogs?: StatusCatalogs;
}

/** Counts and logs one try. No path, header or body: they hold the session id, secrets and contacts. */
export function note(
  deps: SessionDeps,
  request: { readonly operation: Operation; readonly method: WireRequest['method']; readonly startedMs: number },
  status: number | 'error',
  error?: IcwsError,
): void {
  const { operation, method } = request;
  const durationMs = deps.clock.monotonic() - request.startedMs;
  deps.observe({ operation, method, status, durationMs });
  const fields = { operation, method, status, ms: Math.round(durationMs * 10) / 10 };
  (deps.log ?? silentLog).debug(error ? { ...fields, code: error.code } : fields, 'icws request');
}

/** No whole answer came. `sent` is false only where the request certainly never left. */
export interface Unanswered {
  readonly sent: boolean;
  readonly error: IcwsError;
}

/** Sends one request once, observed. */
export async function exchange(
  deps: SessionDeps,
  operation: Operation,
  request: WireRequest,
): Promise<WireResponse | Unanswered> {
  const startedMs = deps.clock.monotonic();
  try {
    const response = await deps.transport.request(request);
    note(deps, { operation, method: request.method, startedMs }, response.status);
    return response;
  } catch (thrown) {
    const failure =
      thrown instanceof TransportError ? thrown : new TransportError('broken', true, 'the exchange failed', thrown);
    const error = classifyTransport(operation, failure);
    note(deps, { operation, method: request.method, startedMs }, 'error', error);
    return { sent: failure.sent, error };
  }
}
