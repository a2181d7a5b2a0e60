import { latest } from '../base/cron-times.js';
import { formatDuration } from '../base/duration.js';
import { isoDate, wallTimeAt, weekdayOf } from '../base/zoned-time.js';
import type { Shift } from '../config/index.js';
import type { Stretch } from '../policy/index.js';
import type { PlannedBreak } from './planned-breaks.js';

/** Why somebody works, rests or is off, in words; times of the shift's own clock. */

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

export function whyWorking(shift: Shift, { from, until }: Stretch): string {
  return `shift "${shift.name}" from ${localTime(shift.zone, from)} to ${localTime(shift.zone, until)} (${shift.zone})`;
}

export function whyOnBreak(shift: Shift, stretch: Stretch, { entry, from }: PlannedBreak): string {
  const length = formatDuration(entry.forMs);
  const plan = entry.kind === 'at' ? `at ${localTime(shift.zone, from)}` : `every ${formatDuration(entry.everyMs)}`;
  return `break of ${length} ${plan}, in ${whyWorking(shift, stretch)}`;
}

export function whyOff(shift: Shift, instant: number, next: number | null): string {
  const { name, zone } = shift;
  const rest = next === null ? 'it does not start again' : `it starts next at ${localTime(zone, next)} (${zone})`;
  const holiday = cancelledStart(shift, instant);
  const why = holiday === null ? `outside shift "${name}"` : `${holiday} is a holiday of shift "${name}"`;
  return `${why}: ${rest}`;
}

/** `Thu 2026-11-26 09:00`, on the wall clock of the zone. */
function localTime(zone: string, instant: number): string {
  if (!Number.isFinite(instant)) return 'for ever';
  const wall = wallTimeAt(zone, instant);
  const two = (value: number): string => String(value).padStart(2, '0');
  const seconds = wall.second === 0 ? '' : `:${two(wall.second)}`;
  return `${WEEKDAYS[weekdayOf(wall) - 1]} ${isoDate(wall)} ${two(wall.hour)}:${two(wall.minute)}${seconds}`;
}

/** The date of a start that would have put the shift on at the instant, had it not been cancelled. */
function cancelledStart({ zone, starts, ends, holidays }: Shift, instant: number): string | null {
  if (holidays.size === 0) return null;
  const today = isoDate(wallTimeAt(zone, instant));
  if (holidays.has(today)) return today;
  const start = latest(starts, zone, instant);
  if (start === null || start <= (latest(ends, zone, instant) ?? Number.NEGATIVE_INFINITY)) return null;
  return isoDate(wallTimeAt(zone, start));
}
