import type { Diagnostic } from '../base/diagnostic.js';
import type { Locator } from '../base/document.js';
import { parseDuration } from '../base/duration.js';
import { parseDayChoice } from './callback-schema.js';
import { checkWindow, minuteOf } from './window-meaning.js';

/** What a check of a callback may know of the rest of the policy. */
export interface CallbackSurroundings {
  /** The zone of the policy, as written; undefined where it names none. */
  readonly timezone?: unknown;
}

type Loose = Readonly<Record<string, unknown>>;

/** How to complain of a callback: about a key of it, or about the whole. */
type Complain = (
  key: readonly string[],
  code: string,
  message: string,
  suggestion?: string,
  severity?: 'error' | 'warning',
) => Diagnostic;

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/**
 * What is written well in a callback and yet cannot be meant. Takes the action as read, lists put in place, otherwise
 * unchecked: a mistake in one key must not hide what is wrong with another. `path` leads to it.
 */
export function checkCallback(
  callback: Loose,
  path: readonly PropertyKey[],
  locator: Locator,
  { timezone }: CallbackSurroundings,
): Diagnostic[] {
  const complain: Complain = (key, code, message, suggestion, severity = 'error') =>
    locator.diagnose([...path, ...key], { severity, code, message, ...(suggestion && { suggestion }) }, 'key');
  const window = isMap(callback.window) ? callback.window : undefined;
  return [
    ...checkAsked(callback, complain),
    ...checkLimits(callback, complain),
    ...checkOwner(callback, complain),
    ...checkZone(callback, timezone, complain),
    ...checkHours(callback, complain),
    ...(window ? checkWindow(window, [...path, 'window'], locator) : []),
  ];
}

/** Exactly one of `in` and `at`; `on` beside `at` only. */
function checkAsked(callback: Loose, complain: Complain): Diagnostic[] {
  const has = (key: string): boolean => callback[key] !== undefined;
  const code = 'policy/callback-time';
  if (has('in') && has('at')) {
    const message = '"at" cannot stand beside "in": a callback is asked for after a time, or at a time of day.';
    return [complain(['at'], code, message)];
  }
  if (has('on') && !has('at')) {
    const message = '"on" names the day of a time of day, and no "at" names that time.';
    return [complain(['on'], code, message, 'Add at: "10:00", or take "on" out.')];
  }
  if (has('in') || has('at')) return [];
  return [complain([], code, 'The callback has no time.', 'Add in: 2h, or at: "10:00" with on: tomorrow.')];
}

/** A latest time that comes before the earliest. */
function checkLimits(callback: Loose, complain: Complain): Diagnostic[] {
  const within = durationOf(callback.within);
  if (within === undefined) return [];
  const code = 'policy/never-in-time';
  for (const key of ['in', 'notice']) {
    const soonest = durationOf(callback[key]);
    if (soonest === undefined || soonest <= within) continue;
    const message = `No callback can come within ${String(callback.within)}: "${key}" asks for ${String(callback[key])} at least.`;
    return [complain(['within'], code, message)];
  }
  const day = typeof callback.on === 'string' ? parseDayChoice(callback.on) : undefined;
  // The third day from now may begin after two days; a day is an hour shorter where daylight saving begins.
  if (!day || !('inDays' in day) || (day.inDays - 1) * DAY_MS - HOUR_MS <= within) return [];
  const message = `No callback can come within ${String(callback.within)}: "on" asks for ${String(callback.on)}.`;
  return [complain(['within'], code, message)];
}

function checkOwner({ owner = 'anyone', ownerFallback }: Loose, complain: Complain): Diagnostic[] {
  if (ownerFallback === undefined || owner !== 'anyone') return [];
  const message = '"ownerFallback" does nothing: the callback goes to anyone.';
  return [complain(['ownerFallback'], 'policy/no-owner', message, 'Add owner: self.', 'warning')];
}

/** Hours and times of day need a zone to be in. */
function checkZone(callback: Loose, policyZone: unknown, complain: Complain): Diagnostic[] {
  const { at, window } = callback;
  const source = isMap(window) ? window.timezone : undefined;
  if (policyZone !== undefined || (at === undefined && window === undefined)) return [];
  if (isMap(source)) {
    const column = typeof source.attribute === 'string' ? ` "${source.attribute}"` : '';
    const message = `Contacts whose column${column} names no known zone get no callback: the policy names none to take instead.`;
    const suggestion = 'Add a line such as timezone: America/New_York to the policy.';
    return [complain(['window', 'timezone'], 'policy/no-zone', message, suggestion, 'warning')];
  }
  if (source !== undefined) return [];
  const key = window === undefined ? 'at' : 'window';
  const message = `"${key}" is a time of day, and nothing says in which zone.`;
  const suggestion =
    'Add timezone: America/New_York to the policy, or timezone: { attribute: COLUMN } to the window where contacts tell theirs.';
  return [complain([key], 'policy/no-zone', message, suggestion)];
}

/** A callback that may come at 3 a.m., and a time of day that is never permitted. */
function checkHours({ in: after, at, window }: Loose, complain: Complain): Diagnostic[] {
  const inMs = durationOf(after);
  if (window === undefined && at === undefined && inMs !== undefined && inMs > HOUR_MS) {
    const message = 'Without a "window" people may be called at 3 a.m.';
    const suggestion = 'Add window: { from: "09:00", to: "20:00" }, or from: "00:00" where any hour is meant.';
    return [complain(['in'], 'policy/any-hour', message, suggestion, 'warning')];
  }
  const minute = minuteOf(at);
  const hours = isMap(window) ? [minuteOf(window.from ?? '00:00'), minuteOf(window.to ?? '24:00')] : [];
  const [from, to] = hours;
  if (minute === undefined || from === undefined || to === undefined) return [];
  const isOpen = from < to ? minute >= from && minute < to : minute >= from || minute < to;
  if (isOpen) return [];
  const message = `"at" is outside the hours of the window: the callback moves on to the next opening.`;
  return [complain(['at'], 'policy/at-outside-window', message, undefined, 'warning')];
}

function durationOf(value: unknown): number | undefined {
  return typeof value === 'string' ? parseDuration(value) : undefined;
}

function isMap(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
