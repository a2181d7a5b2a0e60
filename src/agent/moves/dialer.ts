import type { AgentContext } from '../context.js';
import type { AgentTimings } from '../timings.js';
import { endBreak } from './break.js';
import { type Move, on } from './move.js';
import { growStatusPause } from './status.js';

/** Where the agent stands with Dialer: the link, the log-in, the campaigns (design §4.1 rules 9 and 10). */
export function dialerMoves(timings: AgentTimings) {
  return {
    'log in to Dialer': (move: Move) => move.order('step', { do: 'log-in' }),

    /** After a lost link. */
    'log in to Dialer again': (move: Move) => move.order('relog', { do: 'log-in' }),

    'note the Dialer log-in': (move: Move) => {
      answered(move, 'relog');
      dialer(move, { loggedIn: true, mayHold: false });
    },

    'note the failed log-in': (move: Move) => answered(move, 'relog'),

    /** What was said to the old link is forgotten; what is still wanted will be asked for again. */
    'note the lost link': (move: Move) => {
      const { call, pause } = move.context;
      dialer(move, { linkUp: false, loggedIn: false, enlisted: false, known: false });
      forgetRequests(move);
      move.set({
        call: call && { ...call, unbroken: false },
        pause: pause && { ...pause, granted: false, acknowledged: false, settled: false },
      });
    },

    'note the link': (move: Move) => {
      dialer(move, { linkUp: true });
      forgetRequests(move);
    },

    'note the campaigns': on('campaigns.changed', (move, event) =>
      dialer(move, {
        known: true,
        fresh: event.fresh,
        joined: event.joined,
        more: move.context.dialer.more || event.fresh.length > 0,
      }),
    ),

    /** Log in to what is offered, then ready-for-calls: again after each further campaign (reference §4.3, §4.4). */
    enlist: (move: Move) => {
      dialer(move, { more: false });
      move.order('enlist', { do: 'enlist' });
    },

    'note the enlisting': on('campaigns.enlisted', (move, event) => {
      answered(move, 'enlist');
      dialer(move, { enlisted: true, joined: event.joined, fresh: [], removed: 'no' });
      move.set({ status: { ...move.context.status, refusals: 0 } });
    }),

    'complain about the enlisting': on('campaigns.enlist-failed', (move, event) => {
      answered(move, 'enlist');
      dialer(move, { more: true });
      move.problem(event.code, 'A campaign could not be joined.');
    }),

    'wait before the next try': (move: Move) => growStatusPause(move, (refusals) => timings.retryMs * 2 ** refusals),

    'note the campaigns left': on('logout.granted', (move, event) => dialer(move, { joined: event.joined })),

    'note the removal': on('campaigns.auto-logout', (move, event) =>
      dialer(move, event.joined === 0 ? { joined: 0, removed: 'from campaigns' } : { joined: event.joined }),
    ),

    /** Out of Dialer without having asked: respected until somebody puts the agent in again (rule 9). */
    'accept the removal': (move: Move) => {
      dialer(move, { removed: 'from Dialer', loggedIn: false, enlisted: false, joined: 0 });
      endBreak(move);
      move.problem('agent/removed', 'The agent was taken out of Dialer by somebody else; it waits to be put in again.');
    },

    /** Put in again: ready-for-calls must be said anew. */
    'note the return': (move: Move) => dialer(move, { removed: 'no', more: true }),

    'warn of no campaign': (move: Move) =>
      move.problem('agent/no-campaign', 'The agent is logged in to Dialer but in no campaign.'),
  };
}

function dialer(move: Move, patch: Partial<AgentContext['dialer']>): void {
  move.set({ dialer: { ...move.context.dialer, ...patch } });
}

function answered(move: Move, slot: 'enlist' | 'relog'): void {
  move.set({ awaiting: { ...move.context.awaiting, [slot]: 0 } });
}

function forgetRequests(move: Move): void {
  move.set({ awaiting: { ...move.context.awaiting, pause: 0, leave: 0, enlist: 0, relog: 0 } });
}
