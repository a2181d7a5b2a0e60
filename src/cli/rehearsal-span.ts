import { UsageError } from '../base/errors.js';
import { instantOf, isZone, plusDays, wallTimeAt } from '../base/zoned-time.js';
import type { AgentSeat } from '../config/index.js';
import { wholeNumber } from './flag.js';
import { readTime } from './time-flag.js';

/** The time that is rehearsed. Epoch milliseconds; the days are those of the zone, 23 or 25 hours long where it changes. */
export interface RehearsalSpan {
  readonly from: number;
  readonly until: number;
  readonly days: number;
  readonly zone: string;
}

const MOST_DAYS = 366;

/**
 * Reads `--from` (a day, a time of day on it in the zone, or an instant with Z or an offset) and `--days`. A bare day begins
 * at its first moment in the zone. Throws a UsageError that says what to write.
 */
export function rehearsalSpan(flags: {
  readonly from: string;
  readonly days: string;
  readonly zone: string;
}): RehearsalSpan {
  const { zone } = flags;
  if (!isZone(zone)) throw new UsageError(`--zone must be a time zone such as America/New_York, not "${zone}"`);
  const days = wholeNumber(flags.days, '--days', 1, MOST_DAYS);
  const from = readFrom(flags.from, zone);
  const until = instantOf(zone, plusDays(wallTimeAt(zone, from), days));
  return { from, until, days, zone };
}

function readFrom(text: string, zone: string): number {
  const from = readTime(text);
  if (from) return from(zone);
  throw new UsageError(
    `--from must be a day such as 2026-03-06, or a time on it such as 2026-03-06T08:00, not "${text}"`,
  );
}

/** The zone in which these agents' days begin: that of the first shift, else of the first policy with one, else the one given. */
export function zoneOfSeats(seats: readonly AgentSeat[], otherwise = 'UTC'): string {
  for (const { shift } of seats) if (shift) return shift.zone;
  for (const { policy } of seats) if (policy.timezone !== undefined) return policy.timezone;
  return otherwise;
}
