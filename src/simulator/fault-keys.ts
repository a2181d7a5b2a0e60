import { z } from 'zod';
import { durationField, orList, positiveDurationField, shareField, textField, wholeField } from '../base/fields.js';
import { nearest } from '../base/suggestion.js';
import { MESSAGE_WORDS, OPERATION_WORDS } from './fault-words.js';

/** One of a list of words, or several in a list → a list; a misspelt one is answered with the nearest. */
function wordsField<W extends string>(words: readonly [W, ...W[]], what: 'operations' | 'messages', usual: W) {
  const sentence = (value: unknown): string => {
    const wrong = [value].flat().find((word) => typeof word === 'string' && !words.includes(word as W));
    const meant = typeof wrong === 'string' ? nearest(wrong, words) : undefined;
    return meant ? `must name ${what} (did you mean "${meant}"?)` : `must be ${orList(words)}, or a list of them`;
  };
  const word = z.enum(words, { error: ({ input }) => sentence(input) }).meta({ id: `fault-${what}` });
  return z
    .union([word, z.array(word).min(1)], { error: ({ input }) => sentence(input) })
    .default(usual)
    .transform((value): readonly W[] => [value].flat() as W[]);
}

/** One host name or several; a flag without bars gives one. */
export function hostsField() {
  const name = textField('a host name');
  return z
    .union([name, z.array(name)], { error: 'must be a host name or a list of them' })
    .transform((value): readonly string[] => [value].flat());
}

/** Names a field in the published schema, so that it stands there once for all faults that have it. */
function shared<S extends z.ZodType>(id: string, field: S, description: string): S {
  return field.meta({ id: `fault-${id}`, description });
}

/** When a fault is in force, counted from the moment it was laid (for a world file: the start). */
const spanKeys = {
  at: shared(
    'at',
    durationField().prefault('0s'),
    'When it begins, counted from the start (or from when it was added); 0s without this key.',
  ),
  again: shared('again', positiveDurationField().optional(), 'It comes again each time this long after it began.'),
};

/** Which of the requests or messages are struck. */
export const strikeKeys = {
  user: shared(
    'user',
    textField('a user, or a glob of users').optional(),
    'Only these users: a name or a glob such as bot01*.',
  ),
  rate: shared(
    'rate',
    shareField().optional(),
    'Share of those concerned that is struck, drawn per user from the seed.',
  ),
  every: shared(
    'every',
    wholeField(1).optional(),
    "Strikes only every so manieth of a user's: 3 spares two, strikes the third.",
  ),
  times: shared('times', wholeField(1).optional(), 'At most so many strikes; with "again", in each span.'),
  for: shared('for', positiveDurationField().optional(), 'How long it is in force; to the end without this key.'),
  ...spanKeys,
};

/** Keys of every fault that strikes requests. */
export const requestKeys = {
  on: shared(
    'on-requests',
    wordsField(OPERATION_WORDS, 'operations', 'commands'),
    'Which requests: operations, or commands (all but the reading of messages, as without this key), dialer, subscriptions, messages, poll, stream, all.',
  ),
  ...strikeKeys,
};

/** Keys of every fault that strikes messages. */
export const messageKeys = {
  on: shared('on-messages', wordsField(MESSAGE_WORDS, 'messages', 'all'), 'Which messages; all without this key.'),
  ...strikeKeys,
};

/** Keys of every fault that happens at a time, to the server as a whole. */
export const incidentKeys = {
  ...spanKeys,
  times: shared('how-often', wholeField(1).optional(), 'How often it comes in all: once, or with "again" without end.'),
};

/** Keys of every fault that happens at a time, to some agents. */
export const victimKeys = {
  user: strikeKeys.user,
  agents: shared(
    'agents',
    wholeField(1).default(1),
    'How many agents are struck each time, drawn from the seed; 1 without this key.',
  ),
  ...incidentKeys,
};

/** How long the condition that an incident brings lasts. */
export function lastingField(usual: string) {
  return positiveDurationField().prefault(usual).describe(`How long it lasts; ${usual} without this key.`);
}

/** A delay with a usual value. */
export function delayField(usual: string) {
  return positiveDurationField().prefault(usual).describe(`How much later; ${usual} without this key.`);
}

/** A 5xx status. */
export function failureField(usual: number) {
  return wholeField(500, 599).default(usual).describe(`The status, 500 to 599; ${usual} without this key.`);
}

const SHIFT = /^-?\d{1,9}(?:\.\d{1,6})?(?:ms|s|m|h|d)$/;

/** A duration that may be negative → milliseconds. */
export function shiftField() {
  const message = 'must be a duration such as 90s or -45s';
  return z
    .string({ error: message })
    .regex(SHIFT, message)
    .transform((text) => {
      const length = durationField().parse(text.replace('-', ''));
      return text.startsWith('-') ? -length : length;
    });
}
