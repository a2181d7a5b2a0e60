/** The largest roster that one pattern may spell out. */
const MOST = 100_000;

/**
 * Spells out a numeric range in braces: `bot{001..003}` → bot001, bot002, bot003 (zeros kept as written);
 * `bot{1..3}` → bot1, bot2, bot3. A text without braces stands for itself.
 * Throws a RangeError with the remedy when the range is malformed, runs backwards or is too large.
 */
export function expandRange(pattern: string): string[] {
  const open = pattern.indexOf('{');
  if (open < 0 && !pattern.includes('}')) return [pattern];
  const match = /^([^{}]*)\{(\d{1,9})\.\.(\d{1,9})\}([^{}]*)$/.exec(pattern);
  if (!match) throw new RangeError(`"${pattern}" is not a range; write it like bot{001..050}`);
  const [, before = '', first = '', last = '', after = ''] = match;
  const from = Number(first);
  const to = Number(last);
  if (to < from) throw new RangeError(`"${pattern}" runs backwards; write the smaller number first`);
  if (to - from + 1 > MOST) throw new RangeError(`"${pattern}" names more than ${MOST} users`);
  const width = first.length > 1 && first.startsWith('0') ? first.length : 0;
  return Array.from({ length: to - from + 1 }, (_, i) => `${before}${String(from + i).padStart(width, '0')}${after}`);
}
