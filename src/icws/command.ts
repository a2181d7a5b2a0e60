import type { Operation } from './operation.js';

/**
 * Whether a command may be sent again when no good answer came (design §3):
 * `always` where doing it twice changes nothing; `if-not-sent` where only a request that certainly never left may be
 * repeated; `never` where even that is decided above us (disposition, placing a preview).
 */
export type RetryRule = 'always' | 'if-not-sent' | 'never';

/** One request below `/icws/{sid}`, as data. */
export interface Command<T = undefined> {
  readonly operation: Operation;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path and query below `/icws/{sid}`, beginning with a slash, already percent-encoded. */
  readonly path: string;
  /** Sent as JSON; left out, the request has no body. */
  readonly body?: unknown;
  readonly retry: RetryRule;
  /** Deadline of each try, waiting for a connection included; left out, DEFAULT_TIMEOUT_MS. */
  readonly timeoutMs?: number;
  /**
   * Reads the answer's JSON, which may have any shape; undefined when it is unusable. Without a reader the body is not
   * even parsed: resources that answer nothing differ in how they say so (reference §7 #5).
   */
  readonly read?: (body: unknown) => T | undefined;
}

/** Between the library's 10 s and the sample's 60 s (reference §1.1). */
export const DEFAULT_TIMEOUT_MS = 15_000;

/** Tries of a command whose rule is `always`, the first included. */
export const MOST_TRIES = 3;
