import type { StreamListener, StreamRequest, Transport, WireRequest, WireResponse } from '../icws/transport.js';
import { TransportError } from '../icws/transport.js';
import type { Answer, Simulator } from '../simulator/index.js';

const reset = (): TransportError => new TransportError('reset', true, 'the connection was reset');
const timeout = (): TransportError => new TransportError('timeout', true, 'the server did not answer in time');

/** How often a server shows that a stream lives; here only the first is sent. */
const PING = ':ping\n\n';

/**
 * Joins the client to a simulator without a socket, so that both live on one clock; the way takes no time. Time-outs hold
 * as over a network: of what comes later than that nothing is heard. A stream counts as pinged for as long as nothing has
 * silenced it, so that a night in which nothing happens costs nothing.
 */
export function inProcessTransport(simulator: Simulator): Transport {
  const { clock } = simulator;
  return {
    request: (request: WireRequest): Promise<WireResponse> =>
      new Promise((resolve, reject) => {
        const limit = clock.setTimeout(() => reject(timeout()), request.timeoutMs);
        request.onCancellable?.(() => {
          clock.clearTimeout(limit);
          reject(new TransportError('aborted', true, 'the request was given up'));
        });
        void ask(simulator, request).then((answer) => {
          if (answer.lost === 'hung') return;
          clock.clearTimeout(limit);
          if (answer.lost) reject(reset());
          else resolve({ status: answer.status, headers: lower(answer.headers), text: answer.body });
        });
      }),
    openStream: (request: StreamRequest, listener: StreamListener) => openStream(simulator, request, listener),
    close: async () => {},
  };
}

/** Whoever asks may be in the middle of hearing a message: the simulator finishes what it is at before it answers. */
async function ask(simulator: Simulator, request: StreamRequest | WireRequest): Promise<Answer> {
  await undefined;
  return simulator.handle({
    method: 'method' in request ? request.method : 'GET',
    path: request.path,
    headers: { ...lower(request.headers), host: hostOf(request.origin) },
    ...('body' in request && request.body !== undefined && { body: request.body }),
  });
}

function openStream(simulator: Simulator, request: StreamRequest, listener: StreamListener): () => void {
  const { clock } = simulator;
  const encoder = new TextEncoder();
  let open = true;
  let silent = false;
  let detach: (() => void) | undefined;
  let limit: unknown;
  const over = (error?: TransportError): void => {
    if (!open) return;
    close();
    listener.onEnd(error);
  };
  const close = (): void => {
    open = false;
    clock.clearTimeout(limit);
    detach?.();
  };
  const wait = (ms: number): void => {
    clock.clearTimeout(limit);
    limit = clock.setTimeout(() => over(timeout()), ms);
  };
  const feed = (bytes: Uint8Array): void => {
    if (open) listener.onData(bytes);
  };
  const event = (json: string): Uint8Array => encoder.encode(`data: ${json}\n\n`);
  wait(request.headTimeoutMs);
  void ask(simulator, request).then((answer) => {
    if (!open || answer.lost === 'hung') return;
    if (answer.lost) {
      over(reset());
      return;
    }
    listener.onHead(answer.status, lower(answer.headers));
    if (answer.stream === undefined) {
      over();
      return;
    }
    clock.clearTimeout(limit);
    feed(encoder.encode(PING));
    if (!open) return;
    detach = simulator.openStream(answer.stream, {
      message: (json) => feed(event(json)),
      close: () => {
        if (!silent) over();
      },
      split: (json, at) => {
        const bytes = event(json);
        const cuts = [0, ...at.map((share) => Math.floor(share * bytes.length)), bytes.length];
        cuts.slice(1).forEach((cut, index) => {
          feed(bytes.subarray(cuts[index], cut));
        });
      },
      tear: (json) => {
        const bytes = event(json);
        feed(bytes.subarray(0, bytes.length / 2));
        over(reset());
      },
      silence: () => {
        silent = true;
        wait(request.silenceTimeoutMs);
      },
    });
    if (!open) detach();
  });
  return close;
}

const hosts = new Map<string, string>();

/** Host and port of an origin, as a Host header has them. */
function hostOf(origin: string): string {
  let host = hosts.get(origin);
  if (host === undefined) {
    host = new URL(origin).host;
    hosts.set(origin, host);
  }
  return host;
}

const lowered = new WeakMap<object, Record<string, string>>();

/** Header names in lower case. The same few objects come again and again. */
function lower(headers: Readonly<Record<string, string>>): Record<string, string> {
  let known = lowered.get(headers);
  if (!known) {
    known = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    lowered.set(headers, known);
  }
  return known;
}
