import { latest, soonest } from '../base/cron-times.js';
import type { Stretch } from '../policy/index.js';
import type { Shift } from './shift.js';

/** What of a shift its starts and ends alone decide. */
export type ShiftTimes = Pick<Shift, 'zone' | 'starts' | 'ends' | 'holidays'>;

/** The shift that goes on at the instant, from the start that began it to the end that ends it; null off shift. */
export function shiftAt({ zone, starts, ends, holidays }: ShiftTimes, instant: number): Stretch | null {
  const end = latest(ends, zone, instant) ?? Number.NEGATIVE_INFINITY;
  const start = latest(starts, zone, instant, holidays);
  if (start === null || start <= end) return null;
  // Later starts change nothing: the first one after the end before it began the shift.
  const from = Number.isFinite(end) ? soonest(starts, zone, end, holidays) : start;
  return { from: from ?? start, until: soonest(ends, zone, instant) ?? Number.POSITIVE_INFINITY };
}
