import type { AgentContext, Pause } from '../context.js';
import type { AgentTimings } from '../timings.js';
import { type Move, on } from './move.js';
import { leaveFor } from './session.js';

/** Where the agent stands with Dialer: campaigns, Available, breaks and the log-off. */
export function standingMoves(timings: AgentTimings) {
  return {
    'note the campaigns': on('campaigns.changed', (move, event) =>
      dialer(move, { known: true, fresh: event.fresh, joined: event.joined }),
    ),

    /** Log in to what is offered, then ready-for-calls (reference §4.3, §4.4). */
    'enlist': (move: Move) => move.order('step', { do: 'enlist' }),

    /** A further campaign, while the agent goes on working: ready-for-calls must be said again. */
    'enlist beside the work': (move: Move) => move.order('enlist', { do: 'enlist' }),

    'note the enlisting': on('campaigns.enlisted', (move, event) => {
      dialer(move, { enlisted: true, joined: event.joined, fresh: [], removed: false });
      status(move, { refusals: 0 });
    }),

    'complain about the enlisting': on('campaigns.enlist-failed', (move, event) =>
      move.problem(event.code, 'A campaign could not be joined.'),
    ),

    'wait before enlisting again': (move: Move) => {
      const refusals = move.context.status.refusals + 1;
      status(move, { refusals });
      pauseFor(move, Math.min(timings.retryMs * 2 ** (refusals - 1), 60_000));
    },

    'note the removal': on('campaigns.auto-logout', (move, event) =>
      dialer(move, { joined: event.joined, removed: event.joined === 0 || move.context.dialer.removed }),
    ),

    'note the campaigns left': on('logout.granted', (move, event) => dialer(move, { joined: event.joined })),

    'note the return': (move: Move) => dialer(move, { removed: false }),

    /** Out of Dialer without having asked: respected until somebody puts the agent in again (rule 9). */
    'accept the removal': (move: Move) => {
      dialer(move, { removed: true, enlisted: false, joined: 0 });
      move.set({ pause: null });
      move.problem('agent/removed', 'The agent was taken out of Dialer by somebody else; it waits to be put in again.');
    },

    'warn of no campaign': (move: Move) =>
      move.problem('agent/no-campaign', 'The agent is logged in to Dialer but in no campaign.'),

    'note the lost link': (move: Move) => {
      const { call, pause } = move.context;
      dialer(move, { linkUp: false, enlisted: false, known: false });
      move.set({
        call: call && { ...call, unbroken: false },
        pause: pause && { ...pause, granted: false, acknowledged: false, settled: false },
      });
    },

    'note the link': (move: Move) => dialer(move, { linkUp: true }),

    'log in to Dialer again': (move: Move) => move.order('relog', { do: 'log-in' }),

    'set Available': (move: Move) => move.order('step', { do: 'set-available' }),

    'note that Available is in force': (move: Move) => {
      const { refusals, notAnswering, person } = move.context.status;
      if (refusals > 0 || person || notAnswering > 0) status(move, { refusals: 0, person: false });
    },

    /** Three paced tries, then the agent leaves (rule 2). */
    'count the refusal of Available': (move: Move) => {
      const refusals = move.context.status.refusals + 1;
      status(move, { refusals });
      pauseFor(move, timings.retryMs * refusals);
    },

    'leave for want of Available': (move: Move) => {
      move.problem('agent/available-refused', 'The server refused the available status three times.');
      quit(move, 'available-refused');
    },

    /** A call rang out on us: Available again after a growing, counted pause (rule 1). */
    'count the missed call': (move: Move) => {
      const notAnswering = move.context.status.notAnswering + 1;
      status(move, { notAnswering });
      pauseFor(move, Math.min(timings.retryMs * 2 ** notAnswering, 60_000));
      move.problem('agent/not-answering', 'CIC set the status ACD - Agent Not Answering.');
    },

    'wait a little': (move: Move) => pauseFor(move, timings.retryMs),

    'note a person at work': (move: Move) => status(move, { person: true }),
    'note that the person is done': (move: Move) => status(move, { person: false }),
    'note the ACD call': (move: Move) => status(move, { acd: true }),
    'note the end of the ACD call': (move: Move) => status(move, { acd: false }),

    // ---- breaks ----
    'request the break': on('break.asked', (move, event) => {
      move.set({ pause: newPause(move, 'us', event.reason, event.forMs) });
      move.fact({ kind: 'break.asked', reason: event.reason });
      move.order('pause', { do: 'request-break' });
    }),

    'request the break again': (move: Move) => move.order('pause', { do: 'request-break' }),

    'forget the break': (move: Move) => move.set({ pause: null }),

    'note that the break is pending': (move: Move) => {
      const pause = move.context.pause ?? newPause(move, 'person', 'person', 0);
      move.set({ pause: { ...pause, acknowledged: true } });
    },

    'drop the refused break': (move: Move) => {
      move.problem('agent/break-refused', 'The server refused a break.');
      move.set({ pause: null });
    },

    /** OnBreak: our request is granted, or somebody else put us on break. A break cut by a lost session resumes (rule 7). */
    'begin the break': (move: Move) => {
      const pause = move.context.pause ?? newPause(move, 'person', 'person', 0);
      if (pause.granted) return;
      move.set({
        pause: {
          ...pause,
          granted: true,
          acknowledged: true,
          until: pause.by === 'us' ? (pause.until ?? move.now + pause.forMs) : null,
        },
      });
      if (pause.until !== null) return;
      move.fact({ kind: 'break.granted', reason: pause.reason, waitSeconds: (move.now - pause.askedAt) / 1_000 });
    },

    /** A person's status or break is followed, not fought (rule 1). */
    'yield to the person': (move: Move) => {
      status(move, { person: true });
      if (move.context.pause?.by === 'person' && move.context.pause.granted) return;
      move.set({ pause: { ...newPause(move, 'person', 'person', 0), granted: true, acknowledged: true } });
      move.fact({ kind: 'break.granted', reason: 'person', waitSeconds: 0 });
    },

    'set the break status': (move: Move) => {
      if (move.context.pause?.by === 'us') move.order(null, { do: 'set-break-status' });
    },

    'note our break status': (move: Move) => {
      const { pause } = move.context;
      if (pause && !pause.settled) move.set({ pause: { ...pause, settled: true } });
    },

    /** Ending a break is always granted, so nobody waits for the answer (reference §4.10 rule 4). */
    'end the break': (move: Move) => {
      if (move.context.pause?.by === 'us') move.order(null, { do: 'end-break' });
      breakOver(move);
    },

    'note the end of the break': (move: Move) => breakOver(move),

    // ---- log-off ----
    'request the log-off': on('logoff.asked', (move, event) => askToLeave(move, event.reason, event.forGood)),

    'request the log-off again': (move: Move) => requestLogOff(move),

    /** Asked while there is no Dialer session to leave: remembered for after the next log-in (rule 7). */
    'remember the log-off': on('logoff.asked', (move, event) => {
      move.set({ leave: leaveFor(move, event.reason, event.forGood) });
      move.fact({ kind: 'logoff.asked', reason: event.reason });
    }),

    'leave the lost station': (move: Move) => {
      move.problem('agent/station-lost', 'The station was taken or lost; the agent logs off and does not steal it back.');
      quit(move, 'station-lost');
    },

    'note the grant': (move: Move) => {
      const { leave } = move.context;
      if (!leave || leave.granted) return;
      move.set({ leave: { ...leave, granted: true } });
      move.fact({ kind: 'logoff.granted', waitSeconds: (move.now - leave.askedAt) / 1_000 });
    },

    'leave without a grant': (move: Move) =>
      move.problem('agent/logoff-not-granted', 'Dialer did not grant the log-off; the agent leaves without it.'),
  };
}

