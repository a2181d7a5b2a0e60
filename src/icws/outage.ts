import { type BackoffPolicy, backoffDelay } from '../base/backoff.js';
import type { Clock } from '../base/clock.js';
import type { Draw } from '../base/random.js';

export interface OutagePolicy {
  readonly backoff: BackoffPolicy;
  /** Failures in a row, spread over at least this long, mean that the host is unreachable. */
  readonly limitMs: number;
}

/** Failures in a row, whatever their spread, before a host can count as unreachable. */
const FEWEST_FAILURES = 3;

/** Counts failures of reading messages and says how long to wait, and when to give up. */
export interface Outage {
  /** A read failed. Tells the pause before the next try in milliseconds, or that the host is unreachable. */
  failed(): number | 'unreachable';
  /** The server answered. */
  recovered(): void;
}

export function createOutage(clock: Clock, random: Draw, policy: OutagePolicy): Outage {
  let failures = 0;
  let sinceMs = 0;
  return {
    failed: () => {
      const now = clock.monotonic();
      if (failures === 0) sinceMs = now;
      failures++;
      if (failures >= FEWEST_FAILURES && now - sinceMs >= policy.limitMs) return 'unreachable';
      return backoffDelay(policy.backoff, failures - 1, random);
    },
    recovered: () => {
      failures = 0;
    },
  };
}
