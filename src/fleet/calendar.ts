import { latest, soonest } from '../base/cron-times.js';
import { type Shift, shiftAt } from '../config/index.js';
import type { Stretch } from '../policy/index.js';
import { whyOff, whyOnBreak, whyWorking } from './duty-words.js';
import { breakAt, breakEndBefore, nextBreakIn, type PlannedBreak } from './planned-breaks.js';

/**
 * The calendar: what somebody of a shift is to do at an instant. Pure, and answers for any time; nothing here knows of
 * timers (design §3). All instants are epoch milliseconds.
 */

/** What is to be done at an instant, and for how long that is true. */
export interface Duty {
  readonly state: DutyState;
  /** When this state began; null: as far back as can be seen. */
  readonly since: number | null;
  /** The first instant at which it is another state; null: never again. */
  readonly until: number | null;
  /** The shift that goes on; null off shift. */
  readonly shift: Stretch | null;
  /** A sentence for people. */
  readonly why: string;
}

export type DutyState = 'working' | 'break' | 'off';

/** Somebody without a shift is always at work. */
export const ALWAYS: Duty = {
  state: 'working',
  since: null,
  until: null,
  shift: { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY },
  why: 'no shift is named: always at work',
};

/** Starts that an end at the same moment takes back are skipped; so many in a row, and there is no shift to come. */
const MOST_STARTS = 1_000;
/** Breaks that follow each other without work between them. */
const MOST_BREAKS = 10_000;

/**
 * What somebody of the shift is to do at the instant. On shift is who has a start later than the latest end (design §6);
 * a break is one while the shift goes on.
 */
export function dutyAt(shift: Shift, instant: number): Duty {
  const stretch = shiftAt(shift, instant);
  if (!stretch) {
    const since = lastEndOf(shift, instant);
    const next = nextStart(shift, instant);
    return { state: 'off', since, until: next, shift: null, why: whyOff(shift, instant, next) };
  }
  const planned = breakAt(shift, stretch, instant);
  if (planned) {
    const whole = withoutWorkBetween(shift, stretch, planned);
    return {
      state: 'break',
      since: whole.from,
      until: whole.until,
      shift: stretch,
      why: whyOnBreak(shift, stretch, planned),
    };
  }
  const since = Math.max(stretch.from, breakEndBefore(shift, stretch, instant) ?? stretch.from);
  const until = Math.min(stretch.until, nextBreakIn(shift, stretch, instant) ?? stretch.until);
  return { state: 'working', since, until, shift: stretch, why: whyWorking(shift, stretch) };
}

/** The first stretch of work, between breaks, that ends after the instant; null where none is to come. */
export function workAfter(shift: Shift, instant: number): Stretch | null {
  let at = instant;
  for (let hops = 0; hops < MOST_STARTS; hops++) {
    const { state, since, until } = dutyAt(shift, at);
    if (state === 'working') return { from: since ?? at, until: until ?? Number.POSITIVE_INFINITY };
    if (until === null) return null;
    at = until;
  }
  return null;
}

/** Breaks that touch or overlap are one. */
function withoutWorkBetween(shift: Shift, stretch: Stretch, planned: PlannedBreak): Stretch {
  let { from, until } = planned;
  for (let count = 0; count < MOST_BREAKS && until < stretch.until; count++) {
    const next = breakAt(shift, stretch, until);
    if (!next) break;
    until = next.until;
  }
  for (let count = 0; count < MOST_BREAKS && from > stretch.from; count++) {
    const earlier = breakAt(shift, stretch, from - 1);
    if (!earlier) break;
    from = earlier.from;
  }
  return { from, until: Math.min(until, stretch.until) };
}

/** When the last shift before the instant ended; null where there was none. An end that ended nothing does not count. */
function lastEndOf({ zone, starts, ends, holidays }: Shift, instant: number): number | null {
  let start = latest(starts, zone, instant, holidays);
  for (let count = 0; start !== null && count < MOST_STARTS; count++) {
    if (latest(ends, zone, start) !== start) return soonest(ends, zone, start);
    start = latest(starts, zone, start - 1, holidays);
  }
  return null;
}

/** The next start after the instant that is not taken back by an end at the same moment. */
function nextStart({ zone, starts, ends, holidays }: Shift, instant: number): number | null {
  let at = soonest(starts, zone, instant, holidays);
  for (let count = 0; at !== null && count < MOST_STARTS; count++) {
    if (latest(ends, zone, at) !== at) return at;
    at = soonest(starts, zone, at, holidays);
  }
  return null;
}
