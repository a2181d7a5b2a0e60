import { z } from 'zod';
import { DistributionSchema } from '../base/distribution.js';
import {
  positiveDurationField,
  shareField,
  textField,
  whenWrongType,
  wholeField,
  wordField,
  yesNoField,
  zoneField,
} from '../base/fields.js';
import { CALL_KINDS, type CallKind } from './call.js';
import { CallbackSchema } from './callback-schema.js';
import { ListsSchema, listReference, orNamedList } from './list-schema.js';
import type { AttributeTest, AttributeValue, Condition, WeightedLabels } from './policy.js';

/**
 * The shape of a policy file (design §7), as it is written: `load.ts` turns it into a `Policy`. The descriptions become
 * the tooltips of editors (config/policy.schema.json).
 */

const LABEL = 'a disposition label such as "No Answer"';
const label = () => textField(LABEL);

/** One text or a list of them → a list. */
const oneOrMore = (what: string) => {
  const error = `must be ${what}, or a list of such`;
  const texts = z.union([textField(what), z.array(textField(what)).min(1)], { error });
  return orNamedList(
    texts.transform((some) => [some].flat()),
    error,
  );
};

const attributeValue = (): z.ZodType<AttributeValue, AttributeValue> =>
  z.union([z.string(), z.number(), z.boolean()], { error: 'must be a text, a number, true or false' });

const ITEMS = 'must be a list of values, or the name of a list';

const AttributeComparisons = z
  .strictObject({
    eq: attributeValue().optional().describe('Equal: as numbers if both are numbers, else letter by letter.'),
    ne: attributeValue().optional().describe('Not equal; a missing column is not equal either.'),
    lt: attributeValue().optional().describe('Less than.'),
    le: attributeValue().optional().describe('Less than or equal.'),
    gt: attributeValue().optional().describe('Greater than.'),
    ge: attributeValue().optional().describe('Greater than or equal.'),
    in: z
      .union(
        [z.array(attributeValue()).min(1), textField(ITEMS).transform((): AttributeValue[] => []), listReference()],
        { error: ITEMS },
      )
      .optional()
      .describe('Equal to one of these, or to one of a named list.'),
    exists: yesNoField().optional().describe('Whether the contact has this column at all.'),
  })
  .refine((test) => Object.values(test).some((value) => value !== undefined), {
    error: 'must compare with something, such as { lt: 3 }',
  })
  .meta({ minProperties: 1 });

const ATTRIBUTE_TEST = 'must be a value, a glob, a list of these, or comparisons such as { lt: 3 }';

const AttributeTestSchema: z.ZodType<AttributeTest> = z
  .union([attributeValue(), z.array(attributeValue()).min(1), orNamedList(AttributeComparisons, ATTRIBUTE_TEST)], {
    error: ATTRIBUTE_TEST,
  })
  .meta({ id: 'AttributeTest' });

const KINDS = `must be ${CALL_KINDS.join(', ')}, or a list of such`;
const kind = () => wordField(CALL_KINDS);

export const ConditionSchema: z.ZodType<Condition, unknown> = z
  .strictObject(
    {
      campaign: oneOrMore('a campaign id, name or glob such as "Collections*"')
        .optional()
        .describe('Campaign by id, name or glob (* and ?, without regard to case); a list matches any of its items.'),
      kind: z
        .union([kind(), z.array(kind()).min(1), listReference()], { error: KINDS })
        .transform((kinds): CallKind[] => [kinds].flat())
        .optional()
        .describe('What sort of call it is. An own callback that comes as a preview is both.'),
      attributes: z
        .record(z.string(), AttributeTestSchema)
        .optional()
        .describe('Contact columns by name (without regard to case, with or without is_attr_): all must pass.'),
      connected: yesNoField().optional().describe('Whether the party was reached. Known at the end of a call only.'),
      agent: oneOrMore('a user name or glob such as "bot0*"')
        .optional()
        .describe('CIC user name of the agent, or a glob.'),
      chance: shareField().optional().describe('Holds for this share of the calls, drawn once per call.'),
      get all() {
        return z.array(ConditionSchema).min(1).optional().describe('Every one of these conditions holds.');
      },
      get any() {
        return z.array(ConditionSchema).min(1).optional().describe('At least one of these conditions holds.');
      },
      get not() {
        return ConditionSchema.optional().describe('This condition does not hold.');
      },
    },
    { error: whenWrongType('must be a map of conditions, such as { connected: false }') },
  )
  .meta({ id: 'Condition' });

