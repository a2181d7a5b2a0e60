import { JournalError } from './errors.js';
import type { JournalFiles } from './files.js';
import { FORMAT, isHeader, type JournalLine, type ParsedLine, parseLine } from './line.js';

const NOTHING: readonly JournalLine[] = [];
const CHUNK_BYTES = 256 * 1_024;
/** No record comes near it; a file without line ends must not fill the memory. */
const LONGEST_LINE_BYTES = 16 * 1_024 * 1_024;

/** How a segment ended for its reader. */
export interface SegmentEnd {
  /** Up to here all is well; what follows is torn. */
  readonly goodBytes: number;
  readonly bytes: number;
  /** What was read: header, checkpoint and records, each counted. */
  readonly lines: number;
  /** Sequence number of the last of them; 0 where there is none. */
  readonly lastSeq: number;
}

interface RawLine {
  readonly text: string;
  /** Where the next line begins. */
  readonly end: number;
  /** False for what follows the last line end. */
  readonly isWhole: boolean;
}

/**
 * Reads a segment line by line, a chunk at a time, so that memory does not grow with the file.
 *
 * In the last segment of a journal a crash may have torn the tail: a last line that is incomplete or unreadable (after a
 * loss of power, with blocks of zeros; in version 1 more lines of the same batch may follow those). That much is left out
 * and told by `goodBytes`: nobody was ever told that it was safe. Anything else that cannot be read was on the disk once.
 * @throws JournalError `journal/corrupt` with file and line; `journal/version` for a newer format
 */
export async function* segmentLines(
  files: JournalFiles,
  path: string,
  isLast: boolean,
): AsyncGenerator<readonly JournalLine[], SegmentEnd> {
  const check = new LineCheck(path, isLast);
  let bytes = 0;
  for await (const chunk of rawLines(files, path)) {
    const good: JournalLine[] = [];
    for (const raw of chunk) {
      for (const line of check.next(raw)) good.push(line);
      bytes = raw.end;
    }
    if (good.length > 0) yield good;
  }
  return check.end(bytes);
}

/** Tells good lines from a torn tail, and a torn tail from damage. */
class LineCheck {
  private readonly path: string;
  private readonly isLast: boolean;
  private lines = 0;
  /** Lines of the file that were good. */
  private fileLines = 0;
  private goodBytes = 0;
  private lastSeq = 0;
  /** The first line that could not be read. */
  private torn: { zeros: boolean; moreAfter: boolean } | null = null;

  constructor(path: string, isLast: boolean) {
    this.path = path;
    this.isLast = isLast;
  }

  /** What the line holds; nothing where it is torn. */
  next(raw: RawLine): readonly JournalLine[] {
    const parsed = raw.isWhole ? parseLine(raw.text) : undefined;
    if (this.torn) return this.afterTear(parsed);
    if (parsed && this.follows(parsed)) {
      this.lines += parsed.lines.length;
      this.lastSeq += parsed.lines.length;
      this.goodBytes = raw.end;
      this.fileLines++;
      return parsed.lines;
    }
    this.torn = { zeros: raw.text.includes('\0'), moreAfter: false };
    if (!this.isLast || (parsed && !this.torn.zeros)) this.refuse();
    return NOTHING;
  }

  end(bytes: number): SegmentEnd {
    // Only zeros of a block that never arrived may stand before more text: a torn write ends there.
    if (this.torn?.moreAfter && !this.torn.zeros) this.refuse();
    const { goodBytes, lines, lastSeq } = this;
    return { goodBytes, bytes, lines, lastSeq };
  }

  private afterTear(parsed: ParsedLine | undefined): readonly JournalLine[] {
    if (this.torn) this.torn.moreAfter = true;
    // A later batch was begun only when all before it was on the disk: this was damaged afterwards.
    if (parsed?.isLater) this.refuse();
    return NOTHING;
  }

  private follows({ lines: [first] }: ParsedLine): boolean {
    if (!first) return false;
    if (this.lines > 0) return first.seq === this.lastSeq + 1;
    if (!isHeader(first)) return false;
    if (first.v > FORMAT) {
      throw new JournalError('journal/version', `${this.path} was written by a newer version of this program`);
    }
    this.lastSeq = first.seq - 1;
    return true;
  }

  private refuse(): never {
    throw new JournalError(
      'journal/corrupt',
      `${this.path}, line ${this.fileLines + 1}: the record cannot be read; it was on the disk once, so the journal cannot be trusted`,
    );
  }
}

/** Splits a file at its line ends. */
async function* rawLines(files: JournalFiles, path: string): AsyncGenerator<readonly RawLine[]> {
  const file = await files.openToRead(path);
  try {
    let rest: Buffer = Buffer.alloc(0);
    let start = 0;
    for (let position = 0; ; ) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const count = await file.read(chunk, position);
      if (count === 0) break;
      position += count;
      const read = chunk.subarray(0, count);
      const bytes = rest.length > 0 ? Buffer.concat([rest, read]) : read;
      const lines: RawLine[] = [];
      let from = 0;
      for (let end = bytes.indexOf(10, from); end >= 0; end = bytes.indexOf(10, from)) {
        lines.push({ text: bytes.toString('utf8', from, end), end: start + end + 1, isWhole: true });
        from = end + 1;
      }
      rest = bytes.subarray(from);
      start += from;
      if (rest.length > LONGEST_LINE_BYTES) {
        throw new JournalError('journal/corrupt', `${path} holds a line of more than 16 MiB: it is no journal`);
      }
      if (lines.length > 0) yield lines;
    }
    if (rest.length > 0) yield [{ text: rest.toString('utf8'), end: start + rest.length, isWhole: false }];
  } finally {
    await file.close();
  }
}
