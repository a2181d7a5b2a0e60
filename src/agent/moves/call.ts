import type { PreviewOutcome } from '../../journal/record.js';
import { type CallStage, type OpenCall, openCall } from '../context.js';
import type { PopFacts } from '../events.js';
import type { CallInHand } from '../orders.js';
import type { AgentTimings } from '../timings.js';
import { type Move, on } from './move.js';
import { refOf } from './session.js';

/** A call from its pop to the moment its disposition is due. */
export function callMoves(timings: AgentTimings) {
  /** Opens a call for a pop that no open call answers to. */
  const begin = (move: Move, pop: PopFacts): void => {
    const stage: CallStage = !pop.preview ? 'talking' : pop.placed ? 'ringing' : 'previewing';
    const nth = move.context.calls + 1;
    const call = {
      ...openCall(pop, nth, stage, move.now),
      deadline: move.now + timings.decisionMs,
      connectedAt: stage === 'talking' ? move.now : null,
    };
    move.set({ call, calls: nth, nextPop: null });
    move.fact({ kind: 'pop', call: refOf(pop) });
    if (stage === 'talking') decide(move, 'connect');
    else decide(move, 'offer');
    if (stage === 'ringing') previewOutcome(move, 'placed');
  };

  return {
    /** A pop while no call is open. */
    'take the pop': on('call.popped', (move, event) => begin(move, event.pop)),

    'take the next pop': (move: Move) => {
      if (move.context.nextPop) begin(move, move.context.nextPop);
    },

    /** The answer to our disposition is still on its way: the new pop waits for it. */
    'let the pop wait': on('call.popped', (move, event) => {
      const { nextPop } = move.context;
      if (nextPop && nextPop.interactionId !== event.pop.interactionId) voidUntaken(move, nextPop);
      move.set({ nextPop: event.pop });
    }),

    /** A new id while a call is open: for Dialer the open one is over (reference §6.9). */
    'void the open call and take the pop': on('call.popped', (move, event) => {
      closeCall(move, 'void', 'agent-received-a-new-call');
      begin(move, event.pop);
    }),

    /** The same contact under a new id after a placed preview (reference §7 #9). */
    'know the call by its new id': on('call.popped', (move, event) => {
      patch(move, { pop: event.pop });
    }),

    /** A duplicate, or news of the same call: an update (reference §6.9). */
    'update the call': on('call.popped', (move, event) => patch(move, { pop: event.pop })),

    'note that it is placed': (move: Move) => {
      const { call } = move.context;
      if (!call) return;
      previewOutcome(move, 'placed');
      patch(move, { deadline: move.now + (call.ringForMs || timings.decisionMs) });
    },

    /** After a new log-in the same pop proves that the call outlived the old session: go on where it was (rules 5, 7). */
    'take up the call': on('call.popped', (move, event) => {
      const { call } = move.context;
      if (!call) return;
      const stage = stageAfterRepop(call, event.pop);
      patch(move, { pop: event.pop, stage });
      if (stage === 'previewing' && call.stage !== 'previewing') patch(move, { deadline: move.now });
      if (stage === 'ringing' && call.stage !== 'ringing') {
        previewOutcome(move, 'placed');
        patch(move, { deadline: move.now + (call.ringForMs || timings.decisionMs) });
      }
      if (stage === 'talking' && call.stage !== 'talking') connect(move);
      if (stage === 'hanging-up') hangUp(move);
      if (stage === 'dispositioning') dispose(move, timings);
    }),

    /** The disposition never left before the session was lost, and no pop came again: it may be sent once (rule 5). */
    'send what never left': (move: Move) => {
      patch(move, { stage: 'dispositioning' });
      dispose(move, timings);
    },

    'note the offer decision': on('call.offer-decided', (move, event) => {
      const { call } = move.context;
      if (!call) return;
      if (call.stage !== 'previewing') {
        patch(move, { ringForMs: event.ringForMs, deadline: move.now + event.ringForMs });
        return;
      }
      const think = move.now + event.thinkMs;
      const timer = call.pop.previewEndsInMs === null ? Number.POSITIVE_INFINITY : call.poppedAt + call.pop.previewEndsInMs;
      // A call that is not to be placed must be refused while the preview still lasts; one that is may run it out.
      const deadline = event.place ? Math.min(think, timer) : Math.min(think, Math.max(move.now, timer - 1_000));
      patch(move, { place: event.place, ringForMs: event.ringForMs, deadline, choices: event.choices, choice: 0 });
    }),

    'place the call': (move: Move) => {
      const { call } = move.context;
      if (!call) return;
      const byTimer = call.pop.previewEndsInMs !== null && move.now >= call.poppedAt + call.pop.previewEndsInMs;
      patch(move, { placeTries: call.placeTries + 1, deadline: Number.POSITIVE_INFINITY });
      move.order('step', { do: 'place', call: call.pop.interactionId, byTimer });
    },

    'wait for the far side': (move: Move) => {
      const { call } = move.context;
      if (!call) return;
      const timedOut = call.pop.previewEndsInMs !== null && move.now >= call.poppedAt + call.pop.previewEndsInMs;
      previewOutcome(move, timedOut ? 'timed-out' : 'placed');
      patch(move, { deadline: move.now + call.ringForMs });
    },

    /** Gone, or in doubt: a pop may yet say what became of it (rule 4). */
    'wait for word of the call': (move: Move) => patch(move, { deadline: move.now + timings.placeDoubtMs }),

    'try to place it again soon': (move: Move) => patch(move, { deadline: move.now + timings.retryMs }),

    'note that the preview was taken away': (move: Move) => {
      previewOutcome(move, 'withdrawn');
      patch(move, { endedBy: 'far-side' });
      decide(move, 'end');
    },

    /** Nobody knows whether it was placed; it never connected, so it is decided as not connected. */
    'give up placing': (move: Move) => {
      previewOutcome(move, 'withdrawn');
      decide(move, 'end');
    },

    'begin to talk': (move: Move) => connect(move),

    'note the talk decision': on('call.talk-decided', (move, event) => {
      const { call } = move.context;
      if (call) patch(move, { deadline: (call.connectedAt ?? move.now) + event.talkMs });
    }),

    'hang up': (move: Move) => hangUp(move),

    /** The far side, or somebody else, ended it before us: act once (reference §5.3). */
    'note that the call ended': (move: Move, event: { type: string; by?: 'us' | 'far-side' }) => {
      endTalk(move, event.by ?? 'far-side');
      decide(move, 'end');
    },

    'decide the end': (move: Move) => decide(move, 'end'),

    'note the end decision': on('call.end-decided', (move, event) =>
      patch(move, { deadline: move.now + event.wrapUpMs, choices: event.choices, choice: 0, label: event.label }),
    ),
  };

  function connect(move: Move): void {
    patch(move, { connectedAt: move.now, deadline: move.now + timings.decisionMs });
    decide(move, 'connect');
  }

  function decide(move: Move, point: 'offer' | 'connect' | 'end'): void {
    const { call } = move.context;
    if (!call) return;
    patch(move, { deadline: move.now + timings.decisionMs });
    move.order(null, { do: 'decide', point, call: inHand(call) });
  }

  function hangUp(move: Move): void {
    const { call } = move.context;
    if (!call) return;
    endTalk(move, 'us');
    patch(move, { deadline: Number.POSITIVE_INFINITY });
    move.order('step', { do: 'disconnect', call: call.pop.interactionId });
  }
}

