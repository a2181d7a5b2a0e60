import { IANAZone } from 'luxon';
import { changeBetween, offsetMinutes } from './zone-offsets.js';

export { offsetMinutes };

/** A date and time of day on a wall clock, in no zone yet. `month` and `day` count from 1. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** A stretch of time in epoch milliseconds; `until` is the first moment after it. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Whether the text is the name of a zone that this machine knows, such as America/New_York. */
export function isZone(name: string): boolean {
  return IANAZone.isValidZone(name);
}

/** What a clock on the wall of the zone shows at the instant (epoch milliseconds). */
export function wallTimeAt(zone: string, instant: number): WallTime {
  return fromWallMs(instant + offsetMinutes(zone, instant) * MINUTE_MS);
}

/**
 * The instant (epoch milliseconds) at which the clock of the zone shows this. Where daylight saving skips it, the end
 * of the gap; where it comes twice, the first pass (design §6). Fields may overflow: day 32 is in the next month.
 */
export function instantOf(zone: string, wall: WallTime): number {
  const wallMs = toWallMs(wall);
  // Offsets change at most once in two days, so one of these two is in force at the instant that is looked for.
  const before = wallMs - offsetMinutes(zone, wallMs - DAY_MS) * MINUTE_MS;
  const after = wallMs - offsetMinutes(zone, wallMs + DAY_MS) * MINUTE_MS;
  for (const instant of before <= after ? [before, after] : [after, before]) {
    if (instant + offsetMinutes(zone, instant) * MINUTE_MS === wallMs) return instant;
  }
  return changeBetween(zone, Math.min(before, after), Math.max(before, after));
}

/**
 * When the clock of the zone shows a time from `from` to before `until`, in order. Usually one stretch; none where daylight
 * saving skips all of it, two where the clock goes back in between and shows it again.
 */
export function whenShowing(zone: string, from: WallTime, until: WallTime): Stretch[] {
  const [fromMs, untilMs] = [toWallMs(from), toWallMs(until)];
  const [first, last] = [fromMs - DAY_MS, untilMs + DAY_MS];
  const stretchBy = (offset: number): Stretch => ({
    from: fromMs - offset * MINUTE_MS,
    until: untilMs - offset * MINUTE_MS,
  });
  const [before, after] = [offsetMinutes(zone, first), offsetMinutes(zone, last)];
  if (before === after) return [stretchBy(before)];
  const change = changeBetween(zone, first, last);
  const old = { ...stretchBy(before), until: Math.min(stretchBy(before).until, change) };
  const fresh = { ...stretchBy(after), from: Math.max(stretchBy(after).from, change) };
  const both = [old, fresh].filter((stretch) => stretch.from < stretch.until);
  return both.length === 2 && old.until === fresh.from ? [{ from: old.from, until: fresh.until }] : both;
}

/** Day of the week from 1 (Monday) to 7 (Sunday). */
export function weekdayOf({ year, month, day }: Pick<WallTime, 'year' | 'month' | 'day'>): number {
  return ((new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7) + 1;
}

/** The same time of day so many days later, on the wall clock. */
export function plusDays(wall: WallTime, days: number): WallTime {
  return fromWallMs(toWallMs({ ...wall, day: wall.day + days }));
}

/** `2026-11-20`: how dates are written in files and compared. */
export function isoDate({ year, month, day }: Pick<WallTime, 'year' | 'month' | 'day'>): string {
  return `${pad(year, 4)}-${pad(month)}-${pad(day)}`;
}

/** `2026-11-22T10:00:00-07:00[America/Denver]`: local time, offset and zone, to the second. */
export function formatZoned(zone: string, instant: number): string {
  const { hour, minute, second, ...date } = wallTimeAt(zone, instant);
  const offset = offsetMinutes(zone, instant);
  const size = Math.abs(offset);
  const sign = offset < 0 ? '-' : '+';
  const time = `${pad(hour)}:${pad(minute)}:${pad(second)}`;
  return `${isoDate(date)}T${time}${sign}${pad(Math.floor(size / 60))}:${pad(size % 60)}[${zone}]`;
}

function toWallMs({ year, month, day, hour, minute, second }: WallTime): number {
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function fromWallMs(wallMs: number): WallTime {
  const date = new Date(wallMs);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  };
}

function pad(value: number, digits = 2): string {
  return String(value).padStart(digits, '0');
}
