import { setImmediate } from 'node:timers';
import { VirtualClock } from '../../src/base/virtual-clock.js';

/**
 * A clock that stands still until told. `advance` fires timers one at a time in due order, moves `now` to each deadline
 * and lets promises settle between them.
 */
export class FakeClock extends VirtualClock {
  constructor(start = Date.UTC(2026, 0, 5, 9)) {
    super(start);
  }

  async advance(ms: number): Promise<void> {
    const end = this.now() + ms;
    await settle();
    while (this.step(end)) await settle();
  }
}

/** Lets every promise that can settle do so: a turn of the event loop comes only when no microtask is left. */
export async function settle(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}
