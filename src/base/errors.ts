/**
 * A failure with a stable name. `code` is `area/reason` and appears in logs, metrics, the summary and docs/errors.md;
 * `retryable` is decided once, where the error is made. Messages carry no payload, token, password or caller number.
 */
export class WorkerError extends Error {
  readonly code: string;
  readonly retryable: boolean;

  constructor(code: string, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}

/** A wrong flag, or a file that is missing or unreadable: the person at the keyboard can mend it. Exit code 2. */
export class UsageError extends WorkerError {
  constructor(message: string, cause?: unknown) {
    super('usage', message, { cause });
  }
}

/** The sentence of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
