/**
 * The strange server's Dialer: campaigns, contacts, agents and their calls, by the rules of the reference (§4.10).
 * It knows nothing of HTTP: the server calls it with what a client asked, it posts messages to the agent's session.
 */
import type { CampaignSpec, Quirks, StrangerOptions } from './quirks.js';
import {
  type Disposition,
  eicNumbers,
  icwsDate,
  type Json,
  skipLabel,
  stateTexts,
  statusRows,
  usualDispositions,
} from './shapes.js';
import type { CallTruth, Truth } from './truth.js';

/** What the Dialer tells a session; the session decides how badly it is delivered. */
export type Post = (message: Json) => void;

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  /** Runs after the answer (or before it, where the server overtakes itself): the messages that follow. */
  readonly then?: () => void;
}

interface Contact {
  readonly id: string;
  attempts: number;
}

interface Callback {
  readonly contact: Contact;
  readonly dueAt: number;
  readonly owner: string | null;
}

export interface Campaign {
  readonly id: string;
  readonly spec: CampaignSpec;
  offered: boolean;
  left: number;
  readonly callbacks: Callback[];
}

export interface Item {
  readonly id: string;
  state: string;
  hangingUp?: boolean;
  readonly call: Call | null;
  readonly attributes: Record<string, string>;
}

export interface Call {
  readonly truth: CallTruth;
  readonly campaign: Campaign;
  readonly contact: Contact;
  readonly preview: boolean;
  readonly dialingMode: number;
  readonly previewTimeout: string | null;
  id: string;
  item: Item | null;
  /** When the pop was first written to the client; null = not yet. */
  deliveredAt: number | null;
  withdrawnAt: number | null;
}

export interface Agent {
  readonly user: string;
  /** How the server spells the user. */
  readonly canonical: string;
  status: string;
  supervised: boolean;
  dialer: boolean;
  readonly campaigns: Map<string, { ready: boolean }>;
  breakState: 0 | 1 | 2;
  breakGrantedAt: number;
  /** Granted, and not yet acted upon by the client. */
  breakUnused: boolean;
  logoff: 'all' | Set<string> | null;
  open: Call | null;
  last: Call | null;
  readonly items: Map<string, Item>;
  post: Post | null;
  busy: boolean;
  owesOneMore: boolean;
  /** Operations whose last answer the client never saw, or saw as a failure. */
  readonly unsure: Set<string>;
  expired: boolean;
  calls: number;
  supervisorUsed: number;
  logoffs: number;
  loggedOffAt: number | null;
  /** The link to the Dialer server is down for this agent. */
  unlinked: boolean;
  statusChanges: number;
  supersededOnce: boolean;
}

const raceMs = 250;

export class Dialer {
  readonly agents = new Map<string, Agent>();
  readonly campaigns: Campaign[];
  /** Set by the server: ends the agent's session as if it had timed out. */
  expireSession: (agent: Agent) => void = () => {};
  private readonly timers = new Set<NodeJS.Timeout>();
  private nextInteraction = 3_001_000_001;
  private nextRequest = 1;
  private firstLogoffAt: number | null = null;
  private closed = false;

  private readonly options: StrangerOptions;
  private readonly quirks: Quirks;
  private readonly truth: Truth;
  private readonly random: () => number;

  constructor(options: StrangerOptions, quirks: Quirks, truth: Truth, random: () => number) {
    this.options = options;
    this.quirks = quirks;
    this.truth = truth;
    this.random = random;
    this.campaigns = options.campaigns.map((spec, index) => ({
      id: `${(0xa7d41b02 + index).toString(16).toUpperCase()}-6E3F-4C18-9F55-0B2C7E9D33${10 + index}`,
      spec,
      offered: spec.addedAfterMs === undefined,
      left: spec.contacts,
      callbacks: [],
    }));
    for (let n = 1; n <= options.users; n += 1) {
      const user = `bot${String(n).padStart(3, '0')}`;
      this.agents.set(user, {
        user,
        canonical: quirks.letterCase ? `Bot${user.slice(3)}` : user,
        status: 'Do Not disturb',
        supervised: false,
        dialer: false,
        campaigns: new Map(),
        breakState: 0,
        breakGrantedAt: 0,
        breakUnused: false,
        logoff: null,
        open: null,
        last: null,
        items: new Map(),
        post: null,
        busy: false,
        owesOneMore: false,
        unsure: new Set(),
        expired: false,
        calls: 0,
        supervisorUsed: 0,
        logoffs: 0,
        loggedOffAt: null,
        unlinked: false,
        statusChanges: 0,
        supersededOnce: false,
      });
    }
  }

