import type { JournalRecord } from './record.js';

/** Those of a pop's attributes that are named, without regard to case and to the `is_attr_` prefix (design §7). */
export function allowedColumns(
  attributes: Readonly<Record<string, string>>,
  names: readonly string[],
): Record<string, string> {
  if (names.length === 0) return {};
  const wanted = new Set(names.map(bareName));
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => wanted.has(bareName(name))));
}

/** The record with none but the allowed columns: the journal's own guard, whatever it is handed. */
export function withAllowedColumns(record: JournalRecord, names: readonly string[]): JournalRecord {
  if (record.kind !== 'pop' || !record.columns) return record;
  const { columns, ...bare } = record;
  const kept = allowedColumns(columns, names);
  return Object.keys(kept).length === 0 ? bare : { ...bare, columns: kept };
}

function bareName(name: string): string {
  return name.toLowerCase().replace(/^is_attr_/, '');
}
