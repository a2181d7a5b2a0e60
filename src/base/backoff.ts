import type { Draw } from './random.js';

/** A growing, capped pause between attempts. */
export interface BackoffPolicy {
  readonly baseMs: number;
  readonly maxMs: number;
}

/**
 * The pause before attempt number `attempt` (0 = the first retry), in milliseconds: exponential, capped, and jittered over
 * its upper half, so that a fleet spreads out and yet nobody hurries.
 */
export function backoffDelay(policy: BackoffPolicy, attempt: number, draw: Draw): number {
  const ceiling = Math.min(policy.maxMs, policy.baseMs * 2 ** Math.min(attempt, 30));
  return Math.round(ceiling * (0.5 + draw() / 2));
}
