import {
  AGENT_STATES,
  type AgentState,
  type CallbackOwner,
  type CallResult,
  type JournalRecord,
} from '../journal/record.js';
import { type Counts, namedCounts } from './named-counts.js';
import { type Problem, problemList } from './problem-list.js';
import { recentRate } from './recent-rate.js';

/** The run so far, as plain numbers. Seconds are seconds, times epoch milliseconds. */
export interface TallySnapshot {
  readonly startedAt: number;
  readonly at: number;
  /** Agents by state, now. */
  readonly states: Readonly<Record<AgentState, number>>;
  /** Seconds that all agents together spent in each state, the states they are still in included. */
  readonly stateSeconds: Readonly<Record<AgentState, number>>;
  /** Agents that will not come back in this run, with the reason. */
  readonly stopped: readonly { readonly user: string; readonly reason: string }[];
  readonly calls: {
    readonly total: number;
    readonly open: number;
    readonly byCampaign: Counts;
    /** Calls handed to agents per second, over the last 10 s (or the whole run while it is younger). */
    readonly perSecond: number;
  };
  /** Final results; `byLabel` counts the accepted ones. */
  readonly dispositions: Readonly<Record<CallResult, number>> & { readonly byLabel: Counts };
  readonly callbacks: { readonly scheduled: number; readonly byOwner: Readonly<Record<CallbackOwner, number>> };
  readonly previews: {
    readonly placed: number;
    readonly skipped: number;
    readonly timedOut: number;
    readonly withdrawn: number;
  };
  readonly breaks: { readonly granted: number };
  readonly sessions: {
    readonly opened: number;
    readonly refused: number;
    readonly lost: number;
    readonly closed: number;
  };
  /** How often each error code was recorded. */
  readonly errors: Counts;
  /** The last different problems, the newest first. */
  readonly problems: readonly Problem[];
}

export interface Tally {
  record(record: JournalRecord): void;
  /** The run as it stands at `now` (epoch milliseconds). */
  snapshot(now: number): TallySnapshot;
}

/** What a tally starts from. `users` count as logged out from `startedAt` on. */
export interface TallyOptions {
  readonly startedAt: number;
  readonly users: readonly string[];
}

/**
 * Folds records into the totals of a run. A user who is not among `users` counts from the first record on. Memory is
 * bounded: one entry per agent and open call, at most 200 names of each kind (later ones are counted as `other`), and
 * the last problems.
 */
export function createTally(options: TallyOptions): Tally {
  return new RecordTally(options);
}

class RecordTally implements Tally {
  private readonly startedAt: number;
  private readonly agents = new Map<string, { state: AgentState; since: number }>();
  private readonly states = zeroStates();
  private readonly stateSeconds = zeroStates();
  private readonly stopped = new Map<string, string>();
  private readonly open = new Set<string>();
  private readonly rate = recentRate();
  private readonly campaigns = namedCounts();
  private readonly labels = namedCounts();
  private readonly errors = namedCounts();
  private readonly problems = problemList();
  private readonly results = { accepted: 0, void: 0, failed: 0, unknown: 0 };
  private readonly owners = { self: 0, anyone: 0, other: 0 };
  private readonly previews = { placed: 0, skipped: 0, timedOut: 0, withdrawn: 0 };
  private readonly sessions = { opened: 0, refused: 0, lost: 0, closed: 0 };
  private calls = 0;
  private breaks = 0;

  constructor(options: TallyOptions) {
    this.startedAt = options.startedAt;
    for (const user of options.users) this.agentOf(user, options.startedAt);
  }

  record(record: JournalRecord): void {
    if (record.kind === 'control') return; // the totals have no place for it, and it may concern no agent
    this.agentOf(record.user, record.at);
    switch (record.kind) {
      case 'transition':
        this.onTransition(record);
        return;
      case 'pop':
        this.onPop(record);
        return;
      case 'call.renamed':
        this.open.delete(`${record.user}\n${record.was}`);
        this.open.add(callKey(record));
        return;
      case 'call.closed':
        this.onClosed(record);
        return;
      case 'callback':
        this.owners[record.owner] += 1;
        return;
      case 'preview':
        this.previews[record.outcome === 'timed-out' ? 'timedOut' : record.outcome] += 1;
        return;
      case 'break.granted':
        this.breaks += 1;
        return;
      case 'session.opened':
      case 'session.closed':
      case 'session.lost':
      case 'session.refused':
        this.onSession(record);
        return;
      case 'session.unreached':
      case 'problem':
        this.onError(record, record.code, record.message);
        return;
      case 'stopped':
        this.onStopped(record);
        return;
      case 'roster.left':
        this.onLeft(record);
        return;
      case 'roster.joined':
      case 'reconnect':
      case 'decision':
      case 'intent':
      case 'outcome':
      case 'break.asked':
      case 'break.ended':
      case 'break.dropped':
      case 'logoff.asked':
      case 'logoff.granted':
      case 'credentials.refused':
      case 'restarted':
      case 'event':
        return; // the totals have no place for these
      default:
        record satisfies never;
    }
  }

