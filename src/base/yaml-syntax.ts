import {
  type Alias,
  CST,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  Lexer,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { messageOf } from './errors.js';
import type { Complaint, Span } from './source-text.js';

/** A complaint and where it belongs. */
export interface PlacedComplaint extends Complaint {
  readonly span: Span;
}

/** What the syntax pass found. `value` is present when the text can be read at all, doubled keys included. */
export interface ParsedYaml {
  readonly doc?: Document.Parsed;
  readonly value?: unknown;
  readonly readable: boolean;
  readonly complaints: readonly PlacedComplaint[];
}

const MOST_BYTES = 1024 * 1024;
const LONGEST_LINE = 20_000;
const DEEPEST = 64;
/** Aliases may repeat parts of a file, but not blow it up. */
const MOST_ALIASES = 100;
const MOST_NODES = 500_000;
const MOST_COMPLAINTS = 100;

/**
 * Reads YAML within bounds: 1 MiB, 64 levels, 100 aliased nodes. The bounds on lines and levels are checked on tokens,
 * before the parser sees the text, because its time grows with the square of the nesting.
 */
export function parseYaml(text: string): ParsedYaml {
  const refused = outOfBounds(text);
  if (refused) return { readable: false, complaints: [refused] };
  let doc: Document.Parsed;
  try {
    doc = parseDocument(text, { prettyErrors: false, stringKeys: true, logLevel: 'error', strict: true });
  } catch (error) {
    return { readable: false, complaints: [unreadable(messageOf(error))] };
  }
  const complaints = firstOfEachLine([...doc.errors, ...doc.warnings], text).map((error) => ofYamlError(error, text));
  complaints.push(...aliasComplaints(doc));
  const fatal = complaints.some((complaint) => complaint.code !== 'yaml/duplicate-key');
  if (fatal) return { doc, readable: false, complaints };
  try {
    const value: unknown = doc.toJS({ maxAliasCount: MOST_ALIASES });
    const deep = tooDeep(value);
    if (deep) return { doc, readable: false, complaints: [...complaints, deep] };
    return { doc, value, readable: true, complaints };
  } catch (error) {
    return { doc, readable: false, complaints: [...complaints, unreadable(messageOf(error))] };
  }
}

/** The node at `path`, or the deepest ancestor of it that exists, with the key that leads to it; follows aliases. */
export function nodeAt(
  doc: Document.Parsed,
  path: readonly PropertyKey[],
): { readonly key: Node | null; readonly value: Node | null; readonly depth: number } {
  let key: Node | null = null;
  let value: Node | null = doc.contents;
  for (const [depth, step] of path.entries()) {
    const from: Node | undefined | null = isAlias(value) ? value.resolve(doc) : value;
    const pair = isMap(from)
      ? from.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step))
      : undefined;
    const item = isCollection(from) && !isMap(from) ? (from.items[Number(step)] as Node | undefined) : undefined;
    if (pair) {
      key = pair.key as Node;
      value = (pair.value as Node | null) ?? null;
    } else if (item) {
      key = null;
      value = item;
    } else {
      return { key, value, depth };
    }
  }
  return { key, value, depth: path.length };
}

function outOfBounds(text: string): PlacedComplaint | undefined {
  const bytes = Buffer.byteLength(text);
  if (bytes > MOST_BYTES) {
    const size = `${(bytes / MOST_BYTES).toFixed(1)} MiB`;
    return { span: { start: 0, end: 1 }, code: 'yaml/too-large', message: `The file has ${size}; 1 MiB is the most.` };
  }
  let offset = 0;
  for (const line of text.split('\n')) {
    if (line.length > LONGEST_LINE) {
      const message = `This line has ${line.length} characters; ${LONGEST_LINE} are the most.`;
      return { span: { start: offset, end: offset + 1 }, code: 'yaml/too-large', message };
    }
    const indent = /^(?:[ ]|[-?:] )*/.exec(line)?.[0].length ?? 0;
    if (indent > DEEPEST * 4) return nestedTooDeeply({ start: offset + indent - 1, end: offset + indent });
    offset += line.length + 1;
  }
  return flowTooDeep(text);
}

/** The first `[` or `{` below the permitted depth. */
function flowTooDeep(text: string): PlacedComplaint | undefined {
  let depth = 0;
  let offset = 0;
  let isText = false;
  for (const token of new Lexer().lex(text)) {
    const marker = token === CST.SCALAR || token === CST.DOCUMENT || token === CST.FLOW_END || token === CST.BOM;
    if (!marker && !isText) {
      if (token === '[' || token === '{') depth++;
      if (token === ']' || token === '}') depth = Math.max(0, depth - 1);
      if (depth > DEEPEST) return nestedTooDeeply({ start: offset, end: offset + 1 });
    }
    isText = token === CST.SCALAR;
    if (!marker || token === CST.BOM) offset += token.length;
  }
  return undefined;
}

function nestedTooDeeply(span: Span): PlacedComplaint {
  return { span, code: 'yaml/too-deep', message: `The file is nested deeper than ${DEEPEST} levels here.` };
}

