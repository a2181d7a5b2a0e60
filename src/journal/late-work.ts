import { noWork, type OpenWork } from './open-work.js';
import type { JournalRecord } from './record.js';
import { advance } from './recovery.js';

/** So many records of a call wait before they are folded. */
const MOST_LATE = 20;

/**
 * What every agent has in hand, for a journal that is written: told of each record, asked for once per segment. So from a
 * pop on the fold of work-fold.ts is put off until somebody asks. A call that comes and goes in the meantime, as nearly all
 * do, leaves only its counts behind and is never folded. What comes out is the same, to the letter.
 */
export class LateWork {
  private readonly work: Map<string, OpenWork>;
  private readonly late = new Map<string, JournalRecord[]>();

  constructor(work: ReadonlyMap<string, OpenWork>) {
    this.work = new Map(work);
  }

  add(record: JournalRecord): void {
    if (changesNothing(record)) return;
    const { user } = record;
    const late = this.late.get(user);
    if (late) {
      late.push(record);
      if (record.kind === 'call.closed') this.close(user, late, record);
      else if (late.length >= MOST_LATE) this.fold(user, late);
    } else if (record.kind === 'pop') this.late.set(user, [record]);
    else advance(this.work, record);
  }

  /** All that is in hand after the records so far, by user. */
  all(): ReadonlyMap<string, OpenWork> {
    for (const [user, late] of this.late) this.fold(user, late);
    return this.work;
  }

  private close(user: string, late: JournalRecord[], last: Extract<JournalRecord, { kind: 'call.closed' }>): void {
    const [first] = late;
    const before = this.work.get(user);
    if (first?.kind !== 'pop' || before?.call || !isOneCall(late, last.call.interactionId)) {
      this.fold(user, late);
      return;
    }
    let { calls, endsDecided } = before ?? noWork(user, last.at);
    calls = Math.max(calls, first.nth ?? 0);
    for (const record of late) if (record.kind === 'decision' && record.point === 'end') endsDecided++;
    this.late.delete(user);
    this.work.set(user, { ...(before ?? noWork(user, last.at)), at: last.at, calls, endsDecided });
  }

  private fold(user: string, late: readonly JournalRecord[]): void {
    this.late.delete(user);
    for (const record of late) advance(this.work, record);
  }
}

/** Most of what the chart is told, and where it goes: half of all records. */
function changesNothing(record: JournalRecord): boolean {
  return record.kind === 'transition' || (record.kind === 'event' && record.event.type !== 'link.down');
}

/** Whether the records are those of one call alone, from its pop to its end. */
function isOneCall(records: readonly JournalRecord[], interactionId: string): boolean {
  return records.every((record, index) => {
    switch (record.kind) {
      case 'pop':
        return index === 0 && record.call.interactionId === interactionId;
      case 'decision':
      case 'preview':
      case 'intent':
      case 'outcome':
      case 'call.closed':
        return record.call?.interactionId === interactionId;
      default:
        return false;
    }
  });
}
