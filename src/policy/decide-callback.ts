import { formatZoned } from '../base/zoned-time.js';
import { columnsOf } from './attributes.js';
import type { CallFacts, DrawsOf } from './call.js';
import type { CallbackAction } from './callback-schema.js';
import { callbackTime } from './callback-time.js';
import { type ContactZone, contactZone } from './contact-zone.js';
import type { EndDecision, FellBack } from './decision.js';
import { distinctLabels, findOffered, findScheduled, isScheduled, type ResolvedLabel, resolveLabel } from './label.js';

export type Ending = ResolvedLabel &
  Pick<EndDecision, 'action' | 'scheduledTime' | 'scheduledAgent' | 'owner' | 'local' | 'zoneUnknown'>;

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

/** When and by whom. */
type Appointment = Pick<Ending, 'scheduledAgent' | 'owner' | 'fellBack'> & { readonly scheduledTime: number };

/**
 * A callback goes out only with a disposition of category Scheduled, at a permitted time, and with an owner only where the
 * pop allows one. Where one of these is not to be had, the call ends with another label.
 */
export function decideCallback(action: CallbackAction, situation: CallbackSituation): Ending {
  const { facts, otherwise, timezone } = situation;
  const offered = distinctLabels(facts.dispositions);
  const found = findScheduled(action.label, offered);
  const plain = resolveLabel(undefined, otherwise, offered);
  if (!found || !isScheduled(found)) {
    const isNotScheduled = found !== undefined || action.label === undefined;
    return insteadOf(plain, isNotScheduled ? 'callback-not-scheduled' : 'label-not-offered');
  }
  const contact = contactZone(action.window?.timezone, () => columnsOf(facts.attributes), timezone);
  const appointment = makeAppointment(action, situation, contact);
  if (typeof appointment === 'string') {
    const noSlot = action.noSlot === undefined ? undefined : findOffered(action.noSlot, offered);
    // A Scheduled one without a time would be a callback at no hour.
    const instead = noSlot && !isScheduled(noSlot) ? resolveLabel(action.noSlot, otherwise, offered) : plain;
    return insteadOf(instead, appointment);
  }
  return {
    action: 'callback',
    label: found.label,
    alternatives: plain.label === null ? [] : [plain.label, ...plain.alternatives],
    ...appointment,
    local: formatZoned(contact.zone ?? 'UTC', appointment.scheduledTime * 1_000),
    ...(contact.isUnknown && { zoneUnknown: true }),
  };
}

/** The first time that hours and owner have in common, else one for anyone, else why there is none. */
function makeAppointment(
  action: CallbackAction,
  { facts, draws, rule }: CallbackSituation,
  { zone }: ContactZone,
): Appointment | FellBack {
  if (zone === undefined && (action.window || 'atMinute' in action.asked)) return 'zone-unknown';
  const timeFor = (user?: string): number | null =>
    callbackTime(action, {
      now: facts.now,
      zone,
      workAfter: user === undefined ? undefined : (from) => facts.ownerHours?.(user, from),
      booked: (hourStart) => facts.bookedInHour?.(rule, hourStart) ?? 0,
      draw: () => draws(`${rule}/jitter`)(),
    });
  const isForAnyone = action.owner === 'anyone';
  const isSelf = action.owner === 'self' || action.owner.toLowerCase() === facts.agent.toLowerCase();
  const user = isSelf ? facts.agent : action.owner;
  if (!isForAnyone && facts.allowAgentCallbacks) {
    const scheduledTime = timeFor(user);
    if (scheduledTime !== null) return { scheduledTime, owner: isSelf ? 'self' : 'other', scheduledAgent: user };
  }
  const fellBack = isForAnyone ? undefined : facts.allowAgentCallbacks ? 'owner-off-shift' : 'owner-not-allowed';
  const scheduledTime = timeFor();
  if (scheduledTime === null) return 'no-slot';
  if (fellBack && action.ownerFallback === 'none') return fellBack;
  return { scheduledTime, owner: 'anyone', ...(fellBack && { fellBack }) };
}

/** The label that ends the call in place of the callback, and why. */
function insteadOf({ label, alternatives }: ResolvedLabel, why: FellBack): Ending {
  return { action: 'disposition', label, alternatives, fellBack: label === null ? 'no-acceptable-label' : why };
}
