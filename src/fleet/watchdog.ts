import type { Agent } from '../agent/interpreter.js';
import { type Standing, standingOf } from '../agent/progress.js';
import type { AgentTimings } from '../agent/timings.js';
import type { Clock } from '../base/clock.js';

/** An agent that the watchdog can set going again. */
export interface Watched {
  readonly agent: Agent;
  /** Gives its session up, so that it comes back with its call (rule 7). */
  giveUpSession(): void;
  /** Replaces the agent by one with its memory. */
  replace(): void;
}

interface WatchdogOptions {
  readonly clock: Clock;
  /** How long an agent may stay without progress where it should move, in milliseconds. */
  readonly stuckMs: number;
  /** Those of the chart: what it plans to wait for is no standing still. */
  readonly timings: AgentTimings;
  watched(): Iterable<Watched>;
}

/** What is known of one agent from the looks before. */
interface Seen {
  readonly key: string;
  readonly since: number;
  /** Restarts in a row without real work in between: the next one is given more time. */
  readonly restarts: number;
  /** Its session was given up, and it did not even notice. */
  readonly wasTold: boolean;
}

const MOST_PATIENCE = 8;
const LOOK_MS = { least: 250, most: 60_000 };

/**
 * Looks at every agent now and then. One that stands where it should not for so long (agent/progress.ts) loses its session
 * and comes back with what it has in hand; one that does not even react to that is replaced.
 */
export class Watchdog {
  private readonly options: WatchdogOptions;
  private readonly everyMs: number;
  private seen = new Map<Watched, Seen>();
  private timer: unknown;
  private lookedAt = 0;

  constructor(options: WatchdogOptions) {
    this.options = options;
    this.everyMs = Math.min(LOOK_MS.most, Math.max(LOOK_MS.least, options.stuckMs / 4));
  }

  start(): void {
    const { clock } = this.options;
    this.lookedAt = clock.monotonic();
    this.timer = clock.setTimeout(() => this.look(), this.everyMs);
  }

  stop(): void {
    this.options.clock.clearTimeout(this.timer);
  }

  private look(): void {
    const { clock, watched, timings } = this.options;
    const now = clock.monotonic();
    // The process itself stood still: nobody could get on, and what is due comes only now.
    const lostMs = Math.max(0, now - this.lookedAt - this.everyMs);
    const seen = new Map<Watched, Seen>();
    for (const one of watched()) {
      const { agent } = one;
      if (agent.done()) continue;
      const standing = standingOf(agent.place(), agent.context(), timings);
      const before = this.seen.get(one);
      const after = this.judge(one, standing, before && { ...before, since: before.since + lostMs }, now);
      if (after) seen.set(one, after);
    }
    this.seen = seen;
    this.start();
  }

  private judge(one: Watched, standing: Standing | null, before: Seen | undefined, now: number): Seen | null {
    const worked = standing === null || one.agent.state() === 'ready';
    const restarts = worked ? 0 : (before?.restarts ?? 0);
    if (!standing) return null;
    const { key, plannedUntil, plannedMs } = standing;
    if (before?.key !== key) return { key, since: now, restarts, wasTold: false };
    const patienceMs = this.options.stuckMs * Math.min(MOST_PATIENCE, 2 ** restarts);
    if (now - Math.max(before.since + plannedMs, plannedUntil) < patienceMs) return { ...before, restarts };
    if (before.wasTold) {
      one.replace();
      return { key, since: now, restarts: restarts + 1, wasTold: false };
    }
    one.giveUpSession();
    return { key, since: now, restarts: restarts + 1, wasTold: true };
  }
}
