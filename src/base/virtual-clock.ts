import type { Clock } from './clock.js';

/** A timer that was set. `fn` is null once it was cleared or has fired. */
interface Timer {
  readonly at: number;
  readonly order: number;
  fn: (() => void) | null;
}

/** Cleared timers are swept out of the queue once they outnumber those that count by so many. */
const MOST_DEAD = 256;

/**
 * A clock that stands still until told: time goes from timer to timer, however long nothing is due. Timers of one instant
 * fire in the order in which they were set. Wall time and monotonic time never part.
 */
export class VirtualClock implements Clock {
  private readonly start: number;
  private time: number;
  private orders = 0;
  private live = 0;
  /** Binary heap, the next timer first; cleared ones stay in it until they come up or are swept out. */
  private queue: Timer[] = [];

  /** `start` is the wall time at which it stands, in epoch milliseconds. */
  constructor(start: number) {
    this.start = start;
    this.time = start;
  }

  now = (): number => this.time;

  monotonic = (): number => this.time - this.start;

  setTimeout = (fn: () => void, ms: number): unknown => {
    const timer: Timer = { at: this.time + Math.max(0, ms), order: ++this.orders, fn };
    this.live++;
    this.queue.push(timer);
    this.rise(this.queue.length - 1);
    return timer;
  };

  clearTimeout = (id: unknown): void => {
    const timer = id as Timer | undefined;
    if (!timer?.fn) return;
    timer.fn = null;
    this.live--;
    if (this.queue.length > 2 * this.live + MOST_DEAD) this.sweep();
  };

  /** Timers that are still to fire. */
  get pending(): number {
    return this.live;
  }

  /** When the timers are due, in wall time, soonest first. */
  deadlines(): number[] {
    return this.queue.flatMap((timer) => (timer.fn ? [timer.at] : [])).sort((a, b) => a - b);
  }

  /** Fires the next timer that is due by `until`, at its own time; false where there is none: then it is `until`. */
  step(until: number): boolean {
    const timer = this.due(until);
    if (!timer) {
      this.time = Math.max(this.time, until);
      return false;
    }
    const { fn } = timer;
    timer.fn = null;
    this.live--;
    this.time = Math.max(this.time, timer.at);
    fn?.();
    return true;
  }

  private due(until: number): Timer | undefined {
    for (let first = this.queue[0]; first && (!first.fn || first.at <= until); first = this.queue[0]) {
      this.takeFirst();
      if (first.fn) return first;
    }
    return undefined;
  }

  private takeFirst(): void {
    const last = this.queue.pop();
    if (!last || this.queue.length === 0) return;
    this.queue[0] = last;
    this.sink(0);
  }

  private sweep(): void {
    this.queue = this.queue.filter(({ fn }) => fn !== null).sort((a, b) => (isBefore(a, b) ? -1 : 1));
  }

  private rise(index: number): void {
    const timer = this.queue[index] as Timer;
    let at = index;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = this.queue[above] as Timer;
      if (isBefore(other, timer)) break;
      this.queue[at] = other;
      at = above;
    }
    this.queue[at] = timer;
  }

  private sink(index: number): void {
    const { queue } = this;
    const timer = queue[index] as Timer;
    let at = index;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      if (left >= queue.length) break;
      const below = right < queue.length && isBefore(queue[right] as Timer, queue[left] as Timer) ? right : left;
      if (isBefore(timer, queue[below] as Timer)) break;
      queue[at] = queue[below] as Timer;
      at = below;
    }
    queue[at] = timer;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
