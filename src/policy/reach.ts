import type { Diagnostic } from '../base/diagnostic.js';
import { atomsOf, type Conjunction, casesOf, groupsOf } from './atoms.js';
import { conflictIn, implies } from './condition-logic.js';
import { ConditionSchema } from './condition-schema.js';
import type { PlacedRule } from './placed-rule.js';
import { decidingAt, POINTS, type Point } from './points.js';
import type { Condition } from './policy.js';

type Path = readonly PropertyKey[];

/** A rule with its condition read; `when` is undefined where it always holds. */
interface ReadRule extends PlacedRule {
  readonly when: Condition | undefined;
}

/**
 * Rules that never match: conditions that exclude themselves, and rules that earlier ones leave nothing to. Rules whose
 * condition is not well written are left out: they are told about elsewhere.
 */
export function checkReach(rules: readonly PlacedRule[]): Diagnostic[] {
  const known = rules.flatMap((rule): ReadRule[] => {
    if (rule.raw.when === undefined) return [{ ...rule, when: undefined }];
    const { success, data } = ConditionSchema.safeParse(rule.raw.when);
    return success ? [{ ...rule, when: data }] : [];
  });
  const conflicts = known.map(conflictsOf);
  const possible = known.filter((_, index) => conflicts[index]?.length === 0);
  return [
    ...conflicts.flat(),
    ...possible
      .filter((_, index) => index ** 2 < 2 * MOST_COMPARISONS)
      .flatMap((rule, index) => unreached(rule, possible.slice(0, index))),
    ...possible.flatMap(withoutPreviews),
  ];
}

function conflictsOf(rule: ReadRule): Diagnostic[] {
  return rule.when ? conflictsIn(rule, rule.when, [...rule.path, 'when'], []) : [];
}

/** Of the condition itself, else of those alternatives that cannot hold beside the rest of it. */
function conflictsIn(rule: ReadRule, condition: Condition, path: Path, around: Conjunction): Diagnostic[] {
  const tests = [...around, ...atomsOf(condition, path)];
  const conflict = conflictIn(tests);
  if (conflict) {
    const { at, message } = conflict;
    const suggestion = 'A rule with it never matches.';
    return [rule.locator.diagnose(at.path, { code: 'policy/impossible', message, suggestion }, 'key')];
  }
  const never = tests.filter(({ test, wanted }) => test === 'chance' && wanted === 0);
  const warnings = never.map(({ path: place }) =>
    rule.locator.diagnose(place, {
      severity: 'warning',
      code: 'policy/impossible',
      message: 'A chance of 0 never comes up, so this rule never matches.',
    }),
  );
  const parts = groupsOf(condition, path).flatMap((group) =>
    group.parts.flatMap((part, index) => conflictsIn(rule, part, [...group.path, index], tests)),
  );
  return [...warnings, ...parts];
}

const ALWAYS: Condition = {};
/** Of a policy with hundreds of rules only the first are compared with all before them. */
const MOST_COMPARISONS = 50_000;

/** Where earlier rules take every call that this one could match. */
function unreached(rule: ReadRule, earlier: readonly ReadRule[]): Diagnostic[] {
  const { raw, path, locator } = rule;
  const points = POINTS.filter((point) => decidingAt(raw.then, point).length > 0);
  const takers = new Map<Point, string[]>();
  for (const point of points) {
    const names = takersOf(rule, earlier, point);
    if (names) takers.set(point, names);
  }
  if (takers.size === 0) return [];
  const isWhole = takers.size === points.length;
  const places = isWhole
    ? [path]
    : [...takers.keys()].map((point) => [...path, 'then', ...decidingAt(raw.then, point)]);
  return places.map((place, index) => {
    const names = isWhole ? [...new Set([...takers.values()].flat())] : ([...takers.values()][index] as string[]);
    const before = names.map((name) => `"${name}"`).join(' and ');
    const what = isWhole ? 'This rule never gets a turn' : `This "${String(place.at(-1))}" never gets a turn`;
    const taken = rule.when ? 'every call that it could match' : 'every call';
    return locator.diagnose(
      place,
      {
        severity: 'warning',
        code: 'policy/unreachable-rule',
        message: `${what}: ${before} before it ${names.length > 1 ? 'take' : 'takes'} ${taken}.`,
        suggestion: 'Move it up, or let the earlier rule match less.',
      },
      isWhole ? 'value' : 'key',
    );
  });
}

/** Names of the rules that together leave nothing to this one at the point; undefined where something is left. */
function takersOf(rule: ReadRule, earlier: readonly ReadRule[], point: Point): string[] | undefined {
  const deciding = earlier.filter(({ raw }) => decidingAt(raw.then, point).length > 0);
  const cases = casesOf(rule.when ?? ALWAYS);
  if (!cases || deciding.length === 0) return undefined;
  const names = new Set<string>();
  const isTaken = (tests: Conjunction): boolean => {
    if (conflictIn(tests)) return true; // no call is like this
    const taker = deciding.find(({ when }) => !when || implies(tests, when));
    if (taker) names.add(taker.name);
    return taker !== undefined;
  };
  // A call that no single rule takes may still be taken by one rule where it connected and by another where not.
  const halves = (tests: Conjunction): Conjunction[] =>
    point === 'end' && !tests.some(({ test }) => test === 'connected')
      ? [true, false].map((wanted) => [...tests, { test: 'connected', wanted, path: [] }])
      : [];
  const areTaken = cases.every((tests) => {
    if (isTaken(tests)) return true;
    const split = halves(tests);
    return split.length > 0 && split.every(isTaken);
  });
  return areTaken ? [...names] : undefined;
}

/** Only previews are offered: a rule for other kinds has nothing to skip or place. */
function withoutPreviews(rule: ReadRule): Diagnostic[] {
  const [action] = decidingAt(rule.raw.then, 'offer');
  if (action === undefined || !rule.when) return [];
  const kinds = atomsOf(rule.when, [...rule.path, 'when']).find(
    ({ test, wanted }) =>
      test === 'kind' && !(wanted as readonly string[]).some((kind) => kind === 'preview' || kind === 'own-callback'),
  );
  if (!kinds) return [];
  const message = `"${action}" is decided when a preview is offered, but this rule is for other kinds of calls.`;
  return [rule.locator.diagnose(kinds.path, { code: 'policy/impossible', message }, 'key')];
}
