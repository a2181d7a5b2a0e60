import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** How long an answer may take; 5,000 agents make a forced collection or a ledger slow, but not this slow. */
const PATIENCE_MS = 30_000;

/**
 * Starts a Node process that answers questions over IPC (see answering.mjs). `core` pins it where the machine can.
 * Whatever happens to the bench, the child ends with it: it is killed by its own process id.
 */
export function startChild({ name, args, core, cwd, env = {} }) {
  const command =
    core === null ? [process.execPath, ...args] : ['taskset', '-c', String(core), process.execPath, ...args];
  const child = spawn(command[0], command.slice(1), {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    cwd,
    env: { ...process.env, ...env },
  });
  const waiting = new Map();
  let said = '';
  let next = 1;
  let isOver = false;

  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text) => {
    said = (said + text).slice(-4_000);
  });
  child.on('message', ({ id, answer, error }) => {
    const asker = waiting.get(id);
    waiting.delete(id);
    if (error !== undefined) asker?.reject(new Error(`${name}: ${error}`));
    else asker?.resolve(answer);
  });
  const fail = (error) => {
    isOver = true;
    for (const asker of waiting.values()) asker.reject(error);
    waiting.clear();
  };
  child.on('error', (error) => fail(new Error(`${name} did not start: ${error.message}`)));
  child.on('exit', (code, signal) => fail(new Error(`${name} ended early (${signal ?? code})\n${said}`)));

  return {
    name,
    stderr: () => said,
    /** Asks the child and waits for its answer. */
    ask: (question, detail = {}) =>
      new Promise((resolve, reject) => {
        if (isOver) return reject(new Error(`${name} has ended\n${said}`));
        const id = next++;
        const timer = setTimeout(() => {
          waiting.delete(id);
          reject(new Error(`${name} did not answer "${question}" in ${PATIENCE_MS / 1_000} s`));
        }, PATIENCE_MS);
        const settle = (done) => (value) => {
          clearTimeout(timer);
          done(value);
        };
        waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
        child.send({ id, question, ...detail });
      }),
    end: async () => {
      if (isOver) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
