/** Counts by name. */
export type Counts = Readonly<Record<string, number>>;

const MOST_NAMES = 200;

/**
 * Counts by names that come from outside. The first 200 names are kept, later ones are counted as `other`, an empty one
 * as `none`: whatever a server sends, memory and summary stay small.
 */
export function namedCounts() {
  const counts = new Map<string, number>();
  return {
    add(name: string): void {
      const wanted = name || 'none';
      const key = counts.has(wanted) || counts.size < MOST_NAMES ? wanted : 'other';
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    /** The counts, the largest first. */
    counts(): Counts {
      return Object.fromEntries([...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
    },
  };
}
