/** What a client did against the reference. Stable words: tests and other programs compare them. */
export type ViolationCode =
  | 'disposition-without-call'
  | 'foreign-label'
  | 'callback-not-scheduled'
  | 'callback-owner-without-time'
  | 'callback-owner-not-allowed'
  | 'skip-not-allowed'
  | 'skip-after-placed'
  | 'available-before-disposition'
  | 'second-call-before-disposition'
  | 'session-deleted-in-call'
  | 'place-without-preview'
  | 'placed-twice'
  | 'ready-before-log-in'
  | 'break-before-log-in'
  | 'campaign-log-in-twice'
  | 'double-session'
  | 'missing-token'
  | 'missing-cookie'
  | 'missing-accept-language';

export interface Violation {
  readonly code: ViolationCode;
  readonly user: string;
  readonly at: string;
}

export interface DispositionEntry {
  readonly label: string;
  readonly at: string;
  /** The instant as UTC epoch seconds, whatever clock the client reckoned by. */
  readonly scheduledTime: number | null;
  readonly scheduledAgent: string | null;
}

/** How a popped call stands with Dialer. */
export type CallOutcome = 'open' | 'dispositioned' | 'skipped' | 'ambiguous' | 'withdrawn';

/** One popped call: the truth about it, kept up to date while it lives. */
export interface CallEntry {
  readonly interactionId: string;
  readonly campaign: string;
  readonly contact: string;
  readonly agent: string;
  readonly kind: string;
  readonly dialingMode: number;
  /** It is the call of a callback, of an agent's own or of anyone's. */
  readonly callback: boolean;
  readonly poppedAt: string;
  placed: boolean;
  connected: boolean;
  endedBy: 'agent' | 'far-side' | 'server' | null;
  readonly dispositions: DispositionEntry[];
  outcome: CallOutcome;
  /** The code that Dialer itself assigned, as `Ambiguous - Agent Logout` (reference §6.2). */
  wrapUp: string | null;
}

/** What the ledger says of one agent. */
export interface AgentEntry {
  pops: number;
  dispositions: number;
  ambiguous: number;
  violations: number;
  breaks: number;
}

export interface CampaignEntry {
  readonly name: string;
  readonly contacts: number;
  readonly remaining: number;
  /** Contacts by final outcome: a disposition's label, or what became of the attempt. */
  readonly byOutcome: Readonly<Record<string, number>>;
  /** When an agent could first have been given a call and nobody was left to call; null: never. */
  readonly ranOutAt: string | null;
}

/** The simulator's own truth (design §10). Times are ISO 8601 UTC. Members may be added, never renamed. */
export interface Ledger {
  readonly version: 1;
  readonly world: string;
  readonly seed: number;
  /** First pops: re-sent ones are counted in `repops`. */
  /** When this world began, and the moment that the ledger tells of: interaction ids begin anew with each world. */
  readonly startedAt: string;
  readonly at: string;
  readonly pops: number;
  readonly repops: number;
  /** Dispositions taken, skips included. */
  readonly dispositions: number;
  readonly dispositionsByLabel: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
  /** Also counts those that no longer fit into `violations`. */
  readonly violationsByCode: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly abandoned: number;
  readonly dialling: Readonly<Record<string, number>>;
  readonly callbacks: Readonly<Record<CallbackEvent, number>>;
  readonly breaks: Readonly<Record<BreakEvent, number>>;
  readonly logOffs: Readonly<Record<LogOffEvent, number>>;
  readonly statusChanges: number;
  readonly sessions: Readonly<Record<SessionEvent, number>>;
  readonly requests: Readonly<Record<string, number>>;
  readonly answers: Readonly<Record<string, number>>;
  readonly messages: Readonly<Record<string, number>>;
  readonly unknownRoutes: number;
  readonly acdCalls: number;
  readonly campaigns: Readonly<Record<string, CampaignEntry>>;
  readonly agents: Readonly<Record<string, AgentEntry>>;
  readonly calls: readonly CallEntry[];
}

export type CallbackEvent = 'scheduled' | 'scheduledByOwner' | 'due' | 'honoured' | 'rescheduled';
export type BreakEvent = 'requested' | 'granted' | 'byStatus' | 'ended';
export type LogOffEvent = 'requested' | 'granted' | 'campaignsGranted' | 'oneMoreCalls';
export type SessionEvent = 'opened' | 'refused' | 'closed' | 'expired';

/** More violations than this are only counted, so that a broken client cannot fill the memory. */
const MOST_VIOLATIONS = 10_000;

/** Counts by name. */
export class Tally {
  readonly counts = new Map<string, number>();

