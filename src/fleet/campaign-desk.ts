import type { AgentEvent } from '../agent/events.js';
import { createCampaignList, type OfferedCampaign } from '../icws/campaign-list.js';
import type { AvailableCampaignsMessage, LogoutGrantedMessage } from '../wire/index.js';
import { type CampaignWishes, matchesAny, type NamedCampaign } from './campaign-wishes.js';

/**
 * The campaigns of one agent in one session: what is offered, wanted, joined, and still waits for a log-in or a
 * ready-for-calls (reference §4.3, §4.4; design §4.1 rule 10).
 */
export class CampaignDesk {
  private readonly list = createCampaignList();
  private readonly wishes: CampaignWishes;
  private readonly names: Map<string, string>;
  private readonly joined = new Set<string>();
  /** Covered by an accepted ready-for-calls. */
  private readonly readied = new Set<string>();
  /** Refused us once: not asked again until offered anew. */
  private readonly refused = new Set<string>();
  private readonly askedFor = new Set<string>();
  /** A log-off from it alone was sent, and is not granted yet. */
  private readonly leaving = new Set<string>();
  /** Left: that the list still calls it logged in is old news. */
  private readonly gone = new Set<string>();
  /** A supervisor put the agent in, whatever the roster says. */
  private readonly placed = new Set<string>();
  private known = false;
  private said = false;

  /** `names`: by id, shared by all sessions, since a pop may come before the list or after a campaign was withdrawn. */
  constructor(wishes: CampaignWishes, names: Map<string, string> = new Map()) {
    this.wishes = wishes;
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
    for (const { id, isLoggedIn } of message.campaignsAdded ?? []) if (isLoggedIn) this.gone.delete(id);
    for (const campaign of this.list.all()) {
      const isIn =
        (campaign.isLoggedIn && !this.gone.has(campaign.id)) ||
        (!this.hasRight && campaign.on && !this.refused.has(campaign.id));
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
        ({ id, name, on }) => on && !this.joined.has(id) && !this.refused.has(id) && this.wishes.wants({ id, name }),
      );
  }

  /** Campaigns to log off from, them alone: no longer wanted, and not asked yet. None for an agent without the right. */
  toLeave(): readonly NamedCampaign[] {
    if (!this.hasRight) return [];
    return this.joinedCampaigns().filter(
      (campaign) => !this.leaving.has(campaign.id) && !this.placed.has(campaign.id) && !this.wishes.wants(campaign),
    );
  }

  /** A log-off from these was sent. */
  asksToLeave(campaigns: readonly NamedCampaign[]): void {
    for (const { id } of campaigns) this.leaving.add(id);
  }

  /** The log-off from these was not accepted. */
  staysIn(campaigns: readonly NamedCampaign[]): void {
    for (const { id } of campaigns) this.leaving.delete(id);
  }

  /** What is offered or joined and meant by one of these names, globs or ids. */
  meantBy(patterns: readonly string[]): readonly NamedCampaign[] {
    const known = new Map<string, NamedCampaign>(this.joinedCampaigns().map((campaign) => [campaign.id, campaign]));
    for (const { id, name } of this.list.all()) known.set(id, { id, name });
    return [...known.values()].filter((campaign) => matchesAny(patterns, campaign));
  }

  isIn({ id }: NamedCampaign): boolean {
    return this.joined.has(id);
  }

  /** An operator's word is above a supervisor's, who put the agent in. */
  overrule(campaigns: readonly NamedCampaign[]): void {
    for (const { id } of campaigns) this.placed.delete(id);
  }

  /** What the agent was taken out of, or refused by, may be joined again; returns whether there was any of that. */
  forgive(isMeant: (campaign: NamedCampaign) => boolean): boolean {
    const forgiven = [...this.refused].filter((id) => isMeant({ id, name: this.nameOf(id) }));
    for (const id of forgiven) this.refused.delete(id);
    return forgiven.length > 0;
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
    this.gone.delete(campaignId);
  }

  refusedBy(campaignId: string): void {
    this.refused.add(campaignId);
  }

  /** A new Dialer session begins: what the agent was in before says nothing any more. */
  forgetStanding(): void {
    this.joined.clear();
    this.readied.clear();
    this.askedFor.clear();
    this.leaving.clear();
    this.gone.clear();
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
    this.gone.delete(campaignId);
    this.placed.add(campaignId);
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

  granted(message: LogoutGrantedMessage): Extract<AgentEvent, { type: 'logout.granted' }> {
    // An empty list, an empty id, or every campaign there is: out of Dialer altogether (reference §6.7, §7 #18).
    const all = message.campaigns.length === 0 || message.campaigns.some(({ id }) => !id);
    // Nobody goes back by himself to what he was taken out of (rule 9); what was left by our own wish is our own business.
    for (const id of all ? [...this.joined] : message.campaigns.map((campaign) => campaign.id)) {
      const isOurs = this.leaving.has(id);
      this.leave(id);
      if (!isOurs) this.refused.add(id);
    }
    return { type: 'logout.granted', all, joined: this.joined.size };
  }

  /** What the agent should know now. */
  changed(): AgentEvent {
    const unready = this.hasRight ? [] : [...this.joined].filter((id) => !this.readied.has(id));
    const fresh = [...this.toLogInTo().map(({ id }) => id), ...unready];
    return { type: 'campaigns.changed', fresh, joined: this.joined.size };
  }

  private joinedCampaigns(): NamedCampaign[] {
    return [...this.joined].map((id) => ({ id, name: this.nameOf(id) }));
  }

  private leave(id: string): void {
    this.joined.delete(id);
    this.leaving.delete(id);
    this.placed.delete(id);
    this.gone.add(id);
    this.askedFor.delete(id);
    this.readied.delete(id);
  }

  private forget(id: string): void {
    this.leave(id);
    this.refused.delete(id);
  }
}
