import type { Diagnostic } from '../base/diagnostic.js';
import type { Locator } from '../base/document.js';
import { type Origin, Origins } from '../base/relocated.js';
import { nearest } from '../base/suggestion.js';
import { federalHolidays } from './federal-holidays.js';

type Path = readonly PropertyKey[];

/** A named list as it was read: values, or labels with weights; and where it stands. */
export interface NamedList extends Origin {
  readonly items: object;
}

/** Named lists by name. */
export type NamedLists = ReadonlyMap<string, NamedList>;

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

/** A long list in many rules makes a policy that takes minutes to check. */
const MOST_ITEMS = 100_000;
const TOO_LARGE = `With the items of named lists put in place the policy has more than ${MOST_ITEMS} of them from here on.`;

/** What expanding the references of a file gave. */
export interface ExpandedLists {
  /** The file with the items in place of every reference that could be resolved. */
  readonly value: unknown;
  readonly diagnostics: readonly Diagnostic[];
  /** Names of the lists that are referred to. */
  readonly used: ReadonlySet<string>;
  /** Where the items stand that were put in. */
  readonly origins: Origins;
}

/**
 * Puts the items of named lists in place of the references to them: `{ list: NAME }` wherever a list of values may stand,
 * and the bare name as `holidays`, `days` and `in` of an attribute, where nothing else can be meant. As `holidays`, `us-2026`
 * is the federal holidays of that year where no list is called so.
 */
export function expandLists(value: unknown, lists: NamedLists, locator: Locator): ExpandedLists {
  const diagnostics: Diagnostic[] = [];
  const used = new Set<string>();
  const origins = new Origins();
  let items = 0;
  let isFull = false;
  // A file with a calendar of its own means that one: another year's name is a slip.
  const hasOwnCalendar = [...lists.keys()].some((name) => federalHolidays(name));
  const holidaysNamed = (name: string, path: Path): readonly string[] | undefined =>
    path.at(-1) === 'holidays' && !hasOwnCalendar ? federalHolidays(name) : undefined;
  const resolve = (name: string, path: Path, otherwise: unknown): unknown => {
    const list = lists.get(name);
    if (list === undefined) {
      const known = holidaysNamed(name, path);
      if (known) return known;
      const meant = nearest(name, lists.keys());
      if (meant) used.add(meant);
      diagnostics.push(locator.diagnose(path, unknownList(name, meant)));
      return otherwise;
    }
    used.add(name);
    items += Object.keys(list.items).length;
    if (items > MOST_ITEMS) {
      if (!isFull) diagnostics.push(locator.diagnose(path, { code: 'policy/too-large', message: TOO_LARGE }));
      isFull = true;
      return otherwise;
    }
    origins.put(path, list);
    return list.items;
  };
  /** A list in which other lists are named: their items stand in it, each told where it was written. */
  const spread = (node: readonly unknown[], path: Path): unknown[] => {
    const all: unknown[] = [];
    for (const [index, item] of node.entries()) {
      const place = [...path, index];
      const wanted = itemReference(item, path) ?? '';
      const list = lists.get(wanted);
      const known = list ? undefined : holidaysNamed(wanted, path);
      if (known) {
        for (const date of known) {
          origins.putItem([...path, all.length], { locator, path: place });
          all.push(date);
        }
        continue;
      }
      if (list && Array.isArray(list.items)) {
        used.add(wanted);
        for (const [at, one] of list.items.entries()) {
          origins.putItem([...path, all.length], { locator: list.locator, path: [...list.path, at] });
          all.push(one);
        }
        continue;
      }
      if (all.length !== index) origins.putItem([...path, all.length], { locator, path: place });
      const name = typeof item === 'object' ? itemReference(item, path) : undefined;
      all.push(name === undefined ? walk(item, place) : resolve(name, place, item));
    }
    return all;
  };
  const walk = (node: unknown, path: Path): unknown => {
    const isRule = path[0] === 'rules' || path[0] === 'otherwise';
    const name = isRule ? referenceAt(node, path, lists) : undefined;
    if (name !== undefined) return resolve(name, path, node);
    if (isRule && typeof node === 'string' && lists.has(node) && mayBeList(path)) {
      diagnostics.push(locator.diagnose(path, readAsText(node)));
    }
    if (Array.isArray(node)) {
      return isRule && mayBeList(path) ? spread(node, path) : node.map((item, index) => walk(item, [...path, index]));
    }
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, part]) => [key, walk(part, [...path, key])]));
  };
  return { value: walk(value, []), diagnostics, used, origins };
}

/** The lists that the file names, as far as they are lists. */
export function listsOf(raw: unknown, locator: Locator): NamedLists {
  const lists = (raw as { lists?: unknown } | null | undefined)?.lists;
  if (typeof lists !== 'object' || lists === null || Array.isArray(lists)) return new Map();
  return new Map(
    Object.entries(lists).flatMap(([name, items]) =>
      typeof items === 'object' && items !== null ? [[name, { items, locator, path: ['lists', name] }]] : [],
    ),
  );
}

/** The name of the list that `node` refers to, or undefined where it refers to none. */
function referenceAt(node: unknown, path: Path, lists: NamedLists): string | undefined {
  const key = path.at(-1) as PropertyKey;
  if (isColumn(path) || LIST_KEYS.has(key)) {
    const entries = typeof node === 'object' && node !== null && !Array.isArray(node) ? Object.entries(node) : [];
    const [only] = entries;
    if (entries.length === 1 && only?.[0] === 'list' && typeof only[1] === 'string') return only[1];
  }
  if (typeof node !== 'string' || isColumn(path)) return undefined;
  if (key === 'in') return path.at(-3) === 'attributes' ? node : undefined;
  if (!NAME_KEYS.has(key)) return undefined;
  return key === 'holidays' || lists.has(node) ? node : undefined;
}

/** The same of an item of a list: `[{ list: us-2026 }, 2026-12-24]`; of holidays and days the bare name, too. */
function itemReference(item: unknown, owner: Path): string | undefined {
  if (typeof item === 'string')
    return NAME_KEYS.has(owner.at(-1) as PropertyKey) && !isColumn(owner) ? item : undefined;
  return referenceAt(item, owner, new Map());
}

function isColumn(path: Path): boolean {
  return path.at(-2) === 'attributes';
}

/** Whether the value at `path`, or the list of which it is an item, could have been a reference. */
function mayBeList(path: Path): boolean {
  const owner = typeof path.at(-1) === 'number' ? path.slice(0, -1) : path;
  return isColumn(owner) || LIST_KEYS.has(owner.at(-1) as PropertyKey);
}

function unknownList(name: string, meant: string | undefined) {
  const message = `There is no list "${name}" under "lists".`;
  return {
    code: 'policy/unknown-list',
    message,
    suggestion: meant ? `Did you mean "${meant}"?` : `Add it: lists: { ${name}: [ … ] }.`,
  };
}

function readAsText(name: string) {
  return {
    severity: 'warning',
    code: 'policy/list-as-text',
    message: `"${name}" is read as a text here, though there is a list of this name.`,
    suggestion: `Write { list: "${name}" } to mean the list.`,
  } as const;
}
