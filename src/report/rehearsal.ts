import { formatZoned } from '../base/zoned-time.js';
import type { AgreedCallback } from './agreed-callbacks.js';
import type { Counts } from './named-counts.js';
import type { LedgerTotals } from './summary-text.js';
import type { TallySnapshot } from './tally.js';
import { type AgentTimetable, lengthOf, type Stretch } from './timetable.js';
import type { CampaignWork, RuleUse } from './workload.js';

/** One object with all that a rehearsal found (docs/rehearsal.md). Times as ISO 8601, durations in seconds. */
export interface Rehearsal {
  readonly version: 1;
  readonly tool: string;
  readonly file: string;
  readonly seed: number;
  readonly from: string;
  readonly to: string;
  /** The zone in which `--from` and the days are meant. */
  readonly zone: string;
  readonly days: number;
  /** `complete`, or why it ended early. */
  readonly ended: string;
  readonly world: RehearsedWorld;
  /** What is not as it would be in a run. */
  readonly notes: readonly string[];
  readonly agents: readonly RehearsedAgent[];
  readonly calls: { readonly total: number; readonly open: number; readonly byCampaign: Counts };
  readonly dispositions: TallySnapshot['dispositions'];
  readonly previews: TallySnapshot['previews'];
  readonly breaks: TallySnapshot['breaks'];
  readonly sessions: TallySnapshot['sessions'];
  readonly campaigns: readonly CampaignWork[];
  readonly rules: readonly RuleUse[];
  readonly callbacks: {
    readonly agreed: number;
    readonly byOwner: TallySnapshot['callbacks']['byOwner'];
    /** So often Dialer called for one of them; not everybody answers. */
    readonly dialled: number;
    /** So many calls of them an agent was given, within the time that was rehearsed. */
    readonly calledBack: number;
    /** Due later than the end of it. */
    readonly dueLater: number;
    readonly list: readonly RehearsedCallback[];
  };
  readonly warnings: readonly RehearsalWarning[];
  /** The simulator's own count. */
  readonly ledger: LedgerTotals;
}

/** The pretend Dialer that was worked against. */
export interface RehearsedWorld {
  /** Where it comes from, for people. */
  readonly origin: string;
  /** Contact lists begin anew each day. */
  readonly recycled: boolean;
  readonly campaigns: readonly {
    readonly name: string;
    readonly type: string;
    readonly contacts: number;
    /** Contacts without a final outcome, callbacks that are still due among them. */
    readonly remaining: number;
    /** When the list was first found empty while somebody could have been called; null: it lasted. */
    readonly ranOutAt: string | null;
  }[];
}

export interface RehearsedAgent {
  readonly user: string;
  readonly zone: string;
  readonly shift: string | null;
  readonly policy: string;
  readonly calls: number;
  readonly workedSeconds: number;
  readonly days: readonly RehearsedDay[];
}

export interface RehearsedDay {
  readonly date: string;
  readonly worked: readonly RehearsedStretch[];
  readonly breaks: readonly (RehearsedStretch & { readonly reason: string })[];
  readonly workedSeconds: number;
  readonly breakSeconds: number;
  readonly calls: number;
  readonly onCallSeconds: number;
  /** Share of the time on calls in the time worked less breaks; null where nothing was worked. */
  readonly utilisation: number | null;
}

/** In the agent's own zone, as `2026-03-08T09:00:00-04:00[America/New_York]`. */
export interface RehearsedStretch {
  readonly from: string;
  readonly to: string;
}

export interface RehearsedCallback {
  readonly agent: string;
  readonly campaign: string;
  readonly contact: string;
  readonly label: string;
  readonly policy: string;
  readonly rule: string | null;
  readonly owner: AgreedCallback['owner'];
  readonly ownerUser: string | null;
  readonly agreedAt: string;
  readonly due: string;
  /** Null where the contact's zone is not known. */
  readonly contactLocal: string | null;
  /** Null where anyone may call. */
  readonly ownerLocal: string | null;
  readonly calledAt: string | null;
  readonly calledContactLocal: string | null;
  readonly calledBy: string | null;
}

/** Something that somebody should look at before the worker is let loose; `code` as in docs/rehearsal.md. */
export interface RehearsalWarning {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly count: number;
  /** Users that it is about; empty: all or none in particular. */
  readonly agents: readonly string[];
}

/** An agent as it was set to work. */
export interface RehearsedSeat {
  readonly user: string;
  readonly zone: string;
  readonly policy: string;
  /** Name of its shift; null: it works all the time. */
  readonly shift: string | null;
  /** How often its shift begins, and how long it works by it, within the span; null without a shift. */
  readonly planned: {
    readonly starts: number;
    readonly workMs: number;
    /** Work and breaks. */
    readonly onShiftMs: number;
    readonly breaks: number;
  } | null;
}

/** An agreed callback with the zone of its contact; null where it is not known. */
export interface PlacedCallback extends AgreedCallback {
  readonly zone: string | null;
}

/** Writes the agents' timetables out in their own zones. */
export function rehearsedAgents(
  timetables: readonly AgentTimetable[],
  seats: ReadonlyMap<string, RehearsedSeat>,
): RehearsedAgent[] {
  return timetables.map(({ user, days, calls }) => {
    const { zone = 'UTC', shift = null, policy = '' } = seats.get(user) ?? {};
    const local = ({ from, until }: Stretch): RehearsedStretch => ({
      from: formatZoned(zone, from),
      to: formatZoned(zone, until),
    });
    const told = days.map(({ date, worked, breaks, calls: taken, onCallMs }): RehearsedDay => {
      const workedMs = lengthOf(worked);
      const breakMs = lengthOf(breaks);
      const freeMs = workedMs - breakMs;
      return {
        date,
        worked: worked.map(local),
        breaks: breaks.map((one) => ({ ...local(one), reason: one.reason })),
        workedSeconds: seconds(workedMs),
        breakSeconds: seconds(breakMs),
        calls: taken,
        onCallSeconds: seconds(onCallMs),
        utilisation: freeMs > 0 ? Math.round((1_000 * onCallMs) / freeMs) / 1_000 : null,
      };
    });
    const workedSeconds = seconds(1_000 * told.reduce((sum, day) => sum + day.workedSeconds, 0));
    return { user, zone, shift, policy, calls, workedSeconds, days: told };
  });
}

/** Writes the callbacks out with the clocks of contact and owner. */
export function rehearsedCallbacks(
  callbacks: readonly PlacedCallback[],
  seats: ReadonlyMap<string, RehearsedSeat>,
): RehearsedCallback[] {
  return callbacks.map((callback) => {
    const { zone, ownerUser, calledAt } = callback;
    const ownerZone = ownerUser === null ? undefined : seats.get(ownerUser)?.zone;
    return {
      agent: callback.agent,
      campaign: callback.campaign,
      contact: callback.contact,
      label: callback.label,
      policy: callback.policy,
      rule: callback.rule,
      owner: callback.owner,
      ownerUser,
      agreedAt: iso(callback.agreedAt),
      due: iso(callback.dueAt),
      contactLocal: zone === null ? null : formatZoned(zone, callback.dueAt),
      ownerLocal: ownerZone === undefined ? null : formatZoned(ownerZone, callback.dueAt),
      calledAt: calledAt === null ? null : iso(calledAt),
      calledContactLocal: calledAt === null || zone === null ? null : formatZoned(zone, calledAt),
      calledBy: callback.calledBy,
    };
  });
}

/** ISO 8601 in UTC. */
function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

function seconds(ms: number): number {
  return Math.round(ms) / 1_000;
}
