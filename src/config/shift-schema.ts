import { z } from 'zod';
import { positiveDurationField, textField, whenWrongType } from '../base/fields.js';

/** The shape of `shifts:` as it is written (design §6); `shifts.ts` finds what it means. */

const CRON = 'a cron expression such as "0 9 * * 1-5"';

const cronLines = (what: string) =>
  z
    .union([textField(CRON), z.array(textField(CRON), { error: `must be ${CRON}, or a list of these` }).min(1)], {
      error: `must be ${CRON}, or a list of these`,
    })
    .transform((lines) => [lines].flat())
    .describe(`${what} One cron expression (minute hour day-of-month month day-of-week), or a list of them.`);

const BREAK = 'must be a break such as { at: "0 12 * * 1-5", for: 30m } or { every: 2h, for: 10m }';

const BreakSchema = z
  .strictObject(
    {
      at: cronLines('When the break begins.').optional(),
      every: positiveDurationField()
        .optional()
        .describe('Again and again, the first time so long after the shift began.'),
      for: positiveDurationField().describe('How long it lasts, counted from when it is granted.'),
    },
    { error: whenWrongType(BREAK) },
  )
  .refine(({ at, every }) => (at === undefined) !== (every === undefined), 'must have either "at" or "every"')
  .meta({ id: 'ShiftBreak' });

const ShiftSchema = z
  .strictObject(
    {
      start: cronLines('When the shift begins.'),
      end: cronLines('When the shift ends.'),
      timezone: textField('a time zone such as America/New_York').describe(
        'Zone of all times of the shift, an IANA name such as America/New_York.',
      ),
      breaks: z
        .array(BreakSchema, { error: 'must be a list of breaks such as { at: "0 12 * * 1-5", for: 30m }' })
        .optional()
        .describe('Planned breaks. One that is due outside the shift is not taken.'),
      holidays: z
        .array(textField('a date such as 2026-12-25'), { error: 'must be a list of dates such as 2026-12-25' })
        .optional()
        .describe('Local dates whose starts are cancelled.'),
    },
    {
      error: whenWrongType(
        'must be a shift such as { start: "0 9 * * 1-5", end: "0 17 * * 1-5", timezone: America/New_York }',
      ),
    },
  )
  .meta({ id: 'Shift' });

export const ShiftsSchema = z
  .record(z.string(), ShiftSchema, {
    error: 'must be a map of names to shifts, such as weekdays: { start: …, end: …, timezone: … }',
  })
  .describe(
    'Shifts by name: when the agents that name one (agents[].shift) work. Without a shift an agent always does.',
  );

export type ShiftsFile = z.output<typeof ShiftsSchema>;
export type ShiftFile = ShiftsFile[string];
