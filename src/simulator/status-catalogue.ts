import type { StatusMessage } from '../wire/index.js';

/** Ids of the statuses that the rules of Dialer and CIC name (reference §3.1). */
export const AVAILABLE = 'Available';
export const CAMPAIGN_CALL = 'Campaign Call';
export const FOLLOW_UP = 'Follow Up';
export const AWAITING_CALLBACK = 'Awaiting Callback';
export const AGENT_NOT_ANSWERING = 'AcdAgentNotAnswering';
/** What a user has before the first status of his own is set; spelled as live servers spell it. */
export const FIRST_STATUS = 'Do Not disturb';

interface Traits {
  readonly text?: string;
  readonly acd?: boolean;
  readonly forward?: boolean;
  readonly afterCall?: boolean;
  readonly selectable?: boolean;
  readonly dated?: boolean;
}

function status(statusId: string, traits: Traits = {}): StatusMessage {
  const { text = statusId, acd = false, forward = false, afterCall = false, selectable = true, dated = false } = traits;
  return {
    statusId,
    systemId: statusId,
    messageText: text,
    iconUri: `/icws/resources/status/${statusId.replaceAll(/[^A-Za-z]/g, '')}.png`,
    groupTag: '',
    canHaveDate: dated,
    canHaveTime: dated,
    isDoNotDisturbStatus: !acd && !statusId.startsWith('Available'),
    isSelectableStatus: selectable,
    isPersistentStatus: selectable && !afterCall,
    isForwardStatus: forward,
    isAfterCallWorkStatus: afterCall,
    isAcdStatus: acd,
    isAllowFollowUpStatus: acd,
  };
}

/** The statuses of a freshly installed server, in the order of its list. */
export const STATUS_MESSAGES: readonly StatusMessage[] = [
  status(AVAILABLE, { acd: true }),
  status('Available, No ACD'),
  status('Available, Follow-Me', { acd: true }),
  status('Available, Forward', { forward: true }),
  status('ACD - On Break', { text: 'On a Break' }),
  status('At a training session', { dated: true }),
  status('At Lunch', { dated: true }),
  status('Away from desk'),
  status(FIRST_STATUS),
  status(FOLLOW_UP, { afterCall: true }),
  status('Gone Home', { dated: true }),
  status('In a meeting', { dated: true }),
  status('On Vacation', { dated: true }),
  status('Out of the office', { dated: true }),
  status('Working at home'),
  status(CAMPAIGN_CALL, { selectable: false }),
  status(AWAITING_CALLBACK, { selectable: false }),
  status(AGENT_NOT_ANSWERING, { text: 'ACD - Agent Not Answering', selectable: false }),
];

const BY_ID = new Map(STATUS_MESSAGES.map((message) => [message.statusId.toLowerCase(), message]));

/** The status with this id, without regard to case (reference §3); undefined when there is none. */
export function findStatus(statusId: string): StatusMessage | undefined {
  return BY_ID.get(statusId.toLowerCase());
}

/** The status with this display text or id, without regard to case. Throws a RangeError when there is none. */
export function statusNamed(name: string): StatusMessage {
  const wanted = name.toLowerCase();
  const found = STATUS_MESSAGES.find((status) => status.messageText.toLowerCase() === wanted) ?? BY_ID.get(wanted);
  if (!found) throw new RangeError(`there is no status "${name}"`);
  return found;
}

/** Ids of the statuses that an agent may choose himself. */
export const SELECTABLE_STATUS_IDS: readonly string[] = STATUS_MESSAGES.filter(
  (message) => message.isSelectableStatus,
).map((message) => message.statusId);
