/** How the strange Dialer finds, dials, rings and connects the next call of an idle agent. */
import type { Agent, Call, Campaign, Contact, Item } from './people.js';
import { icwsDate } from './shapes.js';
import { Telling } from './telling.js';
import type { CallTruth } from './truth.js';

export abstract class Dialling extends Telling {
  private nextInteraction = 3_001_000_001;

  /** Grants the break or log-off that may be granted now; at once with a delay of 0. */
  protected abstract grantWhatIsDue(agent: Agent, delay?: number): void;
  /** Something else than a call may happen to an idle agent; true = it did. */
  protected abstract disturb(agent: Agent): boolean;
  /** A call was connected: the moment for what goes wrong in mid-call. */
  protected abstract onConnected(agent: Agent, call: Call): void;
  /** Nobody has placed the preview, its time is over. */
  protected abstract withdraw(agent: Agent, call: Call): void;

  protected newId(): string {
    return String(this.nextInteraction++);
  }

  /** A call for a contact that was never dialled before. */
  protected giveFresh(agent: Agent, campaign: Campaign): void {
    const number = campaign.spec.contacts - --campaign.left;
    this.give(agent, campaign, { id: `${campaign.spec.name}-${number}`, attempts: 0 }, false);
  }

  protected idle(agent: Agent): boolean {
    return (
      agent.dialer &&
      agent.post !== null &&
      this.isAcd(agent.status) &&
      agent.breakState === 0 &&
      agent.open === null &&
      agent.logoff !== 'all' &&
      ![...agent.items.values()].some((item) => item.call === null)
    );
  }

  /** Looks for something to do for an agent who may have become idle. */
  wake(agent: Agent): void {
    this.grantWhatIsDue(agent);
    if (agent.busy || !this.idle(agent)) return;
    agent.busy = true;
    this.later(this.between(this.options.gapMs), () => {
      agent.busy = false;
      if (!this.idle(agent)) {
        this.wake(agent);
        return;
      }
      if (this.disturb(agent)) return;
      if (!this.dial(agent)) this.later(100, () => this.wake(agent));
    });
  }

  /** Gives an idle agent the next call; false = there is none now. */
  protected dial(agent: Agent): boolean {
    const now = Date.now();
    const mine = this.campaigns.filter((campaign) => agent.campaigns.get(campaign.id)?.ready && campaign.offered);
    for (const campaign of mine) {
      const due = campaign.callbacks.findIndex(
        ({ dueAt, owner }) => dueAt <= now && (owner === null || owner.toLowerCase() === agent.user),
      );
      if (due >= 0) {
        const [callback] = campaign.callbacks.splice(due, 1);
        this.give(agent, campaign, callback!.contact, callback!.owner !== null);
        return true;
      }
    }
    const fresh = mine.filter((campaign) => campaign.left > 0);
    const campaign = fresh[Math.floor(this.random() * fresh.length)];
    if (!campaign) return false;
    this.giveFresh(agent, campaign);
    return true;
  }

  protected give(agent: Agent, campaign: Campaign, contact: Contact, own: boolean): void {
    const preview = campaign.spec.type === 'preview';
    contact.attempts += 1;
    agent.calls += 1;
    const id = this.newId();
    const truth: CallTruth = {
      interactionId: id,
      campaign: campaign.spec.name,
      contact: contact.id,
      agent: agent.user,
      kind: preview ? 'preview' : own ? 'own-callback' : 'regular',
      placed: !preview,
      connected: false,
      endedBy: null,
      outcome: 'open',
      dispositions: [],
    };
    this.truth.calls.push(truth);
    const timeout = campaign.spec.previewTimeoutMs;
    const call: Call = {
      truth,
      campaign,
      contact,
      preview,
      dialingMode: preview ? (own ? 1 : 0) : own ? 3 : 2,
      // The basic form has whole seconds: round up, so that a timer never ends before it was promised.
      previewTimeout:
        preview && timeout !== undefined ? icwsDate(Math.ceil((Date.now() + timeout) / 1000) * 1000) : null,
      id,
      item: null,
      deliveredAt: null,
      withdrawnAt: null,
    };
    agent.open = call;
    const steps = [
      () => this.pop(agent, call),
      () => this.setStatus(agent, own ? 'Awaiting Callback' : 'Campaign Call'),
    ];
    if (!preview) steps.push(() => this.putOnQueue(agent, call));
    for (const step of this.shuffled(steps)) step();
    if (preview && timeout !== undefined && this.quirks.previewExpires)
      this.later(Math.ceil(timeout / 1000) * 1000 + 1500, () => this.withdraw(agent, call));
  }

  protected putOnQueue(agent: Agent, call: Call): void {
    const ringing = this.quirks.alerting && !call.preview;
    const item: Item = {
      id: call.id,
      state: call.preview ? 'S' : ringing ? 'A' : 'C',
      call,
      attributes: {
        Eic_CallDirection: 'O',
        Eic_RemoteId: '+15550100123',
        ...(this.quirks.noCampaignAttribute ? {} : { is_attr_campaignid: call.campaign.id }),
      },
    };
    call.item = item;
    this.itemAdded(agent, item);
    if (item.state === 'C') this.connected(agent, call);
    else if (ringing) this.later(2000, () => this.answerByItself(agent, call));
    else this.ring(agent, call);
  }

  protected answerByItself(agent: Agent, call: Call): void {
    if (call.item?.state !== 'A') return;
    this.truth.note('alerting call never picked up');
    this.itemChanged(agent, call.item, 'C');
    this.connected(agent, call);
  }

  /** A placed preview rings, then is answered or not. */
  protected ring(agent: Agent, call: Call): void {
    const unanswered = this.random() < (call.campaign.spec.unanswered ?? 0);
    this.later(30, () => call.item?.state === 'S' && this.itemChanged(agent, call.item, 'R'));
    this.later(80 + this.random() * 100, () => {
      if (!call.item || call.item.state === 'I') return;
      if (unanswered) return this.end(agent, call.item, 'E');
      this.itemChanged(agent, call.item, 'C');
      this.connected(agent, call);
    });
  }

  protected connected(agent: Agent, call: Call): void {
    call.truth.connected = true;
    if (this.options.farSideMs) {
      const item = call.item;
      this.later(this.between(this.options.farSideMs), () => item && this.end(agent, item, 'E'));
    }
    this.onConnected(agent, call);
  }
}
