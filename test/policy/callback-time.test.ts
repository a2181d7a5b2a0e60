import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatPretty } from '../../src/base/diagnostic.js';
import { seededRandom } from '../../src/base/random.js';
import { formatZoned } from '../../src/base/zoned-time.js';
import { parseDayChoice } from '../../src/policy/callback-schema.js';
import { type CallbackTiming, callbackTime, type SlotRequest } from '../../src/policy/callback-time.js';
import { type CallFacts, decideEnd, drawsOfCall, loadPolicy } from '../../src/policy/index.js';
import type { TimeWindow } from '../../src/policy/window.js';
import { parseTimeOfDay } from '../../src/policy/window-schema.js';

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];

const minute = (text: string): number => parseTimeOfDay(text) ?? Number.NaN;
const open = (from: string, to: string, more: Partial<TimeWindow> = {}): TimeWindow => ({
  days: EVERY_DAY,
  fromMinute: minute(from),
  toMinute: minute(to),
  holidays: [],
  ...more,
});
const WORKDAYS = [1, 2, 3, 4, 5];
const OFFICE = open('09:00', '20:00', { days: WORKDAYS });

/** The time of a callback as a person in the zone reads it. */
function local(timing: CallbackTiming, zone: string, now: string, more: Partial<SlotRequest> = {}): string | null {
  const time = callbackTime(timing, { now: Date.parse(now), zone, draw: () => 0, ...more });
  return time === null ? null : formatZoned(zone, time * 1_000);
}
const later = (inMs: number, window?: TimeWindow): CallbackTiming => ({ asked: { inMs }, ...(window && { window }) });
const at = (time: string, on: string, window?: TimeWindow): CallbackTiming => ({
  asked: { atMinute: minute(time), on: parseDayChoice(on) ?? { inDays: Number.NaN } },
  ...(window && { window }),
});

/** Reads the clock of a zone by Intl alone, and knows nothing of how the product does it. */
const formats = new Map<string, Intl.DateTimeFormat>();
function clockOf(zone: string, instant: number): { date: string; day: number; minute: number } {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    });
    formats.set(zone, format);
  }
  const [date = '', time = ''] = format.format(instant).split(', ');
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return { date, day: new Date(`${date}T12:00:00Z`).getUTCDay() || 7, minute: hours * 60 + minutes };
}

function dayBefore(date: string): { date: string; day: number } {
  const before = new Date(Date.parse(`${date}T12:00:00Z`) - DAY);
  return { date: before.toISOString().slice(0, 10), day: before.getUTCDay() || 7 };
}

/** Whether somebody may be called at the instant, by the clock on the wall. */
function permits({ days, fromMinute, toMinute, holidays }: TimeWindow, zone: string, instant: number): boolean {
  const clock = clockOf(zone, instant);
  const opens = (one: { date: string; day: number }) => days.includes(one.day) && !holidays.includes(one.date);
  if (holidays.includes(clock.date)) return false;
  if (fromMinute < toMinute) return opens(clock) && clock.minute >= fromMinute && clock.minute < toMinute;
  return (clock.minute >= fromMinute && opens(clock)) || (clock.minute < toMinute && opens(dayBefore(clock.date)));
}

/** The first permitted time from `start` to `latest`, minute after minute; hours begin and end with a minute everywhere. */
function scan(permitted: (instant: number) => boolean, start: number, latest: number): number | null {
  let instant = Math.ceil(start / SECOND) * SECOND;
  while (instant <= latest) {
    if (permitted(instant)) return instant;
    instant = (Math.floor(instant / MINUTE) + 1) * MINUTE;
  }
  return null;
}

/** Zones, and instants at which their clocks change. */
const CHANGES: readonly (readonly [string, readonly string[]])[] = [
  ['America/New_York', ['2026-03-08T07:00Z', '2026-11-01T06:00Z']],
  ['Europe/Berlin', ['2026-03-29T01:00Z', '2026-10-25T01:00Z']],
  ['Australia/Lord_Howe', ['2026-04-04T15:00Z', '2026-10-03T15:30Z']],
  ['Africa/Cairo', ['2026-04-23T22:00Z', '2026-10-29T21:00Z']],
  ['America/St_Johns', ['2026-03-08T05:30Z', '2010-11-07T02:31Z']],
  ['Pacific/Apia', ['2011-12-30T10:00Z', '2010-09-26T11:00Z']],
  ['Africa/Casablanca', ['2026-02-15T02:00Z', '2026-03-22T02:00Z']],
  ['Asia/Kolkata', ['2026-03-08T07:00Z']],
];

