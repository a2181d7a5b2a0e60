import type { StreamListener, StreamRequest, Transport, WireRequest, WireResponse } from '../../src/icws/transport.js';
import { TransportError } from '../../src/icws/transport.js';
import type { Simulator } from '../../src/simulator/index.js';

/** Joins the client to a simulator without a socket, so that both live on one clock. */
export function inProcessTransport(simulator: Simulator): Transport {
  const encoder = new TextEncoder();
  return {
    request: async (request: WireRequest): Promise<WireResponse> => {
      const answer = await simulator.handle({
        method: request.method,
        path: request.path,
        headers: lower(request.headers),
        ...(request.body !== undefined && { body: request.body }),
      });
      if (answer.lost) throw new TransportError('reset', true, 'the connection was reset');
      return { status: answer.status, headers: lower(answer.headers), text: answer.body };
    },
    openStream: (request: StreamRequest, listener: StreamListener) => {
      let open = true;
      let detach: (() => void) | undefined;
      void simulator.handle({ method: 'GET', path: request.path, headers: lower(request.headers) }).then((answer) => {
        if (!open) return;
        if (answer.lost) {
          listener.onEnd(new TransportError('reset', true, 'the connection was reset'));
          return;
        }
        listener.onHead(answer.status, lower(answer.headers));
        if (answer.stream === undefined) {
          listener.onEnd();
          return;
        }
        detach = simulator.openStream(answer.stream, {
          message: (json) => {
            if (open) listener.onData(encoder.encode(`data: ${json}\n\n`));
          },
          close: () => {
            if (open) listener.onEnd();
            open = false;
          },
        });
      });
      return () => {
        open = false;
        detach?.();
      };
    },
    close: async () => {},
  };
}

function lower(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