const weight = () => {
  const message = 'must be a weight: a number, 0 or more';
  return z.number({ error: message }).min(0, message);
};

/** `No Answer`, or `{ Success: 30, "No Answer": 70 }` → labels with weights. */
const WeightedLabelsSchema: z.ZodType<WeightedLabels, unknown> = z
  .union(
    [
      listReference(),
      label().transform((text) => [{ label: text, weight: 1 }]),
      z
        .record(z.string(), weight())
        .refine((weights) => Object.values(weights).some((one) => one > 0), {
          error: 'must give at least one label a weight above 0',
        })
        .transform((weights) => Object.entries(weights).map(([name, one]) => ({ label: name, weight: one }))),
    ],
    { error: `must be ${LABEL}, or labels with weights such as { Success: 30, "No Answer": 70 }` },
  )
  .meta({ id: 'Disposition' });

const disposition = (): z.ZodType<WeightedLabels, unknown> => WeightedLabelsSchema;

const SkipSchema = z.union(
  [
    z.literal(true),
    z.strictObject({ else: label().describe('Ends the call unplaced where the campaign forbids skipping.') }),
  ],
  { error: 'must be true or { else: LABEL }' },
);

const ThenSchema = z
  .strictObject(
    {
      skip: SkipSchema.optional().describe('At the offer of a preview: do not place it.'),
      place: z
        .literal(true, { error: 'must be true' })
        .optional()
        .describe('At the offer of a preview: place it (the default; stops later rules).'),
      disposition: disposition().optional().describe('At the end: a label, or labels with weights.'),
      callback: CallbackSchema.optional().describe('At the end: call back later.'),
    },
    { error: whenWrongType('must be a map of actions, such as { disposition: "No Answer" }') },
  )
  .refine((then) => Object.values(then).some((action) => action !== undefined), {
    error: 'must name an action: skip, place, disposition or callback',
  })
  .meta({ minProperties: 1 });

const RuleSchema = z
  .strictObject({
    name: textField('a name').optional().describe('For logs, metrics and explain; unique in the policy.'),
    when: ConditionSchema.optional().describe('Omitted: always.'),
    then: ThenSchema.describe('What to do.'),
  })
  .meta({ id: 'Rule' });

export const PolicySchema = z
  .strictObject({
    version: z.literal(1).describe('Version of this format.'),
    name: textField('a name').optional().describe('For metrics and records; the name of the file when omitted.'),
    timezone: zoneField().optional().describe('For times that name no zone of their own, such as America/New_York.'),
    lists: ListsSchema.optional(),
    talk: DistributionSchema.optional().describe('How long to talk once connected. Default: lognormal, median 45s.'),
    wrapUp: DistributionSchema.optional().describe('Work after the call, before its disposition. Default: 2s to 8s.'),
    preview: z
      .strictObject({
        think: DistributionSchema.optional().describe('How long to look at a preview. Default: 1s to 4s.'),
        ringFor: positiveDurationField().optional().describe('Hang up when nobody has answered by then. Default: 40s.'),
      })
      .optional()
      .describe('Calls that are shown before they are placed.'),
    breaks: z
      .strictObject({
        afterCalls: wholeField(1).describe('Ask for a break after so many calls.'),
        for: positiveDurationField().describe('How long the break lasts.'),
      })
      .optional()
      .describe('Breaks by number of calls.'),
    rules: z
      .array(RuleSchema)
      .optional()
      .describe('At each decision point the first matching rule that has an action for it.'),
    otherwise: z
      .strictObject({ disposition: disposition().describe('A label, or labels with weights.') })
      .optional()
      .describe('Ends the calls that no rule ends, and replaces labels that are not offered.'),
  })
  .describe('What a bot agent does with its calls.');

export type PolicyFile = z.output<typeof PolicySchema>;
export type RuleFile = NonNullable<PolicyFile['rules']>[number];
