import type { Dispatcher } from 'undici';
import type { Clock } from '../base/clock.js';
import { type StreamListener, TransportError, type WireResponse } from './transport.js';
import { transportErrorOf } from './undici-failure.js';

interface StreamExchangeOptions {
  readonly clock: Clock;
  readonly listener: StreamListener;
  readonly headTimeoutMs: number;
  readonly silenceTimeoutMs: number;
  /** Called once, however the stream ends: gives its connection back. */
  readonly onDone: () => void;
}

/** One endless answer, as undici's dispatch handler, with a watchdog on its head and on its silence. */
export class StreamExchange implements Dispatcher.DispatchHandler {
  private readonly options: StreamExchangeOptions;
  private timer: unknown;
  private isDone = false;
  private isStarted = false;
  private heardAt = 0;

  constructor(options: StreamExchangeOptions) {
    this.options = options;
    this.timer = options.clock.setTimeout(() => {
      this.end(new TransportError('timeout', this.isStarted, `the stream sent no head in ${options.headTimeoutMs} ms`));
    }, options.headTimeoutMs);
  }

  /** Ends the stream from our side; the listener hears nothing more. */
  readonly close = (): void => {
    this.finish();
  };

  onRequestStart(): void {
    if (this.isDone || this.isStarted) throw new Error('stream no longer wanted');
    this.isStarted = true;
  }

  onResponseStart(_controller: unknown, status: number, headers: WireResponse['headers']): void {
    if (this.isDone || status < 200) return;
    this.options.clock.clearTimeout(this.timer);
    this.heardAt = this.options.clock.monotonic();
    this.watch(this.options.silenceTimeoutMs);
    this.options.listener.onHead(status, headers);
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    if (this.isDone) return;
    this.heardAt = this.options.clock.monotonic();
    this.options.listener.onData(chunk);
  }

  onResponseEnd(): void {
    this.end();
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.end(transportErrorOf(error, this.isStarted));
  }

  /** Looks after `ms` whether anything was heard meanwhile: one timer per silence, not one per chunk. */
  private watch(ms: number): void {
    const { clock, silenceTimeoutMs } = this.options;
    this.timer = clock.setTimeout(() => {
      const quietMs = clock.monotonic() - this.heardAt;
      if (quietMs < silenceTimeoutMs) this.watch(silenceTimeoutMs - quietMs);
      else this.end(new TransportError('timeout', true, `the stream was silent for ${silenceTimeoutMs} ms`));
    }, ms);
  }

  private end(error?: TransportError): void {
    if (this.finish()) this.options.listener.onEnd(error);
  }

  private finish(): boolean {
    if (this.isDone) return false;
    this.isDone = true;
    this.options.clock.clearTimeout(this.timer);
    this.options.onDone();
    return true;
  }
}
