import { sameIdentity } from './line.js';
import type { Segment } from './segment.js';

/** How much of the past is kept. */
export interface Retention {
  /** Segments whose last record is older may go, milliseconds; null: for ever. */
  readonly retainMs: number | null;
  /** The oldest may go while all together are larger; null: no bound. */
  readonly retainBytes: number | null;
}

/**
 * Which segments are too many, oldest first. `segments` are in their order and the last one is being written: it stays.
 * A segment ends where the next begins.
 */
export function outlived(segments: readonly Segment[], { retainMs, retainBytes }: Retention, now: number): Segment[] {
  let bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  return segments.slice(0, -1).filter((segment, index) => {
    const endedAt = segments[index + 1]?.header?.at ?? now;
    const isTooOld = retainMs !== null && now - endedAt > retainMs;
    const isTooMuch = retainBytes !== null && bytes > retainBytes;
    if (isTooOld || isTooMuch) bytes -= segment.bytes;
    return isTooOld || isTooMuch;
  });
}

/** Whether a later segment of the same identity begins with a checkpoint of what this one leaves open. */
export function isCheckpointed(segment: Segment, segments: readonly Segment[]): boolean {
  const { header } = segment;
  if (!header) return true;
  return segments.some(
    (later) => later.number > segment.number && later.header && sameIdentity(later.header.identity, header.identity),
  );
}
