import { backoffDelay } from '../base/backoff.js';
import type { ChannelHost } from './channel-host.js';
import { MESSAGES_PATH } from './channel-host.js';
import { classifyTransport } from './classify.js';
import { IcwsError } from './errors.js';
import { createEventStreamDecoder, type EventStreamDecoder } from './event-stream.js';
import { parseJson } from './loose.js';
import { note } from './observation.js';
import { createOutage, type Outage } from './outage.js';
import type { TransportError, WireResponse } from './transport.js';
import { Waiting } from './waiting.js';

/** How badly a failure speaks against streaming here; at ENOUGH the reader gives up streaming. */
const STRIKES = {
  /** A definite no, a foreign content type, or not a byte though one was due. */
  definite: 5,
  /** The server is in trouble, which may pass. */
  unavailable: 2,
} as const;
const ENOUGH = 10;

/** A stream that lived so long was worth opening, even if nothing came. */
const STABLE_MS = 10_000;
/** A server may keep the head back until its first message; subscriptions sent meanwhile bring that message about. */
const HEAD_PATIENCE_MS = 2_000;
/** So long may messages stall while pings go on. */
const STALL_MS = 10_000;
/** The longest pause that a server's `retry:` or Retry-After can bring about. */
const LONGEST_WISH_MS = 30_000;

/** One opened stream. */
interface Current {
  readonly startedMs: number;
  readonly decoder: EventStreamDecoder;
  close: () => void;
  openedMs: number | undefined;
  hasBytes: boolean;
}

/**
 * Reads messages from an event stream, one at a time, opened again whenever it ends, fails or falls silent
 * (reference §2.2). After each re-open the subscriptions are sent again: nothing is known of replay.
 */
export class StreamReader {
  private readonly host: ChannelHost;
  /** Called once when streaming is given up; left out, it never is. */
  private readonly onHopeless: (() => void) | undefined;
  private readonly outage: Outage;
  private current: Current | undefined;
  private isStopped = false;
  private isReopening = false;
  private strikes = 0;
  /** Streams in a row that opened and ended early with nothing in them. */
  private emptyOnes = 0;
  private lastEventId: string | undefined;
  private retryWishMs = 0;
  private pauseTimer: unknown;
  private muteTimer: unknown;
  private headTimer: unknown;
  /** Those who wait for later bytes, and since when. */
  private readonly waiting = new Waiting();
  private waitingSinceMs = 0;

  constructor(host: ChannelHost, onHopeless?: () => void) {
    this.host = host;
    this.onHopeless = onHopeless;
    this.outage = createOutage(host.deps.clock, host.deps.random, host.limits);
  }

  start(): void {
    this.open();
  }

  stop(): void {
    this.isStopped = true;
    this.host.deps.clock.clearTimeout(this.pauseTimer);
    this.drop();
  }

  /**
   * Resolves with true when so long after this call still something comes that what the server had for us before must have
   * come with it: a stream keeps the order. A ping will do. False: the stream broke, or is not open.
   */
  caughtUp(): Promise<boolean> {
    if (this.current?.openedMs === undefined) return Promise.resolve(false);
    this.waitingSinceMs = this.host.deps.clock.monotonic();
    return this.waiting.join();
  }

  /** A subscription was accepted: its snapshot must come, or something swallows the stream. */
  expectMessage(): void {
    const { current, host } = this;
    if (!current || current.hasBytes || this.muteTimer !== undefined) return;
    this.muteTimer = host.deps.clock.setTimeout(() => {
      host.onChannel('stream-silent');
      this.failed(STRIKES.definite, new IcwsError('icws/protocol', 'stream: nothing comes through'), false);
    }, host.limits.muteMs);
  }

  private open(): void {
    const { link, limits, deps } = this.host;
    const current: Current = {
      startedMs: deps.clock.monotonic(),
      decoder: this.createDecoder(),
      close: () => {},
      openedMs: undefined,
      hasBytes: false,
    };
    this.current = current;
    const headers: Record<string, string> = { ...link.headers, accept: 'text/event-stream' };
    if (this.lastEventId !== undefined) headers['last-event-id'] = this.lastEventId;
    const close = deps.transport.openStream(
      {
        origin: link.origin,
        path: link.root + MESSAGES_PATH,
        headers,
        headTimeoutMs: limits.headTimeoutMs,
        silenceTimeoutMs: limits.silenceMs,
      },
      {
        onHead: (status, answered) => this.onHead(current, status, answered),
        onData: (chunk) => this.onData(current, chunk),
        onEnd: (error) => this.onEnd(current, error),
      },
    );
    current.close = close;
    // The listener may have been called before the transport returned.
    if (this.current !== current) close();
    else if (this.isReopening) {
      this.headTimer = deps.clock.setTimeout(() => this.resynchronise(), HEAD_PATIENCE_MS);
    }
  }

