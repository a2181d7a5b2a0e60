import type { Locator } from '../base/document.js';
import type { PolicySource } from './policy-source.js';
import type { RuleFile } from './schema.js';

/** A rule as it stands in a file, unchecked, and where. */
export interface PlacedRule {
  /** Its own name, or the one it gets. */
  readonly name: string;
  readonly raw: Readonly<Record<string, unknown>>;
  /** Read, where nothing is wrong with syntax and shape of its file. */
  readonly value: RuleFile | undefined;
  readonly path: readonly PropertyKey[];
  readonly locator: Locator;
}

/** All files of a policy in the order in which their rules are asked: what a file includes first, each once. */
export function sourcesInOrder(source: PolicySource, seen = new Set<PolicySource>()): PolicySource[] {
  if (seen.has(source)) return [];
  seen.add(source);
  return [...source.included.flatMap((one) => sourcesInOrder(one, seen)), source];
}

/** The rules of a policy in the order in which they are asked. */
export function rulesOf(main: PolicySource): PlacedRule[] {
  return sourcesInOrder(main).flatMap((source) => ownRules(source, source === main));
}

function ownRules({ raw, value, locator, file }: PolicySource, isMain: boolean): PlacedRule[] {
  const list = isMap(raw) ? raw.rules : undefined;
  return (Array.isArray(list) ? list : []).map((rule: unknown, index): PlacedRule => {
    const content = isMap(rule) ? rule : {};
    const given = typeof content.name === 'string' ? content.name : undefined;
    const name = given ?? `${isMain ? '' : `${stem(file)} `}${ruleName(index)}`;
    return { name, raw: content, value: value?.rules?.[index], path: ['rules', index], locator };
  });
}

/** How a rule without a name is called. */
export function ruleName(index: number): string {
  return `rule ${index + 1}`;
}

/** A file's name without folder and ending. */
export function stem(file: string): string {
  const base = file.split(/[\\/]/).at(-1) ?? file;
  return base.replace(/\.ya?ml$/i, '') || base;
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
