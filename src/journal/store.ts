import type { Clock } from '../base/clock.js';
import { withAllowedColumns } from './columns.js';
import { type Commit, type CommitPace, CommitQueue, DEFAULT_PACE, type Urgency } from './commit-queue.js';
import { diskError, JournalError } from './errors.js';
import type { JournalFiles } from './files.js';
import { LateWork } from './late-work.js';
import { batchLine, type Circumstances, headerOf, type JournalIdentity } from './line.js';
import { type JournalLock, lockJournal } from './lock.js';
import { isOpen, type OpenWork } from './open-work.js';
import type { Processes } from './processes.js';
import type { JournalRecord } from './record.js';
import type { Recorder } from './recorder.js';
import { isSettled, type Recovery, recover } from './recovery.js';
import { isCheckpointed, outlived, type Retention } from './retention.js';
import { removeDrafts, type Segment } from './segment.js';
import { type Beginning, beginSegment, type OpenSegment } from './segment-writer.js';

const DAY_MS = 86_400_000;
const SEGMENT_BYTES = 64 * 1_024 * 1_024;
/** Characters; a batch that comes to more is written as several lines, one after the other. */
const LONGEST_LINE = 1_024 * 1_024;

export interface JournalOptions {
  /** The folder. */
  readonly path: string;
  readonly files: JournalFiles;
  readonly clock: Clock;
  readonly processes: Processes;
  readonly identity: JournalIdentity;
  readonly circumstances: Circumstances;
  /** Salt for a journal that has none yet: random, at least 16 bytes as text. */
  readonly freshSalt: string;
  /** Contact columns that a pop record may carry (`journal.columns`); none by default. */
  readonly columns?: readonly string[];
  /** 30 days by default. */
  readonly retainMs?: number | null;
  readonly retainBytes?: number | null;
  /** A new segment is begun beyond this size, 64 MiB by default, or after a day. */
  readonly segmentBytes?: number;
  readonly pace?: Partial<CommitPace>;
  /** Each batch that reached the disk, for the metrics. */
  onCommit?(commit: Commit): void;
  /** The journal is closed for good, and nothing more is recorded: take no further calls. Called at most once. */
  onFailure(error: JournalError): void;
}

/** A durable record of what happened. */
export interface Journal extends Recorder {
  /** For what must be safe before the worker goes on (`mustBeSafe`), resolves when it is on the disk. */
  write(record: JournalRecord): void | Promise<void>;
  /** What the last run left behind. */
  readonly recovery: Recovery;
  /** For `fingerprint`. */
  readonly salt: string;
  /** Records that are not on the disk yet. */
  readonly pending: number;
  readonly failure: JournalError | null;
  /** Resolves when all that was written so far is on the disk. */
  flush(): Promise<void>;
  /**
   * Flushes, and gives the journal to others; after a failure it only gives it up. Rejects where the rest could not be
   * written. What is written later is refused.
   */
  close(): Promise<void>;
}

/**
 * Opens the journal in a folder for writing: takes its lock, repairs a torn tail, reads what was left open, and begins a
 * new segment with it.
 * @throws JournalError `journal/locked`, `journal/corrupt`, `journal/version`, `journal/full` or `journal/failed`
 */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { files, path } = options;
  let lock: JournalLock | undefined;
  let store: Store | undefined;
  try {
    await files.makeFolder(path);
    lock = await lockJournal(options, path, (error) => store?.fail(error));
    await removeDrafts(files, path);
    const found = await recover(files, path, options.identity);
    store = new Store(options, lock, found);
    await store.begin();
    return store;
  } catch (error) {
    await lock?.release().catch(() => {});
    throw diskError(path, error);
  }
}

/** Records that a request, or a promise to a person, waits for (design §3; §4.1 rule 14). */
export function mustBeSafe(record: JournalRecord): boolean {
  return record.kind === 'intent' ? SAFE_COMMANDS.has(record.command) : record.kind === 'credentials.refused';
}

const SAFE_COMMANDS: ReadonlySet<string> = new Set(['disposition', 'callback', 'place-preview-call']);

/** What can be told again from what is on the disk, or matters to nobody after a crash. */
const LAZY_KINDS: ReadonlySet<JournalRecord['kind']> = new Set(['event', 'transition', 'reconnect', 'problem']);

function urgencyOf(record: JournalRecord): Urgency {
  if (mustBeSafe(record)) return 'safe';
  return LAZY_KINDS.has(record.kind) ? 'lazy' : 'prompt';
}

class Store implements Journal {
  readonly keepsEvents = true;
  readonly recovery: Recovery;
  readonly salt: string;
  failure: JournalError | null = null;
  private readonly options: JournalOptions;
  private readonly lock: JournalLock;
  private readonly queue: CommitQueue<JournalRecord>;
  private readonly work: LateWork;
  private readonly retention: Retention;
  private segments: Segment[];
  private current: OpenSegment | null = null;
  private seq: number;
  private isClosed = false;

