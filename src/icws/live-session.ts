import { type Log, silentLog } from '../base/log.js';
import { ConnectionState, type ConnectionStateChangeMessage } from '../wire/index.js';
import type { HostAddress } from './address.js';
import type { Answer } from './answer.js';
import { CHANNEL_LIMITS, type ChannelHost, type ChannelLimits } from './channel-host.js';
import type { Command } from './command.js';
import { closeSession, getConnectionState } from './connection-commands.js';
import { IcwsError } from './errors.js';
import { MessageChannel, type MessagingMode } from './message-channel.js';
import { readMessage } from './messages.js';
import type { SessionDeps } from './observation.js';
import { linkOf, RequestRunner, type SessionLink } from './request-runner.js';
import type { LostReason, Session, SessionListener } from './session.js';
import type { SessionGrant } from './session-grant.js';
import { createStatusCatalog, type StatusCatalogs } from './status-catalog.js';
import { Waiting } from './waiting.js';

/** What a granted session is made of. */
export interface LiveSessionParts {
  readonly grant: SessionGrant;
  readonly host: string;
  readonly address: HostAddress;
  /** Those of the grant that may be talked to. */
  readonly alternates: readonly string[];
  readonly features: ReadonlyMap<string, number>;
  readonly clockSkewMs: number;
  readonly messaging: MessagingMode;
  readonly limits?: Partial<ChannelLimits> | undefined;
}

/** Pause before subscriptions that could not be sent again are tried once more, in milliseconds. */
const RESYNC_PAUSE_MS = 5_000;

/** What the queue and the statuses begin with when they are subscribed to. */
const SNAPSHOTS: ReadonlySet<string> = new Set([
  'urn:inin.com:queues:queueContentsMessage',
  'urn:inin.com:status:userStatusMessage',
]);
const DOWN = 'urn:inin.com:connection:connectionStateChangeMessage';

/** One granted session; see Session. */
export class LiveSession implements Session {
  readonly id: string;
  readonly userId: string;
  readonly host: string;
  readonly alternates: readonly string[];
  readonly features: ReadonlyMap<string, number>;
  readonly clockSkewMs: number;
  readonly passwordDays: number | undefined;
  readonly statusCatalogs: StatusCatalogs;

  private readonly deps: SessionDeps;
  private readonly log: Log;
  private readonly link: SessionLink;
  private readonly runner: RequestRunner;
  private readonly channel: MessageChannel;
  private readonly subscriptions = new Map<string, Command<unknown>>();
  private listener: SessionListener | undefined;
  private end: { readonly reason: LostReason; readonly error: IcwsError } | undefined;
  private closing: Promise<void> | undefined;
  private probing: Promise<void> | undefined;
  private resync: 'idle' | 'running' | 'again' = 'idle';
  private resyncTimer: unknown;
  /** Subscriptions are still to be sent again. */
  private isBehind = false;
  /** Those who wait until they are. */
  private readonly resynced = new Waiting();
  /** Those who wait for the next snapshot. */
  private readonly snapshot = new Waiting();
  gaps = 0;

  constructor(deps: SessionDeps, parts: LiveSessionParts) {
    this.id = parts.grant.id;
    this.userId = parts.grant.userId;
    this.host = parts.host;
    this.alternates = parts.alternates;
    this.features = parts.features;
    this.clockSkewMs = parts.clockSkewMs;
    this.passwordDays = parts.grant.passwordDays;
    this.statusCatalogs = deps.statusCatalogs ?? createStatusCatalog;
    this.deps = deps;
    this.log = deps.log ?? silentLog;
    this.link = linkOf(parts.address, parts.grant);
    this.runner = new RequestRunner(deps, this.link, {
      onUnauthorized: (error) => this.lose('unauthorized', error),
      onWithdrawn: () => this.probe(),
    });
    const host = this.channelHost({ ...CHANNEL_LIMITS, ...parts.limits });
    this.channel = new MessageChannel(host, parts.messaging, this.features.get('messaging') ?? 0);
  }

  listen(listener: SessionListener): void {
    if (this.listener || this.closing) return;
    this.listener = listener;
    if (this.end) listener.onLost(this.end.reason, this.end.error);
    else this.channel.start();
  }

  run<T>(command: Command<T>): Promise<Answer<T>> {
    return this.runner.run(command);
  }

  async subscribe<T>(subscription: Command<T>): Promise<Answer<T>> {
    // Remembered before it is sent: where its answer is lost, the next resynchronisation sends it again.
    this.subscriptions.set(subscription.path, subscription as Command<unknown>);
    const answer = await this.runner.run(subscription);
    if (answer.kind === 'ok') this.channel.expectMessage();
    if (answer.kind === 'refused' && answer.status < 500) this.subscriptions.delete(subscription.path);
    return answer;
  }

  async caughtUp(): Promise<boolean> {
    if (!(await this.untilResynchronised())) return false;
    if (this.channel.isStream) return this.snapshotCame();
    if (!(await this.channel.caughtUp())) return false;
    // A poll may have shown that earlier ones were lost: then the snapshots that it asked for are to be read as well.
    if (!this.isBehind) return true;
    return (await this.untilResynchronised()) && this.channel.caughtUp();
  }

