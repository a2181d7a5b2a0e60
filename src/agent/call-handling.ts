import { and } from 'xstate';
import { answers, isAwaited } from './answer.js';
import { backToWork, type CallParent, lingers, movesBetweenParents } from './beside-the-call.js';
import { anotherPop, ended } from './call-stage.js';
import type { CallStage } from './context.js';
import { previewStages } from './preview-stages.js';
import type { Vocabulary } from './vocabulary.js';

/** Where the ways below would end as well, after a dozen questions. It is taken after nearly every call. */
const theUsualWay = {
  guard: 'nothing stands between it and Available',
  target: '#logged-in.availing',
  actions: 'set Available',
} as const;

/**
 * Handling a call, written once for the three states that can hold one. A change between those three keeps the inner
 * state: commands belong to transitions and never to entry, and every wait is a deadline in the agent's memory, so
 * nothing is sent again and no timer starts anew.
 */
export function callHandling(words: Vocabulary, parent: CallParent) {
  const moved = (stage: CallStage) => movesBetweenParents(parent, stage);

  return {
    /** A call is in hand: go on at its stage. */
    entering: {
      always: (
        ['previewing', 'ringing', 'talking', 'placing', 'hanging-up', 'wrapping-up', 'dispositioning'] as const
      ).map((stage) => ({ guard: { type: 'the stage is', params: stage } as const, target: stage })),
    },

    ...previewStages(words, parent),

    talking: words.createStateConfig({
      on: {
        ...moved('talking'),
        'call.talk-decided': {
          guard: 'it concerns the open call',
          actions: 'note the talk decision',
        },
        'call.popped': [
          { guard: and(['the same contact', 'it is a call already']), actions: 'know the call by its new id' },
          ...anotherPop,
        ],
        'call.ended': ended,
        'stage.ended': { target: 'hanging-up', actions: 'hang up' },
      },
    }),

    /** The answer does not matter: a call that cannot be hung up is dispositioned all the same. */
    'hanging-up': words.createStateConfig({
      on: {
        ...moved('hanging-up'),
        'call.disconnect-answered': { guard: isAwaited, target: 'wrapping-up', actions: 'decide the end' },
        'call.popped': anotherPop,
        'call.ended': ended,
      },
    }),

    'wrapping-up': words.createStateConfig({
      on: {
        ...moved('wrapping-up'),
        'call.end-decided': [
          {
            guard: and(['it concerns the open call', 'there is no label at all']),
            target: 'closed',
            actions: 'fail the call',
          },
          { guard: 'it concerns the open call', actions: 'note the end decision' },
        ],
        'call.popped': anotherPop,
        'stage.ended': [
          { guard: 'there is nothing to send', target: 'closed', actions: 'fail the call' },
          { guard: 'the link is down', target: 'redispositioning', actions: 'send it again soon' },
          { target: 'dispositioning', actions: 'send the disposition' },
        ],
      },
    }),

    /** A disposition is on its way. Its answer decides; a new pop waits for it. */
    dispositioning: words.createStateConfig({
      on: {
        ...moved('dispositioning'),
        'call.disposition-answered': [
          { guard: answers('step', 'ok'), target: 'closed', actions: 'close as accepted' },
          { guard: answers('step', 'gone', 'granted'), target: 'closed', actions: 'close as gone' },
          { guard: and([answers('step', 'lost'), 'a pop waits']), target: 'closed', actions: 'close as unknown' },
          { guard: and([isAwaited, 'a pop waits']), target: 'closed', actions: 'close as superseded' },
          { guard: answers('step', 'moot'), target: 'closed', actions: 'close as unknown' },
          {
            guard: and([answers('step', 'refused'), 'there is a next label']),
            target: 'dispositioning',
            actions: 'try the next label',
          },
          { guard: answers('step', 'refused', 'forbidden'), target: 'closed', actions: 'fail the call' },
          { guard: answers('step', 'lost'), target: 'redispositioning', actions: 'doubt the disposition' },
          { guard: isAwaited, target: 'redispositioning', actions: 'send it again soon' },
        ],
        'call.popped': [{ guard: 'the same call', actions: 'update the call' }, { actions: 'let the pop wait' }],
      },
    }),

    /** The disposition must be sent again: it was not taken, or nobody knows whether it was (rules 5 and 6). */
    redispositioning: words.createStateConfig({
      on: {
        ...moved('redispositioning'),
        'call.popped': [
          {
            guard: 'the same call',
            target: 'dispositioning',
            actions: ['update the call', 'send the disposition'],
          },
          { target: 'entering', actions: 'take the pop' },
        ],
        'dialer.logged-in': {
          guard: answers('relog'),
          target: 'dispositioning',
          actions: [
            'note the Dialer log-in',
            'send the disposition',
            parent === 'logoff-pending' ? 'request what is owed' : 'enlist',
          ],
        },
        'stage.ended': [
          { guard: 'the link is down', actions: 'send it again soon' },
          {
            guard: and(['it is time to give up', 'its answer is in doubt']),
            target: 'closed',
            actions: 'close as unknown',
          },
          { guard: 'it is time to give up', target: 'closed', actions: 'fail the call' },
          { target: 'dispositioning', actions: 'send the disposition' },
        ],
      },
    }),

    /** The call has its one result: what comes next depends on what was asked meanwhile. */
    closed: {
      always: [
        ...(parent === 'logoff-pending' ? [] : [theUsualWay]),
        { guard: 'a pop waits', target: 'entering', actions: 'take the waiting pop' },
        { guard: 'the log-off is granted', target: '#parting', actions: 'say farewell' },
        { guard: 'it leaves quietly', target: '#logoff-pending.idle' },
        ...(parent === 'logoff-pending'
          ? [lingers]
          : [{ guard: 'a log-off was asked for', ...lingers } as const, ...backToWork]),
      ],
    },
  } as const;
}
