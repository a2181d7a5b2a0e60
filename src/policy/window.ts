import {
  isoDate,
  plusDays,
  type Stretch,
  type WallTime,
  wallTimeAt,
  weekdayOf,
  whenShowing,
} from '../base/zoned-time.js';
import type { ZoneSource } from './zone-source.js';

/**
 * Hours of the week on the wall clock of a zone: of a `time` condition, and of a callback's permitted hours. What lies
 * after midnight of a window that closes on the next day belongs to the day on which it opened; a holiday closes at once.
 */
export interface TimeWindow {
  /** Days on which the window opens, from 1 (Monday) to 7 (Sunday); never empty. */
  readonly days: readonly number[];
  /** Minute of the day at which it opens; that minute is inside. */
  readonly fromMinute: number;
  /** Minute at which it closes, up to 1440; that minute is outside. Not after `fromMinute`: it closes on the next day. */
  readonly toMinute: number;
  /** Where the clock hangs; without it in the policy's zone. */
  readonly timezone?: ZoneSource;
  /** Dates (2026-12-25) on which it does not open, and no part of it is open. */
  readonly holidays: readonly string[];
}

const DAY_MINUTES = 1_440;
const DAY_MS = 86_400_000;
/** A window that opens at all opens within so many days. */
const MOST_DAYS = 366;

/** Whether the window is open at the instant (epoch milliseconds). */
export function isInWindow(window: TimeWindow, zone: string, instant: number): boolean {
  const wall = wallTimeAt(zone, instant);
  const minute = wall.hour * 60 + wall.minute;
  const { fromMinute, toMinute } = window;
  if (isHoliday(window, wall)) return false;
  if (toMinute > fromMinute) return minute >= fromMinute && minute < toMinute && opensOn(window, wall);
  if (minute >= fromMinute && opensOn(window, wall)) return true;
  return minute < toMinute && opensOn(window, plusDays(wall, -1));
}

/** Whether the window opens on this date. */
export function opensOn(window: TimeWindow, date: WallTime): boolean {
  return window.days.includes(weekdayOf(date)) && !isHoliday(window, date);
}

/**
 * The first stretch of open time that ends after `from`: the one that goes on then, or the next one. Null where it would
 * begin after `latest` (both epoch milliseconds), or not within a year. As `isInWindow` says: where daylight saving skips the
 * hours of a day, that day has none; where it repeats them, they are open both times.
 */
export function nextOpening(window: TimeWindow, zone: string, from: number, latest: number): Stretch | null {
  const today = { ...wallTimeAt(zone, from), hour: 0, minute: 0, second: 0 };
  // Where the clock goes back over midnight, yesterday's hours may come once more after today's have begun.
  const near = [-1, 0, 1].flatMap((days) => openingsOn(window, zone, plusDays(today, days)));
  let next = near.sort((a, b) => a.from - b.from).find(({ until }) => until > from);
  for (let days = 2; !next && days <= MOST_DAYS && from + (days - 2) * DAY_MS <= latest; days++) {
    next = openingsOn(window, zone, plusDays(today, days))[0];
  }
  return next && next.from <= latest ? next : null;
}

/** How long the window stays open, on a day without a change of the clocks. */
function windowMinutes({ fromMinute, toMinute }: TimeWindow): number {
  return toMinute > fromMinute ? toMinute - fromMinute : toMinute - fromMinute + DAY_MINUTES;
}

/** When the window that opens on this date is open. */
function openingsOn(window: TimeWindow, zone: string, date: WallTime): Stretch[] {
  if (!opensOn(window, date)) return [];
  const { fromMinute } = window;
  const lastMinute = fromMinute + windowMinutes(window);
  const isCut = lastMinute > DAY_MINUTES && isHoliday(window, plusDays(date, 1));
  return whenShowing(zone, { ...date, minute: fromMinute }, { ...date, minute: isCut ? DAY_MINUTES : lastMinute });
}

function isHoliday({ holidays }: TimeWindow, date: WallTime): boolean {
  return holidays.length > 0 && holidays.includes(isoDate(date));
}
