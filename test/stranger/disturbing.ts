/** What happens to agents besides calls: supervisors, ACD calls, lost sessions and links, campaigns that come and go. */
import { Granting } from './granting.js';
import type { Agent, Call, Campaign, Item } from './people.js';

export abstract class Disturbing extends Granting {
  /** Set by the server: ends the agent's session as if it had timed out. */
  expireSession: (agent: Agent) => void = () => {};
  /** Set by the server: another host serves from now on. */
  onSwitchover: () => void = () => {};
  private begun = false;

  /** Starts the world's own calendar (campaigns that come and go), once the first agent has logged in to Dialer. */
  protected begin(): void {
    if (this.begun) return;
    this.begun = true;
    for (const ms of this.options.switchoversMs) this.later(ms, () => this.switchOver());
    for (const campaign of this.campaigns) {
      if (campaign.spec.addedAfterMs !== undefined) this.later(campaign.spec.addedAfterMs, () => this.add(campaign));
      if (campaign.spec.removedAfterMs !== undefined)
        this.later(campaign.spec.removedAfterMs, () => this.remove(campaign));
    }
  }

  /** All sessions die; of the agents' log-ins the other host knows nothing, of their open calls it does. */
  private switchOver(): void {
    this.truth.note('switchover');
    this.onSwitchover();
    for (const agent of this.agents.values()) {
      agent.dialer = false;
      agent.campaigns.clear();
      agent.breakState = 0;
      this.expireSession(agent);
    }
  }

  private add(campaign: Campaign): void {
    campaign.offered = true;
    for (const agent of this.agents.values()) {
      if (!agent.dialer) continue;
      if (!this.options.logonCampaign) agent.campaigns.set(campaign.id, { ready: false });
      this.availableCampaigns(agent, { isDelta: true, campaignsAdded: [this.campaignRow(agent, campaign)] });
    }
  }

  private remove(campaign: Campaign): void {
    campaign.offered = false;
    for (const agent of this.agents.values()) {
      if (!agent.dialer) continue;
      agent.campaigns.delete(campaign.id);
      this.availableCampaigns(agent, { isDelta: true, campaignsRemoved: [{ id: campaign.id }] });
    }
  }

  /** Something else than a call happens to an idle agent, now and then. */
  protected disturb(agent: Agent): boolean {
    const { supervisorLogout, supervisorStatus, acd } = this.quirks;
    if (!(supervisorLogout || supervisorStatus || acd) || this.random() > 0.25 || agent.supervisorUsed >= 3)
      return false;
    agent.supervisorUsed += 1;
    if (acd) this.inbound(agent);
    else if (supervisorStatus) this.superviseStatus(agent);
    else this.superviseLogin(agent);
    return true;
  }

  private inbound(agent: Agent): void {
    this.truth.note('acd inbound');
    const item: Item = {
      id: this.newId(),
      state: 'A',
      call: null,
      attributes: { Eic_CallDirection: 'I', Eic_WorkgroupName: 'Support', Eic_RemoteId: '+15550100999' },
    };
    this.itemAdded(agent, item);
    this.later(60, () => this.itemChanged(agent, item, 'C'));
    this.later(350, () => this.end(agent, item, 'E'));
  }

  private superviseStatus(agent: Agent): void {
    this.truth.note('status by supervisor');
    agent.supervised = true;
    agent.breakState = 2;
    this.setStatus(agent, 'At Lunch');
    this.breakMessage(agent, 2);
    this.later(500, () => {
      agent.supervised = false;
      if (agent.breakState === 2) {
        agent.breakState = 0;
        this.breakMessage(agent, 0);
      }
      if (agent.logoff === null && agent.dialer) this.setStatus(agent, 'Available');
      this.wake(agent);
    });
  }

