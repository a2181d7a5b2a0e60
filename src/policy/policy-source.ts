import { type Diagnostic, sortDiagnostics } from '../base/diagnostic.js';
import { type Locator, loadDocument, type Prepared } from '../base/document.js';
import { besideFile, plainPath, whyUnreadable } from '../base/file-path.js';
import { relocated } from '../base/relocated.js';
import { keysAt } from '../base/schema-keys.js';
import { expandLists, listsOf, type NamedLists } from './lists.js';
import { type PolicyFile, PolicySchema } from './schema.js';

/** Reads a text file by path; throws as node:fs does. */
export type ReadFile = (path: string) => string;

/** One file of a policy: the policy itself, or one that it includes. */
export interface PolicySource {
  readonly file: string;
  /** What the file says, the items of named lists put in place, otherwise unchecked; undefined where it is no YAML. */
  readonly raw: unknown;
  /** Present when nothing is wrong with syntax and shape. */
  readonly value: PolicyFile | undefined;
  readonly locator: Locator;
  /** Lists that this file names or has from those it includes. */
  readonly lists: NamedLists;
  /** Names of the lists that it refers to. */
  readonly used: ReadonlySet<string>;
  /** The files that it includes; a file that several include is the same source in each. */
  readonly included: readonly PolicySource[];
}

export interface PolicySources {
  readonly main: PolicySource;
  /** Of all files, syntax and shape. */
  readonly diagnostics: readonly Diagnostic[];
  /** Paths of all files that were read, or should have been, the policy itself first. */
  readonly files: readonly string[];
}

const DEEPEST = 16;
const MOST_FILES = 100;

/** Reads a policy and all that it includes. Never throws for anything that the files contain. */
export function readSources(text: string, file: string, readFile?: ReadFile): PolicySources {
  const reader = new SourceReader(readFile);
  const main = reader.read(text, file, []);
  return { main, diagnostics: sortDiagnostics(reader.diagnostics), files: [file, ...reader.seen.keys()] };
}

class SourceReader {
  readonly diagnostics: Diagnostic[] = [];
  readonly seen = new Map<string, PolicySource | undefined>();
  private readonly readFile: ReadFile | undefined;

  constructor(readFile: ReadFile | undefined) {
    this.readFile = readFile;
  }

  /** `chain`: the files that led to this one, the policy itself first. */
  read(text: string, file: string, chain: readonly string[]): PolicySource {
    let included: PolicySource[] = [];
    let lists: NamedLists = new Map();
    let used: ReadonlySet<string> = new Set();
    const prepare = (raw: unknown, locator: Locator): Prepared => {
      included = this.followIncludes(raw, locator, [...chain, plainPath(file)]);
      lists = new Map([...included.toReversed().flatMap((one) => [...one.lists]), ...listsOf(raw, locator)]);
      const expanded = expandLists(raw, lists, locator);
      used = expanded.used;
      const { value, diagnostics, origins } = expanded;
      return { value, diagnostics, locator: relocated(locator, origins), mayBeQuoted: true };
    };
    const loaded = loadDocument(text, file, PolicySchema, { area: 'policy', prepare });
    // The file itself comes before what it includes.
    this.diagnostics.unshift(...loaded.diagnostics);
    const { value, raw, locator } = loaded;
    return { file, raw, value, locator, lists, used, included };
  }

  private followIncludes(raw: unknown, locator: Locator, chain: readonly string[]): PolicySource[] {
    const include = (raw as { include?: unknown } | null)?.include;
    const named = Array.isArray(include) ? include : [include];
    return named.flatMap((path: unknown, index) => {
      if (typeof path !== 'string' || path.trim() === '') return [];
      const place = Array.isArray(include) ? ['include', index] : ['include'];
      return this.include(path, chain, (reason, message) => {
        this.diagnostics.push(locator.diagnose(place, { code: `policy/${reason}`, message }));
        return [];
      });
    });
  }

  private include(
    path: string,
    chain: readonly string[],
    refuse: (reason: string, message: string) => PolicySource[],
  ): PolicySource[] {
    const from = chain.at(-1) ?? '';
    const file = besideFile(from, path);
    if (chain.includes(file)) {
      const round = [...chain.slice(chain.indexOf(file)), file].join(' → ');
      return refuse('include-cycle', `${from} includes ${file}, which includes it in turn: ${round}.`);
    }
    const known = this.seen.get(file);
    if (known) return [known];
    if (this.seen.has(file)) return []; // refused before, and told
    if (chain.length > DEEPEST || this.seen.size >= MOST_FILES) {
      return refuse(
        'too-many-includes',
        `${from} includes ${file}; ${MOST_FILES} files, ${DEEPEST} deep, are the most.`,
      );
    }
    this.seen.set(file, undefined);
    if (!this.readFile) return refuse('include-unreadable', `${from} includes ${file}, but files cannot be read here.`);
    let text: string;
    try {
      text = this.readFile(file);
    } catch (error) {
      return refuse(
        'include-unreadable',
        `The file ${file}, included by ${from}, cannot be read: ${whyUnreadable(error)}.`,
      );
    }
    const others = foreignKeys(text, file);
    if (others !== undefined) {
      return refuse('include-not-policy', `The file ${file}, included by ${from}, is no policy: ${others}.`);
    }
    const source = this.read(text, file, chain);
    this.seen.set(file, source);
    return [source];
  }
}

/** Why the file is something else than a policy, or undefined where it is one, or too broken to tell. */
function foreignKeys(text: string, file: string): string | undefined {
  const { raw, diagnostics } = loadDocument(text, file, PolicySchema, { area: 'policy' });
  if (raw === undefined) return undefined;
  if (raw === null) return 'it is empty';
  if (typeof raw !== 'object' || Array.isArray(raw)) return 'it is no map of keys and values';
  const keys = Object.keys(raw);
  const known = keysAt(PolicySchema, []);
  const strange = keys.filter((key) => !known.includes(key));
  const own = keys.filter((key) => known.includes(key) && key !== 'version');
  if (own.length > 0 || strange.length === 0 || diagnostics.length === 0) return undefined;
  return `it has ${strange
    .slice(0, 3)
    .map((key) => `"${key}"`)
    .join(', ')} and none of the keys of a policy`;
}
