import type { Shift } from '../config/index.js';
import type { Stretch } from '../policy/index.js';
import { workAfter } from './calendar.js';

/** For every instant from `since` to the end of `stretch` the stretch is the first one that ends after it. */
interface Known {
  since: number;
  readonly stretch: Stretch | null;
  readonly until: number;
}

/** Stretches of one shift that are remembered: half a year of days with a few breaks. */
const MOST_KNOWN = 1_000;

/**
 * The calendar's `workAfter`, asked once for each stretch: it costs some hundred microseconds, and every own callback asks
 * for the same few days.
 */
export class WorkMemory {
  private readonly shifts = new WeakMap<Shift, Known[]>();

  /** The first stretch of work of the shift that ends after the instant (epoch milliseconds); null where none is to come. */
  after(shift: Shift, instant: number): Stretch | null {
    const known = this.shifts.get(shift) ?? [];
    this.shifts.set(shift, known);
    const index = indexAfter(known, instant);
    const next = known[index];
    if (next && next.since <= instant) return next.stretch;
    const stretch = workAfter(shift, instant);
    const until = stretch?.until ?? Number.POSITIVE_INFINITY;
    if (next?.until === until) next.since = instant;
    else known.splice(index, 0, { since: instant, stretch, until });
    if (known.length > MOST_KNOWN) known.shift();
    return stretch;
  }
}

/** Index of the first stretch that ends after the instant; they are in order. */
function indexAfter(known: readonly Known[], instant: number): number {
  let [low, high] = [0, known.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((known[middle]?.until ?? 0) > instant) high = middle;
    else low = middle + 1;
  }
  return low;
}