  /** Starts the world's own calendar (campaigns that come and go), once the first agent has logged in to Dialer. */
  private begin(): void {
    if (this.begun) return;
    this.begun = true;
    for (const campaign of this.campaigns) {
      if (campaign.spec.addedAfterMs !== undefined) this.later(campaign.spec.addedAfterMs, () => this.add(campaign));
      if (campaign.spec.removedAfterMs !== undefined)
        this.later(campaign.spec.removedAfterMs, () => this.remove(campaign));
    }
  }
  private begun = false;

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

  // --- letters and spelling -------------------------------------------------------------------------------------

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

  // --- messages -------------------------------------------------------------------------------------------------

  private post(agent: Agent, type: string, members: Json): void {
    agent.post?.({ __type: `urn:inin.com:${type}`, isDelta: false, ...members });
  }

  private queue(agent: Agent, members: Json): void {
    this.post(agent, 'queues:queueContentsMessage', { isDelta: true, ...members });
  }

  private itemAdded(agent: Agent, item: Item): void {
    agent.items.set(item.id, item);
    this.queue(agent, { interactionsAdded: [{ interactionId: item.id, attributes: this.attributesOf(item) }] });
  }

  private itemChanged(agent: Agent, item: Item, state: string): void {
    item.state = state;
    if (this.quirks.bareRemovals && (state === 'E' || state === 'I')) return;
    this.queue(agent, {
      interactionsChanged: [{ interactionId: item.id, attributes: { [this.spell('Eic_State')]: this.eic(state) } }],
    });
  }

  private itemRemoved(agent: Agent, item: Item): void {
    if (!agent.items.delete(item.id)) return;
    this.queue(agent, { interactionsRemoved: [item.id] });
  }

