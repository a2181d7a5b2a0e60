import type { Shift } from '../config/index.js';
import type { Duty, DutyState } from './calendar.js';

/** An operator's word against the calendar, as long as the calendar says the same as when it was given. */
export interface Override {
  readonly is: 'in' | 'out';
  readonly during: Duty;
}

/** What the calendar says of one agent now. Times are ISO 8601 UTC. */
export interface ShiftStanding {
  /** Null: none, always at work. */
  readonly name: string | null;
  readonly state: DutyState;
  readonly since: string | null;
  /** When it changes; null: never. */
  readonly until: string | null;
  /** A sentence for people. */
  readonly why: string;
}

export function standingOf(shift: Shift | null | undefined, duty: Duty, override: Override | null): ShiftStanding {
  return {
    name: shift?.name ?? null,
    state: duty.state,
    since: isoOrNull(duty.since),
    until: isoOrNull(duty.until),
    why: override ? `${wordsOf(override)}; ${duty.why}` : duty.why,
  };
}

/** Why an agent that should be out is out: a word of a closed list. */
export function reasonOf(override: Override | null): string {
  return override ? 'logged-off-by-operator' : 'off-shift';
}

function wordsOf({ is }: Override): string {
  return is === 'in'
    ? 'an operator logged it in until its next shift begins'
    : 'an operator logged it off until its next shift';
}

function isoOrNull(instant: number | null): string | null {
  return instant === null || !Number.isFinite(instant) ? null : new Date(instant).toISOString();
}
