import { formatDuration } from '../base/duration.js';
import type { FleetEnd } from '../fleet/fleet.js';

/** How a run ended, as far as a person may have to do something. */
export interface Ending {
  readonly end: FleetEnd;
  /** The server, as a person would name it. */
  readonly server: string;
  readonly drainTimeoutMs: number;
  /** A durable record is kept. */
  readonly hasJournal: boolean;
  readonly hasJournalFailed: boolean;
}

/** What a person should do now; undefined where all went as asked. */
export function lastWords({ end, server, drainTimeoutMs, hasJournal, hasJournalFailed }: Ending): string | undefined {
  const later = hasJournal
    ? 'what was open is in the journal, and the next start takes it up.'
    : 'no journal was kept, so the next start knows nothing of what was open.';
  if (end.kind === 'refused') return refused(end, server);
  if (end.kind === 'killed') return `Ended at once: ${later}`;
  if (hasJournalFailed) {
    return 'The journal failed (the log says why), so the agents finished their calls and logged off. Make room or mend the disk, and start again.';
  }
  if (end.cutCalls === 0) return undefined;
  const calls = end.cutCalls === 1 ? 'One call was' : `${end.cutCalls} calls were`;
  const limit = formatDuration(drainTimeoutMs);
  return `${calls} cut: the drain has ${limit} (--drain-timeout). They are recorded as unknown; Dialer may hold them against the agents.`;
}

function refused({ reason, message }: Extract<FleetEnd, { kind: 'refused' }>, server: string): string {
  const why = message === '' ? '' : `: ${message.replace(/\.$/, '')}`;
  switch (reason) {
    case 'credentials-refused':
      return (
        `The server refused the credentials${why}. No password is tried twice, so that no account is locked; ` +
        'correct it and start again, or try the same again with --retry-credentials.'
      );
    case 'no-licence':
      return 'The server allows these users no Dialer work (403): they need the Dialer add-on licence (I3_ACCESS_DIALER_ADDON).';
    default:
      return `No agent could work at ${server} (${reason})${why}. dialer-agent doctor, with the same flags, says what to mend.`;
  }
}