  constructor(options: JournalOptions, lock: JournalLock, found: Awaited<ReturnType<typeof recover>>) {
    const { segments, lastSeq, ...recovery } = found;
    this.options = options;
    this.lock = lock;
    this.recovery = recovery;
    this.work = new LateWork(recovery.work);
    this.segments = [...segments];
    this.seq = lastSeq;
    this.salt = segments.findLast(({ header }) => header)?.header?.salt ?? options.freshSalt;
    const { retainMs = 30 * DAY_MS, retainBytes = null } = options;
    this.retention = { retainMs, retainBytes };
    this.queue = new CommitQueue({
      clock: options.clock,
      pace: { ...DEFAULT_PACE, ...options.pace },
      commit: (records) => this.commit(records),
      onCommit: (commit) => options.onCommit?.(commit),
      onFailure: (error) => this.failed(error),
    });
  }

  get pending(): number {
    return this.queue.pending;
  }

  /** Begins this run's first segment. */
  async begin(): Promise<void> {
    const { files } = this.options;
    await this.turnTo(this.beginning('run'));
    await this.retire(async (segment) => isCheckpointed(segment, this.segments) || (await isSettled(files, segment)));
  }

  write(record: JournalRecord): void | Promise<void> {
    const urgency = urgencyOf(record);
    if (this.isClosed && !this.failure)
      return urgency === 'safe' ? Promise.reject(new JournalError('journal/failed', CLOSED)) : undefined;
    return this.queue.add(record, urgency);
  }

  flush(): Promise<void> {
    return this.queue.flush();
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    try {
      if (!this.failure) await this.queue.flush();
    } finally {
      await this.current?.file.close().catch(() => {});
      await this.lock.release();
    }
  }

  /** Closes the journal for good, from outside the queue. */
  fail(error: JournalError): void {
    this.queue.fail(error);
  }

  private failed(error: unknown): void {
    this.failure = diskError(this.options.path, error);
    if (!this.isClosed) this.options.onFailure(this.failure);
  }

  /** Puts a batch on the disk; resolves to its bytes there. */
  private async commit(records: readonly JournalRecord[]): Promise<number> {
    if (this.isSegmentFull(records[0]?.at ?? 0)) await this.rotate();
    const { columns = [] } = this.options;
    const bytes = await this.append(records.map((record) => withAllowedColumns(record, columns)));
    for (const record of records) this.work.add(record);
    return bytes;
  }

  private async append(records: readonly JournalRecord[]): Promise<number> {
    const text = batchLine(this.seq + 1, records);
    if (text.length > LONGEST_LINE && records.length > 1) {
      const half = records.length >> 1;
      return (await this.append(records.slice(0, half))) + (await this.append(records.slice(half)));
    }
    const { current } = this;
    if (!current) throw new JournalError('journal/failed', CLOSED);
    const bytes = Buffer.from(text);
    try {
      await current.file.append(bytes);
    } catch (error) {
      // What the descriptor says after a failed sync cannot be believed: it is never used again.
      await current.file.close().catch(() => {});
      this.current = null;
      throw diskError(this.options.path, error);
    }
    current.segment.bytes += bytes.length;
    this.seq += records.length;
    return bytes.length;
  }

  private isSegmentFull(now: number): boolean {
    const { bytes = 0, header } = this.current?.segment ?? {};
    return bytes >= (this.options.segmentBytes ?? SEGMENT_BYTES) || now - (header?.at ?? now) >= DAY_MS;
  }

  /** What is written from now on belongs to a new segment, which begins with what is open at this moment. */
  private async rotate(): Promise<void> {
    await this.turnTo(this.beginning('rotation'));
    await this.retire(async (segment) => isCheckpointed(segment, this.segments));
  }

  private beginning(begins: 'run' | 'rotation'): Beginning {
    const { clock, identity, circumstances } = this.options;
    const at = clock.now();
    const work = [...this.work.all().values()].filter((open) => isOpen(open) || this.isRecent(open, at));
    const segment = (this.segments.at(-1)?.number ?? 0) + 1;
    const seq = this.seq + 1;
    this.seq += 1 + work.length;
    const { salt } = this;
    const checkpoint = work.length;
    return { header: headerOf({ seq, segment, begins, at, ...circumstances, identity, salt, checkpoint }), work };
  }

  /** Counters of agents that were not heard of for as long as records are kept need not be carried on. */
  private isRecent({ at }: OpenWork, now: number): boolean {
    const { retainMs } = this.retention;
    return retainMs === null || now - at <= retainMs;
  }

  private async turnTo(beginning: Beginning): Promise<void> {
    const { files, path } = this.options;
    const previous = this.current;
    try {
      this.current = await beginSegment(files, path, beginning);
      await previous?.file.close();
    } catch (error) {
      throw diskError(path, error);
    }
    this.segments.push(this.current.segment);
  }

  /** Removes what has outlived its time. One that cannot be removed is in nobody's way. */
  private async retire(mayGo: (segment: Segment) => Promise<boolean>): Promise<void> {
    const { files, clock } = this.options;
    for (const segment of outlived(this.segments, this.retention, clock.now())) {
      if (!(await mayGo(segment))) continue;
      try {
        await files.remove(segment.path);
      } catch {
        continue;
      }
      this.segments = this.segments.filter((kept) => kept !== segment);
    }
  }
}

const CLOSED = 'the journal is closed';
