import { matchesGlob } from '../base/glob.js';
import { type CallRow, CallRows } from './call-rows.js';
import type { JournalLine } from './line.js';
import { type ReadOptions, readJournal } from './reader.js';
import type { CallbackOwner } from './record.js';

/** Which calls are wanted; a member that is absent excludes nothing. Texts are globs without regard to case. */
export interface CallFilter {
  readonly agent?: string | undefined;
  /** Name or id. */
  readonly campaign?: string | undefined;
  readonly label?: string | undefined;
  /** By the time of the pop, epoch milliseconds: from `since` on, and before `until`. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly results?: readonly CallRow['result'][] | undefined;
}

/** One callback that was scheduled: by an accepted disposition, or perhaps by one whose truth is unknown. */
export interface CallbackRow {
  readonly server: string;
  readonly world: string | null;
  readonly agent: string;
  readonly interactionId: string;
  readonly campaign: string;
  readonly label: string;
  /** When its call was closed, epoch milliseconds. */
  readonly at: number;
  /** Unix seconds. */
  readonly scheduledTime: number;
  /** The same on the contact's clock, as `2026-11-22T10:00:00-07:00[America/Denver]`; null where it is not known. */
  readonly local: string | null;
  readonly owner: CallbackOwner | null;
  readonly scheduledAgent: string | null;
  readonly result: 'accepted' | 'unknown';
  readonly columns: Readonly<Record<string, string>>;
}

/**
 * The calls of a journal that pass the filter, in the order of their ends; those without a result last. Reads segment
 * after segment and holds no more than the open calls and one chunk.
 */
export async function* queryCalls(journal: Omit<ReadOptions, 'since'>, filter: CallFilter): AsyncGenerator<CallRow> {
  yield* callsOf(readJournal({ ...journal, since: filter.since }), filter);
}

/** The same of lines that were read already, or never written. */
export async function* callsOf(
  batches: AsyncIterable<readonly JournalLine[]> | Iterable<readonly JournalLine[]>,
  filter: CallFilter,
): AsyncGenerator<CallRow> {
  const rows = new CallRows();
  for await (const lines of batches) {
    for (const line of lines) {
      const row = rows.add(line);
      if (row && passes(row, filter)) yield row;
    }
  }
  for (const row of rows.open()) {
    if (passes(row, filter)) yield row;
  }
}

/** The callbacks of the calls that pass the filter, in the order in which they were scheduled. */
export async function* queryCallbacks(
  journal: Omit<ReadOptions, 'since'>,
  filter: CallFilter,
): AsyncGenerator<CallbackRow> {
  for await (const row of queryCalls(journal, filter)) {
    const callback = callbackRow(row);
    if (callback) yield callback;
  }
}

/** Whether a call is wanted. */
export function passes(row: CallRow, filter: CallFilter): boolean {
  const { agent, campaign, label, since, until, results } = filter;
  return (
    (agent === undefined || matchesGlob(agent, row.agent)) &&
    (campaign === undefined || matchesGlob(campaign, row.campaign) || matchesGlob(campaign, row.campaignId)) &&
    (label === undefined || matchesGlob(label, row.label)) &&
    (since === undefined || row.poppedAt >= since) &&
    (until === undefined || row.poppedAt < until) &&
    (results === undefined || results.includes(row.result))
  );
}

/** The callback that a call was ended with; null for any other call. */
export function callbackRow(row: CallRow): CallbackRow | null {
  const { callback, closedAt, result } = row;
  if (!callback || closedAt === null || (result !== 'accepted' && result !== 'unknown')) return null;
  const { server, world, agent, interactionId, campaign, label, local, columns } = row;
  return { server, world, agent, interactionId, campaign, label, at: closedAt, ...callback, local, result, columns };
}
