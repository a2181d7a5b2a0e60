import { type BackoffPolicy, backoffDelay } from '../base/backoff.js';
import type { Clock } from '../base/clock.js';
import type { Random } from '../base/random.js';

/** What the pacer needs to know of one who waits. */
export interface Waiter {
  readonly user: string;
  /** A call is open, which Dialer does not keep for long: no long pauses. */
  readonly isUrgent?: boolean;
  /** Called once, when the agent may log in. */
  granted(): void;
}

export interface PacerOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Log-ins per second of the whole fleet. */
  readonly loginsPerSecond: number;
  readonly backoff?: BackoffPolicy;
  /** How long all log-ins rest after three first refusals in a row. */
  readonly refusalPauseMs?: number;
}

/**
 * Paces the log-ins of the whole fleet (design §3): so many a second, a jittered and capped pause after a failure, and a
 * rest for all when the first three credentials tried are refused, for then the fault is likely ours and accounts could
 * be locked (design §4.1 rule 14).
 */
export interface Pacer {
  /** Queues for a turn; `after` says what failed before, null the first time. */
  takeTurn(waiter: Waiter, after: string | null): void;
  giveUp(user: string): void;
  /** The session did real work: the next failure starts with a short pause again. */
  proved(user: string): void;
  /** The outcome of a log-in that had a turn. */
  opened(): void;
  refused(): void;
  readonly isResting: boolean;
  close(): void;
}

const BACKOFF: BackoffPolicy = { baseMs: 1_000, maxMs: 60_000 };
/** What only a person mends is asked for less often. */
const SLOW_BACKOFF: BackoffPolicy = { baseMs: 5_000, maxMs: 300_000 };
const SLOW = new Set(['station-refused', 'icws/forbidden', 'icws/withdrawn']);
/** While a call is open. */
const URGENT_BACKOFF: BackoffPolicy = { baseMs: 1_000, maxMs: 5_000 };
const REFUSALS_TO_REST = 3;

export function createPacer(options: PacerOptions): Pacer {
  const { clock, random } = options;
  const gapMs = 1_000 / options.loginsPerSecond;
  const attempts = new Map<string, number>();
  const timers = new Map<string, unknown>();
  const queue: Waiter[] = [];
  let nextAt = 0;
  let pump: unknown;
  let refusals = 0;
  let anyOpened = false;
  let restUntil = 0;

  /** Grants what is due, then sleeps until the next turn. */
  const run = (): void => {
    pump = undefined;
    const now = clock.monotonic();
    if (now < restUntil) {
      pump = clock.setTimeout(run, restUntil - now);
      return;
    }
    // A pause of the process must not be made good by a burst.
    if (nextAt < now - 1_000) nextAt = now;
    while (queue.length > 0 && nextAt <= now) {
      nextAt += gapMs;
      queue.shift()?.granted();
      if (clock.monotonic() < restUntil) break;
    }
    if (queue.length > 0) pump = clock.setTimeout(run, Math.max(1, nextAt - now));
  };
  const wake = (): void => {
    if (pump === undefined) pump = clock.setTimeout(run, Math.max(0, nextAt - clock.monotonic()));
  };
  const forget = (user: string): void => {
    clock.clearTimeout(timers.get(user));
    timers.delete(user);
    const index = queue.findIndex((waiter) => waiter.user === user);
    if (index >= 0) queue.splice(index, 1);
  };

  return {
    takeTurn: (waiter, after) => {
      forget(waiter.user);
      const attempt = attempts.get(waiter.user) ?? 0;
      if (after === null) {
        queue.push(waiter);
        wake();
        return;
      }
      attempts.set(waiter.user, attempt + 1);
      const patient = SLOW.has(after) ? SLOW_BACKOFF : (options.backoff ?? BACKOFF);
      const delay = backoffDelay(waiter.isUrgent ? URGENT_BACKOFF : patient, attempt, draw(waiter.user));
      timers.set(
        waiter.user,
        clock.setTimeout(() => {
          timers.delete(waiter.user);
          queue.push(waiter);
          wake();
        }, delay),
      );
    },
    giveUp: forget,
    proved: (user) => attempts.delete(user),
    opened: () => {
      anyOpened = true;
      refusals = 0;
    },
    refused: () => {
      refusals++;
      if (refusals >= REFUSALS_TO_REST) {
        restUntil = clock.monotonic() + (options.refusalPauseMs ?? 300_000);
        // After the rest one more may try; its refusal is reason enough to rest again.
        refusals = anyOpened ? 0 : REFUSALS_TO_REST - 1;
      }
    },
    get isResting() {
      return clock.monotonic() < restUntil;
    },
    close: () => {
      clock.clearTimeout(pump);
      for (const timer of timers.values()) clock.clearTimeout(timer);
      timers.clear();
      queue.length = 0;
    },
  };

  function draw(user: string) {
    return random(`pacer/${user}/${attempts.get(user) ?? 0}`);
  }
}