const zoneAndMoment = fc.constantFrom(...CHANGES).chain(([zone, changes]) =>
  fc.record({
    zone: fc.constant(zone),
    now: fc
      .tuple(fc.constantFrom(...changes), fc.integer({ min: -2 * DAY, max: DAY }))
      .map(([change, ms]) => Date.parse(change) + ms),
  }),
);
const someMinute = fc.oneof(
  fc.integer({ min: 0, max: 24 }).map((n) => n * 10),
  fc.integer({ min: 0, max: 143 }).map((n) => n * 10),
);
const someWindow = (now: number): fc.Arbitrary<TimeWindow> =>
  fc
    .record({
      days: fc.oneof(fc.constant(EVERY_DAY), fc.subarray(EVERY_DAY, { minLength: 1 })),
      fromMinute: someMinute,
      toMinute: fc.oneof(
        someMinute.map((n) => n + 10),
        fc.constant(1_440),
      ),
      holidays: fc.subarray(
        [0, 1, 2, 3].map((days) => new Date(now + days * DAY).toISOString().slice(0, 10)),
        { maxLength: 2 },
      ),
    })
    .filter(({ fromMinute, toMinute }) => fromMinute !== toMinute);

describe('a callback after a time', () => {
  test.each([
    ['within the hours stays', 2 * HOUR, OFFICE, 'America/Denver', '2026-11-20T17:00:00Z', '2026-11-20T12:00:00-07:00'],
    [
      'after hours waits for the morning',
      2 * HOUR,
      open('09:00', '20:00'),
      'America/Denver',
      '2026-11-20T01:30:00Z',
      '2026-11-20T09:00:00-07:00',
    ],
    ['over the weekend', HOUR, OFFICE, 'Europe/Berlin', '2026-11-20T18:30:00Z', '2026-11-23T09:00:00+01:00'],
    ['the last second is inside', 0, OFFICE, 'UTC', '2026-11-20T19:59:59Z', '2026-11-20T19:59:59+00:00'],
    ['the closing time is outside', 0, OFFICE, 'UTC', '2026-11-20T20:00:00Z', '2026-11-23T09:00:00+00:00'],
    [
      'parts of a second are rounded up',
      1,
      open('00:00', '24:00'),
      'UTC',
      '2026-11-20T10:00:00.500Z',
      '2026-11-20T10:00:01+00:00',
    ],
    [
      'rounding up may reach the closing time',
      0,
      OFFICE,
      'UTC',
      '2026-11-19T19:59:59.001Z',
      '2026-11-20T09:00:00+00:00',
    ],
    [
      'over midnight, in the evening',
      HOUR,
      open('22:00', '02:00'),
      'UTC',
      '2026-11-20T22:30:00Z',
      '2026-11-20T23:30:00+00:00',
    ],
    [
      'over midnight, in the night',
      2 * HOUR,
      open('22:00', '02:00'),
      'UTC',
      '2026-11-20T23:30:00Z',
      '2026-11-21T01:30:00+00:00',
    ],
    [
      'the night belongs to the day on which it began',
      0,
      open('22:00', '02:00', { days: [5] }),
      'UTC',
      '2026-11-21T01:00:00Z',
      '2026-11-21T01:00:00+00:00',
    ],
    [
      'and no other',
      0,
      open('22:00', '02:00', { days: [6] }),
      'UTC',
      '2026-11-21T01:00:00Z',
      '2026-11-21T22:00:00+00:00',
    ],
    [
      'a window may close at midnight',
      0,
      open('22:00', '24:00'),
      'UTC',
      '2026-11-21T00:00:00Z',
      '2026-11-21T22:00:00+00:00',
    ],
    [
      'a window in the gap is no window that day',
      0,
      open('02:00', '03:00'),
      'America/New_York',
      '2026-03-08T06:00:00Z',
      '2026-03-09T02:00:00-04:00',
    ],
    [
      'a window that begins in the gap opens at its end',
      0,
      open('02:30', '04:00'),
      'America/New_York',
      '2026-03-08T06:00:00Z',
      '2026-03-08T03:00:00-04:00',
    ],
    [
      'hours that come twice are open twice',
      0,
      open('01:00', '01:30'),
      'America/New_York',
      '2026-11-01T05:40:00Z',
      '2026-11-01T01:00:00-05:00',
    ],
    [
      'the morning after the clocks went back',
      10 * HOUR,
      open('09:00', '20:00'),
      'America/New_York',
      '2026-11-01T02:00:00Z',
      '2026-11-01T09:00:00-05:00',
    ],
    [
      'two hours are two hours over the gap',
      2 * HOUR,
      open('00:00', '24:00'),
      'Europe/Berlin',
      '2026-03-29T00:30:00Z',
      '2026-03-29T04:30:00+02:00',
    ],
  ])('%s', (_, inMs, window, zone, now, expected) => {
    expect(local(later(inMs, window), zone, now)).toBe(`${expected}[${zone}]`);
  });

  test('nobody is called on a holiday, nor in the night that begins on one', () => {
    const holidays = ['2026-11-26', '2026-12-25'];
    const day = open('09:00', '20:00', { days: WORKDAYS, holidays });
    expect(local(later(HOUR, day), 'America/New_York', '2026-11-26T00:30:00Z')).toMatch('2026-11-27T09:00:00-05:00');
    const night = open('22:00', '02:00', { holidays });
    expect(local(later(0, night), 'UTC', '2026-12-24T23:59:59Z')).toMatch('2026-12-24T23:59:59');
    expect(local(later(0, night), 'UTC', '2026-12-25T00:00:00Z')).toMatch('2026-12-26T22:00:00');
  });

  test('without a window it is that time, in any zone', () => {
    const request = { now: Date.UTC(2026, 10, 20, 3), zone: undefined, draw: () => 0 };
    expect(callbackTime(later(HOUR), request)).toBe(Date.UTC(2026, 10, 20, 4) / 1_000);
  });

  test('is the first permitted second: never sooner than asked, never outside the hours, never too late', () => {
    fc.assert(
      fc.property(
        zoneAndMoment.chain(({ zone, now }) =>
          fc.record({
            zone: fc.constant(zone),
            now: fc.constant(now),
            window: someWindow(now),
            inMs: fc.integer({ min: 0, max: DAY }),
            noticeMs: fc.constantFrom(0, 0, HOUR, 7 * HOUR + 1),
            withinMs: fc.constantFrom(HOUR, DAY, 2 * DAY, 3 * DAY),
          }),
        ),
        ({ zone, now, window, inMs, noticeMs, withinMs }) => {
          const found = callbackTime({ ...later(inMs, window), noticeMs, withinMs }, { now, zone, draw: () => 0 });
          const expected = scan((t) => permits(window, zone, t), now + Math.max(inMs, noticeMs), now + withinMs);
          expect(found && found * SECOND).toBe(expected);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a callback at a time of day', () => {
  test.each([
    [
      'tomorrow',
      at('10:00', 'tomorrow', OFFICE),
      'America/Denver',
      '2026-11-19T23:00:00Z',
      '2026-11-20T10:00:00-07:00',
    ],
    [
      "the contact's tomorrow",
      at('10:00', 'tomorrow'),
      'Asia/Kolkata',
      '2026-11-19T20:00:00Z',
      '2026-11-21T10:00:00+05:30',
    ],
    [
      'today, as long as it is to come',
      at('10:00', 'today'),
      'UTC',
      '2026-11-20T10:00:00Z',
      '2026-11-20T10:00:00+00:00',
    ],
    [
      'a time that has passed is the same time of the next day',
      at('10:00', 'today'),
      'UTC',
      '2026-11-20T10:00:01Z',
      '2026-11-21T10:00:00+00:00',
    ],
    [
      'of the next day with hours',
      at('10:00', 'today', OFFICE),
      'UTC',
      '2026-11-20T12:00:00Z',
      '2026-11-23T10:00:00+00:00',
    ],
    [
      'a day without hours leaves the time of day to the next',
      at('10:00', 'tomorrow', OFFICE),
      'UTC',
      '2026-11-20T12:00:00Z',
      '2026-11-23T10:00:00+00:00',
    ],
    [
      'the next weekday after a Friday',
      at('10:00', 'next-weekday'),
      'UTC',
      '2026-11-20T08:00:00Z',
      '2026-11-23T10:00:00+00:00',
    ],
    [
      'the next weekday after a Monday',
      at('10:00', 'next-weekday'),
      'UTC',
      '2026-11-23T08:00:00Z',
      '2026-11-24T10:00:00+00:00',
    ],
    ['next Monday, on a Monday', at('10:00', 'next-mon'), 'UTC', '2026-11-23T08:00:00Z', '2026-11-30T10:00:00+00:00'],
    ['next Sunday', at('10:00', 'next-sunday'), 'UTC', '2026-11-23T08:00:00Z', '2026-11-29T10:00:00+00:00'],
    ['in three days', at('10:00', '+3d'), 'UTC', '2026-11-23T08:00:00Z', '2026-11-26T10:00:00+00:00'],
    ['a date', at('10:00', '2026-12-01'), 'UTC', '2026-11-23T08:00:00Z', '2026-12-01T10:00:00+00:00'],
    [
      'a date that has passed: the next day',
      at('10:00', '2026-11-01'),
      'UTC',
      '2026-11-23T08:00:00Z',
      '2026-11-23T10:00:00+00:00',
    ],
    [
      'before the hours',
      at('08:00', 'tomorrow', open('09:00', '20:00')),
      'UTC',
      '2026-11-23T08:00:00Z',
      '2026-11-24T09:00:00+00:00',
    ],
    ['after the hours', at('21:00', 'tomorrow', OFFICE), 'UTC', '2026-11-19T08:00:00Z', '2026-11-23T09:00:00+00:00'],
    [
      'in a gap: its end',
      at('02:30', 'tomorrow'),
      'America/New_York',
      '2026-03-07T12:00:00Z',
      '2026-03-08T03:00:00-04:00',
    ],
    [
      'in a gap at midnight',
      at('00:15', 'tomorrow'),
      'Africa/Cairo',
      '2026-04-23T12:00:00Z',
      '2026-04-24T01:00:00+03:00',
    ],
    [
      'in a gap of half an hour',
      at('02:10', 'tomorrow'),
      'Australia/Lord_Howe',
      '2026-10-03T00:00:00Z',
      '2026-10-04T02:30:00+11:00',
    ],
    [
      'in an overlap: the first pass',
      at('01:30', 'tomorrow'),
      'America/New_York',
      '2026-10-31T12:00:00Z',
      '2026-11-01T01:30:00-04:00',
    ],
    [
      'on a day that the zone left out',
      at('12:00', '2011-12-30'),
      'Pacific/Apia',
      '2011-12-29T12:00:00Z',
      '2011-12-31T00:00:00+14:00',
    ],
    [
      'the same time on both sides of a change',
      at('10:00', '+3d'),
      'America/St_Johns',
      '2026-03-06T12:00:00Z',
      '2026-03-09T10:00:00-02:30',
    ],
  ])('%s', (_, timing, zone, now, expected) => {
    expect(local(timing, zone, now)).toBe(`${expected}[${zone}]`);
  });

  test('one of some dates: the first that is to come and has hours', () => {
    const dates = ['2026-11-20', '2026-11-22', '2026-11-25', '2026-12-01'];
    const timing = { ...at('10:00', 'today', OFFICE), asked: { atMinute: 600, on: { dates } } };
    expect(local(timing, 'UTC', '2026-11-20T12:00:00Z')).toMatch('2026-11-25T10:00');
    expect(local(timing, 'UTC', '2026-12-01T12:00:00Z')).toMatch('2026-12-02T10:00');
  });

  test('too little notice counts as passed', () => {
    const timing = { ...at('10:00', 'today'), noticeMs: HOUR };
    expect(local(timing, 'UTC', '2026-11-20T09:00:00Z')).toMatch('2026-11-20T10:00');
    expect(local(timing, 'UTC', '2026-11-20T09:00:01Z')).toMatch('2026-11-21T10:00');
  });

  test('there is none where it would be too late', () => {
    expect(local({ ...at('10:00', 'tomorrow'), withinMs: DAY }, 'UTC', '2026-11-20T10:00:00Z')).toMatch(
      '2026-11-21T10:00',
    );
    expect(local({ ...at('10:00', 'tomorrow'), withinMs: DAY }, 'UTC', '2026-11-20T09:59:59Z')).toBeNull();
    expect(local({ ...at('10:00', 'tomorrow', OFFICE), withinMs: 2 * DAY }, 'UTC', '2026-11-20T12:00:00Z')).toBeNull();
  });

  test('is the first instant of that day that shows it, or the end of the gap that hides it', () => {
    fc.assert(
      fc.property(zoneAndMoment, someMinute, fc.integer({ min: 1, max: 3 }), ({ zone, now }, anyMinute, inDays) => {
        const atMinute = anyMinute % 1_440;
        const wanted = new Date(Date.parse(`${clockOf(zone, now).date}T00:00:00Z`) + inDays * DAY + atMinute * MINUTE);
        const [date = '', time = ''] = wanted.toISOString().split(/[TZ]/);
        const shows = (instant: number): boolean => {
          const clock = clockOf(zone, instant);
          return clock.date > date || (clock.date === date && clock.minute >= minute(time.slice(0, 5)));
        };
        const expected = scan(shows, wanted.getTime() - 15 * HOUR, Number.POSITIVE_INFINITY);
        // Clocks that went back over midnight showed the beginning of tomorrow before today came again: it has passed.
        fc.pre(expected !== null && expected >= now);
        const found = callbackTime({ asked: { atMinute, on: { inDays } } }, { now, zone, draw: () => 0 });
        expect(found && found * SECOND).toBe(expected);
      }),
    );
  });
});

describe('the spread, the cap and the owner', () => {
  const DAY_SHIFT = Date.UTC(2026, 10, 20, 9);
  const shift = (from: number): { from: number; until: number } | null =>
    [0, 1, 2, 3]
      .map((days) => ({ from: DAY_SHIFT + days * DAY, until: DAY_SHIFT + days * DAY + 8 * HOUR }))
      .find(({ until }) => until > from) ?? null;

  test('jitter comes after the asked time and stays within hours and limit', () => {
    const spread = (timing: CallbackTiming, now: string) =>
      [0, 0.5, 0.999_999].map((draw) =>
        local({ ...timing, jitterMs: HOUR }, 'UTC', now, { draw: () => draw })?.slice(11, 19),
      );
    expect(spread(later(0, OFFICE), '2026-11-20T10:00:00Z')).toEqual(['10:00:00', '10:30:00', '11:00:00']);
    expect(spread(later(0, OFFICE), '2026-11-20T19:30:00Z')).toEqual(['19:30:00', '19:45:00', '19:59:59']);
    expect(spread(later(0, OFFICE), '2026-11-20T21:00:00Z')).toEqual(['09:00:00', '09:30:00', '10:00:00']);
    expect(spread({ ...later(0), withinMs: MINUTE }, '2026-11-20T10:00:00Z')).toEqual([
      '10:00:00',
      '10:00:30',
      '10:01:00',
    ]);
  });

  test('a full hour is left out, by the spread as well', () => {
    const full = new Set(['10', '12'].map((hour) => Date.parse(`2026-11-20T${hour}:00:00Z`)));
    const capped = { ...later(0, OFFICE), capPerHour: 2, jitterMs: HOUR };
    const request = { booked: (hour: number) => (full.has(hour) ? 2 : 1), draw: () => 0.999_999 };
    expect(local(capped, 'UTC', '2026-11-20T10:20:00Z', request)).toMatch('11:59:59');
    expect(local(capped, 'UTC', '2026-11-20T19:20:00Z', { ...request, booked: () => 2 })).toBeNull();
  });

  test('the owner is called upon in his shift, minus breaks', () => {
    const own = { workAfter: shift };
    expect(local(later(0, OFFICE), 'UTC', '2026-11-20T08:00:00Z', own)).toMatch('2026-11-20T09:00:00');
    expect(local(later(8 * HOUR, OFFICE), 'UTC', '2026-11-20T09:30:00Z', own)).toMatch('2026-11-23T09:00:00');
    expect(local(later(0, OFFICE), 'UTC', '2026-11-23T17:00:00Z', own)).toBeNull();
    expect(local(later(0, OFFICE), 'UTC', '2026-11-23T17:00:00Z', { workAfter: () => undefined })).toMatch('17:00:00');
    expect(local(later(0, open('18:00', '20:00')), 'UTC', '2026-11-20T08:00:00Z', own)).toBeNull();
  });

  test('a calendar that never moves on is no work at all', () => {
    expect(local(later(0), 'UTC', '2026-11-20T08:00:00Z', { workAfter: () => ({ from: 0, until: 1 }) })).toBeNull();
  });

  test('whatever stands in the way, the time is the first that all permit; a spread one is permitted, too', () => {
    const hours = fc.uniqueArray(fc.integer({ min: 0, max: 71 }), { maxLength: 40 });
    const breaks = fc.array(fc.tuple(fc.integer({ min: 1, max: DAY }), fc.integer({ min: 1, max: 6 * HOUR })), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(
        zoneAndMoment.chain(({ zone, now }) =>
          fc.record({ zone: fc.constant(zone), now: fc.constant(now), window: someWindow(now) }),
        ),
        hours,
        breaks,
        fc.integer({ min: 0, max: DAY }),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        ({ zone, now, window }, fullHours, work, inMs, drawn) => {
          const base = Math.floor(now / HOUR) * HOUR;
          const full = new Set(fullHours.map((hour) => base + hour * HOUR));
          let end = now;
          const stretches = work.map(([gap, length]) => {
            const from = end + gap;
            end = from + length;
            return { from, until: end };
          });
          const request = {
            now,
            zone,
            booked: (hour: number) => (full.has(hour) ? 1 : 0),
            workAfter: (from: number) => stretches.find(({ until }) => until > from) ?? null,
          };
          const timing = { ...later(inMs, window), capPerHour: 1, withinMs: 3 * DAY };
          const permitted = (t: number): boolean =>
            permits(window, zone, t) &&
            !full.has(Math.floor(t / HOUR) * HOUR) &&
            stretches.some(({ from, until }) => t >= from && t < until);
          const first = callbackTime(timing, { ...request, draw: () => 0 });
          const drawnTime = callbackTime({ ...timing, jitterMs: 2 * HOUR }, { ...request, draw: () => drawn });
          const starts = stretches.map(({ from }) => Math.max(now + inMs, from));
          const found = [now + inMs, ...starts].map(
            (start) => scan(permitted, start, now + 3 * DAY) ?? Number.POSITIVE_INFINITY,
          );
          expect((first ?? Number.POSITIVE_INFINITY) * SECOND).toBe(Math.min(...found));
          if (first === null || drawnTime === null) expect([first, drawnTime]).toEqual([null, null]);
          else {
            expect(permitted(drawnTime * SECOND)).toBe(true);
            expect(drawnTime).toBeGreaterThanOrEqual(first);
            expect(drawnTime * SECOND).toBeLessThanOrEqual(Math.min(first * SECOND + 2 * HOUR, now + 3 * DAY));
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('what a rule makes of it', () => {
  const OFFERED = [
    { label: 'Callback', wrapUpCategory: 'Scheduled', wrapUpCode: 'CB', abandon: false },
    { label: 'Nobody', wrapUpCategory: 'No Answer', wrapUpCode: 'NA', abandon: false },
    { label: 'Too Late', wrapUpCategory: 'Failure', wrapUpCode: 'TL', abandon: false },
  ];
  const facts = (more: Partial<CallFacts> = {}): CallFacts => ({
    campaign: { id: 'C-1', name: 'Collections' },
    kind: 'regular',
    agent: 'bot001',
    nthCall: 1,
    attributes: {},
    dispositions: OFFERED,
    allowSkip: true,
    allowAgentCallbacks: true,
    connected: true,
    now: Date.parse('2026-11-20T01:30:00Z'),
    ...more,
  });
  const decide = (callback: string, more: Partial<CallFacts> = {}, head = 'timezone: America/New_York') => {
    const text = `version: 1\n${head}\nrules: [ { name: again, then: { callback: ${callback} } } ]\notherwise: { disposition: Nobody }`;
    const { policy, diagnostics } = loadPolicy(text, 'p.yaml');
    if (!policy) throw new Error(formatPretty(diagnostics));
    const call = facts(more);
    return decideEnd(policy, call, drawsOfCall(seededRandom(7), call.agent, call.nthCall));
  };
  const HOURS = 'from: "09:00", to: "20:00"';
  const byColumn = `{ in: 2h, window: { ${HOURS}, timezone: { attribute: tz } } }`;

  test.each([
    ['America/Denver', '2026-11-20T09:00:00-07:00[America/Denver]'],
    [' america/denver ', '2026-11-20T09:00:00-07:00[America/Denver]'],
    ['MST', '2026-11-20T09:00:00-07:00[America/Denver]'],
    ['pdt', '2026-11-19T19:30:00-08:00[America/Los_Angeles]'],
    ['HST', '2026-11-19T17:30:00-10:00[Pacific/Honolulu]'],
    ['Asia/Kolkata', '2026-11-20T09:00:00+05:30[Asia/Kolkata]'],
    ['UTC', '2026-11-20T09:00:00+00:00[UTC]'],
  ])('a contact of %j is called by his own clock', (tz, expected) => {
    const decision = decide(byColumn, { attributes: { is_attr_TZ: tz } });
    expect(decision).toMatchObject({ action: 'callback', local: expected });
    expect(decision).not.toHaveProperty('zoneUnknown');
    expect((decision.scheduledTime ?? 0) * 1_000).toBe(Date.parse(expected.replace(/\[.*/, '')));
  });

  test.each(['', 'BST', 'IST', '-7', '+05:30', 'Mars/Olympus', '__proto__', 'constructor'])(
    'a contact of %j has no zone that is known: the policy has, or there is no callback',
    (tz) => {
      const known = decide(byColumn, { attributes: { tz } });
      expect(known).toMatchObject({ local: '2026-11-20T09:00:00-05:00[America/New_York]', zoneUnknown: true });
      const unknown = decide(byColumn, { attributes: { tz } }, '');
      expect(unknown).toMatchObject({ action: 'disposition', label: 'Nobody', fellBack: 'zone-unknown' });
    },
  );

  test.each([
    ['+1 (212) 555-0100', 'America/New_York'],
    ['13035550100', 'America/Denver'],
    ['1-808-555-0100', 'America/Chicago'],
    ['+49 30 123', 'Europe/Berlin'],
    ['030 123', 'America/New_York'],
  ])('the number %s is of the zone of its longest prefix: %s', (phone, zone) => {
    const prefixes =
      '{ "+1": America/Chicago, "+1-303": America/Denver, 1212: America/New_York, "+49": Europe/Berlin }';
    const window = `{ ${HOURS}, timezone: { attribute: phone, prefixes: ${prefixes} } }`;
    expect(decide(`{ in: 2h, window: ${window} }`, { attributes: { phone } }).local).toMatch(`[${zone}]`);
  });

  test('a zone named in the window is before that of the policy; without any, the clock is UTC', () => {
    expect(decide(`{ at: "10:00", on: tomorrow, window: { timezone: Europe/Berlin } }`).local).toBe(
      '2026-11-21T10:00:00+01:00[Europe/Berlin]',
    );
    expect(decide('{ at: "10:00", on: tomorrow }').local).toBe('2026-11-20T10:00:00-05:00[America/New_York]');
    expect(decide('{ in: 30m }', {}, '').local).toBe('2026-11-20T02:00:00+00:00[UTC]');
  });

  test('holidays may be put together of lists and dates', () => {
    const lists = 'timezone: America/New_York\nlists: { us: [2026-11-20], ours: [2026-11-21, 2026-11-22] }';
    const closed = (holidays: string) =>
      decide(`{ in: 2h, window: { ${HOURS}, holidays: ${holidays} } }`, {}, lists).local;
    expect(closed('us')).toMatch('2026-11-21T09:00');
    expect(closed('[us, { list: ours }, 2026-11-23]')).toMatch('2026-11-24T09:00');
  });

  test('where no time is left the call ends with the label for that, and never with a callback at no hour', () => {
    const late = `in: 1h, within: 2h, window: { ${HOURS} }`;
    expect(decide(`{ ${late} }`)).toMatchObject({ action: 'disposition', label: 'Nobody', fellBack: 'no-slot' });
    expect(decide(`{ ${late}, noSlot: Too Late }`)).toMatchObject({ label: 'Too Late', fellBack: 'no-slot' });
    expect(decide(`{ ${late}, noSlot: Callback }`)).toMatchObject({ label: 'Nobody', fellBack: 'no-slot' });
    expect(decide(`{ ${late}, noSlot: Nope }`)).toMatchObject({ label: 'Nobody', fellBack: 'no-slot' });
    expect(decide(`{ ${late} }`, { dispositions: OFFERED.slice(0, 1) })).toMatchObject({
      label: null,
      fellBack: 'no-acceptable-label',
    });
  });

  test('an owner is named where he works in a permitted time; else it falls to anyone, or to nobody', () => {
    const morning = Date.parse('2026-11-20T15:15:00Z');
    const works = { ownerHours: () => ({ from: morning, until: morning + HOUR }) };
    const own = (more = '', owner = 'self') => `{ in: 2h, window: { ${HOURS} }, owner: ${owner}, within: 2d${more} }`;
    expect(decide(own(), works)).toMatchObject({
      owner: 'self',
      scheduledAgent: 'bot001',
      scheduledTime: morning / 1_000,
    });
    expect(decide(own('', 'BOT001'), works)).toMatchObject({ owner: 'self', scheduledAgent: 'bot001' });
    expect(decide(own('', 'maria'), works)).toMatchObject({ owner: 'other', scheduledAgent: 'maria' });
    const off = { ownerHours: () => null };
    const opening = Date.parse('2026-11-20T14:00:00Z') / 1_000;
    expect(decide(own(), off)).toMatchObject({ owner: 'anyone', scheduledTime: opening, fellBack: 'owner-off-shift' });
    const nobody = { action: 'disposition', label: 'Too Late' };
    const none = own(', ownerFallback: none, noSlot: Too Late');
    expect(decide(none, off)).toMatchObject({ ...nobody, fellBack: 'owner-off-shift' });
    expect(decide(none, { allowAgentCallbacks: false })).toMatchObject({ ...nobody, fellBack: 'owner-not-allowed' });
    expect(decide(own(), { allowAgentCallbacks: false })).toMatchObject({
      owner: 'anyone',
      fellBack: 'owner-not-allowed',
    });
  });

  test('a full hour of this rule moves it on', () => {
    const asked: string[] = [];
    const bookedInHour = (rule: string, hour: number): number => {
      asked.push(`${rule} ${new Date(hour).toISOString()}`);
      return hour < Date.parse('2026-11-20T15:00:00Z') ? 5 : 4;
    };
    const capped = decide(`{ in: 2h, capPerHour: 5, window: { ${HOURS} } }`, { bookedInHour });
    expect(capped.local).toMatch('2026-11-20T10:00:00-05:00');
    expect(asked).toEqual(['again 2026-11-20T14:00:00.000Z', 'again 2026-11-20T15:00:00.000Z']);
  });

  test('jitter is the same for the same call, and differs between calls', () => {
    const jittered = (nthCall: number) => decide('{ in: 10m, jitter: 30m }', { nthCall }).scheduledTime ?? 0;
    expect(jittered(1)).toBe(jittered(1));
    const times = Array.from({ length: 50 }, (_, index) => jittered(index));
    expect(new Set(times).size).toBeGreaterThan(40);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(facts().now / 1_000 + 600);
    expect(Math.max(...times)).toBeLessThanOrEqual(facts().now / 1_000 + 2_400);
  });
});
