import type { AgentContext } from '../context.js';
import type { AgentTimings } from '../timings.js';
import { endBreak } from './break.js';
import type { Move } from './move.js';

/** The agent's status: Available set, confirmed or refused, and whose doing another one is (rules 1, 2 and 12). */
export function statusMoves(timings: AgentTimings) {
  return {
    'set Available': (move: Move) => move.order('step', { do: 'set-available' }),

    'note that Available is in force': (move: Move) =>
      status(move, { refusals: 0, person: false, everAvailable: true }),

    /** Three paced tries, then the agent leaves (rule 2). */
    'count the refusal of Available': (move: Move) =>
      growStatusPause(move, (refusals) => timings.retryMs * (refusals + 1)),

    /** A call rang out on us: Available again after a growing, counted pause (rule 1). */
    'count the missed call': (move: Move) => {
      const notAnswering = move.context.status.notAnswering + 1;
      status(move, { notAnswering });
      pauseFor(move, Math.min(timings.retryMs * 2 ** notAnswering, LONGEST_PAUSE_MS));
      move.problem('agent/not-answering', 'CIC set the status ACD - Agent Not Answering.');
    },

    'wait a little': (move: Move) => pauseFor(move, timings.retryMs),

    'note a person at work': (move: Move) => status(move, { person: true }),
    /** The status is ACD again: a break that a person began is over, one that is still to come is not. */
    'note that the person is done': (move: Move) => {
      status(move, { person: false });
      const { pause } = move.context;
      if (pause?.by === 'person' && pause.until !== null) endBreak(move);
    },
    'note the ACD call': (move: Move) => status(move, { acd: true }),
    'note the end of the ACD call': (move: Move) => status(move, { acd: false }),
  };
}

const LONGEST_PAUSE_MS = 60_000;

/** Counts one more refusal, and rests for what `ms` makes of the number of those before it. */
export function growStatusPause(move: Move, ms: (refusalsBefore: number) => number): void {
  const { refusals } = move.context.status;
  status(move, { refusals: refusals + 1 });
  pauseFor(move, Math.min(ms(refusals), LONGEST_PAUSE_MS));
}

/** A longer pause that already runs is not cut short. */
function pauseFor(move: Move, ms: number): void {
  status(move, { resumeAt: Math.max(move.context.status.resumeAt, move.now + ms) });
}

function status(move: Move, patch: Partial<AgentContext['status']>): void {
  move.set({ status: { ...move.context.status, ...patch } });
}
