/** What really happened, as the strange server saw it: calls, dispositions, sessions, and what the client did wrong. */

export interface Violation {
  readonly code: string;
  readonly user: string;
  readonly detail: string;
  readonly atMs: number;
}

export interface DispositionTruth {
  readonly label: string;
  readonly category: string;
  readonly scheduledTime: number | null;
  readonly scheduledAgent: string | null;
}

export type Outcome = 'open' | 'dispositioned' | 'skipped' | 'ambiguous' | 'withdrawn' | 'agent-lost' | 'superseded';

export interface CallTruth {
  readonly interactionId: string;
  readonly campaign: string;
  readonly contact: string;
  readonly agent: string;
  readonly kind: string;
  placed: boolean;
  connected: boolean;
  endedBy: 'us' | 'far-side' | null;
  outcome: Outcome;
  readonly dispositions: DispositionTruth[];
}

export class Truth {
  readonly calls: CallTruth[] = [];
  readonly violations: Violation[] = [];
  readonly requests = new Map<string, number>();
  /** Facts worth knowing that break no rule. */
  readonly notes = new Map<string, number>();
  readonly traces = new Map<string, string[]>();
  sessionsOpened = 0;
  sessionsDeleted = 0;
  breaksGranted = 0;
  /** Grants that crossed a log-off on their way. */
  breaksCrossed = 0;
  private readonly startedAt = Date.now();

  now(): number {
    return Date.now() - this.startedAt;
  }

  violate(code: string, user: string, detail = ''): void {
    this.violations.push({ code, user, detail, atMs: this.now() });
    this.trace(user, `!! ${code} ${detail}`);
  }

  note(what: string): void {
    this.notes.set(what, (this.notes.get(what) ?? 0) + 1);
  }

  request(operation: string): void {
    this.requests.set(operation, (this.requests.get(operation) ?? 0) + 1);
  }

  /** One line of the story of a user; the last few hundred are kept. */
  trace(user: string, line: string): void {
    const key = user.toLowerCase();
    const lines = this.traces.get(key) ?? [];
    if (lines.length === 0) this.traces.set(key, lines);
    lines.push(`${String(this.now()).padStart(6)} ${line}`);
    if (lines.length > 400) lines.splice(0, 100);
  }

  labels(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { label } of this.dispositions()) counts[label] = (counts[label] ?? 0) + 1;
    return counts;
  }

  dispositions(): DispositionTruth[] {
    return this.calls.flatMap((call) => call.dispositions);
  }

  byCampaign(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const call of this.calls) counts[call.campaign] = (counts[call.campaign] ?? 0) + 1;
    return counts;
  }

  /** Calls that do not have exactly the one disposition they must have. */
  undone(): CallTruth[] {
    return this.calls.filter((call) => {
      if (call.outcome === 'withdrawn' || call.outcome === 'agent-lost' || call.outcome === 'superseded')
        return call.dispositions.length > 0;
      return call.dispositions.length !== 1;
    });
  }
}
