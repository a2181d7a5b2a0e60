import { z } from 'zod';
import { type Distribution, DistributionSchema } from '../base/distribution.js';
import {
  durationField,
  positiveDurationField,
  positiveField,
  shareField,
  textField,
  whenWrongType,
  wholeField,
  wordField,
  yesNoField,
} from '../base/fields.js';
import { expandRange } from '../base/range.js';
import { SCHEDULED_CATEGORY } from '../wire/index.js';
import { FaultSchema } from './fault-spec.js';
import { STATUS_MESSAGES } from './status-catalogue.js';

/** A table whose unknown keys are errors, and whose wrong type is told with an example. */
function table<S extends z.ZodRawShape>(fields: S, example: string): z.ZodObject<S, z.core.$strict> {
  return z.strictObject(fields, { error: whenWrongType(`must be written like ${example}`) });
}

/** A duration, or `none` → milliseconds, or null. */
function durationOrNone(): z.ZodType<number | null, string> {
  return z.union([z.literal('none').transform(() => null), positiveDurationField()], {
    error: 'must be a duration such as 30s, or none',
  });
}

const rangeProblem = (pattern: string): string | undefined => {
  try {
    expandRange(pattern);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const NamesField = textField('a user name or a range such as bot{001..050}').superRefine((pattern, context) => {
  const problem = rangeProblem(pattern);
  if (problem) context.addIssue({ code: 'custom', message: `must be a name or a range: ${problem}` });
});

const FOLLOW_UP_CHOICES = STATUS_MESSAGES.filter((status) => status.isSelectableStatus).map(
  (status) => status.messageText,
);

const StatusField = textField('the name of a status').refine(
  (name) => FOLLOW_UP_CHOICES.some((text) => text.toLowerCase() === name.toLowerCase()),
  { error: `must be one of ${FOLLOW_UP_CHOICES.join('; ')}` },
);

const UserSchema = table(
  {
    names: NamesField.describe('One CIC user, or a range of them: bot{001..050}.'),
    password: textField('a password').describe('The password of each of them.'),
    logonCampaign: yesNoField()
      .default(false)
      .describe('Whether they hold the Logon Campaign right, and so choose their campaigns one by one.'),
    licence: yesNoField().default(true).describe('Whether they hold the Dialer add-on licence.'),
    workgroups: z
      .array(textField('a workgroup'))
      .optional()
      .describe('Workgroups they belong to; all of them when omitted.'),
  },
  '{ names: "bot{001..050}", password: demo }',
);

const DispositionSchema = table(
  {
    label: textField('a label').describe('What the agent sends.'),
    category: textField('a wrap-up category').describe(
      `Wrap-up category; only ${SCHEDULED_CATEGORY} admits a time to call back.`,
    ),
    code: textField('a wrap-up code').optional().describe('Wrap-up code; the label when omitted.'),
    abandon: yesNoField().default(false).describe('Whether it counts as an abandoned call.'),
  },
  '{ label: Success, category: Success }',
);

const USUAL_DISPOSITIONS: z.input<typeof DispositionSchema>[] = [
  { label: 'Success', category: 'Success' },
  { label: 'Not Interested', category: 'Failure' },
  { label: 'Wrong Party', category: 'Wrong Party' },
  { label: 'No Answer', category: 'No Answer' },
  { label: 'Busy', category: 'Busy' },
  { label: 'Machine', category: 'Machine' },
  { label: 'Callback', category: SCHEDULED_CATEGORY },
  { label: 'Do Not Call', category: 'Deleted' },
];

const ContactsField = z.union(
  [wholeField(0, 1_000_000), table({ csv: textField('the path of a CSV file') }, '{ csv: contacts.csv }')],
  { error: 'must be a number of contacts, or { csv: contacts.csv }' },
);

const CampaignSchema = table(
  {
    name: textField('a name').describe('Name of the campaign.'),
    type: wordField(['predictive', 'power', 'preview']).describe(
      'predictive dials ahead of free agents, power dials for one free agent each, preview lets the agent decide.',
    ),
    workgroup: textField('a workgroup').default('Outbound').describe('The workgroup whose agents it takes.'),
    contacts: ContactsField.default(100).describe(
      'How many contacts to make up from the seed, or the CSV file to read.',
    ),
    dispositions: z
      .array(DispositionSchema)
      .min(1, 'must offer at least one disposition')
      .prefault(USUAL_DISPOSITIONS)
      .describe('Outcomes offered with each call; a usual set by default.'),
    followUpStatus: StatusField.default('Follow Up').describe('Status that Dialer sets when a call is dispositioned.'),
    allowSkip: yesNoField().default(false).describe('Whether previews may be skipped.'),
    previewTimeout: durationOrNone()
      .default(30_000)
      .describe('How long a preview may be looked at before the client has to place it; or none.'),
    allowAgentCallbacks: yesNoField().default(false).describe('Whether callbacks may be owned by an agent.'),
    autoDisconnect: yesNoField()
      .default(false)
      .describe('Script option: the client should hang up when it dispositions. The server never does.'),
  },
  '{ name: Collections, type: predictive, contacts: 400 }',
);

const OutcomesSchema = table(
  {
    answer: z.number().min(0).default(70).describe('Share of attempts that a person answers.'),
    noAnswer: z.number().min(0).default(15).describe('Share that nobody answers.'),
    busy: z.number().min(0).default(5).describe('Share that is busy.'),
    machine: z.number().min(0).default(10).describe('Share that an answering machine takes.'),
  },
  '{ answer: 70, noAnswer: 15, busy: 5, machine: 10 }',
).refine((shares) => shares.answer + shares.noAnswer + shares.busy + shares.machine > 0, {
  error: 'must give at least one outcome a share above 0',
});

const DiallingSchema = table(
  {
    ring: DistributionSchema.prefault({ uniform: { min: '1s', max: '8s' } }).describe('How long a number rings.'),
    outcomes: OutcomesSchema.prefault({}).describe('Relative shares of what becomes of an attempt.'),
    farSideHangsUpAfter: DistributionSchema.prefault({ exponential: { mean: '60s' } }).describe(
      'When the far side hangs up, counted from the connect.',
    ),
    rescheduleDelay: positiveDurationField()
      .default(3_600_000)
      .describe('When a callback is tried again whose owner is out.'),
    pacing: positiveField().default(1.2).describe('Predictive: attempts in flight for each free agent.'),
    oneMoreCall: shareField()
      .default(0.3)
      .describe('How often one more call is already dialled for an agent who asks to leave.'),
  },
  '{ ring: { uniform: { min: 1s, max: 8s } } }',
);

const AcdSchema = table(
  {
    workgroup: textField('a workgroup').default('Support').describe('The ACD workgroup.'),
    every: positiveDurationField().describe('One inbound call comes this often.'),
    talk: durationField().default(30_000).describe('How long it lasts.'),
  },
  '{ workgroup: Support, every: 5m, talk: 30s }',
);

function refuseDoubles(world: { users: { names: string }[]; campaigns: { name: string }[] }, context: z.RefinementCtx) {
  const users = new Set<string>();
  world.users.forEach((entry, index) => {
    for (const name of rangeProblem(entry.names) ? [] : expandRange(entry.names)) {
      if (!users.has(name.toLowerCase())) users.add(name.toLowerCase());
      else {
        context.addIssue({
          code: 'custom',
          path: ['users', index, 'names'],
          message: `must name nobody twice (${name})`,
        });
        return;
      }
    }
  });
  const names = new Set<string>();
  world.campaigns.forEach((campaign, index) => {
    const key = campaign.name.toLowerCase();
    if (names.has(key))
      context.addIssue({ code: 'custom', path: ['campaigns', index, 'name'], message: 'must be a name of its own' });
    names.add(key);
  });
}

/** The simulator's world file (design §6). Input as in YAML; output with defaults applied and durations in milliseconds. */
export const WorldSchema = table(
  {
    version: z.literal(1, { error: 'must be 1' }).default(1).describe('Version of this file format.'),
    seed: wholeField(0).default(1).describe('Seed of everything that is drawn by chance.'),
    users: z
      .array(UserSchema)
      .prefault([{ names: 'bot{001..050}', password: 'demo' }])
      .describe('CIC users.'),
    campaigns: z
      .array(CampaignSchema)
      .prefault([{ name: 'Collections', type: 'predictive', contacts: 400 }])
      .describe('Dialer campaigns.'),
    dialling: DiallingSchema.prefault({}).describe('How the telephone network behaves.'),
    acd: AcdSchema.optional().describe('Inbound ACD calls beside Dialer (blended agents).'),
    requireStation: yesNoField().default(false).describe('Whether an agent without a station gets no call.'),
    sessionTimeout: positiveDurationField()
      .default(120_000)
      .describe('A session whose messages nobody reads dies after this.'),
    followUpTimeout: durationOrNone()
      .default(null)
      .describe('When a follow-up status that Dialer set returns to Available by itself; or none.'),
    messaging: z
      .union([z.literal(1), z.literal(2)], { error: 'must be 1 (polling only) or 2 (also the event stream)' })
      .default(2)
      .describe('Version of the messaging feature: 1 polling only, 2 also the event stream.'),
    keepLostCalls: durationField()
      .prefault('30s')
      .describe(
        'How long the open call of an agent whose session was lost is kept for his return; then Dialer records it as Ambiguous itself. 0s: at once.',
      ),
    alternateHost: textField('a host name or address')
      .optional()
      .describe('A second address that serves the same world on the same port, such as 127.0.0.2: for a switchover.'),
    faults: z.array(FaultSchema).default([]).describe('Faults to inject (docs/faults.md).'),
  },
  '{ version: 1, campaigns: [ { name: Collections, type: predictive } ] }',
).superRefine(refuseDoubles);

/** A checked world: defaults applied, durations in milliseconds. */
export type WorldConfig = z.output<typeof WorldSchema>;
export type WorldInput = z.input<typeof WorldSchema>;
export type CampaignConfig = z.output<typeof CampaignSchema>;
export type CampaignInput = z.input<typeof CampaignSchema>;
export type { Distribution };

/** One campaign with its defaults applied, for `control.addCampaign`. Throws a ZodError when it is wrong. */
export function parseCampaign(input: CampaignInput): CampaignConfig {
  return CampaignSchema.parse(input);
}

/** The world when none is given: fifty agents, a predictive and a preview campaign. */
export function defaultWorld(): WorldConfig {
  return WorldSchema.parse({
    campaigns: [
      { name: 'Collections', type: 'predictive', contacts: 400 },
      { name: 'Renewals', type: 'preview', contacts: 100, allowSkip: true, allowAgentCallbacks: true },
    ],
  });
}
