import type { StreamListener, StreamRequest, Transport, WireRequest, WireResponse } from '../../src/icws/transport.js';
import { TransportError } from '../../src/icws/transport.js';
import type { Simulator } from '../../src/simulator/index.js';

const reset = (): TransportError => new TransportError('reset', true, 'the connection was reset');
const timeout = (): TransportError => new TransportError('timeout', true, 'the server did not answer in time');

/**
 * Joins the client to a simulator without a socket, so that both live on one clock. Time-outs hold as over a network: of
 * what comes later than that nothing is heard.
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

function ask(simulator: Simulator, request: StreamRequest | WireRequest) {
  return simulator.handle({
    method: 'method' in request ? request.method : 'GET',
    path: request.path,
    headers: { ...lower(request.headers), host: new URL(request.origin).host },
    ...('body' in request && request.body !== undefined && { body: request.body }),
  });
}

/** Bytes in, silence counted: as over a network, with a ping each 15 seconds. */
function openStream(simulator: Simulator, request: StreamRequest, listener: StreamListener): () => void {
  const { clock } = simulator;
  const encoder = new TextEncoder();
  let open = true;
  let silent = false;
  let detach: (() => void) | undefined;
  let limit: unknown;
  let ping: unknown;
  const over = (error?: TransportError): void => {
    if (!open) return;
    close();
    listener.onEnd(error);
  };
  const close = (): void => {
    open = false;
    clock.clearTimeout(limit);
    clock.clearTimeout(ping);
    detach?.();
  };
  const wait = (ms: number): void => {
    clock.clearTimeout(limit);
    limit = clock.setTimeout(() => over(timeout()), ms);
  };
  const feed = (bytes: Uint8Array): void => {
    if (!open) return;
    wait(request.silenceTimeoutMs);
    listener.onData(bytes);
  };
  const event = (json: string): Uint8Array => encoder.encode(`data: ${json}\n\n`);
  const pingOn = (): void => {
    ping = clock.setTimeout(() => {
      feed(encoder.encode(':ping\n\n'));
      if (open) pingOn();
    }, 15_000);
  };
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
    wait(request.silenceTimeoutMs);
    pingOn();
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
        clock.clearTimeout(ping);
      },
    });
  });
  return close;
}

function lower(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
