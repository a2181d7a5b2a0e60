import type { AgentEvent } from '../agent/events.js';
import type { Fact } from '../journal/record.js';
import type { Attendance } from './attendance.js';
import { CampaignWishes, matchesAny, type WantedCampaigns } from './campaign-wishes.js';

/** What became of something that was asked of one agent. `why`: why not, or what a person should know of it. */
export interface ActOutcome {
  readonly accepted: boolean;
  readonly why?: string;
}

/** Which campaigns an operator means: names, globs or ids. */
export type MeantCampaigns = 'all' | readonly string[];

const NO_RIGHT =
  'it has not the Logon Campaign right: Dialer itself puts it into every campaign that it is eligible for';

interface AgentCampaignsOptions {
  readonly wanted: WantedCampaigns;
  /** What the agent's present session stands on. */
  readonly attendance: () => Attendance | null;
  tell(event: AgentEvent): void;
  record(fact: Fact): unknown;
}

/**
 * Into and out of single campaigns while the agent stays in Dialer, as an operator or a new roster wants it. Only with
 * the Logon Campaign right (reference §4.3, §4.8); leaving one campaign is no state of its own (design §4.1 rule 8).
 */
export class AgentCampaigns {
  readonly wishes: CampaignWishes;
  private readonly options: AgentCampaignsOptions;

  constructor(options: AgentCampaignsOptions) {
    this.options = options;
    this.wishes = new CampaignWishes(options.wanted);
  }

  /** Out of these, until an operator says otherwise. */
  leave(patterns: readonly string[]): ActOutcome {
    const attendance = this.options.attendance();
    if (!attendance?.campaigns.isKnown) {
      this.wishes.leave(patterns);
      return {
        accepted: true,
        why: 'it is not in Dialer now; it will stay out of them, if it has the right to choose',
      };
    }
    const { campaigns } = attendance;
    if (!campaigns.hasRight) {
      this.options.record({
        kind: 'problem',
        code: 'agent/no-campaign-right',
        message: `It leaves none: ${NO_RIGHT}.`,
      });
      return { accepted: false, why: NO_RIGHT };
    }
    const meant = campaigns.meantBy(patterns);
    if (meant.length === 0) return { accepted: false, why: 'no campaign that is offered to it is meant by that' };
    const isIn = meant.some((campaign) => campaigns.isIn(campaign));
    if (!isIn && meant.every((campaign) => this.wishes.isLeft(campaign))) {
      return { accepted: false, why: 'it is out of these already' };
    }
    this.wishes.leave(patterns);
    campaigns.overrule(meant);
    void attendance.leaveUnwanted();
    return isIn ? { accepted: true } : { accepted: true, why: 'it is in none of them, and will join none' };
  }

  /**
   * Takes back what was said of these campaigns, and joins what an operator or a supervisor took the agent out of, or what
   * refused it. Null: nothing was to be done; `again`: only a new Dialer log-in can do it.
   */
  rejoin(meant: MeantCampaigns): ActOutcome | 'again' | null {
    const { attendance, tell } = this.options;
    const campaigns = attendance()?.campaigns;
    if (meant !== 'all' && campaigns?.isKnown) {
      if (!campaigns.hasRight) return { accepted: false, why: NO_RIGHT };
      const named = campaigns.meantBy(meant);
      if (named.length === 0) return { accepted: false, why: 'no campaign that is offered to it is meant by that' };
      if (!named.some((campaign) => this.wishes.names(campaign))) {
        return { accepted: false, why: 'its roster names none of these campaigns' };
      }
    }
    const isUndone = this.wishes.rejoin(meant);
    const isForgiven = campaigns?.forgive((campaign) => meant === 'all' || matchesAny(meant, campaign)) ?? false;
    if (!campaigns?.isKnown) return isUndone ? { accepted: true } : null;
    if (!campaigns.hasRight) return isForgiven ? 'again' : null;
    if (campaigns.toLogInTo().length === 0) return isUndone ? { accepted: true } : null;
    tell(campaigns.changed());
    return { accepted: true };
  }

  /** The roster names other campaigns now: those that it names no more are left, new ones joined. */
  setRoster(wanted: WantedCampaigns): void {
    this.wishes.setRoster(wanted);
    const attendance = this.options.attendance();
    if (!attendance?.campaigns.isKnown) return;
    const { campaigns } = attendance;
    if (!campaigns.hasRight) {
      if (wanted === 'all') return;
      this.options.record({
        kind: 'problem',
        code: 'agent/no-campaign-right',
        message: `It cannot choose: ${NO_RIGHT}.`,
      });
      return;
    }
    void attendance.leaveUnwanted();
    if (campaigns.toLogInTo().length > 0) this.options.tell(campaigns.changed());
  }
}
