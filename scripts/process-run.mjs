// Starts the product as a user does, process by process, and keeps count of what was checked. Needs dist/ (npm run build).
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const command = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** More of what a process says on stderr is not kept: the oldest goes. */
const MOST_SAID = 4 * 1_024 * 1_024;

/** What still runs; nothing outlives this process, however it ends. */
const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/**
 * Starts the command. `exit` resolves with the code, or with the signal's name where that ended it; `out` and `err` collect
 * what is said, `onLine` hears each line of stderr. What still runs after `limitMs` is killed.
 */
export function startProduct(args, { env = {}, limitMs = 90_000, onLine } = {}) {
  const child = spawn(process.execPath, [command, ...args], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const run = { child, out: '', err: '', waiting: new Set() };
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    run.out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    run.err += chunk;
    if (run.err.length > MOST_SAID) run.err = run.err.slice(-MOST_SAID / 2);
    for (const look of run.waiting) look();
    if (!onLine) return;
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    for (const line of lines) onLine(line);
  });
  run.exit = new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
  const limit = setTimeout(() => child.kill('SIGKILL'), limitMs);
  run.exit.then(() => {
    clearTimeout(limit);
    running.delete(child);
  });
  return run;
}

/** Waits until stderr matches; rejects when the process ends before. */
export function said(run, pattern) {
  return new Promise((resolve, reject) => {
    const look = () => {
      const match = pattern.exec(run.err);
      if (!match) return;
      run.waiting.delete(look);
      resolve(match);
    };
    run.waiting.add(look);
    look();
    run.exit.then(() => reject(new Error(`ended without saying ${pattern}: ${run.err.slice(-2_000)}`)));
  });
}

/** Starts a simulator on a free port. `end` stops it and resolves with its exit code and its ledger. */
export async function startSimulator(args, options) {
  const run = startProduct(['simulate', '--port', '0', ...args], options);
  const [, url] = await said(run, /simulator at (http:\/\/\S+)/);
  const end = async () => {
    run.child.kill('SIGTERM');
    const code = await run.exit;
    return { code, ledger: JSON.parse(run.out), text: run.out };
  };
  return { run, url, end };
}

/** Counts checks, one line each; `close` prints "N passed, N failed" and sets the exit code. */
export function openChecks() {
  let passed = 0;
  let failed = 0;
  return {
    check: (what, holds, detail = '') => {
      if (holds) passed++;
      else failed++;
      console.log(`${holds ? 'ok  ' : 'FAIL'} ${what}${holds || detail === '' ? '' : `\n     ${detail}`}`);
    },
    close: () => {
      console.log(`${passed} passed, ${failed} failed`);
      process.exitCode = failed === 0 ? 0 : 1;
    },
  };
}
