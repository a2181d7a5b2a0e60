/** What the stages of a call have in common. */

export const ended = {
  guard: 'it concerns the open call',
  target: 'wrapping-up',
  actions: 'note that the call ended',
} as const;
/** A new id means that for Dialer the open call is over (rule 3). */
export const anotherPop = [
  { guard: 'the same call', actions: 'update the call' },
  { target: 'entering', actions: 'take the pop' },
] as const;
