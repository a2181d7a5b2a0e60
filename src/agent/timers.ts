import type { Clock } from '../base/clock.js';

/**
 * Stands among an agent's recorded events where one of its timers fired. An agent numbers its timers in the order in which
 * it sets them, so the number says which one it was, however late it came: by these a recorded agent can be stepped
 * through again.
 */
export interface TimerFired {
  readonly type: 'timer';
  readonly timer: number;
}

/** The clock of one agent: it numbers the timers, and tells of each just before what it was set for is done. */
export function numberedTimers(clock: Clock, onFire: (fired: TimerFired) => void): Clock {
  let set = 0;
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    setTimeout: (fn, ms) => {
      const timer = ++set;
      return clock.setTimeout(() => {
        onFire({ type: 'timer', timer });
        fn();
      }, ms);
    },
    clearTimeout: (id) => clock.clearTimeout(id),
  };
}
