import type { EndingNote } from '../journal/record.js';
import type { EndDecision, OfferDecision } from '../policy/index.js';
import { SKIP_LABEL } from '../wire/index.js';

/** A choice of how to end a call: a label to send and, with a callback, the time and the owner. */
export type Ending = EndingNote & {
  /** Contact columns to write with it. They are never recorded: a call that another process ends goes without. */
  readonly callAttributes?: Readonly<Record<string, string>>;
};

/** What may be recorded of an ending. */
export function noteOf({ callAttributes: _columns, ...note }: Ending): EndingNote {
  return note;
}

/** What a decision at the end says to send, and what to send if the server refuses it. Empty: nothing acceptable is offered. */
export function endingsOf(decision: EndDecision): Ending[] {
  if (decision.label === null) return [];
  const { label, scheduledTime, scheduledAgent, owner, writeBack } = decision;
  const first: Ending = {
    label,
    ...(scheduledTime !== undefined && { scheduledTime }),
    ...(scheduledAgent !== undefined && { scheduledAgent }),
    ...(owner && { owner }),
    ...withColumns(writeBack),
  };
  return [first, ...fallbacks(decision.alternatives, writeBack)];
}

/** A refused label falls back once (reference §7 #14). */
function fallbacks(labels: readonly string[], writeBack: Columns): Ending[] {
  return labels.slice(0, 1).map((label) => ({ label, ...withColumns(writeBack) }));
}

/** How to end a preview that is not to be placed; a server that refuses the skip gets the label that an end would have. */
export function unplacedEndings(
  decision: Extract<OfferDecision, { action: 'skip' }>,
  fallback: readonly Ending[],
): Ending[] {
  const { instead, writeBack } = decision;
  if (!instead) {
    const second = fallback.filter((ending) => !ending.scheduledTime).slice(0, 1);
    return [{ label: SKIP_LABEL, ...withColumns(writeBack) }, ...second];
  }
  if (instead.label === null) return [];
  return [{ label: instead.label, ...withColumns(writeBack) }, ...fallbacks(instead.alternatives, writeBack)];
}

type Columns = Readonly<Record<string, string>> | undefined;

function withColumns(writeBack: Columns): Pick<Ending, 'callAttributes'> {
  return writeBack ? { callAttributes: writeBack } : {};
}
