import type { Answer } from '../icws/answer.js';

/**
 * The line of commands of one agent: each leaves when the answer to the one before is in, so that a log-off asked for
 * before a disposition also arrives before it. Polls and the stream do not pass here.
 */
export interface Outbox {
  /** Runs `send` when its turn comes. */
  put<T>(send: () => Promise<Answer<T>>): Promise<Answer<T>>;
  /** Waits until all that was put so far is answered. */
  flushed(): Promise<void>;
}

/** An empty line. */
export function createOutbox(): Outbox {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return {
    put: (send) => {
      // Nobody before us: go at once, without a turn of the event loop.
      const run = waiting === 0 ? send() : last.then(send);
      waiting++;
      const done = () => {
        waiting--;
      };
      last = run.then(done, done);
      return run;
    },
    flushed: async () => {
      await last;
    },
  };
}
