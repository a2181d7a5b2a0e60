/** Makes an id that is unique in its kind: `ids('command')`. Injected, so that runs and tests can be repeated. */
export type Ids = (kind: string) => string;

/** Counting ids, `prefix-1`, `prefix-2`, …: unique within one process, readable in a log. */
export function countingIds(): Ids {
  const counts = new Map<string, number>();
  return (kind) => {
    const next = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, next);
    return `${kind}-${next}`;
  };
}
