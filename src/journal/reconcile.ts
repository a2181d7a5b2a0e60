import type { CallRow } from './call-rows.js';

/** The part of a simulator's ledger (design §10) that a journal is held against. */
export interface LedgerView {
  readonly world?: string;
  /** When the world began and the moment that is told of, ISO 8601; left out, all calls are of this world. */
  readonly startedAt?: string;
  readonly at?: string;
  readonly calls: readonly LedgerCall[];
}

export interface LedgerCall {
  readonly interactionId: string;
  readonly campaign: string;
  readonly agent: string;
  readonly dispositions: readonly {
    readonly label: string;
    readonly scheduledTime: number | null;
    readonly scheduledAgent: string | null;
  }[];
  readonly outcome: string;
  readonly wrapUp?: string | null;
}

/** In what journal and ledger can differ. Stable words: tests and other programs compare them. */
export type DifferenceKind =
  /** The ledger handed out a call that the journal does not know. */
  | 'not-in-journal'
  /** The journal holds a call that was never handed out. */
  | 'not-in-ledger'
  /** Another agent than the journal says. */
  | 'other-agent'
  /** The ledger took more than one disposition for one call. */
  | 'double-disposition'
  /** The journal says accepted, the ledger took none. */
  | 'missing-disposition'
  /** The ledger took a disposition of which the journal says that it was void or failed. */
  | 'unrecorded-disposition'
  /** The journal closed one call as accepted more than once. */
  | 'accepted-twice'
  | 'other-label'
  | 'other-callback-time'
  | 'other-callback-owner'
  /** The journal has no result for the call. */
  | 'no-result';

export interface Difference {
  readonly kind: DifferenceKind;
  readonly interactionId: string;
  readonly agent: string;
  readonly sentence: string;
}

/** What an `unknown` turned out to be. */
export interface Explanation {
  readonly interactionId: string;
  readonly agent: string;
  readonly sentence: string;
}

export interface Reconciliation {
  /** Empty when journal and ledger agree. */
  readonly differences: readonly Difference[];
  /** Results that the journal calls unknown, with what the ledger knows. No difference: it never claimed to know. */
  readonly explained: readonly Explanation[];
  /** Calls of the ledger that were looked at. */
  readonly compared: number;
  /** Rows of other worlds: left out. */
  readonly otherWorlds: number;
}

/**
 * Holds the journal's calls against the ledger of the simulator that handed them out. One interaction may have several
 * rows, where a call came again after it was given up: together they must tell of one disposition at most.
 */
export function reconcile(rows: Iterable<CallRow>, ledger: LedgerView): Reconciliation {
  const differences: Difference[] = [];
  const explained: Explanation[] = [];
  const { byCall, otherWorlds } = rowsByCall(rows, ledger);
  for (const call of ledger.calls) {
    const found = byCall.get(call.interactionId) ?? [];
    byCall.delete(call.interactionId);
    differences.push(...callDifferences(call, found));
    for (const row of found.filter(({ result }) => result === 'unknown')) explained.push(explain(row, call));
  }
  for (const [first] of byCall.values()) {
    if (!first) continue;
    const { agent, interactionId, result } = first;
    const sentence = `${name(first)} of ${agent} is ${result} in the journal, but the ledger never handed it out.`;
    differences.push({ kind: 'not-in-ledger', interactionId, agent, sentence });
  }
  return { differences, explained, compared: ledger.calls.length, otherWorlds };
}

function rowsByCall(
  rows: Iterable<CallRow>,
  { world, startedAt = '', at = '' }: LedgerView,
): { byCall: Map<string, CallRow[]>; otherWorlds: number } {
  const byCall = new Map<string, CallRow[]>();
  let otherWorlds = 0;
  const from = Date.parse(startedAt);
  const to = Date.parse(at);
  for (const row of rows) {
    // A worker that only knows a simulator's address cannot name its world; but no world gave a call out of its time.
    const isOthers = row.world === null ? row.poppedAt < from || row.poppedAt > to : row.world !== (world ?? row.world);
    if (isOthers) {
      otherWorlds++;
      continue;
    }
    const known = byCall.get(row.interactionId);
    if (known) known.push(row);
    else byCall.set(row.interactionId, [row]);
  }
  return { byCall, otherWorlds };
}

