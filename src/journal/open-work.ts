import type { CallRef, EndingNote, PreviewOutcome } from './record.js';

/** The inner states of a call (agent/context.ts has the same words). */
export type OpenCallStage =
  | 'previewing'
  | 'placing'
  | 'ringing'
  | 'talking'
  | 'hanging-up'
  | 'wrapping-up'
  | 'dispositioning'
  | 'redispositioning';

/** How a call stands whose answer was recorded while its result was not: the result that follows from it. */
export interface SettledBy {
  readonly result: 'accepted' | 'void' | 'failed' | 'unknown';
  readonly basis: string;
}

/**
 * A call that has no result yet, as far as its records tell. Times are epoch milliseconds. It holds what
 * `AgentContext.call` needs after a restart; nothing in it is a guess.
 */
export interface UnsettledCall {
  readonly ref: CallRef;
  /** 1 for the agent's first call: names the call's random streams. */
  readonly nth: number;
  readonly poppedAt: number;
  readonly preview: boolean;
  /** The preview's call is known to be placed. */
  readonly placed: boolean;
  readonly previewEndsAt: number | null;
  readonly contact: string;
  readonly stage: OpenCallStage;
  readonly previewOutcome: PreviewOutcome | null;
  /** The decision at the offer; null while none was made. */
  readonly offer: {
    readonly at: number;
    readonly place: boolean;
    readonly thinkMs: number;
    readonly ringForMs: number;
  } | null;
  readonly placeTries: number;
  /** It was last placed because the preview's own timer ran out. */
  readonly placedByTimer: boolean;
  /** A place request may have been carried out, and nobody knows. */
  readonly placeInDoubt: boolean;
  readonly ringingSince: number | null;
  readonly connectedAt: number | null;
  readonly talkMs: number | null;
  readonly endedBy: 'us' | 'far-side' | null;
  readonly talkedMs: number;
  /** The decision at the end; null while none was made. */
  readonly end: { readonly at: number; readonly wrapUpMs: number } | null;
  /** Labels to try, and which one is next. */
  readonly endings: readonly EndingNote[];
  readonly choice: number;
  /** The label sent last, or the first to be sent. */
  readonly label: string;
  /** Dispositions sent so far. */
  readonly sends: number;
  /** An intent is recorded and no outcome: the request may have left. */
  readonly underWay: boolean;
  /** An earlier disposition may have been carried out: its answer was lost. */
  readonly sent: 'never' | 'doubt';
  /** Session and Dialer link stayed up since a disposition was first sent. */
  readonly unbroken: boolean;
  readonly settled: SettledBy | null;
}

/** A break that was asked for, or is under way. */
export interface OpenBreak {
  readonly by: 'us' | 'person';
  readonly reason: string;
  readonly forMs: number;
  readonly askedAt: number;
  /** Null before the grant. Ours ends `forMs` after it. */
  readonly grantedAt: number | null;
}

/** A log-off that was asked for and has not come about. */
export interface OpenLeave {
  readonly reason: string;
  readonly forGood: boolean;
  readonly askedAt: number;
  readonly granted: boolean;
}

/** All that one agent had in hand when its records end. */
export interface OpenWork {
  readonly user: string;
  /** When it was last heard of. */
  readonly at: number;
  /** Calls taken so far: the next is number `calls + 1`, so that random streams go on. */
  readonly calls: number;
  /** Ends decided so far: breaks after so many calls count on. */
  readonly endsDecided: number;
  readonly call: UnsettledCall | null;
  /** Calls overtaken by a later pop before their result was recorded: over for Dialer, to be closed at once. */
  readonly overtaken: readonly UnsettledCall[];
  readonly pause: OpenBreak | null;
  readonly leave: OpenLeave | null;
  /** The fingerprint of a secret that the server refused for good (design §4.1, rule 14). */
  readonly refused: { readonly code: string; readonly fingerprint: string; readonly at: number } | null;
}

/** An agent that nothing is recorded of. */
export function noWork(user: string, at: number): OpenWork {
  return {
    user,
    at,
    calls: 0,
    endsDecided: 0,
    call: null,
    overtaken: [],
    pause: null,
    leave: null,
    refused: null,
  };
}

/**
 * The result of a call that a later pop overtook (design §4.1, rules 3 and 5): by its answer where one was recorded,
 * unknown where a disposition may have arrived, and else void.
 */
export function overtakenResult({ settled, underWay, sent }: UnsettledCall): SettledBy {
  if (settled) return settled;
  if (underWay || sent === 'doubt') return { result: 'unknown', basis: 'no-answer' };
  return { result: 'void', basis: 'agent-received-a-new-call' };
}

/** Whether anything would be lost without a checkpoint of it, beside the counters. */
export function isOpen(work: OpenWork): boolean {
  return (
    work.call !== null ||
    work.overtaken.length > 0 ||
    work.pause !== null ||
    work.leave !== null ||
    work.refused !== null
  );
}
