import { readFileSync } from 'node:fs';
import { main } from '../../src/cli/program.js';

/** What the command line said, and the exit code. */
interface Said {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** What the command line says to these arguments: files are real, the environment is the one given, no signal comes. */
export async function ask(args: readonly string[], env: Record<string, string> = {}): Promise<Said> {
  let out = '';
  let err = '';
  const exit = await main([...args], {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    env,
    stderr: process.stderr,
    readFile: (path) => readFileSync(path, 'utf8'),
    onSignal: () => () => {},
  });
  return { exit, out, err };
}
