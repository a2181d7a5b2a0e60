import { and, not } from 'xstate';
import { answers } from './answer.js';
import type { CallStage } from './context.js';

/** The states in which a call can be handled. */
export type CallParent = 'on-call' | 'break-pending' | 'logoff-pending';

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

/** A break or a log-off asked for, or withdrawn, in mid-call: the same inner state of another parent. */
export function movesBetweenParents(parent: CallParent, stage: CallStage) {
  return {
    ...(parent === 'on-call' && {
      'break.asked': [
        { guard: 'a break is wanted' },
        { target: `#break-pending.${stage}`, actions: 'request the break' },
      ] as const,
    }),
    ...(parent === 'break-pending' && {
      /** The one before was dropped in mid-call, by a removal. */
      'break.asked': { guard: not('a break is wanted'), actions: 'request the break' } as const,
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
      'break.end-asked': {
        guard: 'the break may be ended',
        target: `#on-call.${stage}`,
        actions: 'end the break early',
      } as const,
    }),
    ...(parent !== 'logoff-pending' && {
      'logoff.asked': { target: `#logoff-pending.${stage}`, actions: 'request the log-off' } as const,
      'station.lost': {
        target: `#logoff-pending.${stage}`,
        actions: ['leave the lost station', 'request what is owed'],
      } as const,
    }),
  };
}

/** With a log-off asked for, a grant that is already on its way comes before Available (rule 2). */
export const lingers = {
  target: '#logoff-pending.lingering',
  actions: 'request what is owed',
} as const;

/** After a call with no log-off asked for. */
export const backToWork = [
  { guard: 'it was taken out of Dialer', target: '#removed' },
  { guard: 'the link is down', target: '#logged-in' },
  { guard: not('it is logged in to Dialer'), target: '#logged-in' },
  { guard: 'nothing is left of the break', target: '#logged-in', actions: 'end the break' },
  { guard: 'a break is granted', target: '#on-break', actions: 'set the break status' },
  { guard: 'a person set the status', target: '#on-break', actions: 'yield to the person' },
  { guard: 'a break is still to come', target: '#break-pending.lingering', actions: 'request what is owed' },
  { target: '#logged-in' },
] as const;
