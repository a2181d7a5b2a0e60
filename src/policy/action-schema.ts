import { z } from 'zod';
import { DistributionSchema } from '../base/distribution.js';
import { textField, whenWrongType } from '../base/fields.js';
import { CallbackSchema } from './callback-schema.js';
import { listReference } from './list-schema.js';
import type { WeightedLabels } from './policy.js';

/** The shape of `then`, as it is written. */

const LABEL = 'a disposition label such as "No Answer"';
const label = () => textField(LABEL);

const weight = () => {
  const message = 'must be a weight: a number, 0 or more';
  return z.number({ error: message }).min(0, message);
};

/** `No Answer`, or `{ Success: 30, "No Answer": 70 }` → labels with weights; a list of labels has equal weights. */
const WeightedLabelsSchema: z.ZodType<WeightedLabels, unknown> = z
  .union(
    [
      label().transform((text) => [{ label: text, weight: 1 }]),
      listReference(),
      z
        .array(label())
        .min(1)
        .transform((labels) => labels.map((one) => ({ label: one, weight: 1 }))),
      z
        .record(z.string(), weight())
        .refine((weights) => Object.values(weights).some((one) => one !== 0), {
          error: 'must give at least one label a weight above 0',
        })
        .transform((weights) => Object.entries(weights).map(([name, one]) => ({ label: name, weight: one }))),
    ],
    { error: `must be ${LABEL}, or labels with weights such as { Success: 30, "No Answer": 70 }` },
  )
  .meta({ id: 'Disposition' });

/** A label, or several with weights. */
export const dispositionField = (): z.ZodType<WeightedLabels, unknown> => WeightedLabelsSchema;

const SkipSchema = z.union(
  [
    z.literal(true),
    z.strictObject({ else: label().describe('Ends the call unplaced where the campaign forbids skipping.') }),
  ],
  { error: 'must be true or { else: LABEL }' },
);

const yes = () => z.literal(true, { error: 'must be true' });

const cell = () =>
  z
    .union([z.string(), z.number(), z.boolean()], { error: 'must be a text, a number, true or false' })
    .transform(String);

const WRITE_BACK = 'must be columns with texts, such as { last_bot: "{agent}" }';

export const ThenSchema = z
  .strictObject(
    {
      skip: SkipSchema.optional().describe('At the offer of a preview: do not place it.'),
      place: yes().optional().describe('At the offer of a preview: place it (the default; stops later rules).'),
      talk: DistributionSchema.optional().describe("At connect: talk for so long, instead of the policy's talk."),
      hangUp: yes().optional().describe('At connect: hang up at once.'),
      disposition: dispositionField()
        .optional()
        .describe('At the end: a label, labels with weights, or a list of labels that are as likely as each other.'),
      callback: CallbackSchema.optional().describe('At the end: call back later.'),
      wrapUp: DistributionSchema.optional().describe(
        "At the end: work so long after the call, instead of the policy's wrapUp. Leaves the disposition to later rules.",
      ),
      writeBack: z
        .record(textField('the name of a column'), cell(), { error: whenWrongType(WRITE_BACK) })
        .refine((columns) => Object.keys(columns).length > 0, { error: WRITE_BACK })
        .optional()
        .describe(
          'Contact columns to write with the disposition; {now}, {agent}, {attributes.COLUMN} and others are filled in.',
        ),
    },
    { error: whenWrongType('must be a map of actions, such as { disposition: "No Answer" }') },
  )
  .refine((then) => Object.values(then).some((action) => action !== undefined), {
    error: 'must name an action: skip, place, talk, hangUp, disposition, callback, wrapUp or writeBack',
  })
  .meta({ minProperties: 1 });
