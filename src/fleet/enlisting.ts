import type { Verdict } from '../agent/events.js';
import type { Answer } from '../icws/answer.js';
import { campaignLogIn, establishPersistentConnection, readyForCalls, type Station } from '../icws/commands.js';
import type { Session } from '../icws/session.js';
import type { CampaignDesk } from './campaign-desk.js';
import type { Outbox } from './outbox.js';
import { codeOf, verdictOf } from './verdict.js';

/** How it ended; the caller adds the command it answers. */
export type Enlisting =
  | { readonly type: 'campaigns.enlisted'; readonly joined: number }
  | { readonly type: 'campaigns.enlist-failed'; readonly code: string; readonly final: boolean };

/**
 * Logs in to the campaigns that are offered and wanted, one request each (reference §4.3), connects a persistent station,
 * then says ready-for-calls, which must follow every further log-in (reference §4.4). A campaign that refuses is left
 * out; it does not stop the agent (design §4.1 rule 10).
 */
export async function enlist(
  session: Session,
  campaigns: CampaignDesk,
  outbox: Outbox,
  station: Station,
  complain: (code: string, message: string) => void,
): Promise<Enlisting> {
  for (const campaign of campaigns.toLogInTo()) {
    const answer = await outbox.put(() => session.run(campaignLogIn(campaign.id)));
    const isRepeat = campaigns.wasAsked(campaign.id);
    campaigns.asked(campaign.id);
    if (answer.kind === 'ok' || (isRepeat && saysLoggedIn(answer))) {
      campaigns.loggedIn(campaign.id);
    } else if (answer.kind === 'refused' && FINAL.has(verdictOf(answer))) {
      campaigns.refusedBy(campaign.id);
      const reason = LOGON_ERRORS[answer.error.logonError ?? 0] ?? 'unknown error';
      complain('agent/campaign-refused', `Campaign ${campaign.name} refused the log-in: ${reason}.`);
    } else {
      return { type: 'campaigns.enlist-failed', code: codeOf(answer), final: false };
    }
  }
  const { joinedCount: joined } = campaigns;
  if ((campaigns.isKnown && joined === 0) || !campaigns.needsReady) return { type: 'campaigns.enlisted', joined };
  if (station.kind === 'remote-number' && station.persistent) {
    await outbox.put(() => session.run(establishPersistentConnection()));
  }
  const answer = await outbox.put(() => session.run(readyForCalls()));
  if (answer.kind !== 'ok') {
    const final = answer.kind === 'refused' && (answer.status === 403 || answer.status === 410);
    return { type: 'campaigns.enlist-failed', code: final ? 'no-licence' : codeOf(answer), final };
  }
  campaigns.ready();
  return { type: 'campaigns.enlisted', joined: campaigns.joinedCount };
}

/** A repeated log-in whose first answer was lost is refused without a reason: the first one arrived (reference §7 #26). */
function saysLoggedIn(answer: Answer): boolean {
  return answer.kind === 'refused' && answer.status === 400 && !answer.error.logonError;
}

/** What another try would not change. */
const FINAL: ReadonlySet<Verdict> = new Set(['refused', 'forbidden', 'gone']);

/** CampaignLogonErrorCode in words (reference §4.3). */
const LOGON_ERRORS: Readonly<Record<number, string>> = {
  0: 'no reason given',
  1: 'wrong workgroup',
  2: 'campaign not found',
  3: 'campaign is stopping',
};
