import type { AgentTimings } from '../timings.js';
import { decide, patch, previewOutcome } from './call.js';
import { type Move, on } from './move.js';

/** A preview from its offer to the moment it rings (design §4.1 rule 4). */
export function previewMoves(timings: AgentTimings) {
  return {
    'note the offer decision': on('call.offer-decided', (move, event) => {
      const { call } = move.context;
      if (call?.stage === 'ringing') {
        patch(move, { place: event.place, ringForMs: event.ringForMs, deadline: move.now + event.ringForMs });
        return;
      }
      if (call?.stage !== 'previewing') return;
      const think = move.now + event.thinkMs;
      // What is not to be placed must be refused while the preview lasts; what is to be placed may run it out.
      const limit = event.place ? call.previewEndsAt : Math.max(move.now, call.previewEndsAt - SKIP_LEAD_MS);
      patch(move, {
        place: event.place,
        ringForMs: event.ringForMs,
        deadline: Math.min(think, limit),
        choices: event.choices,
        choice: 0,
      });
    }),

    'place the call': (move: Move) => {
      const { call } = move.context;
      if (!call) return;
      const byTimer = move.now >= call.previewEndsAt;
      patch(move, {
        stage: 'placing',
        placeTries: call.placeTries + 1,
        placedByTimer: byTimer,
        deadline: Number.POSITIVE_INFINITY,
      });
      move.order('step', { do: 'place', call: call.pop.interactionId, byTimer });
    },

    /** It is placed, by us or by Dialer itself: the far side rings. */
    'note that it is placed': (move: Move) => beginToRing(move, timings),

    /** Gone, or in doubt: a pop may yet say what became of it (rule 4). */
    'wait for word of the call': (move: Move) => patch(move, { deadline: move.now + timings.placeDoubtMs }),

    'try to place it again soon': (move: Move) =>
      patch(move, { stage: 'previewing', deadline: move.now + timings.retryMs }),

    'note that the preview was taken away': (move: Move) => {
      previewOutcome(move, 'withdrawn');
      patch(move, { endedBy: 'far-side' });
      decide(move, 'end', timings);
    },

    /** Nobody knows whether it was placed; its disposition will show, and it is decided as not connected. */
    'give up placing': (move: Move) => previewOutcome(move, 'withdrawn'),
  };
}

/** A preview that is skipped is skipped so long before its own timer would have it placed. */
const SKIP_LEAD_MS = 1_000;

/** Waits for the far side, as long as the policy lets it ring. */
export function beginToRing(move: Move, timings: AgentTimings): void {
  const { call } = move.context;
  if (!call) return;
  const ranOut = call.placeTries > 0 ? call.placedByTimer : move.now >= call.previewEndsAt;
  previewOutcome(move, ranOut ? 'timed-out' : 'placed');
  patch(move, { stage: 'ringing', deadline: move.now + (call.ringForMs || timings.decisionMs) });
}
