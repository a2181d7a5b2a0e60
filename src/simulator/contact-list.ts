import { parse } from 'csv-parse/sync';
import type { Draw } from '../base/random.js';

/** One record of a campaign's contact list. */
export interface Contact {
  /** What the ledger calls it: its i3_identity, or its place in the list. */
  readonly key: string;
  readonly columns: Record<string, string>;
  attempts: number;
  /** Null while the contact is still to be called; else how it ended. */
  outcome: string | null;
}

const FIRST_NAMES = [
  'Ada',
  'Ben',
  'Carla',
  'Dana',
  'Emil',
  'Fatima',
  'Goran',
  'Hana',
  'Ivo',
  'Jun',
  'Kofi',
  'Lena',
  'Mia',
  'Noor',
  'Omar',
  'Pia',
];
const LAST_NAMES = [
  'Abel',
  'Brandt',
  'Costa',
  'Diaz',
  'Eriksen',
  'Fischer',
  'Garcia',
  'Hughes',
  'Ito',
  'Jansen',
  'Kowalski',
  'Lopez',
  'Mensah',
  'Novak',
  'Okafor',
  'Petrov',
];
const ZONES = [
  'America/New_York',
  'America/Chicago',
  'America/Denver',
  'America/Los_Angeles',
  'Europe/London',
  'Europe/Berlin',
];

/** Makes up `count` contacts with the columns i3_identity, i3_siteid, first_name, last_name, phone_home, tz and attempts. */
export function generateContacts(count: number, draw: Draw): Contact[] {
  const pick = (list: readonly string[]): string => list[Math.floor(draw() * list.length)] ?? '';
  return Array.from({ length: count }, (_, index) => {
    const key = String(index + 1);
    const columns = {
      i3_identity: key,
      i3_siteid: '1',
      first_name: pick(FIRST_NAMES),
      last_name: pick(LAST_NAMES),
      phone_home: `+1555${String(Math.floor(draw() * 10_000_000)).padStart(7, '0')}`,
      tz: pick(ZONES),
      attempts: '0',
    };
    return { key, columns, attempts: 0, outcome: null };
  });
}

/**
 * Reads a contact list from CSV with a header line. Columns i3_identity, i3_siteid and attempts are added where they are
 * missing; an identity that comes twice is replaced by the row's number. Throws the parser's error, which names the line.
 */
export function parseContacts(text: string): Contact[] {
  const rows: Record<string, string>[] = parse(text, { columns: true, bom: true, skip_empty_lines: true, trim: true });
  const seen = new Set<string>();
  return rows.map((row, index) => {
    const columns: Record<string, string> = { ...row };
    const given = columns.i3_identity;
    const key = given && !seen.has(given) ? given : `${index + 1}`;
    seen.add(key);
    columns.i3_identity ??= key;
    columns.i3_siteid ??= '1';
    const attempts = Number.parseInt(columns.attempts ?? '0', 10) || 0;
    columns.attempts = String(attempts);
    return { key, columns, attempts, outcome: null };
  });
}

/** The contact's telephone number: the first column named phone… (or holding the word), else nothing. */
export function phoneOf(contact: Contact): string {
  return phoneColumns(contact)[0]?.[1] ?? '';
}

/** Columns that hold telephone numbers, best first. */
export function phoneColumns(contact: Contact): [string, string][] {
  const named = Object.entries(contact.columns).filter(([name, value]) => /phone/i.test(name) && value !== '');
  return named.sort(([a], [b]) => Number(!/^phone/i.test(a)) - Number(!/^phone/i.test(b)));
}

/** The contact's name as an agent reads it. */
export function nameOf(contact: Contact): string {
  const { first_name = '', last_name = '' } = contact.columns;
  return `${first_name} ${last_name}`.trim() || contact.key;
}

/** Writes attributes back into the contact's columns, without regard to case and to the is_attr_ prefix (reference §7, 17). */
export function writeBack(contact: Contact, attributes: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(attributes)) {
    const plain = name.replace(/^is_attr_/i, '').toLowerCase();
    const column = Object.keys(contact.columns).find((key) => key.toLowerCase() === plain) ?? plain;
    if (column !== 'i3_identity' && column !== 'attempts') contact.columns[column] = value;
  }
}

/** Counts one more attempt, in the column too. */
export function countAttempt(contact: Contact): void {
  contact.attempts += 1;
  contact.columns.attempts = String(contact.attempts);
}
