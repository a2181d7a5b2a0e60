import type { Clock } from '../base/clock.js';

/**
 * A clock that also tells by how many seconds each timer fired late: the worker's own share in every delay that it
 * measures (design §2, promise 3).
 */
export function timelyClock(clock: Clock, onLateness: (seconds: number) => void): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    setTimeout: (fn, ms) => {
      const due = clock.monotonic() + Math.max(0, ms);
      return clock.setTimeout(() => {
        onLateness(Math.max(0, clock.monotonic() - due) / 1_000);
        fn();
      }, ms);
    },
    clearTimeout: (id) => clock.clearTimeout(id),
  };
}
