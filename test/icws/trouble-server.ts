import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A request as it arrived. */
export interface Arrived {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly socket: Socket;
}

export type Handler = (request: Arrived, response: ServerResponse) => unknown;

const PATIENCE_MS = 5_000;

/** A hand-written server on a free port of this machine that remembers what it was asked. */
export class TroubleServer {
  readonly arrived: Arrived[] = [];
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.server = server;
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  static async start(handler: Handler): Promise<TroubleServer> {
    const http = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers, socket } = request;
        const arrived = { method, path: url, headers, socket, body: Buffer.concat(chunks).toString() };
        server.arrived.push(arrived);
        handler(arrived, response);
      });
    });
    const server = new TroubleServer(http);
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Open connections. */
  get connections(): number {
    return this.sockets.size;
  }

  /** Those requests whose method and path hold `text`. */
  of(text: string): Arrived[] {
    return this.arrived.filter(({ method, path }) => `${method} ${path}`.includes(text));
  }

  /** Waits for the `count`-th request that holds `text`; says what came instead if it never does. */
  async seen(text: string, count = 1): Promise<Arrived> {
    await eventually(
      () => this.of(text).length >= count,
      () => `request ${count} of "${text}"; there were: ${this.arrived.map((a) => `${a.method} ${a.path}`).join(', ')}`,
    );
    return this.of(text)[count - 1] as Arrived;
  }

  /** Cuts every connection. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Lets sockets work until the condition holds. Uses real time only to give up. */
export async function eventually(condition: () => boolean, missing: () => string = () => 'a condition'): Promise<void> {
  const start = performance.now();
  while (!condition()) {
    if (performance.now() - start > PATIENCE_MS) throw new Error(`never came: ${missing()}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Answers with JSON as ICWS does. */
export function json(
  response: ServerResponse,
  status: number,
  body?: unknown,
  headers: Record<string, string | string[]> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/vnd.inin.icws+JSON', ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
