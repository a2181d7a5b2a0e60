import { type AppendableFile, type JournalFiles, pathIn } from './files.js';
import { checkpointLine, type HeaderLine, headerLine } from './line.js';
import type { OpenWork } from './open-work.js';
import { DRAFT_SUFFIX, type Segment, segmentName } from './segment.js';

/** Checkpoint lines that are made at a time, so that a large fleet does not hold up the event loop. */
const AT_A_TIME = 500;

/** A segment being written. */
export interface OpenSegment {
  readonly segment: Segment;
  readonly file: AppendableFile;
}

/** The first lines of a segment: its header, and what every agent had open at that moment. */
export interface Beginning {
  readonly header: HeaderLine;
  readonly work: readonly OpenWork[];
}

/**
 * Begins a segment. It takes its name only when header and checkpoint are on the disk: a crash leaves either the whole
 * beginning or nothing.
 */
export async function beginSegment(files: JournalFiles, folder: string, beginning: Beginning): Promise<OpenSegment> {
  const { header, work } = beginning;
  const path = pathIn(folder, segmentName(header.segment));
  const file = await files.create(path + DRAFT_SUFFIX);
  try {
    let text = headerLine(header);
    let bytes = 0;
    for (let from = 0; from < work.length || text; from += AT_A_TIME) {
      for (const [index, open] of work.slice(from, from + AT_A_TIME).entries()) {
        text += checkpointLine(header.seq + 1 + from + index, header.at, open);
      }
      const piece = Buffer.from(text);
      await file.append(piece);
      bytes += piece.length;
      text = '';
    }
    await files.rename(path + DRAFT_SUFFIX, path);
    await files.syncFolder(folder);
    return { segment: { number: header.segment, path, bytes, header }, file };
  } catch (error) {
    await file.close().catch(() => {});
    throw error;
  }
}
