/** The HTTP side of the strange server: listening, reading a request, and all that goes wrong before and after its answer. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Dialer } from './dialer.js';
import type { Answer } from './people.js';
import { dice, politeness, type Quirks, type StrangerOptions, type Trouble } from './quirks.js';
import type { Session } from './session.js';
import type { Json } from './shapes.js';
import { Truth } from './truth.js';

export interface Stranger {
  /** The address to give to clients. */
  readonly url: string;
  readonly truth: Truth;
  readonly liveSessions: () => number;
  close(): Promise<void>;
}

export interface Ask {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly body: Json;
  readonly raw: string;
}

const mediaType = 'application/vnd.inin.icws+JSON; charset=utf-8';

/** The name by which troubles and counts know an operation. */
export function operationOf(method: string, path: string): string {
  if (path === '/icws/connection') return 'connection';
  const rest = path.replace(/^\/icws\/[^/]+/, '');
  const dialer = /^\/dialer\/([a-z-]+)$/.exec(rest);
  if (dialer) return `dialer.${dialer[1]}`;
  const interaction = /^\/interactions\/[^/]+(?:\/([a-z-]+))?$/.exec(rest);
  if (interaction) return `interaction.${interaction[1] ?? 'get'}`;
  if (rest.startsWith('/messaging/subscriptions/')) return 'subscription';
  if (rest === '/messaging/messages') return 'messages';
  if (rest === '/messaging/heartbeat') return 'heartbeat';
  if (rest === '/connection/station') return 'station';
  if (rest === '/connection') return method === 'DELETE' ? 'delete' : 'connection.get';
  if (rest.startsWith('/status/user-statuses/')) return method === 'PUT' ? 'status.put' : 'status.get';
  if (rest.startsWith('/status/')) return 'status.list';
  return 'other';
}

