import { and, not } from 'xstate';

/** What the states inside Dialer have in common while no call is open. */

export const acdAgain = { type: 'the status is', params: 'acd' } as const;

/**
 * Where a call goes on that was just taken in hand: to the state that shows what else is pending. What was asked for and
 * not yet requested on this Dialer session is requested now, which is before the disposition (rules 7 and 8).
 */
export function takes<const A extends string>(action: A) {
  return [
    {
      guard: 'a log-off was asked for',
      target: '#logoff-pending.entering',
      actions: [action, 'request what is owed'],
    },
    {
      guard: 'a break of ours is not granted yet',
      target: '#break-pending.entering',
      actions: [action, 'request what is owed'],
    },
    { target: '#on-call.entering', actions: action },
  ] as const;
}

/** A pop where nothing else is asked for. */
export const takesThePop = [
  /** The usual way: a new call begins with talking, which `entering` would find out as well. */
  { guard: and(['it is a call already', not('a call is open')]), target: '#on-call.talking', actions: 'take the pop' },
  { target: '#on-call.entering', actions: 'take the pop' },
] as const;

/** A person's status is followed, not fought (rule 1); a call that is to be recovered comes first. */
export const personActs = [
  {
    guard: and([{ type: 'the status is', params: 'person' } as const, 'a call is open']),
    actions: 'note a person at work',
  },
  { guard: { type: 'the status is', params: 'person' }, target: '#on-break', actions: 'yield to the person' },
] as const;

/** Put on break by somebody else, or on a break of ours that Dialer kept. */
export const broughtToBreak = [
  { guard: 'a break is left from before', actions: 'end what was left' },
  { guard: and(['it is on break', 'a call is open']), actions: 'begin the break' },
  { guard: 'it is on break', target: '#on-break', actions: ['begin the break', 'set the break status'] },
  { guard: and(['the break is pending', 'a call is open']), actions: 'note that the break is pending' },
  { guard: 'the break is pending', target: '#break-pending.idle', actions: 'note that the break is pending' },
  { guard: 'the break of a person is over', actions: 'note the end of the break' },
] as const;

/** The same where nothing can be asked of Dialer: it is noted, and seen to once the log-in is repaired. */
export const hearsOfBreaks = [
  { guard: 'it is on break', actions: 'begin the break' },
  { guard: 'the break is pending', actions: 'note that the break is pending' },
  { guard: 'the break of a person is over', actions: 'note the end of the break' },
] as const;

export const atWork = {
  'logoff.asked': [
    { guard: 'a call is open', actions: 'remember the log-off' },
    { target: '#logoff-pending.idle', actions: 'request the log-off' },
  ],
  'station.lost': [
    { guard: 'a call is open', actions: 'leave the lost station' },
    { target: '#logoff-pending.idle', actions: ['leave the lost station', 'request what is owed'] },
  ],
  'logout.granted': [
    {
      guard: and(['out of Dialer altogether', 'a log-off was asked for']),
      target: '#parting',
      actions: ['close as not popped again', 'note the grant', 'say farewell'],
    },
    {
      guard: 'out of Dialer altogether',
      target: '#removed',
      actions: ['close as not popped again', 'accept the removal'],
    },
    { actions: 'note the campaigns left' },
  ],
  'link.down': { target: '#logged-in.unlinked', actions: 'note the lost link' },
} as const;