/** A pop that was overtaken by another before it could be taken: it counts, and it is over. */
function voidUntaken(move: Move, pop: PopFacts): void {
  const call = refOf(pop);
  move.fact({ kind: 'pop', call });
  move.fact({ kind: 'call.closed', call, label: '', result: 'void', basis: 'agent-received-a-new-call', seconds: 0 });
}

/** Sends the disposition that is due. Called by the chart's moves and when a re-pop proves the call still open. */
export function dispose(move: Move, timings: AgentTimings): void {
  const { call } = move.context;
  if (!call) return;
  patch(move, {
    deadline: Number.POSITIVE_INFINITY,
    dispositionTries: call.dispositionTries + 1,
    giveUpAt: Math.min(call.giveUpAt, move.now + timings.dispositionMs),
  });
  move.order('step', { do: 'disposition', call: call.pop.interactionId, nth: call.nth, choice: call.choice });
}

/** Closes the open call with its one final result. */
export function closeCall(move: Move, result: 'accepted' | 'void' | 'failed' | 'unknown', basis: string): void {
  const { call } = move.context;
  if (!call) return;
  if (call.pop.preview && !call.previewOutcome) {
    const skipped = result === 'accepted' && !call.place;
    previewOutcome(move, skipped ? 'skipped' : 'withdrawn');
  }
  move.fact({
    kind: 'call.closed',
    call: refOf(call.pop),
    label: call.label,
    result,
    basis,
    seconds: (move.now - call.poppedAt) / 1_000,
  });
  move.set({ call: null });
}

export function patch(move: Move, change: Partial<OpenCall>): void {
  const { call } = move.context;
  if (call) move.set({ call: { ...call, ...change } });
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

/** Each preview has one outcome, said once. */
function previewOutcome(move: Move, outcome: PreviewOutcome): void {
  const { call } = move.context;
  if (!call?.pop.preview || call.previewOutcome) return;
  patch(move, { previewOutcome: outcome });
  move.fact({ kind: 'preview', call: refOf(call.pop), outcome });
}

function endTalk(move: Move, by: 'us' | 'far-side'): void {
  const { call } = move.context;
  if (!call || call.endedBy) return;
  patch(move, { endedBy: by, talkedMs: call.connectedAt === null ? 0 : move.now - call.connectedAt });
}

/** Where a call goes on when its pop comes again. */
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
