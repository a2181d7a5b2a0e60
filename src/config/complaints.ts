import type { Diagnostic } from '../base/diagnostic.js';
import { diagnoseFile, type Locator, type Where } from '../base/document.js';
import type { Complaint } from '../base/source-text.js';

/** Gathers what is wrong with a configuration, wherever each part of it came from: a file or a flag. */
export interface Complaints {
  readonly list: Diagnostic[];
  /** What a sentence calls the value at this path: the flag that set it, or its key in quotes. */
  nameOf(path: readonly PropertyKey[]): string;
  /** About the value at this path of the configuration. Returns undefined, for use in a return. */
  add(path: readonly PropertyKey[], complaint: Complaint, where?: Where): undefined;
}

/**
 * `flagAt` names the flag that set the value at a path, if one did; then the complaint is about the flag. All other paths
 * are of the file.
 */
export function createComplaints(
  locator: Locator | undefined,
  flagAt: (path: readonly PropertyKey[]) => string | undefined,
): Complaints {
  const list: Diagnostic[] = [];
  return {
    list,
    nameOf: (path) => flagAt(path) ?? `"${String(path.at(-1))}"`,
    add: (path, complaint, where) => {
      const flag = flagAt(path);
      list.push(
        flag === undefined && locator
          ? locator.diagnose(path, complaint, where)
          : diagnoseFile(flag ?? 'command line', complaint),
      );
      return undefined;
    },
  };
}
