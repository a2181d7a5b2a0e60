import { isoDate, plusDays, type WallTime, wallTimeAt, weekdayOf } from '../base/zoned-time.js';
import type { ZoneSource } from './contact-zone.js';

/** Hours of the week on the wall clock of a zone: of a `time` condition, and of a callback's permitted hours. */
export interface TimeWindow {
  /** Days on which the window opens, from 1 (Monday) to 7 (Sunday); never empty. */
  readonly days: readonly number[];
  /** Minute of the day at which it opens; that minute is inside. */
  readonly fromMinute: number;
  /** Minute at which it closes, up to 1440; that minute is outside. Not after `fromMinute`: it closes on the next day. */
  readonly toMinute: number;
  /** Where the clock hangs; without it in the policy's zone. */
  readonly timezone?: ZoneSource;
  /** Dates (2026-12-25) on which it does not open. */
  readonly holidays: readonly string[];
}

const DAY_MINUTES = 1_440;

/** Whether the window is open at the instant (epoch milliseconds). */
export function isInWindow(window: TimeWindow, zone: string, instant: number): boolean {
  const wall = wallTimeAt(zone, instant);
  const minute = wall.hour * 60 + wall.minute;
  const { fromMinute, toMinute } = window;
  if (toMinute > fromMinute) return minute >= fromMinute && minute < toMinute && opensOn(window, wall);
  if (minute >= fromMinute && opensOn(window, wall)) return true;
  return minute < toMinute && opensOn(window, plusDays(wall, -1));
}

/** Whether the window opens on this date. */
export function opensOn({ days, holidays }: TimeWindow, date: WallTime): boolean {
  return days.includes(weekdayOf(date)) && !holidays.includes(isoDate(date));
}

/** How long the window stays open, on a day without a change of the clocks. */
export function windowMinutes({ fromMinute, toMinute }: TimeWindow): number {
  return toMinute > fromMinute ? toMinute - fromMinute : toMinute - fromMinute + DAY_MINUTES;
}
