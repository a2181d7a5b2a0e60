import type { Awaiting } from './context.js';
import type { Verdict } from './events.js';

/** The guard that an answer is the one awaited in this slot, and one of these verdicts if any are named. */
export const answers = (to: keyof Awaiting, ...verdicts: Verdict[]) =>
  ({ type: 'it answers', params: verdicts.length > 0 ? { to, with: verdicts } : { to } }) as const;

/** It answers the latest order of the main line. */
export const isAwaited = answers('step');
