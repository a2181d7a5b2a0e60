import { WorkerError } from '../base/errors.js';

/** Which queue of connections a request waits in: a hung poll must never hold up a disposition. */
export type Lane = 'command' | 'poll';

/** One request. Deadlines count from the moment it is handed over, waiting for a free connection included. */
export interface WireRequest {
  /** Scheme, host and port, without a trailing slash. */
  readonly origin: string;
  /** Path and query, beginning with a slash. */
  readonly path: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  readonly lane: Lane;
  /** Called once, synchronously, with a function that aborts the request; the promise then rejects with `aborted`. */
  readonly onCancellable?: (cancel: () => void) => void;
}

/** One answer, read to its end. Header names are in lower case. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A request for a body without an end. */
export interface StreamRequest {
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** How long the answer's head may take. */
  readonly headTimeoutMs: number;
  /** How long the body may be silent before the stream counts as dead. */
  readonly silenceTimeoutMs: number;
}

/** What a stream tells. After `onEnd` nothing more comes. */
export interface StreamListener {
  onHead(status: number, headers: WireResponse['headers']): void;
  onData(chunk: Uint8Array): void;
  /** The stream is over: the server ended it (no error) or it failed. */
  onEnd(error?: TransportError): void;
}

/** The transport port of the client. undici is one implementation; a rehearsal joins the simulator in-process. */
export interface Transport {
  /** Resolves with any HTTP answer, whatever its status; rejects with a TransportError and nothing else. */
  request(request: WireRequest): Promise<WireResponse>;
  /** Opens a stream on a connection of its own. Returns a function that closes it, after which the listener is not called. */
  openStream(request: StreamRequest, listener: StreamListener): () => void;
  /** Ends every connection. */
  close(): Promise<void>;
}

export type TransportFailure = 'timeout' | 'refused' | 'reset' | 'dns' | 'tls' | 'aborted' | 'too-large' | 'broken';

/** No (whole) answer came. `sent` is false only where the request certainly never left this process. */
export class TransportError extends WorkerError {
  readonly failure: TransportFailure;
  readonly sent: boolean;

  constructor(failure: TransportFailure, sent: boolean, message: string, cause?: unknown) {
    super(`icws/transport-${failure}`, message, { retryable: failure !== 'aborted', cause });
    this.failure = failure;
    this.sent = sent;
  }
}
