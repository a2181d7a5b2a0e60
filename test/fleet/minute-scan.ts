import type { Shift } from '../../src/config/index.js';

type State = 'working' | 'break' | 'off';

/**
 * Shifts by brute force, independent of the product: reads what the wall clock of a zone shows at every minute from Intl,
 * takes cron expressions apart with a few lines of its own, and walks through all minutes. A time of the wall clock comes at
 * the first minute that shows it or a later one: this is the rule for gaps and overlaps in one sentence.
 */
export class MinuteScan {
  readonly length: number;
  readonly dates: readonly string[];
  private readonly from: number;
  private readonly walls: readonly string[];
  private readonly firstMinuteOf = new Map<string, number>();

  constructor(zone: string, from: number, length: number) {
    this.from = from;
    this.length = length;
    const format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      dateStyle: 'short',
      timeStyle: 'short',
    });
    this.walls = Array.from({ length }, (_, minute) => format.format(from + minute * 60_000));
    for (const [minute, wall] of this.walls.entries()) {
      if (!this.firstMinuteOf.has(wall)) this.firstMinuteOf.set(wall, minute);
    }
    const [first = '', last = ''] = [this.walls[0]?.slice(0, 10), this.walls.at(-1)?.slice(0, 10)];
    const days = Math.round((Date.parse(last) - Date.parse(first)) / 86_400_000);
    // All dates of the calendar, those that the zone skips as well.
    this.dates = Array.from({ length: days + 1 }, (_, day) =>
      new Date(Date.parse(first) + day * 86_400_000).toISOString().slice(0, 10),
    );
  }

  instantAt(minute: number): number {
    return this.from + minute * 60_000;
  }

  /** The state at every minute; null before the first end, for what was before is not known. */
  statesOf(
    shift: Shift,
    starts: readonly string[],
    ends: readonly string[],
    holidays: readonly string[],
  ): (State | null)[] {
    const begins = this.times(starts, holidays);
    const stops = this.times(ends, []);
    const rests = shift.breaks.map((each) =>
      each.kind === 'at'
        ? this.times(
            each.times.map(({ text }) => text),
            [],
          )
        : null,
    );
    const lastRest: number[] = [];
    let lastStart = -1;
    let lastEnd = -1;
    let began = -1;
    return this.walls.map((_, minute) => {
      for (const [nth, times] of rests.entries()) if (times?.has(minute)) lastRest[nth] = minute;
      if (stops.has(minute)) lastEnd = minute;
      if (begins.has(minute)) {
        if (lastStart <= lastEnd) began = minute;
        lastStart = minute;
      }
      if (lastEnd < 0) return null;
      if (lastStart <= lastEnd) return 'off';
      const rested = shift.breaks.some((each, nth) => {
        const lasts = each.forMs / 60_000;
        if (each.kind === 'every') {
          const every = each.everyMs / 60_000;
          return minute - began >= every && (minute - began) % every < lasts;
        }
        return minute - (lastRest[nth] ?? -lasts) < lasts && (lastRest[nth] ?? 0) >= began;
      });
      return rested ? 'break' : 'working';
    });
  }

  /** The minutes at which the expressions come. */
  private times(lines: readonly string[], except: readonly string[]): Set<number> {
    const found = new Set<number>();
    for (const line of lines) {
      const [minutes, hours, days, months, weekdays] = line.split(' ').map(allows) as [Test, Test, Test, Test, Test];
      const [, , dayText = '', , weekdayText = ''] = line.split(' ');
      const isHour = Array.from({ length: 24 }, (_, hour) => hours(hour, 0));
      const isMinute = Array.from({ length: 60 }, (_, minute) => minutes(minute, 0));
      const either = !dayText.startsWith('*') && !weekdayText.startsWith('*');
      for (const date of this.dates) {
        const weekday = new Date(date).getUTCDay();
        const isDay = days(Number(date.slice(8)), 1);
        const isWeekday = weekdays(weekday, 0) || (weekday === 0 && !weekdayText.startsWith('*') && weekdays(7, 0));
        if (except.includes(date) || !months(Number(date.slice(5, 7)), 1)) continue;
        if (either ? !isDay && !isWeekday : !isDay || !isWeekday) continue;
        for (let minute = 0; minute < 1_440; minute++) {
          if (!isHour[Math.floor(minute / 60)] || !isMinute[minute % 60]) continue;
          const wall = `${date} ${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
          const at = this.firstShowing(wall);
          if (at !== null) found.add(at);
        }
      }
    }
    return found;
  }

  /** The first minute whose wall clock shows this or later; null where it is before or after all that is scanned. */
  private firstShowing(wall: string): number | null {
    if (wall < this.walls[0]!) return null;
    const shown = this.firstMinuteOf.get(wall) ?? this.walls.findIndex((each) => each >= wall);
    return shown < 0 ? null : shown;
  }
}

type Test = (value: number, min: number) => boolean;

/** `*`, `3`, `1-5`, a list of these, and steps of `*`. */
function allows(text: string): Test {
  return (value, min) =>
    text.split(',').some((item) => {
      if (item === '*') return true;
      if (item.startsWith('*/')) return (value - min) % Number(item.slice(2)) === 0;
      const [from = 0, to = from] = item.split('-').map(Number);
      return value >= from && value <= to;
    });
}
