// Guards the direction of imports, the absence of cycles, and the edges where the world comes in (docs/architecture.md).
// TypeScript 7 has no classic compiler API, so this reads the source as text: comments and literals are blanked first.
// Usage: node scripts/check-layers.mjs [ROOT]   → one line per problem, exit 1 if there is any
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What each folder of src/ may import, besides itself. `folder:types` and `folder/file:types` allow `import type` only. */
const MAY_IMPORT = {
  base: [],
  wire: [],
  icws: ['base', 'wire'],
  policy: ['base'],
  config: ['base', 'policy'],
  agent: ['base', 'policy:types', 'journal/record:types'],
  journal: ['base'],
  metrics: ['base'],
  fleet: ['base', 'wire', 'icws', 'policy', 'config', 'agent', 'journal', 'metrics'],
  report: ['base', 'journal', 'metrics'],
  simulator: ['base', 'wire'],
  cli: ['base', 'wire', 'icws', 'policy', 'config', 'agent', 'journal', 'metrics', 'fleet', 'report', 'simulator'],
};

/** Where the world may come in: the command line, and the factory of the clock. */
const EDGES = [/^src\/cli\//, /^src\/base\/clock\.ts$/];

/** What belongs to the edges, and what to do instead. `setTimeout(fn: …` is no use but a port that declares its method. */
const EFFECTS = [
  [/(?<![.\w$])Date\.now\b/, 'Date.now (take the time from the Clock)'],
  [/\bnew\s+Date\s*(?:\(\s*\)|(?![\w$(\s]))/, 'new Date() without an argument (take the time from the Clock)'],
  [/(?<![.\w$])performance\.now\b/, 'performance.now (take the time from the Clock)'],
  [
    /(?<![.\w$])(?:globalThis\.)?(?:set|clear)(?:Timeout|Interval|Immediate)\s*\((?!\s*\w+\??\s*:)/,
    'a global timer (use the Clock)',
  ],
  [/['"](?:node:)?timers(?:\/promises)?['"]/, 'node:timers (use the Clock)', 'imports'],
  [/\bMath\.random\b/, 'Math.random (take a stream of Random)'],
  [/\brandomUUID\b/, 'randomUUID (let the caller pass the id)'],
  [/(?<![.\w$])process\s*(?:\.|\[)/, 'process (only src/cli touches it)'],
  [/['"](?:node:)?process['"]/, 'node:process (only src/cli touches it)', 'imports'],
];

const MOST_LINES = 320;
const IMPORT =
  /(?:^|[;}\n])\s*(?:import|export)\s+(type\s+)?([^;'"]*?from\s*)?(['"])([^'"\n]+)\3|\bimport\s*\(\s*(['"])([^'"\n]+)\5\s*\)/g;

/** All problems and warnings of the tree under `root`. */
export function checkLayers(root) {
  const problems = [];
  const warnings = [];
  const graph = new Map();
  for (const file of sources(join(root, 'src'))) {
    const path = relative(root, file).split(sep).join('/');
    const source = readFileSync(file, 'utf8');
    const code = blank(source, { keepStrings: true });
    const imports = importsOf(code, path);
    graph.set(
      path,
      imports.map(({ target }) => target).filter((target) => target?.startsWith('src/')),
    );
    problems.push(...checkImports(path, imports), ...checkEffects(path, code, blank(source, { keepStrings: false })));
    const lines = source.trimEnd().split('\n').length;
    if (
      lines > MOST_LINES &&
      !source.startsWith('// Generated') &&
      !/@generated|generated from/i.test(source.slice(0, 300))
    )
      warnings.push(`${path} has ${lines} lines; more than ${MOST_LINES} hide a noun of their own`);
  }
  problems.push(...cyclesOf(graph));
  return { problems, warnings };
}

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return sources(path);
      return /\.ts$/.test(entry.name) ? [path] : [];
    });
}

/** The imports of one file: what they name, where that lies, and whether only types come along. */
function importsOf(code, path) {
  return [...code.matchAll(IMPORT)].map((match) => {
    const specifier = match[4] ?? match[6];
    const named = /^\s*\{([^}]*)\}\s*from\s*$/.exec(match[2] ?? '')?.[1];
    const allTypes = named?.split(',').every((name) => /^\s*(type\s|$)/.test(name)) && named.trim() !== '';
    const target = specifier.startsWith('.')
      ? posix.normalize(posix.join(posix.dirname(path), specifier)).replace(/\.js$/, '.ts')
      : undefined;
    return { specifier, target, typeOnly: Boolean(match[1]) || Boolean(allTypes), line: lineAt(code, match.index) };
  });
}

function checkImports(path, imports) {
  const folder = path.split('/')[1];
  const allowed = MAY_IMPORT[folder];
  if (!allowed)
    return path.split('/').length > 2
      ? [`${path}: ${folder}/ is no folder of the design (see docs/architecture.md)`]
      : [];
  const problems = [];
  for (const { target, specifier, typeOnly } of imports) {
    if (target === undefined) continue;
    const other = target.split('/')[1];
    if (!target.startsWith('src/') || target.split('/').length < 3) {
      problems.push(`${path} must not import ${specifier}, which is outside src/ (see docs/architecture.md)`);
      continue;
    }
    if (other === folder) continue;
    const module = target.slice('src/'.length).replace(/\.ts$/, '');
    if (allowed.includes(other) || allowed.includes(module)) continue;
    const types = allowed.find((name) => name === `${other}:types` || name === `${module}:types`);
    if (types && typeOnly) continue;
    problems.push(
      types
        ? `${path} may import types only from ${types.replace(':types', '')} (see docs/architecture.md)`
        : `${path} must not import ${other}/ (see docs/architecture.md)`,
    );
  }
  return problems;
}

function checkEffects(path, code, bare) {
  if (EDGES.some((edge) => edge.test(path))) return [];
  const problems = [];
  const lines = bare.split('\n');
  const importLines = code.split('\n');
  lines.forEach((line, i) => {
    for (const [pattern, what, where] of EFFECTS) {
      const text = where === 'imports' ? importLines[i] : line;
      if (where === 'imports' && !/\b(?:import|from|require)\b/.test(text)) continue;
      if (pattern.test(text)) problems.push(`${path}:${i + 1} must not use ${what} (see docs/architecture.md)`);
    }
  });
  return problems;
}

/** Every cycle between files once, told as a path. Type-only imports count: they tie two ideas together as well. */
function cyclesOf(graph) {
  const problems = [];
  const state = new Map();
  const stack = [];
  const visit = (path) => {
    state.set(path, 'open');
    stack.push(path);
    for (const next of graph.get(path) ?? []) {
      if (state.get(next) === 'open' && next !== path)
        problems.push(`cycle of imports: ${[...stack.slice(stack.indexOf(next)), next].join(' → ')}`);
      else if (!state.has(next) && graph.has(next)) visit(next);
    }
    stack.pop();
    state.set(path, 'done');
  };
  for (const path of graph.keys()) if (!state.has(path)) visit(path);
  return problems;
}

function lineAt(text, index) {
  return text.slice(0, index).split('\n').length;
}

/** The source with comments (and on demand the insides of strings and regular expressions) turned into spaces, line by line. */
function blank(source, { keepStrings }) {
  let out = '';
  let i = 0;
  /** For each open `${`, the depth of braces inside it. */
  const templates = [];
  const space = (text) => text.replace(/[^\n]/g, ' ');
  const literal = (end) => {
    const text = source.slice(i, end);
    out += keepStrings ? text : text[0] + space(text.slice(1, -1)) + text.slice(-1);
    i = end;
  };
  const template = (from) => {
    const [end, opens] = templateChunk(source, from);
    out += keepStrings ? source.slice(i, end) : space(source.slice(i, end));
    i = end;
    if (opens) templates.push(0);
  };
  while (i < source.length) {
    const c = source[i];
    const two = source.slice(i, i + 2);
    if (two === '//' || two === '/*') {
      const close = two === '//' ? source.indexOf('\n', i) : source.indexOf('*/', i) + 2;
      const end = close < 2 && close !== 0 ? source.length : close;
      out += space(source.slice(i, end));
      i = end;
    } else if (c === '"' || c === "'") literal(stringEnd(source, i));
    else if (c === '`') template(i + 1);
    else if (c === '/' && /(?:^|[=(,:[!&|?{};\n+]|\breturn|=>)\s*$/.test(out.slice(-40))) literal(regexEnd(source, i));
    else if (c === '}' && templates.at(-1) === 0) {
      templates.pop();
      template(i + 1);
    } else {
      if (templates.length > 0 && (c === '{' || c === '}')) templates[templates.length - 1] += c === '{' ? 1 : -1;
      out += c;
      i += 1;
    }
  }
  return out;
}

/** Index behind a piece of a template literal, and whether it ended at `${`. */
function templateChunk(source, from) {
  for (let i = from; i < source.length; i++) {
    if (source[i] === '\\') i += 1;
    else if (source[i] === '`') return [i + 1, false];
    else if (source[i] === '$' && source[i + 1] === '{') return [i + 2, true];
  }
  return [source.length, false];
}

function stringEnd(source, start) {
  for (let i = start + 1; i < source.length; i++) {
    if (source[i] === '\\') i += 1;
    else if (source[i] === source[start] || source[i] === '\n') return i + 1;
  }
  return source.length;
}

function regexEnd(source, start) {
  let inClass = false;
  for (let i = start + 1; i < source.length; i++) {
    if (source[i] === '\\') i += 1;
    else if (source[i] === '\n') return start + 1;
    else if (source[i] === '[') inClass = true;
    else if (source[i] === ']') inClass = false;
    else if (source[i] === '/' && !inClass) return i + 1;
  }
  return start + 1;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const root = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '..'));
  const { problems, warnings } = checkLayers(root);
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length > 0) process.exit(1);
  process.stdout.write('layers: imports flow one way, and the world comes in at the edges\n');
}
