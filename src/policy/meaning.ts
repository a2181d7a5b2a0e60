import type { Diagnostic } from '../base/diagnostic.js';
import type { Locator } from '../base/document.js';
import type { Condition } from './policy.js';
import type { PolicyFile, RuleFile } from './schema.js';

type Path = readonly PropertyKey[];

/** The third pass: what is written well and yet cannot be meant. */
export function checkMeaning({ rules = [] }: PolicyFile, locator: Locator): Diagnostic[] {
  return [
    ...rules.flatMap((rule, index) => checkConnected(rule, ['rules', index], locator)),
    ...checkNames(rules, locator),
    ...checkReach(rules, locator),
  ];
}

/** `connected` is known at the end only, so a rule that tests it cannot decide the offer. */
function checkConnected({ when, then }: RuleFile, path: Path, locator: Locator): Diagnostic[] {
  const action = then.skip === undefined ? (then.place === undefined ? undefined : 'place') : 'skip';
  if (!action) return [];
  return placesOfConnected(when, [...path, 'when']).map((place) =>
    locator.diagnose(
      place,
      {
        code: 'policy/too-early',
        message: `"connected" is known at the end of a call only, but "${action}" is decided at its offer.`,
        suggestion: 'Make two rules of it.',
      },
      'key',
    ),
  );
}

function placesOfConnected(when: Condition | undefined, path: Path): Path[] {
  if (!when) return [];
  const parts = (name: 'all' | 'any'): Path[] =>
    (when[name] ?? []).flatMap((part, index) => placesOfConnected(part, [...path, name, index]));
  const own: Path[] = when.connected === undefined ? [] : [[...path, 'connected']];
  return [...own, ...parts('all'), ...parts('any'), ...placesOfConnected(when.not, [...path, 'not'])];
}

/** Names lead logs, metrics and random streams: two rules of one name could not be told apart. */
function checkNames(rules: readonly RuleFile[], locator: Locator): Diagnostic[] {
  const first = new Map<string, number>();
  return rules.flatMap((rule, index) => {
    const name = rule.name ?? `rule ${index + 1}`;
    const earlier = first.get(name);
    if (earlier === undefined) {
      first.set(name, index);
      return [];
    }
    const message = `Rule ${earlier + 1} is called "${name}" already; every rule needs a name of its own.`;
    return [locator.diagnose(['rules', index, 'name'], { code: 'policy/duplicate-rule', message })];
  });
}

/** A rule without conditions takes every call, so later rules for the same points never get a turn. */
function checkReach(rules: readonly RuleFile[], locator: Locator): Diagnostic[] {
  const takers: { offer?: number; end?: number } = {};
  return rules.flatMap((rule, index) => {
    const points = pointsOf(rule);
    const blockers = points.map((point) => takers[point]);
    const isOpen = rule.when === undefined || Object.values(rule.when).every((test) => test === undefined);
    if (isOpen) for (const point of points) takers[point] ??= index;
    if (!blockers.every((taker) => taker !== undefined)) return [];
    const taker = Math.max(...blockers);
    const complaint = {
      severity: 'warning',
      code: 'policy/unreachable-rule',
      message: `This rule never gets a turn: rule ${taker + 1} before it takes every call.`,
      suggestion: 'Move it up, or give the earlier rule a "when".',
    } as const;
    return [locator.diagnose(['rules', index], complaint)];
  });
}

function pointsOf({ then }: RuleFile): ('offer' | 'end')[] {
  const points: ('offer' | 'end')[] = [];
  if (then.skip !== undefined || then.place !== undefined) points.push('offer');
  if (then.disposition !== undefined || then.callback !== undefined) points.push('end');
  return points;
}
