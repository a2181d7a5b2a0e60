import { formatZoned, wallTimeAt } from '../base/zoned-time.js';
import { shortLocal } from './local-days.js';
import type { PlacedCallback, RehearsalWarning } from './rehearsal.js';

/** Where nobody said when a contact may be called: from 8 in the morning to 9 in the evening by its own clock. */
const DECENT_HOURS = { from: 8, to: 21 };

/** What is to be known of callbacks. */
export interface CallbackFacts {
  readonly callbacks: readonly PlacedCallback[];
  /** Whether the callback's own window admits the instant; undefined where it has none. */
  permits(callback: PlacedCallback, instant: number): boolean | undefined;
  /** Whether the user works at the instant, by its shift; undefined where it has none. */
  isAtWork(user: string, instant: number): boolean | undefined;
}

/** A finding about one callback: those of one rule and code become one warning, with the first as the example. */
type Finding = Pick<RehearsalWarning, 'code' | 'message' | 'remedy'>;

/** Callbacks at hours at which nobody should be called, or is there to call. */
export function callbackWarnings(facts: CallbackFacts): RehearsalWarning[] {
  const found = new Map<string, { finding: Finding; count: number; agents: Set<string> }>();
  for (const callback of facts.callbacks) {
    for (const finding of findingsAbout(facts, callback)) {
      const key = `${finding.code}\n${callback.policy}\n${callback.rule}`;
      const group = found.get(key) ?? { finding, count: 0, agents: new Set<string>() };
      group.count += 1;
      group.agents.add(callback.agent);
      found.set(key, group);
    }
  }
  return [...found.values()].map(({ finding, count, agents }) => ({ ...finding, count, agents: [...agents].sort() }));
}

function findingsAbout(facts: CallbackFacts, callback: PlacedCallback): Finding[] {
  const { zone, dueAt, ownerUser } = callback;
  const findings: Finding[] = [];
  if (ownerUser !== null && facts.isAtWork(ownerUser, dueAt) === false) {
    findings.push({
      code: 'callback-outside-shift',
      message: `${whichRule(callback)} agreed callbacks for when their owner does not work, first ${ownerUser} for ${who(callback)}.`,
      remedy: 'A callback of somebody else, or agreed before the shift was changed? See owner and the shift.',
    });
  }
  if (zone === null) {
    findings.push({
      code: 'zone-unknown',
      message: `${whichRule(callback)} agreed callbacks in an unknown zone, first for ${who(callback)}.`,
      remedy: 'Give the contacts a column with their zone, such as tz, or the window a timezone.',
    });
    return findings;
  }
  const hours = hoursOf(facts, callback, dueAt, zone);
  if (hours !== null) {
    findings.push({
      code: 'callback-outside-hours',
      message: `${whichRule(callback)} agreed callbacks ${hours}, first for ${who(callback)} on ${clock(zone, dueAt)}.`,
      remedy: 'Give the callback of that rule a window in the zone of the contact.',
    });
    return findings;
  }
  const late = lateCall(facts, callback, zone);
  return late ? [...findings, late] : findings;
}

/** The hour agreed was good, and that of the call was not. */
function lateCall(facts: CallbackFacts, callback: PlacedCallback, zone: string): Finding | null {
  const { calledAt, dueAt } = callback;
  const hours = calledAt === null ? null : hoursOf(facts, callback, calledAt, zone);
  if (calledAt === null || hours === null) return null;
  const came = `first to ${who(callback)} on ${clock(zone, calledAt)}, due ${clock(zone, dueAt)}`;
  return {
    code: 'called-outside-hours',
    message: `Callbacks of ${whichRule(callback, false)} came ${hours}: ${came}.`,
    remedy: 'Nobody was there at the time agreed: see the shift of the owner, ownerFallback, and who else works then.',
  };
}

/** Null where the instant is a good time to call. */
function hoursOf(facts: CallbackFacts, callback: PlacedCallback, instant: number, zone: string): string | null {
  const permitted = facts.permits(callback, instant);
  if (permitted !== undefined) return permitted ? null : 'outside the hours of its window';
  const { hour } = wallTimeAt(zone, instant);
  return hour >= DECENT_HOURS.from && hour < DECENT_HOURS.to ? null : 'at night (before 08:00 or after 21:00)';
}

function who({ contact, campaign }: PlacedCallback): string {
  return `contact ${contact || '?'} of ${campaign}`;
}

function whichRule({ policy, rule }: PlacedCallback, isStart = true): string {
  const name = rule === null ? `no rule of policy ${policy}` : `rule ${rule} of policy ${policy}`;
  return isStart ? `${name.charAt(0).toUpperCase()}${name.slice(1)}` : name;
}

function clock(zone: string, instant: number): string {
  return `${shortLocal(formatZoned(zone, instant))} ${zone}`;
}
