import { z } from 'zod';
import { parseDuration } from '../base/duration.js';
import { textField, whenWrongType, wholeField, wordField, yesNoField } from '../base/fields.js';
import { CALL_KINDS, type CallKind, type OfferedDisposition } from './call.js';
import type { GivenCall } from './explain.js';

/** How a call is written down, for `explain` (design §10) and in the tests of a policy. */

/** What most campaigns offer; a call that names no dispositions offers these. */
const USUAL: readonly OfferedDisposition[] = [
  usual('Success', 'Success', 'SUCCESS'),
  usual('Not Interested', 'Failure', 'NI'),
  usual('Wrong Party', 'Wrong Party', 'WP'),
  usual('No Answer', 'No Answer', 'NA'),
  usual('Busy', 'Busy', 'BUSY'),
  usual('Machine', 'Machine', 'MACHINE'),
  usual('Callback', 'Scheduled', 'CB'),
  usual('Do Not Call', 'Deleted', 'DNC'),
];

const INSTANT = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2}))?$/;
const INSTANT_ERROR = 'must be a time with its offset, such as 2026-11-22T15:00:00Z or 2026-11-22T10:00:00-05:00';

/** An instant in ISO 8601, with its offset (a bare date is midnight UTC) → epoch milliseconds. */
export function instantField(): z.ZodType<number, string> {
  return z
    .string({ error: INSTANT_ERROR })
    .refine((text) => parseInstant(text) !== undefined, { error: INSTANT_ERROR })
    .meta({ examples: ['2026-11-22T15:00:00Z'] })
    .transform((text) => parseInstant(text) ?? 0);
}

/** Epoch milliseconds; undefined where the text is no instant. */
export function parseInstant(text: string): number | undefined {
  if (!INSTANT.test(text)) return undefined;
  const instant = Date.parse(text);
  return Number.isNaN(instant) ? undefined : instant;
}

const LENGTH = 'must be a number of seconds, or a duration such as 31s';

const lengthField = (): z.ZodType<number, number | string> =>
  z
    .union(
      [
        z.number({ error: LENGTH }).min(0, LENGTH).max(1e9, LENGTH),
        z.string({ error: LENGTH }).refine((text) => parseDuration(text) !== undefined, { error: LENGTH }),
      ],
      { error: LENGTH },
    )
    .transform((length) => (typeof length === 'number' ? Math.round(length * 1_000) : (parseDuration(length) ?? 0)));

const DISPOSITION = 'must be a label, or { label, wrapUpCategory, wrapUpCode, abandon }';
const dispositionField = () =>
  z.union(
    [
      textField('a label').transform((label): OfferedDisposition => {
        const known = USUAL.find((one) => one.label.toLowerCase() === label.toLowerCase());
        return {
          label,
          wrapUpCategory: known?.wrapUpCategory ?? '',
          wrapUpCode: known?.wrapUpCode ?? '',
          abandon: false,
        };
      }),
      z
        .looseObject(
          {
            label: textField('a label').describe('What is sent for it.'),
            wrapUpCategory: z.string({ error: 'must be a text' }).default('').describe('Scheduled, No Answer, …'),
            wrapUpCode: z.string({ error: 'must be a text' }).default('').describe('Wrap-up code.'),
            abandon: yesNoField().default(false).describe('Whether it counts as abandoned.'),
          },
          { error: whenWrongType(DISPOSITION) },
        )
        .transform(({ label, wrapUpCategory, wrapUpCode, abandon }): OfferedDisposition => {
          return { label, wrapUpCategory, wrapUpCode, abandon };
        }),
    ],
    { error: DISPOSITION },
  );

const CAMPAIGN = 'must be the name of a campaign, or { id, name }';
const KIND = `must be ${CALL_KINDS.join(', ')}, or a list of such`;
const kind = () => wordField(CALL_KINDS);

/** The members of a call; all may be left out. */
export const CALL_FIELDS = {
  campaign: z
    .union(
      [
        textField('a name').transform((name) => ({ id: name, name })),
        z.object(
          { id: textField('an id').describe('Its id.'), name: textField('a name').describe('Its name.') },
          { error: whenWrongType(CAMPAIGN) },
        ),
      ],
      { error: CAMPAIGN },
    )
    .optional()
    .describe('Name of the campaign, or { id, name }. Default: "Campaign".'),
  kind: z
    .union([kind().transform((one): CallKind[] => [one]), z.array(kind()).min(1)], { error: KIND })
    .optional()
    .describe('What sort of call it is; [preview, own-callback] is both. Default: regular.'),
  agent: textField('a CIC user').optional().describe('CIC user of the agent. Default: bot001.'),
  nthCall: wholeField(1).optional().describe("Number of the call among the agent's calls. Default: 1."),
  now: instantField().optional().describe('When the decisions are made.'),
  attributes: z
    .record(
      z.string(),
      z.union([z.string(), z.number(), z.boolean(), z.null()], { error: 'must be a text or a number' }),
      {
        error: 'must be columns with their values, such as { attempts: "1" }',
      },
    )
    .optional()
    .describe('Columns of the contact. Default: none.'),
  dispositions: z
    .array(dispositionField(), { error: 'must be a list of dispositions' })
    .optional()
    .describe('What the pop offers: labels, or objects. Default: a usual set.'),
  allowSkip: yesNoField().optional().describe('Whether previews may be skipped. Default: true.'),
  allowAgentCallbacks: yesNoField().optional().describe('Whether callbacks may have an owner. Default: true.'),
  connected: yesNoField().optional().describe('Whether the party was reached. Default: true.'),
  endedBy: wordField(['us', 'far-side'])
    .optional()
    .describe('Who ended the call. Default: us when it connected, far-side when not.'),
  talked: lengthField().optional().describe('How long the agent talked, seconds. Default: as long as was decided.'),
  chance: wordField(['always', 'never'])
    .optional()
    .describe('How every chance comes out, whatever would have been drawn. Default: as drawn.'),
};

/** A call as written, its texts read. */
export type CallFile = z.output<z.ZodObject<typeof CALL_FIELDS>>;

/** The call that is meant: what is left out is a connected regular call of bot001. `now`: epoch milliseconds. */
export function givenCall(call: CallFile, now: number): GivenCall {
  const { campaign = { id: 'Campaign', name: 'Campaign' }, kind: kinds = ['regular'], attributes = {} } = call;
  const { connected = true, endedBy, talked, chance } = call;
  const columns = Object.entries(attributes).flatMap(([name, value]) =>
    value === null ? [] : [[name, String(value)]],
  );
  return {
    facts: {
      campaign,
      kind: kinds[0] ?? 'regular',
      kinds,
      agent: call.agent ?? 'bot001',
      nthCall: call.nthCall ?? 1,
      attributes: Object.fromEntries(columns) as Record<string, string>,
      dispositions: call.dispositions ?? USUAL,
      allowSkip: call.allowSkip ?? true,
      allowAgentCallbacks: call.allowAgentCallbacks ?? true,
      now: call.now ?? now,
      ...(chance && { chance }),
    },
    connected,
    ...(endedBy && { endedBy }),
    ...(talked !== undefined && { talkedMs: talked }),
  };
}

function usual(label: string, wrapUpCategory: string, wrapUpCode: string): OfferedDisposition {
  return { label, wrapUpCategory, wrapUpCode, abandon: false };
}