  add(name: string, by = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + by);
  }

  toJSON(): Record<string, number> {
    return Object.fromEntries(this.counts);
  }
}

/** Keeps the truth while the world turns. Written to by the rules only. */
export class LedgerBook {
  readonly calls: CallEntry[] = [];
  readonly dialling = new Tally();
  readonly requests = new Tally();
  readonly answers = new Tally();
  readonly messages = new Tally();
  readonly faults = new Tally();
  readonly callbacks: Record<CallbackEvent, number> = {
    scheduled: 0,
    scheduledByOwner: 0,
    due: 0,
    honoured: 0,
    rescheduled: 0,
  };
  readonly breaks: Record<BreakEvent, number> = { requested: 0, granted: 0, byStatus: 0, ended: 0 };
  readonly logOffs: Record<LogOffEvent, number> = { requested: 0, granted: 0, campaignsGranted: 0, oneMoreCalls: 0 };
  readonly sessions: Record<SessionEvent, number> = { opened: 0, refused: 0, closed: 0, expired: 0 };
  repops = 0;
  abandoned = 0;
  statusChanges = 0;
  unknownRoutes = 0;
  acdCalls = 0;

  private readonly violations: Violation[] = [];
  private readonly violationsByCode = new Tally();
  private readonly dispositionsByLabel = new Tally();
  private readonly agents = new Map<string, AgentEntry>();
  private readonly listeners = new Set<() => void>();
  private readonly now: () => number;
  private readonly startedAt: string;
  private dispositions = 0;

  constructor(now: () => number) {
    this.now = now;
    this.startedAt = this.stamp();
  }

  /** The present instant as the ledger writes it. */
  stamp(): string {
    return new Date(this.now()).toISOString();
  }

  violation(code: ViolationCode, user: string): void {
    this.violationsByCode.add(code);
    this.agent(user).violations += 1;
    if (this.violations.length < MOST_VIOLATIONS) this.violations.push({ code, user, at: this.stamp() });
    this.changed();
  }

  popped(call: CallEntry): void {
    this.calls.push(call);
    this.agent(call.agent).pops += 1;
    this.changed();
  }

  dispositioned(call: CallEntry, entry: DispositionEntry, outcome: 'dispositioned' | 'skipped'): void {
    call.dispositions.push(entry);
    call.outcome = outcome;
    this.dispositions += 1;
    this.dispositionsByLabel.add(entry.label);
    this.agent(call.agent).dispositions += 1;
    this.changed();
  }

  closedByDialer(call: CallEntry, outcome: 'ambiguous' | 'withdrawn', wrapUp: string | null): void {
    call.outcome = outcome;
    call.wrapUp = wrapUp;
    if (outcome === 'ambiguous') this.agent(call.agent).ambiguous += 1;
    this.changed();
  }

  breakGranted(user: string): void {
    this.breaks.granted += 1;
    this.agent(user).breaks += 1;
    this.changed();
  }

  /** Tells the listeners that something was written. */
  changed(): void {
    for (const listener of this.listeners) listener();
  }

  /** Calls `listener` after each entry; returns how to stop it. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private agent(user: string): AgentEntry {
    let entry = this.agents.get(user);
    if (!entry) {
      entry = { pops: 0, dispositions: 0, ambiguous: 0, violations: 0, breaks: 0 };
      this.agents.set(user, entry);
    }
    return entry;
  }

  /** The ledger as it stands. The entries of calls are shared, not copied. */
  read(world: { id: string; seed: number; campaigns: Record<string, CampaignEntry> }): Ledger {
    return {
      version: 1,
      world: world.id,
      seed: world.seed,
      startedAt: this.startedAt,
      at: this.stamp(),
      pops: this.calls.length,
      repops: this.repops,
      dispositions: this.dispositions,
      dispositionsByLabel: this.dispositionsByLabel.toJSON(),
      violations: this.violations,
      violationsByCode: this.violationsByCode.toJSON(),
      faults: this.faults.toJSON(),
      abandoned: this.abandoned,
      dialling: this.dialling.toJSON(),
      callbacks: this.callbacks,
      breaks: this.breaks,
      logOffs: this.logOffs,
      statusChanges: this.statusChanges,
      sessions: this.sessions,
      requests: this.requests.toJSON(),
      answers: this.answers.toJSON(),
      messages: this.messages.toJSON(),
      unknownRoutes: this.unknownRoutes,
      acdCalls: this.acdCalls,
      campaigns: world.campaigns,
      agents: Object.fromEntries(this.agents),
      calls: this.calls,
    };
  }
}
