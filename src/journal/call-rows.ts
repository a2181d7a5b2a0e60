import { ENDING_COMMANDS } from './call-fold.js';
import { isRecord, type JournalIdentity, type JournalLine } from './line.js';
import type { UnsettledCall } from './open-work.js';
import type { CallbackOwner, CallResult, JournalRecord, PreviewOutcome } from './record.js';

/** A callback as a call left it. */
export interface RowCallback {
  /** Unix seconds. */
  readonly scheduledTime: number;
  readonly owner: CallbackOwner | null;
  readonly scheduledAgent: string | null;
}

/** One call as the journal knows it. Times are epoch milliseconds, durations seconds; null: not known. */
export interface CallRow {
  readonly server: string;
  readonly world: string | null;
  readonly agent: string;
  readonly interactionId: string;
  readonly campaign: string;
  readonly campaignId: string;
  readonly kind: string;
  readonly poppedAt: number;
  readonly closedAt: number | null;
  /** `open`: it has no result. */
  readonly result: CallResult | 'open';
  /** What the result rests on; empty while open. */
  readonly basis: string;
  readonly label: string;
  readonly policy: string | null;
  /** The rule that decided the end; null where none spoke. */
  readonly rule: string | null;
  readonly connected: boolean | null;
  readonly endedBy: 'us' | 'far-side' | null;
  readonly talkSeconds: number | null;
  /** From pop to result. */
  readonly seconds: number | null;
  readonly preview: PreviewOutcome | null;
  /** Only where the call was ended with one. */
  readonly callback: RowCallback | null;
  /** The time of the callback that was decided, on the contact's clock; null as well where an earlier segment had it. */
  readonly local: string | null;
  /** How often a disposition was sent. */
  readonly sends: number;
  readonly columns: Readonly<Record<string, string>>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Folds journal lines into calls. `add` returns the call that a line ends; `open` the ones that no line ended. Keeps the
 * open calls only.
 */
export class CallRows {
  private readonly calls = new Map<string, Mutable<CallRow>>();
  private identity: JournalIdentity = { server: '', applicationName: '' };

  add(line: JournalLine): CallRow | undefined {
    if (line.kind === 'journal') {
      this.identity = line.identity;
      return undefined;
    }
    if (isRecord(line)) return this.record(line);
    const { call, overtaken } = line.work;
    for (const known of call ? [...overtaken, call] : overtaken) this.resume(line.user, known);
    return undefined;
  }

  open(): readonly CallRow[] {
    return [...this.calls.values()];
  }

  private record(record: JournalRecord): CallRow | undefined {
    switch (record.kind) {
      case 'pop':
        this.begin(record);
        return undefined;
      case 'call.renamed':
        this.rename(record.user, record.was, record.call.interactionId);
        return undefined;
      case 'preview':
      case 'decision':
      case 'intent': {
        const row = record.call && this.calls.get(this.key(record.user, record.call.interactionId));
        if (row) note(row, record);
        return undefined;
      }
      case 'call.closed':
        return this.close(record);
      default:
        return undefined;
    }
  }

  private key(user: string, interactionId: string): string {
    const { server, world = '' } = this.identity;
    return `${server}\n${world}\n${user}\n${interactionId}`;
  }

  private begin(record: Extract<JournalRecord, { kind: 'pop' }>): void {
    const { at, user, call, preview, columns = {} } = record;
    const key = this.key(user, call.interactionId);
    if (!this.calls.has(key)) {
      this.calls.set(key, { ...this.bare(user, call, at), columns, connected: preview === false ? true : null });
    }
  }

  /** A call that began in a segment which is no longer there. */
  private resume(user: string, call: UnsettledCall): void {
    const key = this.key(user, call.ref.interactionId);
    if (this.calls.has(key)) return;
    const { poppedAt, previewOutcome, label, sends, endedBy, end, talkedMs, connectedAt } = call;
    this.calls.set(key, {
      ...this.bare(user, call.ref, poppedAt),
      preview: previewOutcome,
      label,
      sends,
      endedBy,
      connected: end ? connectedAt !== null : null,
      talkSeconds: end ? talkedMs / 1_000 : null,
      callback: callbackOf(call.endings[call.choice] ?? {}),
    });
  }

  private bare(
    agent: string,
    call: { interactionId: string; campaign: string; campaignId: string; kind: string },
    poppedAt: number,
  ): Mutable<CallRow> {
    const { interactionId, campaign, campaignId, kind } = call;
    return {
      server: this.identity.server,
      world: this.identity.world ?? null,
      agent,
      interactionId,
      campaign,
      campaignId,
      kind,
      poppedAt,
      closedAt: null,
      result: 'open',
      basis: '',
      label: '',
      policy: null,
      rule: null,
      connected: null,
      endedBy: null,
      talkSeconds: null,
      seconds: null,
      preview: null,
      callback: null,
      local: null,
      sends: 0,
      columns: {},
    };
  }

  private rename(user: string, was: string, interactionId: string): void {
    const row = this.calls.get(this.key(user, was));
    if (!row) return;
    this.calls.delete(this.key(user, was));
    row.interactionId = interactionId;
    this.calls.set(this.key(user, interactionId), row);
  }

  private close(record: Extract<JournalRecord, { kind: 'call.closed' }>): CallRow {
    const { at, user, call, label, result, basis, seconds } = record;
    const key = this.key(user, call.interactionId);
    const row = this.calls.get(key) ?? this.bare(user, call, at - seconds * 1_000);
    this.calls.delete(key);
    return {
      ...row,
      closedAt: at,
      label: label || row.label,
      result,
      basis,
      seconds,
      callback: result === 'accepted' || result === 'unknown' ? row.callback : null,
    };
  }
}

type Noted = Extract<JournalRecord, { kind: 'preview' | 'decision' | 'intent' }>;

function note(row: Mutable<CallRow>, record: Noted): void {
  switch (record.kind) {
    case 'preview':
      row.preview = record.outcome;
      return;
    case 'decision':
      row.policy = record.policy;
      if (record.point === 'connect') row.connected = true;
      if (record.point === 'end') noteEnd(row, record);
      if (record.point === 'offer' && record.action === 'skip') row.rule = record.rule;
      return;
    case 'intent':
      if (!ENDING_COMMANDS.has(record.command)) return;
      row.sends += 1;
      row.label = record.label ?? row.label;
      row.callback = callbackOf(record);
      return;
  }
}

function noteEnd(row: Mutable<CallRow>, { rule, details = {} }: Extract<Noted, { kind: 'decision' }>): void {
  row.rule = rule;
  row.connected = details.connected ?? row.connected;
  row.endedBy = details.endedBy ?? row.endedBy;
  row.local = details.local ?? null;
  if (details.talkedMs !== undefined) row.talkSeconds = details.talkedMs / 1_000;
}

function callbackOf(sent: {
  readonly scheduledTime?: number;
  readonly owner?: CallbackOwner;
  readonly scheduledAgent?: string;
}): RowCallback | null {
  const { scheduledTime, owner = null, scheduledAgent = null } = sent;
  return scheduledTime === undefined ? null : { scheduledTime, owner, scheduledAgent };
}
