import { isoDate, plusDays, type WallTime, weekdayOf } from '../base/zoned-time.js';

const MONDAY = 1;
const THURSDAY = 4;
const SATURDAY = 6;
const SUNDAY = 7;

/**
 * The dates behind `us-2026` and the like: the federal holidays of the United States in that year (5 U.S.C. 6103), and
 * where one falls on a weekend the weekday on which it is observed as well. Undefined for any other name.
 */
export function federalHolidays(name: string): readonly string[] | undefined {
  const [, digits] = /^us-(\d{4})$/i.exec(name) ?? [];
  if (digits === undefined) return undefined;
  const year = Number(digits);
  const fixed = [on(year, 1, 1), on(year, 6, 19), on(year, 7, 4), on(year, 11, 11), on(year, 12, 25)];
  const moving = [
    nth(3, MONDAY, on(year, 1, 1)),
    nth(3, MONDAY, on(year, 2, 1)),
    // The last Monday of May is the first from the 25th on.
    nth(1, MONDAY, on(year, 5, 25)),
    nth(1, MONDAY, on(year, 9, 1)),
    nth(2, MONDAY, on(year, 10, 1)),
    nth(4, THURSDAY, on(year, 11, 1)),
  ];
  return [...new Set([...fixed.flatMap((date) => [date, observed(date)]), ...moving].map(isoDate))].sort();
}

function on(year: number, month: number, day: number): WallTime {
  return { year, month, day, hour: 0, minute: 0, second: 0 };
}

/** The nth such weekday at or after the date. */
function nth(count: number, weekday: number, from: WallTime): WallTime {
  return plusDays(from, ((weekday - weekdayOf(from) + 7) % 7) + 7 * (count - 1));
}

function observed(date: WallTime): WallTime {
  const weekday = weekdayOf(date);
  return plusDays(date, weekday === SATURDAY ? -1 : weekday === SUNDAY ? 1 : 0);
}
