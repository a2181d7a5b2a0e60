import type { Clock } from '../base/clock.js';

/**
 * Tells when the present stage of an agent's call is over. One timer for all stages: a delay of XState would be set and
 * cancelled several times per call, for most deadlines give way at once to what the policy decides.
 */
export class StageAlarm {
  private readonly clock: Clock;
  private readonly onEnd: () => void;
  private deadline = Number.POSITIVE_INFINITY;
  private timer: unknown;
  /** When the timer fires. It may be too early, for a deadline that moves away leaves it as it is. */
  private firesAt = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, onEnd: () => void) {
    this.clock = clock;
    this.onEnd = onEnd;
  }

  /** The stage ends at this time, monotonic; Infinity: not by itself. */
  set(deadline: number): void {
    this.deadline = deadline;
    if (deadline >= this.firesAt) return;
    this.clock.clearTimeout(this.timer);
    this.firesAt = deadline;
    this.timer = this.clock.setTimeout(this.fire, Math.max(0, deadline - this.clock.monotonic()));
  }

  /** For good: no deadline is earlier than the one that it pretends to wait for. */
  stop(): void {
    this.clock.clearTimeout(this.timer);
    this.firesAt = Number.NEGATIVE_INFINITY;
  }

  private readonly fire = (): void => {
    this.firesAt = Number.POSITIVE_INFINITY;
    if (this.clock.monotonic() < this.deadline) this.set(this.deadline);
    else this.onEnd();
  };
}
