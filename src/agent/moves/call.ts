import type { CallResult, PreviewOutcome } from '../../journal/record.js';
import { type OpenCall, refOf } from '../context.js';
import type { PopFacts } from '../events.js';
import type { AgentOrder, CallInHand } from '../orders.js';
import type { AgentTimings } from '../timings.js';
import { type Move, on } from './move.js';

/** A call from its connect to the moment its disposition is due. */
export function callMoves(timings: AgentTimings) {
  return {
    'begin to talk': (move: Move) => connect(move, timings),

    'note the talk decision': on('call.talk-decided', (move, event) => {
      const { call } = move.context;
      if (call?.stage === 'talking') patch(move, { deadline: (call.connectedAt ?? move.now) + event.talkMs });
    }),

    'hang up': (move: Move) => hangUp(move),

    /** The far side, or somebody else, ended it before us: act once (reference §5.3). */
    'note that the call ended': on('call.ended', (move, event) => {
      endTalk(move, event.by);
      decide(move, 'end', timings);
    }),

    'decide the end': (move: Move) => decide(move, 'end', timings),

    'note the end decision': on('call.end-decided', (move, event) => {
      if (move.context.call?.stage !== 'wrapping-up') return;
      patch(move, { deadline: move.now + event.wrapUpMs, choices: event.choices, choice: 0, label: event.label });
    }),
  };
}

/** Changes the open call. A move that leads to a stage notes it here: in memory it outlives the session (rule 7). */
export function patch(move: Move, change: Partial<OpenCall>): void {
  const { call } = move.context;
  if (call) move.set({ call: { ...call, ...change } });
}

export function connect(move: Move, timings: AgentTimings): void {
  patch(move, { stage: 'talking', connectedAt: move.now });
  decide(move, 'connect', timings);
}

/** Asks the policy. Its answer is immediate; the deadline only keeps a defect from wedging the agent. */
export function decide(move: Move, point: 'offer' | 'connect' | 'end', timings: AgentTimings): void {
  const { call } = move.context;
  if (!call) return;
  const deadline = move.now + timings.decisionMs;
  patch(move, point === 'end' ? { stage: 'wrapping-up', deadline } : { deadline });
  move.order(null, { do: 'decide', point, call: inHand(call) });
}

/** Hangs up and waits for the answer, whatever it is. */
export function hangUp(move: Move): void {
  const { call } = move.context;
  if (!call) return;
  endTalk(move, 'us');
  patch(move, { stage: 'hanging-up', deadline: Number.POSITIVE_INFINITY });
  move.order('step', disconnectOf(call));
}

/** Hangs up what may still be connected of a call that is given up. */
export function hangUpWhatIsLeft(move: Move): void {
  const { call } = move.context;
  if (call && !call.endedBy) move.order(null, disconnectOf(call));
}

function disconnectOf({ pop, ref, nth }: OpenCall): AgentOrder {
  return { do: 'disconnect', call: pop.interactionId, of: { ref, nth } };
}

/** Closes the open call with its one final result. */
export function closeCall(move: Move, result: CallResult, basis: string): void {
  const { call } = move.context;
  if (!call) return;
  previewOutcome(move, result === 'accepted' && !call.place ? 'skipped' : 'withdrawn');
  const seconds = (move.now - call.poppedAt) / 1_000;
  move.fact({ kind: 'call.closed', call: call.ref, label: call.label, result, basis, seconds });
  move.set({ call: null });
}

/** Nobody will hear of it again: whatever is in hand is recorded as unknown. */
export function closeAll(move: Move, basis: string): void {
  const { nextPop } = move.context;
  closeCall(move, 'unknown', basis);
  if (nextPop) closeUntaken(move, nextPop, 'unknown', basis);
  move.set({ nextPop: null });
}

/** A pop that was never taken: it counts, and it is over. */
export function closeUntaken(move: Move, pop: PopFacts, result: 'void' | 'unknown', basis: string): void {
  const call = refOf(pop);
  move.fact({ kind: 'pop', call });
  if (pop.preview) move.fact({ kind: 'preview', call, outcome: pop.placed ? 'placed' : 'withdrawn' });
  move.fact({ kind: 'call.closed', call, label: '', result, basis, seconds: 0 });
}

/** Each preview has one outcome, said once; the first word counts. */
export function previewOutcome(move: Move, outcome: PreviewOutcome): void {
  const { call } = move.context;
  if (!call?.fromPreview || call.previewOutcome) return;
  patch(move, { previewOutcome: outcome });
  move.fact({ kind: 'preview', call: call.ref, outcome });
}

function endTalk(move: Move, by: 'us' | 'far-side'): void {
  const { call } = move.context;
  if (!call || call.endedBy) return;
  patch(move, { endedBy: by, talkedMs: call.connectedAt === null ? 0 : move.now - call.connectedAt });
}

function inHand(call: OpenCall): CallInHand {
  return {
    interactionId: call.pop.interactionId,
    nth: call.nth,
    connected: call.connectedAt !== null,
    endedBy: call.endedBy,
    talkedMs: call.talkedMs,
  };
}
