import type { IcwsError } from './errors.js';

/** What became of a command. Expected outcomes are values: a command never throws. */
export type Answer<T = unknown> =
  /** Any 2xx. `body` is undefined when there was none or it was no JSON. */
  | { readonly kind: 'ok'; readonly status: number; readonly body: T | undefined }
  /** The server said a definite no. */
  | { readonly kind: 'refused'; readonly status: number; readonly error: IcwsError }
  /** No answer. `sent` is false only where the command certainly never left, so that sending it again is safe. */
  | { readonly kind: 'lost'; readonly sent: boolean; readonly error: IcwsError };
