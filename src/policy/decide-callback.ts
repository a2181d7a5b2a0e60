import type { CallFacts, DrawsOf } from './call.js';
import type { CallbackAction } from './callback-schema.js';
import type { EndDecision } from './decision.js';
import { distinctLabels, findScheduled, isScheduled, type ResolvedLabel, resolveLabel } from './label.js';

export type Ending = ResolvedLabel & Pick<EndDecision, 'action' | 'scheduledTime' | 'scheduledAgent' | 'owner'>;

/** What a callback is decided from, beside the action. */
export interface CallbackSituation {
  readonly facts: CallFacts;
  /** Streams of this call; names that the callback draws from begin with `rule`. */
  readonly draws: DrawsOf;
  readonly rule: string;
  /** The zone of the policy, if it names one. */
  readonly timezone?: string | undefined;
  /** The label of `otherwise`. */
  readonly otherwise: string | undefined;
}

/** A callback goes out only with a disposition of category Scheduled, and with an owner only where the pop allows one. */
export function decideCallback(action: CallbackAction, { facts, otherwise }: CallbackSituation): Ending {
  const offered = distinctLabels(facts.dispositions);
  const found = findScheduled(action.label, offered);
  const plain = resolveLabel(undefined, otherwise, offered);
  if (!found || !isScheduled(found)) {
    const fellBack =
      plain.label === null
        ? 'no-acceptable-label'
        : found || action.label === undefined
          ? 'callback-not-scheduled'
          : 'label-not-offered';
    return { action: 'disposition', ...plain, fellBack };
  }
  const callback = {
    action: 'callback',
    label: found.label,
    alternatives: plain.label === null ? [] : [plain.label, ...plain.alternatives],
    // Rounded up: never before the time that was asked for.
    scheduledTime: Math.ceil((facts.now + action.inMs) / 1_000),
  } as const;
  if (action.owner === 'anyone') return { ...callback, owner: 'anyone' };
  if (!facts.allowAgentCallbacks) return { ...callback, owner: 'anyone', fellBack: 'owner-not-allowed' };
  const isSelf = action.owner === 'self' || action.owner.toLowerCase() === facts.agent.toLowerCase();
  return { ...callback, owner: isSelf ? 'self' : 'other', scheduledAgent: isSelf ? facts.agent : action.owner };
}
