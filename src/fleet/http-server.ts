import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf, UsageError } from '../base/errors.js';
import type { AgentState, CallResult } from '../journal/record.js';
import type { Metrics } from '../metrics/registry.js';
import type { ShiftStanding } from './duty-standing.js';
import { answerControl, type Control, isControlPath } from './http-control.js';
import { json, type Page, text } from './http-page.js';
import { LIVE_PAGE, LIVE_PAGE_POLICY } from './live-page.js';

/** What is true of one agent now. Times are ISO 8601 UTC. */
export interface AgentStatus {
  readonly user: string;
  readonly state: AgentState;
  /** The state inside the state, such as `talking`. */
  readonly inner?: string;
  /** Since when it is in this state. */
  readonly since?: string;
  readonly call?: {
    readonly interactionId: string;
    readonly campaign: string;
    readonly kind: string;
    readonly since?: string;
  };
  readonly campaigns?: readonly string[];
  /** Why it does not work, if it does not. */
  readonly reason?: string;
  /** What its shift says. */
  readonly shift?: ShiftStanding;
}

/** The totals that the live page shows; a tally snapshot is one. */
export interface FleetTotals {
  readonly startedAt: number;
  readonly states: Readonly<Record<AgentState, number>>;
  readonly calls: { readonly total: number; readonly open: number; readonly perSecond: number };
  readonly dispositions: Readonly<Record<CallResult, number>> & { readonly byLabel: Readonly<Record<string, number>> };
  readonly callbacks: { readonly scheduled: number };
  readonly problems: readonly {
    readonly at: number;
    readonly user: string;
    readonly code: string;
    readonly message: string;
    readonly count: number;
  }[];
}

/** What the fleet says of itself. The two functions are called only when somebody asks for their page. */
export interface FleetStatus {
  /** Whether the agents are as desired. */
  readonly ready: boolean;
  readonly desired: number;
  /** Why not ready, in words. */
  readonly reasons: readonly string[];
  readonly agents: () => readonly AgentStatus[];
  readonly totals: () => FleetTotals;
}

export interface HttpServerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly metrics: Pick<Metrics, 'expose' | 'contentType'>;
  readonly status: () => FleetStatus;
  /** Left out: nothing can be asked of the worker (/control/…). */
  readonly control?: Control;
}

export interface HttpServer {
  /** Where it listens, without a trailing slash. */
  readonly url: string;
  /** Stops listening and ends every connection, busy ones too. */
  close(): Promise<void>;
}

/** Scrapers and browsers are few; more connections than this are turned away. */
const MOST_CONNECTIONS = 100;
const MOST_AGENTS_LISTED = 100_000;

/**
 * Serves /metrics, /healthz, /readyz, /api/agents (`?limit=N`), /api/summary and a live page at /, for reading only; and
 * /control/… for whoever bears the token, if there is one. Rejects with a UsageError when the address cannot be had.
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const server = createServer(
    { maxHeaderSize: 8_192, headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 5_000 },
    (request, response) => {
      answer(request, options).then(
        (page) => send(request, response, page),
        (error) => send(request, response, text(500, `cannot say: ${messageOf(error)}`)),
      );
    },
  );
  server.maxConnections = MOST_CONNECTIONS;
  await listen(server, options);
  return {
    url: urlOf(server.address() as AddressInfo),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, { host, port }: HttpServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    // stays for good: an accept that fails later (no descriptor left) must not end the process
    server.on('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'something else listens there' : messageOf(error);
      reject(
        new UsageError(
          `cannot serve metrics on ${host} port ${port}: ${why}; choose another with --metrics-port, or --no-metrics`,
          error,
        ),
      );
    });
    server.listen({ host, port }, resolve);
  });
}

async function answer(request: IncomingMessage, options: HttpServerOptions): Promise<Page> {
  const [path = '/', query] = (request.url ?? '/').split('?', 2);
  if (isControlPath(path)) return answerControl(request, path, options.control);
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return text(405, 'only GET and HEAD are answered', { allow: 'GET, HEAD' });
  switch (path) {
    case '/metrics':
      return { status: 200, type: options.metrics.contentType, body: await options.metrics.expose() };
    case '/healthz':
      return text(200, 'alive');
    case '/readyz':
      return readiness(options.status());
    case '/api/agents':
      return agentList(options.status(), new URLSearchParams(query));
    case '/api/summary':
      return json(200, options.status().totals());
    case '/':
      return {
        status: 200,
        type: 'text/html; charset=utf-8',
        body: LIVE_PAGE,
        headers: { 'content-security-policy': LIVE_PAGE_POLICY },
      };
    default:
      return text(404, 'there is /metrics, /healthz, /readyz, /api/agents, /api/summary and a live page at /');
  }
}

function readiness({ ready, desired, reasons }: FleetStatus): Page {
  return json(ready ? 200 : 503, { ready, desired, reasons });
}

function agentList(status: FleetStatus, query: URLSearchParams): Page {
  const wanted = Number(query.get('limit') ?? MOST_AGENTS_LISTED);
  const limit = Number.isInteger(wanted) && wanted >= 0 ? Math.min(wanted, MOST_AGENTS_LISTED) : MOST_AGENTS_LISTED;
  const agents = status.agents();
  return json(200, {
    ready: status.ready,
    desired: status.desired,
    reasons: status.reasons,
    total: agents.length,
    agents: agents.slice(0, limit),
  });
}

function send(request: IncomingMessage, response: ServerResponse, page: Page): void {
  response.writeHead(page.status, {
    'content-type': page.type,
    'content-length': Buffer.byteLength(page.body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...page.headers,
  });
  response.end(request.method === 'HEAD' ? undefined : page.body);
}

function urlOf(address: AddressInfo): string {
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}
