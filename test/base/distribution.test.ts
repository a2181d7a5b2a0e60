import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Distribution, DistributionSchema, sample } from '../../src/base/distribution.js';
import { seededRandom } from '../../src/base/random.js';

const draw = seededRandom(7)('test');
const many = (text: unknown, count = 20_000): number[] => {
  const distribution = DistributionSchema.parse(text);
  return Array.from({ length: count }, () => sample(distribution, draw)).sort((a, b) => a - b);
};
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('a distribution', () => {
  test('is fixed when it is a bare duration', () => {
    expect(DistributionSchema.parse('5s')).toEqual(DistributionSchema.parse({ fixed: '5s' }));
    expect(new Set(many('5s', 10))).toEqual(new Set([5_000]));
  });

  test('has the centre that it names', () => {
    expect(mean(many({ uniform: { min: '2s', max: '8s' } }))).toBeCloseTo(5_000, -3);
    expect(Math.abs(mean(many({ normal: { mean: '30s', sd: '5s' } })) - 30_000)).toBeLessThan(200);
    expect(Math.abs(many({ lognormal: { median: '45s', sigma: 0.6 } })[10_000]! - 45_000)).toBeLessThan(1_500);
    expect(Math.abs(mean(many({ exponential: { mean: '60s' } })) - 60_000)).toBeLessThan(2_000);
  });

  test('stays within its limits', () => {
    const values = many({ normal: { mean: '5s', sd: '10s', min: '1s', max: '9s' } }, 2_000);
    expect([values.at(0), values.at(-1)]).toEqual([1_000, 9_000]);
    expect(many({ lognormal: { median: '45s', sigma: 2, max: '5m' } }, 2_000).at(-1)).toBe(300_000);
  });

  test('gives whole milliseconds, 0 or more, for any numbers drawn', () => {
    const ms = fc.integer({ min: 0, max: 1e9 });
    const any = fc.oneof(
      fc.record({ kind: fc.constant('fixed' as const), ms }),
      fc.record({ kind: fc.constant('uniform' as const), minMs: fc.constant(5), maxMs: ms.map((x) => x + 5) }),
      fc.record({ kind: fc.constant('normal' as const), meanMs: ms, sdMs: ms, minMs: fc.constant(0), maxMs: ms }),
      fc.record({
        kind: fc.constant('lognormal' as const),
        medianMs: ms,
        sigma: fc.double({ min: 0, max: 5, noNaN: true }),
        maxMs: ms,
      }),
      fc.record({ kind: fc.constant('exponential' as const), meanMs: ms, maxMs: ms }),
    );
    fc.assert(
      fc.property(any, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (distribution, drawn) => {
        const value = sample(distribution as Distribution, () => drawn);
        expect(Number.isSafeInteger(value) && value >= 0).toBe(true);
      }),
    );
  });

  test.each([
    [{}, 'must name one of fixed'],
    [{ fixed: '1s', uniform: { min: '1s', max: '2s' } }, 'must name one of fixed'],
    [{ uniform: { min: '3s', max: '2s' } }, 'must not be less than min'],
    [5, 'must be a duration or a distribution, such as 5s or { uniform: { min: 2s, max: 8s } }'],
    [{ lognormal: { median: '0s', sigma: 1 } }, 'must be longer than 0'],
  ])('refuses %j in words', (text, words) => {
    const result = DistributionSchema.safeParse(text);
    expect(JSON.stringify(result.error?.issues)).toContain(words);
  });
});
