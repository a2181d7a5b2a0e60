import type { AgentEvent } from '../agent/events.js';
import { matchesGlob } from '../base/glob.js';
import { createCampaignList, type OfferedCampaign } from '../icws/campaign-list.js';
import type { AvailableCampaignsMessage, LogoutGrantedMessage } from '../wire/index.js';

/** Which campaigns the roster wants: all, or names, globs and ids. */
export type WantedCampaigns = 'all' | readonly string[];

/**
 * The campaigns of one agent in one session: what is offered, wanted, joined, and still waits for a log-in or a
 * ready-for-calls (reference §4.3, §4.4; design §4.1 rule 10).
 */
export class CampaignDesk {
  private readonly list = createCampaignList();
  private readonly wanted: WantedCampaigns;
  private readonly names: Map<string, string>;
  private readonly joined = new Set<string>();
  /** Covered by an accepted ready-for-calls. */
  private readonly readied = new Set<string>();
  /** Refused us once: not asked again until offered anew. */
  private readonly refused = new Set<string>();
  private readonly askedFor = new Set<string>();
  private known = false;
  private said = false;

  /** `names`: by id, shared by all sessions, since a pop may come before the list or after a campaign was withdrawn. */
  constructor(wanted: WantedCampaigns, names: Map<string, string> = new Map()) {
    this.wanted = wanted;
    this.names = names;
  }

  get hasRight(): boolean {
    return this.list.hasLogonRight === true;
  }

  nameOf(campaignId: string): string {
    return this.names.get(campaignId) ?? campaignId;
  }

  /** Names of the campaigns that the agent is in. */
  joinedNames(): string[] {
    return [...this.joined].map((id) => this.nameOf(id));
  }

  get joinedCount(): number {
    return this.joined.size;
  }

  get isKnown(): boolean {
    return this.known;
  }

  offered(message: AvailableCampaignsMessage): AgentEvent {
    const { added, removed } = this.list.apply(message);
    this.known = true;
    for (const { id, name } of this.list.all()) this.names.set(id, name);
    for (const { id } of added) this.refused.delete(id);
    for (const { id } of removed) this.forget(id);
    for (const campaign of this.list.all()) {
      const isIn = campaign.isLoggedIn || (!this.hasRight && campaign.on && !this.refused.has(campaign.id));
      if (isIn) this.joined.add(campaign.id);
    }
    return this.changed();
  }

  /** Campaigns to log in to one by one; none for an agent without the right. */
  toLogInTo(): readonly OfferedCampaign[] {
    if (!this.hasRight) return [];
    return this.list
      .all()
      .filter(
        ({ id, on, ...rest }) => on && !this.joined.has(id) && !this.refused.has(id) && this.wants({ id, ...rest }),
      );
  }

  /** A log-in was sent before in this Dialer session, and may have arrived. */
  wasAsked(campaignId: string): boolean {
    return this.askedFor.has(campaignId);
  }

  asked(campaignId: string): void {
    this.askedFor.add(campaignId);
  }

  loggedIn(campaignId: string): void {
    this.joined.add(campaignId);
  }

  refusedBy(campaignId: string): void {
    this.refused.add(campaignId);
  }

  /** A new Dialer session begins: what the agent was in before says nothing any more. */
  forgetStanding(): void {
    this.joined.clear();
    this.readied.clear();
    this.askedFor.clear();
    this.said = false;
    this.known = false;
  }

  /** Whether ready-for-calls is due: it must follow every further log-in, and be said at all. */
  get needsReady(): boolean {
    return !this.said || [...this.joined].some((id) => !this.readied.has(id));
  }

  /** ready-for-calls was accepted: it covers all campaigns that the agent is in. */
  ready(): void {
    this.said = true;
    for (const id of this.joined) this.readied.add(id);
  }

  /** A supervisor put the agent in. */
  put(campaignId: string): void {
    this.refused.delete(campaignId);
    this.joined.add(campaignId);
    this.readied.delete(campaignId);
  }

  /** A supervisor took the agent out. Out of what he took it, it is not to go back by itself (rule 9). */
  taken(campaignIds: readonly string[]): AgentEvent {
    for (const id of campaignIds.length > 0 ? campaignIds : [...this.joined]) {
      this.leave(id);
      this.refused.add(id);
    }
    return { type: 'campaigns.auto-logout', joined: this.joined.size };
  }

  granted(message: LogoutGrantedMessage): AgentEvent {
    // An empty list, an empty id, or every campaign there is: out of Dialer altogether (reference §6.7, §7 #18).
    const all = message.campaigns.length === 0 || message.campaigns.some(({ id }) => !id);
    // Nobody goes back by himself to what he was taken out of (rule 9).
    for (const id of all ? [...this.joined] : message.campaigns.map((campaign) => campaign.id)) {
      this.leave(id);
      this.refused.add(id);
    }
    return { type: 'logout.granted', all, joined: this.joined.size };
  }

  /** What the agent should know now. */
  changed(): AgentEvent {
    const unready = this.hasRight ? [] : [...this.joined].filter((id) => !this.readied.has(id));
    const fresh = [...this.toLogInTo().map(({ id }) => id), ...unready];
    return { type: 'campaigns.changed', fresh, joined: this.joined.size };
  }

  private wants({ id, name }: { id: string; name: string }): boolean {
    return this.wanted === 'all' || this.wanted.some((want) => want === id || matchesGlob(want, name));
  }

  private leave(id: string): void {
    this.joined.delete(id);
    this.readied.delete(id);
  }

  private forget(id: string): void {
    this.leave(id);
    this.refused.delete(id);
  }
}
