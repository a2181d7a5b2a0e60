import type { AgentState, CallbackOwner, CallResult } from '../journal/record.js';
import type { Latency } from './latency.js';
import type { Counts } from './named-counts.js';
import type { TallySnapshot } from './tally.js';

/** What `--summary FILE` holds (design §10, docs/summary.md). Times are ISO 8601 UTC, durations seconds. */
export interface Summary {
  readonly version: 1;
  /** Name and version of the tool. */
  readonly tool: string;
  /** Version of Node. */
  readonly node: string;
  readonly seed: number;
  readonly startedAt: string;
  readonly endedAt: string;
  /** The exit code. */
  readonly exit: number;
  readonly agents: {
    readonly desired: number;
    readonly stopped: readonly { readonly user: string; readonly reason: string }[];
  };
  readonly stateSeconds: Readonly<Record<AgentState, number>>;
  readonly calls: { readonly total: number; readonly open: number; readonly byCampaign: Counts };
  readonly dispositions: Readonly<Record<CallResult, number>> & { readonly byLabel: Counts };
  readonly callbacks: { readonly scheduled: number; readonly byOwner: Readonly<Record<CallbackOwner, number>> };
  readonly previews: {
    readonly placed: number;
    readonly skipped: number;
    readonly timedOut: number;
    readonly withdrawn: number;
  };
  readonly breaks: { readonly granted: number };
  readonly sessions: { readonly opened: number; readonly lost: number };
  readonly errors: Counts;
  readonly requests: Readonly<Record<string, Latency>>;
}

export interface SummaryInput {
  /** Name and version, such as `icws-dialer-agent 1.0.0`. */
  readonly tool: string;
  readonly node: string;
  readonly seed: number;
  readonly exit: number;
  /** How many agents the run wanted. */
  readonly desired: number;
  /** The tally at the end of the run. */
  readonly tally: TallySnapshot;
  readonly requests: Readonly<Record<string, Latency>>;
}

/** The summary of a finished run. */
export function buildSummary(input: SummaryInput): Summary {
  const { tally } = input;
  return {
    version: 1,
    tool: input.tool,
    node: input.node,
    seed: input.seed,
    startedAt: new Date(tally.startedAt).toISOString(),
    endedAt: new Date(tally.at).toISOString(),
    exit: input.exit,
    agents: { desired: input.desired, stopped: tally.stopped },
    stateSeconds: toMilliseconds(tally.stateSeconds),
    calls: { total: tally.calls.total, open: tally.calls.open, byCampaign: tally.calls.byCampaign },
    dispositions: tally.dispositions,
    callbacks: tally.callbacks,
    previews: tally.previews,
    breaks: tally.breaks,
    sessions: { opened: tally.sessions.opened, lost: tally.sessions.lost },
    errors: tally.errors,
    requests: input.requests,
  };
}

/** Seconds rounded to the millisecond: sums of many fractions would show noise. */
function toMilliseconds(seconds: Readonly<Record<AgentState, number>>): Record<AgentState, number> {
  return Object.fromEntries(
    Object.entries(seconds).map(([state, value]) => [state, Math.round(value * 1_000) / 1_000]),
  ) as Record<AgentState, number>;
}
