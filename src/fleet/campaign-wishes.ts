import { matchesGlob } from '../base/glob.js';

/** Which campaigns the roster wants: all, or names, globs and ids. */
export type WantedCampaigns = 'all' | readonly string[];

/** As much of a campaign as a pattern can match. */
export interface NamedCampaign {
  readonly id: string;
  readonly name: string;
}

/**
 * Which campaigns one agent wants to be in: those that the roster names, less those that an operator took it out of. It
 * outlives sessions: what an operator said holds until he says otherwise.
 */
export class CampaignWishes {
  private roster: WantedCampaigns;
  /** The patterns that an operator named, the latest last, and where the agent is to be. */
  private readonly told = new Map<string, 'out' | 'in'>();

  constructor(roster: WantedCampaigns) {
    this.roster = roster;
  }

  wants(campaign: NamedCampaign): boolean {
    return this.names(campaign) && !this.isLeft(campaign);
  }

  /** Whether the roster names it. */
  names(campaign: NamedCampaign): boolean {
    return this.roster === 'all' || matchesAny(this.roster, campaign);
  }

  /** Whether an operator took the agent out of it; the latest word holds. */
  isLeft(campaign: NamedCampaign): boolean {
    let isOut = false;
    for (const [pattern, where] of this.told) if (matchesAny([pattern], campaign)) isOut = where === 'out';
    return isOut;
  }

  setRoster(wanted: WantedCampaigns): void {
    this.roster = wanted;
  }

  leave(patterns: readonly string[]): void {
    for (const pattern of patterns) this.tell(pattern, 'out');
  }

  /** Takes back what `leave` said of these, or all of it. Returns whether there was anything to take back. */
  rejoin(patterns: 'all' | readonly string[]): boolean {
    const isAny = this.told.size > 0;
    if (patterns === 'all') this.told.clear();
    else if (isAny) for (const pattern of patterns) this.tell(pattern, 'in');
    if (patterns !== 'all' && patterns.includes('*')) this.told.clear();
    return isAny;
  }

  private tell(pattern: string, where: 'out' | 'in'): void {
    this.told.delete(pattern);
    this.told.set(pattern, where);
  }
}

/** Whether one of these names, globs or ids means the campaign. */
export function matchesAny(patterns: readonly string[], { id, name }: NamedCampaign): boolean {
  return patterns.some((pattern) => pattern === id || matchesGlob(pattern, name));
}
