import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { keysAt } from '../../src/base/schema-keys.js';
import { MESSAGE_TYPES } from '../../src/fleet/record-metrics.js';
import { OPERATIONS } from '../../src/icws/commands.js';
import { PolicySchema } from '../../src/policy/index.js';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const sources = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`);
const sorted = (items: Iterable<string>): string[] => [...new Set(items)].sort();
/** First group of every match. */
const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1] as string);

/** Cells of every table row of a section, without the header. */
function rows(document: string, heading: string): string[][] {
  const text = read(document);
  const start = text.indexOf(`## ${heading}`);
  if (start < 0) throw new Error(`${document} has no section "${heading}"`);
  const section = text.slice(start).split(/\n## /)[0] as string;
  return section
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
    .slice(1)
    .map((line) =>
      line
        .slice(1, -1)
        .split(' | ')
        .map((cell) => cell.trim()),
    );
}
const words = (cell = ''): string[] => all(cell, /`([^`]+)`/g);

describe('docs/dependencies.md', () => {
  const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
  test.each([
    ['What runs', 'dependencies'],
    ['What builds and tests', 'devDependencies'],
  ])('%s: exactly the %s of package.json, with their ranges and a reason', (heading, key) => {
    const table = rows('docs/dependencies.md', heading);
    const told = table.map(([name, range]) => [...words(name), ...words(range)]);
    expect(Object.fromEntries(told)).toEqual(manifest[key]);
    expect(table.filter(([, , why = '']) => why.length < 15)).toEqual([]);
  });
});

describe('docs/errors.md', () => {
  const code = sources('src').map(read).join('\n');
  const first = (heading: string): string[] => sorted(rows('docs/errors.md', heading).flatMap(([cell]) => words(cell)));

  test('names every failure of the client, and no other', () => {
    const union = read('src/icws/errors.ts').split('export interface')[0] as string;
    const failures = /type TransportFailure =([^;]+);/.exec(read('src/icws/transport.ts'))?.[1] ?? '';
    const codes = [
      ...all(union, /'(icws\/[a-z-]+)'/g),
      ...all(failures, /'([a-z-]+)'/g).map((name) => `icws/transport-${name}`),
    ];
    expect(codes.length).toBeGreaterThan(15);
    expect(first('The client: `icws/…`')).toEqual(sorted(codes));
  });

  test('names every failure of the journal, and no other', () => {
    const union = read('src/journal/errors.ts').split('export class')[0] as string;
    expect(first('The journal: `journal/…`')).toEqual(sorted(all(union, /'(journal\/[a-z-]+)'/g)));
  });

  test('names every problem of an agent, and no other', () => {
    expect(first('Agents: `agent/…`')).toEqual(sorted(all(code, /'(agent\/[a-z-]+)'/g)));
  });

  test('names every reason to stop, and no other', () => {
    const said = [
      ...all(code, /\bquit\(move, '([a-z-]+)'/g),
      ...all(code, /kind: 'stopped', reason: '([a-z-]+)'/g),
      ...all(code, /\bfinal \? '([a-z-]+)' :/g),
      ...all(code, /'([a-z-]+)', final: true/g),
      ...all(read('src/fleet/session-desk.ts'), /areCredentials \? '([a-z-]+)' :/g),
      ...all(read('src/fleet/session-desk.ts'), /areCredentials \? '[a-z-]+' : '([a-z-]+)'/g),
      ...all(read('src/fleet/bridge.ts'), /again: reason !== '([a-z-]+)'/g),
    ];
    expect(first('Why an agent stopped')).toEqual(sorted(said));
  });

  test('names every fallback of a decision, and no other', () => {
    const union = /type FellBack =([^;]+);/.exec(read('src/policy/decision.ts'))?.[1] ?? '';
    const codes = all(union, /'([a-z-]+)'/g).map((name) => `policy/${name}`);
    expect(first('Decisions: `policy/…` while running')).toEqual(sorted(codes));
  });

  test('names everything that is said about files and flags, and nothing else', () => {
    const shapes = /reason: ('unknown-key'[^;]+);/.exec(read('src/base/shape-problems.ts'))?.[1] ?? '';
    const codes = [
      ...all(code, /'((?:yaml|file|worker|world|usage|test|call)\/[a-z-]+)'/g),
      ...all(sources('src/policy').map(read).join('\n'), /'(policy\/[a-z-]+)'/g),
      ...all(read('src/policy/policy-source.ts'), /refuse\(\s*'([a-z-]+)'/g).map((reason) => `policy/${reason}`),
      ...all(shapes, /'([a-z-]+)'/g).map((reason) => `*/${reason}`),
      ...all(read('src/config/roster.ts') + read('src/config/server.ts'), /complain\(\s*'([a-z]+-[a-z-]+)'/g).map(
        (reason) => `worker/${reason}`,
      ),
      ...all(read('src/base/errors.ts'), /super\('([a-z]+)'/g),
    ];
    expect(first('Files')).toEqual(sorted(codes));
  });
});

test.each([
  ['file', []],
  ['preview', ['preview']],
  ['breaks', ['breaks']],
  ['rule', ['rules', 0]],
  ['when', ['rules', 0, 'when']],
  ['then', ['rules', 0, 'then']],
  ['callback', ['rules', 0, 'then', 'callback']],
])('docs/policy.md names every key of a %s', (_, path) => {
  const keys = keysAt(PolicySchema, path);
  const text = read('docs/policy.md');
  expect(keys.length).toBeGreaterThan(1);
  expect(keys.filter((key) => !new RegExp(`\\b${key}\\b`).test(text))).toEqual([]);
});

describe('docs/architecture.md', () => {
  test('tells the layers as scripts/check-layers.mjs enforces them', () => {
    const table = /const MAY_IMPORT = \{([^}]+)\};/.exec(read('scripts/check-layers.mjs'))?.[1] ?? '';
    const enforced = [...table.matchAll(/(\w+): \[([^\]]*)\]/g)].map(([, folder, list = '']) => [
      folder,
      all(list, /'([^']+)'/g).map((name) => name.replace(':types', '')),
    ]);
    const told = rows('docs/architecture.md', 'What may import what').map(([folder, list]) => [
      words(folder)[0],
      words(list),
    ]);
    expect(told).toEqual(enforced);
  });

  test('has every folder of src in its map', () => {
    const folders = sorted(sources('src').map((path) => path.split('/')[1] as string));
    expect(sorted(all(read('docs/architecture.md'), /^### (\w+)$/gm))).toEqual(folders);
  });
});

describe('docs/protocol.md', () => {
  test('has every operation of the client, and no other', () => {
    const told = rows('docs/protocol.md', 'Operation → resource → code').map(([cell]) => words(cell)[0] as string);
    expect(sorted(told)).toEqual(sorted(OPERATIONS));
  });

  test('has every message type, and no other', () => {
    const told = rows('docs/protocol.md', 'Message → reading → event').map(([cell]) => words(cell)[0] as string);
    expect(sorted(told)).toEqual(sorted(MESSAGE_TYPES));
  });

  test.each([
    ['The nine rules of Dialer', 9],
    ['Fourteen rules where real life is untidy', 14],
  ])('%s: each has code, and tests that exist by the names given', (heading, count) => {
    const table = rows('docs/protocol.md', heading);
    expect(table.map(([number]) => number)).toEqual(Array.from({ length: count }, (_, i) => String(i + 1)));
    for (const [number, , code, tests = ''] of table) {
      expect({ number, code: words(code) }).not.toEqual({ number, code: [] });
      const named = [...tests.matchAll(/`(test\/[^`]+)`((?:,? "[^"]+")*)/g)];
      const missing = named.flatMap(([, file = '', names = '']) => {
        const text = read(file);
        return all(names, /"([^"]+)"/g).filter((name) => !text.includes(name));
      });
      expect({ number, missing }).toEqual({ number, missing: [] });
      const hasTest = named.some(([, , names = '']) => names !== '');
      expect({ number, isCovered: hasTest || tests.includes('comes with the journal') }).toEqual({
        number,
        isCovered: true,
      });
    }
  });
});

test('every source, test or script that the documents name is there', () => {
  const documents = ['README.md', 'CONTRIBUTING.md', ...docs()];
  const folders = new Set(sources('src').map((path) => path.split('/')[1]));
  const missing = documents.flatMap((document) =>
    words(read(document))
      .filter((word) => /^[\w./*-]+\.(ts|mjs|yaml|json)$/.test(word) && word.includes('/') && !word.includes('*'))
      .map((word) => (folders.has(word.split('/')[0]) ? `src/${word}` : word))
      .filter((path) => /^(src|test|scripts|config|bench|docs)\//.test(path))
      .filter((path) => !exists(path))
      .map((path) => `${document}: ${path}`),
  );
  expect(missing).toEqual([]);
});

function docs(): string[] {
  return readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`);
}

function exists(path: string): boolean {
  try {
    readFileSync(join(root, path));
    return true;
  } catch {
    return false;
  }
}
