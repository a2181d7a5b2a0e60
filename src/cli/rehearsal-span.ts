import { UsageError } from '../base/errors.js';
import { instantOf, isoDate, isZone, plusDays, type WallTime, wallTimeAt } from '../base/zoned-time.js';
import type { AgentSeat } from '../config/index.js';
import { wholeNumber } from './flag.js';

/** The time that is rehearsed. Epoch milliseconds; the days are those of the zone, 23 or 25 hours long where it changes. */
export interface RehearsalSpan {
  readonly from: number;
  readonly until: number;
  readonly days: number;
  readonly zone: string;
}

const FORM = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?(Z|[+-]\d\d:?\d\d)?)?$/;
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
  const refuse = (why: string): UsageError =>
    new UsageError(`--from must be a day such as 2026-03-06, or a time on it such as 2026-03-06T08:00${why}`);
  const match = FORM.exec(text.trim());
  if (!match) throw refuse(`, not "${text}"`);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const wall: WallTime = { year, month, day, hour, minute, second };
  const isReal = isoDate(plusDays({ ...wall, hour: 0 }, 0)) === `${match[1]}-${match[2]}-${match[3]}`;
  if (!isReal || hour > 23 || minute > 59 || second > 59 || year < 1970) throw refuse(`; there is no ${text}`);
  const offset = match[7];
  return offset === undefined ? instantOf(zone, wall) : Date.parse(text.trim().replace(' ', 'T'));
}

/** The zone in which these agents' days begin: that of the first shift, else of the first policy with one, else the one given. */
export function zoneOfSeats(seats: readonly AgentSeat[], otherwise = 'UTC'): string {
  for (const { shift } of seats) if (shift) return shift.zone;
  for (const { policy } of seats) if (policy.timezone !== undefined) return policy.timezone;
  return otherwise;
}
