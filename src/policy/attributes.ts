import { isGlob, matchesGlob } from '../base/glob.js';

/** Contact columns by name, without regard to case and to the `is_attr_` prefix that Dialer puts before some. */
export type Columns = ReadonlyMap<string, string>;

export type AttributeValue = string | number | boolean;

/** A value or glob, a list of them (any), or comparisons (all of them). */
export type AttributeTest = AttributeValue | readonly AttributeValue[] | AttributeComparisons;

export interface AttributeComparisons {
  readonly eq?: AttributeValue | undefined;
  readonly ne?: AttributeValue | undefined;
  readonly lt?: AttributeValue | undefined;
  readonly le?: AttributeValue | undefined;
  readonly gt?: AttributeValue | undefined;
  readonly ge?: AttributeValue | undefined;
  readonly in?: readonly AttributeValue[] | undefined;
  readonly exists?: boolean | undefined;
}

const PREFIX = 'is_attr_';
/** So many values of a list are named in a sentence. */
const MOST_NAMED = 5;
const LONGEST_SHOWN = 60;

/** Indexes the attributes of a pop. Where a column comes with and without prefix, the plain one counts. */
export function columnsOf(attributes: Readonly<Record<string, string>>): Columns {
  const columns = new Map<string, string>();
  for (const wantsPrefix of [true, false]) {
    for (const [key, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || isPrefixed(key) !== wantsPrefix) continue;
      columns.set(columnName(key), String(value));
    }
  }
  return columns;
}

/** The value of a column by its name, written in any of the ways above. */
export function columnOf(columns: Columns, name: string): string | undefined {
  return columns.get(columnName(name));
}

/** Why the column does not pass the test, as a sentence made on demand, or undefined when it does. */
export function whyAttributeFails(name: string, test: AttributeTest, columns: Columns): (() => string) | undefined {
  const value = columnOf(columns, name);
  const comparisons = comparisonsOf(test);
  if (value === undefined) {
    const passes = comparisons ? passesMissing(comparisons) : false;
    return passes ? undefined : () => `attribute ${name} is missing`;
  }
  const passes = comparisons
    ? passesAll(comparisons, value)
    : Array.isArray(test)
      ? test.some((wanted) => isLike(value, wanted))
      : isLike(value, test as AttributeValue);
  return passes ? undefined : () => `attribute ${name} is ${shown(value)}, ${wantedWords(test)}`;
}

/** `not "Y"`, `not less than 3`. */
function wantedWords(test: AttributeTest): string {
  const comparisons = comparisonsOf(test);
  if (!comparisons) return `not ${anyOf([test as AttributeValue | readonly AttributeValue[]].flat())}`;
  const words = COMPARISON_WORDS.flatMap(([key, say]) => {
    const wanted = comparisons[key];
    return wanted === undefined ? [] : [say(wanted as AttributeValue & readonly AttributeValue[])];
  });
  return words.join(' and ');
}

const COMPARISON_WORDS: readonly (readonly [
  keyof AttributeComparisons,
  (wanted: AttributeValue & readonly AttributeValue[]) => string,
])[] = [
  ['eq', (wanted) => `not equal to ${shown(String(wanted))}`],
  ['ne', (wanted) => `which is not to equal ${shown(String(wanted))}`],
  ['lt', (wanted) => `not less than ${String(wanted)}`],
  ['le', (wanted) => `not at most ${String(wanted)}`],
  ['gt', (wanted) => `not more than ${String(wanted)}`],
  ['ge', (wanted) => `not at least ${String(wanted)}`],
  ['in', (wanted) => `not one of ${anyOf(wanted)}`],
  ['exists', (wanted) => (wanted ? 'and is there' : 'and is not to exist')],
];

function anyOf(wanted: readonly AttributeValue[]): string {
  const some = wanted.slice(0, MOST_NAMED).map((one) => shown(String(one)));
  return `${some.join(' or ')}${wanted.length > MOST_NAMED ? ` or ${wanted.length - MOST_NAMED} others` : ''}`;
}

function columnName(key: string): string {
  return (isPrefixed(key) ? key.slice(PREFIX.length) : key).toLowerCase();
}

function isPrefixed(key: string): boolean {
  return key.length > PREFIX.length && key.slice(0, PREFIX.length).toLowerCase() === PREFIX;
}

function comparisonsOf(test: AttributeTest): AttributeComparisons | undefined {
  return typeof test === 'object' && !Array.isArray(test) ? (test as AttributeComparisons) : undefined;
}

/** A missing column equals nothing: it passes `exists: false` and `ne`, and no other comparison. */
function passesMissing({ exists, ne: _ne, ...others }: AttributeComparisons): boolean {
  return exists !== true && Object.values(others).every((wanted) => wanted === undefined);
}

function passesAll(test: AttributeComparisons, value: string): boolean {
  const { eq, ne, lt, le, gt, ge, in: oneOf, exists } = test;
  const holds = (wanted: AttributeValue | undefined, fits: (order: number) => boolean): boolean =>
    wanted === undefined || fits(compare(value, wanted));
  return (
    exists !== false &&
    holds(eq, (order) => order === 0) &&
    holds(ne, (order) => order !== 0) &&
    holds(lt, (order) => order < 0) &&
    holds(le, (order) => order <= 0) &&
    holds(gt, (order) => order > 0) &&
    holds(ge, (order) => order >= 0) &&
    (oneOf === undefined || oneOf.some((wanted) => compare(value, wanted) === 0))
  );
}

function isLike(value: string, wanted: AttributeValue): boolean {
  return typeof wanted === 'string' && isGlob(wanted) ? matchesGlob(wanted, value) : compare(value, wanted) === 0;
}

/** Below, at or above 0 as `value` is less than, equal to or more than `wanted`: as numbers if both are, else as texts. */
function compare(value: string, wanted: AttributeValue): number {
  const [a, b] = [numberOf(value), numberOf(String(wanted))];
  if (a !== undefined && b !== undefined) return a - b;
  const text = String(wanted);
  return value === text ? 0 : value < text ? -1 : 1;
}

/** Longer digit strings are telephone numbers and the like; as numbers they would lose their end. */
function numberOf(text: string): number | undefined {
  const trimmed = text.trim();
  return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(trimmed) ? Number(trimmed) : undefined;
}

/** A value in quotes, cut where it is long. */
export function shown(value: string): string {
  return `"${value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN - 1)}…` : value}"`;
}
