import type { JournalRecord } from '../journal/record.js';
import { type LocalDay, localDays } from './local-days.js';

/** A stretch of an agent's time, in epoch milliseconds. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
}

/** What one agent did on one of its days. Milliseconds. */
export interface AgentDay extends LocalDay {
  /** Logged in to Dialer, breaks included. */
  readonly worked: readonly Stretch[];
  readonly breaks: readonly (Stretch & { readonly reason: string })[];
  /** Handed out on this day. */
  readonly calls: number;
  /** From pop to disposition; of calls that are open at midnight the part on this day. */
  readonly onCallMs: number;
}

/** The days of one agent, and what it never came to. */
export interface AgentTimetable {
  readonly user: string;
  readonly days: readonly AgentDay[];
  readonly calls: number;
  /** It was logged in at some time. */
  readonly cameIn: boolean;
  readonly wasReady: boolean;
}

/** Whose days are kept, and in which zone they begin. */
export interface TimetableUser {
  readonly user: string;
  readonly zone: string;
}

/** The timetables of all agents, as a fold. */
export interface Timetables {
  record(record: JournalRecord): void;
  /** As it stands at the end (epoch milliseconds), in the order of the roster. */
  read(end: number): AgentTimetable[];
}

/** Folds records into who worked when. `from` and `until` bound the days that are always shown. */
export function createTimetables(users: readonly TimetableUser[], span: Stretch): Timetables {
  const books = new Map(users.map(({ user, zone }) => [user, new Book(user, zone, span)]));
  return {
    record: (record) => books.get(record.user)?.record(record),
    read: (end) => [...books.values()].map((book) => book.read(end)),
  };
}

/** One agent's stretches, in the order in which they end. */
class Book {
  private readonly user: string;
  private readonly zone: string;
  private readonly span: Stretch;
  private readonly worked: Stretch[] = [];
  private readonly breaks: (Stretch & { reason: string })[] = [];
  private readonly calls: Stretch[] = [];
  private readonly pops: number[] = [];
  private inSince: number | null = null;
  private breakSince: number | null = null;
  private breakReason = '';
  private callSince: number | null = null;
  private wasReady = false;

  constructor(user: string, zone: string, span: Stretch) {
    this.user = user;
    this.zone = zone;
    this.span = span;
  }

  record(record: JournalRecord): void {
    const { at } = record;
    switch (record.kind) {
      case 'transition':
        this.wasReady ||= record.to === 'ready';
        if (record.from === 'logged-out') this.inSince = at;
        if (record.to === 'logged-out') this.left(at);
        if (record.to === 'on-break') this.breakSince = at;
        if (record.from === 'on-break') this.breakEnded(at);
        return;
      case 'break.asked':
        this.breakReason = record.reason;
        return;
      case 'pop':
        this.pops.push(at);
        this.callSince = at;
        return;
      case 'call.closed':
        this.calls.push({ from: this.callSince ?? at - record.seconds * 1_000, until: at });
        this.callSince = null;
        return;
      default:
        return;
    }
  }

  read(end: number): AgentTimetable {
    if (this.callSince !== null) this.calls.push({ from: this.callSince, until: end });
    if (this.breakSince !== null) this.breakEnded(end);
    if (this.inSince !== null) this.left(end);
    const last = Math.max(this.span.until, this.worked.at(-1)?.until ?? 0, this.pops.at(-1) ?? 0);
    return {
      user: this.user,
      days: localDays(this.zone, this.span.from, last).map((day) => this.dayOf(day)),
      calls: this.pops.length,
      cameIn: this.worked.length > 0,
      wasReady: this.wasReady,
    };
  }

  private left(at: number): void {
    if (this.inSince !== null && at > this.inSince) this.worked.push({ from: this.inSince, until: at });
    this.inSince = null;
  }

  private breakEnded(at: number): void {
    if (this.breakSince !== null) this.breaks.push({ from: this.breakSince, until: at, reason: this.breakReason });
    this.breakSince = null;
    this.breakReason = '';
  }

  private dayOf(day: LocalDay): AgentDay {
    return {
      ...day,
      worked: within(day, this.worked),
      breaks: within(day, this.breaks),
      calls: this.pops.filter((at) => at >= day.from && at < day.until).length,
      onCallMs: lengthOf(within(day, this.calls)),
    };
  }
}

/** The parts of the stretches that lie in the day. */
function within<S extends Stretch>(day: LocalDay, stretches: readonly S[]): S[] {
  return stretches
    .filter(({ from, until }) => from < day.until && until > day.from)
    .map((stretch) => ({
      ...stretch,
      from: Math.max(stretch.from, day.from),
      until: Math.min(stretch.until, day.until),
    }));
}

/** How long the stretches are together, in milliseconds. */
export function lengthOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { from, until }) => sum + until - from, 0);
}
