/** ICWS shapes as the reference writes them: dates, statuses, campaigns, pops. */

export type Json = Record<string, unknown>;

export interface Disposition {
  readonly label: string;
  readonly wrapUpCategory: string;
  readonly wrapUpCode: string;
  readonly abandon: boolean;
}

export const skipLabel = 'Skipped - Agent Skip';

export const usualDispositions: readonly Disposition[] = [
  { label: 'Sale', wrapUpCategory: 'Success', wrapUpCode: 'SALE01', abandon: false },
  { label: 'Not interested', wrapUpCategory: 'Failure', wrapUpCode: 'NI', abandon: false },
  { label: 'Call me later', wrapUpCategory: 'Scheduled', wrapUpCode: 'Customer callback', abandon: false },
  { label: 'No Answer', wrapUpCategory: 'No Answer', wrapUpCode: 'No Answer', abandon: false },
  { label: 'Dropped', wrapUpCategory: 'Failure', wrapUpCode: 'DROP', abandon: true },
];

/** The compact date form of live servers: 20260102T030405Z. */
export function icwsDate(ms: number): string {
  return `${new Date(ms).toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`;
}

interface StatusRow {
  readonly id: string;
  readonly text?: string;
  readonly selectable: boolean;
  readonly acd: boolean;
}

const exampleStatuses: readonly StatusRow[] = [
  { id: 'Available', selectable: true, acd: true },
  { id: 'Follow Up', selectable: true, acd: false },
  { id: 'Campaign Call', selectable: false, acd: false },
  { id: 'Awaiting Callback', selectable: false, acd: false },
  { id: 'Do Not disturb', text: 'Do Not Disturb', selectable: true, acd: false },
  { id: 'At Lunch', selectable: true, acd: false },
];

const moreStatuses: readonly StatusRow[] = [
  { id: 'At a training session', selectable: true, acd: false },
  { id: 'Gone Home', selectable: true, acd: false },
  { id: 'AcdAgentNotAnswering', text: 'ACD - Agent Not Answering', selectable: false, acd: false },
];

export function statusRows(list: 'example' | 'usual'): readonly StatusRow[] {
  return list === 'example' ? exampleStatuses : [...exampleStatuses, ...moreStatuses];
}

export function statusMessage(row: StatusRow): Json {
  return {
    statusId: row.id,
    systemId: row.id,
    messageText: row.text ?? row.id,
    iconUri: `/icws/resources/status/${row.id.replaceAll(' ', '')}.png`,
    groupTag: '',
    canHaveDate: false,
    canHaveTime: false,
    isDoNotDisturbStatus: !row.acd,
    isSelectableStatus: row.selectable,
    isPersistentStatus: row.acd,
    isForwardStatus: false,
    isAfterCallWorkStatus: row.id === 'Follow Up',
    isAcdStatus: row.acd,
    isAllowFollowUpStatus: row.acd,
  };
}

export const features: readonly [string, number][] = [
  ['connection', 10],
  ['status', 1],
  ['interactions', 13],
  ['queues', 1],
  ['dialer', 9],
];

export const eicNumbers: Record<string, string> = {
  A: '0',
  C: '1',
  H: '2',
  O: '4',
  R: '6',
  S: '8',
  I: '9',
  E: '10',
};

export const stateTexts: Record<string, string> = {
  A: 'Alerting',
  C: 'Connected',
  S: 'Dialing',
  R: 'Proceeding',
  I: 'Disconnected',
  E: 'Disconnected',
};