function callDifferences(call: LedgerCall, rows: readonly CallRow[]): Difference[] {
  const { interactionId, agent, dispositions } = call;
  const found: Difference[] = [];
  const differ = (kind: DifferenceKind, sentence: string): void => {
    found.push({ kind, interactionId, agent, sentence: `${name(call)} of ${agent} ${sentence}` });
  };
  const taken = dispositions.at(-1);
  if (dispositions.length > 1) {
    const labels = dispositions.map(({ label }) => quoted(label)).join(', ');
    differ('double-disposition', `was dispositioned ${dispositions.length} times: ${labels}.`);
  }
  if (rows.length === 0) {
    differ('not-in-journal', `was handed out and is ${call.outcome} in the ledger; the journal does not know it.`);
    return found;
  }
  for (const row of rows) {
    if (row.agent !== agent) differ('other-agent', `is a call of ${row.agent} in the journal.`);
  }
  const accepted = rows.filter(({ result }) => result === 'accepted');
  if (accepted.length > 1) differ('accepted-twice', `was recorded as accepted ${accepted.length} times.`);
  const [first] = accepted;
  if (first && !taken) {
    differ(
      'missing-disposition',
      `has an accepted ${quoted(first.label)} (${first.basis}) that the ledger never took.`,
    );
  } else if (first && taken) {
    for (const [kind, sentence] of endDifferences(first, taken)) differ(kind, sentence);
  } else if (rows.every(({ result }) => result === 'void' || result === 'failed') && taken) {
    const { result, basis } = rows[0] as CallRow;
    differ('unrecorded-disposition', `is ${result} (${basis}) in the journal, but ${quoted(taken.label)} was taken.`);
  }
  if (!first && rows.some(({ result }) => result === 'open')) {
    differ('no-result', `has no result in the journal; in the ledger it is ${call.outcome}.`);
  }
  return found;
}

function endDifferences(row: CallRow, taken: LedgerCall['dispositions'][number]): [DifferenceKind, string][] {
  const found: [DifferenceKind, string][] = [];
  if (row.label !== taken.label) {
    found.push(['other-label', `was dispositioned ${quoted(taken.label)}; the journal says ${quoted(row.label)}.`]);
  }
  const time = row.callback?.scheduledTime ?? null;
  if (time !== taken.scheduledTime) {
    found.push(['other-callback-time', `is called back ${when(taken.scheduledTime)}; the journal says ${when(time)}.`]);
  }
  const owner = row.callback?.scheduledAgent ?? null;
  if (owner !== taken.scheduledAgent) {
    const who = (user: string | null): string => user ?? 'nobody';
    found.push([
      'other-callback-owner',
      `has a callback owned by ${who(taken.scheduledAgent)}; the journal says ${who(owner)}.`,
    ]);
  }
  return found;
}

function explain(row: CallRow, call: LedgerCall): Explanation {
  const { agent, interactionId, basis, sends, label } = row;
  const taken = call.dispositions.at(-1);
  const truth = taken
    ? `the ledger took ${quoted(taken.label)}: it had arrived`
    : `the ledger took none and closed it as ${call.wrapUp ?? call.outcome}`;
  const sent =
    sends === 0 ? 'nothing was sent' : `${quoted(label)} was sent ${sends === 1 ? 'once' : `${sends} times`}`;
  return { interactionId, agent, sentence: `${name(row)} of ${agent} is unknown (${basis}; ${sent}); ${truth}.` };
}

function name({ interactionId, campaign }: { interactionId: string; campaign: string }): string {
  return `Call ${interactionId} (${campaign})`;
}

function quoted(label: string): string {
  return `"${label}"`;
}

function when(scheduledTime: number | null): string {
  return scheduledTime === null ? 'never' : `at ${new Date(scheduledTime * 1_000).toISOString()}`;
}
