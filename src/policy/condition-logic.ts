import { matchesGlob } from '../base/glob.js';
import { type Atom, type AtomOf, type Conjunction, casesOf } from './atoms.js';
import type { Condition } from './policy.js';
import { columnCanPass, columnImplies, numberCanPass, numberImplies, textsOf } from './samples.js';
import type { TimeWindow } from './window.js';

/** Tests of one conjunction that exclude each other: a sentence, and the test at which it becomes impossible. */
export interface Conflict {
  readonly at: Atom;
  readonly message: string;
}

/** Why no call can pass all of these tests, or undefined where one may. */
export function conflictIn(tests: Conjunction): Conflict | undefined {
  const [excluding, plain] = [tests.filter(({ test }) => test === 'not'), tests.filter(({ test }) => test !== 'not')];
  for (const [index, test] of [...plain, ...excluding].entries()) {
    const message = whyExcluded(test, [...plain, ...excluding].slice(0, index));
    if (message !== undefined) return { at: test, message };
  }
  return undefined;
}

/**
 * Whether every call that passes all of these tests fulfils the condition. Says yes only where it is sure, but for two
 * things: columns that are compared with numbers are taken to hold numbers, and campaigns to be named by name.
 */
export function implies(tests: Conjunction, condition: Condition): boolean {
  const wanted = casesOf(condition);
  return wanted?.some((one) => one.every((test) => impliesTest(tests, test))) ?? false;
}

/** Whether no call can pass both. */
function excludes(tests: Conjunction, condition: Condition): boolean {
  const cases = casesOf(condition);
  return cases?.every((one) => conflictIn([...tests, ...one]) !== undefined) ?? false;
}

function impliesTest(tests: Conjunction, wanted: Atom): boolean {
  switch (wanted.test) {
    case 'campaign':
    case 'agent':
    case 'dispositions':
      return ofSort(tests, wanted.test).some((one) => fitOneOf(one.wanted, wanted.wanted));
    case 'kind':
      return ofSort(tests, 'kind').some((one) => one.wanted.every((kind) => wanted.wanted.includes(kind)));
    case 'attribute': {
      const own = ofColumn(tests, wanted.column).map((one) => one.wanted);
      return own.length > 0 && columnImplies(own, wanted.wanted);
    }
    case 'connected':
    case 'endedBy':
      return ofSort(tests, wanted.test).some((one) => one.wanted === wanted.wanted);
    case 'talked':
      return ofSort(tests, 'talked').some((one) => numberImplies(one.wanted, wanted.wanted, 0));
    case 'nthCall':
      return ofSort(tests, 'nthCall').some((one) => numberImplies(one.wanted, wanted.wanted, 1));
    case 'time':
      return ofSort(tests, 'time').some((one) => isWithin(one.wanted, wanted.wanted));
    case 'chance':
      return wanted.wanted >= 1;
    case 'not':
      return (
        excludes(tests, wanted.wanted) ||
        ofSort(tests, 'not').some((one) => {
          const cases = casesOf(wanted.wanted);
          return cases?.every((inner) => implies(inner, one.wanted)) ?? false;
        })
      );
  }
}

/** Why the test cannot be passed by a call that passes those before it, itself alone included. */
function whyExcluded(test: Atom, before: Conjunction): string | undefined {
  switch (test.test) {
    case 'attribute': {
      const own = ofColumn(before, test.column).map((one) => one.wanted);
      if (columnCanPass([...own, test.wanted])) return undefined;
      const beside = own.length > 0 ? ' beside what else is asked of it' : '';
      return `No value of "${test.name}" can pass this test${beside}.`;
    }
    case 'nthCall':
      return numbersExclude(before, test, 1, 'No number of a call');
    case 'talked':
      return numbersExclude(before, test, 0, 'No talk time') ?? silentTalk(before, test);
    case 'kind':
      return kindsExclude(before, test);
    case 'agent': {
      const other = ofSort(before, 'agent').find((one) => !canShare(one.wanted, test.wanted));
      return other && 'No agent fits this beside what else is asked of it.';
    }
    case 'connected': {
      if (ofSort(before, 'connected').some((one) => one.wanted !== test.wanted)) {
        return '"connected" is asked to be true and false at once.';
      }
      const talked = ofSort(before, 'talked').find((one) => !numberCanPass([one.wanted, { eq: 0 }], 0));
      return talked && !test.wanted
        ? 'A call that was not connected has no talk time, but "talked" asks for some.'
        : undefined;
    }
    case 'endedBy':
      return ofSort(before, 'endedBy').some((one) => one.wanted !== test.wanted)
        ? 'A call is ended by us or by the far side, not by both.'
        : undefined;
    case 'time': {
      const isApart = ofSort(before, 'time').some(
        (one) => isSameClock(one.wanted, test.wanted) && !overlap(one.wanted, test.wanted),
      );
      return isApart ? 'These hours never overlap the others that the rule asks for.' : undefined;
    }
    case 'not':
      return implies(before, test.wanted) ? 'What "not" excludes is what the rest of the rule asks for.' : undefined;
    default:
      return undefined;
  }
}

