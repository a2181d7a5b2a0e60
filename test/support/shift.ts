import { type Cron, parseCron } from '../../src/base/cron.js';
import type { Shift, ShiftBreak } from '../../src/config/index.js';

/** A cron expression that is known to be right. */
export function cron(text: string): Cron {
  const read = parseCron(text);
  if ('fault' in read) throw new Error(read.fault);
  return read;
}

export interface Written {
  readonly zone?: string;
  readonly start: readonly string[];
  readonly end: readonly string[];
  readonly breaks?: readonly ShiftBreak[];
  readonly holidays?: readonly string[];
}

/** A checked shift of these lines; in New York unless said otherwise. */
export function shiftOf({ zone = 'America/New_York', start, end, breaks = [], holidays = [] }: Written): Shift {
  return {
    name: 'weekdays',
    zone,
    starts: start.map(cron),
    ends: end.map(cron),
    breaks,
    holidays: new Set(holidays),
  };
}
