import type { OpenCallStage, UnsettledCall } from './open-work.js';
import type { PreviewOutcome } from './record.js';

/**
 * An unsettled call in the shape of the agent's memory (agent/context.ts `OpenCall`): times are monotonic milliseconds of
 * this process, and may lie before its start. `fleet` hands it to the chart at birth.
 */
export interface ReopenedCall {
  readonly pop: {
    readonly interactionId: string;
    readonly campaignId: string;
    readonly campaign: string;
    readonly kind: string;
    readonly preview: boolean;
    readonly placed: boolean;
    readonly previewEndsInMs: number | null;
    readonly contact: string;
  };
  readonly nth: number;
  readonly stage: OpenCallStage;
  readonly poppedAt: number;
  readonly deadline: number;
  readonly place: boolean;
  readonly ringForMs: number;
  readonly previewOutcome: PreviewOutcome | null;
  readonly placeTries: number;
  readonly connectedAt: number | null;
  readonly talkedMs: number;
  readonly endedBy: 'us' | 'far-side' | null;
  readonly choices: number;
  readonly choice: number;
  readonly label: string;
  readonly sent: 'never' | 'doubt';
  readonly dispositionTries: number;
  readonly giveUpAt: number;
  readonly unbroken: boolean;
}

/** The two clocks at one moment. */
export interface Moment {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly monotonic: number;
}

/**
 * Takes up a call after a restart. A disposition that was under way is in doubt (design §4.1, rule 5); deadlines go on
 * where they were, so that a talk or a wrap-up that ran out meanwhile ends at once; the time for tries that fail for the
 * server's sake begins anew.
 */
export function reopenedCall(call: UnsettledCall, moment: Moment): ReopenedCall {
  const here = (at: number): number => moment.monotonic + (at - moment.now);
  const { ref, nth, preview, placed, contact, poppedAt, previewEndsAt, offer, underWay } = call;
  return {
    pop: {
      ...ref,
      preview,
      placed,
      previewEndsInMs: previewEndsAt === null ? null : previewEndsAt - poppedAt,
      contact,
    },
    nth,
    stage: underWay ? 'redispositioning' : call.stage,
    poppedAt: here(poppedAt),
    deadline: deadlineOf(call, here),
    place: offer?.place ?? true,
    ringForMs: offer?.ringForMs ?? 0,
    previewOutcome: call.previewOutcome,
    placeTries: call.placeTries,
    connectedAt: call.connectedAt === null ? null : here(call.connectedAt),
    talkedMs: call.talkedMs,
    endedBy: call.endedBy,
    choices: call.endings.length,
    choice: call.choice,
    label: call.label,
    sent: underWay ? 'doubt' : call.sent,
    dispositionTries: call.sends,
    giveUpAt: Number.POSITIVE_INFINITY,
    unbroken: false,
  };
}

/** When its stage ends by itself; never, while nothing was decided of it. */
function deadlineOf(call: UnsettledCall, here: (at: number) => number): number {
  const { stage, offer, connectedAt, talkMs, end, previewEndsAt, poppedAt } = call;
  switch (stage) {
    case 'previewing': {
      if (!offer) return Number.POSITIVE_INFINITY;
      const timer = previewEndsAt === null ? Number.POSITIVE_INFINITY : here(previewEndsAt);
      return Math.min(here(offer.at + offer.thinkMs), offer.place ? timer : Math.max(here(poppedAt), timer - 1_000));
    }
    case 'ringing':
      return offer ? here(offer.at + offer.thinkMs + offer.ringForMs) : Number.POSITIVE_INFINITY;
    case 'talking':
      return connectedAt === null || talkMs === null ? Number.POSITIVE_INFINITY : here(connectedAt + talkMs);
    case 'wrapping-up':
      return end ? here(end.at + end.wrapUpMs) : Number.POSITIVE_INFINITY;
    default:
      return Number.POSITIVE_INFINITY;
  }
}
