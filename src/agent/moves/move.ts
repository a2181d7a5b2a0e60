import type { Fact } from '../../journal/record.js';
import type { AgentContext, Awaiting } from '../context.js';
import type { AgentEvent } from '../events.js';
import type { AgentOrder } from '../orders.js';

/**
 * What one transition does: it changes the agent's memory and says things aloud, in the order written. The chart says
 * *when*; moves say *what*. They are plain functions of memory, event and time, without XState.
 */
export class Move {
  /** The memory as it stands after the changes made so far. */
  context: AgentContext;
  /** Monotonic milliseconds. */
  readonly now: number;

  constructor(context: AgentContext, now: number) {
    this.context = context;
    this.now = now;
  }

  set(patch: Partial<AgentContext>): void {
    this.context = { ...this.context, ...patch };
  }

  /** Gives an order. With a slot, its answer is awaited there and any earlier order of that slot is forgotten. */
  order(slot: keyof Awaiting | null, order: AgentOrder): void {
    const command = this.context.orders + 1;
    const { awaiting } = this.context;
    this.set({ orders: command, awaiting: slot === null ? awaiting : { ...awaiting, [slot]: command } });
    this.context.say({ type: 'order', command, order });
  }

  fact(fact: Fact): void {
    this.context.say({ type: 'fact', fact });
  }

  problem(code: string, message: string): void {
    this.fact({ kind: 'problem', code, message });
  }
}

export type MoveOf<E extends AgentEvent = AgentEvent> = (move: Move, event: E) => void;

/** A move for one type of event; for any other it does nothing. */
export function on<T extends AgentEvent['type']>(
  type: T,
  fn: (move: Move, event: Extract<AgentEvent, { type: T }>) => void,
): MoveOf {
  return (move, event) => {
    if (event.type === type) fn(move, event as Extract<AgentEvent, { type: T }>);
  };
}
