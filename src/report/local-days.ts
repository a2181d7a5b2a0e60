import { instantOf, isoDate, plusDays, type WallTime, wallTimeAt, weekdayOf } from '../base/zoned-time.js';

/** One calendar day of a zone. Epoch milliseconds; 23 or 25 hours long where daylight saving begins or ends. */
export interface LocalDay {
  /** `2026-03-08`. */
  readonly date: string;
  /** 1 (Monday) to 7 (Sunday). */
  readonly weekday: number;
  readonly from: number;
  readonly until: number;
}

const DAY_NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** `Sun 2026-03-08`. */
export function dayName({ weekday, date }: Pick<LocalDay, 'weekday' | 'date'>): string {
  return `${DAY_NAMES[weekday - 1]} ${date}`;
}

/** The days of a zone that a span of time touches, the last one included only if something of it is used. */
export function localDays(zone: string, from: number, until: number): LocalDay[] {
  const days: LocalDay[] = [];
  let wall: WallTime = { ...wallTimeAt(zone, from), hour: 0, minute: 0, second: 0 };
  let start = instantOf(zone, wall);
  while (start < until) {
    const next = plusDays(wall, 1);
    const end = instantOf(zone, next);
    days.push({ date: isoDate(wall), weekday: weekdayOf(wall), from: start, until: end });
    wall = next;
    start = end;
  }
  return days;
}

/** `2026-03-08T09:00:00-04:00[America/New_York]` → `Sun 2026-03-08 09:00`. */
export function shortLocal(local: string): string {
  const [date = '', time = ''] = local.split('T');
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  return `${dayName({ date, weekday: weekdayOf({ year, month, day }) })} ${time.slice(0, 5)}`;
}
