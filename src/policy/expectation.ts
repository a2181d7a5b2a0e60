import { z } from 'zod';
import { parseDuration } from '../base/duration.js';
import { shareField, whenWrongType, wholeField } from '../base/fields.js';
import { parseInstant } from './call-file.js';

/** What a test expects of one member of a decision. */
export type Expected = Plain | Comparison;
type Plain = string | number | boolean | null;

export interface Comparison {
  readonly oneOf?: readonly Plain[] | undefined;
  readonly not?: Plain | undefined;
  readonly lt?: string | number | undefined;
  readonly le?: string | number | undefined;
  readonly gt?: string | number | undefined;
  readonly ge?: string | number | undefined;
  /** The middle of a range; `within` is its half. */
  readonly about?: string | number | undefined;
  readonly share?: Readonly<Record<string, number>> | undefined;
  readonly within?: string | number | undefined;
}

/** A difference between what was expected and what was decided. */
export interface Mismatch {
  /** Such as `end.label`. */
  readonly member: string;
  readonly expected: string;
  readonly actual: string;
}

const EXPECTED =
  'must be a value, { oneOf: [...] }, { not: … }, bounds such as { ge: 2s, le: 8s }, or { share: { … } }';
const plain = () => z.union([z.string(), z.number(), z.boolean(), z.null()], { error: 'must be a value' });
const bound = () => z.union([z.string(), z.number()], { error: 'must be a number, a duration, or a time' });

const ComparisonSchema = z
  .strictObject(
    {
      oneOf: z.array(plain()).min(1).optional().describe('Any of these.'),
      not: plain().optional().describe('Anything but this.'),
      lt: bound().optional().describe('Less than: a number, a duration or a time.'),
      le: bound().optional().describe('At most.'),
      gt: bound().optional().describe('More than.'),
      ge: bound().optional().describe('At least.'),
      about: bound().optional().describe('In the middle of a range of which "within" is the half.'),
      share: z
        .record(z.string(), shareField())
        .optional()
        .describe('How often each value comes, of all runs of the case.'),
      within: bound()
        .optional()
        .describe('Beside "share": by how much each may be off, 2% when omitted; beside "about": by how much.'),
    },
    { error: whenWrongType(EXPECTED) },
  )
  .refine((test) => Object.keys(test).some((key) => key !== 'within'), { error: EXPECTED })
  .meta({ minProperties: 1 });

const expected = (): z.ZodType<Expected, unknown> => z.union([plain(), ComparisonSchema], { error: EXPECTED });

/** Members of a decision that can be expected, each optional. */
function members(names: readonly string[], what: string) {
  const fields = Object.fromEntries(
    names.map((name) => [
      name,
      expected()
        .optional()
        .describe(MEMBERS[name] ?? ''),
    ]),
  );
  return z
    .union([
      z.strictObject(
        {
          ...fields,
          writeBack: z
            .record(z.string(), expected(), { error: 'must be columns with their values' })
            .optional()
            .describe('Contact columns that are written.'),
        },
        { error: whenWrongType(`must be ${what}, or null where the call never comes to it`) },
      ),
      z.null(),
    ])
    .optional();
}

const MEMBERS: Readonly<Record<string, string>> = {
  action: 'What is done.',
  rule: 'Name of the rule that decides; null where none does.',
  label: 'The label that is sent.',
  think: 'How long the preview is looked at, seconds.',
  ringFor: 'How long it may ring, seconds.',
  talk: 'How long the agent talks, seconds.',
  wrapUp: 'Work after the call, seconds.',
  scheduledTime: 'Time of the callback, Unix seconds or ISO 8601.',
  scheduledAgent: 'Owner of the callback; null where anyone may call.',
  owner: 'self, anyone or other.',
  local: "The callback on the contact's clock, as 2026-11-20T09:00:00-07:00[America/Denver].",
  zoneUnknown: "Whether the contact's zone is not known.",
  fellBack: 'Why something else than the rule asked for was decided.',
};

export const ExpectSchema = z
  .strictObject({
    offer: members(
      ['action', 'rule', 'label', 'think', 'ringFor', 'fellBack'],
      'what is expected, such as { action: skip }',
    ).describe('At the offer of a preview.'),
    connect: members(['action', 'rule', 'talk'], 'what is expected, such as { talk: { le: 60s } }').describe(
      'When the party is reached.',
    ),
    end: members(
      [
        'action',
        'rule',
        'label',
        'scheduledTime',
        'scheduledAgent',
        'owner',
        'local',
        'zoneUnknown',
        'wrapUp',
        'fellBack',
      ],
      'what is expected, such as { label: Success }',
    ).describe('At the end of the call.'),
  })
  .refine(({ offer, connect, end }) => offer !== undefined || connect !== undefined || end !== undefined, {
    error: 'must name a point: offer, connect or end',
  })
  .meta({ minProperties: 1 });

/** What is expected of the decisions for a call, by point. */
export type Expectation = z.output<typeof ExpectSchema>;
type Members = Readonly<Record<string, Expected | Readonly<Record<string, Expected>> | undefined>> | null;

/** How many runs a share is counted over when the case does not say. */
export const SHARE_RUNS = 10_000;
export const runsField = () => wholeField(1, 1_000_000);

