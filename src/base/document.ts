import { type Document, isMap, isScalar, type Node, visit } from 'yaml';
import type { z } from 'zod';
import { type Diagnostic, sortDiagnostics } from './diagnostic.js';
import { defaultPredicate, shapeProblems } from './shape-problems.js';
import { type Complaint, isSecretKey, type SourceText, type Span, sourceText } from './source-text.js';
import { nodeAt, parseYaml } from './yaml-syntax.js';

/** Where in the file a path leads: to the key itself, to its value, or, for what is missing, to the map it should be in. */
export type Where = 'key' | 'value' | 'parent';

/** Places complaints of the meaning pass: paths as in the read value, list items by number. */
export interface Locator {
  readonly file: string;
  /** Line and column, from 1. */
  locate(path: readonly PropertyKey[], where?: Where): { readonly line: number; readonly column: number };
  diagnose(path: readonly PropertyKey[], complaint: Complaint, where?: Where): Diagnostic;
}

export interface DocumentOptions {
  /** The first part of every code of the shape pass: `policy` gives `policy/unknown-key`. */
  readonly area: string;
  /** What the file is called in a sentence; the area when omitted. */
  readonly what?: string;
  /** A sentence about a key that the schema does not know (a key of a later version), or undefined: then it is unknown. */
  readonly explainKey?: (path: readonly PropertyKey[], key: string) => string | undefined;
  /** Changes the read value before it is checked (substitution of variables) and may complain about it. */
  readonly prepare?: (value: unknown, locator: Locator) => Prepared;
}

export interface Prepared {
  readonly value: unknown;
  readonly diagnostics: readonly Diagnostic[];
  /** Where parts of the value came from elsewhere: knows their places. */
  readonly locator?: Locator;
  /** Sentences may quote what was put in; else they quote the file as written, for a substituted value may be a secret. */
  readonly mayBeQuoted?: true;
}

/** `value` is there when the first two passes found no error; then the meaning pass may add its own by `locator`. */
export interface LoadedDocument<T> {
  readonly value?: T;
  /** What the file says, prepared but unchecked, as far as it is YAML: for checks of meaning that can do with less than the whole. */
  readonly raw?: unknown;
  readonly diagnostics: readonly Diagnostic[];
  readonly locator: Locator;
}

/**
 * Reads a YAML file and checks its shape. Pass one is syntax, pass two the schema; the caller does the third, meaning.
 * Each pass reports all that it finds, in the order of the file. Never throws for anything that a file can contain.
 */
export function loadDocument<S extends z.ZodType>(
  text: string,
  file: string,
  schema: S,
  options: DocumentOptions,
): LoadedDocument<z.output<S>> {
  const source = sourceText(file, text);
  const parsed = parseYaml(text);
  if (parsed.doc) maskSecretValues(parsed.doc, source);
  let locator = createLocator(source, parsed.doc);
  const diagnostics = parsed.complaints.map(({ span, ...complaint }) => source.diagnose(span, complaint));
  let raw = parsed.value;
  const finish = (value?: z.output<S>): LoadedDocument<z.output<S>> => ({
    ...(value === undefined ? {} : { value }),
    ...(parsed.readable ? { raw } : {}),
    diagnostics: sortDiagnostics(diagnostics),
    locator,
  });
  if (!parsed.readable) return finish();
  const what = options.what ?? options.area;
  if (parsed.value === null || parsed.value === undefined) {
    const message = `The ${what} is empty; it needs at least "version: 1".`;
    diagnostics.push(locator.diagnose([], { code: `${options.area}/missing-key`, message }));
    return finish();
  }
  const prepared: Prepared = options.prepare?.(parsed.value, locator) ?? { value: parsed.value, diagnostics: [] };
  diagnostics.push(...prepared.diagnostics);
  raw = prepared.value;
  locator = prepared.locator ?? locator;
  const result = schema.safeParse(raw, { error: defaultPredicate });
  if (!result.success) {
    const { explainKey } = options;
    const value = prepared.mayBeQuoted ? raw : parsed.value;
    const problems = shapeProblems(result.error.issues, { schema, value, what, explainKey });
    for (const { path, on, reason, message, suggestion } of problems) {
      const complaint = { code: `${options.area}/${reason}`, message, ...(suggestion ? { suggestion } : {}) };
      diagnostics.push(locator.diagnose(path, complaint, on));
    }
  }
  const clean = result.success && diagnostics.every((diagnostic) => diagnostic.severity === 'warning');
  return clean ? finish(result.data) : finish();
}

/** A complaint about a file (or a flag) as a whole: line and column are 0. */
export function diagnoseFile(file: string, complaint: Complaint): Diagnostic {
  return { severity: 'error', ...complaint, file, line: 0, column: 0 };
}

function createLocator(source: SourceText, doc: Document.Parsed | undefined): Locator {
  const spanOf = (path: readonly PropertyKey[], where: Where): Span => {
    const top = { start: 0, end: 1 };
    if (!doc) return top;
    const found = nodeAt(doc, path);
    const missing = found.depth < path.length;
    const onKey = where === 'key' || (where === 'parent' && missing && found.key) || !found.value?.range;
    const node = onKey ? (found.key ?? found.value) : found.value;
    if (!node?.range) return doc.contents?.range ? firstOf(doc.contents) : top;
    // A block map starts where its first key does; carets under all of it would say nothing.
    return node === found.key || isScalar(node) ? { start: node.range[0], end: node.range[1] } : firstOf(node);
  };
  return {
    file: source.file,
    locate: (path, where = 'value') => {
      const { line, column } = source.diagnose(spanOf(path, where), { code: '', message: '' });
      return { line, column };
    },
    diagnose: (path, complaint, where = 'value') => source.diagnose(spanOf(path, where), complaint),
  };
}

/** The first key of a block map, the whole of a flow one (as far as it stays on its line). */
function firstOf(node: Node): Span {
  const [start = 0, end = start + 1] = node.range ?? [];
  const first = isMap(node) && !node.flow ? (node.items[0]?.key as Node | undefined) : undefined;
  return first?.range ? { start: first.range[0], end: first.range[1] } : { start, end };
}

/** Hides the values of secret-looking keys in frames, also where they stand on lines of their own. */
function maskSecretValues(doc: Document.Parsed, source: SourceText): void {
  visit(doc, {
    Pair(_index, { key, value }) {
      if (!isScalar(key) || !isSecretKey(String(key.value)) || !isScalar(value) || !value.range) return;
      source.mask({ start: value.range[0], end: value.range[1] });
    },
  });
}
