import type { AgentChart } from '../agent/chart.js';
import { type AgentContext, afterSessionLoss } from '../agent/context.js';
import type { AgentEvent } from '../agent/events.js';
import { type Agent, type AgentListener, runAgent } from '../agent/interpreter.js';
import type { AgentOrder } from '../agent/orders.js';
import type { AgentInput, AgentMemory } from '../agent/vocabulary.js';
import { type BackoffPolicy, backoffDelay } from '../base/backoff.js';
import type { Clock } from '../base/clock.js';
import type { Draw } from '../base/random.js';
import type { Fact } from '../journal/record.js';

/** Why a life ended before its time. */
type RestartReason = Extract<Fact, { kind: 'restarted' }>['reason'];

interface LivesOptions extends Pick<AgentListener, 'onFact' | 'onTimer' | 'onDone'> {
  readonly chart: AgentChart;
  readonly clock: Clock;
  readonly draw: Draw;
  readonly input: AgentInput;
  /** Carries an order out. What it throws, or rejects with, is a defect of this agent. */
  carryOut(command: number, order: AgentOrder): unknown;
  record(fact: Fact): unknown;
  /** A mistake of this program, to be told and reported. */
  onDefect(error: unknown): void;
  /** Lets go of the session, if there is one, without a word to the chart. */
  abandonSession(why: string): void;
}

const PAUSE: BackoffPolicy = { baseMs: 5_000, maxMs: 300_000 };
/** So long without a mishap, and the next one is the first again. */
const STABLE_MS = 600_000;
/** So many mishaps in a row with one call in hand, and it is the call. */
const MOST_WITH_ONE_CALL = 3;

/**
 * The lives of one agent. A defect of the chart or of a desk ends one life; after a pause that grows the next begins with
 * its memory: as after a lost session, an open call is kept and its pop awaited (rule 7). The others notice nothing.
 */
export class AgentLives {
  private readonly options: LivesOptions;
  private life: Agent;
  private mishaps = 0;
  private lastMishapAt = Number.NEGATIVE_INFINITY;
  private hasEnded = false;
  /** Between two lives: when the next one sets out. */
  private pause: unknown = null;

  constructor(options: LivesOptions) {
    this.options = options;
    this.life = this.begin(options.input);
  }

  /** The present one. */
  get agent(): Agent {
    return this.life;
  }

  send(event: AgentEvent): void {
    if (this.pause !== null) {
      if (event.type === 'shift.began') return;
      // What leads out must find the agent on its way in, or an open call would be forgotten.
      if (event.type === 'logoff.asked' || event.type === 'cut' || event.type === 'login.asked') this.setOut();
    }
    this.life.send(event);
  }

  /** For good. */
  end(): void {
    this.hasEnded = true;
    this.stop();
  }

  private stop(): void {
    this.options.clock.clearTimeout(this.pause);
    this.pause = null;
    this.life.end();
  }

  /** The agent, or a desk that works for it, met a mistake of this program. */
  fail(error: unknown): void {
    if (this.hasEnded) return;
    this.options.onDefect(error);
    this.restart('defect');
  }

  /** Ends this life and begins another one with its memory. */
  restart(reason: RestartReason): void {
    const { options, life } = this;
    const context = life.context();
    const state = life.state();
    const [place, seconds] = [life.place(), life.inStateMs() / 1_000];
    this.stop();
    options.abandonSession(reason);
    options.record({ kind: 'restarted', reason, how: 'agent', place, seconds });
    if (state !== 'logged-out') {
      options.record({ kind: 'transition', from: state, to: 'logged-out', event: 'session.lost', seconds });
    }
    const memory = this.lighten(memoryOf(context));
    if (isOver(memory)) {
      this.hasEnded = true;
      options.onDone();
      return;
    }
    this.life = this.begin({ user: options.input.user, memory });
    if (!goesToWork(place, memory)) return;
    const delay = backoffDelay(PAUSE, this.mishaps - 1, options.draw);
    this.pause = options.clock.setTimeout(() => this.setOut(), delay);
  }

  private begin(input: AgentInput): Agent {
    const { options } = this;
    const defect = (error: unknown): void => {
      if (this.life === life) this.fail(error);
    };
    const guarded =
      <A extends readonly unknown[]>(fn: (...args: A) => unknown) =>
      (...args: A): void => {
        try {
          const done = fn(...args);
          if (done instanceof Promise) done.catch(defect);
        } catch (error) {
          defect(error);
        }
      };
    const life = runAgent(options.chart, input, options.clock, {
      onOrder: guarded(options.carryOut),
      onFact: guarded(options.onFact),
      onDone: () => {
        this.hasEnded = true;
        options.onDone();
      },
      onDefect: defect,
      ...(options.onTimer && { onTimer: options.onTimer }),
    });
    return life;
  }

  private setOut(): void {
    this.options.clock.clearTimeout(this.pause);
    this.pause = null;
    this.life.send({ type: 'shift.began' });
  }

  /** Counts the mishap; a call that was in hand at several in a row is put down, for it may be what causes them. */
  private lighten(memory: AgentMemory): AgentMemory {
    const { clock, onFact } = this.options;
    const now = clock.monotonic();
    this.mishaps = now - this.lastMishapAt > STABLE_MS ? 1 : this.mishaps + 1;
    this.lastMishapAt = now;
    const { call } = memory;
    if (!call || this.mishaps < MOST_WITH_ONE_CALL) return memory;
    const seconds = (now - call.poppedAt) / 1_000;
    onFact({ kind: 'call.closed', call: call.ref, label: call.label, result: 'unknown', basis: 'defect', seconds });
    return { ...memory, call: null };
  }
}

/** What of a life goes on: what outlives a session, and the numbers of orders, so that no answer meets another's order. */
function memoryOf(context: AgentContext): AgentMemory {
  const { calls, orders, nextPop } = context;
  const { call = null, leave = null, pause = null, dialer = context.dialer } = afterSessionLoss(context);
  // Without a deadline its decision is asked for again, should it have been the one that failed; the desk repeats itself.
  const undecided = call && { ...call, deadline: Number.POSITIVE_INFINITY };
  return { calls, orders, nextPop, call: undecided, leave, pause, dialer };
}

/** It was leaving for good, and has nothing in hand that would have to be finished first. */
function isOver({ leave, call, nextPop }: AgentMemory): boolean {
  return leave?.forGood === true && !call && !nextPop;
}

/** Off shift, or on the way out, it waits until it is called. */
function goesToWork(place: string, { leave, call, nextPop }: AgentMemory): boolean {
  return Boolean(call || nextPop) || (place !== 'logged-out.offline' && (!leave || leave.back));
}
