import { z } from 'zod';
import { orMeant, textField, whenWrongType, zoneField } from '../base/fields.js';
import { nearestZone } from '../base/zone-name.js';

/** Where a zone comes from: named in the file, told by a column of the contact, or by the beginning of a number in one. */
export type ZoneSource = string | { readonly attribute: string; readonly prefixes?: ZonePrefixes };

/** Zones by the digits with which a number begins, the longest first. */
export type ZonePrefixes = readonly { readonly digits: string; readonly zone: string }[];

const EXAMPLE = 'a time zone such as America/New_York, or { attribute: COLUMN }';
const PREFIXES = 'must be zones by the digits that a number begins with, such as { "+1212": America/New_York }';

const PrefixesSchema = z
  .record(z.string().regex(/^[^\p{L}\d]*\d[^\p{L}]*$/u, PREFIXES), zoneField(), { error: PREFIXES })
  .refine((prefixes) => Object.keys(prefixes).length > 0, { error: PREFIXES })
  .transform(
    (prefixes): ZonePrefixes =>
      Object.entries(prefixes)
        .map(([prefix, zone]) => ({ digits: digitsOf(prefix), zone }))
        .sort((a, b) => b.digits.length - a.digits.length),
  );

/** `timezone:` of a window. */
export const ZoneSourceSchema: z.ZodType<ZoneSource, unknown> = z.union(
  [
    zoneField(),
    z
      .strictObject(
        {
          attribute: textField('the name of a column').describe(
            'Column of the contact: an IANA zone or a US abbreviation such as ET; with "prefixes", a telephone number.',
          ),
          prefixes: PrefixesSchema.optional().describe(
            'Zones by the beginning of the number; only digits are compared, the longest match counts. Quote the keys.',
          ),
        },
        { error: whenWrongType(`must be ${EXAMPLE}`) },
      )
      .transform(({ attribute, prefixes }): ZoneSource => (prefixes ? { attribute, prefixes } : { attribute })),
  ],
  {
    error: ({ input }) => orMeant(`must be ${EXAMPLE}`, typeof input === 'string' ? nearestZone(input) : undefined),
  },
);

/** The digits of a number or prefix. */
export function digitsOf(text: string): string {
  return text.replaceAll(/\D/g, '');
}
