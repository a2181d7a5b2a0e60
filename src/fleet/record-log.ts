import type { Log, LogFields } from '../base/log.js';
import { type JournalRecord, WHOLE_WORKER } from '../journal/record.js';

/** Different problems that are remembered as told. */
const MOST_TOLD = 500;

/**
 * The fold that writes the log: problems as warnings, one line at info for each call and each thing a person would ask
 * for, the rest at debug. Static sentences, everything else as fields. A problem that was told is not told again at
 * warn: the summary and `problems_total` count it.
 */
export function recordLog(log: Log): (record: JournalRecord) => void {
  const told = new Set<string>();
  const isNews = (text: string): boolean => {
    if (told.has(text) || told.size >= MOST_TOLD) return false;
    told.add(text);
    return true;
  };
  const isDebugRead = log.isLevelEnabled?.('debug') ?? true;
  /** Nearly every record ends here, and mostly nobody reads it: then not even its line is made. */
  const debug = (record: JournalRecord): void => {
    if (isDebugRead) log.debug(lineOf(record), record.kind);
  };
  return (record) => {
    switch (record.kind) {
      case 'problem':
        if (isNews(`${record.code} ${record.message}`)) log.warn(lineOf(record), 'problem');
        else debug(record);
        break;
      case 'restarted':
        log.warn(lineOf(record), record.how === 'agent' ? 'agent replaced' : 'agent restarted');
        break;
      case 'stopped':
        log.error(lineOf(record), 'agent stopped');
        break;
      case 'session.refused':
        log.error(lineOf(record), 'log-in refused');
        break;
      case 'session.unreached':
        log.warn(lineOf(record), 'no session');
        break;
      case 'session.lost':
        log.warn(lineOf(record), 'session lost');
        break;
      case 'call.closed': {
        const { user, call, label, result, basis, seconds } = record;
        const closed = {
          agent: user,
          campaign: call.campaign,
          interactionId: call.interactionId,
          label,
          result,
          basis,
          seconds,
        };
        if (result === 'failed') log.error(closed, 'call failed');
        else if (result === 'unknown') log.warn(closed, 'call ended unknown');
        else log.info(closed, 'call closed');
        break;
      }
      case 'control':
        log.info(lineOf(record), record.accepted ? 'asked and accepted' : 'asked and refused');
        break;
      case 'pop':
        // Never the contact's columns: the journal alone may keep them, and only those it is told to.
        log.debug({ agent: record.user, call: record.call, nth: record.nth }, 'pop');
        break;
      case 'roster.joined':
      case 'roster.left':
      case 'session.opened':
      case 'callback':
      case 'break.granted':
      case 'logoff.granted':
        log.info(lineOf(record), SENTENCES[record.kind]);
        break;
      default:
        debug(record);
    }
  };
}

function lineOf({ at: _at, kind: _kind, user, ...fields }: JournalRecord): LogFields {
  return { ...(user !== WHOLE_WORKER && { agent: user }), ...fields };
}

const SENTENCES = {
  'roster.joined': 'agent hired',
  'roster.left': 'agent gone',
  'session.opened': 'session opened',
  callback: 'callback scheduled',
  'break.granted': 'break granted',
  'logoff.granted': 'log-off granted',
} as const;
