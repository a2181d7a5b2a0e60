import type { AgentTimings } from '../timings.js';
import { closeCall, dispose, patch } from './call.js';
import { type Move, on } from './move.js';
import { quit } from './standing.js';

/** The end of a call: its disposition, sent so that exactly one is accepted (rules 5 and 6). */
export function dispositionMoves(timings: AgentTimings) {
  return {
    'send the disposition': (move: Move) => dispose(move, timings),

    'close as accepted': on('call.disposition-answered', (move, event) => {
      patch(move, { label: event.label });
      closeCall(move, 'accepted', 'answer');
    }),

    /** 404: no call to disposition. To a first send that is the truth; to a re-send it means that the first one arrived. */
    'close as gone': (move: Move) => {
      const { call } = move.context;
      if (!call) return;
      if (call.sent === 'never') closeCall(move, 'void', 'not-found');
      else if (call.unbroken) closeCall(move, 'accepted', 'resend-404');
      else closeCall(move, 'unknown', 'not-found-after-a-break');
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

    /** Dialer has given the next call already: for it, this one is over (reference §6.9). */
    'close as superseded': (move: Move) => closeCall(move, 'void', 'agent-received-a-new-call'),

    'close as not popped again': (move: Move) => closeCall(move, 'unknown', 'no-re-pop'),

    /** Rule 6: never Available over a call that has no disposition; hang up, log off, stop this agent. */
    'fail the call': (move: Move) => {
      const { call } = move.context;
      if (!call) return;
      if (!call.endedBy) move.order(null, { do: 'disconnect', call: call.pop.interactionId });
      closeCall(move, 'failed', 'refused');
      move.problem('agent/disposition-refused', 'No disposition was accepted for a call; the agent logs off and stops.');
      quit(move, 'disposition-refused');
      const { leave } = move.context;
      if (leave) move.set({ leave: { ...leave, quiet: true } });
    },
  };
}

/** One second, two, four, at most ten: polite to a server in trouble, and quick enough for the contact's record. */
function pauseBeforeResend(move: Move, timings: AgentTimings): void {
  const tries = move.context.call?.dispositionTries ?? 1;
  patch(move, { deadline: move.now + Math.min((timings.retryMs / 2) * 2 ** (tries - 1), 10_000) });
}
