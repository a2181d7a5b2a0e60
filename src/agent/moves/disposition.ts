import type { OpenCall } from '../context.js';
import type { AgentTimings } from '../timings.js';
import { closeAll, closeCall, hangUpWhatIsLeft, patch } from './call.js';
import { quit, requestWhatIsOwed } from './log-off.js';
import { type Move, on } from './move.js';

/** The end of a call: its disposition, sent so that exactly one is accepted (rules 5 and 6). */
export function dispositionMoves(timings: AgentTimings) {
  return {
    'send the disposition': (move: Move) => dispose(move, timings),

    /** It never left before the session was lost, and no pop came again: it may be sent once (rule 5). */
    'send what never left': (move: Move) => dispose(move, timings),

    'close as accepted': on('call.disposition-answered', (move, event) => {
      patch(move, { label: event.label });
      closeCall(move, 'accepted', 'answer');
    }),

    /**
     * 404, or a grant: no call to disposition. To a first send that is the truth; to a re-send it means that the first one arrived,
     * unless Dialer may have ended the call by itself: a preview that is not known to be placed ends with its own timer.
     */
    'close as gone': (move: Move, event: { verdict?: string }) => {
      const { call } = move.context;
      if (!call) return;
      if (call.sent === 'never') closeCall(move, 'void', 'not-found');
      else if (!call.unbroken) closeCall(move, 'unknown', 'not-found-after-a-break');
      else if (isUnplaced(call) && move.now >= call.previewEndsAt - PREVIEW_END_MARGIN_MS) {
        closeCall(move, 'unknown', 'preview-ended');
      } else closeCall(move, 'accepted', event.verdict === 'granted' ? 'granted' : 'resend-404');
    },

    'try the next label': (move: Move) => {
      const { call } = move.context;
      if (!call) return;
      patch(move, { choice: call.choice + 1 });
      dispose(move, timings);
    },

    'send it again soon': (move: Move) => pauseBeforeResend(move, timings),

    /** The answer was lost: it may have arrived. Safe to send again, for no other pop was seen and Available was not set. */
    'doubt the disposition': (move: Move) => {
      patch(move, { sent: 'doubt' });
      pauseBeforeResend(move, timings);
    },

    'close as unknown': (move: Move) => closeCall(move, 'unknown', 'no-answer'),

    /** Dialer has given the next call already: for it, this one is over (reference §6.9), by our disposition or its own. */
    'close as superseded': (move: Move) => {
      if (move.context.call?.sent === 'doubt') closeCall(move, 'unknown', 'no-answer');
      else closeCall(move, 'void', 'agent-received-a-new-call');
    },

    /** Dialer has forgotten the call, or never says; what is left of the line is hung up (reference §6.8). */
    'close as not popped again': (move: Move) => {
      if (move.context.call?.connectedAt != null) hangUpWhatIsLeft(move);
      closeAll(move, 'no-re-pop');
    },

    /** Rule 6: never Available over a call that has no disposition; hang up, log off, stop this agent. */
    'fail the call': (move: Move, event: { type: string }) => {
      const { call } = move.context;
      if (!call) return;
      const wasRefused = event.type === 'call.disposition-answered';
      hangUpWhatIsLeft(move);
      closeCall(move, 'failed', wasRefused ? 'refused' : call.choices === 0 ? 'no-label' : 'unavailable');
      move.problem(
        'agent/disposition-refused',
        'No disposition was accepted for a call; the agent logs off and stops.',
      );
      quit(move, 'disposition-refused', { quiet: true });
      requestWhatIsOwed(move);
    },
  };
}

/** Our clock and the server's agree about the end of a preview within this. */
const PREVIEW_END_MARGIN_MS = 1_000;

/** A preview of which nobody knows that it was placed. */
function isUnplaced({ fromPreview, previewOutcome }: OpenCall): boolean {
  return fromPreview && previewOutcome !== 'placed' && previewOutcome !== 'timed-out';
}

/** Sends the disposition that is due. Called by the chart's moves and when a re-pop proves the call still open. */
export function dispose(move: Move, timings: AgentTimings): void {
  const { call } = move.context;
  if (!call) return;
  patch(move, {
    stage: 'dispositioning',
    deadline: Number.POSITIVE_INFINITY,
    dispositionTries: call.dispositionTries + 1,
    giveUpAt: Math.min(call.giveUpAt, move.now + timings.dispositionMs),
    // What broke before anything was sent breaks no proof.
    unbroken: call.unbroken || call.sent === 'never',
  });
  move.order('step', { do: 'disposition', call: call.pop.interactionId, nth: call.nth, choice: call.choice });
}

/** One second, two, four, at most ten: polite to a server in trouble, and quick enough for the contact's record. */
function pauseBeforeResend(move: Move, timings: AgentTimings): void {
  const tries = move.context.call?.dispositionTries ?? 1;
  const pauseMs = Math.min((timings.retryMs / 2) * 2 ** (tries - 1), 10_000);
  patch(move, { stage: 'redispositioning', deadline: move.now + pauseMs });
}
