import type { ChannelHost } from './channel-host.js';
import { Poller } from './polling.js';
import { StreamReader } from './stream-reader.js';

/** How messages are read: `auto` streams where the server can and falls back to polling where nothing comes through. */
export type MessagingMode = 'auto' | 'stream' | 'poll';

/** The feature version from which a server can stream (reference §2.2). */
const STREAMING_SINCE = 2;

/** The one reader of a session's messages: stream or poll, never both, as they drain the same queue (reference §2.2). */
export class MessageChannel {
  private readonly host: ChannelHost;
  private readonly mode: MessagingMode;
  private readonly version: number;
  private stream: StreamReader | undefined;
  private poller: Poller | undefined;

  /** `version` = the server's version of the feature `messaging`, 0 when unknown. */
  constructor(host: ChannelHost, mode: MessagingMode, version: number) {
    this.host = host;
    this.mode = mode;
    this.version = version;
  }

  start(): void {
    if (this.mode === 'poll' || (this.mode === 'auto' && this.version < STREAMING_SINCE)) {
      this.startPolling(false);
      return;
    }
    const fallBack = (): void => {
      this.stream = undefined;
      this.host.onChannel('fell-back-to-polling');
      this.startPolling(true);
    };
    this.stream = new StreamReader(this.host, this.mode === 'auto' ? fallBack : undefined);
    this.stream.start();
  }

  /** A subscription was accepted, so a message is due. */
  expectMessage(): void {
    this.stream?.expectMessage();
  }

  /** Resolves with true once something was read that was given after this call. */
  caughtUp(): Promise<boolean> {
    return (this.poller ?? this.stream)?.caughtUp() ?? Promise.resolve(false);
  }

  /** Messages come by themselves. */
  get isStream(): boolean {
    return this.stream !== undefined;
  }

  stop(): void {
    this.stream?.stop();
    this.poller?.stop();
  }

  private startPolling(isBehind: boolean): void {
    this.poller = new Poller(this.host, isBehind);
    this.poller.start();
  }
}
