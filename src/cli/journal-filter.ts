import type { Clock } from '../base/clock.js';
import { parseDuration } from '../base/duration.js';
import { UsageError } from '../base/errors.js';
import type { CallFilter, CallRow, RowFormat } from '../journal/index.js';
import { wholeNumber } from './flag.js';

/** The flags that `calls` and `callbacks` share, as typed. */
export interface QueryFlags {
  readonly journal: string;
  readonly agent?: string;
  readonly campaign?: string;
  readonly label?: string;
  readonly since?: string;
  readonly until?: string;
  readonly result?: readonly string[];
  readonly columns?: readonly string[];
  readonly limit?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
}

const RESULTS: readonly CallRow['result'][] = ['accepted', 'void', 'failed', 'unknown', 'open'];

/** What the flags ask for; throws a UsageError at one that is not understood. */
export function filterOf(flags: QueryFlags, clock: Clock): CallFilter {
  const { agent, campaign, label, since, until, result } = flags;
  return {
    agent,
    campaign,
    label,
    since: since === undefined ? undefined : instantOf(since, '--since', clock),
    until: until === undefined ? undefined : instantOf(until, '--until', clock),
    results: result?.flatMap(words).map(resultOf),
  };
}

/** How rows are to be written. */
export function formatOf({ json, csv }: QueryFlags): RowFormat {
  if (json && csv) throw new UsageError('--json and --csv exclude each other');
  return json ? 'json' : csv ? 'csv' : 'table';
}

/** Names in several flags, and several in one with commas between them. */
export function words(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
}

/** The last so many rows, in their order; all of them without `--limit`. */
export async function* lastRows<Row>(rows: AsyncIterable<Row>, limit: string | undefined): AsyncGenerator<Row> {
  if (limit === undefined) {
    yield* rows;
    return;
  }
  const most = wholeNumber(limit, '--limit', 1);
  let kept: Row[] = [];
  for await (const row of rows) {
    kept.push(row);
    if (kept.length >= 2 * most) kept = kept.slice(-most);
  }
  yield* kept.slice(-most);
}

const ISO = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?<zone>Z|[+-]\d\d:?\d\d)?)?$/i;

/** An instant (ISO 8601, UTC where it names no zone) or a duration back from now, as epoch milliseconds. */
function instantOf(text: string, name: string, clock: Clock): number {
  const back = parseDuration(text);
  if (back !== undefined) return clock.now() - back;
  const match = ISO.exec(text.trim());
  const hasTime = text.includes(':');
  const at = match
    ? Date.parse(hasTime && !match.groups?.zone ? `${text.trim().replace(' ', 'T')}Z` : text)
    : Number.NaN;
  if (!Number.isNaN(at)) return at;
  throw new UsageError(
    `${name} must be a time such as 2026-11-22T09:00:00Z, or a duration back such as 2h, not "${text}"`,
  );
}

function resultOf(text: string): CallRow['result'] {
  const result = RESULTS.find((known) => known === text);
  if (!result) throw new UsageError(`--result must be of ${RESULTS.join(', ')}, not "${text}"`);
  return result;
}
