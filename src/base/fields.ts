import { z } from 'zod';
import { parseDuration } from './duration.js';
import { ianaZone, nearestZone } from './zone-name.js';

/**
 * Small fields that every file of the product shares. Messages are predicates ("must be …"): the document loader puts the
 * key in front and what it found behind, and so makes a sentence of each.
 */

const DURATION = /^\d{1,12}(?:\.\d{1,6})?(?:ms|s|m|h|d)$/;
const RATE = /^\d{1,9}(?:\.\d{1,6})?\/(?:s|m|h)$/;
const PERCENT = /^(?:100(?:\.0+)?|\d{1,2}(?:\.\d{1,6})?)%$/;
const SECONDS_PER = { s: 1, m: 60, h: 3_600 } as const;

/** `500ms`, `30s`, `5m`, `2h`, `30d` → milliseconds, 0 or more. */
export function durationField(): z.ZodType<number, string> {
  const message = 'must be a duration such as 500ms, 30s, 5m or 2h';
  return z
    .string({ error: message })
    .regex(DURATION, message)
    .meta({ examples: ['30s', '5m'] })
    .transform((text) => parseDuration(text) ?? 0);
}

/** A duration longer than nothing → milliseconds. */
export function positiveDurationField(): z.ZodType<number, string> {
  return durationField().refine((ms) => ms > 0, 'must be longer than 0');
}

/** `5/s`, `300/m`, `100/h` → how many in a second, more than 0. */
export function rateField(): z.ZodType<number, string> {
  const message = 'must be a rate such as 5/s, 300/m or 100/h';
  return z
    .string({ error: message })
    .regex(RATE, message)
    .meta({ examples: ['5/s', '300/m'] })
    .transform((text) => {
      const [count = '0', unit = 's'] = text.split('/');
      return Number(count) / SECONDS_PER[unit as keyof typeof SECONDS_PER];
    })
    .refine((perSecond) => perSecond > 0, 'must be more than 0');
}

/** `20%` or `0.2` → a number from 0 to 1. */
export function shareField(): z.ZodType<number, string | number> {
  const message = 'must be a share such as 20% or 0.2';
  return z
    .union(
      [
        z.number({ error: message }).min(0, message).max(1, message),
        z
          .string({ error: message })
          .regex(PERCENT, message)
          .transform((text) => Number(text.slice(0, -1)) / 100),
      ],
      { error: message },
    )
    .meta({ examples: ['20%', 0.2] });
}

/** A TCP port; 0 lets the system choose. */
export function portField(): z.ZodType<number, number> {
  const message = 'must be a port from 0 to 65535 (0 lets the system choose)';
  return z.number({ error: message }).int(message).min(0, message).max(65_535, message);
}

/** A whole number from `min` to `max`, both included. */
export function wholeField(min: number, max = Number.MAX_SAFE_INTEGER): z.ZodType<number, number> {
  const message =
    max === Number.MAX_SAFE_INTEGER
      ? `must be a whole number, ${min} or more`
      : `must be a whole number from ${min} to ${max}`;
  return z.number({ error: message }).int(message).min(min, message).max(max, message);
}

/** A number above 0. */
export function positiveField(): z.ZodType<number, number> {
  const message = 'must be a number above 0';
  return z.number({ error: message }).positive(message);
}

/** A text with at least one character that is not white space. */
export function textField(what = 'a text'): z.ZodType<string, string> {
  const message = `must be ${what}`;
  return z.string({ error: message }).regex(/\S/, message);
}

/** True or false. */
export function yesNoField(): z.ZodType<boolean, boolean> {
  return z.boolean({ error: 'must be true or false' });
}

/** One of a few words. */
export function wordField<const W extends readonly [string, ...string[]]>(words: W): z.ZodType<W[number], W[number]> {
  return z.enum(words, { error: `must be ${orList(words)}` });
}

/** `a`, `a or b`, `a, b or c`. */
export function orList(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}

/**
 * For the `error` option of an object schema: words the wrong type, and leaves unknown keys to the document loader
 * (zod asks the same function about both).
 */
export function whenWrongType(message: string): (issue: { code?: string | undefined }) => string | undefined {
  return (issue) => (issue.code === 'invalid_type' ? message : undefined);
}

/** A message with what was probably meant, which becomes the suggestion of the diagnostic. */
export function orMeant(message: string, meant: string | undefined): string {
  return meant === undefined ? message : `${message}; did you mean ${meant}?`;
}

/** An IANA time zone, such as America/New_York → its name as the list of zones spells it. */
export function zoneField(): z.ZodType<string, string> {
  const message = 'must be a time zone such as America/New_York';
  return z
    .string({ error: message })
    .refine((text) => ianaZone(text) !== undefined, {
      error: ({ input }) => orMeant(message, nearestZone(String(input))),
    })
    .meta({ examples: ['America/New_York', 'UTC'] })
    .transform((text) => ianaZone(text) ?? text);
}
