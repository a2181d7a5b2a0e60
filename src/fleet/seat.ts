import type { Station } from '../icws/commands.js';
import type { Policy } from '../policy/index.js';
import type { WantedCampaigns } from './campaign-wishes.js';

/** One place in the roster: a CIC user, and what it is to do. */
export interface Seat {
  readonly user: string;
  readonly station: Station;
  readonly campaigns: WantedCampaigns;
  readonly policy: Policy;
}
