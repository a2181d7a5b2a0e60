import type { AttributeTest } from './attributes.js';
import type { CallKind } from './call.js';
import type { Condition, NumberTest } from './policy.js';
import type { TimeWindow } from './window.js';

type Path = readonly PropertyKey[];

/** One test of a condition, and where it stands. */
export type Atom = { readonly path: Path } & (
  | { readonly test: 'campaign' | 'agent' | 'dispositions'; readonly wanted: readonly string[] }
  | { readonly test: 'kind'; readonly wanted: readonly CallKind[] }
  | { readonly test: 'attribute'; readonly column: string; readonly name: string; readonly wanted: AttributeTest }
  | { readonly test: 'connected'; readonly wanted: boolean }
  | { readonly test: 'endedBy'; readonly wanted: 'us' | 'far-side' }
  | { readonly test: 'talked' | 'nthCall'; readonly wanted: NumberTest }
  | { readonly test: 'time'; readonly wanted: TimeWindow }
  | { readonly test: 'chance'; readonly wanted: number }
  | { readonly test: 'not'; readonly wanted: Condition }
);

export type AtomOf<T extends Atom['test']> = Atom & { readonly test: T };

/** Tests that must all hold. */
export type Conjunction = readonly Atom[];

const PLAIN = [
  'campaign',
  'agent',
  'dispositions',
  'kind',
  'connected',
  'endedBy',
  'talked',
  'nthCall',
  'time',
  'chance',
  'not',
] as const;

/** The tests of a condition and of its `all`, without its `any`. */
export function atomsOf(condition: Condition, path: Path): Atom[] {
  const plain = PLAIN.flatMap((test): Atom[] => {
    const wanted = condition[test];
    return wanted === undefined ? [] : [{ test, wanted, path: [...path, test] } as Atom];
  });
  const attributes = Object.entries(condition.attributes ?? {}).map(
    ([name, wanted]): Atom => ({
      test: 'attribute',
      name,
      column: name.toLowerCase().replace(/^is_attr_/, ''),
      wanted,
      path: [...path, 'attributes', name],
    }),
  );
  const parts = (condition.all ?? []).flatMap((part, index) => atomsOf(part, [...path, 'all', index]));
  return [...plain, ...attributes, ...parts];
}

/** The alternatives of a condition's `any`, and of those in its `all`: of each group one must hold. */
export function groupsOf(
  condition: Condition,
  path: Path,
): { readonly parts: readonly Condition[]; readonly path: Path }[] {
  const own = condition.any ? [{ parts: condition.any, path: [...path, 'any'] }] : [];
  return [...own, ...(condition.all ?? []).flatMap((part, index) => groupsOf(part, [...path, 'all', index]))];
}

const MOST_CASES = 128;

const known = new WeakMap<Condition, { readonly cases: Conjunction[] | undefined }>();

/**
 * The ways in which a condition can hold, each a list of tests; undefined where there are too many to look at. The paths of
 * the tests begin at the condition.
 */
export function casesOf(condition: Condition): Conjunction[] | undefined {
  const before = known.get(condition);
  if (before) return before.cases;
  const cases = findCases(condition);
  known.set(condition, { cases });
  return cases;
}

function findCases(condition: Condition): Conjunction[] | undefined {
  let cases: Conjunction[] = [atomsOf(condition, [])];
  for (const group of groupsOf(condition, [])) {
    const alternatives = group.parts.map(casesOf);
    const possible = alternatives.flatMap((some) => some ?? []);
    if (alternatives.includes(undefined) || cases.length * possible.length > MOST_CASES) return undefined;
    cases = cases.flatMap((one) => possible.map((other) => [...one, ...other]));
  }
  return cases;
}
