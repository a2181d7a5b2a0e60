import type { IcwsError } from './errors.js';
import type { SessionDeps } from './observation.js';
import type { OutagePolicy } from './outage.js';
import type { RequestRunner, SessionLink } from './request-runner.js';
import type { ChannelEvent, LostReason } from './session.js';

/** How patient the reading of messages is; all in milliseconds. */
export interface ChannelLimits extends OutagePolicy {
  /** From the end of one poll to the start of the next (reference §2.1). */
  readonly pollEveryMs: number;
  readonly pollTimeoutMs: number;
  /** How long the head of a stream may take. */
  readonly headTimeoutMs: number;
  /** No byte for so long: the stream is dead (reference §2.2). */
  readonly silenceMs: number;
  /** No first byte so long after a subscription, whose snapshot is due: something swallows the stream. */
  readonly muteMs: number;
}

export const CHANNEL_LIMITS: ChannelLimits = {
  pollEveryMs: 1_000,
  pollTimeoutMs: 30_000,
  headTimeoutMs: 20_000,
  silenceMs: 75_000,
  muteMs: 20_000,
  limitMs: 30_000,
  backoff: { baseMs: 500, maxMs: 8_000 },
};

/** What the readers of messages need of their session. */
export interface ChannelHost {
  readonly deps: SessionDeps;
  readonly link: SessionLink;
  readonly runner: RequestRunner;
  readonly limits: ChannelLimits;
  /** Takes the parsed content of one event or one entry of a poll. */
  receive(value: unknown): void;
  /** Something came that is no JSON. */
  malformed(): void;
  onChannel(event: ChannelEvent): void;
  /** Messages may have been missed: sends every subscription again. */
  resynchronise(): void;
  /** Messages may have been lost for good: a poll without an answer, a stream that broke. */
  onGap(): void;
  /** The session is over. */
  lose(reason: LostReason, error: IcwsError): void;
  /** Asks the server whether the session lives, and ends it here if not. */
  probe(): Promise<void>;
}

/** Where messages are read from. */
export const MESSAGES_PATH = '/messaging/messages';
