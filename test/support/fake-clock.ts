import { setImmediate } from 'node:timers';
import type { Clock } from '../../src/base/clock.js';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly fn: () => void;
}

/**
 * A clock that stands still until told. `advance` fires timers one at a time in due order, moves `now` to each deadline
 * and lets promises settle between them.
 */
export class FakeClock implements Clock {
  private readonly timers = new Map<number, Timer>();
  private time: number;
  private readonly start: number;
  private counter = 0;

  constructor(start = Date.UTC(2026, 0, 5, 9)) {
    this.time = start;
    this.start = start;
  }

  now(): number {
    return this.time;
  }

  monotonic(): number {
    return this.time - this.start;
  }

  setTimeout = (fn: () => void, ms: number): unknown => {
    const id = ++this.counter;
    this.timers.set(id, { at: this.time + Math.max(0, ms), order: id, fn });
    return id;
  };

  clearTimeout = (id: unknown): void => {
    this.timers.delete(id as number);
  };

  /** Timers not yet fired: 0 at the end of a clean test. */
  get pending(): number {
    return this.timers.size;
  }

  /** When the timers are due, in wall time, soonest first. */
  deadlines(): number[] {
    return [...this.timers.values()].map(({ at }) => at).sort((a, b) => a - b);
  }

  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settle();
    for (let next = this.due(end); next; next = this.due(end)) {
      this.timers.delete(next[0]);
      this.time = Math.max(this.time, next[1].at);
      next[1].fn();
      await settle();
    }
    this.time = end;
  }

  private due(end: number): [number, Timer] | undefined {
    let best: [number, Timer] | undefined;
    for (const entry of this.timers) {
      const [, timer] = entry;
      if (timer.at > end) continue;
      if (!best || timer.at < best[1].at || (timer.at === best[1].at && timer.order < best[1].order)) best = entry;
    }
    return best;
  }
}

/** Lets every promise that can settle do so: a turn of the event loop comes only when no microtask is left. */
export async function settle(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}