function dialer(move: Move, patch: Partial<AgentContext['dialer']>): void {
  move.set({ dialer: { ...move.context.dialer, ...patch } });
}

function status(move: Move, patch: Partial<AgentContext['status']>): void {
  move.set({ status: { ...move.context.status, ...patch } });
}

function pauseFor(move: Move, ms: number): void {
  status(move, { resumeAt: move.now + ms });
}

function newPause(move: Move, by: Pause['by'], reason: string, forMs: number): Pause {
  return { by, reason, forMs, until: null, granted: false, acknowledged: false, settled: false, askedAt: move.now };
}

function breakOver(move: Move): void {
  const { pause } = move.context;
  if (pause?.granted) move.fact({ kind: 'break.ended', reason: pause.reason });
  move.set({ pause: null });
}

/** Requests the log-off now, which is before any disposition still to come (reference §4.10 rule 8). */
export function askToLeave(move: Move, reason: string, forGood: boolean): void {
  if (!move.context.leave) move.fact({ kind: 'logoff.asked', reason });
  breakOver(move);
  move.set({ leave: leaveFor(move, reason, forGood) });
  requestLogOff(move);
}

/** Leaves and does not come back, for a reason that a person must look at. */
export function quit(move: Move, reason: string): void {
  askToLeave(move, reason, true);
  move.fact({ kind: 'stopped', reason, forGood: true });
}

function requestLogOff(move: Move): void {
  const { leave } = move.context;
  if (leave) move.set({ leave: { ...leave, tries: leave.tries + 1 } });
  move.order('leave', { do: 'log-off' });
}
