import { isDeepStrictEqual } from 'node:util';
import { isGlob } from '../base/glob.js';
import type { AttributeTest, AttributeValue } from './attributes.js';
import { whyAttributeFails } from './attributes.js';
import { passesNumber } from './number-test.js';
import type { NumberTest } from './policy.js';

const MOST_ITEMS = 100;

/**
 * Whether tests of one thing exclude or imply each other is found out by trying: the values at which a test can change its
 * mind, and some between them, are held against the tests as calls will be. So the answer follows what the tests mean,
 * numbers and texts alike. A missing column is the value undefined.
 */

/** Whether some value passes all of these tests of one column. Several globs are not seen through: then yes. */
export function columnCanPass(tests: readonly AttributeTest[]): boolean {
  if (tests.filter(hasGlob).length > 1 || isLong(tests) || tests.some(isUnresolved)) return true;
  return columnValues(tests).some((value) => passesAll(tests, value));
}

/** Whether every value that passes `tests` passes `other`. */
export function columnImplies(tests: readonly AttributeTest[], other: AttributeTest): boolean {
  if (isLong([...tests, other])) return tests.some((test) => isDeepStrictEqual(test, other));
  const passing = columnValues([...tests, other]).filter((value) => passesAll(tests, value));
  return passing.length > 0 && passing.every((value) => passesAll([other], value));
}

/** A reference to a named list that is not there has been told about, and reads as a list without items. */
function isUnresolved(test: AttributeTest): boolean {
  const items = isComparisons(test) ? test.in : test;
  return Array.isArray(items) && items.length === 0;
}

/** Long lists are not tried item by item. */
function isLong(tests: readonly AttributeTest[]): boolean {
  const items = tests.map((test) => (isComparisons(test) ? (test.in?.length ?? 0) : [test].flat().length));
  return items.reduce((sum, count) => sum + count, 0) > MOST_ITEMS;
}

/** Whether some number from `least` up passes all of these tests. */
export function numberCanPass(tests: readonly NumberTest[], least: number): boolean {
  return numbersAround(tests, least).some((value) => tests.every((test) => passesNumber(value, test)));
}

/** Whether every number from `least` up that passes `test` passes `other`. */
export function numberImplies(test: NumberTest, other: NumberTest, least: number): boolean {
  const passing = numbersAround([test, other], least).filter((value) => passesNumber(value, test));
  return passing.length > 0 && passing.every((value) => passesNumber(value, other));
}

/** Texts that a literal or a glob fits. */
export function textsOf(pattern: string): string[] {
  if (!isGlob(pattern)) return [pattern];
  return ['', 'q', 'q7 z'].map((run) => pattern.replaceAll('*', run).replaceAll('?', 'k'));
}

function passesAll(tests: readonly AttributeTest[], value: string | undefined): boolean {
  const columns = new Map(value === undefined ? [] : [['x', value]]);
  return tests.every((test) => whyAttributeFails('x', test, columns) === undefined);
}

function hasGlob(test: AttributeTest): boolean {
  return !isComparisons(test) && [test].flat().some((wanted) => typeof wanted === 'string' && isGlob(wanted));
}

function isComparisons(
  test: AttributeTest,
): test is Exclude<AttributeTest, AttributeValue | readonly AttributeValue[]> {
  return typeof test === 'object' && !Array.isArray(test);
}

function columnValues(tests: readonly AttributeTest[]): (string | undefined)[] {
  const listed = tests.flatMap((test): AttributeValue[] => {
    if (!isComparisons(test)) return [test as AttributeValue | readonly AttributeValue[]].flat();
    return [test.eq, test.ne, ...(test.in ?? [])].filter((value) => value !== undefined);
  });
  const bounds = tests.flatMap((test) =>
    isComparisons(test) ? [test.lt, test.le, test.gt, test.ge].filter((value) => value !== undefined) : [],
  );
  const texts = listed.flatMap((value) => [String(value), ...textsOf(String(value))]);
  const isNumeric = bounds.length > 0 && bounds.every((bound) => !Number.isNaN(Number(bound)));
  const numbers = isNumeric ? around([...bounds, ...listed].map(Number).filter((value) => !Number.isNaN(value))) : [];
  const between = isNumeric
    ? []
    : ['', 'q7 z', ...bounds.flatMap((bound) => [String(bound), `${String(bound)}\u0000`])];
  return [undefined, ...texts, ...numbers.map(plain), ...between];
}

/** Numbers at, beside and between the given ones, and beyond them. */
function around(numbers: readonly number[]): number[] {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const between = sorted.slice(1).map((value, index) => (value + (sorted[index] as number)) / 2);
  return [...sorted.flatMap((value) => [value - 0.5, value, value + 0.5]), ...between];
}

function plain(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(6);
}

function numbersAround(tests: readonly NumberTest[], least: number): number[] {
  const bounds = tests.flatMap(({ eq, lt, le, gt, ge }) => [eq, lt, le, gt, ge].filter((bound) => bound !== undefined));
  const steps = tests.flatMap(({ every }) => every ?? []);
  const common = steps.reduce((product, step) => (product * step) / greatestDivisor(product, step), 1);
  const points = [least, ...bounds].flatMap((bound) => [bound - 1, bound, bound + 1]);
  const multiples = points.flatMap((point) =>
    [...steps, common].flatMap((step) => [0, 1, 2].map((more) => (Math.floor(point / step) + more) * step)),
  );
  return [...points, ...multiples].filter((value) => value >= least);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
