import type { Clock } from '../base/clock.js';

const SAMPLE_MS = 100;

/**
 * Samples how late timers fire: ten times a second `onSample` hears the seconds by which a timer missed its time.
 * Returns a function that stops it.
 */
export function watchLoopLag(clock: Clock, onSample: (seconds: number) => void): () => void {
  let timer: unknown;
  const arm = (): void => {
    const due = clock.monotonic() + SAMPLE_MS;
    timer = clock.setTimeout(() => {
      onSample(Math.max(0, clock.monotonic() - due) / 1_000);
      arm();
    }, SAMPLE_MS);
  };
  arm();
  return () => clock.clearTimeout(timer);
}