/** The shares that a case expects, by member. */
export function sharesOf(
  expectation: Expectation,
): { member: string; share: Readonly<Record<string, number>>; within: number }[] {
  return eachMember(expectation).flatMap(({ member, expected: one }) => {
    if (!isComparison(one) || !one.share) return [];
    return [{ member, share: one.share, within: shareOf(one.within) ?? 0.02 }];
  });
}

/** Tells what does not agree with decisions, shares aside: those are of many runs. */
export function matcherOf(expectation: Expectation): (decided: object) => Mismatch[] {
  const members = eachMember(expectation).filter(({ expected: one }) => !isShareAlone(one));
  return (decided) =>
    members.flatMap(({ member, expected: one }) => {
      const actual = valueAt(decided, member);
      if (agrees(one, actual)) return [];
      return [{ member, expected: words(one), actual: shown(actual) }];
    });
}

function isShareAlone(expected: Expected): boolean {
  return isComparison(expected) && Object.keys(expected).every((key) => key === 'share' || key === 'within');
}

/** The value of a member such as `end.label`; null where it is not there. */
export function valueAt(decided: object, member: string): unknown {
  let here: unknown = decided;
  for (const step of member.split('.')) {
    if (typeof here !== 'object' || here === null) return null;
    here = (here as Record<string, unknown>)[step];
  }
  return here ?? null;
}

function eachMember(expectation: Expectation): { member: string; expected: Expected }[] {
  return Object.entries(expectation).flatMap(([point, members]) => {
    if (members === null) return [{ member: point, expected: null }];
    return Object.entries((members ?? {}) as NonNullable<Members>).flatMap(([name, one]) => {
      if (one === undefined) return [];
      const member = `${point}.${name}`;
      if (name !== 'writeBack') return [{ member, expected: one as Expected }];
      return Object.entries(one as Record<string, Expected>).map(([column, text]) => ({
        member: `${member}.${column}`,
        expected: text,
      }));
    });
  });
}

function agrees(expected: Expected, actual: unknown): boolean {
  if (!isComparison(expected)) return isSame(expected, actual);
  const { oneOf, not, lt, le, gt, ge, about, within } = expected;
  if (oneOf && !oneOf.some((one) => isSame(one, actual))) return false;
  if (not !== undefined && isSame(not, actual)) return false;
  const off = (wanted: string | number): number | undefined => differenceFrom(wanted, actual);
  const holds = (wanted: string | number | undefined, fits: (difference: number) => boolean): boolean => {
    const difference = wanted === undefined ? 0 : off(wanted);
    return wanted === undefined || (difference !== undefined && fits(difference));
  };
  const half = typeof within === 'string' ? (parseDuration(within) ?? 0) / 1_000 : (within ?? 0);
  return (
    holds(lt, (difference) => difference < 0) &&
    holds(le, (difference) => difference <= 0) &&
    holds(gt, (difference) => difference > 0) &&
    holds(ge, (difference) => difference >= 0) &&
    holds(about, (difference) => Math.abs(difference) <= half)
  );
}

function isSame(wanted: Plain, actual: unknown): boolean {
  if (wanted === actual) return true;
  if (typeof wanted === 'string' && typeof actual === 'number') return differenceFrom(wanted, actual) === 0;
  // Columns are texts, whatever a test file makes of `7` and `true`.
  return typeof actual === 'string' && wanted !== null && typeof wanted !== 'string' && String(wanted) === actual;
}

/** By how much `actual` is more; a duration is compared in seconds, a time in Unix seconds. */
function differenceFrom(wanted: string | number, actual: unknown): number | undefined {
  if (typeof actual === 'string')
    return typeof wanted === 'string' ? (actual < wanted ? -1 : actual > wanted ? 1 : 0) : undefined;
  if (typeof actual !== 'number') return undefined;
  const number = typeof wanted === 'number' ? wanted : secondsOf(wanted);
  return number === undefined ? undefined : actual - number;
}

function secondsOf(text: string): number | undefined {
  const ms = parseDuration(text) ?? parseInstant(text);
  return ms === undefined ? undefined : ms / 1_000;
}

function shareOf(within: string | number | undefined): number | undefined {
  if (typeof within === 'string') return within.endsWith('%') ? Number(within.slice(0, -1)) / 100 : undefined;
  return within;
}

function isComparison(expected: Expected): expected is Comparison {
  return typeof expected === 'object' && expected !== null;
}

const WORDS: readonly (readonly [keyof Comparison, string])[] = [
  ['lt', 'less than'],
  ['le', 'at most'],
  ['gt', 'more than'],
  ['ge', 'at least'],
];

function words(expected: Expected): string {
  if (!isComparison(expected)) return shown(expected);
  const { oneOf, not, about, within } = expected;
  const parts = [
    ...(oneOf ? [`one of ${oneOf.map(shown).join(', ')}`] : []),
    ...(not === undefined ? [] : [`anything but ${shown(not)}`]),
    ...WORDS.flatMap(([key, text]) => (expected[key] === undefined ? [] : [`${text} ${String(expected[key])}`])),
    ...(about === undefined ? [] : [`${about}, give or take ${within ?? 0}`]),
  ];
  return parts.join(' and ');
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing';
}
