import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../base/clock.js';
import type { Answer } from './answer.js';
import type { Simulator } from './simulator.js';

export interface ServerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** A second address that serves the same world on the same port: where a 503 can send its clients. */
  readonly alternateHost?: string;
  /** How often a comment goes out on idle streams. */
  readonly pingEveryMs?: number;
}

export interface SimulatorServer {
  readonly url: string;
  readonly port: number;
  /** Cuts all connections and stops listening. The simulator itself goes on. */
  close(): Promise<void>;
}

/** A body longer than this is not read. */
const LONGEST_BODY = 1_048_576;
/** A stream whose reader is this far behind is cut. */
const MOST_UNSENT = 8_388_608;
/** Pings go out in so many portions, so that thousands of streams do not all write at once. */
const PING_PORTIONS = 15;

/** Serves a simulator over HTTP. Rejects when it cannot listen. */
export async function startSimulatorServer(simulator: Simulator, options: ServerOptions): Promise<SimulatorServer> {
  const pinger = createPinger(simulator.clock, options.pingEveryMs ?? 15_000);
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    serve(simulator, pinger, { request, response }).catch(() => request.socket.destroy());
  };
  const servers: Server[] = [];
  const listen = async (host: string, port: number): Promise<number> => {
    const server = createServer({ keepAliveTimeout: 75_000, requestTimeout: 0 }, listener);
    servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, 4_096, resolve);
    });
    return (server.address() as AddressInfo).port;
  };
  const close = async (): Promise<void> => {
    pinger.stop();
    await Promise.all(
      servers.map((server) => {
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        server.closeAllConnections();
        return closed;
      }),
    );
  };
  try {
    const port = await listen(options.host, options.port);
    if (options.alternateHost !== undefined) await listen(options.alternateHost, port);
    const name = options.host.includes(':') ? `[${options.host}]` : options.host;
    return { url: `http://${name}:${port}`, port, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function serve(simulator: Simulator, pinger: Pinger, { request, response }: Exchange): Promise<void> {
  const body = await bodyOf(request);
  if (body === undefined) {
    request.socket.destroy();
    return;
  }
  const { method = 'GET', url = '/', headers } = request;
  const answer = await simulator.handle({ method, path: url, headers, body });
  if (answer.lost) request.socket.destroy();
  else if (answer.stream !== undefined) stream(simulator, pinger, { response, answer, sessionId: answer.stream });
  else {
    const length = Buffer.byteLength(answer.body);
    response.writeHead(
      answer.status,
      answer.status === 204 ? answer.headers : { ...answer.headers, 'content-length': length },
    );
    response.end(answer.body);
  }
}

/** The request's body as text; undefined when it broke off or is too long. */
function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= LONGEST_BODY) chunks.push(chunk);
      else resolve(undefined);
    });
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.on('error', () => resolve(undefined));
    request.on('close', () => resolve(undefined));
  });
}

/** Server-sent events: unnamed events, one `data:` line of JSON each, `:ping` as keep-alive (reference §10.10). */
function stream(
  simulator: Simulator,
  pinger: Pinger,
  { response, answer, sessionId }: { response: ServerResponse; answer: Answer; sessionId: string },
): void {
  response.writeHead(answer.status, answer.headers);
  response.write(':ping\n\n');
  const end = simulator.openStream(sessionId, {
    message: (json) => {
      response.write(`data: ${json}\n\n`);
      if (response.writableLength > MOST_UNSENT) response.destroy();
    },
    close: () => response.end(),
  });
  pinger.add(response);
  response.on('close', () => {
    pinger.remove(response);
    end();
  });
}

interface Pinger {
  add(response: ServerResponse): void;
  remove(response: ServerResponse): void;
  stop(): void;
}

function createPinger(clock: Clock, everyMs: number): Pinger {
  const portions = Array.from({ length: PING_PORTIONS }, () => new Set<ServerResponse>());
  const homes = new Map<ServerResponse, Set<ServerResponse>>();
  let turn = 0;
  let next = 0;
  let timer: unknown;
  const ping = (): void => {
    for (const response of portions[turn++ % PING_PORTIONS] ?? []) response.write(':ping\n\n');
    timer = clock.setTimeout(ping, everyMs / PING_PORTIONS);
  };
  timer = clock.setTimeout(ping, everyMs / PING_PORTIONS);
  return {
    add: (response) => {
      const home = portions[next++ % PING_PORTIONS];
      if (!home) return;
      home.add(response);
      homes.set(response, home);
    },
    remove: (response) => {
      homes.get(response)?.delete(response);
      homes.delete(response);
    },
    stop: () => clock.clearTimeout(timer),
  };
}
