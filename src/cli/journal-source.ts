import { messageOf, UsageError } from '../base/errors.js';
import { whyUnreadable } from '../config/index.js';
import { JournalError, type JournalFiles, nodeFiles } from '../journal/index.js';

/** Where `run` keeps the journal of a real server, unless told otherwise. */
export const DEFAULT_JOURNAL = 'data/journal';

/** A journal to read. */
export interface JournalSource {
  readonly files: JournalFiles;
  readonly path: string;
}

/**
 * Reads a journal by `read`. Nothing is written and no lock is taken, so a worker may be at work on it. Throws a
 * UsageError with one sentence where there is no journal, or one that cannot be read.
 */
export async function fromJournal<T>(path: string, read: (source: JournalSource) => Promise<T>): Promise<T> {
  const files = nodeFiles();
  let names: readonly string[];
  try {
    names = await files.list(path);
  } catch (error) {
    throw new UsageError(`the journal ${path} cannot be read: ${whyNoFolder(error)}`, error);
  }
  if (!names.some((name) => /^journal-\d+\.ndjson$/.test(name))) {
    throw new UsageError(`the folder ${path} holds no journal; name one with --journal`);
  }
  try {
    return await read({ files, path });
  } catch (error) {
    if (error instanceof JournalError) throw new UsageError(error.message, error);
    if (isOfTheDisk(error)) throw new UsageError(`the journal ${path} cannot be read: ${messageOf(error)}`, error);
    throw error;
  }
}

function whyNoFolder(error: unknown): string {
  switch (isOfTheDisk(error) && error.code) {
    case 'ENOENT':
      return 'there is no such folder; name one with --journal';
    case 'ENOTDIR':
      return 'it is no folder';
    default:
      return whyUnreadable(error);
  }
}

/** By its shape: an error of node:fs. */
function isOfTheDisk(error: unknown): error is NodeJS.ErrnoException {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}
