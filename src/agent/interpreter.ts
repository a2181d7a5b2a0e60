import { type Actor, createActor } from 'xstate';
import type { Clock } from '../base/clock.js';
import type { AgentState, Fact } from '../journal/record.js';
import type { AgentChart } from './chart.js';
import type { AgentContext } from './context.js';
import type { AgentEvent, ChartEvent, StageEnded } from './events.js';
import type { AgentEmission, AgentOrder } from './orders.js';
import { isStopped, placeOf, stageDeadline, topOf } from './place.js';
import { StageAlarm } from './stage-alarm.js';
import { numberedTimers, type TimerFired } from './timers.js';
import type { AgentInput } from './vocabulary.js';

/** What an agent says while it lives. None of these may throw. */
export interface AgentListener {
  onOrder(command: number, order: AgentOrder): void;
  onFact(fact: Fact): void;
  /** A timer of the agent fires; what it does comes next. */
  onTimer?(fired: TimerFired | StageEnded): void;
  /** The agent has stopped for good; it said all it had to say. */
  onDone(): void;
  /** A defect in the chart: this agent is dead, the others go on. */
  onDefect(error: unknown): void;
}

/** A living agent. */
export interface Agent {
  readonly user: string;
  send(event: AgentEvent): void;
  /** One of the seven. */
  state(): AgentState;
  /** The inner state, such as `on-call.talking`. */
  place(): string;
  context(): AgentContext;
  /** Milliseconds in the present state. */
  inStateMs(): number;
  /** Stopped for good, or ended by `end`. */
  done(): boolean;
  /** Takes the agent off its timers without a word to the server. */
  end(): void;
}

/**
 * Brings one agent to life: the only place where XState runs, beside the replay of what was recorded (rerun.ts). It also
 * watches every transition between the seven states and reports each once, with the name of the event that caused it.
 */
export function runAgent(chart: AgentChart, input: AgentInput, clock: Clock, listener: AgentListener): Agent {
  const { user } = input;
  const timers = numberedTimers(clock, (fired) => listener.onTimer?.(fired));
  const said: AgentEmission[] = [];
  const say = (emission: AgentEmission): void => void said.push(emission);
  const actor: Actor<AgentChart> = createActor(chart, { clock: timers as never, input: { ...input, say } });
  const inbox: ChartEvent[] = [];
  let state: AgentState = 'logged-out';
  let since = clock.monotonic();
  let cause = 'timer';
  let busy = false;
  let toldDone = false;
  /** Broken by a defect, or ended from outside: nothing is heard or said any more. */
  let isOver = false;
  const alarm = new StageAlarm(clock, () => {
    const ended: StageEnded = { type: 'stage.ended' };
    listener.onTimer?.(ended);
    inbox.push(ended);
    work();
  });

  actor.subscribe({
    next: (snapshot) => {
      const next = topOf(snapshot.value);
      if (next !== state) {
        const now = clock.monotonic();
        said.push({
          type: 'fact',
          fact: { kind: 'transition', from: state, to: next, event: cause, seconds: (now - since) / 1_000 },
        });
        state = next;
        since = now;
      }
      cause = 'timer';
      if (!busy) queueMicrotask(work); // a timer of the chart fired
    },
    error: (error) => {
      said.length = 0; // half of what a transition would have said is not what the agent meant
      end();
      listener.onDefect(error);
    },
  });

  /** One event at a time, and what it made the agent say before the next one: an answer never overtakes its order. */
  function work(): void {
    if (busy || isOver) return;
    busy = true;
    for (;;) {
      for (let emission = said.shift(); emission && !isOver; emission = said.shift()) {
        if (emission.type === 'order') listener.onOrder(emission.command, emission.order);
        else listener.onFact(emission.fact);
      }
      const event = inbox.shift();
      // Who has stopped hears nothing any more, not even what came in the same breath.
      if (!event || isOver || isStopped(actor.getSnapshot().value)) break;
      cause = event.type === 'stage.ended' ? 'timer' : event.type;
      actor.send(event);
    }
    busy = false;
    if (isOver) return;
    const snapshot = actor.getSnapshot();
    alarm.set(stageDeadline(snapshot));
    if (!toldDone && isStopped(snapshot.value)) {
      toldDone = true;
      alarm.stop();
      actor.stop();
      listener.onDone();
    }
  }
  function end(): void {
    isOver = true;
    alarm.stop();
    actor.stop();
  }
  actor.start();

  return {
    user,
    send: (event) => {
      inbox.push(event);
      work();
    },
    state: () => state,
    place: () => placeOf(actor.getSnapshot().value),
    context: () => actor.getSnapshot().context,
    inStateMs: () => clock.monotonic() - since,
    done: () => actor.getSnapshot().status !== 'active' || isStopped(actor.getSnapshot().value),
    end,
  };
}
