import { instantOf, isoDate, isZone, plusDays, type WallTime } from '../base/zoned-time.js';

const FORM =
  /^(?<date>\d{4}-\d\d-\d\d)(?:[T ](?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d)(?:\.\d{1,3})?)?(?<offset>Z|[+-]\d\d:?\d\d)?)?(?:\[(?<zone>[^\]]+)\])?$/i;

/**
 * Reads a time of the command line: a day (its first moment), a time of day on it, or an instant with Z, an offset or a zone
 * in brackets, as `formatZoned` writes it. Returns what tells the instant (epoch milliseconds) by the zone of whoever asks,
 * or undefined for what is no time. Only a time without offset and zone depends on that zone.
 */
export function readTime(text: string): ((zone: string) => number) | undefined {
  const {
    date = '',
    hour = '0',
    minute = '0',
    second = '0',
    offset,
    zone: named,
  } = FORM.exec(text.trim())?.groups ?? {};
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const wall: WallTime = { year, month, day, hour: Number(hour), minute: Number(minute), second: Number(second) };
  const isReal = date !== '' && isoDate(plusDays({ ...wall, hour: 0 }, 0)) === date;
  if (!isReal || year < 1970 || wall.hour > 23 || wall.minute > 59 || wall.second > 59) return undefined;
  if (named !== undefined && !isZone(named)) return undefined;
  if (offset === undefined) return (zone) => instantOf(named ?? zone, wall);
  const instant = Date.parse(text.trim().replace(/\[.*$/, '').replace(' ', 'T').toUpperCase());
  return Number.isNaN(instant) ? undefined : () => instant;
}