  private superviseLogin(agent: Agent): void {
    const campaign = this.campaigns.find((candidate) => agent.campaigns.has(candidate.id));
    if (!campaign) {
      this.wake(agent);
      return;
    }
    this.truth.note('auto-logout');
    agent.campaigns.delete(campaign.id);
    const initiatorName = 'Supervisor One';
    this.post(agent, 'dialer:autoLogoutMessage', { campaignIds: [campaign.id], initiatorName });
    this.later(250, () => {
      if (!agent.dialer || agent.logoff === 'all') return this.wake(agent);
      agent.campaigns.set(campaign.id, { ready: false });
      this.post(agent, 'dialer:autoLoginMessage', { campaignId: campaign.id, initiatorName });
      this.wake(agent);
    });
    this.wake(agent);
  }

  /** A call was connected: the moment for what goes wrong in mid-call. */
  protected onConnected(agent: Agent, call: Call): void {
    if (this.quirks.linkDown && !agent.expired && agent.calls >= 2) {
      agent.expired = true;
      this.later(30, () => this.unlink(agent));
    }
    if (this.quirks.supersede && !agent.supersededOnce && agent.calls >= 3) {
      agent.supersededOnce = true;
      this.later(20, () => this.supersede(agent, call));
    }
    if (this.quirks.expiry !== 'none' && !agent.expired && agent.calls >= 2) {
      agent.expired = true;
      this.later(60, () => this.expire(agent, call));
    }
  }

  private unlink(agent: Agent): void {
    if (agent.logoff !== null) return;
    this.truth.note('link down');
    this.truth.trace(agent.user, '   link down');
    agent.unlinked = true;
    const states = (previousConnectionState: number, newConnectionState: number) =>
      this.post(agent, 'dialer:outboundServerConnectionStateChangeMessage', {
        previousConnectionState,
        newConnectionState,
        reason: 'A test.',
      });
    states(1, 2);
    this.later(500, () => {
      this.truth.trace(agent.user, '   link up');
      agent.unlinked = false;
      // What Dialer knew of the agent's log-ins is gone; his call is not.
      agent.dialer = false;
      agent.campaigns.clear();
      agent.breakState = 0;
      states(2, 1);
    });
  }

  /** Dialer hands the agent another call and has recorded the open one itself. */
  private supersede(agent: Agent, call: Call): void {
    if (agent.open !== call || agent.logoff !== null || !call.item) return;
    const campaign = this.campaigns.find(({ id, spec }) => spec.type !== 'preview' && agent.campaigns.get(id)?.ready);
    if (!campaign) return;
    this.truth.note('superseded');
    call.truth.outcome = 'superseded';
    agent.last = call;
    agent.open = null;
    this.end(agent, call.item, 'E');
    this.giveFresh(agent, campaign);
  }

  private expire(agent: Agent, call: Call): void {
    if (agent.open !== call || agent.logoff !== null) return;
    this.truth.note('session expired in mid-call');
    this.truth.trace(agent.user, `   session expires (${this.quirks.expiry})`);
    if (this.quirks.expiry !== 'kept') {
      agent.dialer = false;
      agent.campaigns.clear();
      agent.breakState = 0;
    }
    if (this.quirks.expiry === 'broken') {
      call.truth.outcome = 'agent-lost';
      agent.last = call;
      agent.open = null;
    }
    if (this.quirks.announced) {
      const forms = [2, '2', 'down', 'Down'];
      this.post(agent, 'connection:connectionStateChangeMessage', {
        previousConnectionState: 1,
        newConnectionState: forms[Math.floor(this.random() * forms.length)],
        reason: 'A test.',
        shouldReconnect: true,
      });
    }
    this.later(this.quirks.announced ? 20 : 0, () => this.expireSession(agent));
  }

  protected withdraw(agent: Agent, call: Call): void {
    if (agent.open !== call || call.truth.placed) return;
    this.truth.note('preview withdrawn');
    call.truth.outcome = 'withdrawn';
    call.withdrawnAt = Date.now();
    agent.open = null;
    agent.last = call;
  }
}
