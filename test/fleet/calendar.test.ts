import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Shift } from '../../src/config/index.js';
import { dutyAt, workAfter } from '../../src/fleet/calendar.js';
import { cron, shiftOf } from '../support/shift.js';
import { MinuteScan } from './minute-scan.js';

const MINUTE = 60_000;
const weekdays = shiftOf({
  start: ['0 9 * * 1-5'],
  end: ['0 17 * * 1-5'],
  breaks: [
    { kind: 'at', times: [cron('0 12 * * 1-5')], forMs: 30 * MINUTE },
    { kind: 'every', everyMs: 120 * MINUTE, forMs: 10 * MINUTE },
  ],
  holidays: ['2026-12-25'],
});
/** `2026-11-26T09:00-05:00` → state and the end of it. */
const seen = (shift: Shift, at: string): string => {
  const { state, until } = dutyAt(shift, Date.parse(at));
  return `${state} until ${until === null ? 'ever' : new Date(until).toISOString().slice(0, 16)}`;
};

describe('the calendar of one shift', () => {
  test.each([
    ['2026-11-26T08:59:59-05:00', 'off until 2026-11-26T14:00'],
    ['2026-11-26T09:00:00-05:00', 'working until 2026-11-26T16:00'],
    ['2026-11-26T11:05:00-05:00', 'break until 2026-11-26T16:10'],
    ['2026-11-26T11:10:00-05:00', 'working until 2026-11-26T17:00'],
    ['2026-11-26T12:29:59-05:00', 'break until 2026-11-26T17:30'],
    ['2026-11-26T16:59:59-05:00', 'working until 2026-11-26T22:00'],
    ['2026-11-26T17:00:00-05:00', 'off until 2026-11-27T14:00'],
    ['2026-11-28T12:00:00-05:00', 'off until 2026-11-30T14:00'],
    ['2026-12-24T20:00:00-05:00', 'off until 2026-12-28T14:00'],
    ['2026-12-25T12:00:00-05:00', 'off until 2026-12-28T14:00'],
  ])('at %s it is %s', (at, expected) => {
    expect(seen(weekdays, at)).toBe(expected);
  });

  test('it says why in words, with the times of its own clock', () => {
    expect(dutyAt(weekdays, Date.parse('2026-11-26T12:15:00-05:00')).why).toBe(
      'break of 30m at Thu 2026-11-26 12:00, in shift "weekdays" from Thu 2026-11-26 09:00 to Thu 2026-11-26 17:00 (America/New_York)',
    );
    expect(dutyAt(weekdays, Date.parse('2026-12-25T12:00:00-05:00')).why).toBe(
      '2026-12-25 is a holiday of shift "weekdays": it starts next at Mon 2026-12-28 09:00 (America/New_York)',
    );
  });

  test('a night shift goes on over midnight, and a holiday cancels the start of its date, not the end', () => {
    const night = shiftOf({ start: ['0 22 * * *'], end: ['0 6 * * *'], holidays: ['2026-12-25'] });
    expect(seen(night, '2026-12-25T01:00:00-05:00')).toBe('working until 2026-12-25T11:00');
    expect(seen(night, '2026-12-26T01:00:00-05:00')).toBe('off until 2026-12-27T03:00');
  });

  test('breaks that touch are one, and the end of the shift ends a break', () => {
    const shift = shiftOf({
      start: ['0 9 * * *'],
      end: ['0 12 * * *'],
      breaks: [
        { kind: 'at', times: [cron('0 11 * * *')], forMs: 30 * MINUTE },
        { kind: 'at', times: [cron('30 11 * * *')], forMs: 90 * MINUTE },
      ],
    });
    expect(dutyAt(shift, Date.parse('2026-11-26T11:45:00-05:00'))).toMatchObject({
      state: 'break',
      since: Date.parse('2026-11-26T11:00:00-05:00'),
      until: Date.parse('2026-11-26T12:00:00-05:00'),
    });
  });

  test('a start that an end takes back at the same moment begins no shift', () => {
    const shift = shiftOf({ start: ['0 9 * * 1-5'], end: ['0 9 * * 5', '0 17 * * 1-4'] });
    expect(seen(shift, '2026-11-27T09:00:00-05:00')).toBe('off until 2026-11-30T14:00');
  });

  test('work after an instant is what is left of the stretch that goes on, else the next one', () => {
    const work = (at: string) => {
      const stretch = workAfter(weekdays, Date.parse(at));
      return stretch && [stretch.from, stretch.until].map((instant) => new Date(instant).toISOString().slice(0, 16));
    };
    expect(work('2026-11-26T09:30:00-05:00')).toEqual(['2026-11-26T14:00', '2026-11-26T16:00']);
    expect(work('2026-11-26T12:10:00-05:00')).toEqual(['2026-11-26T17:30', '2026-11-26T18:00']);
    expect(work('2026-11-27T17:00:00-05:00')).toEqual(['2026-11-30T14:00', '2026-11-30T16:00']);
  });
});

