import type { Clock } from '../base/clock.js';
import { JournalError } from './errors.js';

/** How soon a line must be on the disk. `safe`: somebody waits for it. */
export type Urgency = 'safe' | 'prompt' | 'lazy';

/** Milliseconds. */
export interface CommitPace {
  /** Between the beginnings of two commits: what comes meanwhile shares the next one. */
  readonly gatherMs: number;
  /** A prompt line waits no longer than this. */
  readonly promptMs: number;
  /** A lazy line waits no longer than this. */
  readonly lazyMs: number;
  /** A disk that does not answer for so long has failed. */
  readonly stallMs: number;
}

export const DEFAULT_PACE: CommitPace = { gatherMs: 8, promptMs: 10, lazyMs: 150, stallMs: 30_000 };

const MOST_LINES = 1_000;
const MOST_BYTES = 1_024 * 1_024;
const RANK = { safe: 2, prompt: 1, lazy: 0 } as const;

/** What one commit took. */
export interface Commit {
  readonly lines: number;
  readonly bytes: number;
  readonly seconds: number;
}

export interface CommitQueueDeps {
  readonly clock: Clock;
  readonly pace: CommitPace;
  /** Puts the bytes on the disk. */
  commit(bytes: Uint8Array): Promise<void>;
  onCommit(commit: Commit): void;
  /** Called once. Nothing is written after it. */
  onFailure(error: unknown): void;
}

interface Batch {
  text: string;
  lines: number;
  rank: number;
  /** Run before the batch is written: the turn to a new segment. */
  readonly before: (() => Promise<void>) | null;
  waiting: Waiting | null;
}

interface Waiting {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Asynchronous group commit: while one batch is on its way to the disk, lines that arrive collect for the next, so
 * throughput does not fall with a slow disk, only latency grows. A commit costs more than the lines in it, so commits
 * begin at least `gatherMs` apart; the first after a pause begins at once.
 */
export class CommitQueue {
  private readonly deps: CommitQueueDeps;
  private readonly batches: Batch[] = [];
  private inFlight: Batch | null = null;
  private lastBegan = Number.NEGATIVE_INFINITY;
  private timer: unknown = null;
  private timerAt = Number.POSITIVE_INFINITY;
  private isWoken = false;
  private failure: unknown = null;

  constructor(deps: CommitQueueDeps) {
    this.deps = deps;
  }

  /** Whether the next line begins a batch. */
  get beginsBatch(): boolean {
    const last = this.batches.at(-1);
    return !last || last.lines === 0 || this.isFull(last);
  }

  /** Lines that are not on the disk yet. */
  get pending(): number {
    return this.batches.reduce((sum, { lines }) => sum + lines, this.inFlight?.lines ?? 0);
  }

  /** Adds a line. For a safe one, resolves when it is on the disk. */
  add(line: string, urgency: Urgency): Promise<void> | undefined {
    if (this.failure) return urgency === 'safe' ? this.refused() : undefined;
    let batch = this.batches.at(-1);
    if (!batch || this.isFull(batch)) {
      batch = emptyBatch(null);
      this.batches.push(batch);
    }
    batch.text += line;
    batch.lines++;
    const rank = RANK[urgency];
    if (rank > batch.rank || batch.lines === 1) {
      batch.rank = Math.max(batch.rank, rank);
      this.arm();
    }
    return urgency === 'safe' ? waitFor(batch) : undefined;
  }

  /** Ends the batch: `before` runs after all that came so far is on the disk and before anything later is written. */
  turn(before: () => Promise<void>): void {
    this.batches.push(emptyBatch(before));
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

  private isFull(batch: Batch): boolean {
    return batch.lines >= MOST_LINES || batch.text.length >= MOST_BYTES;
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

  private dueAt(first: Batch, now: number): number {
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
      await batch.before?.();
      const bytes = Buffer.from(batch.text);
      if (bytes.length > 0) await commit(bytes);
      if (this.failure) return;
      onCommit({ lines: batch.lines, bytes: bytes.length, seconds: (clock.monotonic() - this.lastBegan) / 1_000 });
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

function emptyBatch(before: Batch['before']): Batch {
  return { text: '', lines: 0, rank: 0, before, waiting: null };
}

/** One promise for all who wait for a batch. A rejection that nobody looks at is no defect: `onFailure` has told. */
function waitFor(batch: Batch): Promise<void> {
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
