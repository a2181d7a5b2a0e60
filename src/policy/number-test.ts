import type { NumberTest } from './policy.js';

/** Whether the number passes every comparison. */
export function passesNumber(value: number, { eq, lt, le, gt, ge, every }: NumberTest): boolean {
  return (
    (eq === undefined || value === eq) &&
    (lt === undefined || value < lt) &&
    (le === undefined || value <= le) &&
    (gt === undefined || value > gt) &&
    (ge === undefined || value >= ge) &&
    (every === undefined || value % every === 0)
  );
}

const WORDS: readonly (readonly [keyof NumberTest, string])[] = [
  ['eq', ''],
  ['lt', 'less than '],
  ['le', 'at most '],
  ['gt', 'more than '],
  ['ge', 'at least '],
  ['every', 'every '],
];

/** `at least 3 and less than 10`; `show` writes a number. */
export function numberWords(test: NumberTest, show: (value: number) => string = String): string {
  return WORDS.flatMap(([key, words]) => {
    const wanted = test[key];
    return wanted === undefined ? [] : [`${words}${show(wanted)}`];
  }).join(' and ');
}
