import type { AgentState } from '../journal/record.js';
import type { AgentContext } from './context.js';

/** Where an agent stands in its chart, as XState says it. */
export type StateValue = string | { [key: string]: StateValue | undefined };

/** The one final state. It lies inside logged-out, so XState itself does not call the machine done. */
export const STOPPED = 'logged-out.stopped';

/** One of the seven. */
export function topOf(value: StateValue): AgentState {
  if (typeof value === 'string') return value as AgentState;
  for (const top in value) return top as AgentState;
  throw new TypeError('a state value without a state');
}

/** The whole path of a state, such as `on-call.talking`. */
export function placeOf(value: StateValue | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  const [top] = Object.keys(value);
  return top === undefined ? '' : `${top}.${placeOf(value[top])}`;
}

export function isStopped(value: StateValue): boolean {
  return typeof value !== 'string' && value['logged-out'] === 'stopped';
}

/** When the stage of the call in hand ends by itself, monotonic; Infinity also where a call is open but not in hand. */
export function stageDeadline({ value, context: { call } }: { value: StateValue; context: AgentContext }): number {
  const isInHand = call !== null && typeof value !== 'string' && value[topOf(value)] === call.stage;
  return isInHand ? call.deadline : Number.POSITIVE_INFINITY;
}
