import { type CallStage, type OpenCall, openCall, refOf } from '../context.js';
import type { PopFacts } from '../events.js';
import type { AgentTimings } from '../timings.js';
import { closeCall, closeUntaken, connect, decide, hangUp, patch, previewOutcome } from './call.js';
import { dispose } from './disposition.js';
import { type Move, on } from './move.js';
import { beginToRing } from './preview.js';

/** What a data pop does to an agent: it begins a call, takes one up again, or tells news of it. */
export function popMoves(timings: AgentTimings) {
  return {
    'take the pop': on('call.popped', (move, event) => takePop(move, event.pop, timings)),

    'take the waiting pop': (move: Move) => takeWaitingPop(move, timings),

    /** The answer to a disposition, or the Dialer log-in, comes first: the pop waits for it. */
    'let the pop wait': on('call.popped', (move, event) => {
      overtake(move, event.pop);
      move.set({ nextPop: event.pop });
    }),

    /** A duplicate, or news of the same call: an update (reference §6.9). */
    'update the call': on('call.popped', (move, event) => patch(move, { pop: event.pop })),

    /** The same contact under a new id after a placed preview (reference §7 #9). */
    'know the call by its new id': on('call.popped', (move, event) => {
      const { call } = move.context;
      if (!call) return;
      const ref = { ...call.ref, interactionId: event.pop.interactionId };
      patch(move, { pop: event.pop, ref });
      move.fact({ kind: 'call.renamed', call: ref, was: call.ref.interactionId });
    }),
  };
}

/** For Dialer, a call is over when it hands out the next one (reference §6.9). */
const OVERTAKEN = 'agent-received-a-new-call';

/** Takes a pop in hand. The same id takes up the open call; a new id means that the open one is over for Dialer (rule 3). */
export function takePop(move: Move, pop: PopFacts, timings: AgentTimings): void {
  const { call } = move.context;
  if (call?.pop.interactionId === pop.interactionId) {
    takeUp(move, call, pop, timings);
    return;
  }
  overtake(move, pop);
  if (call?.sent === 'doubt') closeCall(move, 'unknown', 'no-answer');
  else closeCall(move, 'void', OVERTAKEN);
  begin(move, pop, timings);
}

/** Takes the pop that waits, if there is one. */
export function takeWaitingPop(move: Move, timings: AgentTimings): void {
  const { nextPop } = move.context;
  if (!nextPop) return;
  move.set({ nextPop: null });
  takePop(move, nextPop, timings);
}

/** A pop that waits is over when another comes, unless it is that one, or news of the open call. */
function overtake(move: Move, pop: PopFacts): void {
  const { call, nextPop } = move.context;
  if (!nextPop || nextPop.interactionId === pop.interactionId) return;
  if (nextPop.interactionId !== call?.pop.interactionId) closeUntaken(move, nextPop, 'void', OVERTAKEN);
}

function begin(move: Move, pop: PopFacts, timings: AgentTimings): void {
  const stage: CallStage = !pop.preview ? 'talking' : pop.placed ? 'ringing' : 'previewing';
  const nth = move.context.calls + 1;
  // A call that was taken ends the row of those that rang out on us.
  const status = { ...move.context.status, notAnswering: 0 };
  move.set({ call: openCall(pop, nth, stage, move.now), calls: nth, nextPop: null, status });
  const { preview, placed, previewEndsInMs } = pop;
  move.fact({ kind: 'pop', call: refOf(pop), nth, preview, placed, previewEndsInMs });
  if (stage === 'ringing') previewOutcome(move, 'placed');
  if (stage === 'talking') connect(move, timings);
  else decide(move, 'offer', timings);
}

/** After a new log-in the same pop proves that the call outlived the old session: go on where it was (rules 5, 7). */
function takeUp(move: Move, call: OpenCall, pop: PopFacts, timings: AgentTimings): void {
  const stage = stageAfterRepop(call, pop);
  const isNewStage = stage !== call.stage;
  patch(move, { pop, stage });
  if (stage === 'previewing' && isNewStage) patch(move, { deadline: move.now });
  if (stage === 'ringing' && isNewStage) beginToRing(move, timings);
  if (stage === 'talking' && isNewStage) {
    beginToRing(move, timings);
    connect(move, timings);
  }
  // A process that died between a pop and its decision left a call without one.
  const point = UNDECIDED[stage];
  if (!isNewStage && point && !Number.isFinite(call.deadline)) decide(move, point, timings);
  if (stage === 'hanging-up') hangUp(move);
  if (stage === 'dispositioning') dispose(move, timings);
}

/** The decision that a stage waits for. */
const UNDECIDED: Partial<Record<CallStage, 'offer' | 'connect' | 'end'>> = {
  previewing: 'offer',
  ringing: 'offer',
  talking: 'connect',
  'wrapping-up': 'end',
};

function stageAfterRepop(call: OpenCall, pop: PopFacts): CallStage {
  switch (call.stage) {
    case 'previewing':
    case 'placing':
    case 'ringing':
      if (!pop.preview) return 'talking';
      if (pop.placed) return 'ringing';
      return call.stage === 'ringing' ? 'ringing' : 'previewing';
    case 'redispositioning':
      return 'dispositioning';
    default:
      return call.stage;
  }
}