  snapshot(now: number): TallySnapshot {
    const { self, anyone, other } = this.owners;
    return {
      startedAt: this.startedAt,
      at: now,
      states: { ...this.states },
      stateSeconds: this.secondsUntil(now),
      stopped: [...this.stopped].map(([user, reason]) => ({ user, reason })),
      calls: {
        total: this.calls,
        open: this.open.size,
        byCampaign: this.campaigns.counts(),
        perSecond: this.rate.perSecond(now, this.startedAt),
      },
      dispositions: { ...this.results, byLabel: this.labels.counts() },
      callbacks: { scheduled: self + anyone + other, byOwner: { self, anyone, other } },
      previews: { ...this.previews },
      breaks: { granted: this.breaks },
      sessions: { ...this.sessions },
      errors: this.errors.counts(),
      problems: this.problems.newest(),
    };
  }

  private agentOf(user: string, at: number): { state: AgentState; since: number } {
    const known = this.agents.get(user);
    if (known) return known;
    const fresh: { state: AgentState; since: number } = { state: 'logged-out', since: at };
    this.agents.set(user, fresh);
    this.states[fresh.state] += 1;
    return fresh;
  }

  private onTransition(record: Of<'transition'>): void {
    const agent = this.agentOf(record.user, record.at);
    this.states[agent.state] -= 1;
    this.states[record.to] += 1;
    this.stateSeconds[record.from] += record.seconds;
    agent.state = record.to;
    agent.since = record.at;
  }

  private onLeft({ user, at }: Of<'roster.left'>): void {
    const { state, since } = this.agentOf(user, at);
    this.stateSeconds[state] += Math.max(0, at - since) / 1_000;
    this.states[state] -= 1;
    this.agents.delete(user);
  }

  private onPop(record: Of<'pop'>): void {
    this.calls += 1;
    this.open.add(callKey(record));
    this.rate.add(record.at);
    this.campaigns.add(record.call.campaign);
  }

  private onClosed(record: Of<'call.closed'>): void {
    this.open.delete(callKey(record));
    this.results[record.result] += 1;
    if (record.result === 'accepted') this.labels.add(record.label);
    if (record.result === 'failed' || record.result === 'unknown')
      this.addProblem(record, `disposition-${record.result}`, record.basis);
  }

  private onSession(record: Of<'session.opened' | 'session.closed' | 'session.lost' | 'session.refused'>): void {
    switch (record.kind) {
      case 'session.opened':
        this.sessions.opened += 1;
        this.stopped.delete(record.user); // an agent that is back has not stopped
        return;
      case 'session.closed':
        this.sessions.closed += 1;
        return;
      case 'session.lost':
        this.sessions.lost += 1;
        this.onError(record, 'icws/session-lost', record.reason);
        return;
      case 'session.refused':
        this.sessions.refused += 1;
        this.onError(record, record.code, record.message);
        return;
    }
  }

  private onStopped(record: Of<'stopped'>): void {
    if (!record.forGood) return;
    this.stopped.set(record.user, record.reason);
    this.addProblem(record, 'agent-stopped', record.reason);
  }

  private onError(record: JournalRecord, code: string, message: string): void {
    this.errors.add(code);
    this.addProblem(record, code, message);
  }

  private addProblem(record: JournalRecord, code: string, message: string): void {
    this.problems.add({ at: record.at, user: record.user, code, message });
  }

  /** What was spent in each state, and what goes on being spent in the states that agents are in. */
  private secondsUntil(now: number): Record<AgentState, number> {
    const sums = { ...this.stateSeconds };
    for (const { state, since } of this.agents.values()) sums[state] += Math.max(0, now - since) / 1_000;
    return sums;
  }
}

/** A record of one kind. */
type Of<K extends JournalRecord['kind']> = Extract<JournalRecord, { kind: K }>;

function zeroStates(): Record<AgentState, number> {
  return Object.fromEntries(AGENT_STATES.map((state) => [state, 0])) as Record<AgentState, number>;
}

function callKey(record: JournalRecord & { readonly call: { readonly interactionId: string } }): string {
  return `${record.user}\n${record.call.interactionId}`;
}