/** Depth and size of the read value: aliases can make both larger than the text. */
function tooDeep(value: unknown): PlacedComplaint | undefined {
  let nodes = 0;
  const walk = (node: unknown, depth: number): boolean => {
    if (typeof node !== 'object' || node === null) return false;
    if (depth >= DEEPEST || ++nodes > MOST_NODES) return true;
    return Object.values(node).some((child) => walk(child, depth + 1));
  };
  return walk(value, 0) ? nestedTooDeeply({ start: 0, end: 1 }) : undefined;
}

function unreadable(reason: string): PlacedComplaint {
  const bomb = /alias/i.test(reason);
  const message = bomb
    ? `The aliases (*name) of this file repeat too much; ${MOST_ALIASES} repeated parts are the most.`
    : 'The file cannot be read as YAML: it is nested too deeply.';
  return { span: { start: 0, end: 1 }, code: bomb ? 'yaml/too-many-aliases' : 'yaml/too-deep', message };
}

/** One wrong bracket makes the parser complain about all that follows on its line: the first complaint is the cause. */
function firstOfEachLine(errors: readonly YAMLError[], text: string): YAMLError[] {
  const kept: YAMLError[] = [];
  for (const error of errors) {
    const last = kept.at(-1);
    const sameLine = last !== undefined && !text.slice(last.pos[0], error.pos[0]).includes('\n');
    if (!sameLine || error.code === 'DUPLICATE_KEY') kept.push(error);
  }
  return kept.slice(0, MOST_COMPLAINTS);
}

function aliasComplaints(doc: Document.Parsed): PlacedComplaint[] {
  const complaints: PlacedComplaint[] = [];
  const open = new Set<Node>();
  visit(doc, {
    Alias(_key, alias: Alias, path) {
      const [start = 0, end = start + 1] = alias.range ?? [];
      const target = alias.resolve(doc);
      open.clear();
      for (const ancestor of path) open.add(ancestor as Node);
      const message = !target
        ? `There is no anchor &${alias.source} before the alias *${alias.source}.`
        : open.has(target)
          ? `The alias *${alias.source} stands inside the part that it repeats.`
          : undefined;
      if (message) complaints.push({ span: { start, end }, code: 'yaml/alias', message });
    },
  });
  return complaints;
}

/** How sentences of the library begin that are all of one code, and what is said instead. */
const MISSING: readonly (readonly [string, string])[] = [
  ['All mapping items', 'This line is not indented like the other keys of its map.'],
  ['All sequence items', 'This line is not indented like the other items of its list.'],
  ['Missing closing "', 'A text in quotes does not end: a closing " is missing.'],
  ["Missing closing '", "A text in quotes does not end: a closing ' is missing."],
  ['Flow sequence', 'A list in brackets does not end: a ] is missing, or the lines in it are not indented.'],
  ['Expected flow sequence', 'A list in brackets does not end: a ] is missing.'],
  ['Flow map', 'A map in braces does not end: a } is missing, or the lines in it are not indented.'],
  ['Expected flow map', 'A map in braces does not end: a } is missing.'],
  ['Missing , between', 'Two items in brackets or braces need a comma between them.'],
  ['Implicit map keys', 'This key has no value: a ":" is missing after it.'],
];

/** The library's codes in sentences; where its own sentence is plain, it is kept. */
function ofYamlError(error: YAMLError, text: string): PlacedComplaint {
  const [start, end] = error.pos;
  const span = { start, end };
  const said = `${error.message.replace(/\.$/, '')}.`;
  switch (error.code) {
    case 'DUPLICATE_KEY': {
      const key = /^(?:"[^"\n]*"|'[^'\n]*'|[^:\s,}]+)/.exec(text.slice(start, start + 200))?.[0] ?? '';
      const name = key.replaceAll(/^["']|["']$/g, '');
      const message = `"${name}" is written twice in the same map; the second would hide the first.`;
      return { span: { start, end: start + Math.max(1, key.length) }, code: 'yaml/duplicate-key', message };
    }
    case 'TAB_AS_INDENT':
      return { span, code: 'yaml/syntax', message: 'YAML is indented with spaces; this is a tab.' };
    case 'MULTIPLE_DOCS':
      return { span, code: 'yaml/syntax', message: 'The file holds more than one document; only one is read.' };
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY': {
      const suggestion = 'Check the indentation, and put quotes around a text that contains ": ".';
      return { span, code: 'yaml/syntax', message: 'A key and its value do not fit together here.', suggestion };
    }
    case 'BAD_INDENT':
    case 'MISSING_CHAR': {
      const message = MISSING.find(([start]) => error.message.startsWith(start))?.[1] ?? said;
      return { span, code: 'yaml/syntax', message };
    }
    case 'NON_STRING_KEY':
      return { span, code: 'yaml/syntax', message: 'A key must be a plain text, not a list or a map.' };
    case 'BAD_SCALAR_START':
      return { span, code: 'yaml/syntax', message: said, suggestion: 'Put quotes around the text.' };
    case 'TAG_RESOLVE_FAILED':
      return { span, code: 'yaml/syntax', message: `The tag ${text.slice(start, end)} is not known here.` };
    case 'UNEXPECTED_TOKEN': {
      const suggestion = 'Check the indentation, brackets and quotes before it.';
      return { span, code: 'yaml/syntax', message: 'This does not belong here.', suggestion };
    }
    default:
  }
  return { span, code: 'yaml/syntax', message: said };
}
