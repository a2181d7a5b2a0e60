/** What the strange Dialer tells: its messages, spelt as the quirks want them, and the items on the agents' queues. */
import { type Agent, type Call, type Campaign, type Item, newAgent, newCampaign } from './people.js';
import type { Quirks, StrangerOptions } from './quirks.js';
import { eicNumbers, icwsDate, type Json, stateTexts, usualDispositions } from './shapes.js';
import type { Truth } from './truth.js';

export abstract class Telling {
  readonly agents = new Map<string, Agent>();
  readonly campaigns: Campaign[];
  protected readonly options: StrangerOptions;
  protected readonly quirks: Quirks;
  protected readonly truth: Truth;
  protected readonly random: () => number;
  private readonly timers = new Set<NodeJS.Timeout>();
  private closed = false;

  constructor(options: StrangerOptions, quirks: Quirks, truth: Truth, random: () => number) {
    this.options = options;
    this.quirks = quirks;
    this.truth = truth;
    this.random = random;
    this.campaigns = options.campaigns.map(newCampaign);
    for (let n = 1; n <= options.users; n += 1) {
      const agent = newAgent(n, quirks.letterCase);
      this.agents.set(agent.user, agent);
    }
  }

  /** Looks for something to do for an agent who may have become idle. */
  abstract wake(agent: Agent): void;

  close(): void {
    this.closed = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  later(ms: number, act: () => void): void {
    if (this.closed) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      act();
    }, ms);
    this.timers.add(timer);
  }

  between([low, high]: readonly [number, number]): number {
    return low + this.random() * (high - low);
  }

  protected shuffled<T>(list: T[]): T[] {
    return list
      .map((value) => ({ value, key: this.random() }))
      .sort((a, b) => a.key - b.key)
      .map(({ value }) => value);
  }

  /** The same name in another letter case, where the quirk is on. */
  spell(text: string): string {
    if (!this.quirks.letterCase) return text;
    const pick = this.random();
    return pick < 0.33 ? text.toLowerCase() : pick < 0.66 ? text.toUpperCase() : text;
  }

  private eic(state: string): string {
    return this.quirks.stateNumbers ? (eicNumbers[state] ?? state) : state;
  }

  attributesOf(item: Item): Record<string, string> {
    const attributes: Record<string, string> = {
      Eic_State: this.eic(item.state),
      Eic_CallStateString: stateTexts[item.state] ?? '',
      Eic_ObjectType: 'Call',
      ...item.attributes,
    };
    return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [this.spell(name), value]));
  }

  protected post(agent: Agent, type: string, members: Json): void {
    agent.post?.({ __type: `urn:inin.com:${type}`, isDelta: false, ...members });
  }

  private queue(agent: Agent, members: Json): void {
    this.post(agent, 'queues:queueContentsMessage', { isDelta: true, ...members });
  }

  protected itemAdded(agent: Agent, item: Item): void {
    agent.items.set(item.id, item);
    this.queue(agent, { interactionsAdded: [{ interactionId: item.id, attributes: this.attributesOf(item) }] });
  }

  protected itemChanged(agent: Agent, item: Item, state: string): void {
    item.state = state;
    if (this.quirks.bareRemovals && (state === 'E' || state === 'I')) return;
    this.queue(agent, {
      interactionsChanged: [{ interactionId: item.id, attributes: { [this.spell('Eic_State')]: this.eic(state) } }],
    });
  }

  private itemRemoved(agent: Agent, item: Item): void {
    if (!agent.items.delete(item.id)) return;
    this.queue(agent, { interactionsRemoved: [item.id] });
    this.wake(agent);
  }

  protected end(agent: Agent, item: Item, state: 'E' | 'I'): void {
    if (item.state === 'E' || item.state === 'I') return;
    const call = item.call;
    if (call) call.truth.endedBy = state === 'I' ? 'us' : 'far-side';
    this.itemChanged(agent, item, state);
    this.later(this.quirks.bareRemovals ? 5 : 40 + this.random() * 200, () => this.itemRemoved(agent, item));
    if (call && agent.open === call && !agent.supervised) this.setStatus(agent, 'Follow Up');
  }

  breakMessage(agent: Agent, breakStatus: number): void {
    this.post(agent, 'dialer:breakStatusMessage', { breakStatus });
  }

  campaignRow(agent: Agent, campaign: Campaign): Json {
    const types = { predictive: 1, power: 2, preview: 3 };
    return {
      __type: 'urn:inin.com:dialer:availableCampaign',
      id: campaign.id,
      name: campaign.spec.name,
      workgroup: 'Outbound',
      status: [1, 8],
      hasBaseScript: true,
      isLoggedIn: agent.campaigns.has(campaign.id),
      campaignType: types[campaign.spec.type],
    };
  }

  availableCampaigns(agent: Agent, members: Json): void {
    this.post(agent, 'dialer:availableCampaignsMessage', {
      agentHasLogonCampaignRight: this.options.logonCampaign,
      ...members,
    });
  }

  statusSnapshot(agent: Agent): Json {
    return {
      userId: this.spell(agent.canonical),
      statusId: this.spell(agent.status),
      statusChanged: icwsDate(Date.now()),
      stations: [],
      icServers: ['STRANGER1'],
      loggedIn: true,
      onPhone: false,
      onPhoneChanged: icwsDate(Date.now()),
    };
  }

  setStatus(agent: Agent, status: string): void {
    agent.status = status;
    this.truth.trace(agent.user, `   status ${status}`);
    this.post(agent, 'status:userStatusMessage', {
      isDelta: true,
      userStatusList: [
        {
          userId: this.spell(agent.canonical),
          statusId: this.spell(status),
          statusChanged: icwsDate(Date.now()),
        },
      ],
    });
  }

  isAcd(status: string): boolean {
    return status.toLowerCase() === 'available';
  }

  popMessage(call: Call): Json {
    const { spec } = call.campaign;
    const attributes: Record<string, string> = {
      i3_identity: call.contact.id,
      i3_siteid: '1',
      first_name: 'Dana',
      phone_home: '+15550100123',
      attempts: String(call.contact.attempts),
      DNC: Number(call.contact.id.split('-')[1]) % 7 === 0 ? 'Y' : 'N',
    };
    return {
      __type: 'urn:inin.com:dialer:dataPopMessage',
      isDelta: false,
      call: {
        __type: `urn:inin.com:dialer:${call.preview ? 'previewPop' : 'dataPop'}`,
        interactionId: call.id,
        campaignId: call.campaign.id,
        attributes: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [this.spell(name), value])),
        autoDisconnectOnDisposition: spec.autoDisconnect ?? false,
        allowAgentCallbacks: spec.agentCallbacks ?? false,
        dispositions: usualDispositions,
        dialingMode: call.dialingMode,
        ...(call.preview
          ? {
              callPlaced: call.truth.placed,
              allowSkip: spec.allowSkip ?? false,
              ...(call.previewTimeout ? { previewTimeout: call.previewTimeout } : {}),
            }
          : {}),
      },
    };
  }

  protected pop(agent: Agent, call: Call): void {
    this.truth.trace(agent.user, `   pop ${call.id} ${call.truth.kind} ${call.truth.campaign}`);
    agent.post?.(this.popMessage(call));
  }
}
