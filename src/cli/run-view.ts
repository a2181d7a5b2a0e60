import type { TallySnapshot } from '../report/tally.js';

/** What live view and progress line show of a run. */
export interface RunView {
  /** Name of the run, such as tool, server and seed. */
  readonly title: string;
  readonly tally: TallySnapshot;
  /** Agents that should be logged in now. */
  readonly desired: number;
  readonly elapsedMs: number;
  /** Until the planned end; absent when none is planned. */
  readonly remainingMs?: number;
  /** What goes on instead of ordinary work, such as `draining`. */
  readonly phase?: string;
  /** Where metrics and live page are. */
  readonly url?: string;
}

/** Agents in Dialer: everywhere but `logged-out`. */
export function agentsWorking({ states }: TallySnapshot): number {
  return Object.values(states).reduce((sum, count) => sum + count, 0) - states['logged-out'];
}
