import type { Clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { Shift } from '../config/index.js';
import { ALWAYS, type Duty, dutyAt } from './calendar.js';

export interface DutyBookOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** A shift or a planned break began or ended; `made-good`: it was noticed late. */
  onChange?(timing: 'on-time' | 'made-good'): void;
}

/** A change that is noticed later than this was missed, and is made good. */
const LATE_MS = 5_000;

/** What the calendar says of each shift now. Asked as often as one likes; computed anew only when it says something else. */
export class DutyBook {
  private readonly options: DutyBookOptions;
  private readonly duties = new Map<Shift, Duty>();

  constructor(options: DutyBookOptions) {
    this.options = options;
  }

  /** Somebody without a shift is always at work. */
  of(shift: Shift | null | undefined): Duty {
    if (!shift) return ALWAYS;
    const now = this.options.clock.now();
    const known = this.duties.get(shift);
    // The clock may have been set back to a time before.
    if (known && now >= (known.since ?? now) && now < (known.until ?? Number.POSITIVE_INFINITY)) return known;
    const duty = dutyAt(shift, now);
    this.duties.set(shift, duty);
    if (known) this.tell(shift, duty, known.until === null ? 0 : now - known.until);
    return duty;
  }

  /** The first moment at which one of these says something else; null: never. What is known of others is forgotten. */
  nextChange(shifts: ReadonlySet<Shift>): number | null {
    for (const known of this.duties.keys()) if (!shifts.has(known)) this.duties.delete(known);
    const times = [...shifts].map((shift) => this.of(shift).until).filter((until) => until !== null);
    return times.length === 0 ? null : Math.min(...times);
  }

  private tell(shift: Shift, { state, why }: Duty, lateMs: number): void {
    const { log, onChange } = this.options;
    const about = { shift: shift.name, state, why };
    if (lateMs <= LATE_MS) {
      log.info(about, 'the shift moved on');
      onChange?.('on-time');
      return;
    }
    const lateSeconds = Math.round(lateMs / 1_000);
    log.warn({ ...about, lateSeconds }, 'a change of shift was missed and is made good');
    onChange?.('made-good');
  }
}
