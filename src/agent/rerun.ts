import { type Actor, createActor } from 'xstate';
import type { Clock } from '../base/clock.js';
import type { Fact, RecordedEvent } from '../journal/record.js';
import { type AgentChart, agentChart } from './chart.js';
import type { AgentEvent, StageEnded } from './events.js';
import type { AgentEmission, AgentOrder } from './orders.js';
import { placeOf, STOPPED, stageDeadline } from './place.js';
import type { TimerFired } from './timers.js';
import type { AgentInput } from './vocabulary.js';

/** What one recorded event did to the agent. */
export interface RerunStep {
  /** Name of the event; of a timer, what it was set for. */
  readonly event: string;
  /** Inner states, such as `on-call.talking`. */
  readonly before: string;
  readonly after: string;
  readonly orders: readonly { readonly command: number; readonly order: AgentOrder }[];
  readonly facts: readonly Fact[];
  /** The chart has set no such timer: here it goes another way than the recorded one went. */
  readonly isStrange: boolean;
}

/** A recorded agent, stepped through again. */
export interface Rerun {
  readonly place: string;
  /** Hears the next recorded event, which came at `at`, epoch milliseconds. */
  hear(event: RecordedEvent, at: number): RerunStep;
}

/**
 * Runs the real chart on a clock that stands still between events: time is what the records say, and a timer fires when
 * its firing was recorded, so that nothing depends on how exact the recorded times are. `bornAt`: when its run began.
 */
export function rerunAgent(input: AgentInput, bornAt: number): Rerun {
  const clock = new RecordedClock(bornAt);
  let orders: { command: number; order: AgentOrder }[] = [];
  let facts: Fact[] = [];
  const say = (emission: AgentEmission): void => {
    if (emission.type === 'order') orders.push({ command: emission.command, order: emission.order });
    else facts.push(emission.fact);
  };
  let heard = '';
  const actor: Actor<AgentChart> = createActor(agentChart(clock), {
    clock: clock as never,
    input: { ...input, say },
    inspect: (inspection) => {
      if (inspection.type === '@xstate.event') heard = inspection.event.type;
    },
  });
  // A defect of then is a defect of now: the agent goes no further.
  actor.subscribe({ error: () => {} });
  actor.start();
  const place = (): string => placeOf(actor.getSnapshot().value);
  /** Like a timer, it comes no earlier than it was to. False: no stage is to end. */
  const endStage = (event: StageEnded): boolean => {
    const deadline = stageDeadline(actor.getSnapshot());
    if (!Number.isFinite(deadline)) return false;
    clock.turnTo(Math.ceil(deadline));
    actor.send(event);
    return true;
  };
  return {
    get place() {
      return place();
    },
    hear: (event, at) => {
      const before = place();
      clock.turnTo(at);
      heard = '';
      let isStrange = false;
      if (isTimer(event)) isStrange = !clock.fire(event.timer);
      else if (isStageEnd(event)) isStrange = !endStage(event);
      // Who has stopped hears nothing any more (interpreter.ts).
      else if (before !== STOPPED && actor.getSnapshot().status === 'active') actor.send(event as AgentEvent);
      const step = { event: nameOf(event, heard), before, after: place(), orders, facts, isStrange };
      orders = [];
      facts = [];
      return step;
    },
  };
}

function isTimer(event: RecordedEvent): event is TimerFired {
  return event.type === 'timer';
}

function isStageEnd(event: RecordedEvent): event is StageEnded {
  return event.type === 'stage.ended';
}

/** XState calls what a timer sends `xstate.after.DELAY.STATE`. */
function nameOf(event: RecordedEvent, heard: string): string {
  if (isStageEnd(event)) return 'timer: the stage ends';
  if (!isTimer(event)) return event.type;
  const delay = /^xstate\.after\.([^.]+)\./.exec(heard)?.[1];
  return delay === undefined ? `timer ${event.timer}` : `timer: ${delay}`;
}

/** Time as recorded. Both clocks are one: deadlines are reckoned from the same records. */
class RecordedClock implements Clock {
  private time: number;
  private set = 0;
  private readonly timers = new Map<number, { readonly due: number; readonly fn: () => void }>();

  constructor(time: number) {
    this.time = time;
  }

  now = (): number => this.time;
  monotonic = (): number => this.time;

  setTimeout = (fn: () => void, ms: number): number => {
    const timer = ++this.set;
    this.timers.set(timer, { due: this.time + ms, fn });
    return timer;
  };

  clearTimeout = (timer: unknown): void => {
    this.timers.delete(timer as number);
  };

  turnTo(at: number): void {
    this.time = Math.max(this.time, at);
  }

  /** A timer never fires before its time, though a record of whole milliseconds may say so. False: there is none. */
  fire(timer: number): boolean {
    const found = this.timers.get(timer);
    if (!found) return false;
    this.timers.delete(timer);
    if (Number.isFinite(found.due)) this.turnTo(Math.ceil(found.due));
    found.fn();
    return true;
  }
}
