/** What the strange Dialer grants and when: breaks, log-offs, and the one call that was already dialled. */
import { Dialling } from './dialling.js';
import type { Agent } from './people.js';

export abstract class Granting extends Dialling {
  protected grantWhatIsDue(agent: Agent, delay = 10 + this.random() * 40): void {
    if (agent.open || !agent.dialer) return;
    if (agent.owesOneMore) {
      this.later(30, () => agent.owesOneMore && this.oneMore(agent));
      return;
    }
    if (agent.breakState === 1) this.soon(delay, () => this.grantBreak(agent));
    if (agent.logoff === 'all') this.soon(delay, () => this.grantLogoff(agent));
    else if (agent.logoff) {
      const ids = agent.logoff;
      agent.logoff = null;
      for (const id of ids) agent.campaigns.delete(id);
      this.post(agent, 'dialer:logoutGrantedMessage', { campaigns: [...ids].map((id) => ({ id })) });
    }
  }

  private soon(delay: number, act: () => void): void {
    if (delay === 0) act();
    else this.later(delay, act);
  }

  /** Delivers the call that had been dialled before the client asked to leave. */
  protected oneMore(agent: Agent): void {
    agent.owesOneMore = false;
    const campaign = this.campaigns.find(
      (candidate) =>
        candidate.spec.type === 'predictive' && candidate.left > 0 && agent.campaigns.get(candidate.id)?.ready,
    );
    if (!campaign || agent.open || !agent.dialer) {
      this.wake(agent);
      return;
    }
    this.truth.note('one more call after a request to leave');
    this.giveFresh(agent, campaign);
  }

  private grantBreak(agent: Agent): void {
    // A log-off wins over a break that was asked for before it.
    if (agent.breakState !== 1 || agent.open || agent.logoff === 'all') return;
    agent.breakState = 2;
    agent.breakGrantedAt = Date.now();
    this.truth.breaksGranted += 1;
    agent.breakUnused = true;
    this.truth.trace(agent.user, '   break granted');
    this.breakMessage(agent, 2);
    if (this.quirks.oddGrants) this.breakMessage(agent, 2);
    if (this.quirks.popsOnBreak) this.later(150, () => this.popOnBreak(agent));
  }

  private popOnBreak(agent: Agent): void {
    const campaign = this.campaigns.find(({ id, spec }) => spec.type !== 'preview' && agent.campaigns.get(id)?.ready);
    if (
      agent.breakState !== 2 ||
      agent.open ||
      agent.logoff !== null ||
      !campaign ||
      this.isAcd(agent.status) ||
      agent.breakUnused
    )
      return;
    this.truth.note('pop on break');
    this.giveFresh(agent, campaign);
  }

  private grantLogoff(agent: Agent): void {
    if (agent.logoff !== 'all' || agent.open || !agent.dialer) return;
    const named = [...agent.campaigns.keys()].map((id) => ({ id, name: 'a campaign' }));
    agent.dialer = false;
    agent.breakState = 0;
    agent.campaigns.clear();
    agent.logoff = null;
    agent.loggedOffAt = Date.now();
    this.truth.trace(agent.user, '   logout granted');
    const empty = { empty: { id: '' }, null: { id: null }, missing: {}, 'with-campaigns': { id: '' } }[
      this.quirks.fullLogout
    ];
    if (this.quirks.oddGrants && named[0]) this.post(agent, 'dialer:logoutGrantedMessage', { campaigns: [named[0]] });
    const campaigns = this.quirks.fullLogout === 'with-campaigns' ? [...named, empty] : [empty];
    this.post(agent, 'dialer:logoutGrantedMessage', { campaigns });
  }
}
