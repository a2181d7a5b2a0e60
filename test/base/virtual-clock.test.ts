import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { VirtualClock } from '../../src/base/virtual-clock.js';

describe('a virtual clock', () => {
  test('timers fire in the order of their time, those of one instant in the order in which they were set', () => {
    const act = fc.oneof(
      fc.record({ set: fc.integer({ min: 0, max: 20 }) }),
      fc.record({ clear: fc.nat({ max: 400 }) }),
      fc.record({ step: fc.integer({ min: 0, max: 8 }) }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 1_500 }), (acts) => {
        const clock = new VirtualClock(1_000);
        const ids: unknown[] = [];
        const fired: number[] = [];
        let naive: { at: number; nth: number }[] = [];
        const expected: number[] = [];
        for (const one of acts) {
          if ('set' in one) {
            const nth = ids.length;
            naive.push({ at: clock.now() + one.set, nth });
            ids.push(clock.setTimeout(() => void fired.push(nth), one.set));
          } else if ('clear' in one) {
            clock.clearTimeout(ids[one.clear]);
            naive = naive.filter(({ nth }) => nth !== one.clear);
          } else {
            const until = clock.now() + one.step;
            const due = naive.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at || a.nth - b.nth);
            naive = naive.filter(({ at }) => at > until);
            for (const { at, nth } of due) {
              clock.step(until);
              expected.push(nth);
              expect(clock.now()).toBe(at);
            }
            expect(clock.step(until)).toBe(false);
            expect(clock.now()).toBe(until);
          }
          expect(clock.pending).toBe(naive.length);
        }
        expect(fired).toEqual(expected);
      }),
    );
  });

  test('cleared timers do not pile up', () => {
    const clock = new VirtualClock(0);
    const keep = Array.from({ length: 50 }, (_, index) => 1_000_000 + index);
    for (const at of keep) clock.setTimeout(() => {}, at);
    for (let nth = 0; nth < 100_000; nth++) clock.clearTimeout(clock.setTimeout(() => {}, 500_000));
    expect((clock as unknown as { queue: unknown[] }).queue.length).toBeLessThan(1_000);
    expect(clock.deadlines()).toEqual(keep);
  });
});
