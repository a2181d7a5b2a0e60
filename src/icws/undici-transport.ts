import { buildConnector, Client, Pool } from 'undici';
import type { Clock } from '../base/clock.js';
import { BodyExchange } from './body-exchange.js';
import { StreamExchange } from './stream-exchange.js';
import type { Lane, Transport } from './transport.js';

export interface UndiciTransportOptions {
  /** Source of every deadline; only the connect time-out is undici's own. */
  readonly clock: Clock;
  /** PEM text of the authorities to trust instead of the system's. */
  readonly ca?: string | undefined;
  /** Sockets per origin and lane. More than 64 cost CPU: a pool scans its clients. */
  readonly connections?: Partial<Record<Lane, number>>;
  /** Largest answer that is read, in bytes; a longer one fails as `too-large`. */
  readonly largestBody?: number;
  /** How long a TCP and TLS handshake may take. */
  readonly connectTimeoutMs?: number;
}

const CONNECTIONS: Readonly<Record<Lane, number>> = { command: 32, poll: 16 };
const LARGEST_BODY = 8 * 1024 * 1024;

/**
 * How long an unused socket is kept. Short on purpose: a server that closes an idle connection just as a disposition
 * is written to it leaves its fate unknown. Five seconds is the shortest usual server limit; one that announces its
 * own (Keep-Alive: timeout) is believed.
 */
const IDLE_SOCKET_MS = 4_000;

/**
 * The transport over undici: per origin a small pool for commands and another for polls, so that a hung poll never holds
 * up a disposition, and a connection of its own for each stream. It never repeats a request by itself.
 */
export function createUndiciTransport(options: UndiciTransportOptions): Transport {
  const { clock, largestBody = LARGEST_BODY } = options;
  // One connector for all, so that TLS sessions are resumed across pools and streams.
  const connect = buildConnector({
    timeout: options.connectTimeoutMs ?? 10_000,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  });
  const pools: Readonly<Record<Lane, Map<string, Pool>>> = { command: new Map(), poll: new Map() };
  const streams = new Set<Client>();

  const poolOf = (lane: Lane, origin: string): Pool => {
    let pool = pools[lane].get(origin);
    if (!pool) {
      pool = new Pool(origin, {
        connect,
        connections: options.connections?.[lane] ?? CONNECTIONS[lane],
        pipelining: 1,
        keepAliveTimeout: IDLE_SOCKET_MS,
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      pools[lane].set(origin, pool);
    }
    return pool;
  };

  return {
    request: (request) =>
      new Promise((resolve, reject) => {
        const exchange = new BodyExchange({ clock, timeoutMs: request.timeoutMs, largestBody, resolve, reject });
        request.onCancellable?.(exchange.cancel);
        const { path, method, headers, body = null } = request;
        try {
          poolOf(request.lane, request.origin).dispatch({ path, method, headers, body }, exchange);
        } catch (error) {
          exchange.onResponseError(undefined, error as Error);
        }
      }),
    openStream: (request, listener) => {
      const client = new Client(request.origin, { connect, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
      streams.add(client);
      const exchange = new StreamExchange({
        clock,
        listener,
        headTimeoutMs: request.headTimeoutMs,
        silenceTimeoutMs: request.silenceTimeoutMs,
        onDone: () => {
          streams.delete(client);
          // Its promise only tells that the socket is gone.
          void client.destroy();
        },
      });
      client.dispatch({ path: request.path, method: 'GET', headers: request.headers }, exchange);
      return exchange.close;
    },
    close: async () => {
      const open = [...pools.command.values(), ...pools.poll.values(), ...streams];
      await Promise.all(open.map((dispatcher) => dispatcher.destroy()));
    },
  };
}
