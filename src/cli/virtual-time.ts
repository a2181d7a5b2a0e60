import type { VirtualClock } from '../base/virtual-clock.js';

/** Until when time passes, and what ends it before. */
export interface Passage {
  /** Wall time, epoch milliseconds. */
  readonly until: number;
  /** Asked between two timers. */
  isOver(): boolean;
}

/**
 * Lets time pass on a virtual clock, one timer after the other. Everything on that clock answers by promises alone, never by
 * a socket or a disk: a turn of the event loop comes only when no promise is left to settle, so then nothing is in flight
 * and the next timer may fire. Signals are heard in between. Rejects with what a timer throws.
 */
export function letTimePass(clock: VirtualClock, { until, isOver }: Passage): Promise<void> {
  return new Promise((resolve, reject) => {
    const turn = (): void => {
      try {
        if (isOver() || !clock.step(until)) resolve();
        else setImmediate(turn);
      } catch (error) {
        reject(error);
      }
    };
    setImmediate(turn);
  });
}
