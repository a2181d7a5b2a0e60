/** All that the product knows of time. Injected everywhere; XState takes the same object. */
export interface Clock {
  /** Wall time: milliseconds since the epoch. May jump when the machine's clock is set. */
  now(): number;
  /** Milliseconds from an arbitrary start, never going back: for durations and deadlines inside the process. */
  monotonic(): number;
  setTimeout(fn: () => void, ms: number): unknown;
  clearTimeout(id: unknown): void;
}

/** Longest delay that a Node timer honours; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's own clock and timers. Made once, in `cli`. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    setTimeout: (fn, ms) => setTimeout(fn, Math.min(Math.max(0, ms), LONGEST_TIMER_MS)),
    clearTimeout: (id) => clearTimeout(id as NodeJS.Timeout | undefined),
  };
}
