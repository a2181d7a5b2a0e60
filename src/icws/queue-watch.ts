import type { QueueContentsMessage } from '../wire/index.js';
import type { CallState, EndedBy } from './call-state.js';
import { readCallState } from './call-state.js';

/** One interaction on the watched queue. */
export interface QueueEntry {
  readonly interactionId: string;
  readonly state: CallState;
  readonly endedBy: EndedBy | undefined;
  /** Names in lower case, as they may come in any (reference §0). */
  readonly attributes: Readonly<Record<string, string>>;
}

export type QueueChange =
  /** It appeared, or its state changed. Changes of other attributes alone are no change. */
  | ({ readonly kind: 'state' } & QueueEntry)
  /** It left the queue. An ended call usually stays for a while, so `state` 'ended' and this both come. */
  | { readonly kind: 'removed'; readonly interactionId: string };

/** The content of one queue subscription, kept by the merge rules of reference §2.3 and §5.3. */
export interface QueueWatch {
  /** Takes a message in and tells what is new since the last one; a repeated message tells nothing. */
  apply(message: QueueContentsMessage): readonly QueueChange[];
  known(interactionId: string): QueueEntry | undefined;
  /** What is on the queue and has not ended. */
  live(): readonly QueueEntry[];
}

interface Item {
  readonly interactionId: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

const NOTHING: readonly QueueChange[] = [];

/** An empty watch: make a new one for each session and subscription. */
export function createQueueWatch(): QueueWatch {
  const entries = new Map<string, QueueEntry>();

  /** Merges attributes into an entry; `whole` replaces what was known of it. */
  const put = (item: Item, whole: boolean, changes: QueueChange[]): void => {
    const { interactionId } = item;
    const before = entries.get(interactionId);
    const attributes: Record<string, string> = whole || !before ? {} : { ...before.attributes };
    for (const name in item.attributes) attributes[name.toLowerCase()] = item.attributes[name] as string;
    const reading = readCallState(attributes.eic_state);
    const entry: QueueEntry = { interactionId, state: reading.state, endedBy: reading.endedBy, attributes };
    entries.set(interactionId, entry);
    if (before?.state !== entry.state) changes.push({ kind: 'state', ...entry });
  };

  const drop = (interactionId: string, changes: QueueChange[]): void => {
    if (entries.delete(interactionId)) changes.push({ kind: 'removed', interactionId });
  };

  return {
    apply: (message) => {
      const { interactionsAdded, interactionsChanged, interactionsRemoved } = message;
      const isSnapshot = message.isDelta === false;
      if (!isSnapshot && !interactionsAdded && !interactionsChanged && !interactionsRemoved) return NOTHING;
      const changes: QueueChange[] = [];
      if (isSnapshot) {
        const present = new Set((interactionsAdded ?? []).map((item) => item.interactionId));
        for (const item of interactionsChanged ?? []) present.add(item.interactionId);
        for (const id of [...entries.keys()]) if (!present.has(id)) drop(id, changes);
      }
      for (const item of interactionsAdded ?? []) put(item, isSnapshot, changes);
      for (const item of interactionsChanged ?? []) put(item, false, changes);
      for (const id of interactionsRemoved ?? []) drop(id, changes);
      return changes;
    },
    known: (interactionId) => entries.get(interactionId),
    live: () => [...entries.values()].filter((entry) => entry.state !== 'ended'),
  };
}
