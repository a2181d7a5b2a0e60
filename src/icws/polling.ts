import type { ChannelHost } from './channel-host.js';
import { MESSAGES_PATH } from './channel-host.js';
import { IcwsError } from './errors.js';
import { parseJson } from './loose.js';
import type { Unanswered } from './observation.js';
import { createOutage, type Outage } from './outage.js';
import type { WireResponse } from './transport.js';
import { Waiting } from './waiting.js';

/** The longest pause that a server's Retry-After can bring about. */
const LONGEST_WISH_MS = 30_000;

/**
 * Reads messages by short polls: one at a time, the next a second after the last one's result (reference §2.1). Reading
 * takes messages off the server, so a poll is never repeated, and one that failed may have taken some with it.
 */
export class Poller {
  private readonly host: ChannelHost;
  private readonly outage: Outage;
  private timer: unknown;
  private isStopped = false;
  /** Messages may have been missed; subscribed again as soon as a poll succeeds. */
  private isBehind: boolean;
  private hasAnswer = false;
  /** Those who wait for a poll that begins from now on. */
  private readonly waiting = new Waiting();

  constructor(host: ChannelHost, isBehind: boolean) {
    this.host = host;
    this.isBehind = isBehind;
    this.outage = createOutage(host.deps.clock, host.deps.random, host.limits);
  }

  start(): void {
    void this.poll();
  }

  stop(): void {
    this.isStopped = true;
    this.waiting.release(false);
    this.host.deps.clock.clearTimeout(this.timer);
  }

  /** Resolves with true when a poll that began after this call was answered and its messages were told. */
  caughtUp(): Promise<boolean> {
    return this.isStopped ? Promise.resolve(false) : this.waiting.join();
  }

  private async poll(): Promise<void> {
    const served = this.waiting.take();
    const { runner, limits } = this.host;
    const request = { method: 'GET', path: MESSAGES_PATH, timeoutMs: limits.pollTimeoutMs, lane: 'poll' } as const;
    const answer = await runner.send('poll', request);
    if (this.isStopped) return served(false);
    const pauseMs = await this.take(answer, served);
    served(false);
    if (this.isStopped || pauseMs === undefined) return;
    this.timer = this.host.deps.clock.setTimeout(() => void this.poll(), pauseMs);
  }

  /** Takes a result in. Tells the pause before the next poll in milliseconds, or undefined when there is none. */
  private async take(
    answer: WireResponse | Unanswered,
    served: (wereTold: boolean) => void,
  ): Promise<number | undefined> {
    const { host } = this;
    if ('error' in answer) return this.failed(answer.error, answer.sent);
    if (answer.status < 200 || answer.status >= 300) {
      const error = host.runner.classify('poll', answer);
      if (answer.status === 401) {
        host.lose('unauthorized', error);
        return undefined;
      }
      if (answer.status === 410) await host.probe();
      return this.failed(error, true);
    }
    const content = answer.text.trim() === '' ? [] : parseJson(answer.text);
    if (typeof content !== 'object' || content === null) {
      host.malformed();
      return this.failed(new IcwsError('icws/protocol', 'poll: the answer is no JSON'), true);
    }
    this.outage.recovered();
    if (!this.hasAnswer) host.onChannel('polling');
    this.hasAnswer = true;
    for (const value of [content].flat()) if (!this.isStopped) host.receive(value);
    served(!this.isStopped);
    if (this.isBehind && !this.isStopped) {
      this.isBehind = false;
      host.resynchronise();
    }
    return host.limits.pollEveryMs;
  }

  private failed(error: IcwsError, mayHaveTaken: boolean): number | undefined {
    if (this.isStopped) return undefined;
    this.isBehind ||= mayHaveTaken;
    if (mayHaveTaken) this.host.onGap();
    const pauseMs = this.outage.failed();
    if (pauseMs !== 'unreachable')
      return Math.max(pauseMs, Math.min(error.retryAfterMs ?? 0, LONGEST_WISH_MS), this.host.limits.pollEveryMs);
    this.host.lose('unreachable', error);
    return undefined;
  }
}
