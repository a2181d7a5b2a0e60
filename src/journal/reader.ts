import { systemCode } from './errors.js';
import type { JournalFiles } from './files.js';
import type { JournalLine } from './line.js';
import { listSegments, type Segment } from './segment.js';
import { segmentLines } from './segment-lines.js';

/** What to read of a journal. */
export interface ReadOptions {
  readonly files: JournalFiles;
  /** The folder. */
  readonly path: string;
  /** Begin with the segment that holds this instant, epoch milliseconds; the whole journal without it. */
  readonly since?: number | undefined;
}

/**
 * The lines of a journal in their order, a handful at a time, with bounded memory. Takes no lock: a journal can be read
 * while a worker writes it; what is only half on the disk is left out.
 * @throws JournalError `journal/corrupt` with file and line
 */
export async function* readJournal({ files, path, since }: ReadOptions): AsyncGenerator<readonly JournalLine[]> {
  const segments = from(await listSegments(files, path), since);
  for (const [index, segment] of segments.entries()) {
    try {
      yield* segmentLines(files, segment.path, index === segments.length - 1);
    } catch (error) {
      // Retired while we were reading the ones before it.
      if (systemCode(error) !== 'ENOENT') throw error;
    }
  }
}

/** A segment ends where the next begins. */
function from(segments: readonly Segment[], since: number | undefined): readonly Segment[] {
  if (since === undefined) return segments;
  const first = segments.findLastIndex(({ header }) => header !== null && header.at <= since);
  return segments.slice(Math.max(0, first));
}
