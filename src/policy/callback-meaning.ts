import type { Diagnostic } from '../base/diagnostic.js';
import type { Locator } from '../base/document.js';

/** What a check of a callback may know of the rest of the policy. */
export interface CallbackSurroundings {
  /** The zone of the policy, as written; undefined where it names none. */
  readonly timezone?: unknown;
}

/**
 * What is written well in a callback and yet cannot be meant. Takes the action as read, lists put in place, otherwise
 * unchecked: a mistake in one key must not hide what is wrong with another. `path` leads to it.
 */
export function checkCallback(
  _callback: Readonly<Record<string, unknown>>,
  _path: readonly PropertyKey[],
  _locator: Locator,
  _surroundings: CallbackSurroundings,
): Diagnostic[] {
  return [];
}
