// Compiles src/ to dist/ with the native TypeScript compiler and marks the command executable.
// Incremental, so that `npm start` and `npm test` pay for it once.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const run = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
if (run.status !== 0) process.exit(run.status ?? 1);
const command = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
if (existsSync(command)) chmodSync(command, 0o755);
