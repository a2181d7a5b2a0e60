import { and, not, or } from 'xstate';
import type { Clock } from '../base/clock.js';
import { answers, besidesTheCall, callHandling } from './call-handling.js';
import { type AgentTimings, DEFAULT_TIMINGS } from './timings.js';
import { birth, vocabulary } from './vocabulary.js';

const isAwaited = answers('step');
const acdAgain = { type: 'the status is', params: 'acd' } as const;

/** The clock of a process is one, so its chart is built once and shared by all agents. */
export type AgentChart = ReturnType<typeof agentChart>;

/**
 * The statechart of one agent: the seven states of design §4 and what leads from one to another. It is total: an event
 * without a transition changes nothing. Names of guards and moves are read aloud; their meaning is in `vocabulary.ts`.
 */
export function agentChart(clock: Clock, timings: AgentTimings = DEFAULT_TIMINGS) {
  const words = vocabulary(clock, timings);

  /** A pop wherever no call is open begins one; while one is open from before a lost session, it may take that up. */
  const pops = (parent: '#on-call' | '#logoff-pending' = '#on-call') =>
    [
      { guard: 'the same call', target: `${parent}.entering`, actions: 'take up the call' },
      { guard: 'a call is open', target: `${parent}.entering`, actions: 'void the open call and take the pop' },
      { target: `${parent}.entering`, actions: 'take the pop' },
    ] as const;

  /** Put on break by somebody else: followed, not fought (rule 1). */
  const broughtToBreak = [
    { guard: and(['a call is open', 'it is on break']), actions: 'begin the break' },
    { guard: 'it is on break', target: '#on-break', actions: 'begin the break' },
    { guard: 'the break is pending', target: '#break-pending.idle', actions: 'note that the break is pending' },
  ] as const;
  const personActs = {
    guard: { type: 'the status is', params: 'person' },
    target: '#on-break',
    actions: 'yield to the person',
  } as const;

  /** What every state inside Dialer without an open call has in common. */
  const atWork = {
    'call.popped': pops(),
    'logoff.asked': [
      { guard: 'a call is open', actions: 'remember the log-off' },
      { target: '#logoff-pending.idle', actions: 'request the log-off' },
    ],
    'station.lost': { target: '#logoff-pending.idle', actions: 'leave the lost station' },
    'logout.granted': [
      { guard: 'out of Dialer altogether', target: '#removed', actions: 'accept the removal' },
      { actions: 'note the campaigns left' },
    ],
    'link.down': { target: '#logged-in.unlinked', actions: 'note the lost link' },
  } as const;

  return words.createMachine({
    id: 'agent',
    context: birth,
    initial: 'logged-out',
    on: {
      'session.lost': [
        { guard: 'it may come back', target: '#waiting', actions: ['lose the session', 'come back'] },
        { guard: 'a call is open', target: '#stopped', actions: ['close as unknown', 'lose the session'] },
        { guard: not('it leaves for good'), target: '#offline', actions: ['lose the session', 'rest'] },
        { target: '#stopped', actions: 'lose the session' },
      ],
      'campaigns.changed': [
        { guard: 'campaigns are offered', actions: ['note the campaigns', 'enlist beside the work'] },
        { actions: 'note the campaigns' },
      ],
      'campaigns.auto-login': { actions: ['note the return', 'enlist beside the work'] },
      'campaigns.auto-logout': { actions: 'note the removal' },
      'campaigns.enlisted': { guard: answers('enlist'), actions: 'note the enlisting' },
      'campaigns.enlist-failed': { guard: answers('enlist'), actions: 'complain about the enlisting' },
      'link.down': { actions: 'note the lost link' },
      'link.up': { actions: ['note the link', 'log in to Dialer again'] },
      'dialer.logged-in': { guard: answers('relog'), actions: 'enlist beside the work' },
      'acd.began': { actions: 'note the ACD call' },
      'acd.ended': { actions: 'note the end of the ACD call' },
      cut: { target: '#leaving', actions: 'cut everything short' },
    },
    states: {
      /** Not in Dialer: off shift, on the way in, on the way out, or waiting for better times. */
      'logged-out': {
        id: 'logged-out',
        initial: 'offline',
        on: {
          'campaigns.changed': { actions: 'note the campaigns' },
          'campaigns.auto-login': { actions: 'note the return' },
          'link.down': {},
          'link.up': {},
        },
        states: {
          offline: {
            id: 'offline',
            on: {
              'shift.began': { target: 'waiting', actions: 'ask for a turn' },
              'logoff.asked': { guard: 'it leaves for good', target: 'stopped' },
              cut: { target: 'stopped' },
            },
          },
          waiting: {
            id: 'waiting',
            on: {
              'turn.granted': { target: 'connecting.opening', actions: 'open the session' },
              'logoff.asked': [
                { guard: 'a call is open', actions: 'remember the log-off' },
                { guard: 'it leaves for good', target: 'stopped', actions: 'give the turn back' },
                { target: 'offline', actions: ['give the turn back', 'rest'] },
              ],
            },
          },
          connecting: {
            initial: 'opening',
            on: {
              'logoff.asked': [
                { guard: 'a call is open', actions: 'remember the log-off' },
                { target: 'leaving', actions: ['remember the log-off', 'close the session'] },
              ],
              'call.popped': pops(),
            },
            states: {
              opening: {
                on: {
                  'session.opened': { guard: isAwaited, target: 'preparing', actions: 'prepare the session' },
                  'session.refused': { guard: isAwaited, target: '#stopped', actions: 'give up for good' },
                  'session.unreached': { guard: isAwaited, target: '#waiting', actions: 'queue up again' },
                },
              },
              preparing: {
                on: {
                  'session.prepared': [
                    { guard: and([isAwaited, 'it was removed']), target: '#removed' },
                    { guard: isAwaited, target: 'logging-in', actions: 'log in to Dialer' },
                  ],
                  'session.unprepared': [
                    {
                      guard: and([isAwaited, 'it is final']),
                      target: '#leaving',
                      actions: ['give up for good', 'close the session'],
                    },
                    { guard: isAwaited, target: '#waiting', actions: 'fall back' },
                  ],
                },
              },
              'logging-in': {
                id: 'logging-in',
                on: {
                  'dialer.logged-in': { guard: isAwaited, target: '#logged-in' },
                  'dialer.log-in-failed': [
                    {
                      guard: and([isAwaited, 'it is final']),
                      target: '#leaving',
                      actions: ['give up for good', 'close the session'],
                    },
                    { guard: isAwaited, target: '#waiting', actions: 'fall back' },
                  ],
                },
              },
            },
          },
          /** Taken out of Dialer by others: the session lives and listens until somebody puts the agent in again (rule 9). */
          removed: {
            id: 'removed',
            on: {
              'campaigns.changed': [
                {
                  guard: 'campaigns are offered',
                  target: '#logging-in',
                  actions: ['note the campaigns', 'note the return', 'log in to Dialer'],
                },
                { actions: 'note the campaigns' },
              ],
              'campaigns.auto-login': { target: '#logging-in', actions: ['note the return', 'log in to Dialer'] },
              'shift.began': { target: '#logging-in', actions: ['note the return', 'log in to Dialer'] },
              'call.popped': pops(),
              'logoff.asked': { target: 'parting', actions: ['remember the log-off', 'say farewell'] },
              'station.lost': { target: 'parting', actions: ['leave the lost station', 'say farewell'] },
            },
          },
          /** The log-off is granted. A pop that still comes is handled before the session is deleted (rule 3). */
          parting: {
            id: 'parting',
            on: {
              'session.farewell-said': { guard: isAwaited, target: 'leaving', actions: 'close the session' },
              'call.popped': pops('#logoff-pending'),
            },
          },
          leaving: {
            id: 'leaving',
            on: {
              'session.closed': [
                { guard: and([isAwaited, 'it leaves for good']), target: 'stopped' },
                { guard: isAwaited, target: 'offline', actions: 'rest' },
              ],
              'session.lost': [
                { guard: 'it leaves for good', target: 'stopped' },
                { target: 'offline', actions: 'rest' },
              ],
              'logoff.asked': { actions: 'remember the log-off' },
              cut: {},
            },
          },
          stopped: { id: 'stopped', type: 'final' },
        },
      },

      /** The Dialer log-in is accepted; calls cannot come yet. */
      'logged-in': {
        id: 'logged-in',
        initial: 'settling',
        on: {
          ...atWork,
          'break.asked': {
            guard: not('a call is open'),
            target: '#break-pending.idle',
            actions: 'request the break',
          },
          'break.status': broughtToBreak,
        },
        states: {
          /** What is still missing before the agent can be ready? */
          settling: {
            always: [
              { guard: 'the link is down', target: 'unlinked' },
              { guard: and([not('a call is open'), 'a log-off was asked for']), target: '#logoff-pending.rejoining' },
              { guard: 'there is no campaign to join', target: 'no-campaign' },
              { guard: and(['it is not enlisted', 'the campaigns are known']), target: 'enlisting', actions: 'enlist' },
              { guard: 'it is not enlisted', target: 'choosing' },
              { guard: 'a call is open', target: 'recovering' },
              {
                guard: and(['a break is wanted', 'the break is ours']),
                target: '#break-pending.idle',
                actions: 'request the break again',
              },
              { guard: or(['a break is wanted', 'a person set the status']), target: 'deferring' },
              { target: 'availing', actions: 'set Available' },
            ],
          },
          choosing: {
            on: {
              'campaigns.changed': { target: 'settling', actions: 'note the campaigns' },
            },
            after: { 'campaigns do not come': { target: 'enlisting', actions: 'enlist' } },
          },
          enlisting: {
            on: {
              'campaigns.enlisted': { guard: isAwaited, target: 'settling', actions: 'note the enlisting' },
              'campaigns.enlist-failed': [
                {
                  guard: and([isAwaited, 'it is final']),
                  target: '#leaving',
                  actions: ['give up for good', 'close the session'],
                },
                {
                  guard: isAwaited,
                  target: 'resting',
                  actions: ['complain about the enlisting', 'wait before enlisting again'],
                },
              ],
            },
          },
          'no-campaign': {
            on: {
              'campaigns.changed': [
                { guard: 'campaigns are left', target: 'settling', actions: 'note the campaigns' },
                { actions: 'note the campaigns' },
              ],
              'campaigns.auto-login': { target: 'enlisting', actions: ['note the return', 'enlist'] },
            },
            after: { 'nothing is offered': { actions: 'warn of no campaign' } },
          },
          /** A call is open from before a lost session: its pop may come again (rules 5 and 7). */
          recovering: {
            after: {
              'no pop comes again': [
                { guard: 'it never left', target: '#on-call.entering', actions: 'send what never left' },
                { target: 'settling', actions: 'close as not popped again' },
              ],
            },
          },
          availing: {
            on: {
              'available.confirmed': { guard: isAwaited, target: '#ready', actions: 'note that Available is in force' },
              'available.refused': [
                {
                  guard: and([isAwaited, 'Available was refused thrice']),
                  target: '#logoff-pending.idle',
                  actions: 'leave for want of Available',
                },
                { guard: isAwaited, target: 'resting', actions: 'count the refusal of Available' },
              ],
              'status.seen': personActs,
            },
          },
          /** A pause before the next try. */
          resting: {
            on: {
              'status.seen': [
                personActs,
                {
                  guard: and([acdAgain, not('it is not enlisted')]),
                  target: '#ready',
                  actions: 'note that Available is in force',
                },
              ],
            },
            after: { 'the pause ends': 'settling' },
          },
          /** A person's status is in force: Available is not ours to set. */
          deferring: {
            on: {
              'status.seen': {
                guard: acdAgain,
                target: '#ready',
                actions: ['note the end of the break', 'note that Available is in force'],
              },
              'break.status': [
                ...broughtToBreak,
                {
                  guard: 'the break is withdrawn',
                  target: 'settling',
                  actions: ['note the end of the break', 'note that the person is done'],
                },
              ],
            },
          },
          /** The Dialer server is out of reach: nothing can be asked of it. */
          unlinked: {
            on: {
              'link.up': { target: 'relinking', actions: ['note the link', 'log in to Dialer'] },
              'link.down': {},
            },
          },
          relinking: {
            on: {
              'dialer.logged-in': { guard: isAwaited, target: 'settling' },
              'dialer.log-in-failed': [
                {
                  guard: and([isAwaited, 'it is final']),
                  target: '#leaving',
                  actions: ['give up for good', 'close the session'],
                },
                { guard: isAwaited, target: '#waiting', actions: 'fall back' },
              ],
            },
          },
        },
      },

      /** In at least one campaign, ready for calls, Available: waiting for a pop. */
      ready: {
        id: 'ready',
        initial: 'choosing',
        on: {
          ...atWork,
          'break.asked': { target: '#break-pending.idle', actions: 'request the break' },
          'break.status': broughtToBreak,
          'campaigns.changed': [
            { guard: 'campaigns are offered', actions: ['note the campaigns', 'enlist beside the work'] },
            { guard: 'campaigns are left', actions: 'note the campaigns' },
            { target: '#logged-in', actions: 'note the campaigns' },
          ],
          'campaigns.auto-logout': [
            { guard: 'campaigns are left', actions: 'note the removal' },
            { target: '#logged-in', actions: 'note the removal' },
          ],
          'logout.granted': [
            { guard: 'out of Dialer altogether', target: '#removed', actions: 'accept the removal' },
            { guard: 'campaigns are left', actions: 'note the campaigns left' },
            { target: '#logged-in', actions: 'note the campaigns left' },
          ],
        },
        states: {
          choosing: { always: [{ guard: 'an ACD call is live', target: 'busy-acd' }, { target: 'idle' }] },
          idle: {
            on: {
              'acd.began': { target: 'busy-acd', actions: 'note the ACD call' },
              'status.seen': [
                personActs,
                {
                  guard: { type: 'the status is', params: 'not-answering' },
                  target: '#logged-in.resting',
                  actions: 'count the missed call',
                },
                {
                  guard: { type: 'the status is', params: 'follow-up' },
                  target: '#logged-in.resting',
                  actions: 'wait a little',
                },
              ],
            },
          },
          /** An ACD interaction is live: it is left alone, and so is the status (rule 12). */
          'busy-acd': {
            on: { 'acd.ended': { target: '#logged-in.resting', actions: ['note the end of the ACD call', 'wait a little'] } },
          },
        },
      },

      /** A pop is open until its disposition is accepted or known to be void. */
      'on-call': {
        id: 'on-call',
        initial: 'entering',
        on: besidesTheCall,
        states: callHandling(words, 'on-call'),
      },

      /** A break was requested and is not granted yet; calls may still come. */
      'break-pending': {
        id: 'break-pending',
        initial: 'idle',
        on: { ...besidesTheCall, 'call.popped': { target: '.entering', actions: 'take the pop' } },
        states: {
          ...callHandling(words, 'break-pending'),
          /** The grant may be on its way already; only then Available, so that a call already dialled can arrive (rule 2). */
          lingering: {
            on: waitingForTheBreak(),
            after: { 'no grant comes at once': { target: 'idle', actions: 'set Available' } },
          },
          idle: {
            on: waitingForTheBreak(),
            after: {
              'nobody grants the break': { target: 'idle', reenter: true, actions: 'request the break again' },
            },
          },
        },
      },

      /** The break is granted: the break status is set, and its end awaited. */
      'on-break': {
        id: 'on-break',
        on: {
          ...atWork,
          'break.status': {
            guard: 'the break is withdrawn',
            target: '#logged-in',
            actions: 'note the end of the break',
          },
          'status.seen': [
            { guard: { type: 'the status is', params: 'ours' }, actions: 'note our break status' },
            {
              guard: and([acdAgain, 'the break is under way', not('it is not enlisted')]),
              target: '#ready',
              actions: ['note the end of the break', 'note that Available is in force'],
            },
          ],
        },
        after: { 'the break ends': [{ guard: 'the break is ours', target: '#logged-in', actions: 'end the break' }] },
      },

      /** A log-off was requested and is not granted yet; calls already dialled may still come. */
      'logoff-pending': {
        id: 'logoff-pending',
        initial: 'idle',
        on: {
          ...besidesTheCall,
          'call.popped': { target: '.entering', actions: 'take the pop' },
          'logoff.asked': { actions: 'remember the log-off' },
        },
        states: {
          ...callHandling(words, 'logoff-pending'),
          /** After a new log-in with a log-off still owed (rule 7). */
          rejoining: { always: { target: 'idle', actions: 'request the log-off again' } },
          lingering: {
            on: waitingForTheGrant(),
            after: { 'no grant comes at once': { target: 'idle', actions: 'set Available' } },
          },
          idle: {
            on: waitingForTheGrant(),
            after: {
              'nobody grants the log-off': [
                {
                  guard: 'the log-off was requested thrice',
                  target: '#parting',
                  actions: ['leave without a grant', 'say farewell'],
                },
                { target: 'idle', reenter: true, actions: 'request the log-off again' },
              ],
            },
          },
        },
      },
    },
  });

  function waitingForTheBreak() {
    return {
      'break.status': [
        { guard: 'it is on break', target: '#on-break', actions: ['begin the break', 'set the break status'] },
        { guard: 'the break is withdrawn', target: '#logged-in', actions: 'forget the break' },
      ],
      'break.answered': {
        guard: answers('pause', 'refused', 'forbidden', 'gone'),
        target: '#logged-in',
        actions: 'drop the refused break',
      },
      'status.seen': personActs,
      'logoff.asked': { target: '#logoff-pending.idle', actions: 'request the log-off' },
      'station.lost': { target: '#logoff-pending.idle', actions: 'leave the lost station' },
      'logout.granted': atWork['logout.granted'],
      'link.down': { target: '#logged-in.unlinked', actions: 'note the lost link' },
    } as const;
  }

  function waitingForTheGrant() {
    return {
      'logout.granted': [
        { guard: 'out of Dialer altogether', target: '#parting', actions: ['note the grant', 'say farewell'] },
        { actions: 'note the campaigns left' },
      ],
      /** Dialer does not know the agent any more: there is nothing left to be granted. */
      'logoff.answered': {
        guard: answers('leave', 'refused', 'forbidden', 'gone'),
        target: '#parting',
        actions: 'say farewell',
      },
    } as const;
  }
}
