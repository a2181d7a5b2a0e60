import type { Diagnostic } from '../base/diagnostic.js';
import type { Locator } from '../base/document.js';
import { checkCallback } from './callback-meaning.js';

type Path = readonly PropertyKey[];
type Loose = Readonly<Record<string, unknown>>;
type Point = 'offer' | 'end';

/** The action that decides at each point; a rule may have one of each. */
const ACTIONS: Readonly<Record<Point, readonly string[]>> = {
  offer: ['skip', 'place'],
  end: ['disposition', 'callback'],
};
const POINTS: readonly Point[] = ['offer', 'end'];

/**
 * The third pass: what is written well and yet cannot be meant. Takes the file as read, unchecked, so that a mistake in
 * one rule does not hide what is wrong with another.
 */
export function checkMeaning(raw: unknown, locator: Locator): Diagnostic[] {
  const list = isMap(raw) ? raw.rules : undefined;
  const rules = Array.isArray(list) ? list.map((rule: unknown): Loose => (isMap(rule) ? rule : {})) : [];
  return [
    ...rules.flatMap((rule, index) => checkPoints(rule, ['rules', index], locator)),
    ...rules.flatMap(({ then }, index) => {
      if (!isMap(then) || !isMap(then.callback)) return [];
      const { timezone } = raw as Loose;
      return checkCallback(then.callback, ['rules', index, 'then', 'callback'], locator, { timezone });
    }),
    ...checkNames(rules, locator),
    ...checkReach(rules, locator),
  ];
}

/** How a rule without a name is called. */
export function ruleName(index: number): string {
  return `rule ${index + 1}`;
}

/** One action at each point, and no test at the offer of what only the end can know. */
function checkPoints(rule: Loose, path: Path, locator: Locator): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const point of POINTS) {
    const [first, second] = actionsAt(rule, point);
    if (second === undefined) continue;
    const message = `"${second}" cannot stand beside "${first}": a rule decides ${point === 'end' ? 'the end' : 'the offer'} of a call once.`;
    diagnostics.push(locator.diagnose([...path, 'then', second], { code: 'policy/two-actions', message }, 'key'));
  }
  const [early] = actionsAt(rule, 'offer');
  if (early === undefined) return diagnostics;
  const message = `"connected" is known at the end of a call only, but "${early}" is decided at its offer.`;
  const complaint = { code: 'policy/too-early', message, suggestion: 'Make two rules of it.' };
  const places = placesOfConnected(rule.when, [...path, 'when']);
  return [...diagnostics, ...places.map((place) => locator.diagnose(place, complaint, 'key'))];
}

function placesOfConnected(when: unknown, path: Path): Path[] {
  if (!isMap(when)) return [];
  const own: Path[] = when.connected === undefined ? [] : [[...path, 'connected']];
  const parts = ['all', 'any'].flatMap((name) => {
    const list = when[name];
    return Array.isArray(list)
      ? list.flatMap((part: unknown, index) => placesOfConnected(part, [...path, name, index]))
      : [];
  });
  return [...own, ...parts, ...placesOfConnected(when.not, [...path, 'not'])];
}

/** Names lead logs, metrics and random streams: two rules of one name could not be told apart. */
function checkNames(rules: readonly Loose[], locator: Locator): Diagnostic[] {
  const first = new Map<unknown, number>();
  return rules.flatMap((rule, index) => {
    const name = rule.name ?? ruleName(index);
    const earlier = first.get(name);
    if (earlier === undefined) {
      first.set(name, index);
      return [];
    }
    const message = `Rule ${earlier + 1} is called "${String(name)}" already; every rule needs a name of its own.`;
    return [locator.diagnose(['rules', index, 'name'], { code: 'policy/duplicate-rule', message })];
  });
}

/** A rule without conditions takes every call, so later rules for the same points never get a turn. */
function checkReach(rules: readonly Loose[], locator: Locator): Diagnostic[] {
  const takers = new Map<Point, number>();
  return rules.flatMap((rule, index) => {
    const points = POINTS.filter((point) => actionsAt(rule, point).length > 0);
    const blockers = points.flatMap((point) => takers.get(point) ?? []);
    const isOpen = rule.when === undefined || (isMap(rule.when) && Object.keys(rule.when).length === 0);
    if (isOpen) for (const point of points) takers.set(point, takers.get(point) ?? index);
    if (points.length === 0 || blockers.length < points.length) return [];
    const complaint = {
      severity: 'warning',
      code: 'policy/unreachable-rule',
      message: `This rule never gets a turn: rule ${Math.max(...blockers) + 1} before it takes every call.`,
      suggestion: 'Move it up, or give the earlier rule a "when".',
    } as const;
    return [locator.diagnose(['rules', index], complaint)];
  });
}

function actionsAt({ then }: Loose, point: Point): string[] {
  return isMap(then) ? ACTIONS[point].filter((action) => then[action] !== undefined) : [];
}

function isMap(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
