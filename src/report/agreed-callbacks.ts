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

/** One that waits for its call, and the calls of its contact that may be it. */
interface Awaited {
  readonly callback: Omit<AgreedCallback, 'calledAt' | 'calledBy'>;
  readonly calls: { readonly interactionId: string; readonly at: number; readonly user: string }[];
}

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
  private readonly list: Awaited[] = [];
  private readonly open = new Map<string, OpenCall>();
  /** The last callback of each contact. */
  private readonly last = new Map<string, Awaited>();

  record(record: JournalRecord): void {
    switch (record.kind) {
      case 'pop': {
        const { columns = {}, call } = record;
        this.open.set(record.user, { interactionId: call.interactionId, columns, policy: '', rule: null });
        this.noteCall(record, contactKey(call.campaignId, columns));
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

  /** `isOfCallback` tells the call of a callback from any other to the same contact. */
  read(isOfCallback: (interactionId: string) => boolean): AgreedCallback[] {
    return this.list.map(({ callback, calls }) => {
      const call = calls.find(({ interactionId }) => isOfCallback(interactionId));
      return { ...callback, calledAt: call?.at ?? null, calledBy: call?.user ?? null };
    });
  }

  private agreed(record: Extract<JournalRecord, { kind: 'callback' }>): void {
    const { at, user, call, owner, scheduledTime, label = '', scheduledAgent } = record;
    const known = this.open.get(user);
    const isKnown = known?.interactionId === call.interactionId;
    const columns = isKnown ? known.columns : {};
    const callback: Awaited['callback'] = {
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
    };
    const awaited: Awaited = { callback, calls: [] };
    this.list.push(awaited);
    if (callback.contact !== '') this.last.set(contactKey(call.campaignId, columns), awaited);
  }

  private noteCall({ at, user, call }: Extract<JournalRecord, { kind: 'pop' }>, contact: string): void {
    const awaited = this.last.get(contact);
    if (awaited && at >= awaited.callback.dueAt - EARLY_MS)
      awaited.calls.push({ interactionId: call.interactionId, at, user });
  }
}

function contactKey(campaignId: string, columns: Readonly<Record<string, string>>): string {
  return `${campaignId}\n${identityOf(columns)}`;
}

function identityOf(columns: Readonly<Record<string, string>>): string {
  const key = Object.keys(columns).find((name) => /^(?:is_attr_)?i3_identity$/i.test(name));
  return key === undefined ? '' : (columns[key] ?? '');
}
