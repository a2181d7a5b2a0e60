import type { OpenCallStage, UnsettledCall } from './open-work.js';
import type { CallRef, PreviewOutcome } from './record.js';

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
  readonly ref: CallRef;
  readonly fromPreview: boolean;
  readonly previewEndsAt: number;
  readonly nth: number;
  readonly stage: OpenCallStage;
  readonly poppedAt: number;
  readonly deadline: number;
  readonly place: boolean;
  readonly ringForMs: number;
  readonly previewOutcome: PreviewOutcome | null;
  readonly placeTries: number;
  readonly placedByTimer: boolean;
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
 * where they were, so that a talk or a wrap-up that ran out meanwhile ends at once, and are Infinity where a decision is
 * missing: then it must be asked for again. The time for tries that fail for the server's sake begins anew.
 */
export function reopenedCall(call: UnsettledCall, moment: Moment): ReopenedCall {
  const here: Here = (at) => (at === null ? Number.POSITIVE_INFINITY : moment.monotonic + (at - moment.now));
  const { ref, nth, preview, placed, contact, poppedAt, previewEndsAt, offer, underWay } = call;
  return {
    pop: {
      ...ref,
      preview,
      placed,
      previewEndsInMs: previewEndsAt === null ? null : previewEndsAt - poppedAt,
      contact,
    },
    ref,
    fromPreview: preview,
    previewEndsAt: here(previewEndsAt),
    nth,
    stage: underWay ? 'redispositioning' : call.stage,
    poppedAt: here(poppedAt),
    deadline: deadlineOf(call, here),
    place: offer?.place ?? false,
    ringForMs: offer?.ringForMs ?? 0,
    previewOutcome: call.previewOutcome,
    placeTries: call.placeTries,
    placedByTimer: call.placedByTimer,
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

/** An instant on this process's monotonic clock; Infinity for none. */
type Here = (at: number | null) => number;

/** What is to be skipped must be skipped before the preview's own timer places it (agent/moves/preview.ts). */
const SKIP_LEAD_MS = 1_000;

function deadlineOf(call: UnsettledCall, here: Here): number {
  const { stage, offer, connectedAt, talkMs, end, previewEndsAt, ringingSince } = call;
  switch (stage) {
    case 'previewing': {
      const lead = offer?.place ? 0 : SKIP_LEAD_MS;
      return offer ? Math.min(here(offer.at + offer.thinkMs), here(previewEndsAt) - lead) : here(null);
    }
    case 'ringing':
      return here(offer && ringingSince !== null ? ringingSince + offer.ringForMs : null);
    case 'talking':
      return here(connectedAt === null || talkMs === null ? null : connectedAt + talkMs);
    case 'wrapping-up':
      return here(end && end.at + end.wrapUpMs);
    default:
      return here(null);
  }
}
