import { and } from 'xstate';
import { isAwaited } from './answer.js';
import { takesThePop } from './at-work.js';
import type { Vocabulary } from './vocabulary.js';

/** Not in Dialer: off shift, on the way in, on the way out, or waiting for better times. */
export function loggedOut(words: Vocabulary) {
  return words.createStateConfig({
    id: 'logged-out',
    initial: 'offline',
    on: {
      'campaigns.changed': { actions: 'note the campaigns' },
      'campaigns.auto-login': { actions: 'note the return' },
      'link.down': {},
      'link.up': {},
    },
    states: {
      offline: words.createStateConfig({
        id: 'offline',
        on: {
          'shift.began': { target: 'waiting', actions: 'ask for a turn' },
          'login.asked': { target: 'waiting', actions: 'ask for a turn' },
          'logoff.asked': { guard: 'it leaves for good', target: 'stopped' },
          'session.lost': {},
          cut: { target: 'stopped' },
        },
      }),
      waiting: words.createStateConfig({
        id: 'waiting',
        on: {
          'turn.granted': { target: 'connecting.opening', actions: 'open the session' },
          'logoff.asked': [
            {
              guard: 'a call may be held for it',
              target: 'waiting',
              reenter: true,
              actions: ['remember the log-off', 'ask for a turn'],
            },
            { guard: 'it leaves for good', target: 'stopped', actions: 'give the turn back' },
            { target: 'offline', actions: ['give the turn back', 'rest'] },
          ],
          'session.lost': {},
        },
        after: {
          'it is too late to look for a call': [
            { guard: 'it leaves for good', target: 'stopped', actions: 'give the turn back' },
            { target: 'offline', actions: ['give the turn back', 'rest'] },
          ],
        },
      }),
      connecting: connecting(words),
      removed: removed(words),
      parting: parting(words),
      leaving: leaving(words),
      stopped: { id: 'stopped', type: 'final' },
    },
  });
}

function connecting(words: Vocabulary) {
  const keepsTheSession = {
    guard: and([isAwaited, 'the session is worth keeping']),
    target: 'retrying',
    actions: 'wait before the next try',
  } as const;
  return words.createStateConfig({
    initial: 'opening',
    on: {
      'logoff.asked': [
        { guard: 'a call may be held for it', actions: 'remember the log-off' },
        { target: 'leaving', actions: ['remember the log-off', 'close the session'] },
      ],
      'call.popped': { actions: 'let the pop wait' },
      /** Messages may overtake the answer to the log-in (reference §4.3). */
      'break.status': [
        { guard: 'a break is left from before', actions: 'end what was left' },
        { guard: 'it is on break', actions: 'begin the break' },
        { guard: 'the break of a person is over', actions: 'note the end of the break' },
      ],
    },
    states: {
      opening: {
        on: {
          'session.opened': { guard: isAwaited, target: 'preparing', actions: 'prepare the session' },
          'session.refused': { guard: isAwaited, target: '#stopped', actions: 'give up for good' },
          'session.unreached': {
            guard: isAwaited,
            target: '#waiting',
            actions: ['note that no host had us', 'ask for a turn'],
          },
        },
      },
      preparing: {
        on: {
          'session.prepared': [
            { guard: and([isAwaited, 'it is to stay out of Dialer']), target: '#removed' },
            { guard: isAwaited, target: 'logging-in', actions: 'log in to Dialer' },
          ],
          'session.unprepared': [
            {
              guard: and([isAwaited, 'it is final']),
              target: '#leaving',
              actions: ['give up for good', 'close the session'],
            },
            keepsTheSession,
            { guard: isAwaited, target: '#waiting', actions: ['fall back', 'ask for a turn'] },
          ],
        },
      },
      /** A step failed while Dialer holds a call for this session: it is tried again, for a new session would end the call. */
      retrying: {
        after: { 'the pause ends': { target: 'preparing', actions: 'prepare the session' } },
      },
      'logging-in': {
        id: 'logging-in',
        on: {
          /** The request is on its way: from here on, leaving goes by a log-off (reference §6.7). */
          'logoff.asked': [
            { guard: 'a call is in hand', actions: 'remember the log-off' },
            { target: '#logoff-pending.idle', actions: 'request the log-off' },
          ],
          'dialer.logged-in': { guard: isAwaited, target: '#logged-in', actions: 'note the Dialer log-in' },
          'dialer.log-in-failed': [
            {
              guard: and([isAwaited, 'it is final']),
              target: '#leaving',
              actions: ['give up for good', 'close the session'],
            },
            { ...keepsTheSession, guard: and([isAwaited, 'it may be tried again here']) },
            { guard: isAwaited, target: '#waiting', actions: ['fall back', 'ask for a turn'] },
          ],
        },
      },
    },
  });
}

/** Taken out of Dialer by others: the session lives and listens until somebody puts the agent in again (rule 9). */
function removed(words: Vocabulary) {
  return words.createStateConfig({
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
      'login.asked': { target: '#logging-in', actions: ['note the return', 'log in to Dialer'] },
      'call.popped': takesThePop,
      'logoff.asked': { target: 'parting', actions: ['remember the log-off', 'say farewell'] },
      'station.lost': { target: 'parting', actions: ['leave the lost station', 'say farewell'] },
    },
  });
}

/** The log-off is granted. A pop that still comes is handled before the session is deleted (rule 3). */
function parting(words: Vocabulary) {
  return words.createStateConfig({
    id: 'parting',
    on: {
      'session.farewell-said': { guard: isAwaited, target: 'leaving', actions: 'close the session' },
      'call.popped': { target: '#logoff-pending.entering', actions: ['take the pop', 'request what is owed'] },
      'logoff.asked': { actions: 'remember the log-off' },
    },
  });
}

function leaving(words: Vocabulary) {
  const gone = [
    { guard: 'it leaves for good', target: 'stopped' },
    { guard: 'a shift began meanwhile', target: 'waiting', actions: ['rest', 'ask for a turn'] },
    { target: 'offline', actions: 'rest' },
  ] as const;
  return words.createStateConfig({
    id: 'leaving',
    on: {
      'session.closed': gone.map((way) => ({
        ...way,
        guard: 'guard' in way ? and([isAwaited, way.guard]) : isAwaited,
      })),
      'session.lost': [{ guard: 'it may not come back', target: 'stopped', actions: 'lose the session' }, ...gone],
      'logoff.asked': { actions: 'remember the log-off' },
      cut: { actions: 'note the cut' },
    },
  });
}
