import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer } from './answer.js';
import type { Simulator } from './simulator.js';
import { createPinger, openEventStream, type Pinger } from './stream-response.js';

export interface ServerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** A second address that serves the same world on the same port; without it, what the world says. */
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
    const alternateHost = options.alternateHost ?? simulator.alternateHost;
    if (alternateHost !== undefined) await listen(alternateHost, port);
    simulator.listensOn(alternateHost === undefined ? [options.host] : [options.host, alternateHost]);
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
  const answer = await simulator.handle({ method, path: url, headers, body, peer: request.socket.remoteAddress ?? '' });
  if (answer.lost) lose(answer, { request, response });
  else if (answer.stream !== undefined) {
    openEventStream({ simulator, pinger, response, answer, sessionId: answer.stream });
  } else {
    const length = Buffer.byteLength(answer.body);
    response.writeHead(
      answer.status,
      answer.status === 204 ? answer.headers : { ...answer.headers, 'content-length': length },
    );
    response.end(answer.body);
  }
}

/** The client gets no (whole) answer. */
function lose(answer: Answer, { request, response }: Exchange): void {
  const { socket } = request;
  switch (answer.lost) {
    case 'hung':
      return;
    case 'reset':
      socket.resetAndDestroy();
      return;
    case 'cut': {
      const bytes = Buffer.from(answer.body);
      // More is announced than there is, so that an empty answer can be cut as well.
      response.writeHead(answer.status, { ...answer.headers, 'content-length': bytes.length + 1 });
      response.flushHeaders();
      response.write(bytes.subarray(0, bytes.length / 2), () => socket.destroy());
      return;
    }
    default:
      socket.destroy();
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
