import type { Log } from '../base/log.js';
import type { JournalRecord } from '../journal/record.js';

/**
 * The fold that writes the log: problems as warnings, one line at info for each call and each thing a person would ask
 * for, the rest at debug. Static sentences, everything else as fields.
 */
export function recordLog(log: Log): (record: JournalRecord) => void {
  return (record) => {
    const { at: _at, kind, user, ...fields } = record;
    const line = { agent: user, ...fields };
    switch (kind) {
      case 'problem':
        log.warn(line, 'problem');
        break;
      case 'stopped':
        log.error(line, 'agent stopped');
        break;
      case 'session.refused':
        log.error(line, 'log-in refused');
        break;
      case 'session.unreached':
        log.warn(line, 'no session');
        break;
      case 'session.lost':
        log.warn(line, 'session lost');
        break;
      case 'call.closed': {
        const { call, label, result, basis, seconds } = record;
        const told = {
          agent: user,
          campaign: call.campaign,
          interactionId: call.interactionId,
          label,
          result,
          basis,
          seconds,
        };
        if (result === 'failed') log.error(told, 'call failed');
        else if (result === 'unknown') log.warn(told, 'call ended unknown');
        else log.info(told, 'call closed');
        break;
      }
      case 'session.opened':
      case 'callback':
      case 'break.granted':
      case 'logoff.granted':
        log.info(line, SENTENCES[kind]);
        break;
      default:
        log.debug(line, kind);
    }
  };
}

const SENTENCES = {
  'session.opened': 'session opened',
  callback: 'callback scheduled',
  'break.granted': 'break granted',
  'logoff.granted': 'log-off granted',
} as const;
