import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import cron from 'node-cron';
import { soonest } from '../../src/base/cron-times.js';
import { silentLog } from '../../src/base/log.js';
import { cronWakes, spelledOut } from '../../src/cli/cron-wakes.js';
import { cron as parsed, shiftOf } from '../support/shift.js';

const at = (time: string): number => Date.parse(time);

describe('node-cron wakes the rota', () => {
  beforeEach(() => void jest.useFakeTimers({ now: at('2026-11-26T08:59:30-05:00') }));
  afterEach(() => {
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
  });

  test('at each time of a shift, by one task for each distinct expression and zone', async () => {
    const wakes = cronWakes(silentLog);
    const woken: string[] = [];
    const shift = shiftOf({ start: ['0 9 * * *'], end: ['0 17 * * *', '0 12 * * sat'] });
    for (const name of ['one', 'other']) wakes.add({ ...shift, name }, () => woken.push(name));
    expect(cron.getTasks().size).toBe(3);
    await jest.advanceTimersByTimeAsync(31_000);
    expect(woken).toEqual(['one', 'other']);
    await jest.advanceTimersByTimeAsync(8 * 3_600_000);
    expect(woken).toHaveLength(4);
    wakes.close();
    expect(cron.getTasks().size).toBe(0);
  });

  test('late, when a time passed while nothing could run', async () => {
    const wakes = cronWakes(silentLog);
    let woken = 0;
    wakes.add(shiftOf({ start: ['0 9 * * *'], end: ['0 17 * * *'] }), () => woken++);
    await jest.advanceTimersByTimeAsync(10_000);
    jest.setSystemTime(at('2026-11-26T09:20:00-05:00'));
    await jest.advanceTimersByTimeAsync(60_000);
    expect(woken).toBe(1);
    wakes.close();
  });

  test('its next time is ours wherever no clock changes: either day will do, steps count from the first value', () => {
    const field = (min: number, max: number) =>
      fc.oneof(
        fc.integer({ min, max }).map(String),
        fc
          .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
          .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
        fc.integer({ min: 1, max: 20 }).map((step) => `*/${step}`),
        fc.tuple(fc.integer({ min, max }), fc.integer({ min: 1, max: 9 })).map(([from, step]) => `${from}/${step}`),
      );
    const some = (min: number, max: number) => fc.oneof(fc.constant('*'), field(min, max));
    const line = fc
      .tuple(some(0, 59), some(0, 23), some(1, 28), some(1, 12), some(0, 7))
      .map((parts) => parts.join(' '));
    fc.assert(
      fc.property(line, (text) => {
        const ours = soonest([parsed(text)], 'Asia/Kolkata', Date.now());
        const theirs = spelledOut(parsed(text)).map((expression) => {
          const task = cron.createTask(expression, () => {}, { timezone: 'Asia/Kolkata' });
          void task.start();
          const next = task.getNextRun()?.getTime() ?? Number.POSITIVE_INFINITY;
          void task.destroy();
          return next;
        });
        expect(Math.min(...theirs)).toBe(ours);
      }),
      { numRuns: 150 },
    );
  });
});
