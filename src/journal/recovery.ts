import { JournalError } from './errors.js';
import type { JournalFiles } from './files.js';
import { isRecord, type JournalIdentity, type JournalLine, type RecordLine, sameIdentity } from './line.js';
import { isOpen, type OpenWork } from './open-work.js';
import { listSegments, type Segment } from './segment.js';
import { segmentLines } from './segment-lines.js';
import { afterRecord, broken } from './work-fold.js';

/** What a fold over the lines of a journal found. */
export interface FoundWork {
  /** By user. */
  readonly work: ReadonlyMap<string, OpenWork>;
  /** Records that belong to other identities: read over. */
  readonly ignored: number;
  /** Whose they are. */
  readonly others: readonly JournalIdentity[];
}

/**
 * What the agents of `identity` had in hand when the lines end. Pure; the lines may be those of one segment, which begins
 * with a checkpoint of all before it, or of several in their order. Lines of other identities are counted and read over.
 */
export function foldOpenWork(lines: Iterable<JournalLine>, identity: JournalIdentity): FoundWork {
  const fold = new WorkFold(identity);
  for (const line of lines) fold.add(line);
  return fold.found();
}

/** Tells, line after line in their order, which are records of this identity. */
export function ofIdentity(identity: JournalIdentity): (line: JournalLine) => line is RecordLine {
  let isOurs = true;
  return (line): line is RecordLine => {
    if (line.kind === 'journal') isOurs = sameIdentity(line.identity, identity);
    return isOurs && isRecord(line);
  };
}

/** The same, line by line. */
export class WorkFold {
  private readonly identity: JournalIdentity;
  private readonly work = new Map<string, OpenWork>();
  private readonly others: JournalIdentity[] = [];
  private ignored = 0;
  private isOurs = true;

  constructor(identity: JournalIdentity) {
    this.identity = identity;
  }

  add(line: JournalLine): void {
    if (line.kind === 'journal') this.begin(line.identity);
    else if (!this.isOurs) this.ignored += isRecord(line) ? 1 : 0;
    else if (isRecord(line)) advance(this.work, line);
    else this.work.set(line.user, line.work);
  }

  found(): FoundWork {
    return { work: this.work, ignored: this.ignored, others: this.others };
  }

  /** A segment begins: its checkpoint says all that was open before it. */
  private begin(identity: JournalIdentity): void {
    this.isOurs = sameIdentity(identity, this.identity);
    if (this.isOurs) this.work.clear();
    else if (!this.others.some((other) => sameIdentity(other, identity))) this.others.push(identity);
  }
}

/** Takes one record into a map of open work. An agent with nothing to remember has no place in it. */
export function advance(work: Map<string, OpenWork>, record: Parameters<typeof afterRecord>[1]): void {
  const before = work.get(record.user);
  const after = afterRecord(before, record);
  if (after === before || (!before && !isWorthKeeping(after))) return;
  work.set(record.user, after);
}

function isWorthKeeping(work: OpenWork): boolean {
  return work.calls > 0 || work.endsDecided > 0 || isOpen(work);
}

/** What was found when a journal was opened. */
export interface Recovery {
  /** By user: what the agents of this identity had in hand. */
  readonly work: ReadonlyMap<string, OpenWork>;
  /** Bytes of records that a crash cut in two; they are gone from the file. */
  readonly tornBytes: number;
  /** Whose records are in this journal too. They are left alone. */
  readonly others: readonly JournalIdentity[];
}

/**
 * Reads what the last run left behind: the newest segment of `identity` alone, since it begins with all that was open
 * before it. Cuts a torn tail off the last segment, and removes a segment that a crash left unfinished.
 */
export async function recover(
  files: JournalFiles,
  folder: string,
  identity: JournalIdentity,
): Promise<Recovery & { readonly segments: readonly Segment[]; readonly lastSeq: number }> {
  let segments = await listSegments(files, folder);
  let tornBytes = 0;
  let last: ReadSegment | null = null;
  for (let newest = segments.at(-1); newest && !last; newest = segments.at(-1)) {
    const read = await readSegment(files, newest, identity, true);
    if (read.isFinished) {
      last = read;
      tornBytes += newest.bytes - read.goodBytes;
      if (read.goodBytes < newest.bytes) await files.truncate(newest.path, read.goodBytes);
    } else {
      // Cut within its beginning: all that stood there is in the segment before it.
      if (segments.length === 1 && (newest.header?.checkpoint ?? 0) > 0) throw beheaded(newest);
      tornBytes += newest.bytes;
      await files.remove(newest.path);
      segments = segments.slice(0, -1);
    }
  }
  const ours = segments.findLast(({ header }) => header && sameIdentity(header.identity, identity));
  const isLast = ours !== undefined && ours === segments.at(-1);
  const found = !ours ? null : isLast ? last : await readSegment(files, ours, identity, false);
  return {
    work: cutOff(found?.work),
    tornBytes,
    others: othersOf(segments, identity),
    segments,
    lastSeq: last?.lastSeq ?? 0,
  };
}

function beheaded({ path }: Segment): JournalError {
  return new JournalError('journal/corrupt', `${path} ends within its checkpoint, and no segment before it is left`);
}

interface ReadSegment {
  readonly work: ReadonlyMap<string, OpenWork>;
  readonly isFinished: boolean;
  readonly goodBytes: number;
  readonly lastSeq: number;
}

async function readSegment(
  files: JournalFiles,
  segment: Segment,
  identity: JournalIdentity,
  isLast: boolean,
): Promise<ReadSegment> {
  const fold = new WorkFold(identity);
  const lines = segmentLines(files, segment.path, isLast);
  for (;;) {
    const next = await lines.next();
    if (next.done) {
      const { goodBytes, lastSeq, lines: count } = next.value;
      const isFinished = segment.header !== null && count > segment.header.checkpoint;
      return { work: fold.found().work, isFinished, goodBytes, lastSeq };
    }
    for (const line of next.value) fold.add(line);
  }
}

/** The process that held these calls is gone, and its sessions with it. */
function cutOff(work: ReadonlyMap<string, OpenWork> | undefined): Map<string, OpenWork> {
  return new Map([...(work ?? [])].map(([user, open]) => [user, broken(open)]));
}

function othersOf(segments: readonly Segment[], identity: JournalIdentity): JournalIdentity[] {
  const others: JournalIdentity[] = [];
  for (const { header } of segments) {
    if (!header || [identity, ...others].some((known) => sameIdentity(known, header.identity))) continue;
    others.push(header.identity);
  }
  return others;
}

/** Whether the records of a segment leave no call open. One that cannot be read is nobody's to throw away. */
export async function isSettled(files: JournalFiles, segment: Segment): Promise<boolean> {
  if (!segment.header) return true;
  try {
    const { work } = await readSegment(files, segment, segment.header.identity, false);
    return [...work.values()].every(({ call, overtaken }) => call === null && overtaken.length === 0);
  } catch {
    return false;
  }
}
