import type { Diagnostic } from '../base/diagnostic.js';
import type { PolicyChange } from '../policy/index.js';
import type { SeatChange } from './seat.js';

/** What a reload did to the roster. */
export interface RosterChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly { readonly user: string; readonly what: readonly SeatChange[] }[];
}

/** What came of reading the files anew. */
export interface ReloadReport {
  /** `refused`: nothing at all is changed. */
  readonly result: 'applied' | 'unchanged' | 'refused';
  /** Why it was refused, where nothing is wrong in a file. */
  readonly why?: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly policies: readonly PolicyChange[];
  readonly agents: RosterChange;
}
