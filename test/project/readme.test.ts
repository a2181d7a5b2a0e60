import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { checkFiles } from '../../src/cli/check.js';
import { EXIT } from '../../src/cli/io.js';
import { AGENT_STATES } from '../../src/journal/record.js';
import { WorldSchema } from '../../src/simulator/index.js';
import { ask } from '../support/ask.js';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

interface Block {
  readonly document: string;
  readonly language: string;
  readonly text: string;
  readonly line: number;
}

function blocksOf(document: string): Block[] {
  const text = read(document);
  return [...text.matchAll(/^```(\w*)[^\n]*\n([\s\S]*?)^```$/gm)].map((match) => ({
    document,
    language: match[1] ?? '',
    text: match[2] ?? '',
    line: text.slice(0, match.index).split('\n').length,
  }));
}
const blocks = DOCUMENTS.flatMap(blocksOf);
const inLanguage = (...languages: string[]): Block[] => blocks.filter(({ language }) => languages.includes(language));

/** Every command line that a document tells a person to type, one per entry. */
const commandLines = inLanguage('sh').flatMap(({ document, text }) =>
  text
    .replaceAll('\\\n', ' ')
    .split(/\n|&&/)
    .map((line) => ({ document, line: line.trim() }))
    .filter(({ line }) => line !== ''),
);
/** Those and the ones inside sentences and tables. */
const everyCommand = [
  ...commandLines,
  ...DOCUMENTS.filter((document) => document !== 'CHANGELOG.md').flatMap((document) =>
    [...read(document).matchAll(/`((?:npx |npm |dialer-agent )[^`\n]+)`/g)].map((match) => ({
      document,
      line: match[1] as string,
    })),
  ),
];

describe('the code in the documents', () => {
  test('every YAML block passes the check, as a policy, worker file or world', () => {
    const yaml = inLanguage('yaml');
    expect(yaml.length).toBeGreaterThan(3);
    for (const { document, line, text } of yaml) {
      const readFile = (path: string): string => (path === 'config/block.yaml' ? text : read(path));
      const context = {
        format: 'pretty',
        readFile,
        env: { BOT_PASSWORD: 'demo', DIALER_AGENT_TOKEN: 't' },
        worldSchema: WorldSchema,
      } as const;
      const result = checkFiles(['config/block.yaml'], context);
      expect(`${document}:${line} ${result.text}`).toBe(`${document}:${line} 1 file checked, no problems.`);
    }
  });

  test('the policy of the README has ten lines', () => {
    const [policy] = inLanguage('yaml').filter(({ document }) => document === 'README.md');
    expect(policy?.text.trim().split('\n')).toHaveLength(10);
  });

  test('every JSON block is JSON', () => {
    for (const { text } of inLanguage('json')) expect(() => JSON.parse(text)).not.toThrow();
  });

  test('the diagram of the README has the seven states', () => {
    const [diagram] = inLanguage('mermaid').filter(({ document }) => document === 'README.md');
    const states = [...(diagram?.text ?? '').matchAll(/state "([^"]+)" as (\w+)/g)];
    expect(states.map(([, name]) => name).sort()).toEqual([...AGENT_STATES].sort());
    const known = new Set(['[*]', ...states.map(([, , id]) => id)]);
    const arrows = [...(diagram?.text ?? '').matchAll(/^\s*(\S+) --> ([^\s:]+)/gm)];
    expect(arrows.flatMap(([, from, to]) => [from, to]).filter((id) => !known.has(id))).toEqual([]);
  });
});

describe('the commands in the documents', () => {
  const calls = everyCommand
    .map(({ document, line }) => ({ document, words: line.replace(/^.*?(?=dialer-agent )/, '').split(/\s+/), line }))
    .filter(({ line }) => /(^|npx )dialer-agent |icws-dialer-agent (run|simulate|check|diagram)/.test(line));

  test('the CLI knows each command and each of its flags', async () => {
    expect(calls.length).toBeGreaterThan(10);
    for (const { document, words, line } of calls) {
      const [, command = ''] = words;
      if (command.startsWith('-')) continue; // dialer-agent --version
      const [, , part = ''] = words;
      const { exit, out } = await ask([command, ...(command === 'policy' ? [part] : []), '--help']);
      expect({ document, line, exit }).toEqual({ document, line, exit: EXIT.done });
      expect(out).toContain(`dialer-agent ${command}`);
      const unknown = words.filter((word) => /^--?[a-z]/.test(word) && !new RegExp(`${word}[ ,]`).test(out));
      expect({ document, line, unknown }).toEqual({ document, line, unknown: [] });
    }
  });

  test('the README has each command of the CLI, and its exit codes', async () => {
    const { out } = await ask(['--help']);
    const known = [...out.matchAll(/^ {2}([a-z]+) (?:\[|<| )/gm)]
      .map(([, name]) => name)
      .filter((name) => name !== 'help');
    const section = read('README.md').split('## Commands')[1]?.split('\n## ')[0] ?? '';
    expect([...section.matchAll(/^\| `dialer-agent (\w+)(?: \w+)?`/gm)].map(([, name]) => name)).toEqual(known);
    const codes = read('README.md').split('## Exit codes')[1]?.split('\n## ')[0] ?? '';
    const told = [...codes.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));
    const { invalid, threshold, ...current } = EXIT;
    expect(told).toEqual(Object.values(current).sort((a, b) => a - b));
    expect(read('docs/errors.md')).toContain(`${threshold} (a threshold was crossed) and ${invalid} (`);
  });

  test('npm knows each script', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = everyCommand.flatMap(({ line }) =>
      [...line.matchAll(/npm (?:run )?([a-z][\w:-]*)/g)].map(([, name]) => name),
    );
    const own = new Set([...Object.keys(scripts), 'ci', 'audit']);
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((name) => !own.has(name as string))).toEqual([]);
  });

  test('each file that a command reads is there', () => {
    const files = commandLines.flatMap(({ line }) =>
      [...line.matchAll(/\bconfig\/[\w./-]+\.yaml/g)].map(([path]) => path),
    );
    expect(files.length).toBeGreaterThan(2);
    expect(files.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

test('every relative link leads to a file, and to a heading of it', () => {
  const slug = (heading: string): string =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .trim()
      .replaceAll(' ', '-');
  const broken = DOCUMENTS.flatMap((document) => {
    const prose = read(document).replace(/^```[\s\S]*?^```$/gm, '');
    return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => {
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? document : normalize(join(dirname(document), path));
        if (!existsSync(join(root, target))) return true;
        if (anchor === undefined) return false;
        return ![...read(target).matchAll(/^#+ (.+)$/gm)].some(([, heading = '']) => slug(heading) === anchor);
      })
      .map((link) => `${document}: ${link}`);
  });
  expect(broken).toEqual([]);
});
