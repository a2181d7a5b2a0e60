import { z } from 'zod';
import { textField, whenWrongType, zoneField } from '../base/fields.js';
import { isZone } from '../base/zoned-time.js';
import { type Columns, columnOf } from './attributes.js';

/** Where a zone comes from: named in the file, or told by a column of the contact. */
export type ZoneSource = string | { readonly attribute: string };

const EXAMPLE = 'a time zone such as America/New_York, or { attribute: COLUMN }';

/** `timezone:` of a window. */
export const ZoneSourceSchema: z.ZodType<ZoneSource, unknown> = z.union(
  [
    zoneField(),
    z.strictObject(
      { attribute: textField('the name of a column').describe('Column of the contact that holds an IANA zone.') },
      { error: whenWrongType(`must be ${EXAMPLE}`) },
    ),
  ],
  { error: `must be ${EXAMPLE}` },
);

/**
 * The zone that `source` names for a contact; where it names none that is known, the policy's zone, else UTC. The check
 * of a policy warns where neither is sure to be there.
 */
export function zoneFor(source: ZoneSource | undefined, columns: Columns, policyZone: string | undefined): string {
  const named = typeof source === 'object' ? columnOf(columns, source.attribute)?.trim() : source;
  return named !== undefined && isZone(named) ? named : (policyZone ?? 'UTC');
}
