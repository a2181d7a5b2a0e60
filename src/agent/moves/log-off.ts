import type { Leave } from '../context.js';
import { endBreak } from './break.js';
import { type Move, on } from './move.js';

/** Leaving Dialer: asked for, requested, granted (design §4.1 rule 8). */
export function logOffMoves() {
  return {
    /** Asked for and requested now, which is before any disposition still to come (reference §4.10 rule 8). */
    'request the log-off': on('logoff.asked', (move, event) => {
      remember(move, event.reason, event.forGood);
      requestLogOff(move);
    }),

    'request the log-off again': (move: Move) => requestLogOff(move),

    /** What was asked for and not yet requested on this Dialer session: a log-off, else a break (rule 7). */
    'request what is owed': (move: Move) => requestWhatIsOwed(move),

    /** There is no Dialer session to leave, or it is being left already. */
    'remember the log-off': on('logoff.asked', (move, event) => remember(move, event.reason, event.forGood)),

    'leave the lost station': (move: Move) => {
      move.problem(
        'agent/station-lost',
        'The station was taken or lost; the agent logs off and does not steal it back.',
      );
      quit(move, 'station-lost');
    },

    'leave for want of Available': (move: Move) => {
      move.problem('agent/available-refused', 'The server refused the available status three times.');
      quit(move, 'available-refused');
    },

    'note the grant': (move: Move) => {
      const { leave } = move.context;
      if (!leave || leave.granted) return;
      move.set({ leave: { ...leave, granted: true } });
      move.fact({ kind: 'logoff.granted', waitSeconds: (move.now - leave.askedAt) / 1_000 });
    },

    'leave without a grant': (move: Move) =>
      move.problem('agent/logoff-not-granted', 'Dialer did not grant the log-off; the agent leaves without it.'),

    /** A shift began while the agent is still leaving: it comes back afterwards, unless it leaves for good. */
    'note the shift': (move: Move) => {
      const { leave } = move.context;
      if (leave) move.set({ leave: { ...leave, back: true } });
    },

    /** The drain ran out while the session was being closed already. */
    'note the cut': (move: Move) => move.set({ leave: leaveFor(move, 'cut', true) }),
  };
}

/** A log-off for `reason`. Of an earlier one the time is kept, and that it is for good. */
export function leaveFor(move: Move, reason: string, forGood: boolean): Leave {
  const earlier = move.context.leave;
  return {
    reason,
    forGood: forGood || earlier?.forGood === true,
    granted: earlier?.granted ?? false,
    askedAt: earlier?.askedAt ?? move.now,
    tries: earlier?.tries ?? 0,
    quiet: earlier?.quiet ?? false,
    told: earlier?.told ?? false,
    back: false,
  };
}

/** Leaves and does not come back, for a reason that a person must look at. */
export function quit(move: Move, reason: string, { quiet = false } = {}): void {
  if (!move.context.leave) move.fact({ kind: 'logoff.asked', reason, forGood: true });
  stopFor(move, reason);
  const { leave } = move.context;
  if (leave && quiet) move.set({ leave: { ...leave, quiet } });
}

/** Nothing is left to ask Dialer for: the agent will not come back, and says why, once. */
export function stopFor(move: Move, reason: string): void {
  const wasTold = move.context.leave?.told === true;
  endBreak(move);
  move.set({ leave: { ...leaveFor(move, reason, true), told: true } });
  if (!wasTold) move.fact({ kind: 'stopped', reason, forGood: true });
}

export function requestWhatIsOwed(move: Move): void {
  const { leave, pause, awaiting, dialer } = move.context;
  if (leave) {
    if (awaiting.leave === 0) requestLogOff(move);
  } else if (dialer.loggedIn && pause?.by === 'us' && !pause.granted && awaiting.pause === 0) {
    move.order('pause', { do: 'request-break' });
  }
}

/** A log-off ends a break, asked for or granted (rule 8). */
function remember(move: Move, reason: string, forGood: boolean): void {
  if (!move.context.leave) move.fact({ kind: 'logoff.asked', reason, forGood });
  endBreak(move);
  move.set({ leave: leaveFor(move, reason, forGood) });
}

function requestLogOff(move: Move): void {
  const { leave } = move.context;
  if (leave) move.set({ leave: { ...leave, tries: leave.tries + 1 } });
  move.order('leave', { do: 'log-off' });
}
