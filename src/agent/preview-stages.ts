import { and } from 'xstate';
import { answers, isAwaited } from './answer.js';
import { type CallParent, movesBetweenParents } from './beside-the-call.js';
import { anotherPop, ended } from './call-stage.js';
import type { Vocabulary } from './vocabulary.js';

/** A preview that is placed comes back as a placed preview or as a call, under its own id or a new one. */
const becameACall = [
  {
    guard: and(['the same call', 'it is placed']),
    target: 'ringing',
    actions: ['update the call', 'note that it is placed'],
  },
  {
    guard: and(['the same call', 'it is a call already']),
    target: 'talking',
    actions: ['update the call', 'note that it is placed', 'begin to talk'],
  },
  {
    guard: and(['the same contact', 'it is placed']),
    target: 'ringing',
    actions: ['know the call by its new id', 'note that it is placed'],
  },
  {
    guard: and(['the same contact', 'it is a call already']),
    target: 'talking',
    actions: ['know the call by its new id', 'note that it is placed', 'begin to talk'],
  },
] as const;
const connected = {
  guard: 'it concerns the open call',
  target: 'talking',
  actions: ['note that it is placed', 'begin to talk'],
} as const;

/** A preview from its offer until the far side answers (rule 4). */
export function previewStages(words: Vocabulary, parent: CallParent) {
  return {
    previewing: words.createStateConfig({
      on: {
        ...movesBetweenParents(parent, 'previewing'),
        'call.offer-decided': {
          guard: 'it concerns the open call',
          actions: 'note the offer decision',
        },
        'call.popped': [...becameACall, ...anotherPop],
        'call.ended': {
          guard: 'it concerns the open call',
          target: 'wrapping-up',
          actions: 'note that the preview was taken away',
        },
        'stage.ended': [
          { guard: 'it is to be placed', target: 'placing', actions: 'place the call' },
          { guard: 'there is nothing to send', target: 'closed', actions: 'fail the call' },
          { target: 'dispositioning', actions: 'send the disposition' },
        ],
      },
    }),

    placing: words.createStateConfig({
      on: {
        ...movesBetweenParents(parent, 'placing'),
        'call.place-answered': [
          { guard: answers('step', 'ok'), target: 'ringing', actions: 'note that it is placed' },
          {
            guard: and([answers('step', 'unsent', 'unavailable'), 'placing may be tried again']),
            target: 'previewing',
            actions: 'try to place it again soon',
          },
          { guard: isAwaited, actions: 'wait for word of the call' },
        ],
        'call.popped': [
          ...becameACall,
          {
            guard: and(['the same call', 'nobody knows whether it is placed', 'placing may be tried again']),
            actions: ['update the call', 'place the call'],
          },
          ...anotherPop,
        ],
        'call.connected': connected,
        'call.ended': ended,
        'stage.ended': { target: 'hanging-up', actions: ['give up placing', 'hang up'] },
      },
    }),

    ringing: words.createStateConfig({
      on: {
        ...movesBetweenParents(parent, 'ringing'),
        'call.offer-decided': {
          guard: 'it concerns the open call',
          actions: 'note the offer decision',
        },
        'call.popped': [
          becameACall[1],
          { guard: and(['the same contact', 'it is placed']), actions: 'know the call by its new id' },
          becameACall[3],
          ...anotherPop,
        ],
        'call.connected': connected,
        'call.ended': ended,
        'stage.ended': { target: 'hanging-up', actions: 'hang up' },
      },
    }),
  } as const;
}