  private onHead(current: Current, status: number, headers: WireResponse['headers']): void {
    if (current !== this.current) return;
    const { host } = this;
    const isStream = /^text\/event-stream\b/i.test([headers['content-type']].flat()[0] ?? '');
    if (status === 200 && isStream) {
      note(host.deps, { operation: 'stream', method: 'GET', startedMs: current.startedMs }, status);
      current.openedMs = host.deps.clock.monotonic();
      this.outage.recovered();
      host.onChannel('stream-opened');
      if (this.isReopening) this.resynchronise();
      return;
    }
    const isSuccess = status >= 200 && status < 300;
    const error = isSuccess
      ? new IcwsError('icws/protocol', 'stream: the answer is no event stream', { status })
      : host.runner.classify('stream', { status, headers, text: '' });
    note(host.deps, { operation: 'stream', method: 'GET', startedMs: current.startedMs }, status, error);
    if (status === 401) {
      this.drop();
      host.lose('unauthorized', error);
      return;
    }
    if (status === 410) void host.probe();
    const strikes = status === 410 ? ENOUGH : STRIKES[error.code === 'icws/unavailable' ? 'unavailable' : 'definite'];
    this.failed(strikes, error, true);
  }

  private onData(current: Current, chunk: Uint8Array): void {
    if (current !== this.current || current.openedMs === undefined) return;
    if (!current.hasBytes) {
      current.hasBytes = true;
      this.strikes = 0;
      this.clearMute();
    }
    current.decoder.feed(chunk);
    if (this.host.deps.clock.monotonic() - this.waitingSinceMs >= STALL_MS) this.waiting.release(true);
  }

  private onEnd(current: Current, error: TransportError | undefined): void {
    if (current !== this.current) return;
    const { host } = this;
    const { openedMs } = current;
    if (openedMs !== undefined) {
      const isEmpty = !current.hasBytes && host.deps.clock.monotonic() - openedMs < STABLE_MS;
      this.emptyOnes = isEmpty ? this.emptyOnes + 1 : 0;
      host.onChannel(error?.failure === 'timeout' ? 'stream-silent' : 'stream-dropped');
      this.failed(isEmpty ? STRIKES.unavailable : 0, error && classifyTransport('stream', error), false);
      return;
    }
    const failure = error
      ? classifyTransport('stream', error)
      : new IcwsError('icws/protocol', 'stream: it ended without an answer');
    note(host.deps, { operation: 'stream', method: 'GET', startedMs: current.startedMs }, 'error', failure);
    const isHeadMissing = error?.failure === 'timeout' && error.sent;
    this.failed(isHeadMissing ? STRIKES.definite : 0, failure, true);
  }

  private createDecoder(): EventStreamDecoder {
    const { host } = this;
    return createEventStreamDecoder({
      onData: (data) => {
        if (this.isStopped) return;
        const content = parseJson(data);
        if (typeof content !== 'object' || content === null) host.malformed();
        else for (const value of [content].flat()) if (!this.isStopped) host.receive(value);
      },
      onRetry: (ms) => {
        this.retryWishMs = ms;
      },
      onOverflow: () => {
        host.malformed();
        this.failed(STRIKES.definite, new IcwsError('icws/protocol', 'stream: an event is too large'), false);
      },
    });
  }

  /** The stream is over: opens the next after a pause, or gives streaming up, or the host. */
  private failed(strikes: number, error: IcwsError | undefined, isOutage: boolean): void {
    if (this.isStopped) return;
    this.drop();
    this.strikes += strikes;
    if (this.strikes >= ENOUGH && this.onHopeless) {
      this.isStopped = true;
      this.onHopeless();
      return;
    }
    const { deps, limits } = this.host;
    const pauseMs = isOutage ? this.outage.failed() : backoffDelay(limits.backoff, this.emptyOnes, deps.random);
    if (pauseMs === 'unreachable') {
      this.host.lose('unreachable', error ?? new IcwsError('icws/unavailable', 'stream: it cannot be opened'));
      return;
    }
    this.isReopening = true;
    const wishMs = Math.min(LONGEST_WISH_MS, Math.max(this.retryWishMs, error?.retryAfterMs ?? 0));
    this.pauseTimer = deps.clock.setTimeout(() => this.open(), Math.max(pauseMs, wishMs));
  }

  private resynchronise(): void {
    this.isReopening = false;
    this.host.deps.clock.clearTimeout(this.headTimer);
    this.host.resynchronise();
  }

  /** Closes the open stream, if any. */
  private drop(): void {
    const { current } = this;
    this.current = undefined;
    this.host.deps.clock.clearTimeout(this.headTimer);
    this.clearMute();
    this.waiting.release(false);
    if (!current) return;
    if (current.openedMs !== undefined && !this.isStopped) this.host.onGap();
    this.lastEventId = current.decoder.lastEventId ?? this.lastEventId;
    current.close();
  }

  private clearMute(): void {
    this.host.deps.clock.clearTimeout(this.muteTimer);
    this.muteTimer = undefined;
  }
}
