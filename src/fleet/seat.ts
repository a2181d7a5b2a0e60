import type { Shift } from '../config/index.js';
import type { Station } from '../icws/commands.js';
import type { Policy } from '../policy/index.js';
import type { WantedCampaigns } from './campaign-wishes.js';

/** One place in the roster: a CIC user, and what it is to do. */
export interface Seat {
  readonly user: string;
  readonly station: Station;
  readonly campaigns: WantedCampaigns;
  readonly policy: Policy;
  /** When it works; left out or null: always. */
  readonly shift?: Shift | null;
}
