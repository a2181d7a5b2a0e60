/** Turns any text into a label value of a bounded set. */
export type BoundedLabel = (text: string | null | undefined) => string;

/** Most distinct values of a label whose values come from outside, such as campaign names. */
export const MOST_VALUES = 200;

/** The first `most` distinct values pass, every later one becomes `other`; an empty one becomes `none`. */
export function firstValues(most = MOST_VALUES): BoundedLabel {
  const seen = new Set<string>();
  return (text) => {
    if (!text) return 'none';
    if (seen.has(text)) return text;
    if (seen.size >= most) return 'other';
    seen.add(text);
    return text;
  };
}

/**
 * Only the values of a closed list pass, anything else becomes `fallback`. Without a list the set is still bounded:
 * the first 64 distinct values pass.
 */
export function closedList(values: readonly string[] | undefined, fallback = 'other'): BoundedLabel {
  if (!values) return firstValues(64);
  const known = new Set(values);
  return (text) => (text && known.has(text) ? text : fallback);
}

/**
 * Bounds the product of two labels that are each bounded alone: the first `most` pairs pass, in every later one the
 * second value becomes `other`. Returns the second value, and whether the pair is seen for the first time.
 */
export function pairLimit(most: number): (first: string, second: string) => { value: string; fresh: boolean } {
  const seen = new Set<string>();
  return (first, second) => {
    const key = `${first}\n${second}`;
    if (seen.has(key)) return { value: second, fresh: false };
    if (seen.size < most) {
      seen.add(key);
      return { value: second, fresh: true };
    }
    const rest = `${first}\nother`;
    const fresh = !seen.has(rest);
    seen.add(rest);
    return { value: 'other', fresh };
  };
}
