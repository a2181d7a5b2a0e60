import { and, not } from 'xstate';
import { answers } from './answer.js';
import { atWork, broughtToBreak, personActs, takesThePop } from './at-work.js';
import type { Vocabulary } from './vocabulary.js';

/** In at least one campaign, ready for calls, Available: waiting for a pop. */
export function ready(words: Vocabulary) {
  return words.createStateConfig({
    id: 'ready',
    initial: 'choosing',
    on: {
      ...atWork,
      'call.popped': takesThePop,
      'break.asked': { target: '#break-pending.idle', actions: 'request the break' },
      'break.status': broughtToBreak,
      'campaigns.changed': [
        {
          guard: and(['campaigns are offered', not('an enlisting is under way')]),
          actions: ['note the campaigns', 'enlist'],
        },
        { guard: 'campaigns are left', actions: 'note the campaigns' },
        { target: '#logged-in', actions: 'note the campaigns' },
      ],
      'campaigns.enlist-failed': {
        guard: answers('enlist'),
        target: '#logged-in.resting',
        actions: ['complain about the enlisting', 'wait before the next try'],
      },
      'campaigns.enlisted': [
        {
          guard: and([answers('enlist'), not('campaigns are left')]),
          target: '#logged-in',
          actions: 'note the enlisting',
        },
        { guard: and([answers('enlist'), 'more is offered']), actions: ['note the enlisting', 'enlist'] },
        { guard: answers('enlist'), actions: 'note the enlisting' },
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
      choosing: words.createStateConfig({
        always: [
          { guard: 'it is in no campaign', target: '#logged-in' },
          { guard: 'an ACD call is live', target: 'busy-acd' },
          { target: 'idle' },
        ],
      }),
      idle: words.createStateConfig({
        on: {
          'acd.began': { target: 'busy-acd', actions: 'note the ACD call' },
          'status.seen': [
            ...personActs,
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
      }),
      /** An ACD interaction is live: it is left alone, and so is the status (rule 12). */
      'busy-acd': words.createStateConfig({
        on: {
          'acd.ended': { target: '#logged-in.resting', actions: ['note the end of the ACD call', 'wait a little'] },
          'status.seen': [
            ...personActs,
            { guard: { type: 'the status is', params: 'not-answering' }, actions: 'count the missed call' },
          ],
        },
      }),
    },
  });
}
