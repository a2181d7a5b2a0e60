import type { Pause } from '../context.js';
import { type Move, on } from './move.js';

/** Breaks: ours, asked for and granted, and a person's, which are followed (design §4.1 rules 1 and 7). */
export function breakMoves() {
  return {
    'request the break': on('break.asked', (move, event) => {
      remember(move, event.reason, event.forMs);
      // Where the link to Dialer was lost, it is owed until the log-in is repaired.
      if (move.context.dialer.loggedIn) move.order('pause', { do: 'request-break' });
    }),

    /** It cannot be requested now: it will be, as soon as the agent is itself again. */
    'remember the break': on('break.asked', (move, event) => remember(move, event.reason, event.forMs)),

    'request the break again': (move: Move) => {
      if (move.context.pause?.by === 'us') move.order('pause', { do: 'request-break' });
    },

    'note that the break is pending': (move: Move) => {
      const pause = move.context.pause ?? newPause(move, 'person', 'person', 0);
      move.set({ pause: { ...pause, acknowledged: true } });
    },

    'drop the refused break': (move: Move) => {
      move.problem('agent/break-refused', 'The server refused a break.');
      endBreak(move);
    },

    /** OnBreak: our request is granted, or somebody else put us on break. A break cut by a lost session resumes (rule 7). */
    'begin the break': (move: Move) => begin(move, move.context.pause ?? newPause(move, 'person', 'person', 0)),

    /** A person's status or break is followed, not fought (rule 1). */
    'yield to the person': (move: Move) => {
      move.set({ status: { ...move.context.status, person: true } });
      const { pause } = move.context;
      if (pause?.by === 'us') endBreak(move);
      begin(move, pause?.by === 'person' ? pause : newPause(move, 'person', 'person', 0));
    },

    /** A person's status is left alone, also on our own break. */
    'set the break status': (move: Move) => {
      const { pause, status } = move.context;
      if (pause?.by === 'us' && !status.person && !status.acd) move.order(null, { do: 'set-break-status' });
    },

    'note our break status': (move: Move) => {
      const { pause } = move.context;
      if (pause && !pause.settled) move.set({ pause: { ...pause, settled: true } });
    },

    /** Ending a break is always granted, so nobody waits for the answer (reference §4.10 rule 4). */
    'end the break': (move: Move) => {
      if (move.context.pause?.by === 'us') move.order(null, { do: 'end-break' });
      endBreak(move);
    },

    /** An operator ends it, or withdraws a request that is not granted yet; end-break serves for both (reference §4.5). */
    'end the break early': (move: Move) => {
      const { awaiting, dialer } = move.context;
      if (dialer.loggedIn) move.order(null, { do: 'end-break' });
      endBreak(move);
      move.set({ awaiting: { ...awaiting, pause: 0 } });
    },

    'note the end of the break': (move: Move) => endBreak(move),

    /** A break that Dialer tells of before we were ever Available is left over from before we came: nobody else ends it. */
    'end what was left': (move: Move) => move.order(null, { do: 'end-break' }),
  };
}

/** The break is over, or given up before it began. */
export function endBreak(move: Move): void {
  const { pause } = move.context;
  if (!pause) return;
  move.fact({ kind: pause.until === null ? 'break.dropped' : 'break.ended', reason: pause.reason });
  move.set({ pause: null });
}

function remember(move: Move, reason: string, forMs: number): void {
  move.set({ pause: newPause(move, 'us', reason, forMs) });
  move.fact({ kind: 'break.asked', reason, forMs });
}

function begin(move: Move, pause: Pause): void {
  const until = pause.until ?? (pause.by === 'us' ? move.now + pause.forMs : Number.POSITIVE_INFINITY);
  move.set({ pause: { ...pause, granted: true, acknowledged: true, until } });
  if (pause.until !== null) return;
  move.fact({ kind: 'break.granted', reason: pause.reason, waitSeconds: (move.now - pause.askedAt) / 1_000 });
}

function newPause(move: Move, by: Pause['by'], reason: string, forMs: number): Pause {
  return { by, reason, forMs, until: null, granted: false, acknowledged: false, settled: false, askedAt: move.now };
}
