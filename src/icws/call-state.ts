/** What Eic_State says of an interaction, in our words (reference §5.1). */
export type CallState =
  | 'alerting'
  | 'connected'
  | 'held'
  | 'voicemail'
  | 'offering'
  | 'parked'
  | 'proceeding'
  | 'suspended'
  | 'dialling'
  | 'ended'
  | 'unknown';

/** Who hung up. */
export type EndedBy = 'us' | 'far-side';

export interface CallStateReading {
  readonly state: CallState;
  readonly endedBy?: EndedBy;
}

const READINGS: readonly (readonly [letter: string, reading: CallStateReading])[] = [
  ['A', { state: 'alerting' }],
  ['C', { state: 'connected' }],
  ['H', { state: 'held' }],
  ['M', { state: 'voicemail' }],
  ['O', { state: 'offering' }],
  ['P', { state: 'parked' }],
  ['R', { state: 'proceeding' }],
  ['X', { state: 'suspended' }],
  ['S', { state: 'dialling' }],
  ['I', { state: 'ended', endedBy: 'us' }],
  ['E', { state: 'ended', endedBy: 'far-side' }],
];

const UNKNOWN: CallStateReading = { state: 'unknown' };

/** Letters, and the numbers that some releases send instead, in the same order. */
const BY_VALUE = new Map(
  READINGS.flatMap(([letter, reading], number) => [
    [letter, reading],
    [String(number), reading],
  ]),
);

/** Reads an Eic_State value: letter (any case) or number; `unknown` for empty, missing and foreign values. */
export function readCallState(value: string | undefined): CallStateReading {
  if (value === undefined) return UNKNOWN;
  return BY_VALUE.get(value) ?? BY_VALUE.get(value.trim().toUpperCase()) ?? UNKNOWN;
}
