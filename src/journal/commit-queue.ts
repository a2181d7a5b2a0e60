import type { Clock } from '../base/clock.js';
import { JournalError } from './errors.js';

/** How soon a record must be on the disk. `safe`: somebody waits for it. */
export type Urgency = 'safe' | 'prompt' | 'lazy';

/** Milliseconds. */
export interface CommitPace {
  /** Between the beginnings of two commits: what comes meanwhile shares the next one. */
  readonly gatherMs: number;
  /** A prompt record waits no longer than this. */
  readonly promptMs: number;
  /** A lazy record waits no longer than this. */
  readonly lazyMs: number;
  /** A disk that does not answer for so long has failed. */
  readonly stallMs: number;
}

export const DEFAULT_PACE: CommitPace = { gatherMs: 16, promptMs: 10, lazyMs: 150, stallMs: 30_000 };

const MOST_RECORDS = 1_000;
const RANK = { safe: 2, prompt: 1, lazy: 0 } as const;

/** What one commit took. */
export interface Commit {
  readonly records: number;
  readonly bytes: number;
  readonly seconds: number;
}

export interface CommitQueueDeps<T> {
  readonly clock: Clock;
  readonly pace: CommitPace;
  /** Puts the records on the disk; returns how many bytes they took. */
  commit(records: readonly T[]): Promise<number>;
  onCommit(commit: Commit): void;
  /** Called once. Nothing is written after it. */
  onFailure(error: unknown): void;
}

interface Batch<T> {
  readonly records: T[];
  rank: number;
  waiting: Waiting | null;
}

interface Waiting {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Asynchronous group commit: while one batch is on its way to the disk, records that arrive collect for the next, so
 * throughput does not fall with a slow disk, only latency grows. A commit costs more than the records in it, so commits
 * begin at least `gatherMs` apart; the first after a pause begins at once. Records are handed on as they are: what is to
 * be made of them is made for a whole batch in one go.
 */
export class CommitQueue<T> {
  private readonly deps: CommitQueueDeps<T>;
  private readonly batches: Batch<T>[] = [];
  private inFlight: Batch<T> | null = null;
  private lastBegan = Number.NEGATIVE_INFINITY;
  private timer: unknown = null;
  private timerAt = Number.POSITIVE_INFINITY;
  private isWoken = false;
  private failure: unknown = null;

  constructor(deps: CommitQueueDeps<T>) {
    this.deps = deps;
  }

  /** Records that are not on the disk yet. */
  get pending(): number {
    return this.batches.reduce((sum, { records }) => sum + records.length, this.inFlight?.records.length ?? 0);
  }

  /** Adds a record. For a safe one, resolves when it is on the disk. */
  add(record: T, urgency: Urgency): Promise<void> | undefined {
    if (this.failure) return urgency === 'safe' ? this.refused() : undefined;
    let batch = this.batches.at(-1);
    if (!batch || batch.records.length >= MOST_RECORDS) {
      batch = { records: [], rank: RANK.lazy, waiting: null };
      this.batches.push(batch);
    }
    const count = batch.records.push(record);
    const rank = RANK[urgency];
    if (rank > batch.rank || count === 1) {
      batch.rank = Math.max(batch.rank, rank);
      this.arm();
    }
    return urgency === 'safe' ? waitFor(batch) : undefined;
  }

  /** Resolves when all that was added so far is on the disk. */
  async flush(): Promise<void> {
    const last = this.batches.at(-1) ?? this.inFlight;
    if (this.failure) throw this.failure;
    if (!last) return;
    last.rank = FORCED;
    const flushed = waitFor(last);
    this.arm();
    await flushed;
  }

  /** Fails everybody who waits; nothing is written any more. */
  fail(error: unknown): void {
    if (this.failure) return;
    this.failure = error;
    this.deps.clock.clearTimeout(this.timer);
    for (const batch of [this.inFlight, ...this.batches.splice(0)]) batch?.waiting?.reject(error);
    this.deps.onFailure(error);
  }

  private refused(): Promise<void> {
    const refusal = Promise.reject(this.failure);
    refusal.catch(() => {});
    return refusal;
  }

  /** Sees to it that the first batch is written when it is due. */
  private arm(): void {
    const [first] = this.batches;
    if (this.inFlight || this.failure || !first) return;
    const { clock } = this.deps;
    const now = clock.monotonic();
    const at = this.dueAt(first, now);
    if (at <= now) {
      this.wake();
    } else if (at < this.timerAt) {
      clock.clearTimeout(this.timer);
      this.timerAt = at;
      this.timer = clock.setTimeout(() => this.wake(), at - now);
    }
  }

  private dueAt(first: Batch<T>, now: number): number {
    const { gatherMs, promptMs, lazyMs } = this.deps.pace;
    const rank = this.batches.reduce((most, batch) => Math.max(most, batch.rank), first.rank);
    if (rank === FORCED || this.batches.length > 2) return now;
    if (rank === RANK.safe) return Math.max(now, this.lastBegan + gatherMs);
    return now + (rank === RANK.prompt ? promptMs : lazyMs);
  }

  /** Begins after the present turn of work, so that all it writes goes together. */
  private wake(): void {
    this.deps.clock.clearTimeout(this.timer);
    this.timerAt = Number.POSITIVE_INFINITY;
    if (this.isWoken) return;
    this.isWoken = true;
    queueMicrotask(() => {
      this.isWoken = false;
      void this.commitNext();
    });
  }

  private async commitNext(): Promise<void> {
    const batch = this.inFlight || this.failure ? undefined : this.batches.shift();
    if (!batch) return;
    const { clock, pace, commit, onCommit } = this.deps;
    this.inFlight = batch;
    this.lastBegan = clock.monotonic();
    const watch = clock.setTimeout(() => {
      this.fail(new JournalError('journal/failed', `the disk did not answer for ${pace.stallMs / 1_000} s`));
    }, pace.stallMs);
    try {
      const bytes = await commit(batch.records);
      if (this.failure) return;
      const seconds = (clock.monotonic() - this.lastBegan) / 1_000;
      onCommit({ records: batch.records.length, bytes, seconds });
      this.inFlight = null;
      batch.waiting?.resolve();
    } catch (error) {
      this.fail(error);
      return;
    } finally {
      clock.clearTimeout(watch);
    }
    this.arm();
  }
}

/** Beyond all urgency: written at once. */
const FORCED = 3;

/** One promise for all who wait for a batch. A rejection that nobody looks at is no defect: `onFailure` has told. */
function waitFor(batch: Batch<unknown>): Promise<void> {
  if (!batch.waiting) {
    let resolve = (): void => {};
    let reject = (_error: unknown): void => {};
    const promise = new Promise<void>((yes, no) => {
      resolve = yes;
      reject = no;
    });
    promise.catch(() => {});
    batch.waiting = { promise, resolve, reject };
  }
  return batch.waiting.promise;
}
