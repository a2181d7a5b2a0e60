import type { IcwsMessage } from '../wire/index.js';
import type { Answer } from './answer.js';

/** What a fault may know of a request before it is answered. */
export interface RequestView {
  readonly method: string;
  /** The route, as `POST dialer/disposition`. */
  readonly operation: string;
  /** Host name that the client addressed, without port; empty when unknown. */
  readonly host: string;
  readonly user: string | null;
  readonly session: string | null;
}

/** What a fault may know of a message before it is sent. */
export interface MessageView {
  readonly message: IcwsMessage;
  readonly user: string;
  readonly session: string;
}

/**
 * What a fault does with a request: `answer` instead of the world; `drop` destroys the connection before anything was
 * done; `lose` lets the action happen and then destroys the connection; `delay` answers late; `expire` ends the session
 * first, so that the request meets a 401.
 */
export type RequestVerdict =
  | { readonly do: 'answer'; readonly answer: Answer }
  | { readonly do: 'drop' }
  | { readonly do: 'lose' }
  | { readonly do: 'delay'; readonly ms: number }
  | { readonly do: 'expire' };

/**
 * What a fault does with a message: `drop` loses it; `delay` sends it late; `duplicate` sends it twice; `hold` lets the
 * next message overtake it; `cut` ends the event stream, the message waits in the queue.
 */
export type MessageVerdict =
  | { readonly do: 'drop' }
  | { readonly do: 'delay'; readonly ms: number }
  | { readonly do: 'duplicate' }
  | { readonly do: 'hold' }
  | { readonly do: 'cut' };

/** A behaviour in front of the normal answers. The first fault with a verdict decides; the ledger counts it by name. */
export interface Fault {
  readonly name: string;
  onRequest?(request: RequestView): RequestVerdict | undefined;
  onMessage?(message: MessageView): MessageVerdict | undefined;
}

/** The faults in force. */
export class FaultBox {
  private readonly faults: Fault[] = [];
  private readonly count: (name: string) => void;

  constructor(count: (name: string) => void) {
    this.count = count;
  }

  /** Puts a fault in front of those already there; returns how to take it away. */
  add(fault: Fault): () => void {
    this.faults.unshift(fault);
    return () => {
      const index = this.faults.indexOf(fault);
      if (index >= 0) this.faults.splice(index, 1);
    };
  }

  get active(): boolean {
    return this.faults.length > 0;
  }

  onRequest(request: RequestView): RequestVerdict | undefined {
    for (const fault of this.faults) {
      const verdict = fault.onRequest?.(request);
      if (verdict) {
        this.count(fault.name);
        return verdict;
      }
    }
    return undefined;
  }

  onMessage(message: MessageView): MessageVerdict | undefined {
    for (const fault of this.faults) {
      const verdict = fault.onMessage?.(message);
      if (verdict) {
        this.count(fault.name);
        return verdict;
      }
    }
    return undefined;
  }
}