function numbersExclude(
  before: Conjunction,
  test: AtomOf<'talked' | 'nthCall'>,
  least: number,
  subject: string,
): string | undefined {
  const own = before.filter((one): one is AtomOf<'talked' | 'nthCall'> => one.test === test.test);
  if (numberCanPass([...own.map((one) => one.wanted), test.wanted], least)) return undefined;
  return `${subject} can pass this test${own.length > 0 ? ' beside the others' : ''}.`;
}

function silentTalk(before: Conjunction, test: AtomOf<'talked' | 'nthCall'>): string | undefined {
  const isSilent = ofSort(before, 'connected').some((one) => !one.wanted);
  if (!isSilent || numberCanPass([test.wanted, { eq: 0 }], 0)) return undefined;
  return 'A call that was not connected has no talk time, but "talked" asks for some.';
}

/** An own callback that comes as a preview is of both kinds; otherwise a call has one. */
function kindsExclude(before: Conjunction, test: AtomOf<'kind'>): string | undefined {
  const isDouble = (kind: string): boolean => kind === 'preview' || kind === 'own-callback';
  const other = ofSort(before, 'kind').find(
    (one) =>
      !one.wanted.some((kind) => test.wanted.includes(kind)) &&
      !(one.wanted.some(isDouble) && test.wanted.some(isDouble)),
  );
  return other && `A call is never ${other.wanted.join(' or ')} and ${test.wanted.join(' or ')} at once.`;
}

/** Whether every text that fits one of `inner` fits one of `outer`; of long lists only whether they name the same. */
function fitOneOf(inner: readonly string[], outer: readonly string[]): boolean {
  if (inner.length * outer.length > MOST_PAIRS) {
    const named = new Set(outer);
    return inner.every((pattern) => named.has(pattern));
  }
  return inner.every((pattern) => textsOf(pattern).every((text) => outer.some((one) => matchesGlob(one, text))));
}

/** Whether some text may fit one of each; globs on both sides are not seen through. */
function canShare(some: readonly string[], others: readonly string[]): boolean {
  if (some.length * others.length > MOST_PAIRS) return true;
  return some.some((one) =>
    others.some((other) => matchesGlob(one, other) || matchesGlob(other, one) || bothGlobs(one, other)),
  );
}

function bothGlobs(one: string, other: string): boolean {
  return /[*?]/.test(one) && /[*?]/.test(other);
}

function isWithin(inner: TimeWindow, outer: TimeWindow): boolean {
  if (!isSameClock(inner, outer) || !outer.holidays.every((date) => inner.holidays.includes(date))) return false;
  const open = minutesOf(outer);
  return [...minutesOf(inner)].every((minute) => open.has(minute));
}

function overlap(one: TimeWindow, other: TimeWindow): boolean {
  const open = minutesOf(other);
  return [...minutesOf(one)].some((minute) => open.has(minute));
}

function isSameClock(one: TimeWindow, other: TimeWindow): boolean {
  return JSON.stringify(one.timezone) === JSON.stringify(other.timezone);
}

/** Longer lists are not compared item by item. */
const MOST_PAIRS = 10_000;
const DAY_MINUTES = 1_440;
const WEEK_MINUTES = 7 * DAY_MINUTES;
const openMinutes = new WeakMap<TimeWindow, ReadonlySet<number>>();

/** The minutes of a week without holidays in which the window is open. */
function minutesOf(window: TimeWindow): ReadonlySet<number> {
  const known = openMinutes.get(window);
  if (known) return known;
  const { days, fromMinute, toMinute } = window;
  const length = toMinute > fromMinute ? toMinute - fromMinute : toMinute - fromMinute + DAY_MINUTES;
  const open = new Set<number>();
  for (const day of days) {
    const start = (day - 1) * DAY_MINUTES + fromMinute;
    for (let minute = 0; minute < length; minute++) open.add((start + minute) % WEEK_MINUTES);
  }
  openMinutes.set(window, open);
  return open;
}

function ofSort<T extends Atom['test']>(tests: Conjunction, sort: T): AtomOf<T>[] {
  return tests.filter((one): one is AtomOf<T> => one.test === sort);
}

function ofColumn(tests: Conjunction, column: string): AtomOf<'attribute'>[] {
  return ofSort(tests, 'attribute').filter((one) => one.column === column);
}
