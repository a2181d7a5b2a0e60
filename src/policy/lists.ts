import type { Diagnostic } from '../base/diagnostic.js';
import type { Locator } from '../base/document.js';
import { nearest } from '../base/suggestion.js';

type Path = readonly PropertyKey[];
type Loose = Readonly<Record<string, unknown>>;

/** The items of a named list: values, or labels with weights. */
export type NamedList = readonly unknown[] | Loose;

/** Keys whose value may be a list of values, and so `{ list: NAME }`. Every column under `attributes` is one as well. */
const LIST_KEYS: ReadonlySet<PropertyKey> = new Set([
  'campaign',
  'kind',
  'agent',
  'dispositions',
  'disposition',
  'in',
  'days',
  'holidays',
  'on',
]);
/** Keys under which a bare text can only be the name of a list. */
const NAME_KEYS: ReadonlySet<PropertyKey> = new Set(['holidays', 'days']);

/** What expanding the references of a file gave. */
export interface ExpandedLists {
  /** The file with the items in place of every reference that could be resolved. */
  readonly value: unknown;
  readonly diagnostics: readonly Diagnostic[];
  /** Names of the lists that are referred to. */
  readonly used: ReadonlySet<string>;
}

/**
 * Puts the items of named lists in place of the references to them: `{ list: NAME }` wherever a list of values may stand,
 * and the bare name as `holidays`, `days` and `in` of an attribute, where nothing else can be meant.
 */
export function expandLists(
  value: unknown,
  lists: ReadonlyMap<string, NamedList>,
  diagnose: Locator['diagnose'],
): ExpandedLists {
  const diagnostics: Diagnostic[] = [];
  const used = new Set<string>();
  const resolve = (name: string, path: Path, otherwise: unknown): unknown => {
    const items = lists.get(name);
    if (items === undefined) {
      const meant = nearest(name, lists.keys());
      const message = `There is no list "${name}" under "lists".`;
      const suggestion = meant ? `Did you mean "${meant}"?` : undefined;
      const complaint = { code: 'policy/unknown-list', message, ...(suggestion ? { suggestion } : {}) };
      diagnostics.push(diagnose(path, complaint));
      return otherwise;
    }
    used.add(name);
    return items;
  };
  const walk = (node: unknown, path: Path): unknown => {
    const name = path[0] === 'rules' || path[0] === 'otherwise' ? referenceAt(node, path, lists) : undefined;
    if (name !== undefined) return resolve(name, path, node);
    if (Array.isArray(node)) return node.map((item, index) => walk(item, [...path, index]));
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, part]) => [key, walk(part, [...path, key])]));
  };
  return { value: walk(value, []), diagnostics, used };
}

/** The name of the list that `node` refers to, or undefined where it refers to none. */
function referenceAt(node: unknown, path: Path, lists: ReadonlyMap<string, NamedList>): string | undefined {
  const key = path.at(-1) as PropertyKey;
  const isColumn = path.at(-2) === 'attributes';
  const isComparison = path.at(-3) === 'attributes';
  if (isColumn || LIST_KEYS.has(key)) {
    const entries = typeof node === 'object' && node !== null && !Array.isArray(node) ? Object.entries(node) : [];
    const [only] = entries;
    if (entries.length === 1 && only?.[0] === 'list' && typeof only[1] === 'string') return only[1];
  }
  if (typeof node !== 'string' || isColumn) return undefined;
  if (key === 'in') return isComparison ? node : undefined;
  if (!NAME_KEYS.has(key)) return undefined;
  return key === 'holidays' || lists.has(node) ? node : undefined;
}

/** The lists that the file names, as far as they are lists. */
export function listsOf(raw: unknown): ReadonlyMap<string, NamedList> {
  const lists = (raw as { lists?: unknown } | null | undefined)?.lists;
  if (typeof lists !== 'object' || lists === null || Array.isArray(lists)) return new Map();
  return new Map(
    Object.entries(lists).filter(
      (entry): entry is [string, NamedList] => typeof entry[1] === 'object' && entry[1] !== null,
    ),
  );
}
