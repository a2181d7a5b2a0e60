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

/** One line, such as `policy collections 1a2b3c → 4d5e6f: added again, changed nobody-there; 2 agents added`. */
export function reloadSummary({ policies, agents }: Pick<ReloadReport, 'policies' | 'agents'>): string {
  const parts = policies.map(policyLine);
  if (agents.added.length > 0) parts.push(`${countOf(agents.added.length)} added`);
  if (agents.removed.length > 0) parts.push(`${countOf(agents.removed.length)} on the way out`);
  if (agents.changed.length > 0) parts.push(`${countOf(agents.changed.length)} changed`);
  return parts.length === 0 ? 'nothing has changed' : parts.join('; ');
}

function countOf(agents: number): string {
  return agents === 1 ? '1 agent' : `${agents} agents`;
}

function policyLine({ policy, from, to, ...rules }: PolicyChange): string {
  const what = (['added', 'removed', 'changed', 'moved', 'keys'] as const)
    .filter((kind) => rules[kind].length > 0)
    .map((kind) => `${kind === 'keys' ? 'also' : kind} ${rules[kind].join(', ')}`);
  const told = what.length > 0 ? `: ${what.join('; ')}` : '';
  if (from === undefined) return `policy ${policy} ${to} is new`;
  return to === undefined ? `policy ${policy} is in use no more` : `policy ${policy} ${from} → ${to}${told}`;
}