export abstract class Front {
  protected readonly truth = new Truth();
  protected readonly options: StrangerOptions;
  protected readonly quirks: Quirks;
  protected readonly random: () => number;
  protected readonly dialer: Dialer;
  protected readonly sessions = new Map<string, Session>();
  private readonly servers: Server[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly uses = new Map<string, number>();
  /** The host that serves at present. */
  private serving = '127.0.0.1';

  constructor(options: StrangerOptions) {
    this.options = options;
    this.quirks = { ...politeness, ...options.quirks };
    this.random = dice(options.seed);
    this.dialer = new Dialer(options, this.quirks, this.truth, this.random);
  }

  /** The answer to a request; null when it is answered elsewhere. */
  protected abstract route(ask: Ask, operation: string, response: ServerResponse): Answer | null;

  async listen(): Promise<Stranger> {
    const { frontDoor, switchoversMs } = this.options;
    const hosts = ['127.0.0.1', '127.0.0.2'] as const;
    this.serving = frontDoor ? hosts[1] : hosts[0];
    let port = 0;
    for (const host of frontDoor || switchoversMs.length > 0 ? hosts : [this.serving])
      port = await this.open(host, port, (request, response) => {
        if (host === this.serving) void this.serve(request, response);
        else this.turnAway(request, response);
      });
    this.dialer.onSwitchover = () => {
      this.serving = this.serving === hosts[0] ? hosts[1] : hosts[0];
    };
    return {
      url: `http://127.0.0.1:${port}`,
      truth: this.truth,
      liveSessions: () => [...this.sessions.values()].filter(({ state, orphan }) => state === 'live' && !orphan).length,
      close: () => this.close(),
    };
  }

  private async open(
    host: string,
    port: number,
    handler: (request: IncomingMessage, response: ServerResponse) => void,
  ): Promise<number> {
    const server = createServer({ keepAliveTimeout: 30_000 }, handler);
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => this.sockets.delete(socket));
    });
    this.servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, 4096, resolve);
    });
    return (server.address() as AddressInfo).port;
  }

  private async close(): Promise<void> {
    this.dialer.close();
    for (const session of this.sessions.values()) session.end('deleted');
    for (const socket of this.sockets) socket.destroy();
    await Promise.all(this.servers.map((server) => new Promise((done) => server.close(done))));
  }

  private turnAway(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const path = (request.url ?? '').split('?')[0];
    const isSwitched = this.options.switchoversMs.length > 0;
    if (path !== '/icws/connection') {
      if (!isSwitched) this.truth.violate('session-request-to-passive-host', '-', path);
      this.send(response, { status: 401, body: { errorCode: 1, message: 'A session id is needed.' } });
      return;
    }
    this.send(response, {
      status: 503,
      body: {
        alternateHostList: [isSwitched ? this.serving : this.options.frontDoorNames],
        errorId: 'error.server.notAcceptingConnections',
        message: 'Connections are not accepted here at the moment.',
      },
    });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => {});
    const url = new URL(request.url ?? '/', 'http://stranger');
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const raw = Buffer.concat(chunks).toString('utf8');
    const path = url.pathname.replace(/\/$/, '');
    const ask: Ask = { method: request.method ?? 'GET', path, query: url.searchParams, request, raw, body: parse(raw) };
    const operation = operationOf(ask.method, path);
    this.truth.request(operation);
    const user = this.userOf(ask);
    this.truth.trace(
      user,
      `${ask.method} ${path.replace(/^\/icws\/\d+/, '')} ${raw.slice(0, 160).replace(/("password":)"[^"]*"/, '$1"…"')}`,
    );
    const trouble = this.trouble(operation, user);
    if (trouble && !trouble.taken) return this.fail(response, trouble, user, operation);
    const session = this.sessionOf(ask);
    const answer = this.route(ask, operation, response);
    if (answer === null) return;
    this.truth.trace(user, `   = ${answer.status} ${trouble ? `(answer becomes ${trouble.status || 'lost'})` : ''}`);
    const agent = this.dialer.agents.get(user);
    if (trouble) {
      agent?.unsure.add(operation);
      if (operation === 'connection') this.orphan(answer);
      answer.then?.();
      return this.fail(response, trouble, user, operation);
    }
    await this.deliver(response, answer, operation);
    if (operation !== 'messages') agent?.unsure.delete(operation);
    if (session && answer.status === 401) session.endedAt ??= Date.now();
  }

  protected userOf(ask: Ask): string {
    if (ask.path === '/icws/connection') return String(ask.body.userID ?? '-').toLowerCase();
    return this.sessionOf(ask)?.user ?? '-';
  }

  protected sessionOf(ask: Ask): Session | undefined {
    return this.sessions.get(ask.path.split('/')[2] ?? '');
  }

  private trouble(operation: string, user: string): Trouble | null {
    for (const trouble of this.quirks.troubles) {
      if (trouble.operation !== '*' && trouble.operation !== operation) continue;
      const key = `${trouble.operation}/${operation}/${user}`;
      const uses = this.uses.get(key) ?? 0;
      this.uses.set(key, uses + 1);
      const position = uses % (trouble.every + trouble.times);
      if (position >= trouble.every) return trouble;
    }
    return null;
  }

  private fail(response: ServerResponse, trouble: Trouble, user: string, operation: string): void {
    this.truth.note(`trouble ${operation} ${trouble.status || 'lost'}`);
    this.truth.trace(user, `   = ${trouble.status || 'connection lost'} (trouble)`);
    if (trouble.status === 0) response.destroy();
    else this.send(response, { status: trouble.status, body: { message: 'Something is wrong here.' } });
  }

  private orphan(answer: Answer): void {
    const sid = (answer.body as Json | undefined)?.sessionId;
    const session = this.sessions.get(String(sid));
    if (session) session.orphan = true;
  }

  private async deliver(response: ServerResponse, answer: Answer, operation: string): Promise<void> {
    if (this.quirks.overtake && operation !== 'messages') {
      answer.then?.();
      await this.pause(40 + this.random() * 80);
      return this.send(response, answer);
    }
    if (this.quirks.slowMs > 0) await this.pause(this.random() * this.quirks.slowMs);
    this.send(response, answer);
    const { then } = answer;
    if (then) this.dialer.later(this.random() * 15, then);
  }

  private pause(ms: number): Promise<void> {
    return new Promise((done) => setTimeout(done, ms));
  }

  protected send(response: ServerResponse, answer: Answer & { headers?: Record<string, string | string[]> }): void {
    if (response.destroyed) return;
    const headers: Record<string, string | string[]> = { ...answer.headers };
    if (answer.status === 401) headers['WWW-Authenticate'] = 'ICWS realm="ICWS" location="/ICWS/connection"';
    if (answer.status >= 400 && this.quirks.html && answer.status !== 503) {
      response.writeHead(answer.status, { ...headers, 'Content-Type': 'text/html' });
      response.end(`<!DOCTYPE html><html><body><h1>${answer.status}</h1><p>Request failed.</p></body></html>`);
      return;
    }
    if (answer.body === undefined) {
      const status = answer.status === 200 && this.quirks.noContent ? 204 : answer.status;
      response.writeHead(status, status === 204 ? headers : { ...headers, 'Content-Length': '0' });
      response.end();
      return;
    }
    response.writeHead(answer.status, { ...headers, 'Content-Type': mediaType });
    response.end(JSON.stringify(answer.body));
  }
}

/** What stands for a body that is no JSON object. */
export const malformed: Json = {};

function parse(raw: string): Json {
  if (raw === '') return {};
  try {
    const value: unknown = JSON.parse(raw);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : malformed;
  } catch {
    return malformed;
  }
}
