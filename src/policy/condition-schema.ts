import { z } from 'zod';
import {
  durationField,
  shareField,
  textField,
  whenWrongType,
  wholeField,
  wordField,
  yesNoField,
} from '../base/fields.js';
import type { AttributeTest, AttributeValue } from './attributes.js';
import { CALL_KINDS, type CallKind } from './call.js';
import { listReference, orNamedList } from './list-schema.js';
import type { Condition, NumberTest } from './policy.js';
import { WindowSchema } from './window-schema.js';

/** The shape of `when`, as it is written. */

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

const hasComparison = (test: object): boolean => Object.values(test).some((value) => value !== undefined);

const TALKED = 'must be a duration such as 30s (at least so long), or comparisons such as { lt: 10s }';

const TalkedSchema: z.ZodType<NumberTest, unknown> = z
  .union(
    [
      durationField().transform((ms): NumberTest => ({ ge: ms })),
      z
        .strictObject(
          {
            lt: durationField().optional().describe('Shorter than.'),
            le: durationField().optional().describe('At most so long.'),
            gt: durationField().optional().describe('Longer than.'),
            ge: durationField().optional().describe('At least so long.'),
          },
          { error: whenWrongType(TALKED) },
        )
        .refine(hasComparison, { error: TALKED })
        .meta({ minProperties: 1 }),
    ],
    { error: TALKED },
  )
  .meta({ id: 'DurationTest' });

const NTH = 'must be the number of a call, or comparisons such as { ge: 10 } or { every: 5 }';

const NthCallSchema: z.ZodType<NumberTest, unknown> = z
  .union(
    [
      wholeField(1).transform((nth): NumberTest => ({ eq: nth })),
      z
        .strictObject(
          {
            lt: wholeField(1).optional().describe('Before this call.'),
            le: wholeField(1).optional().describe('Up to this call.'),
            gt: wholeField(0).optional().describe('After this call.'),
            ge: wholeField(1).optional().describe('From this call on.'),
            every: wholeField(1).optional().describe('Every so many calls: { every: 5 } are calls 5, 10, 15, …'),
          },
          { error: whenWrongType(NTH) },
        )
        .refine(hasComparison, { error: NTH })
        .meta({ minProperties: 1 }),
    ],
    { error: NTH },
  )
  .meta({ id: 'CallNumberTest' });

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
      dispositions: oneOrMore('a disposition label or glob such as "Callback*"')
        .optional()
        .describe('The pop offers a disposition of this label, or of one that the glob fits.'),
      connected: yesNoField().optional().describe('Whether the party was reached. Known at the end of a call only.'),
      endedBy: wordField(['us', 'far-side'])
        .optional()
        .describe('Who ended the call: us (the agent hung up) or far-side. Known at the end only.'),
      talked: TalkedSchema.optional().describe(
        'How long the agent talked: a duration (at least so long), or lt, le, gt, ge. Known at the end only.',
      ),
      time: WindowSchema.optional().describe('The time at which the decision is made is inside these hours.'),
      agent: oneOrMore('a user name or glob such as "bot0*"')
        .optional()
        .describe('CIC user name of the agent, or a glob.'),
      nthCall: NthCallSchema.optional().describe("Number of the call among the agent's calls, from 1."),
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