  private end(agent: Agent, item: Item, state: 'E' | 'I'): void {
    if (item.state === 'E' || item.state === 'I') return;
    const call = item.call;
    if (call) call.truth.endedBy = state === 'I' ? 'us' : 'far-side';
    this.itemChanged(agent, item, state);
    this.later(this.quirks.bareRemovals ? 5 : 40 + this.random() * 200, () => this.itemRemoved(agent, item));
    if (call && agent.open === call && !agent.supervised) this.setStatus(agent, 'Follow Up');
    else if (!call) this.wake(agent);
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

  private pop(agent: Agent, call: Call): void {
    this.truth.trace(agent.user, `   pop ${call.id} ${call.truth.kind} ${call.truth.campaign}`);
    agent.post?.(this.popMessage(call));
  }

  // --- dialling -------------------------------------------------------------------------------------------------

  private idle(agent: Agent): boolean {
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

  /** Something else than a call happens to an idle agent, now and then. */
  private disturb(agent: Agent): boolean {
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
      id: String(this.nextInteraction++),
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

  /** Gives an idle agent the next call; false = there is none now. */
  private dial(agent: Agent): boolean {
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
    const number = campaign.spec.contacts - --campaign.left;
    this.give(agent, campaign, { id: `${campaign.spec.name}-${number}`, attempts: 0 }, false);
    return true;
  }

  private give(agent: Agent, campaign: Campaign, contact: Contact, own: boolean): void {
    const preview = campaign.spec.type === 'preview';
    contact.attempts += 1;
    agent.calls += 1;
    const id = String(this.nextInteraction++);
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

  private shuffled<T>(list: T[]): T[] {
    return list
      .map((value) => ({ value, key: this.random() }))
      .sort((a, b) => a.key - b.key)
      .map(({ value }) => value);
  }

  private putOnQueue(agent: Agent, call: Call): void {
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

  private answerByItself(agent: Agent, call: Call): void {
    if (call.item?.state !== 'A') return;
    this.truth.note('alerting call never picked up');
    this.itemChanged(agent, call.item, 'C');
    this.connected(agent, call);
  }

  /** A placed preview rings, then is answered or not. */
  private ring(agent: Agent, call: Call): void {
    const unanswered = this.random() < (call.campaign.spec.unanswered ?? 0);
    this.later(30, () => call.item?.state === 'S' && this.itemChanged(agent, call.item, 'R'));
    this.later(80 + this.random() * 100, () => {
      if (!call.item || call.item.state === 'I') return;
      if (unanswered) return this.end(agent, call.item, 'E');
      this.itemChanged(agent, call.item, 'C');
      this.connected(agent, call);
    });
  }

  private connected(agent: Agent, call: Call): void {
    call.truth.connected = true;
    if (this.options.farSideMs) {
      const item = call.item;
      this.later(this.between(this.options.farSideMs), () => item && this.end(agent, item, 'E'));
    }
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
    const number = campaign.spec.contacts - --campaign.left;
    this.give(agent, campaign, { id: `${campaign.spec.name}-${number}`, attempts: 0 }, false);
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

  private withdraw(agent: Agent, call: Call): void {
    if (agent.open !== call || call.truth.placed) return;
    this.truth.note('preview withdrawn');
    call.truth.outcome = 'withdrawn';
    call.withdrawnAt = Date.now();
    agent.open = null;
    agent.last = call;
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

  // --- what clients ask -----------------------------------------------------------------------------------------

  /** The client has been sent a pop of this agent's call just now. */
  delivered(agent: Agent, interactionId: string): void {
    if (agent.open?.id === interactionId) agent.open.deliveredAt ??= Date.now();
  }

  /** Whether the client can have known the open call when its request came. */
  private known(call: Call | null): boolean {
    return call?.deliveredAt != null && Date.now() - call.deliveredAt > raceMs;
  }

  logIn(agent: Agent, campaignId: unknown): Answer {
    this.begin();
    if (campaignId === undefined || campaignId === null || campaignId === '') return this.logInToDialer(agent);
    const campaign = this.campaigns.find(({ id }) => id === campaignId);
    if (!this.options.logonCampaign) {
      this.truth.violate('campaign-log-in-without-right', agent.user, String(campaignId));
      return { status: 403, body: { message: 'No Logon Campaign right.' } };
    }
    if (!agent.dialer) this.truth.violate('campaign-log-in-before-dialer', agent.user);
    if (!campaign?.offered) {
      this.truth.violate('campaign-not-offered', agent.user, String(campaignId));
      return refusal(2);
    }
    if (agent.campaigns.has(campaign.id)) {
      if (!agent.unsure.has('dialer.log-in'))
        this.truth.violate('campaign-log-in-twice', agent.user, campaign.spec.name);
      return refusal(0);
    }
    agent.campaigns.set(campaign.id, { ready: false });
    // Half of the servers tell the new state, the others find the 200 enough.
    const tells = agent.user.charCodeAt(agent.user.length - 1) % 2 === 0;
    return {
      status: 200,
      then: () =>
        tells && this.availableCampaigns(agent, { isDelta: true, campaignsAdded: [this.campaignRow(agent, campaign)] }),
    };
  }

  private logInToDialer(agent: Agent): Answer {
    agent.dialer = true;
    agent.logoff = null;
    agent.loggedOffAt = null;
    const offered = this.campaigns.filter((campaign) => campaign.offered);
    if (!this.options.logonCampaign)
      for (const campaign of offered)
        if (!agent.campaigns.has(campaign.id)) agent.campaigns.set(campaign.id, { ready: false });
    return {
      status: 200,
      then: () => {
        const rows = offered.map((campaign) => this.campaignRow(agent, campaign));
        const steps = [
          () => this.breakMessage(agent, agent.breakState),
          () => this.availableCampaigns(agent, { campaignsAdded: rows }),
        ];
        if (this.quirks.oddGrants) steps.push(() => this.breakMessage(agent, agent.breakState));
        for (const step of this.shuffled(steps)) step();
        if (agent.open) {
          this.truth.note('re-pop after log-in');
          this.pop(agent, agent.open);
        }
      },
    };
  }

  ready(agent: Agent, campaignIds: unknown): Answer {
    if (!agent.dialer) {
      this.truth.violate('ready-before-log-in', agent.user);
      return { status: 400, body: { message: 'Not logged in to Dialer.' } };
    }
    if (campaignIds !== undefined && !(Array.isArray(campaignIds) && campaignIds.length > 0))
      this.truth.violate('ready-with-bad-list', agent.user, JSON.stringify(campaignIds));
    const ids = Array.isArray(campaignIds) ? campaignIds : [...agent.campaigns.keys()];
    for (const id of ids) {
      const state = agent.campaigns.get(String(id));
      const campaign = this.campaigns.find((candidate) => candidate.id === id);
      if (state) state.ready = true;
      else if (campaign?.offered && !this.quirks.supervisorLogout)
        this.truth.violate('ready-for-foreign-campaign', agent.user, String(id));
    }
    this.wake(agent);
    return { status: 200 };
  }

  putStatus(agent: Agent, wanted: unknown): Answer {
    const requestId = String(this.nextRequest++);
    const completed = (error: Json | null) =>
      this.post(agent, 'messaging:asyncOperationCompletedMessage', { requestId, error });
    const accepted = (then: () => void): Answer => ({ status: 202, body: { requestId }, then });
    const row = statusRows(this.options.statuses).find(({ id }) => id.toLowerCase() === String(wanted).toLowerCase());
    if (!row?.selectable) {
      this.truth.violate('status-not-selectable', agent.user, String(wanted));
      return accepted(() => completed({ message: 'The status may not be set.' }));
    }
    agent.breakUnused = false;
    agent.statusChanges += 1;
    if (this.quirks.statusRefused && agent.statusChanges % 3 === 0) {
      this.truth.note('status refused');
      return accepted(() => completed({ message: 'The status may not be set now.' }));
    }
    if (row.acd) this.judgeAvailable(agent);
    else if (this.known(agent.open) && agent.dialer) this.truth.violate('non-acd-during-call', agent.user, row.id);
    const popped = agent.open !== null;
    const breaks = !row.acd && agent.dialer && agent.breakState === 0 && agent.logoff === null;
    if (breaks) agent.breakState = 2;
    if (breaks) agent.breakGrantedAt = 0;
    if (!popped && !(row.acd && agent.supervised)) agent.status = row.id;
    return accepted(() => {
      const steps = [
        () => completed(null),
        () => {
          if (!popped) this.setStatus(agent, agent.status);
        },
      ];
      for (const step of this.shuffled(steps)) step();
      if (row.acd) this.endBreakByStatus(agent);
      else if (breaks) this.breakMessage(agent, 2);
      this.wake(agent);
    });
  }

  private endBreakByStatus(agent: Agent): void {
    if (agent.breakState !== 2 || agent.supervised || Date.now() - agent.breakGrantedAt < raceMs) return;
    agent.breakState = 0;
    this.breakMessage(agent, 0);
  }

  private judgeAvailable(agent: Agent): void {
    const { open, last } = agent;
    if (agent.supervised) this.truth.violate('available-over-supervisor', agent.user);
    if (!agent.dialer && agent.loggedOffAt === null) this.truth.violate('available-before-dialer', agent.user);
    else if (agent.campaigns.size > 0 && ![...agent.campaigns.values()].some(({ ready }) => ready)) {
      if (!this.quirks.supervisorLogout && this.quirks.expiry === 'none')
        this.truth.violate('available-before-ready', agent.user);
    }
    if (open && this.known(open)) {
      this.truth.violate('available-before-disposition', agent.user, open.id);
      open.truth.outcome = 'ambiguous';
      agent.open = null;
      agent.last = open;
    }
    const item = last?.item;
    const lingering = item && agent.items.has(item.id) && !item.hangingUp && (item.state === 'C' || item.state === 'R');
    if (lingering && !agent.unsure.has('interaction.disconnect'))
      this.truth.violate('available-while-connected', agent.user, last.id);
  }

  disposition(agent: Agent, body: Json): Answer {
    const unsure = agent.unsure.has('dialer.disposition');
    const call = agent.open;
    if (!call) {
      const excused =
        unsure || ['agent-lost', 'withdrawn', 'ambiguous', 'superseded'].includes(agent.last?.truth.outcome ?? '');
      const code = agent.dialer ? 'disposition-without-call' : 'disposition-outside-dialer';
      if (!excused) this.truth.violate(code, agent.user, String(body.label));
      return { status: 404, body: { message: 'There is no call.' } };
    }
    if (call.deliveredAt === null) this.truth.violate('disposition-before-pop', agent.user, call.id);
    const chosen = usualDispositions.find(({ label }) => label === body.label);
    const problem = this.dispositionProblem(call, body, chosen);
    if (problem) {
      this.truth.violate(problem, agent.user, JSON.stringify(body));
      return { status: 400, body: { message: problem } };
    }
    if (this.firstLogoffAt !== null && agent.logoff === null && Date.now() - this.firstLogoffAt > 1500)
      this.truth.violate('disposition-before-log-off', agent.user, call.id);
    return this.take(agent, call, body, chosen);
  }

  private dispositionProblem(call: Call, body: Json, chosen: Disposition | undefined): string | null {
    const { scheduledTime, scheduledAgent } = body;
    if (body.label === skipLabel) {
      if (!call.preview || !call.campaign.spec.allowSkip) return 'skip-not-allowed';
      return call.truth.placed ? 'skip-after-place' : null;
    }
    if (!chosen) return 'foreign-label';
    if (scheduledTime !== undefined) {
      if (!Number.isInteger(scheduledTime)) return 'scheduled-time-not-integer';
      if ((scheduledTime as number) > 1e11 || (scheduledTime as number) < 1e9) return 'scheduled-time-not-seconds';
      if (chosen.wrapUpCategory !== 'Scheduled') return 'scheduled-time-on-other-category';
    }
    if (scheduledAgent !== undefined && scheduledAgent !== null) {
      if (scheduledTime === undefined) return 'scheduled-agent-without-time';
      if (!call.campaign.spec.agentCallbacks) return 'scheduled-agent-not-allowed';
      if (!this.agents.has(String(scheduledAgent).toLowerCase())) return 'scheduled-agent-unknown';
    }
    return null;
  }

  private take(agent: Agent, call: Call, body: Json, chosen: Disposition | undefined): Answer {
    const scheduledTime = typeof body.scheduledTime === 'number' ? body.scheduledTime : null;
    const scheduledAgent = typeof body.scheduledAgent === 'string' ? body.scheduledAgent : null;
    call.truth.dispositions.push({
      label: String(body.label),
      category: chosen?.wrapUpCategory ?? '',
      scheduledTime,
      scheduledAgent,
    });
    call.truth.outcome = body.label === skipLabel ? 'skipped' : 'dispositioned';
    if (scheduledTime !== null)
      call.campaign.callbacks.push({ contact: call.contact, dueAt: scheduledTime * 1000, owner: scheduledAgent });
    agent.open = null;
    agent.last = call;
    const { status } = agent;
    if (this.quirks.oddGrants && !agent.owesOneMore) this.grantWhatIsDue(agent, 0);
    return {
      status: 200,
      then: () => {
        if (!agent.supervised && agent.open === null && agent.status === status) this.setStatus(agent, 'Follow Up');
        this.wake(agent);
      },
    };
  }

  place(agent: Agent): Answer {
    const call = agent.open;
    if (!call) {
      const excused = agent.last?.truth.outcome === 'withdrawn' || agent.unsure.has('dialer.place-preview-call');
      if (!excused) this.truth.violate('place-without-preview', agent.user);
      return { status: 404, body: { message: 'There is no such call.' } };
    }
    if (!call.preview || call.truth.placed) {
      if (!agent.unsure.has('dialer.place-preview-call'))
        this.truth.violate(call.preview ? 'place-twice' : 'place-of-no-preview', agent.user, call.id);
      return { status: 404, body: { message: 'There is no such preview.' } };
    }
    call.truth.placed = true;
    return { status: 200, then: () => this.afterPlacing(agent, call) };
  }

  private afterPlacing(agent: Agent, call: Call): void {
    if (this.quirks.placed === 'preview-pop') {
      agent.post?.(this.popMessage(call));
      this.putOnQueue(agent, call);
      return;
    }
    if (this.quirks.placed === 'data-pop-new-id') call.id = String(this.nextInteraction++);
    this.putOnQueue(agent, call);
    const message = this.popMessage(call);
    const { callPlaced: _placed, allowSkip: _skip, previewTimeout: _timeout, ...rest } = message.call as Json;
    this.truth.trace(agent.user, `   data pop ${call.id} for the placed preview`);
    agent.post?.({ ...message, call: { ...rest, __type: 'urn:inin.com:dialer:dataPop' } });
  }

  requestBreak(agent: Agent): Answer {
    if (!agent.dialer) this.truth.violate('break-outside-dialer', agent.user);
    if (agent.breakState !== 0) return { status: 202 };
    agent.breakState = 1;
    agent.owesOneMore = this.quirks.oneMore && agent.open === null && this.isAcd(agent.status);
    return {
      status: 202,
      then: () => {
        if (!this.quirks.oddGrants) this.breakMessage(agent, 1);
        if (agent.owesOneMore) this.oneMore(agent);
        else this.wake(agent);
      },
    };
  }

  endBreak(agent: Agent): Answer {
    if (agent.breakState === 0) this.truth.note('end-break without break');
    agent.breakState = 0;
    return {
      status: 202,
      then: () => {
        this.breakMessage(agent, 0);
        this.wake(agent);
      },
    };
  }

  logOff(agent: Agent, campaignIds: unknown): Answer {
    this.firstLogoffAt ??= Date.now();
    agent.logoffs += 1;
    if (agent.breakUnused) this.truth.breaksCrossed += 1;
    agent.breakUnused = false;
    if (agent.logoffs > 6) this.truth.violate('log-off-repeated', agent.user, String(agent.logoffs));
    if (!agent.dialer && agent.loggedOffAt === null) this.truth.violate('log-off-outside-dialer', agent.user);
    const ids = Array.isArray(campaignIds) ? campaignIds.map(String) : [];
    if (ids.length > 0 && !this.options.logonCampaign) {
      this.truth.violate('campaign-log-off-without-right', agent.user);
      return { status: 400, body: { message: 'No Logon Campaign right.' } };
    }
    if (ids.length > 0) agent.logoff = agent.logoff === 'all' ? 'all' : new Set(ids);
    else {
      agent.logoff = 'all';
      agent.owesOneMore = this.quirks.oneMore && agent.open !== null && agent.open.campaign.spec.type === 'predictive';
    }
    return { status: 200, then: () => this.grantWhatIsDue(agent) };
  }

  /** Delivers the call that had been dialled before the client asked to leave. */
  private oneMore(agent: Agent): void {
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
    const number = campaign.spec.contacts - --campaign.left;
    this.give(agent, campaign, { id: `${campaign.spec.name}-${number}`, attempts: 0 }, false);
  }

  private grantWhatIsDue(agent: Agent, delay = 10 + this.random() * 40): void {
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
    if (this.quirks.popsOnBreak) this.later(120, () => this.popOnBreak(agent));
  }

  private popOnBreak(agent: Agent): void {
    const campaign = this.campaigns.find(({ id, spec }) => spec.type !== 'preview' && agent.campaigns.get(id)?.ready);
    if (agent.breakState !== 2 || agent.open || agent.logoff !== null || !campaign || this.isAcd(agent.status)) return;
    this.truth.note('pop on break');
    const number = campaign.spec.contacts - --campaign.left;
    this.give(agent, campaign, { id: `${campaign.spec.name}-${number}`, attempts: 0 }, false);
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

  pickup(agent: Agent, id: string): Answer {
    const item = agent.items.get(id);
    if (!item) return gone;
    if (!item.call) this.truth.violate('touched-foreign-interaction', agent.user, `pickup ${id}`);
    if (item.state !== 'A') return { status: 400, body: { message: 'Not alerting.' } };
    return {
      status: 200,
      then: () => {
        if (item.state !== 'A' || !item.call) return;
        this.itemChanged(agent, item, 'C');
        this.connected(agent, item.call);
      },
    };
  }

  disconnect(agent: Agent, id: string): Answer {
    const item = agent.items.get(id);
    if (!item) return gone;
    if (!item.call) this.truth.violate('touched-foreign-interaction', agent.user, `disconnect ${id}`);
    if (item.state === 'E' || item.state === 'I') return gone;
    item.hangingUp = true;
    return { status: 200, then: () => this.end(agent, item, 'I') };
  }
}

const gone: Answer = { status: 404, body: { message: 'The interaction does not exist.' } };

function refusal(logonError: number): Answer {
  return {
    status: 400,
    body: { __type: 'urn:inin.com:dialer:campaignLogonError', message: 'Refused.', logonError },
  };
}
