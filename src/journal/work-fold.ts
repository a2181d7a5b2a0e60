import { callFold } from './call-fold.js';
import { noWork, type OpenWork } from './open-work.js';
import type { JournalRecord } from './record.js';

/**
 * One record further: what an agent has in hand after it. Pure, and the same for the living journal, for checkpoints and
 * for recovery. A record of something that is not open changes nothing but the time.
 */
export function afterRecord(before: OpenWork | undefined, record: JournalRecord): OpenWork {
  const work = before ?? noWork(record.user, record.at);
  switch (record.kind) {
    case 'pop':
    case 'call.renamed':
    case 'preview':
    case 'decision':
    case 'intent':
    case 'outcome':
    case 'call.closed':
      return callFold(work, record);
    case 'session.opened':
      return { ...work, at: record.at, refused: null };
    case 'session.lost':
    case 'session.closed':
      // With no call open, the agent is out: the log-off has come about.
      return { ...broken(work), at: record.at, leave: work.call ? work.leave : null };
    case 'event':
      return record.event.type === 'link.down' ? { ...broken(work), at: record.at } : work;
    case 'credentials.refused': {
      const { code, fingerprint, at } = record;
      return { ...work, at, refused: { code, fingerprint, at } };
    }
    default:
      return standingFold(work, record);
  }
}

/** Breaks and log-offs. */
function standingFold(work: OpenWork, record: JournalRecord): OpenWork {
  const { at } = record;
  switch (record.kind) {
    case 'break.asked': {
      const { reason, forMs = 0 } = record;
      return { ...work, at, pause: { by: 'us', reason, forMs, askedAt: at, grantedAt: null } };
    }
    case 'break.granted': {
      const { reason } = record;
      // One that nobody asked for here is a person's: it says nothing of how long (rule 1).
      const pause =
        work.pause?.reason === reason
          ? { ...work.pause, grantedAt: work.pause.grantedAt ?? at }
          : ({ by: 'person', reason, forMs: 0, askedAt: at, grantedAt: at } as const);
      return { ...work, at, pause };
    }
    case 'break.ended':
    case 'break.dropped':
      return { ...work, at, pause: null };
    case 'logoff.asked': {
      const { reason, forGood = false } = record;
      const askedAt = work.leave?.askedAt ?? at;
      // Log-off wins over a break (rule 8).
      return { ...work, at, pause: null, leave: { reason, forGood, askedAt, granted: work.leave?.granted ?? false } };
    }
    case 'logoff.granted':
      return { ...work, at, leave: work.leave && { ...work.leave, granted: true } };
    default:
      return work;
  }
}

/** After the session or the Dialer link went: a 404 to a re-send no longer proves that the first one arrived (rule 5). */
export function broken(work: OpenWork): OpenWork {
  return work.call?.unbroken ? { ...work, call: { ...work.call, unbroken: false } } : work;
}
