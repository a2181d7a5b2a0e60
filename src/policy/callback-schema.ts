import { z } from 'zod';
import { durationField, orMeant, textField, whenWrongType, wholeField, wordField } from '../base/fields.js';
import { nearest } from '../base/suggestion.js';
import type { CallbackTiming, DayChoice } from './callback-time.js';
import { orNamedList } from './list-schema.js';
import { dateField, isDate, parseDays, timeOfDayField, WindowSchema } from './window-schema.js';

/** The callback action: its shape in a file, what it is read to. */

/** A checked callback action. */
export interface CallbackAction extends CallbackTiming {
  readonly action: 'callback';
  /** Label, wrap-up code or category; without it the first offered disposition of category Scheduled. */
  readonly label?: string;
  /** `self`, `anyone` or a CIC user name. */
  readonly owner: string;
  /** Who calls back when the owner is off shift in every slot or may not be named: anyone, or nobody at all. */
  readonly ownerFallback: 'anyone' | 'none';
  /** Ends the call where no time is left; `otherwise` where left out. */
  readonly noSlot?: string;
}

const LABEL = 'a disposition label such as "No Answer"';
const DAYS = 'today, tomorrow, next-weekday, next-mon, +3d, a date such as 2026-12-01, or a list of dates';
const NEXT_DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => `next-${day}`);
const WEEKDAYS = [1, 2, 3, 4, 5];
const FARTHEST_DAYS = 999;
const DAY_MS = 86_400_000;
const DAY_MINUTES = 1_440;

/** `today`, `tomorrow`, `next-weekday`, `next-mon`, `+3d`, `2026-12-01` → the day. Undefined when it is none of these. */
export function parseDayChoice(text: string): DayChoice | undefined {
  if (text === 'today') return { inDays: 0 };
  if (text === 'tomorrow') return { inDays: 1 };
  if (text === 'next-weekday') return { next: WEEKDAYS };
  if (isDate(text)) return { dates: [text] };
  const inDays = /^\+(\d{1,3})d$/.exec(text)?.[1];
  if (inDays !== undefined) return Number(inDays) <= FARTHEST_DAYS ? { inDays: Number(inDays) } : undefined;
  const day = /^next-([a-z]+)$/i.exec(text)?.[1];
  const next = day === undefined ? undefined : parseDays(day);
  return next?.length === 1 ? { next } : undefined;
}

/** A length of time that a date can be reckoned with. */
const waitField = () =>
  durationField().refine((ms) => ms <= FARTHEST_DAYS * DAY_MS, `must be at most ${FARTHEST_DAYS}d`);

const dayChoiceField = () =>
  z
    .string({ error: `must be ${DAYS}` })
    .refine((text) => parseDayChoice(text) !== undefined, { error: whyNoDay })
    .meta({ examples: ['tomorrow', 'next-weekday', '+3d', '2026-12-01'] })
    .transform((text) => parseDayChoice(text) ?? { inDays: 0 });

const OnSchema = orNamedList(
  z.union(
    [
      dayChoiceField(),
      z
        .array(dateField())
        .min(1)
        .transform((dates) => ({ dates: [...dates].sort() })),
    ],
    { error: whyNoDay },
  ),
  whyNoDay,
);

export const CallbackSchema = z.strictObject(
  {
    disposition: textField(LABEL)
      .optional()
      .describe('Label, else wrap-up code, else category. Must be of category Scheduled; omitted: the first such one.'),
    in: waitField().optional().describe('How long from now; moved on to the first permitted moment.'),
    at: timeOfDayField()
      .refine(
        (minute) => minute < DAY_MINUTES,
        'must be a time of day before midnight; "00:00" is the day\'s beginning',
      )
      .optional()
      .describe('Time of day in the contact\'s zone, instead of "in". Without "on": the next such time.'),
    on: OnSchema.optional().describe(`The first day for "at", in the contact's zone: ${DAYS}.`),
    window: WindowSchema.optional().describe('Hours at which the contact may be called. Omitted: any hour.'),
    jitter: waitField().optional().describe('Spreads the times by up to so much later, within the permitted hours.'),
    capPerHour: wholeField(1)
      .optional()
      .describe('At most so many callbacks of this rule in one clock hour, of all agents; then the next hour.'),
    notice: waitField().optional().describe('Not sooner than so long from now.'),
    within: waitField()
      .refine((ms) => ms > 0, 'must be longer than 0')
      .optional()
      .describe('Not later than so long from now, or not at all.'),
    owner: textField('self, anyone or a CIC user name')
      .optional()
      .describe('Who calls back: self, anyone (default) or a CIC user, who is called upon in his shift only.'),
    ownerFallback: wordField(['anyone', 'none'])
      .optional()
      .describe(
        'When the owner is off shift in every slot, or the campaign allows no owner: anyone (default), or none, which makes no callback.',
      ),
    noSlot: textField(LABEL)
      .optional()
      .describe('Ends the call when no time is left for a callback; "otherwise" when omitted.'),
  },
  { error: whenWrongType('must be written like { disposition: Callback, in: 2h, owner: self }') },
);

export type CallbackFile = z.output<typeof CallbackSchema>;

/** The action that a file asks for. */
export function callbackOf(file: CallbackFile): CallbackAction {
  const { disposition: label, in: inMs, at, on, window, owner = 'anyone', ownerFallback = 'anyone', noSlot } = file;
  const { jitter: jitterMs, capPerHour, notice: noticeMs, within: withinMs } = file;
  return {
    action: 'callback',
    ...(label !== undefined && { label }),
    asked: at === undefined ? { inMs: inMs ?? 0 } : { atMinute: at, on: dayOf(on) },
    ...(window && { window }),
    ...(jitterMs !== undefined && { jitterMs }),
    ...(capPerHour !== undefined && { capPerHour }),
    ...(noticeMs !== undefined && { noticeMs }),
    ...(withinMs !== undefined && { withinMs }),
    owner,
    ownerFallback,
    ...(noSlot !== undefined && { noSlot }),
  };
}

/** An empty list stands for a reference that could not be resolved, in a file that is refused. */
function dayOf(on: CallbackFile['on']): DayChoice {
  return on === undefined || Array.isArray(on) ? { inDays: 0 } : on;
}

/** What is wrong with a day, with a guess at what was meant. */
function whyNoDay({ input }: { input?: unknown }): string {
  const text = typeof input === 'string' ? input : '';
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return 'must be a date that exists';
  const words = ['today', 'tomorrow', 'next-weekday', ...NEXT_DAYS];
  return orMeant(`must be ${DAYS}`, /^\d{1,3}d$/.test(text) ? `+${text}` : nearest(text, words));
}
