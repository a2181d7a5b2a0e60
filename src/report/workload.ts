import type { JournalRecord } from '../journal/record.js';
import { type Counts, namedCounts } from './named-counts.js';

/** What one campaign came to. */
export interface CampaignWork {
  readonly name: string;
  readonly calls: number;
  readonly byKind: Counts;
  /** Accepted dispositions, skips included. */
  readonly byDisposition: Counts;
  readonly callbacks: number;
}

/** How often a rule decided, at any of the three points. `rule` is null where none spoke. */
export interface RuleUse {
  readonly policy: string;
  readonly rule: string | null;
  readonly offer: number;
  readonly connect: number;
  readonly end: number;
}

interface Counter {
  calls: number;
  callbacks: number;
  readonly kinds: ReturnType<typeof namedCounts>;
  readonly labels: ReturnType<typeof namedCounts>;
}

/** Folds records into calls by campaign, kind and disposition, decisions by rule, and problems by agent. */
export class Workload {
  private readonly campaigns = new Map<string, Counter>();
  private readonly rules = new Map<string, { -readonly [K in keyof RuleUse]: RuleUse[K] }>();
  private readonly problems = new Map<string, Map<string, number>>();

  record(record: JournalRecord): void {
    switch (record.kind) {
      case 'pop': {
        const counter = this.counterOf(record.call.campaign);
        counter.calls += 1;
        counter.kinds.add(record.call.kind);
        return;
      }
      case 'call.closed':
        if (record.result === 'accepted') this.counterOf(record.call.campaign).labels.add(record.label);
        return;
      case 'callback':
        this.counterOf(record.call.campaign).callbacks += 1;
        return;
      case 'decision':
        this.ruleOf(record.policy, record.rule)[record.point] += 1;
        return;
      case 'problem':
        this.problem(record.code, record.user);
        return;
      case 'session.refused':
      case 'session.unreached':
        this.problem(record.code, record.user);
        return;
      case 'stopped':
        if (record.forGood) this.problem(`stopped/${record.reason}`, record.user);
        return;
      case 'break.asked':
      case 'break.granted':
      case 'break.dropped':
        this.problem(record.kind, record.user);
        return;
      default:
        return;
    }
  }

  /** By name. */
  byCampaign(): CampaignWork[] {
    return [...this.campaigns]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { calls, callbacks, kinds, labels }]) => ({
        name,
        calls,
        byKind: kinds.counts(),
        byDisposition: labels.counts(),
        callbacks,
      }));
  }

  /** By policy and rule, those where no rule spoke last. */
  byRule(): RuleUse[] {
    return [...this.rules.values()].sort(
      (a, b) =>
        compare(a.policy, b.policy) || Number(a.rule === null) - Number(b.rule === null) || compare(a.rule, b.rule),
    );
  }

  /** How often `code` came up, by agent. */
  agentsWith(code: string): ReadonlyMap<string, number> {
    return this.problems.get(code) ?? new Map();
  }

  /** Every code that came up. */
  codes(): string[] {
    return [...this.problems.keys()].sort();
  }

  private problem(code: string, user: string): void {
    const users = this.problems.get(code) ?? new Map<string, number>();
    users.set(user, (users.get(user) ?? 0) + 1);
    this.problems.set(code, users);
  }

  private counterOf(campaign: string): Counter {
    const known = this.campaigns.get(campaign);
    if (known) return known;
    const counter = { calls: 0, callbacks: 0, kinds: namedCounts(), labels: namedCounts() };
    this.campaigns.set(campaign, counter);
    return counter;
  }

  private ruleOf(policy: string, rule: string | null): { -readonly [K in keyof RuleUse]: RuleUse[K] } {
    const key = `${policy}\n${rule ?? ''}`;
    const known = this.rules.get(key);
    if (known) return known;
    const use = { policy, rule, offer: 0, connect: 0, end: 0 };
    this.rules.set(key, use);
    return use;
  }
}

function compare(a: string | null, b: string | null): number {
  return a === b ? 0 : (a ?? '') < (b ?? '') ? -1 : 1;
}
