import type { IcwsMessage, UnknownMessage } from '../wire/index.js';
import type { Answer } from './answer.js';
import type { Command } from './commands.js';
import type { IcwsError } from './errors.js';
import type { StatusCatalogs } from './status-catalog.js';

/** Why a session ended without our asking. Closed list: it is a metric label. */
export type LostReason =
  | 'unauthorized' // a 401
  | 'connection-down' // connectionStateChangeMessage Down
  | 'unreachable' // no answer from the host any more
  | 'logged-in-elsewhere'; // Down with shouldReconnect false

/** What the message channel is doing, for logs and `reconnects_total`. */
export type ChannelEvent =
  | 'stream-opened'
  /** The first poll was answered. */
  | 'polling'
  | 'stream-dropped'
  | 'stream-silent'
  | 'fell-back-to-polling'
  | 'resynchronised';

export interface SessionListener {
  /** Each message, in the order of delivery, unknown types included. Must not throw. */
  onMessage(message: IcwsMessage | UnknownMessage): void;
  /** Said at most once, never after `close`. The session is dead: nothing more is sent. */
  onLost(reason: LostReason, error: IcwsError): void;
  onChannel(event: ChannelEvent): void;
  /** Something came that is no message, or lacks what makes it one; never fatal, to be counted. */
  onMalformed?(): void;
}

/**
 * One ICWS session. It lives once: it re-opens its stream and falls back to polling, but it never logs in again
 * (design §3). Every command after its end answers `lost` with `sent: false`.
 */
export interface Session {
  readonly id: string;
  /** The canonical user id of the 201; use it in paths. */
  readonly userId: string;
  /** The host that answered 201; all traffic goes there. */
  readonly host: string;
  /** Bare names of the other servers. */
  readonly alternates: readonly string[];
  /** API feature → version; an absent feature is unsupported. */
  readonly features: ReadonlyMap<string, number>;
  /** Server clock minus ours in milliseconds; 0 when the server did not tell. */
  readonly clockSkewMs: number;
  /** Days until the password runs out; undefined where the server told nothing. */
  readonly passwordDays?: number | undefined;
  /** Makes the catalog of the statuses that this session was told. */
  readonly statusCatalogs: StatusCatalogs;
  /** How often messages may have been lost so far: polls without an answer, streams that broke. */
  readonly gaps: number;
  /**
   * Resolves with true once messages were read that the server gave after this call, so that what it had for us before is
   * told; with false where the reading broke meanwhile. It may take as long as a poll or a silent stream does.
   */
  caughtUp(): Promise<boolean>;
  /** Starts to read messages. Call it before the Dialer log-in (reference §2.6). */
  listen(listener: SessionListener): void;
  /** Sends a command, retried only as its own rule allows. */
  run<T>(command: Command<T>): Promise<Answer<T>>;
  /** Sends a subscription and remembers it: it is sent again whenever messages may have been missed. */
  subscribe<T>(subscription: Command<T>): Promise<Answer<T>>;
  /** Logs out (DELETE connection), stops reading, aborts what is in flight. Failures are ignored. */
  close(): Promise<void>;
  /**
   * The same without the log-out. The server keeps the session until it notices that nobody reads its messages: until then
   * Dialer keeps the agent's call for the next session of the same user and application name (reference §6.8).
   */
  abandon(): void;
}
