import type { Shift } from '../config/index.js';
import { dutyAt } from './calendar.js';

/** What a shift has in store within a span of time. */
export interface PlannedWork {
  /** Shifts that begin in it, or go on at its start. */
  readonly starts: number;
  /** Work without the breaks. */
  readonly workMs: number;
  /** Work and breaks. */
  readonly onShiftMs: number;
  readonly breaks: number;
}

/** Adds up what the calendar says from one instant to another, both epoch milliseconds. */
export function plannedWork(shift: Shift, from: number, until: number): PlannedWork {
  let workMs = 0;
  let breakMs = 0;
  let breaks = 0;
  const begun = new Set<number>();
  for (let at = from; at < until; ) {
    const duty = dutyAt(shift, at);
    const end = Math.min(until, duty.until ?? until);
    if (duty.state === 'working') workMs += end - at;
    if (duty.state === 'break') {
      breakMs += end - at;
      breaks += 1;
    }
    if (duty.shift) begun.add(duty.shift.from);
    at = end;
  }
  return { starts: begun.size, workMs, onShiftMs: workMs + breakMs, breaks };
}
