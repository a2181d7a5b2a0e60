import { messageOf, WorkerError } from '../base/errors.js';

/** Every name that a failure of the journal can bear. Closed list: key of docs/errors.md. */
export type JournalErrorCode =
  /** A record that was on the disk cannot be read any more; the message names file and line. */
  | 'journal/corrupt'
  /** No space, no quota, or the file may not grow. */
  | 'journal/full'
  /** Another worker writes this journal. */
  | 'journal/locked'
  /** Written by a newer version of this program. */
  | 'journal/version'
  /** The disk refused, did not answer, or the journal is closed. */
  | 'journal/failed';

/** A failure of the journal. None of them is mended by trying again on the same file. */
export class JournalError extends WorkerError {
  declare readonly code: JournalErrorCode;

  constructor(code: JournalErrorCode, message: string, cause?: unknown) {
    super(code, message, { cause });
  }
}

/** What the operating system calls the failure (`ENOSPC`), or an empty text. */
export function systemCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

const OUT_OF_SPACE = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** A failed write, sync or open of `path` as the journal's own error. */
export function diskError(path: string, cause: unknown): JournalError {
  if (cause instanceof JournalError) return cause;
  const code = OUT_OF_SPACE.has(systemCode(cause)) ? 'journal/full' : 'journal/failed';
  return new JournalError(code, `the journal ${path} could not be written: ${messageOf(cause)}`, cause);
}
