import type { JournalRecord } from '../journal/record.js';

/** A callback that was decided and whose call has no result yet. */
interface Pending {
  readonly rule: string;
  readonly hour: number;
  readonly label: string;
}

const HOUR_MS = 3_600_000;
/** Hours of one rule that are kept before those that have passed are dropped. */
const MANY_HOURS = 500;

/**
 * How many callbacks each rule has in each clock hour, of all agents: what `capPerHour` counts. A fold of the records, of
 * this run and, where it is given them first, of earlier ones. A callback counts from its decision on, so that many agents
 * deciding at once do not overfill an hour, and no longer when its call ended otherwise.
 */
export class CallbackBook {
  private readonly hours = new Map<string, Map<number, number>>();
  private readonly pending = new Map<string, Pending>();

  /** Takes in the next record. */
  heard(record: JournalRecord): void {
    if (record.kind === 'decision') {
      if (record.action === 'callback') this.decided(record);
    } else if (record.kind === 'call.closed') {
      this.closed(record);
    }
  }

  /** How many callbacks of the rule are in the clock hour that begins at `hourStart` (epoch milliseconds). */
  booked(policy: string, rule: string, hourStart: number): number {
    return this.hours.get(nameOf(policy, rule))?.get(hourStart) ?? 0;
  }

  private decided({ at, user, call, policy, rule, details }: Extract<JournalRecord, { kind: 'decision' }>): void {
    const [ending] = details?.endings ?? [];
    if (!ending?.scheduledTime || rule === null) return;
    const hour = Math.floor((ending.scheduledTime * 1_000) / HOUR_MS) * HOUR_MS;
    const pending = { rule: nameOf(policy, rule), hour, label: ending.label };
    this.release(user, call.interactionId);
    this.pending.set(callName(user, call.interactionId), pending);
    this.add(pending, 1, at);
  }

  private closed({ user, call, label, result }: Extract<JournalRecord, { kind: 'call.closed' }>): void {
    const key = callName(user, call.interactionId);
    const { label: wanted } = this.pending.get(key) ?? {};
    const mayStand = label === wanted && (result === 'accepted' || result === 'unknown');
    if (!mayStand) this.release(user, call.interactionId);
    this.pending.delete(key);
  }

  private release(user: string, interactionId: string): void {
    const pending = this.pending.get(callName(user, interactionId));
    if (pending) this.add(pending, -1, 0);
  }

  private add({ rule, hour }: Pending, change: number, now: number): void {
    const hours = this.hours.get(rule) ?? new Map<number, number>();
    this.hours.set(rule, hours);
    hours.set(hour, (hours.get(hour) ?? 0) + change);
    if (hours.size <= MANY_HOURS) return;
    for (const past of hours.keys()) if (past + HOUR_MS <= now) hours.delete(past);
  }
}

function nameOf(policy: string, rule: string): string {
  return `${policy}/${rule}`;
}

function callName(user: string, interactionId: string): string {
  return `${user}/${interactionId}`;
}
