// Runs a TypeScript file of this folder by hand: node test/stranger/hand.mjs FILE.ts [arguments], from the root.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transformFileSync } from '@swc/core';

const out = resolve('node_modules/.cache/stranger');
mkdirSync(out, { recursive: true });
writeFileSync(`${out}/package.json`, '{"type":"module"}');
for (const file of readdirSync('test/stranger').filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))) {
  const { code } = transformFileSync(`test/stranger/${file}`, {
    jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
    module: { type: 'es6' },
    sourceMaps: 'inline',
  });
  writeFileSync(`${out}/${file.replace(/\.ts$/, '.js')}`, code);
}
const [file] = process.argv.slice(2);
await import(pathToFileURL(`${out}/${file.replace(/^.*\//, '').replace(/\.ts$/, '.js')}`).href);
