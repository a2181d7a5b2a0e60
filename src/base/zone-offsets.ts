import { IANAZone } from 'luxon';

/** The offsets of one day of UTC: `offset` before `changeAt` (epoch milliseconds), `after` from then on. */
interface DayOffsets {
  readonly offset: number;
  readonly changeAt: number;
  readonly after: number;
}

const DAY_MS = 86_400_000;
/** Days that are remembered of one zone: years, while a decision looks at a few weeks. */
const MOST_DAYS = 2_000;

/** Asking the calendar of a zone costs some ten microseconds, and a callback asks a dozen times: each day is asked once. */
const known = new Map<string, Map<number, DayOffsets>>();

/** Minutes that the zone is ahead of UTC at the instant (epoch milliseconds); NaN for a zone that is none. */
export function offsetMinutes(zone: string, instant: number): number {
  const { offset, changeAt, after } = offsetsAt(zone, Math.floor(instant / DAY_MS));
  return instant < changeAt ? offset : after;
}

function offsetsAt(zone: string, day: number): DayOffsets {
  const days = known.get(zone) ?? new Map<number, DayOffsets>();
  const found = days.get(day);
  if (found) return found;
  if (days.size >= MOST_DAYS) days.clear();
  const offsets = offsetsOf(IANAZone.create(zone), day);
  known.set(zone, days.set(day, offsets));
  return offsets;
}

/** No zone changes its offset twice in a day. */
function offsetsOf(zone: IANAZone, day: number): DayOffsets {
  const [begin, end] = [day * DAY_MS, (day + 1) * DAY_MS];
  const [offset, after] = [zone.offset(begin), zone.offset(end)];
  if (offset === after || Number.isNaN(offset)) return { offset, after, changeAt: end };
  return { offset, after, changeAt: firstChange((instant) => zone.offset(instant), begin, end) };
}

/** The first instant after `from`, and `to` at the latest, at which the zone has another offset than at `from`. */
export function changeBetween(zone: string, from: number, to: number): number {
  return firstChange((instant) => offsetMinutes(zone, instant), from, to);
}

function firstChange(offsetAt: (instant: number) => number, from: number, to: number): number {
  const before = offsetAt(from);
  let [low, high] = [from, to];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle) === before) low = middle;
    else high = middle;
  }
  return high;
}
