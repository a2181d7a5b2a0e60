import type { Diagnostic } from '../base/diagnostic.js';
import { nearest } from '../base/suggestion.js';
import { checkCallback } from './callback-meaning.js';
import { isMap, type PlacedRule, sourcesInOrder } from './placed-rule.js';
import { decidingAt, POINT_WORDS, POINTS } from './points.js';
import type { PolicySource } from './policy-source.js';
import { checkReach } from './reach.js';
import { checkWindow } from './window-meaning.js';
import { PLACEHOLDERS, unknownPlaceholders } from './write-back.js';

type Path = readonly PropertyKey[];

/** What is known at the end of a call only. */
const LATE_TESTS = ['connected', 'endedBy', 'talked'];

/**
 * The third pass: what is written well and yet cannot be meant. Takes the files as read, unchecked, so that a mistake in
 * one rule does not hide what is wrong with another. `rules` are those of all files, in the order in which they are asked.
 */
export function checkMeaning(main: PolicySource, rules: readonly PlacedRule[]): Diagnostic[] {
  const timezone = sourcesInOrder(main)
    .toReversed()
    .flatMap(({ raw }) => (isMap(raw) && raw.timezone !== undefined ? [raw.timezone] : []))[0];
  return [
    ...rules.flatMap(checkPoints),
    ...rules.flatMap((rule) => checkTimes(rule, timezone)),
    ...rules.flatMap(checkWriteBack),
    ...checkNames(rules),
    ...checkReach(rules),
    ...checkListUse(main),
  ];
}

/** One action at each point, and no test of what only the end can know beside an action that is decided before. */
function checkPoints({ raw, path, locator }: PlacedRule): Diagnostic[] {
  const doubles = POINTS.flatMap((point) => {
    const [first, second] = decidingAt(raw.then, point);
    if (second === undefined) return [];
    const message = `"${second}" cannot stand beside "${first}": a rule decides ${POINT_WORDS[point]} of a call once.`;
    return [locator.diagnose([...path, 'then', second], { code: 'policy/two-actions', message }, 'key')];
  });
  const early = [...decidingAt(raw.then, 'offer'), ...decidingAt(raw.then, 'connect')][0];
  if (early === undefined) return doubles;
  const moment = ['talk', 'hangUp'].includes(early) ? 'when it connects' : 'at its offer';
  const tooEarly = placesOf(raw.when, [...path, 'when'], LATE_TESTS).map(({ place }) => {
    const message = `"${String(place.at(-1))}" is known at the end of a call only, but "${early}" is decided ${moment}.`;
    return locator.diagnose(place, { code: 'policy/too-early', message, suggestion: 'Make two rules of it.' }, 'key');
  });
  return [...doubles, ...tooEarly];
}

/** Hours and callbacks. */
function checkTimes({ raw, path, locator }: PlacedRule, timezone: unknown): Diagnostic[] {
  const times = placesOf(raw.when, [...path, 'when'], ['time']).flatMap(({ place, value }) => {
    if (!isMap(value)) return [];
    const empty = checkWindow(value, place, locator);
    if (timezone !== undefined || typeof value.timezone === 'string') return empty;
    const message = isMap(value.timezone)
      ? 'For contacts that do not tell their zone these hours are in UTC: the policy has no "timezone".'
      : 'Nothing says in which zone these hours are: they are in UTC.';
    const suggestion = 'Give the policy a "timezone".';
    const complaint = { severity: 'warning', code: 'policy/no-zone', message, suggestion } as const;
    return [...empty, locator.diagnose(place, complaint, 'key')];
  });
  const { then } = raw;
  if (!isMap(then) || !isMap(then.callback)) return times;
  return [...times, ...checkCallback(then.callback, [...path, 'then', 'callback'], locator, { timezone })];
}

function checkWriteBack({ raw, path, locator }: PlacedRule): Diagnostic[] {
  const columns = isMap(raw.then) && isMap(raw.then.writeBack) ? raw.then.writeBack : {};
  return Object.entries(columns).flatMap(([column, text]) =>
    unknownPlaceholders(String(text)).map((name) => {
      const meant = nearest(name, PLACEHOLDERS);
      const message = `{${name}} is nothing that can be filled in.`;
      const suggestion = meant
        ? `Did you mean {${meant}}?`
        : `There are ${PLACEHOLDERS.map((one) => `{${one}}`).join(', ')}.`;
      const complaint = { code: 'policy/unknown-placeholder', message, suggestion };
      return locator.diagnose([...path, 'then', 'writeBack', column], complaint);
    }),
  );
}

/** Names lead logs, metrics and random streams: two rules of one name could not be told apart. */
function checkNames(rules: readonly PlacedRule[]): Diagnostic[] {
  const first = new Map<string, PlacedRule>();
  return rules.flatMap((rule) => {
    const earlier = first.get(rule.name);
    if (!earlier) {
      first.set(rule.name, rule);
      return [];
    }
    const number = Number(earlier.path.at(-1)) + 1;
    const where = earlier.locator.file === rule.locator.file ? '' : ` of ${earlier.locator.file}`;
    const message = `Rule ${number}${where} is called "${rule.name}" already; every rule needs a name of its own.`;
    return [rule.locator.diagnose([...rule.path, 'name'], { code: 'policy/duplicate-rule', message })];
  });
}

/** A list that nobody refers to is a mistyped one, or left over. A file without rules is there for others to include. */
function checkListUse({ raw, used, locator }: PolicySource): Diagnostic[] {
  if (!isMap(raw) || !isMap(raw.lists) || raw.rules === undefined) return [];
  return Object.keys(raw.lists)
    .filter((name) => !used.has(name))
    .map((name) => {
      const message = `Nothing refers to the list "${name}".`;
      const suggestion = `Write { list: "${name}" } where its items are meant, or remove it.`;
      const complaint = { severity: 'warning', code: 'policy/unused-list', message, suggestion } as const;
      return locator.diagnose(['lists', name], complaint, 'key');
    });
}

/** Where these tests stand in a condition, however deep. */
function placesOf(when: unknown, path: Path, tests: readonly string[]): { place: Path; value: unknown }[] {
  if (!isMap(when)) return [];
  const own = tests.flatMap((test) =>
    when[test] === undefined ? [] : [{ place: [...path, test], value: when[test] }],
  );
  const parts = ['all', 'any'].flatMap((name) => {
    const list = when[name];
    return Array.isArray(list)
      ? list.flatMap((part: unknown, index) => placesOf(part, [...path, name, index], tests))
      : [];
  });
  return [...own, ...parts, ...placesOf(when.not, [...path, 'not'], tests)];
}
