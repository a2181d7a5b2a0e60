import { answers } from './answer.js';
import { besidesTheCall } from './beside-the-call.js';
import { callHandling } from './call-handling.js';
import type { Vocabulary } from './vocabulary.js';

const waitingForTheGrant = {
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

/** A log-off was requested and is not granted yet; calls already dialled may still come. It wins over all else (rule 8). */
export function logoffPending(words: Vocabulary) {
  return words.createStateConfig({
    id: 'logoff-pending',
    initial: 'idle',
    on: {
      ...besidesTheCall,
      'call.popped': { target: '.entering', actions: 'take the pop' },
      'logoff.asked': { actions: 'remember the log-off' },
      'break.status': {},
      'break.answered': {},
      'campaigns.changed': { actions: 'note the campaigns' },
      'campaigns.auto-login': {},
      'campaigns.enlisted': { guard: answers('enlist'), actions: 'note the enlisting' },
      'dialer.logged-in': { guard: answers('relog'), actions: ['note the Dialer log-in', 'request what is owed'] },
    },
    states: {
      ...callHandling(words, 'logoff-pending'),
      /** The grant may be on its way already; only then Available, so that a call already dialled can arrive (rule 2). */
      lingering: words.createStateConfig({
        on: waitingForTheGrant,
        after: {
          'no grant comes at once': [
            { guard: 'the status is ours to set', target: 'idle', actions: 'set Available' },
            { target: 'idle' },
          ],
        },
      }),
      idle: words.createStateConfig({
        on: waitingForTheGrant,
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
      }),
    },
  });
}
