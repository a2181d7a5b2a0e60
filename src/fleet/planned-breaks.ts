import { latest, soonest } from '../base/cron-times.js';
import type { Shift, ShiftBreak } from '../config/index.js';
import type { Stretch } from '../policy/index.js';

/** A planned break of a shift that goes on, and the entry that plans it. */
export interface PlannedBreak extends Stretch {
  readonly entry: ShiftBreak;
}

/** The planned break that goes on at the instant; where several do, the one that ends last. Null: none. */
export function breakAt(shift: Shift, stretch: Stretch, instant: number): PlannedBreak | null {
  return latestOf(begunBefore(shift, stretch, instant).filter(({ until }) => until > instant));
}

/** When the last planned break before the instant ended; null where the shift had none yet. */
export function breakEndBefore(shift: Shift, stretch: Stretch, instant: number): number | null {
  return latestOf(begunBefore(shift, stretch, instant))?.until ?? null;
}

/** When the next planned break of the shift begins, after the instant; null: none comes. */
export function nextBreakIn(shift: Shift, stretch: Stretch, instant: number): number | null {
  const begins = shift.breaks
    .map((entry) =>
      entry.kind === 'at'
        ? soonest(entry.times, shift.zone, instant)
        : stretch.from + Math.max(1, Math.floor((instant - stretch.from) / entry.everyMs) + 1) * entry.everyMs,
    )
    .filter((begin) => begin !== null && begin < stretch.until);
  return begins.length === 0 ? null : Math.min(...(begins as number[]));
}

/** Of each entry the last break that began at or before the instant, and not before the shift did. */
function begunBefore(shift: Shift, stretch: Stretch, instant: number): PlannedBreak[] {
  return shift.breaks.flatMap((entry) => {
    const from = lastBegin(entry, shift.zone, stretch, instant);
    return from === null || from < stretch.from ? [] : { from, until: from + entry.forMs, entry };
  });
}

function lastBegin(entry: ShiftBreak, zone: string, stretch: Stretch, instant: number): number | null {
  if (entry.kind === 'at') return latest(entry.times, zone, instant);
  const nth = Math.floor((instant - stretch.from) / entry.everyMs);
  return nth < 1 ? null : stretch.from + nth * entry.everyMs;
}

function latestOf(breaks: readonly PlannedBreak[]): PlannedBreak | null {
  return breaks.reduce<PlannedBreak | null>((last, each) => (last && last.until >= each.until ? last : each), null);
}
