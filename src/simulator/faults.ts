import type { IcwsMessage } from '../wire/index.js';
import type { Answer } from './answer.js';

/** What a fault may know of a request before it is answered. */
export interface RequestView {
  readonly method: string;
  /** The route, as `POST dialer/disposition`. */
  readonly operation: string;
  /** Host name that the client addressed, without port; empty when unknown. */
  readonly host: string;
  /** Owner of the session; for a log-in the user whom it names. */
  readonly user: string | null;
  readonly session: string | null;
  /** Messages are asked for as an event stream. */
  readonly wantsStream: boolean;
}

/** What a fault may know of a message before it is sent. */
export interface MessageView {
  readonly message: IcwsMessage;
  readonly user: string;
  readonly session: string;
  /** The message goes into an event stream, rather than waiting for a poll. */
  readonly streams: boolean;
}

/**
 * What a fault does with a request: `answer` instead of the world; `drop` breaks the connection before anything was
 * done; `lose` lets the action happen and then breaks it, perhaps in the middle of the answer; `hang` never answers;
 * `delay` answers late; `linger` acts late, and answers then; `expire` ends the session first, so that the request meets a 401; `amend` changes the answer.
 */
export type RequestVerdict =
  | { readonly do: 'answer'; readonly answer: Answer }
  | { readonly do: 'drop'; readonly how?: 'closed' | 'reset' }
  | { readonly do: 'lose'; readonly how?: 'closed' | 'reset' | 'cut' }
  | { readonly do: 'hang'; readonly acts: boolean }
  | { readonly do: 'delay'; readonly ms: number }
  | { readonly do: 'linger'; readonly ms: number }
  | { readonly do: 'expire' }
  | { readonly do: 'amend'; readonly amend: (answer: Answer) => Answer };

/**
 * What a fault does with a message: `drop` loses it; `delay` sends it late; `duplicate` sends it twice, the copy `afterMs`
 * later; `hold` lets the next message overtake it; `cut` ends the event stream, the message waits in the queue; `tear`
 * breaks the stream in the middle of the message, which is lost; `silence` lets the stream carry nothing any more, though
 * it stays open; `split` sends it in pieces, cut at these shares of its bytes; `instead` sends these messages.
 */
export type MessageVerdict =
  | { readonly do: 'drop' }
  | { readonly do: 'delay'; readonly ms: number }
  | { readonly do: 'duplicate'; readonly afterMs?: number }
  | { readonly do: 'hold' }
  | { readonly do: 'cut' }
  | { readonly do: 'tear' }
  | { readonly do: 'silence' }
  | { readonly do: 'split'; readonly at: readonly number[] }
  | { readonly do: 'instead'; readonly messages: readonly object[] };

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
  private used = false;

  constructor(count: (name: string) => void) {
    this.count = count;
  }

  /** Puts a fault in front of those already there; returns how to take it away. */
  add(fault: Fault): () => void {
    this.used = true;
    this.faults.unshift(fault);
    return () => {
      const index = this.faults.indexOf(fault);
      if (index >= 0) this.faults.splice(index, 1);
    };
  }

  /** Whether there ever was one: then a message that nobody was handed may be the server's doing. */
  get wereUsed(): boolean {
    return this.used;
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
