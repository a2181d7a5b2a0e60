import { z } from 'zod';
import { DistributionSchema } from '../base/distribution.js';
import { positiveDurationField, textField, wholeField, zoneField } from '../base/fields.js';
import { dispositionField, ThenSchema } from './action-schema.js';
import { ConditionSchema } from './condition-schema.js';
import { ListsSchema } from './list-schema.js';

/**
 * The shape of a policy file (design §7), as it is written: `load.ts` turns it into a `Policy`. The descriptions become
 * the tooltips of editors (config/policy.schema.json).
 */

const RuleSchema = z
  .strictObject({
    name: textField('a name').optional().describe('For logs, metrics and explain; unique in the policy.'),
    when: ConditionSchema.optional().describe('Omitted: always.'),
    then: ThenSchema.describe('What to do.'),
  })
  .meta({ id: 'Rule' });

const FILE = 'a file such as common.yaml';

export const PolicySchema = z
  .strictObject({
    version: z.literal(1).describe('Version of this format.'),
    name: textField('a name').optional().describe('For metrics and records; the name of the file when omitted.'),
    include: z
      .union([textField(FILE), z.array(textField(FILE)).min(1)], { error: `must be ${FILE}, or a list of such` })
      .optional()
      .describe(
        'Other policy files, relative to this one: their rules come before these, their lists and settings where this file has none.',
      ),
    lists: ListsSchema.optional(),
    timezone: zoneField().optional().describe('For times that name no zone of their own, such as America/New_York.'),
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
      .strictObject({ disposition: dispositionField().describe('A label, or labels with weights.') })
      .optional()
      .describe('Ends the calls that no rule ends, and replaces labels that are not offered.'),
  })
  .describe('What a bot agent does with its calls.');

export type PolicyFile = z.output<typeof PolicySchema>;
export type RuleFile = NonNullable<PolicyFile['rules']>[number];
