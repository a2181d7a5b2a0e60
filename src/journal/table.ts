import { printable } from '../base/printable.js';
import type { CallRow } from './call-rows.js';
import type { CallbackRow } from './queries.js';

export type RowFormat = 'table' | 'json' | 'csv';

/** A column of an export: its heading, and the value of a row. */
export interface Column<Row> {
  readonly name: string;
  readonly of: (row: Row) => string | number | boolean | null;
}

/** Rows by which the widths of a table are chosen; later ones follow them. */
const ROWS_TO_MEASURE = 500;
const WIDEST = 48;

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** Seconds with no more decimals than a clock of milliseconds gives them. */
const inMilliseconds = (seconds: number | null): number | null =>
  seconds === null ? null : Math.round(seconds * 1_000) / 1_000;

/** Columns of `calls`. */
export const CALL_COLUMNS: readonly Column<CallRow>[] = [
  { name: 'poppedAt', of: (row) => iso(row.poppedAt) },
  { name: 'agent', of: (row) => row.agent },
  { name: 'campaign', of: (row) => row.campaign },
  { name: 'interactionId', of: (row) => row.interactionId },
  { name: 'kind', of: (row) => row.kind },
  { name: 'label', of: (row) => row.label },
  { name: 'result', of: (row) => row.result },
  { name: 'basis', of: (row) => row.basis },
  { name: 'rule', of: (row) => row.rule },
  { name: 'connected', of: (row) => row.connected },
  { name: 'endedBy', of: (row) => row.endedBy },
  { name: 'talkSeconds', of: (row) => inMilliseconds(row.talkSeconds) },
  { name: 'seconds', of: (row) => inMilliseconds(row.seconds) },
  { name: 'preview', of: (row) => row.preview },
  { name: 'callbackAt', of: (row) => iso(row.callback && row.callback.scheduledTime * 1_000) },
  { name: 'callbackOwner', of: (row) => row.callback && (row.callback.scheduledAgent ?? row.callback.owner) },
  { name: 'closedAt', of: (row) => iso(row.closedAt) },
  { name: 'sends', of: (row) => row.sends },
];

/** Columns of `callbacks`. */
export const CALLBACK_COLUMNS: readonly Column<CallbackRow>[] = [
  { name: 'callbackAt', of: (row) => iso(row.scheduledTime * 1_000) },
  { name: 'owner', of: (row) => row.owner },
  { name: 'scheduledAgent', of: (row) => row.scheduledAgent },
  { name: 'campaign', of: (row) => row.campaign },
  { name: 'label', of: (row) => row.label },
  { name: 'agent', of: (row) => row.agent },
  { name: 'interactionId', of: (row) => row.interactionId },
  { name: 'result', of: (row) => row.result },
  { name: 'at', of: (row) => iso(row.at) },
  { name: 'local', of: (row) => row.local },
];

/**
 * Writes rows as a table for people, as one JSON object a line, or as CSV. Yields text as rows come, so an export of any
 * size takes no more memory than a screen of it. Contact columns follow the named ones in JSON (`columns`) and CSV
 * (`column.NAME`, those that `contactColumns` names).
 */
export async function* formatRows<Row extends { readonly columns: Readonly<Record<string, string>> }>(
  rows: AsyncIterable<Row>,
  columns: readonly Column<Row>[],
  format: RowFormat,
  contactColumns: readonly string[] = [],
): AsyncGenerator<string> {
  switch (format) {
    case 'json':
      for await (const row of rows) yield `${JSON.stringify(asObject(row, columns))}\n`;
      return;
    case 'csv': {
      const all = [...columns, ...contactColumns.map((name) => contactColumn<Row>(name))];
      yield csvLine(all.map(({ name }) => name));
      for await (const row of rows) yield csvLine(all.map(({ of }) => of(row)));
      return;
    }
    case 'table':
      yield* asTable(rows, columns);
      return;
  }
}

function contactColumn<Row extends { readonly columns: Readonly<Record<string, string>> }>(name: string): Column<Row> {
  return { name: `column.${name}`, of: (row) => row.columns[name] ?? null };
}

function asObject<Row extends { readonly columns: Readonly<Record<string, string>> }>(
  row: Row,
  columns: readonly Column<Row>[],
): Record<string, unknown> {
  const named = Object.fromEntries(columns.map(({ name, of }) => [name, of(row)]));
  return Object.keys(row.columns).length === 0 ? named : { ...named, columns: row.columns };
}

/** RFC 4180: commas, CRLF, quotes doubled; null is empty. */
export function csvLine(cells: readonly (string | number | boolean | null)[]): string {
  return `${cells.map((cell) => (cell === null ? '' : typeof cell === 'string' ? csvText(cell) : String(cell))).join(',')}\r\n`;
}

/**
 * A text that a spreadsheet would take for a formula is given an apostrophe, so that what a contact or a server wrote is
 * never run on the reader's machine (OWASP, CSV injection).
 */
function csvText(text: string): string {
  const safe = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

async function* asTable<Row>(rows: AsyncIterable<Row>, columns: readonly Column<Row>[]): AsyncGenerator<string> {
  const names = columns.map(({ name }) => name);
  const first: string[][] = [];
  let widths: readonly number[] | null = null;
  for await (const row of rows) {
    const cells = columns.map(({ of }) => printable(String(of(row) ?? '')));
    if (widths) {
      yield tableLine(cells, widths);
      continue;
    }
    first.push(cells);
    if (first.length < ROWS_TO_MEASURE) continue;
    widths = widthsOf([names, ...first]);
    for (const line of [names, ...first]) yield tableLine(line, widths);
  }
  if (widths) return;
  widths = widthsOf([names, ...first]);
  for (const line of [names, ...first]) yield tableLine(line, widths);
}

function widthsOf(lines: readonly (readonly string[])[]): readonly number[] {
  return (lines[0] ?? []).map((_, column) =>
    Math.min(WIDEST, Math.max(...lines.map((line) => line[column]?.length ?? 0))),
  );
}

/** A cell that is too wide ends in `…`; the last column is not filled up. */
function tableLine(cells: readonly string[], widths: readonly number[]): string {
  const fitted = cells.map((cell, column) => {
    const width = widths[column] ?? 0;
    return (cell.length > width ? `${cell.slice(0, Math.max(0, width - 1))}…` : cell).padEnd(width);
  });
  return `${fitted.join('  ').trimEnd()}\n`;
}
