import type { Clock } from '../base/clock.js';

/** A timer that was set and may be cancelled. */
export interface TimerHandle {
  id: unknown;
}

/** The simulator's timers: cancelled together when it closes. */
export interface Timers {
  /** Runs `fn` after `ms` milliseconds. */
  after(ms: number, fn: () => void): TimerHandle;
  /** Runs `fn` at a wall time, however far away. */
  at(epochMs: number, fn: () => void): TimerHandle;
  /** Runs `fn` once the work at hand is done, in the order of asking. */
  soon(fn: () => void): void;
  cancel(handle: TimerHandle | null | undefined): void;
  close(): void;
}

/** A Node timer honours at most this delay; longer waits are cut into pieces. */
const LONGEST_MS = 2 ** 31 - 1;

/** Timers on an injected clock. After `close` nothing fires and nothing can be set. */
export function createTimers(clock: Clock): Timers {
  const running = new Set<TimerHandle>();
  let errands: (() => void)[] = [];
  let closed = false;

  const arm = (handle: TimerHandle, ms: number, fn: () => void): void => {
    handle.id = clock.setTimeout(() => {
      running.delete(handle);
      fn();
    }, ms);
    running.add(handle);
  };
  const after = (ms: number, fn: () => void): TimerHandle => {
    const handle: TimerHandle = { id: undefined };
    if (!closed) arm(handle, ms, fn);
    return handle;
  };
  const runErrands = (): void => {
    const batch = errands;
    errands = [];
    for (const errand of batch) if (!closed) errand();
  };
  return {
    after,
    at: (epochMs, fn) => {
      const handle: TimerHandle = { id: undefined };
      const step = (): void => {
        const left = epochMs - clock.now();
        if (left <= 0) fn();
        else arm(handle, Math.min(left, LONGEST_MS), step);
      };
      if (!closed) arm(handle, Math.min(Math.max(0, epochMs - clock.now()), LONGEST_MS), step);
      return handle;
    },
    soon: (fn) => {
      if (closed) return;
      errands.push(fn);
      if (errands.length === 1) after(0, runErrands);
    },
    cancel: (handle) => {
      if (!handle || !running.delete(handle)) return;
      clock.clearTimeout(handle.id);
    },
    close: () => {
      closed = true;
      for (const handle of running) clock.clearTimeout(handle.id);
      running.clear();
      errands = [];
    },
  };
}
