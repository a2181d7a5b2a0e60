import { systemCode } from './errors.js';
import { type JournalFiles, pathIn } from './files.js';
import { type HeaderLine, isHeader, parseLine } from './line.js';

/** One file of a journal. */
export interface Segment {
  readonly number: number;
  readonly path: string;
  bytes: number;
  /** Null where the first line is torn: the segment was never finished. */
  readonly header: HeaderLine | null;
}

const HEADER_BYTES = 256 * 1_024;

/** A segment under construction: it takes its name once header and checkpoint are on the disk. */
export const DRAFT_SUFFIX = '.new';

export function segmentName(number: number): string {
  return `journal-${String(number).padStart(8, '0')}.ndjson`;
}

/** The segments in `folder`, oldest first, each with its header. */
export async function listSegments(files: JournalFiles, folder: string): Promise<Segment[]> {
  const numbers = (await files.list(folder)).flatMap((name) => /^journal-(\d{8,12})\.ndjson$/.exec(name)?.[1] ?? []);
  const segments: Segment[] = [];
  for (const number of numbers.map(Number).sort((a, b) => a - b)) {
    const segment = await segmentAt(files, pathIn(folder, segmentName(number)), number);
    if (segment) segments.push(segment);
  }
  return segments;
}

async function segmentAt(files: JournalFiles, path: string, number: number): Promise<Segment | undefined> {
  let file: Awaited<ReturnType<JournalFiles['openToRead']>>;
  try {
    file = await files.openToRead(path);
  } catch (error) {
    // Retired between the listing and the look.
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const buffer = Buffer.alloc(Math.min(file.size, HEADER_BYTES));
    const count = await file.read(buffer, 0);
    const end = buffer.subarray(0, count).indexOf(10);
    const [line] = (end < 0 ? undefined : parseLine(buffer.toString('utf8', 0, end)))?.lines ?? [];
    return { number, path, bytes: file.size, header: isHeader(line) ? line : null };
  } finally {
    await file.close();
  }
}

/** Removes what a crash left of segments under construction. */
export async function removeDrafts(files: JournalFiles, folder: string): Promise<void> {
  for (const name of await files.list(folder)) {
    if (name.startsWith('journal-') && name.endsWith(DRAFT_SUFFIX)) await files.remove(pathIn(folder, name));
  }
}