describe('daylight saving', () => {
  test.each([
    // A start in the gap is at its end, also where midnight itself is skipped.
    ['Europe/Berlin', '30 2 * * *', '2026-03-29T00:59Z', 'off until 2026-03-29T01:00'],
    ['America/New_York', '30 2 * * *', '2026-03-08T06:59Z', 'off until 2026-03-08T07:00'],
    ['Africa/Cairo', '0 0 * * *', '2026-04-23T21:59Z', 'off until 2026-04-23T22:00'],
    ['Australia/Lord_Howe', '15 2 * * *', '2026-10-03T15:29Z', 'off until 2026-10-03T15:30'],
    // The day that Samoa left out ends as it begins.
    ['Pacific/Apia', '0 9 30 * *', '2011-12-30T09:59Z', 'off until 2011-12-30T10:00'],
    // What comes twice counts at its first pass.
    ['Europe/Berlin', '30 2 * * *', '2026-10-25T00:29Z', 'off until 2026-10-25T00:30'],
    ['America/New_York', '30 1 * * *', '2026-11-01T05:29Z', 'off until 2026-11-01T05:30'],
  ])('in %s a start at "%s" is seen from %s as %s', (zone, start, at, expected) => {
    expect(seen(shiftOf({ zone, start: [start], end: ['0 20 1-29,31 * *'] }), at)).toBe(expected);
  });

  test('the second pass of a start starts nothing anew: an end between the passes holds', () => {
    const shift = shiftOf({ zone: 'Europe/Berlin', start: ['30 2 * * *'], end: ['45 2 * * *'] });
    expect(seen(shift, '2026-10-25T00:40Z')).toBe('working until 2026-10-25T00:45');
    expect(seen(shift, '2026-10-25T01:35Z')).toBe('off until 2026-10-26T01:30');
  });
});

const CHANGES = [
  ['America/New_York', '2026-03-08'],
  ['America/New_York', '2026-11-01'],
  ['Europe/Berlin', '2026-03-29'],
  ['Europe/Berlin', '2026-10-25'],
  ['Africa/Cairo', '2026-04-24'],
  ['Africa/Cairo', '2026-10-30'],
  ['Australia/Lord_Howe', '2026-04-05'],
  ['Australia/Lord_Howe', '2026-10-04'],
  ['Pacific/Apia', '2011-12-30'],
  ['Asia/Kolkata', '2026-06-01'],
] as const;

const field = (min: number, max: number, mostSteps: number) =>
  fc.oneof(
    {
      weight: 2,
      arbitrary: fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 3 }).map((list) => list.join(',')),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
        .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: mostSteps }).map((step) => `*/${step}`) },
  );
const sparse = (arbitrary: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant('*') }, { weight: 1, arbitrary });
const line = fc
  .tuple(
    fc.constantFrom('0', '15', '30', '59', '0,30', '*/20'),
    fc.oneof(fc.integer({ min: 0, max: 4 }).map(String), field(0, 23, 12)),
    sparse(field(1, 31, 10)),
    sparse(field(0, 7, 3)),
  )
  .map(([minute, hour, day, weekday]) => `${minute} ${hour} ${day} * ${weekday}`);
const lines = fc.array(line, { minLength: 1, maxLength: 2 });
const minutes = (min: number, max: number) => fc.integer({ min, max }).map((count) => count * MINUTE);
const planned = fc.oneof(
  fc.record({ kind: fc.constant('at' as const), times: lines.map((texts) => texts.map(cron)), forMs: minutes(1, 200) }),
  fc.record({ kind: fc.constant('every' as const), everyMs: minutes(10, 300), forMs: minutes(1, 9) }),
);

describe.each(CHANGES)('around the change in %s on %s', (zone, date) => {
  const scan = new MinuteScan(zone, Date.parse(`${date}T00:00Z`) - 7 * 1_440 * MINUTE, 11 * 1_440);
  const dates = fc.uniqueArray(fc.constantFrom(...scan.dates), { maxLength: 3 });

  test('any shift, at any time, is what a scan of all minutes finds, until when it finds', () => {
    fc.assert(
      fc.property(
        lines,
        lines,
        fc.array(planned, { maxLength: 2 }),
        dates,
        fc.array(fc.integer({ min: 0, max: scan.length - 1 }), { minLength: 5, maxLength: 5 }),
        (start, end, breaks, holidays, picks) => {
          const shift = shiftOf({ zone, start, end, breaks, holidays });
          const states = scan.statesOf(shift, start, end, holidays);
          const first = states.findIndex((state) => state !== null);
          for (const pick of first < 0 ? [] : picks.map((each) => Math.max(each, first))) {
            const duty = dutyAt(shift, scan.instantAt(pick));
            expect(duty.state).toBe(states[pick]);
            let begin = pick;
            while (begin > first && states[begin - 1] === states[pick]) begin--;
            // Where all that is known is one state, it may have begun before.
            if (begin > first) expect(duty.since).toBe(scan.instantAt(begin));
            const change = states.findIndex((state, minute) => minute > pick && state !== states[pick]);
            if (change >= 0) expect(duty.until).toBe(scan.instantAt(change));
            else expect(duty.until ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(scan.instantAt(scan.length));
          }
        },
      ),
      { numRuns: 15 },
    );
  });
});
