import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';

const script = join(process.cwd(), 'scripts/check-layers.mjs');
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Runs the check over a tree of the given files (all of the twelve folders need not exist). */
function check(files: Record<string, string>): { status: number | null; lines: string[] } {
  const root = mkdtempSync(join(tmpdir(), 'layers-'));
  folders.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const run = spawnSync(process.execPath, [script, root], { encoding: 'utf8' });
  return { status: run.status, lines: run.stderr.trim().split('\n').filter(Boolean) };
}

describe('the layer check', () => {
  test('passes on this repository', () => {
    const run = spawnSync(process.execPath, [script], { encoding: 'utf8' });
    expect({
      status: run.status,
      problems: run.stderr.split('\n').filter((l) => l && !l.startsWith('warning')),
    }).toEqual({
      status: 0,
      problems: [],
    });
  });

  test('reports every import that goes the wrong way, in whatever form it is written', () => {
    const { status, lines } = check({
      'src/icws/session.ts': 'export const session = 1;\n',
      'src/journal/record.ts': "export type R = 1;\nexport const states = ['a'];\n",
      'src/policy/decide.ts': 'export type D = 1;\n',
      'src/agent/run.ts': "import { session } from '../icws/session.js';\nexport const a = session;\n",
      'src/agent/lazy.ts': "export const lazy = () => import('../icws/session.js');\n",
      'src/agent/door.ts': "export * from '../icws/session.js';\n",
      'src/agent/side.ts': "import '../icws/session.js';\n",
      'src/agent/value.ts': "import { states } from '../journal/record.js';\nexport const s = states;\n",
      'src/agent/fine.ts':
        "import type { R } from '../journal/record.js';\nimport { type D } from '../policy/decide.js';\nexport type T = R | D;\n",
      'src/simulator/world.ts':
        "import {\n  type session,\n} from '../icws/session.js';\nexport type W = typeof session;\n",
      'src/base/out.ts': "import { x } from '../../scripts/x.js';\nexport const y = x;\n",
      'src/misc/what.ts': 'export const z = 1;\n',
    });
    expect(status).toBe(1);
    expect(lines).toEqual([
      'src/agent/door.ts must not import icws/ (see docs/architecture.md)',
      'src/agent/lazy.ts must not import icws/ (see docs/architecture.md)',
      'src/agent/run.ts must not import icws/ (see docs/architecture.md)',
      'src/agent/side.ts must not import icws/ (see docs/architecture.md)',
      'src/agent/value.ts may import types only from journal/record (see docs/architecture.md)',
      'src/base/out.ts must not import ../../scripts/x.js, which is outside src/ (see docs/architecture.md)',
      'src/misc/what.ts: misc/ is no folder of the design (see docs/architecture.md)',
      'src/simulator/world.ts must not import icws/ (see docs/architecture.md)',
    ]);
  });

  test('reports cycles between files, those of types included', () => {
    const { status, lines } = check({
      'src/base/a.ts': "import { b } from './b.js';\nexport const a = b;\n",
      'src/base/b.ts': "import type { C } from './c.js';\nexport const b = 1 as C;\n",
      'src/base/c.ts': "import { a } from './a.js';\nexport type C = typeof a;\n",
    });
    expect({ status, lines }).toEqual({
      status: 1,
      lines: ['cycle of imports: src/base/a.ts → src/base/b.ts → src/base/c.ts → src/base/a.ts'],
    });
  });

  test('reports time, chance and process outside the edges, and nothing that only looks like them', () => {
    const effects = [
      'export const a = Date.now();',
      'export const b = new Date();',
      'export const c = setTimeout(() => {}, 5);',
      'export const d = `$' + '{Math.random()}`;',
      'export const e = process.env;',
      "import { randomUUID } from 'node:crypto';",
      "import { setTimeout as pause } from 'node:timers/promises';",
      "import argv from 'node:process';",
      'export const f = performance.now();',
      'export const g = [new Date].length;',
    ].join('\n');
    const innocent = [
      "// Date.now() in a comment, /* process.exit() */ and it's fine",
      'export const a = "Math.random() in a string", re = /process.env|\'/, b = new Date(5);',
      'export interface P { now(): number }',
      'export interface T {',
      '  setTimeout(fn: () => void, ms: number): unknown;',
      '}',
      'export const c = (clock: { setTimeout(f: () => void, ms: number): unknown }) => { clock.setTimeout(() => {}, 1); };',
      'export const d = `process.env and $' + '{`nested new Date()`} Date.now()`, processed = { process: 1 }.process;',
    ].join('\n');
    const { status, lines } = check({
      'src/fleet/bad.ts': effects,
      'src/fleet/good.ts': innocent,
      'src/cli/main.ts': effects,
      'src/base/clock.ts': 'export const now = () => Date.now();',
    });
    expect(status).toBe(1);
    expect(lines.map((line) => line.replace(/ \(.*/, ''))).toEqual([
      'src/fleet/bad.ts:1 must not use Date.now',
      'src/fleet/bad.ts:2 must not use new Date() without an argument',
      'src/fleet/bad.ts:3 must not use a global timer',
      'src/fleet/bad.ts:4 must not use Math.random',
      'src/fleet/bad.ts:5 must not use process',
      'src/fleet/bad.ts:6 must not use randomUUID',
      'src/fleet/bad.ts:7 must not use node:timers',
      'src/fleet/bad.ts:8 must not use node:process',
      'src/fleet/bad.ts:9 must not use performance.now',
      'src/fleet/bad.ts:10 must not use new Date() without an argument',
    ]);
  });

  test('warns of long files without failing', () => {
    const { status, lines } = check({ 'src/base/long.ts': 'export {};\n'.repeat(321) });
    expect({ status, lines }).toEqual({
      status: 0,
      lines: ['warning: src/base/long.ts has 321 lines; more than 320 hide a noun of their own'],
    });
  });
});
