import type { Dispatcher } from 'undici';
import type { Clock } from '../base/clock.js';
import { TransportError, type WireResponse } from './transport.js';
import { transportErrorOf } from './undici-failure.js';

interface BodyExchangeOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly largestBody: number;
  readonly resolve: (response: WireResponse) => void;
  readonly reject: (error: TransportError) => void;
}

/** One request and its whole answer, as undici's dispatch handler: half the CPU of a request with an AbortSignal. */
export class BodyExchange implements Dispatcher.DispatchHandler {
  private readonly options: BodyExchangeOptions;
  private readonly deadline: unknown;
  private controller: Dispatcher.DispatchController | undefined;
  private isSettled = false;
  private status = 0;
  private headers: WireResponse['headers'] = {};
  private readonly chunks: Buffer[] = [];
  private size = 0;

  constructor(options: BodyExchangeOptions) {
    this.options = options;
    this.deadline = options.clock.setTimeout(() => {
      this.abort('timeout', `no answer within ${options.timeoutMs} ms`);
    }, options.timeoutMs);
  }

  readonly cancel = (): void => this.abort('aborted', 'the request was given up');

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Before anything is written. A request given up in the queue must not leave any more, and undici must never write
    // one twice on its own; a throw drops it and keeps the socket.
    if (this.isSettled || this.controller) throw new Error('request no longer wanted');
    this.controller = controller;
  }

  onResponseStart(_controller: unknown, status: number, headers: WireResponse['headers']): void {
    this.status = status;
    this.headers = headers;
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.size += chunk.byteLength;
    if (this.size > this.options.largestBody) {
      this.abort('too-large', `the answer is larger than ${this.options.largestBody} bytes`);
    } else {
      this.chunks.push(chunk);
    }
  }

  onResponseEnd(): void {
    if (!this.settle()) return;
    const [only] = this.chunks;
    const whole = this.chunks.length === 1 ? only : Buffer.concat(this.chunks);
    this.options.resolve({ status: this.status, headers: this.headers, text: whole ? whole.toString('utf8') : '' });
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (this.settle()) this.options.reject(transportErrorOf(error, this.controller !== undefined));
  }

  private abort(failure: 'timeout' | 'aborted' | 'too-large', message: string): void {
    if (!this.settle()) return;
    const error = new TransportError(failure, this.controller !== undefined, message);
    this.controller?.abort(error);
    this.options.reject(error);
  }

  /** Whether this was the first end. */
  private settle(): boolean {
    if (this.isSettled) return false;
    this.isSettled = true;
    this.options.clock.clearTimeout(this.deadline);
    return true;
  }
}
