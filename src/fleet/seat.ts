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

/** What may change of a seat while its agent works. Password and station are taken at the agent's next session. */
export type SeatChange = 'policy' | 'campaigns' | 'shift' | 'station' | 'password';

/** What is different between two versions of a seat; of a password it knows nothing. */
export function seatChanges(before: Seat, after: Seat): SeatChange[] {
  const changes: SeatChange[] = [];
  if (before.policy.hash !== after.policy.hash || before.policy.name !== after.policy.name) changes.push('policy');
  for (const what of ['campaigns', 'shift', 'station'] as const) {
    if (textOf(before[what]) !== textOf(after[what])) changes.push(what);
  }
  return changes;
}

/** To compare by; left out and null are the same. */
function textOf(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, part) => (part instanceof Set ? [...part] : part));
}
