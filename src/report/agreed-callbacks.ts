import type { CallbackOwner, JournalRecord } from '../journal/record.js';

/** A callback as it was agreed with Dialer, and what is known of its call. Epoch milliseconds. */
export interface AgreedCallback {
  readonly agent: string;
  readonly campaign: string;
  /** Dialer's name for the contact (i3_identity); empty where it told none. */
  readonly contact: string;
  readonly columns: Readonly<Record<string, string>>;
  readonly policy: string;
  readonly rule: string | null;
  readonly label: string;
  readonly agreedAt: number;
  readonly dueAt: number;
  readonly owner: CallbackOwner;
  /** The CIC user who is to call; null: anyone. */
  readonly ownerUser: string | null;
  /** When an agent was given the call; null: not in the time that was looked at, or nobody answered. */
  readonly calledAt: number | null;
  readonly calledBy: string | null;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface OpenCall {
  readonly interactionId: string;
  readonly columns: Readonly<Record<string, string>>;
  policy: string;
  rule: string | null;
}

/** Dialer may call at the very second; its clock is told in seconds. */
const EARLY_MS = 1_000;

/** Folds records, contact columns included, into the list of callbacks in the order in which they were agreed. */
export class AgreedCallbacks {
  private readonly list: Mutable<AgreedCallback>[] = [];
  private readonly open = new Map<string, OpenCall>();
  /** The last callback of a contact that nobody was given yet. */
  private readonly awaited = new Map<string, Mutable<AgreedCallback>>();

  record(record: JournalRecord): void {
    switch (record.kind) {
      case 'pop': {
        const { columns = {}, call } = record;
        this.open.set(record.user, { interactionId: call.interactionId, columns, policy: '', rule: null });
        this.noteCalled(record.user, record.at, contactKey(call.campaignId, columns));
        return;
      }
      case 'decision': {
        const call = this.open.get(record.user);
        if (record.point !== 'end' || call?.interactionId !== record.call.interactionId) return;
        call.policy = record.policy;
        call.rule = record.rule;
        return;
      }
      case 'callback':
        this.agreed(record);
        return;
      default:
        return;
    }
  }

  read(): readonly AgreedCallback[] {
    return this.list;
  }

  private agreed(record: Extract<JournalRecord, { kind: 'callback' }>): void {
    const { at, user, call, owner, scheduledTime, label = '', scheduledAgent } = record;
    const known = this.open.get(user);
    const isKnown = known?.interactionId === call.interactionId;
    const columns = isKnown ? known.columns : {};
    const callback: Mutable<AgreedCallback> = {
      agent: user,
      campaign: call.campaign,
      contact: identityOf(columns),
      columns,
      policy: isKnown ? known.policy : '',
      rule: isKnown ? known.rule : null,
      label,
      agreedAt: at,
      dueAt: scheduledTime * 1_000,
      owner,
      ownerUser: scheduledAgent ?? null,
      calledAt: null,
      calledBy: null,
    };
    this.list.push(callback);
    if (callback.contact !== '') this.awaited.set(contactKey(call.campaignId, columns), callback);
  }

  private noteCalled(user: string, at: number, contact: string): void {
    const callback = this.awaited.get(contact);
    if (!callback || at < callback.dueAt - EARLY_MS) return;
    callback.calledAt = at;
    callback.calledBy = user;
    this.awaited.delete(contact);
  }
}

function contactKey(campaignId: string, columns: Readonly<Record<string, string>>): string {
  return `${campaignId}\n${identityOf(columns)}`;
}

function identityOf(columns: Readonly<Record<string, string>>): string {
  const key = Object.keys(columns).find((name) => /^(?:is_attr_)?i3_identity$/i.test(name));
  return key === undefined ? '' : (columns[key] ?? '');
}
