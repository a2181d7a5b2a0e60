import { afterSessionLoss, NOTHING_AWAITED } from '../context.js';
import type { AgentTimings } from '../timings.js';
import { type Move, on } from './move.js';

/** Getting a session, losing it, and leaving it. */
export function sessionMoves(_timings: AgentTimings) {
  return {
    'ask for a turn': (move: Move) => move.order(null, { do: 'take-turn', after: move.context.setback }),

    'open the session': (move: Move) => {
      move.set({ setback: null });
      move.order('step', { do: 'open-session' });
    },

    'prepare the session': (move: Move) => move.order('step', { do: 'prepare-session' }),

    'log in to Dialer': (move: Move) => move.order('step', { do: 'log-in' }),

    /** The step failed for now: remember why, drop the session and queue up again. */
    'fall back': (move: Move, event: { type: string; code?: string }) => {
      move.set({ setback: event.code ?? 'failed', ...afterSessionLoss(move.context) });
      move.order(null, { do: 'close-session' });
      move.order(null, { do: 'take-turn', after: move.context.setback });
    },

    /** The host could not be reached or would not have us: no session to drop. */
    'queue up again': on('session.unreached', (move, event) => {
      move.set({ setback: event.code });
      move.order(null, { do: 'take-turn', after: event.code });
    }),

    /** Refused for good: nobody tries these credentials, this licence, this configuration again. */
    'give up for good': (move: Move, event: { type: string; code?: string }) => {
      const reason = event.code ?? 'refused';
      move.set({ leave: leaveFor(move, reason, true), setback: reason });
      move.fact({ kind: 'stopped', reason, forGood: true });
    },

    /** The session is gone; the call, the break and a pending log-off stay (rule 7). */
    'lose the session': on('session.lost', (move, event) => {
      move.set({ ...afterSessionLoss(move.context), setback: event.reason });
      move.order(null, { do: 'close-session' });
      if (!event.again) {
        move.set({ leave: leaveFor(move, event.reason, true) });
        move.fact({ kind: 'stopped', reason: event.reason, forGood: true });
      }
    }),

    'come back': (move: Move) => {
      move.fact({ kind: 'reconnect', reason: move.context.setback ?? 'lost' });
      move.order(null, { do: 'take-turn', after: move.context.setback });
    },

    'give the turn back': (move: Move) => move.order(null, { do: 'give-up-turn' }),

    'say farewell': (move: Move) => move.order('step', { do: 'say-farewell' }),

    'close the session': (move: Move) => {
      move.set({ awaiting: NOTHING_AWAITED });
      move.order('step', { do: 'close-session' });
    },

    /** Off shift: the next shift begins with a clean sheet. */
    'rest': (move: Move) => {
      move.set({ ...afterSessionLoss(move.context), leave: null, pause: null, setback: null });
      move.set({ dialer: { ...move.context.dialer, removed: false } });
    },

    /** The drain ran out of time: what is open is recorded as it stands. */
    'cut everything short': (move: Move) => {
      const { call } = move.context;
      if (call) {
        move.fact({
          kind: 'call.closed',
          call: { ...refOf(call.pop) },
          label: call.label,
          result: 'unknown',
          basis: 'cut',
          seconds: (move.now - call.poppedAt) / 1_000,
        });
      }
      move.set({ call: null, nextPop: null, pause: null, leave: leaveFor(move, 'cut', true), awaiting: NOTHING_AWAITED });
      move.order('step', { do: 'close-session' });
    },
  };
}

/** A call as records name it. */
export function refOf(pop: { interactionId: string; campaignId: string; campaign: string; kind: string }) {
  return { interactionId: pop.interactionId, campaignId: pop.campaignId, campaign: pop.campaign, kind: pop.kind };
}

/** A log-off for `reason`; the time of an earlier request is kept. */
export function leaveFor(move: Move, reason: string, forGood: boolean) {
  const earlier = move.context.leave;
  return {
    reason,
    forGood,
    granted: earlier?.granted ?? false,
    askedAt: earlier?.askedAt ?? move.now,
    tries: earlier?.tries ?? 0,
    quiet: earlier?.quiet ?? false,
  };
}
