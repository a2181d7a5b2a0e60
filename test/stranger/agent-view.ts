/** What an independent client knows of its session, by the messages that came; every one is judged on its way. */
import { problemWithMessage } from './contract.js';
import type { Json } from './shapes.js';
import { type Dialect, WireClient } from './wire-client.js';

interface Campaign {
  readonly id: string;
  readonly name: string;
  loggedIn: boolean;
  on: boolean;
}

export interface Pop {
  readonly __type: string;
  readonly interactionId: string;
  readonly campaignId: string;
  readonly attributes: Record<string, string>;
  readonly autoDisconnectOnDisposition: boolean;
  readonly allowAgentCallbacks: boolean;
  readonly dispositions: { label: string; wrapUpCategory: string; abandon: boolean }[];
  readonly dialingMode: number;
  readonly callPlaced?: boolean;
  readonly allowSkip?: boolean;
  readonly previewTimeout?: string;
}

export const basicDate = /^\d{8}T\d{6}Z$/;

export class AgentView {
  protected readonly wire: WireClient;
  protected readonly user: string;
  protected readonly types: Record<string, number> = {};
  protected readonly campaigns = new Map<string, Campaign>();
  protected readonly queue = new Map<string, Record<string, string>>();
  protected readonly ended = new Map<string, string>();
  protected readonly connected = new Set<string>();
  protected readonly completed = new Map<string, unknown>();
  protected readonly pops: Pop[] = [];
  private readonly seenPops = new Set<string>();
  protected readonly placed = new Map<string, Pop>();
  protected readonly granted: Json[] = [];
  private readonly waiting = new Set<() => void>();
  protected readonly subscription = 'strangers-queue';
  protected right = false;
  protected breakStatus: number | null = null;
  protected status = '';

  constructor(url: string, dialect: Dialect, user: string) {
    this.user = user;
    this.wire = new WireClient(url, dialect);
    this.wire.onMessage = (message) => this.take(message);
  }

  private take(message: unknown): void {
    const problem = problemWithMessage(message);
    this.wire.demand(problem === null, `message: ${problem}: ${JSON.stringify(message).slice(0, 200)}`);
    if (typeof message !== 'object' || message === null) return;
    const json = message as Json;
    const type = String(json.__type ?? '').replace('urn:inin.com:', '');
    this.types[type] = (this.types[type] ?? 0) + 1;
    this.wire.demand(typeof json.isDelta === 'boolean', `message: ${type} without isDelta`);
    this.understand(type, json);
    for (const check of [...this.waiting]) check();
  }

  private understand(type: string, json: Json): void {
    if (type === 'messaging:asyncOperationCompletedMessage') {
      this.wire.demand('error' in json, 'asyncOperationCompletedMessage without error member');
      this.completed.set(String(json.requestId), json.error ?? null);
    } else if (type === 'status:userStatusMessage') this.takeStatus(json);
    else if (type === 'queues:queueContentsMessage') this.takeQueue(json);
    else if (type === 'dialer:availableCampaignsMessage') this.takeCampaigns(json);
    else if (type === 'dialer:breakStatusMessage') this.breakStatus = Number(json.breakStatus);
    else if (type === 'dialer:dataPopMessage') this.takePop(json.call as Pop);
    else if (type === 'dialer:logoutGrantedMessage') this.granted.push(json);
    else if (type === 'dialer:autoLoginMessage') void this.wire.send('POST', '/dialer/ready-for-calls', {});
  }

  private takeStatus(json: Json): void {
    for (const entry of (json.userStatusList as Json[] | undefined) ?? []) {
      if (String(entry.userId).toLowerCase() !== this.user.toLowerCase()) continue;
      if (entry.statusId !== undefined) this.status = String(entry.statusId);
      if (entry.statusChanged !== undefined)
        this.wire.demand(basicDate.test(String(entry.statusChanged)), `statusChanged ${String(entry.statusChanged)}`);
    }
  }

  private takeQueue(json: Json): void {
    this.wire.demand(json.subscriptionId === this.subscription, `queue message for ${String(json.subscriptionId)}`);
    if (json.isDelta === false) {
      for (const id of this.queue.keys()) this.ended.set(id, 'snapshot');
      this.queue.clear();
    }
    const entries = [...((json.interactionsAdded as Json[]) ?? []), ...((json.interactionsChanged as Json[]) ?? [])];
    for (const entry of entries) {
      const id = String(entry.interactionId);
      const changed = Object.entries(entry.attributes as Record<string, string>);
      for (const [name, value] of changed)
        this.wire.demand(typeof value === 'string', `queue attribute ${name} is ${typeof value}`);
      const attributes = {
        ...this.queue.get(id),
        ...Object.fromEntries(changed.map(([k, v]) => [k.toLowerCase(), v])),
      };
      this.queue.set(id, attributes);
      const state = attributes.eic_state;
      if (state === 'C') this.connected.add(id);
      if (state === 'E' || state === 'I') this.ended.set(id, state);
      else if (json.isDelta === false) this.ended.delete(id);
    }
    for (const id of (json.interactionsRemoved as unknown[]) ?? []) {
      this.wire.demand(typeof id === 'string', 'interactionsRemoved holds no strings');
      this.queue.delete(String(id));
      if (!this.ended.has(String(id))) this.ended.set(String(id), 'removed');
    }
  }

  private takeCampaigns(json: Json): void {
    this.right = json.agentHasLogonCampaignRight === true;
    if (json.isDelta === false) this.campaigns.clear();
    for (const row of (json.campaignsAdded as Json[]) ?? []) {
      this.wire.demand(Array.isArray(row.status), `campaign status ${JSON.stringify(row.status)}`);
      const on = ((row.status as number[] | undefined) ?? [1]).includes(1);
      this.campaigns.set(String(row.id), {
        id: String(row.id),
        name: String(row.name),
        loggedIn: row.isLoggedIn === true,
        on,
      });
    }
    for (const row of (json.campaignsChanged as Json[]) ?? []) {
      const known = this.campaigns.get(String(row.id));
      if (known && Array.isArray(row.status)) known.on = row.status.includes(1);
    }
    for (const row of (json.campaignsRemoved as Json[]) ?? []) this.campaigns.delete(String(row.id));
  }

  private takePop(pop: Pop): void {
    if (pop.previewTimeout !== undefined)
      this.wire.demand(basicDate.test(String(pop.previewTimeout)), `previewTimeout ${String(pop.previewTimeout)}`);
    for (const [name, value] of Object.entries(pop.attributes))
      this.wire.demand(typeof value === 'string', `contact attribute ${name} is ${typeof value}`);
    if (pop.callPlaced === true) this.placed.set(pop.interactionId, pop);
    if (this.seenPops.has(pop.interactionId)) return;
    this.seenPops.add(pop.interactionId);
    this.pops.push(pop);
  }

  /** Waits for something told by messages; false when it did not come in time. */
  protected until(done: () => boolean, ms: number): Promise<boolean> {
    if (done()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const finish = (value: boolean): void => {
        this.waiting.delete(check);
        clearTimeout(timer);
        resolve(value);
      };
      const check = (): void => {
        if (done()) finish(true);
      };
      const timer = setTimeout(() => finish(false), ms);
      this.waiting.add(check);
    });
  }

  protected async needed(done: () => boolean, ms: number, what: string): Promise<boolean> {
    const came = await this.until(done, ms);
    this.wire.demand(came, `waited ${ms} ms in vain for ${what}`);
    return came;
  }
}
