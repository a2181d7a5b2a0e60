import { formatDuration } from '../base/duration.js';
import { orList } from '../base/fields.js';
import { isoDate, wallTimeAt, weekdayOf } from '../base/zoned-time.js';
import { type Columns, columnOf, shown } from './attributes.js';
import type { CallFacts, CallKind, OfferedDisposition } from './call.js';
import { numberWords } from './number-test.js';
import type { NumberTest } from './policy.js';
import type { TimeWindow } from './window.js';

/** Sentences of `explain`: what was found in a call, and what was wanted. They name no column that is not tested. */

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

export const campaignIs = ({ campaign }: CallFacts): string => `the campaign is ${shown(campaign.name)}`;
export const campaignIsNot = (facts: CallFacts, wanted: readonly string[]): string =>
  `${campaignIs(facts)}, not ${listed(wanted)}`;

export const kindIs = (kinds: readonly CallKind[]): string => `the call is ${kinds.join(' and ')}`;
export const kindIsNot = (kinds: readonly CallKind[], wanted: readonly CallKind[]): string =>
  `${kindIs(kinds)}, not ${orList(wanted)}`;

export const agentIs = ({ agent }: CallFacts): string => `the agent is ${shown(agent)}`;
export const agentIsNot = (facts: CallFacts, wanted: readonly string[]): string =>
  `${agentIs(facts)}, not ${listed(wanted)}`;

export const nthCallIs = ({ nthCall }: CallFacts): string => `it is call ${nthCall} of the agent`;
export const nthCallIsNot = (facts: CallFacts, test: NumberTest): string =>
  `${nthCallIs(facts)}, not ${numberWords(test)}`;

export const isOffered = (offered: OfferedDisposition | undefined): string =>
  `the pop offers ${shown(offered?.label ?? '')}`;
export const noneOffered = (wanted: readonly string[]): string => `the pop does not offer ${listed(wanted)}`;

export const connectedIs = ({ connected }: CallFacts): string =>
  connected ? 'the call was connected' : 'the call was not connected';
export const connectedIsNot = (facts: CallFacts, wanted: boolean): string =>
  facts.connected === undefined
    ? `it is not known whether the call was ${wanted ? '' : 'not '}connected`
    : connectedIs(facts);

export const endedByIs = ({ endedBy }: CallFacts): string =>
  endedBy === 'us' ? 'we ended the call' : 'the far side ended the call';
export const endedByIsNot = (facts: CallFacts, wanted: 'us' | 'far-side'): string =>
  facts.endedBy === undefined
    ? `it is not known who ended the call, not ${wanted}`
    : `${endedByIs(facts)}, not ${wanted}`;

export const talkedIs = ({ talkedMs = 0 }: CallFacts): string => `the agent talked ${formatDuration(talkedMs)}`;
export const talkedIsNot = (facts: CallFacts, test: NumberTest): string =>
  facts.talkedMs === undefined
    ? 'it is not known how long the agent talked'
    : `${talkedIs(facts)}, not ${numberWords(test, formatDuration)}`;

export function attributeIs(name: string, columns: Columns): string {
  const value = columnOf(columns, name);
  return value === undefined ? `attribute ${name} is missing` : `attribute ${name} is ${shown(value)}`;
}

export function timeIs({ now }: CallFacts, zone: string): string {
  const wall = wallTimeAt(zone, now);
  const time = `${String(wall.hour).padStart(2, '0')}:${String(wall.minute).padStart(2, '0')}`;
  return `it is ${DAYS[weekdayOf(wall) - 1]} ${isoDate(wall)} ${time} in ${zone}`;
}
export const timeIsNot = (facts: CallFacts, zone: string, window: TimeWindow): string =>
  `${timeIs(facts, zone)}, outside ${windowWords(window)}`;

export const chanceCameUp = (chance: number): string => `the chance of ${percent(chance)} came up`;
export const chanceFailed = (chance: number): string => `the chance of ${percent(chance)} did not come up`;

export const noneOfAny = (whys: readonly string[]): string => `none of "any" holds: ${whys.join('; ')}`;
export const notHolds = (what: string): string => `what "not" names holds${what === '' ? '' : `: ${what}`}`;

/** `a, b and c`. */
export function joined(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}

/** `mon, tue 09:00 to 17:30`. */
function windowWords({ days, fromMinute, toMinute, holidays }: TimeWindow): string {
  const clock = (minute: number): string =>
    `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  const names = days.length === 7 ? '' : `${days.map((day) => DAYS[day - 1]).join(', ')} `;
  return `${names}${clock(fromMinute)} to ${clock(toMinute)}${holidays.length === 0 ? '' : ' without the holidays'}`;
}

function listed(wanted: readonly string[]): string {
  const most = wanted.slice(0, 5).map(shown);
  return wanted.length > 5 ? `${most.join(', ')} or ${wanted.length - 5} others` : orList(most);
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(6))}%`;
}
