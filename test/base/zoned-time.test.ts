import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  formatZoned,
  instantOf,
  isZone,
  offsetMinutes,
  plusDays,
  wallTimeAt,
  weekdayOf,
} from '../../src/base/zoned-time.js';

const at = (text: string) => Date.parse(text);
const wall = (text: string) => {
  const [year, month, day, hour, minute] = text.split(/\D/).map(Number) as [number, number, number, number, number];
  return { year, month, day, hour, minute, second: 0 };
};

describe('an instant by the clock on the wall', () => {
  test.each([
    ['an ordinary day', 'America/New_York', '2026-11-20 09:00', '2026-11-20T14:00:00Z'],
    ['the gap of New York ends at 3:00', 'America/New_York', '2026-03-08 02:30', '2026-03-08T07:00:00Z'],
    ['the gap of Berlin ends at 3:00', 'Europe/Berlin', '2026-03-29 02:00', '2026-03-29T01:00:00Z'],
    ['after the gap', 'Europe/Berlin', '2026-03-29 03:00', '2026-03-29T01:00:00Z'],
    ['the first pass of an overlap', 'America/New_York', '2026-11-01 01:30', '2026-11-01T05:30:00Z'],
    ['the first pass of Berlin', 'Europe/Berlin', '2026-10-25 02:30', '2026-10-25T00:30:00Z'],
    ['a gap at midnight', 'Africa/Cairo', '2026-04-24 00:15', '2026-04-23T22:00:00Z'],
    ['a gap of half an hour', 'Australia/Lord_Howe', '2026-10-04 02:10', '2026-10-03T15:30:00Z'],
    ['a day that a zone left out', 'Pacific/Apia', '2011-12-30 12:00', '2011-12-30T10:00:00Z'],
    ['UTC', 'UTC', '2026-02-28 23:59', '2026-02-28T23:59:00Z'],
  ])('%s', (_, zone, text, instant) => {
    expect(new Date(instantOf(zone, wall(text))).toISOString()).toBe(new Date(at(instant)).toISOString());
  });

  test('shows the same wall time again, unless daylight saving skips it; never a later instant than needed', () => {
    const zones = ['America/New_York', 'Europe/London', 'Australia/Sydney', 'Asia/Kolkata', 'America/St_Johns'];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: at('2020-01-01'), max: at('2036-01-01') }),
        (zone, ms) => {
          const instant = Math.floor(ms / 1_000) * 1_000;
          const found = instantOf(zone, wallTimeAt(zone, instant));
          expect(wallTimeAt(zone, found)).toEqual(wallTimeAt(zone, instant));
          expect(found).toBeLessThanOrEqual(instant);
          expect(instant - found).toBeLessThanOrEqual(3_600_000);
        },
      ),
    );
  });
});

test('a local time is written with its offset and zone', () => {
  expect(formatZoned('America/Denver', at('2026-11-22T17:00:00Z'))).toBe('2026-11-22T10:00:00-07:00[America/Denver]');
  expect(formatZoned('Asia/Kolkata', at('2026-01-01T00:00:00Z'))).toBe('2026-01-01T05:30:00+05:30[Asia/Kolkata]');
});

test('days are counted on the wall clock, over months and daylight saving', () => {
  expect(plusDays(wall('2026-03-07 09:00'), 1)).toEqual(wall('2026-03-08 09:00'));
  expect(plusDays(wall('2026-12-31 23:30'), 1)).toEqual(wall('2027-01-01 23:30'));
  expect(weekdayOf(wall('2026-11-22 00:00'))).toBe(7);
  expect(weekdayOf(wall('2026-11-23 00:00'))).toBe(1);
});

test('a zone is known by its IANA name', () => {
  expect(['America/New_York', 'UTC', 'Mars/Olympus', ''].map(isZone)).toEqual([true, true, false, false]);
  expect(offsetMinutes('Europe/Berlin', at('2026-07-01'))).toBe(120);
});
