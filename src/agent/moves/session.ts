import { afterSessionLoss, NOTHING_AWAITED } from '../context.js';
import type { AgentTimings } from '../timings.js';
import { endBreak } from './break.js';
import { closeAll } from './call.js';
import { leaveFor, stopFor } from './log-off.js';
import { type Move, on } from './move.js';
import { takeWaitingPop } from './pop.js';

/** Getting a session, losing it, and leaving it. */
export function sessionMoves(timings: AgentTimings) {
  /** The call, the break and a pending log-off outlive the session; a pop that waits becomes the open call (rule 7). */
  const lose = (move: Move, why: string): void => {
    move.set({ ...afterSessionLoss(move.context), setback: why });
    move.order(null, { do: 'close-session' });
    const { call, nextPop } = move.context;
    if (nextPop && nextPop.interactionId === call?.pop.interactionId) move.set({ nextPop: null });
    takeWaitingPop(move, timings);
  };

  return {
    'ask for a turn': (move: Move) => move.order(null, { do: 'take-turn', after: move.context.setback }),

    'open the session': (move: Move) => {
      move.set({ setback: null });
      move.order('step', { do: 'open-session' });
    },

    'prepare the session': (move: Move) => move.order('step', { do: 'prepare-session' }),

    /** The step failed for now: remember why, drop the session and queue up again. */
    'fall back': (move: Move, event: { type: string; code?: string }) => lose(move, event.code ?? 'failed'),

    /** The host could not be reached or would not have us: no session to drop. */
    'note that no host had us': on('session.unreached', (move, event) => move.set({ setback: event.code })),

    /** Refused for good: nobody tries these credentials, this licence, this configuration again. */
    'give up for good': (move: Move, event: { type: string; code?: string }) => {
      const reason = event.code ?? 'refused';
      closeAll(move, 'gave-up');
      stopFor(move, reason);
      move.set({ setback: reason });
    },

    'lose the session': on('session.lost', (move, event) => {
      if (!event.again) {
        closeAll(move, 'session-lost');
        stopFor(move, event.reason);
      }
      lose(move, event.reason);
    }),

    'note that it comes back': (move: Move) => move.fact({ kind: 'reconnect', reason: move.context.setback ?? 'lost' }),

    'give the turn back': (move: Move) => move.order(null, { do: 'give-up-turn' }),

    'say farewell': (move: Move) => move.order('step', { do: 'say-farewell' }),

    'close the session': (move: Move) => {
      move.set({ awaiting: NOTHING_AWAITED });
      move.order('step', { do: 'close-session' });
    },

    /** Off shift: the next shift begins with a clean sheet. */
    rest: (move: Move) => {
      endBreak(move);
      move.set({ ...afterSessionLoss(move.context), leave: null, setback: null });
      move.set({ dialer: { ...move.context.dialer, removed: 'no', mayHold: false } });
    },

    /** The drain ran out of time: what is open is recorded as it stands. */
    'cut everything short': (move: Move) => {
      closeAll(move, 'cut');
      endBreak(move);
      move.set({ leave: leaveFor(move, 'cut', true), awaiting: NOTHING_AWAITED });
      move.order('step', { do: 'close-session' });
    },
  };
}
