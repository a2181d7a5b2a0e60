import { z } from 'zod';
import { orMeant, whenWrongType } from '../base/fields.js';
import { nearest } from '../base/suggestion.js';
import { orNamedList } from './list-schema.js';
import type { TimeWindow } from './window.js';
import { ZoneSourceSchema } from './zone-source.js';

/** How a file writes hours of the week: `{ days: mon-fri, from: "09:00", to: "20:00", timezone: …, holidays: … }`. */

const DAY_NAMES = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const DAY_GROUPS: Readonly<Record<string, readonly number[]>> = {
  daily: [1, 2, 3, 4, 5, 6, 7],
  weekdays: [1, 2, 3, 4, 5],
  weekends: [6, 7],
};
const DAYS = 'a day or days such as mon-fri, sat, weekdays, or a list of such';
const TIME = 'must be a time of day such as "09:00" or "17:30"';
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME_OF_DAY = /^(?:(?:[01]?\d|2[0-3]):[0-5]\d|24:00)$/;
const DATES = 'must be dates such as [2026-11-26, 2026-12-25], or the name of a list of them';

/** Reads `mon`, `Monday`, `mon-fri`, `sat-mon`, `weekdays`, `mon,wed`. Undefined when it is none of these. */
export function parseDays(text: string): readonly number[] | undefined {
  const parts = text
    .toLowerCase()
    .split(',')
    .map((part) => part.trim());
  const days = parts.map((part) => {
    const group = Object.hasOwn(DAY_GROUPS, part) ? DAY_GROUPS[part] : undefined;
    if (group) return group;
    const [from, to, ...more] = part.split('-').map((name) => dayNumber(name.trim()));
    if (from === undefined || more.length > 0 || (part.includes('-') && to === undefined)) return undefined;
    return to === undefined ? [from] : daysFrom(from, to);
  });
  return days.includes(undefined) ? undefined : inOrder(days.flatMap((some) => some ?? []));
}

/** `09:00`, `9:30`, `24:00` → minutes after midnight. */
export function timeOfDayField(): z.ZodType<number, string> {
  return z
    .string({ error: TIME })
    .regex(TIME_OF_DAY, TIME)
    .meta({ examples: ['09:00', '17:30'] })
    .transform((text) => parseTimeOfDay(text) ?? 0);
}

/** `09:00`, `9:30`, `24:00` → minutes after midnight; undefined when it is no time of day. */
export function parseTimeOfDay(text: string): number | undefined {
  if (!TIME_OF_DAY.test(text)) return undefined;
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return hours * 60 + minutes;
}

/** A date that exists, as 2026-12-25. */
export function dateField(): z.ZodType<string, string> {
  return z
    .string({ error: whyNoDate })
    .refine(isDate, { error: whyNoDate })
    .meta({ examples: ['2026-12-25'] });
}

const dayField = () =>
  z
    .string({ error: `must be ${DAYS}` })
    .refine((text) => parseDays(text) !== undefined, { error: whyNoDays })
    .meta({ examples: ['mon-fri', 'sat', 'weekdays'] })
    .transform((text) => parseDays(text) ?? []);

/** Days of the week, from 1 (Monday) to 7 (Sunday). */
function daysField() {
  const days = z.array(orNamedList(dayField(), whyNoDays)).min(1);
  const both = z.union([dayField(), days.transform((some) => inOrder(some.flat(2)))], { error: whyNoDays });
  return orNamedList(both, whyNoDays);
}

/** What is wrong with days, with a guess at what was meant. */
function whyNoDays({ input }: { input?: unknown }): string {
  const short = DAY_NAMES.map((day) => day.slice(0, 3));
  const words = [...DAY_NAMES, ...Object.keys(DAY_GROUPS), ...short];
  const spelt = typeof input === 'string' ? input.split('-').map((word) => nearest(word.trim(), words)) : [undefined];
  return orMeant(`must be ${DAYS}`, spelt.includes(undefined) ? undefined : spelt.join('-'));
}

/** Dates, lists of them by name, or the name of one (`lists.ts` puts the dates in their place before this is read). */
function holidaysField() {
  const dates = z.array(orNamedList(dateField(), whyNoDate)).transform((some): string[] => some.flat());
  return orNamedList(
    z.union([dates, z.string({ error: DATES }).transform((): string[] => [])], { error: DATES }),
    DATES,
  );
}

/** What is wrong with a date. */
function whyNoDate({ input }: { input?: unknown }): string {
  return typeof input === 'string' && DATE.test(input)
    ? `must be a date that exists; ${input} does not`
    : 'must be a date such as 2026-12-25';
}

const WINDOW_FIELDS = {
  days: daysField().optional().describe('Days on which it opens, such as mon-fri. Omitted: every day.'),
  from: timeOfDayField().optional().describe('Opens at this time; midnight when omitted.'),
  to: timeOfDayField()
    .optional()
    .describe('Closes at this time, which is outside; before "from": on the next day. Omitted: at midnight.'),
  timezone: ZoneSourceSchema.optional().describe("Zone of these hours; the policy's when omitted."),
  holidays: holidaysField().optional().describe('Dates on which it does not open, or the name of a list of them.'),
};

/** Reads to a `TimeWindow`. */
export const WindowSchema = z
  .strictObject(WINDOW_FIELDS, {
    error: whenWrongType('must be hours such as { days: mon-fri, from: "09:00", to: "20:00" }'),
  })
  .transform(windowOf)
  .meta({ id: 'TimeWindow' });

type WindowFile = z.output<z.ZodObject<typeof WINDOW_FIELDS>>;

/** The window of its fields, defaults filled in. */
function windowOf({ days, from, to, timezone, holidays }: WindowFile): TimeWindow {
  return {
    days: days ?? (DAY_GROUPS.daily as readonly number[]),
    fromMinute: from ?? 0,
    toMinute: to ?? 1_440,
    ...(timezone === undefined ? {} : { timezone }),
    holidays: holidays ?? [],
  };
}

function dayNumber(name: string): number | undefined {
  const index = DAY_NAMES.findIndex((day) => day === name || (name.length >= 3 && name === day.slice(0, 3)));
  return index < 0 ? undefined : index + 1;
}

/** From the first to the last day, over the end of the week where need be. */
function daysFrom(first: number, last: number): number[] {
  return Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, step) => ((first + step - 1) % 7) + 1);
}

function inOrder(days: readonly number[]): number[] {
  return [...new Set(days)].sort((a, b) => a - b);
}

/** Whether the text is a date that exists, as 2026-12-25. */
export function isDate(text: string): boolean {
  if (!DATE.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
