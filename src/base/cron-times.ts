import { type Cron, meansDate } from './cron.js';
import { instantOf, isoDate, plusDays, type WallTime, wallTimeAt, weekdayOf } from './zoned-time.js';

/**
 * When a cron expression comes, by the wall clock of a zone: a time that daylight saving skips comes at the end of the
 * gap, one that comes twice at its first pass (design §6). Dates as `2026-12-25`; instants are epoch milliseconds.
 */

/** The rarest date, 29 February on one weekday, comes again within 40 years, even around 2100. */
const MOST_DAYS = 15_000;
const NO_DATES: ReadonlySet<string> = new Set();

/** The first time after the instant, dates of `except` left out; null where none comes in a lifetime. */
export function nextTime(cron: Cron, zone: string, after: number, except = NO_DATES): number | null {
  // A day earlier, for where a whole day is skipped its times come at the next one's beginning.
  let date = plusDays(midnight(wallTimeAt(zone, after)), -1);
  for (let days = 0; days < MOST_DAYS; days++, date = plusDays(date, 1)) {
    if (!isMeant(cron, date, except)) continue;
    const found = cron.minutesOfDay[firstAfter(cron, zone, date, after)];
    if (found !== undefined) return at(zone, date, found);
  }
  return null;
}

/** The last time at or before the instant, dates of `except` left out; null where none came in a lifetime. */
function lastTime(cron: Cron, zone: string, before: number, except = NO_DATES): number | null {
  // A day later, for in the second pass of an overlap a later wall time may have been.
  let date = plusDays(midnight(wallTimeAt(zone, before)), 1);
  for (let days = 0; days < MOST_DAYS; days++, date = plusDays(date, -1)) {
    if (!isMeant(cron, date, except)) continue;
    const found = cron.minutesOfDay[firstAfter(cron, zone, date, before) - 1];
    if (found !== undefined) return at(zone, date, found);
  }
  return null;
}

/** The first time of any of the lines after the instant. */
export function soonest(lines: readonly Cron[], zone: string, after: number, except = NO_DATES): number | null {
  return furthest(lines, (line) => nextTime(line, zone, after, except), Math.min);
}

/** The last time of any of the lines at or before the instant. */
export function latest(lines: readonly Cron[], zone: string, before: number, except = NO_DATES): number | null {
  return furthest(lines, (line) => lastTime(line, zone, before, except), Math.max);
}

function furthest(
  lines: readonly Cron[],
  timeOf: (line: Cron) => number | null,
  choose: (a: number, b: number) => number,
): number | null {
  const times = lines.map(timeOf).filter((time) => time !== null);
  return times.length === 0 ? null : times.reduce((a, b) => choose(a, b));
}

/** Index of the date's first time that comes after the instant: later wall times never come earlier. */
function firstAfter(cron: Cron, zone: string, date: WallTime, instant: number): number {
  let [low, high] = [0, cron.minutesOfDay.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(zone, date, cron.minutesOfDay[middle]!) > instant) high = middle;
    else low = middle + 1;
  }
  return low;
}

function isMeant(cron: Cron, date: WallTime, except: ReadonlySet<string>): boolean {
  return meansDate(cron, date, weekdayOf(date)) && !(except.size > 0 && except.has(isoDate(date)));
}

function at(zone: string, date: WallTime, minuteOfDay: number): number {
  return instantOf(zone, { ...date, hour: Math.floor(minuteOfDay / 60), minute: minuteOfDay % 60 });
}

function midnight(wall: WallTime): WallTime {
  return { ...wall, hour: 0, minute: 0, second: 0 };
}
