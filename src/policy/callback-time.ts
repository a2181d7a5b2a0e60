import { instantOf, plusDays, type Stretch, type WallTime, wallTimeAt, weekdayOf } from '../base/zoned-time.js';
import { isInWindow, nextOpening, opensOn, type TimeWindow } from './window.js';

/** On which day a callback at a time of day is asked for: the first day that comes into question. */
export type DayChoice =
  /** So many days from the contact's today: `today`, `tomorrow`, `+3d`. */
  | { readonly inDays: number }
  /** The next of these days of the week (1 is Monday), today not included: `next-weekday`, `next-mon`. */
  | { readonly next: readonly number[] }
  /** One of these dates, in their order: `2026-12-01`. */
  | { readonly dates: readonly string[] };

/** What a rule says of the time of its callback. Times in milliseconds. */
export interface CallbackTiming {
  readonly asked: { readonly inMs: number } | { readonly atMinute: number; readonly on: DayChoice };
  /** Left out: at any hour. */
  readonly window?: TimeWindow;
  /** Spread by up to so much, never before the asked time and never out of the permitted stretch. */
  readonly jitterMs?: number;
  readonly capPerHour?: number;
  /** Not sooner than so long from now. */
  readonly noticeMs?: number;
  /** Not later than so long from now. */
  readonly withinMs?: number;
}

/** What a time is found for and by. */
export interface SlotRequest {
  /** Epoch milliseconds. */
  readonly now: number;
  /** The contact's zone; undefined where nothing needs one: no window and no time of day. */
  readonly zone: string | undefined;
  /** The first stretch of work of the owner that ends after an instant; see `OwnerHours`. */
  readonly workAfter?: ((from: number) => Stretch | null | undefined) | undefined;
  /** Callbacks that the clock hour beginning at this instant has already. */
  readonly booked?: ((hourStart: number) => number) | undefined;
  /** Drawn once, where times are spread. */
  readonly draw: () => number;
}

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** How far beyond the asked time is looked where `within` sets no limit: what comes later is no answer to it any more. */
const FORESIGHT_DAYS = 60;
const ALWAYS: Stretch = { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };

/**
 * The time of a callback in Unix seconds: the first permitted moment at or after the asked time, spread by the jitter. Null
 * where there is none. Sub-seconds are rounded up: never before the asked time.
 */
export function callbackTime(timing: CallbackTiming, request: SlotRequest): number | null {
  const { now } = request;
  const { noticeMs = 0, withinMs } = timing;
  const soonest = now + noticeMs;
  const latest = withinMs === undefined ? Number.POSITIVE_INFINITY : now + withinMs;
  const asked = askedTime(timing, request, { soonest, latest });
  if (asked === null) return null;
  const from = wholeSecond(Math.max(asked, soonest));
  const slot = firstSlot(timing, request, { from, latest: Math.min(latest, from + FORESIGHT_DAYS * DAY_MS) });
  return slot && spread(slot, timing, request) / SECOND_MS;
}

/** The instant that the rule asks for, before hours, owner and cap are looked at. */
function askedTime(
  { asked, window }: CallbackTiming,
  { now, zone = 'UTC' }: SlotRequest,
  { soonest, latest }: { readonly soonest: number; readonly latest: number },
): number | null {
  if ('inMs' in asked) return now + asked.inMs;
  const { atMinute } = asked;
  for (const date of daysFrom(asked.on, { ...wallTimeAt(zone, now), hour: 0, minute: 0, second: 0 })) {
    const instant = instantOf(zone, { ...date, minute: atMinute });
    if (instant > latest) return null;
    // A time that has passed, or a day without calls, leaves the time of day to the next day.
    if (instant < soonest) continue;
    if (!window || opensOn(window, date) || isInWindow(window, zone, instant)) return instant;
  }
  return null;
}

/** The days that come into question, in order: the chosen ones, then every later one for a while. */
function* daysFrom(on: DayChoice, today: WallTime): Generator<WallTime> {
  let last = plusDays(today, -1);
  if ('dates' in on) {
    for (const date of on.dates.map(wallDate)) {
      last = later(date, last);
      yield date;
    }
    last = plusDays(last, 1);
  } else if ('next' in on) {
    const week = [1, 2, 3, 4, 5, 6, 7].map((days) => plusDays(today, days));
    last = week.find((date) => on.next.includes(weekdayOf(date))) ?? today;
  } else {
    last = plusDays(today, on.inDays);
  }
  for (let days = 0; days <= FORESIGHT_DAYS; days++) yield plusDays(last, days);
}

function later(a: WallTime, b: WallTime): WallTime {
  return Date.UTC(a.year, a.month, a.day) > Date.UTC(b.year, b.month, b.day) ? a : b;
}

function wallDate(iso: string): WallTime {
  const [year = 0, month = 1, day = 1] = iso.split('-').map(Number);
  return { year, month, day, hour: 0, minute: 0, second: 0 };
}

/** The first stretch in which hours, owner and cap all permit a callback; it begins with a whole second. */
function firstSlot(
  { window, capPerHour = Number.POSITIVE_INFINITY }: CallbackTiming,
  { zone = 'UTC', workAfter, booked = () => 0 }: SlotRequest,
  { from, latest }: { readonly from: number; readonly latest: number },
): Stretch | null {
  let time = from;
  while (time <= latest) {
    const open = window ? nextOpening(window, zone, time, latest) : ALWAYS;
    if (open === null) return null;
    time = wholeSecond(Math.max(time, open.from));
    const work = workAfter?.(time);
    if (work === null || (work && work.until <= time)) return null;
    const { from: begins, until: ends } = work ?? ALWAYS;
    time = wholeSecond(Math.max(time, begins));
    const until = Math.min(open.until, ends, latest + 1);
    if (time >= until) {
      // Nothing is left of the shorter of the two: on to what comes after it.
      time = Math.max(time, Math.min(open.until, ends));
      continue;
    }
    while (time < until && booked(hourOf(time)) >= capPerHour) time = hourOf(time) + HOUR_MS;
    if (time < until) return { from: time, until };
  }
  return null;
}

/** A moment of the slot, by up to the jitter after its beginning, in an hour that has room. */
function spread(
  { from, until }: Stretch,
  { jitterMs = 0, capPerHour }: CallbackTiming,
  { draw, booked = () => 0 }: SlotRequest,
): number {
  if (jitterMs === 0) return from;
  let end = Math.min(until, from + jitterMs + 1);
  for (let hour = hourOf(from) + HOUR_MS; capPerHour !== undefined && hour < end; hour += HOUR_MS) {
    if (booked(hour) >= capPerHour) end = hour;
  }
  const seconds = Math.ceil((end - from) / SECOND_MS);
  return from + Math.floor(draw() * seconds) * SECOND_MS;
}

function hourOf(instant: number): number {
  return Math.floor(instant / HOUR_MS) * HOUR_MS;
}

function wholeSecond(instant: number): number {
  return Math.ceil(instant / SECOND_MS) * SECOND_MS;
}
