import { readFileSync } from 'node:fs';
import { main } from '../../src/cli/program.js';
import { filesOf } from './text-files.js';

/** What the command line said, and the exit code. */
interface Said {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/**
 * What the command line says to these arguments, in the environment given. Files are real unless some are given, and no
 * signal comes unless it is `interrupted`, as soon as it listens.
 */
export async function ask(
  args: readonly string[],
  env: Record<string, string> = {},
  { files, interrupted = false }: { files?: Readonly<Record<string, string>>; interrupted?: boolean } = {},
): Promise<Said> {
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
    stderr: files ? ({ isTTY: false } as NodeJS.WriteStream) : process.stderr,
    readFile: files ? filesOf(files) : (path) => readFileSync(path, 'utf8'),
    onSignal: (fn) => {
      if (interrupted) fn('SIGINT');
      return () => {};
    },
  });
  return { exit, out, err };
}
