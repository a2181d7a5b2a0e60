import { matchesGlob } from '../base/glob.js';
import { nearest } from '../base/suggestion.js';
import type { OfferedCampaign } from '../icws/campaign-list.js';
import { dialerLogIn, logOffDialer } from '../icws/commands.js';
import type { WantedCampaigns } from './campaign-wishes.js';
import type { Ears } from './checkup-ears.js';
import { type Examined, sayNo } from './checkup-session.js';

/** How long Dialer's word is waited for. */
const WORD_MS = 10_000;
/** The same where no message ever came: it is most unlikely that one still does. */
const VAIN_MS = 1_000;

const patience = ({ heard }: Ears): number => (heard.size > 0 ? WORD_MS : VAIN_MS);

/** Logs in to Dialer, which the licence decides, and no further: without ready-for-calls no call comes. */
export async function checkLicence({ session, findings }: Examined): Promise<boolean> {
  const answer = await session.run(dialerLogIn());
  if (answer.kind === 'ok') {
    findings.add('licence', 'ok', 'Dialer accepts the log-in');
    return true;
  }
  if (answer.kind === 'refused' && answer.status === 403) {
    const remedy = 'Assign the Dialer add-on licence (I3_ACCESS_DIALER_ADDON) to the user or to the station.';
    findings.add('licence', 'problem', `Dialer refuses the log-in: ${answer.error.message}`, remedy);
  } else {
    const remedy = 'Is Dialer installed, and linked to this server?';
    findings.add('licence', 'problem', `Dialer does not take the log-in: ${sayNo(answer)}`, remedy);
  }
  return false;
}

/** Whether there is something to work on: what is offered, by what right, and what the roster wants of it. */
export async function checkCampaigns({ ears, findings }: Examined, wanted: WantedCampaigns): Promise<void> {
  if (!(await ears.until(() => ears.knowsCampaigns, patience(ears)))) {
    const remedy = 'Look at the message channel above, and at the link between this server and Dialer.';
    findings.add('campaigns', 'problem', 'Dialer told no campaigns in time', remedy);
    return;
  }
  const offered = ears.campaigns.all();
  const hasRight = ears.campaigns.hasLogonRight === true;
  if (offered.length === 0) {
    const remedy = 'Does one run now, and is the user in its workgroup?';
    findings.add('campaigns', 'problem', 'no campaign is offered to this user', remedy);
    return;
  }
  if (wanted !== 'all' && !hasRight) {
    const message =
      'the user has no Logon Campaign right: he is put into every running campaign, whatever the roster names';
    findings.add('campaigns', 'warning', message, 'Give the user the right, or take campaigns out of the roster.');
  } else if (wanted !== 'all') {
    for (const pattern of wanted.filter((one) => !offered.some((campaign) => matches(one, campaign)))) {
      const meant = nearest(
        pattern,
        offered.map(({ name }) => name),
      );
      const remedy = meant === undefined ? `Offered: ${namesOf(offered)}.` : `Did you mean "${meant}"?`;
      findings.add('campaigns', 'warning', `"${pattern}" names no campaign that is offered`, remedy);
    }
  }
  const joined = offered.filter(
    (campaign) => !hasRight || wanted === 'all' || wanted.some((one) => matches(one, campaign)),
  );
  const running = joined.filter(({ on }) => on);
  const how = hasRight ? 'joined one by one (Logon Campaign right)' : 'all that run (no Logon Campaign right)';
  if (joined.length === 0) {
    findings.add('campaigns', 'problem', 'the roster wants none of those offered', 'Set campaigns in the roster.');
  } else if (running.length === 0) {
    findings.add('campaigns', 'warning', `none runs now: ${namesOf(joined)}`, 'Start one, or wait for its schedule.');
  } else findings.add('campaigns', 'ok', `${namesOf(running)}; ${how}`);
}

const matches = (pattern: string, { id, name }: OfferedCampaign): boolean =>
  pattern === id || matchesGlob(pattern, name);

function namesOf(campaigns: readonly OfferedCampaign[]): string {
  const names = campaigns.slice(0, 8).map(({ name }) => name);
  return names.join(', ') + (campaigns.length > 8 ? ` and ${campaigns.length - 8} more` : '');
}

/** Leaves Dialer again, and waits for its grant. */
export async function checkLogOff({ session, ears, findings }: Examined): Promise<void> {
  const answer = await logOffDialer(session);
  const granted = answer.kind === 'ok' && (await ears.until(() => ears.wasLoggedOff, patience(ears)));
  if (ears.wasGivenACall) {
    const remedy = 'Nothing asked for it. Dialer records it as Ambiguous when the session ends; please report it.';
    findings.add('log-off', 'problem', 'Dialer handed over a call, which was not taken', remedy);
  } else if (granted) findings.add('log-off', 'ok', 'granted; the session is deleted');
  else {
    const why = answer.kind === 'ok' ? 'Dialer did not grant it in time' : sayNo(answer);
    findings.add('log-off', 'warning', `${why}; the session is deleted all the same`);
  }
}
