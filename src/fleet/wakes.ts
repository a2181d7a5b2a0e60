import type { Clock } from '../base/clock.js';
import { formatDuration } from '../base/duration.js';
import type { Log } from '../base/log.js';
import type { Shift } from '../config/index.js';

/** Something that wakes at the times of cron expressions. `wake` may come early, late, twice or not at all. */
export interface WakeSource {
  /** Wakes also at the times of this shift. */
  add(shift: Shift, wake: () => void): void;
  /** Wakes for none of them any more; others may be added afterwards. */
  close(): void;
}

export interface WakesOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly source?: WakeSource | undefined;
  onWake(): void;
}

/** The calendar is looked at this often, whatever the timers say: a machine may sleep, and its clock may be set. */
const CHECK_MS = 60_000;
/** Wall clock and monotonic clock may differ by so much between two wakes; more, and somebody set the clock. */
const DRIFT_MS = 2_000;

/**
 * When to look at the calendar: at its own next change, at the times of the source, and each minute. All clocks but the wall's
 * may be wrong about the wall's, so none of them is relied upon.
 */
export class Wakes {
  private readonly options: WakesOptions;
  private readonly known = new Set<Shift>();
  private timer: unknown;
  private last: { now: number; monotonic: number } | null = null;

  constructor(options: WakesOptions) {
    this.options = options;
  }

  /** Sets the alarm for the next change of these shifts. Without a shift there is nothing to wake for. */
  next(shifts: ReadonlySet<Shift>, at: number | null): void {
    const { clock } = this.options;
    this.subscribe(shifts);
    clock.clearTimeout(this.timer);
    this.timer = undefined;
    if (shifts.size === 0) return;
    const now = clock.now();
    this.last = { now, monotonic: clock.monotonic() };
    const ms = Math.min(CHECK_MS, Math.max(0, (at ?? Number.POSITIVE_INFINITY) - now));
    this.timer = clock.setTimeout(() => this.wake(), ms);
  }

  close(): void {
    const { clock, source } = this.options;
    clock.clearTimeout(this.timer);
    source?.close();
  }

  /** After a reload the shifts are others: what wakes for those of before is let go. */
  private subscribe(shifts: ReadonlySet<Shift>): void {
    const { source } = this.options;
    if ([...this.known].some((shift) => !shifts.has(shift))) {
      source?.close();
      this.known.clear();
    }
    for (const shift of shifts) {
      if (!this.known.has(shift)) source?.add(shift, () => this.wake());
      this.known.add(shift);
    }
  }

  private wake(): void {
    this.noticeJump();
    this.options.onWake();
  }

  private noticeJump(): void {
    const { clock, log } = this.options;
    if (!this.last) return;
    const jumpMs = clock.now() - this.last.now - (clock.monotonic() - this.last.monotonic);
    if (Math.abs(jumpMs) <= DRIFT_MS) return;
    const jump = `${formatDuration(Math.abs(jumpMs))} ${jumpMs > 0 ? 'forward' : 'back'}`;
    log.warn({ jump }, 'the clock jumped: it was set, or the machine slept; shifts go by the new time');
  }
}
