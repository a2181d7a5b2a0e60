import type { Cron } from '../base/cron.js';

/** When somebody works: a checked `shifts:` entry (design §6). All times are of the zone's wall clock. */
export interface Shift {
  readonly name: string;
  /** IANA name. */
  readonly zone: string;
  /** The shift is on while the latest start is later than the latest end. */
  readonly starts: readonly Cron[];
  readonly ends: readonly Cron[];
  readonly breaks: readonly ShiftBreak[];
  /** Local dates, `2026-12-25`, whose starts are cancelled. */
  readonly holidays: ReadonlySet<string>;
}

/** A planned break. */
export type ShiftBreak =
  | { readonly kind: 'at'; readonly times: readonly Cron[]; readonly forMs: number }
  /** Again and again, the first one `everyMs` after the shift began. */
  | { readonly kind: 'every'; readonly everyMs: number; readonly forMs: number };
