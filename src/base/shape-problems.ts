import type { z } from 'zod';
import { orList } from './fields.js';
import { keysAt } from './schema-keys.js';
import { isSecretKey, maskSecrets } from './source-text.js';
import { nearest } from './suggestion.js';

/** One shape problem, placed by path; the document loader turns the path into line and column. */
export interface ShapeProblem {
  readonly path: readonly PropertyKey[];
  readonly on: 'key' | 'value' | 'parent';
  /** The part of the code after the slash. */
  readonly reason: 'unknown-key' | 'not-yet' | 'missing-key' | 'bad-value';
  readonly message: string;
  readonly suggestion?: string;
}

export interface ShapeContext {
  readonly schema: z.core.$ZodType;
  /** The value that was checked. */
  readonly value: unknown;
  /** "policy", "worker file", …: what the file is called in a sentence. */
  readonly what: string;
  /** A sentence about a key that the schema does not know, or undefined to call it unknown. */
  readonly explainKey?: ((path: readonly PropertyKey[], key: string) => string | undefined) | undefined;
}

type Issue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys and values',
  record: 'a map of keys and values',
  undefined: 'left out',
  null: 'empty',
};

/** How a field says what was probably meant (`orMeant` of fields.ts). */
const MEANT = /^(.*); did you mean (.*)\?$/s;

/** Words an issue for which the schema has no words of its own, as a predicate. Given to zod as the error map. */
export function defaultPredicate(issue: RawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${TYPE_WORDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${orList(issue.values.map(String))}`;
    case 'too_small':
      return issue.origin === 'array' || issue.origin === 'set'
        ? `must have at least ${issue.minimum} ${issue.minimum === 1 ? 'item' : 'items'}`
        : issue.origin === 'string'
          ? issue.minimum === 1
            ? 'must not be empty'
            : `must have at least ${issue.minimum} characters`
          : `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'array' || issue.origin === 'set'
        ? `must have at most ${issue.maximum} items`
        : issue.origin === 'string'
          ? `must have at most ${issue.maximum} characters`
          : `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`;
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return `must be a valid ${issue.format}`;
    default:
      return 'is not in a form that is understood here';
  }
}

/** Turns zod's issues into problems that a person understands. */
export function shapeProblems(issues: readonly Issue[], context: ShapeContext): ShapeProblem[] {
  const flat = issues.flatMap((issue) => flatten(issue, [], context.value));
  const unknownAt = new Set(flat.filter((issue) => issue.code === 'unrecognized_keys').map((issue) => at(issue.path)));
  return flat.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(issue.path, key, context));
    // A check of the whole map ("name one of …") says nothing new beside a misspelt key of it.
    if (issue.code === 'custom' && unknownAt.has(at(issue.path))) return [];
    return [badValue(issue, context)];
  });
}

/** "item 2 of "users"", ""url"", "the policy": how a sentence calls the thing at `path`. */
export function nameOf(path: readonly PropertyKey[], what: string): string {
  const last = path.at(-1);
  if (last === undefined) return `the ${what}`;
  if (typeof last !== 'number') return `"${String(last)}"`;
  const owner = path.findLast((step) => typeof step !== 'number');
  return `item ${last + 1} of ${owner === undefined ? `the ${what}` : `"${String(owner)}"`}`;
}

function at(path: readonly PropertyKey[]): string {
  return JSON.stringify(path);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let here: unknown = value;
  for (const step of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Record<PropertyKey, unknown>)[step];
  }
  return here;
}

/** Replaces a union's issue by those of the alternative that was meant, where the value shows which one that is. */
function flatten(issue: Issue, prefix: readonly PropertyKey[], root: unknown): Issue[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'invalid_union') {
    const value = valueAt(root, path);
    if (typeof value === 'object' && value !== null) {
      const meant = issue.errors
        .filter((branch) => !branch.some(isOfOtherType))
        .map((branch) => branch.flatMap((inner) => flatten(inner, path, root)))
        .sort((a, b) => weight(a) - weight(b))[0];
      if (meant && meant.length > 0) return meant;
    }
  }
  return [{ ...issue, path }];
}

/** Whether the issue says that a map or list was not even expected, rather than what is wrong inside it. */
function isOfOtherType(issue: Issue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_union') return issue.errors.every((branch) => branch.some(isOfOtherType));
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}

function weight(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? 2 * issue.keys.length : 1), 0);
}

function unknownKey(path: readonly PropertyKey[], key: string, context: ShapeContext): ShapeProblem {
  const place = { path: [...path, key], on: 'key' as const };
  const explained = context.explainKey?.(path, key);
  if (explained) return { ...place, reason: 'not-yet', message: explained };
  const known = keysAt(context.schema, path, valueAt(context.value, path));
  const meant = nearest(key, known);
  const message = `"${clip(key)}" is not a key of ${nameOf(path, context.what)}.`;
  const suggestion = meant
    ? `Did you mean "${meant}"?`
    : known.length > 0
      ? `Its keys are ${known.join(', ')}.`
      : undefined;
  return { ...place, reason: 'unknown-key', message, ...(suggestion ? { suggestion } : {}) };
}

function badValue(issue: Issue, context: ShapeContext): ShapeProblem {
  const { path } = issue;
  const value = valueAt(context.value, path);
  const name = nameOf(path, context.what);
  if (value === undefined && path.length > 0) {
    const owner = nameOf(path.slice(0, -1), context.what);
    const message = `${name} is missing from ${owner}; it ${stop(issue.message)}`;
    return { path, on: 'parent', reason: 'missing-key', message };
  }
  if (value === null || value === undefined) {
    const message = upper(`${name} has no value; it ${stop(issue.message)}`);
    return { path, on: path.length > 0 ? 'key' : 'value', reason: 'bad-value', message };
  }
  const [, predicate = issue.message, guess] = MEANT.exec(issue.message) ?? [];
  const tellsNothing = issue.code === 'custom' || (Array.isArray(value) && issue.code.startsWith('too_'));
  const found = tellsNothing || isHidden(path) ? '' : `, not ${shown(value)}`;
  const message = upper(`${name} ${stop(predicate + found)}`);
  const meant = guess ?? (typeof value === 'string' ? nearest(value, wordsOf(issue)) : undefined);
  const suggestion = meant ? `Did you mean "${meant}"?` : undefined;
  return { path, on: 'value', reason: 'bad-value', message, ...(suggestion ? { suggestion } : {}) };
}

/** The words that would have been understood, where there are such; over all alternatives. */
function wordsOf(issue: Issue): string[] {
  if (issue.code === 'invalid_value') return issue.values.filter((value) => typeof value === 'string');
  return issue.code === 'invalid_union'
    ? issue.errors.flat().flatMap((one) => (one.path.length > 0 ? [] : wordsOf(one)))
    : [];
}

/** The value of a secret-looking key is never shown. */
function isHidden(path: readonly PropertyKey[]): boolean {
  return path.some(isSecretKey);
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a map';
  return typeof value === 'string' ? `"${clip(maskSecrets(value))}"` : String(value);
}

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function stop(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
