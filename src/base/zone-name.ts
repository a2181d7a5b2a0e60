import { nearest } from './suggestion.js';
import { isZone } from './zoned-time.js';

/**
 * What people in the United States call their zones, as the IANA zone that has its clock, summer and winter: `EST` in a
 * column means the time of New York, whatever the season, not a clock that is never set forward.
 */
const ABBREVIATIONS: Readonly<Record<string, string>> = {
  ...spelt('America/New_York', 'ET', 'EST', 'EDT'),
  ...spelt('America/Chicago', 'CT', 'CST', 'CDT'),
  ...spelt('America/Denver', 'MT', 'MST', 'MDT'),
  ...spelt('America/Los_Angeles', 'PT', 'PST', 'PDT'),
  ...spelt('America/Anchorage', 'AKT', 'AKST', 'AKDT'),
  ...spelt('Pacific/Honolulu', 'HT', 'HST', 'HDT'),
  ...spelt('America/Puerto_Rico', 'AST'),
  ...spelt('America/Halifax', 'ADT'),
  ...spelt('Pacific/Guam', 'CHST'),
  ...spelt('UTC', 'Z'),
};

/** Zones of three letters that mean the same to everybody. Others (BST, IST) are some zone to the machine, and a guess. */
const SHORT: ReadonlySet<string> = new Set(['UTC', 'GMT', 'UCT', 'CET', 'EET', 'MET', 'WET', 'PRC', 'ROC', 'ROK']);

/** Names that are newer than the machine's own list. */
const NEWER = [
  'UTC',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Yangon',
  'Asia/Ho_Chi_Minh',
  'Europe/Kyiv',
  'America/Nuuk',
];

/** Read so many times, most of them the same few. */
const MOST_READ = 1_000;
const read = new Map<string, string | undefined>();

/** An IANA zone by its name, upper or lower case: the name as the list spells it; undefined for any other text, `EST` included. */
export function ianaZone(text: string): string | undefined {
  const name = text.trim();
  if (/^.{1,3}$/.test(name) && !SHORT.has(name.toUpperCase())) return undefined;
  if (!/^[a-z]/i.test(name) || name.toUpperCase() in ABBREVIATIONS || !isZone(name)) return undefined;
  return zoneNames().find((one) => one.toLowerCase() === name.toLowerCase()) ?? name;
}

/** The zone that a contact's column names: an IANA name or a US abbreviation. Undefined when it is neither. */
export function zoneNamed(text: string): string | undefined {
  if (read.has(text)) return read.get(text);
  if (read.size >= MOST_READ) read.clear();
  const zone = ABBREVIATIONS[text.trim().toUpperCase()] ?? ianaZone(text);
  read.set(text, zone);
  return zone;
}

/** The zone that was probably meant, or undefined. */
export function nearestZone(text: string): string | undefined {
  const wanted = text.trim().replaceAll(' ', '_');
  const city = (zone: string): string => zone.split('/').at(-1) ?? zone;
  return (
    zoneNamed(text) ??
    zoneNames().find((zone) => city(zone).toLowerCase() === wanted.toLowerCase()) ??
    nearest(wanted, zoneNames())
  );
}

/** The abbreviations and what they mean, for the documentation. */
export function zoneAbbreviations(): readonly (readonly [string, string])[] {
  return Object.entries(ABBREVIATIONS);
}

let names: readonly string[] | undefined;

function zoneNames(): readonly string[] {
  names ??= [...new Set([...NEWER, ...Intl.supportedValuesOf('timeZone')])];
  return names;
}

function spelt(zone: string, ...abbreviations: string[]): Record<string, string> {
  return Object.fromEntries(abbreviations.map((one) => [one, zone]));
}