  /** A subscription that is sent again is answered by a snapshot on the stream (reference §2.2), behind all that waits there. */
  private async snapshotCame(): Promise<boolean> {
    const subscription = [...this.subscriptions.values()].at(-1);
    if (!subscription) return false;
    const came = Promise.race([this.snapshot.join(), this.channel.caughtUp()]);
    return (await this.runner.run(subscription)).kind === 'ok' && came;
  }

  /** Resolves when no subscription is to be sent again; false: the session is over. */
  private untilResynchronised(): Promise<boolean> {
    if (this.end || this.closing) return Promise.resolve(false);
    return this.isBehind ? this.resynced.join() : Promise.resolve(true);
  }

  close(): Promise<void> {
    this.closing ??= this.logOut();
    return this.closing;
  }

  abandon(): void {
    if (this.end || this.closing) return;
    this.closing = Promise.resolve();
    this.stop(new IcwsError('icws/session-closed', 'the session was abandoned'));
  }

  private async logOut(): Promise<void> {
    if (this.end) return;
    this.stop(new IcwsError('icws/session-closed', 'the session was closed'));
    // By a runner of its own: that of the session sends nothing any more.
    const farewell = new RequestRunner(this.deps, this.link, { onUnauthorized: () => {}, onWithdrawn: async () => {} });
    await farewell.run(closeSession());
  }

  private stop(error: IcwsError): void {
    this.channel.stop();
    this.deps.clock.clearTimeout(this.resyncTimer);
    this.resynced.release(false);
    this.snapshot.release(false);
    this.runner.end(error);
  }

  private lose(reason: LostReason, error: IcwsError): void {
    if (this.end || this.closing) return;
    this.end = { reason, error };
    this.stop(new IcwsError('icws/session-lost', `the session was lost (${reason})`, { retryable: true }));
    this.listener?.onLost(reason, error);
  }

  private channelHost(limits: ChannelLimits): ChannelHost {
    return {
      deps: this.deps,
      link: this.link,
      runner: this.runner,
      limits,
      receive: (value) => this.receive(value),
      malformed: () => this.malformed(),
      onChannel: (event) => {
        if (!this.end && !this.closing) this.listener?.onChannel(event);
      },
      resynchronise: () => void this.resynchronise(),
      onGap: () => {
        this.gaps += 1;
      },
      lose: (reason, error) => this.lose(reason, error),
      probe: () => this.probe(),
    };
  }

  private receive(value: unknown): void {
    if (this.end || this.closing) return;
    const message = readMessage(value);
    if (!message) {
      this.malformed();
      return;
    }
    try {
      this.listener?.onMessage(message);
    } catch (error) {
      // A message that one listener cannot digest must not end the reading of all others.
      this.log.error({ err: error, type: message.__type }, 'a message handler failed');
    }
    if (SNAPSHOTS.has(message.__type) && message.isDelta === false) this.snapshot.release(true);
    if (message.__type === DOWN) this.readStateChange(message as ConnectionStateChangeMessage);
  }

  private malformed(): void {
    if (!this.end && !this.closing) this.listener?.onMalformed?.();
  }

  private readStateChange(message: ConnectionStateChangeMessage): void {
    if (message.newConnectionState !== ConnectionState.Down) return;
    this.down(message.shouldReconnect);
  }

  private down(shouldReconnect: boolean | undefined): void {
    const error = new IcwsError('icws/session-lost', 'the server ended the session', { retryable: true });
    this.lose(shouldReconnect === false ? 'logged-in-elsewhere' : 'connection-down', error);
  }

  /** Asks once, however many want to know, whether the session lives. A 401 ends it in the runner. */
  private probe(): Promise<void> {
    this.probing ??= this.runner.run(getConnectionState()).then((answer) => {
      this.probing = undefined;
      if (answer.kind === 'ok' && answer.body?.state === ConnectionState.Down) this.down(answer.body.shouldReconnect);
    });
    return this.probing;
  }

  /** Sends every subscription again, one after the other; each starts with a snapshot (reference §2.2). */
  private async resynchronise(): Promise<void> {
    if (this.resync !== 'idle') {
      this.resync = 'again';
      return;
    }
    this.resync = 'running';
    this.isBehind = true;
    let isComplete = true;
    for (const subscription of [...this.subscriptions.values()]) {
      const answer = await this.subscribe(subscription);
      if (answer.kind === 'lost' || (answer.kind === 'refused' && answer.status >= 500)) isComplete = false;
    }
    const isWantedAgain = this.wasAskedAgain();
    this.resync = 'idle';
    if (this.end || this.closing) return;
    if (isComplete && !isWantedAgain) {
      this.isBehind = false;
      this.resynced.release(true);
      this.listener?.onChannel('resynchronised');
    } else if (isWantedAgain) void this.resynchronise();
    else this.resyncTimer = this.deps.clock.setTimeout(() => void this.resynchronise(), RESYNC_PAUSE_MS);
  }

  private wasAskedAgain(): boolean {
    return this.resync === 'again';
  }
}
