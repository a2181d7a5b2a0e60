import { and } from 'xstate';
import { answers } from './answer.js';
import { acdAgain, atWork, personActs, takesThePop } from './at-work.js';
import { besidesTheCall } from './beside-the-call.js';
import { callHandling } from './call-handling.js';
import type { Vocabulary } from './vocabulary.js';

/** A break was requested and is not granted yet; calls may still come. */
export function breakPending(words: Vocabulary) {
  const waitingForTheBreak = {
    'break.status': [
      { guard: 'it is on break', target: '#on-break', actions: ['begin the break', 'set the break status'] },
      { guard: 'the break is pending', actions: 'note that the break is pending' },
      { guard: 'the break is withdrawn', target: '#logged-in', actions: 'note the end of the break' },
    ],
    'break.answered': {
      guard: answers('pause', 'refused', 'forbidden', 'gone'),
      target: '#logged-in',
      actions: 'drop the refused break',
    },
    'break.end-asked': { guard: 'the break may be ended', target: '#logged-in', actions: 'end the break early' },
    'status.seen': personActs,
    'logoff.asked': atWork['logoff.asked'],
    'station.lost': atWork['station.lost'],
    'logout.granted': atWork['logout.granted'],
    'link.down': atWork['link.down'],
  } as const;
  return words.createStateConfig({
    id: 'break-pending',
    initial: 'idle',
    on: { ...besidesTheCall, 'call.popped': { target: '.entering', actions: 'take the pop' } },
    states: {
      ...callHandling(words, 'break-pending'),
      /** The grant may be on its way already; only then Available, so that a call already dialled can arrive (rule 2). */
      lingering: words.createStateConfig({
        on: waitingForTheBreak,
        after: {
          'no grant comes at once': [
            { guard: 'the status is ours to set', target: 'idle', actions: 'set Available' },
            { target: 'idle' },
          ],
        },
      }),
      idle: words.createStateConfig({
        on: waitingForTheBreak,
        after: {
          'nobody grants the break': { target: 'idle', reenter: true, actions: 'request the break again' },
        },
      }),
    },
  });
}

/** The break is granted: the break status is set, and its end awaited. */
export function onBreak(words: Vocabulary) {
  return words.createStateConfig({
    id: 'on-break',
    on: {
      ...atWork,
      'call.popped': takesThePop,
      'break.status': {
        guard: 'the break is withdrawn',
        target: '#logged-in',
        actions: 'note the end of the break',
      },
      'break.end-asked': { guard: 'the break may be ended', target: '#logged-in', actions: 'end the break early' },
      'status.seen': [
        { guard: { type: 'the status is', params: 'ours' }, actions: 'note our break status' },
        { guard: { type: 'the status is', params: 'person' }, actions: 'note a person at work' },
        {
          guard: and([acdAgain, 'the break is under way', 'only Available is missing']),
          target: '#ready',
          actions: ['note the end of the break', 'note that Available is in force'],
        },
        {
          guard: and([acdAgain, 'the break is under way']),
          target: '#logged-in',
          actions: ['note the end of the break', 'note that the person is done'],
        },
      ],
    },
    after: { 'the break ends': { guard: 'the break is ours', target: '#logged-in', actions: 'end the break' } },
  });
}
