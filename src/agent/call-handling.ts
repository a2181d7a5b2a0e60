import { and } from 'xstate';
import type { Awaiting, CallStage } from './context.js';
import type { Verdict } from './events.js';
import type { Vocabulary } from './vocabulary.js';

/** The states in which a call can be handled. */
export type CallParent = 'on-call' | 'break-pending' | 'logoff-pending';

export const answers = (to: keyof Awaiting, ...verdicts: Verdict[]) =>
  ({ type: 'it answers', params: verdicts.length > 0 ? { to, with: verdicts } : { to } }) as const;
const isAwaited = answers('step');

/**
 * Handling a call, written once for the three states that can hold one. A change between those three keeps the inner
 * state: commands belong to transitions and never to entry, and every wait is a deadline in the agent's memory, so
 * nothing is sent again and no timer starts anew.
 */
export function callHandling(words: Vocabulary, parent: CallParent) {
  const shows = (stage: CallStage) => ({ type: 'note the stage', params: stage }) as const;
  /** The same inner state of another parent. */
  const moved = (stage: CallStage) => ({
    ...(parent === 'on-call' && {
      'break.asked': [
        { guard: 'a break is wanted' },
        { target: `#break-pending.${stage}`, actions: 'request the break' },
      ] as const,
    }),
    ...(parent === 'break-pending' && {
      'break.status': [
        {
          guard: 'the break is withdrawn',
          target: `#on-call.${stage}`,
          actions: 'note the end of the break',
        },
        ...besidesTheCall['break.status'],
      ] as const,
      'break.answered': {
        guard: answers('pause', 'refused', 'forbidden', 'gone'),
        target: `#on-call.${stage}`,
        actions: 'drop the refused break',
      } as const,
    }),
    ...(parent !== 'logoff-pending' && {
      'logoff.asked': { target: `#logoff-pending.${stage}`, actions: 'request the log-off' } as const,
      'station.lost': {
        target: `#logoff-pending.${stage}`,
        actions: ['leave the lost station', 'request what is owed'],
      } as const,
    }),
  });
  const ended = {
    guard: 'it concerns the open call',
    target: 'wrapping-up',
    actions: 'note that the call ended',
  } as const;
  /** A new id means that for Dialer the open call is over (rule 3). */
  const anotherPop = [
    { guard: 'the same call', actions: 'update the call' },
    { target: 'entering', actions: 'take the pop' },
  ] as const;
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

  return {
    /** A call is in hand: go on at its stage. */
    entering: {
      always: (
        ['previewing', 'ringing', 'talking', 'placing', 'hanging-up', 'wrapping-up', 'dispositioning'] as const
      ).map((stage) => ({ guard: { type: 'the stage is', params: stage } as const, target: stage })),
    },

    previewing: words.createStateConfig({
      entry: shows('previewing'),
      on: {
        ...moved('previewing'),
        'call.offer-decided': {
          guard: 'it concerns the open call',
          target: 'previewing',
          reenter: true,
          actions: 'note the offer decision',
        },
        'call.popped': [...becameACall, ...anotherPop],
        'call.ended': {
          guard: 'it concerns the open call',
          target: 'wrapping-up',
          actions: 'note that the preview was taken away',
        },
      },
      after: {
        'the stage ends': [
          { guard: 'it is to be placed', target: 'placing', actions: 'place the call' },
          { guard: 'there is nothing to send', target: 'closed', actions: 'fail the call' },
          { target: 'dispositioning', actions: 'send the disposition' },
        ],
      },
    }),

    placing: words.createStateConfig({
      entry: shows('placing'),
      on: {
        ...moved('placing'),
        'call.place-answered': [
          { guard: answers('step', 'ok'), target: 'ringing', actions: 'note that it is placed' },
          {
            guard: and([answers('step', 'unsent', 'unavailable'), 'placing may be tried again']),
            target: 'previewing',
            actions: 'try to place it again soon',
          },
          { guard: isAwaited, target: 'placing', reenter: true, actions: 'wait for word of the call' },
        ],
        'call.popped': [
          ...becameACall,
          {
            guard: and(['the same call', 'nobody knows whether it is placed', 'placing may be tried again']),
            target: 'placing',
            reenter: true,
            actions: ['update the call', 'place the call'],
          },
          ...anotherPop,
        ],
        'call.connected': connected,
        'call.ended': ended,
      },
      after: { 'the stage ends': { target: 'hanging-up', actions: ['give up placing', 'hang up'] } },
    }),

    ringing: words.createStateConfig({
      entry: shows('ringing'),
      on: {
        ...moved('ringing'),
        'call.offer-decided': {
          guard: 'it concerns the open call',
          target: 'ringing',
          reenter: true,
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
      },
      after: { 'the stage ends': { target: 'hanging-up', actions: 'hang up' } },
    }),

    talking: words.createStateConfig({
      entry: shows('talking'),
      on: {
        ...moved('talking'),
        'call.talk-decided': {
          guard: 'it concerns the open call',
          target: 'talking',
          reenter: true,
          actions: 'note the talk decision',
        },
        'call.popped': [
          { guard: and(['the same contact', 'it is a call already']), actions: 'know the call by its new id' },
          ...anotherPop,
        ],
        'call.ended': ended,
      },
      after: { 'the stage ends': { target: 'hanging-up', actions: 'hang up' } },
    }),

    /** The answer does not matter: a call that cannot be hung up is dispositioned all the same. */
    'hanging-up': words.createStateConfig({
      entry: shows('hanging-up'),
      on: {
        ...moved('hanging-up'),
        'call.disconnect-answered': { guard: isAwaited, target: 'wrapping-up', actions: 'decide the end' },
        'call.popped': anotherPop,
        'call.ended': ended,
      },
    }),

    'wrapping-up': words.createStateConfig({
      entry: shows('wrapping-up'),
      on: {
        ...moved('wrapping-up'),
        'call.end-decided': [
          {
            guard: and(['it concerns the open call', 'there is no label at all']),
            target: 'closed',
            actions: 'fail the call',
          },
          {
            guard: 'it concerns the open call',
            target: 'wrapping-up',
            reenter: true,
            actions: 'note the end decision',
          },
        ],
        'call.popped': anotherPop,
      },
      after: {
        'the stage ends': [
          { guard: 'there is nothing to send', target: 'closed', actions: 'fail the call' },
          { guard: 'the link is down', target: 'redispositioning', actions: 'send it again soon' },
          { target: 'dispositioning', actions: 'send the disposition' },
        ],
      },
    }),

    /** A disposition is on its way. Its answer decides; a new pop waits for it. */
    dispositioning: words.createStateConfig({
      entry: shows('dispositioning'),
      on: {
        ...moved('dispositioning'),
        'call.disposition-answered': [
          { guard: answers('step', 'ok'), target: 'closed', actions: 'close as accepted' },
          { guard: answers('step', 'gone'), target: 'closed', actions: 'close as gone' },
          { guard: and([answers('step', 'lost'), 'a pop waits']), target: 'closed', actions: 'close as unknown' },
          { guard: and([isAwaited, 'a pop waits']), target: 'closed', actions: 'close as superseded' },
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
      entry: shows('redispositioning'),
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
      },
      after: {
        'the stage ends': [
          { guard: 'the link is down', target: 'redispositioning', reenter: true, actions: 'send it again soon' },
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

/** With a log-off asked for, a grant that is already on its way comes before Available (rule 2). */
const lingers = {
  target: '#logoff-pending.lingering',
  actions: 'request what is owed',
} as const;

/** After a call with no log-off asked for. */
const backToWork = [
  { guard: 'it was taken out of Dialer', target: '#removed' },
  { guard: 'the link is down', target: '#logged-in' },
  { guard: 'nothing is left of the break', target: '#logged-in', actions: 'end the break' },
  { guard: 'a break is granted', target: '#on-break', actions: 'set the break status' },
  { guard: 'a person set the status', target: '#on-break', actions: 'yield to the person' },
  { guard: 'a break is still to come', target: '#break-pending.lingering', actions: 'request what is owed' },
  { target: '#logged-in' },
] as const;

/** What is noted of Dialer while a call is open; nothing of it touches the call. */
export const besidesTheCall = {
  'logout.granted': [
    { guard: and(['out of Dialer altogether', 'a log-off was asked for']), actions: 'note the grant' },
    { guard: 'out of Dialer altogether', actions: 'accept the removal' },
    { actions: 'note the campaigns left' },
  ],
  'break.status': [
    { guard: 'it is on break', actions: 'begin the break' },
    { guard: 'the break is pending', actions: 'note that the break is pending' },
    { guard: 'the break is withdrawn', actions: 'note the end of the break' },
  ],
  'break.answered': { guard: answers('pause', 'refused', 'forbidden', 'gone'), actions: 'drop the refused break' },
} as const;
