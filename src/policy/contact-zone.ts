import { zoneNamed } from '../base/zone-name.js';
import { type Columns, columnOf } from './attributes.js';
import { digitsOf, type ZonePrefixes, type ZoneSource } from './zone-source.js';

/** The zone of a contact, as far as it is known. */
export interface ContactZone {
  /** Undefined where neither contact nor policy names one. */
  readonly zone: string | undefined;
  /** The contact was to tell and did not: `zone` is the policy's. */
  readonly isUnknown: boolean;
}

/** The zone that `source` names for a contact; where it names none that is known, the policy's zone. */
export function contactZone(
  source: ZoneSource | undefined,
  columns: () => Columns,
  policyZone: string | undefined,
): ContactZone {
  if (typeof source !== 'object') return { zone: source ?? policyZone, isUnknown: false };
  const value = columnOf(columns(), source.attribute) ?? '';
  const zone = source.prefixes ? zoneOfNumber(value, source.prefixes) : zoneNamed(value);
  return zone === undefined ? { zone: policyZone, isUnknown: true } : { zone, isUnknown: false };
}

/** The zone of a `time` condition: as `contactZone`, else UTC. The check of a policy warns where that may come to pass. */
export function zoneFor(source: ZoneSource | undefined, columns: Columns, policyZone: string | undefined): string {
  return contactZone(source, () => columns, policyZone).zone ?? 'UTC';
}

function zoneOfNumber(number: string, prefixes: ZonePrefixes): string | undefined {
  const digits = digitsOf(number);
  return prefixes.find((prefix) => digits.startsWith(prefix.digits))?.zone;
}
