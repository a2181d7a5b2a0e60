import { readFileSync } from 'node:fs';
import { type LastAct, watchForCrashes } from './crash.js';

export { EXIT, type ExitCode } from './exit.js';

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
  /** Names something to do when the process dies of a mistake of ours. Returns a function that takes it back. */
  onCrash?(act: LastAct): () => void;
  /** The same for SIGHUP; left out: it never comes. */
  onHangUp?(fn: () => void): () => void;
}

/** The process that we are. */
export function processIo(): Io {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever reads our output (`| head`) has read enough.
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  // A log collector that went away is no reason to stop working.
  process.stderr.on('error', () => {});
  const err = (text: string): void => void process.stderr.write(text);
  const onCrash = watchForCrashes(process, err, process.env.DIALER_AGENT_DEBUG !== undefined);
  return {
    onCrash,
    out: (text) => void process.stdout.write(text),
    err,
    env: process.env,
    stderr: process.stderr,
    readFile: (path) => readFileSync(path, 'utf8'),
    onHangUp: (fn) => {
      process.on('SIGHUP', fn);
      return () => process.off('SIGHUP', fn);
    },
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
