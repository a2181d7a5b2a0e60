import { messageOf } from '../base/errors.js';
import { EXIT } from './exit.js';

/** The part of the process that dies. */
interface Mortal {
  on(event: 'uncaughtException' | 'unhandledRejection', fn: (error: unknown) => void): unknown;
  exit(code: number): void;
}

/** What is still to be done when the process dies of a defect. */
export type LastAct = (error: unknown) => unknown;

/** So long may the last acts take. */
const LAST_ACTS_MS = 3_000;

/**
 * Gives a process that dies of a mistake of ours its last words: what it was, and what to do. Then the last acts (the journal
 * is closed), and exit code 1, so that a service manager starts it again. Returns how to name a last act, and how to
 * take it back.
 */
export function watchForCrashes(
  mortal: Mortal,
  say: (text: string) => void,
  withStack: boolean,
): (act: LastAct) => () => void {
  const acts = new Set<LastAct>();
  let isDying = false;
  const die = (error: unknown): void => {
    if (isDying) {
      mortal.exit(EXIT.failed);
      return;
    }
    isDying = true;
    say(`${crashWords(error)}\n`);
    if (withStack && error instanceof Error) say(`${error.stack}\n`);
    const end = (): void => mortal.exit(EXIT.failed);
    setTimeout(end, LAST_ACTS_MS).unref();
    void Promise.allSettled([...acts].map(async (act) => act(error))).then(end);
  };
  mortal.on('uncaughtException', die);
  mortal.on('unhandledRejection', die);
  return (act) => {
    acts.add(act);
    return () => void acts.delete(act);
  };
}

function crashWords(error: unknown): string {
  return (
    `dialer-agent: ended by a mistake of this program: ${messageOf(error)}. ` +
    'Start it again: calls that were open are in the journal and are taken up. Please report it, with the log.'
  );
}
