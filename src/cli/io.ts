import { readFileSync } from 'node:fs';

/** The outside world of one invocation. Everything real is in here or made from it. */
export interface Io {
  /** stdout is data. */
  out(text: string): void;
  /** stderr is talk. */
  err(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stderr: NodeJS.WriteStream;
  readFile(path: string): string;
  /** Calls `fn` at each SIGINT and SIGTERM. Returns a function that stops listening. */
  onSignal(fn: (signal: string) => void): () => void;
}

/** The process that we are. */
export function processIo(): Io {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever reads our output (`| head`) has read enough.
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    env: process.env,
    stderr: process.stderr,
    readFile: (path) => readFileSync(path, 'utf8'),
    onSignal: (fn) => {
      process.on('SIGINT', fn);
      process.on('SIGTERM', fn);
      return () => {
        process.off('SIGINT', fn);
        process.off('SIGTERM', fn);
      };
    },
  };
}

/** Exit codes (design §5), in words. Where several apply, the first of this order wins. */
export const EXIT = {
  killed: 130,
  usage: 2,
  refused: 3,
  failed: 1,
  invalid: 5,
  threshold: 4,
  done: 0,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
