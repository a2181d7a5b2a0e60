import type { PreviewOutcome } from '../journal/record.js';
import type { PopFacts } from './events.js';

/** The inner states of a call, written once and shown by on-call, break-pending and logoff-pending alike. */
export const CALL_STAGES = [
  'previewing',
  'placing',
  'ringing',
  'talking',
  'hanging-up',
  'wrapping-up',
  'dispositioning',
  'redispositioning',
] as const;
export type CallStage = (typeof CALL_STAGES)[number];

/** The one call that an agent has open, from its first pop to its final result. */
export interface OpenCall {
  readonly pop: PopFacts;
  /** 1 for the agent's first call: names the call's random streams. */
  readonly nth: number;
  readonly stage: CallStage;
  readonly poppedAt: number;
  /** When the present stage ends by itself, in monotonic milliseconds; Infinity while a decision is awaited. */
  readonly deadline: number;
  /** At the offer: place it, or leave it unplaced. */
  readonly place: boolean;
  readonly ringForMs: number;
  readonly previewOutcome: PreviewOutcome | null;
  readonly placeTries: number;
  readonly connectedAt: number | null;
  readonly talkedMs: number;
  readonly endedBy: 'us' | 'far-side' | null;
  /** How many labels there are to try, and which one is next. */
  readonly choices: number;
  readonly choice: number;
  readonly label: string;
  /** `doubt`: a disposition was sent and its answer never came (rule 5). */
  readonly sent: 'never' | 'doubt';
  readonly dispositionTries: number;
  /** When tries that fail for the server's sake come to an end. */
  readonly giveUpAt: number;
  /** Session and Dialer link stayed up since the first disposition was sent. */
  readonly unbroken: boolean;
}

/** A log-off that was asked for. */
export interface Leave {
  readonly reason: string;
  readonly forGood: boolean;
  readonly granted: boolean;
  readonly askedAt: number;
  readonly tries: number;
  /** Never set Available again on the way out (rule 6). */
  readonly quiet: boolean;
}

/** A break that was asked for, granted, or imposed by a person. */
export interface Pause {
  readonly by: 'us' | 'person';
  readonly reason: string;
  readonly forMs: number;
  /** When it ends, in monotonic milliseconds; null before the grant and for a person's break. */
  readonly until: number | null;
  readonly granted: boolean;
  /** Dialer has acknowledged the request; only then does NotOnBreak withdraw it. */
  readonly acknowledged: boolean;
  /** Our break status was seen in force; before that, a NotOnBreak or Available is an echo of the time before the grant. */
  readonly settled: boolean;
  readonly askedAt: number;
}

/** Numbers of the orders whose answers are awaited; 0 = none. */
export interface Awaiting {
  /** The main line: log-in steps, Available, and the commands of a call. */
  readonly step: number;
  /** request-break. */
  readonly pause: number;
  /** log-off. */
  readonly leave: number;
  /** An enlisting that runs beside the main line. */
  readonly enlist: number;
  /** A Dialer log-in that repairs a lost link. */
  readonly relog: number;
}

/** The agent's memory. Nested on purpose: XState copies the top level at each assign (at most 16 keys stay fast). */
export interface AgentContext {
  readonly user: string;
  /** Orders given so far. */
  readonly orders: number;
  readonly awaiting: Awaiting;
  /** Calls taken so far. */
  readonly calls: number;
  readonly call: null | OpenCall;
  /** A pop that came while the answer to the previous call's disposition was still on its way. */
  readonly nextPop: PopFacts | null;
  readonly leave: Leave | null;
  readonly pause: Pause | null;
  readonly dialer: DialerStanding;
  readonly status: StatusStanding;
  /** Why the last attempt to get to work failed. */
  readonly setback: string | null;
}

export interface DialerStanding {
  readonly linkUp: boolean;
  /** An availableCampaignsMessage has come. */
  readonly known: boolean;
  /** ready-for-calls was accepted on this Dialer session. */
  readonly enlisted: boolean;
  readonly joined: number;
  /** Offered campaigns to log in to. */
  readonly fresh: readonly string[];
  /** A supervisor took the agent out: stay out until put in again (rule 9). */
  readonly removed: boolean;
}

export interface StatusStanding {
  /** Refusals of Available in a row. */
  readonly refusals: number;
  /** Times in a row that a call rang out on us. */
  readonly notAnswering: number;
  /** When the present pause before setting Available ends, monotonic. */
  readonly resumeAt: number;
  /** A status set by a person is in force. */
  readonly person: boolean;
  /** A blended ACD interaction is live. */
  readonly acd: boolean;
}

const OUT_OF_DIALER: DialerStanding = { linkUp: true, known: false, enlisted: false, joined: 0, fresh: [], removed: false };
const NO_STATUS: StatusStanding = { refusals: 0, notAnswering: 0, resumeAt: 0, person: false, acd: false };
export const NOTHING_AWAITED: Awaiting = { step: 0, pause: 0, leave: 0, enlist: 0, relog: 0 };

/** An agent that has done nothing yet. */
export function freshContext(user: string): AgentContext {
  return {
    user,
    orders: 0,
    awaiting: NOTHING_AWAITED,
    calls: 0,
    call: null,
    nextPop: null,
    leave: null,
    pause: null,
    dialer: OUT_OF_DIALER,
    status: NO_STATUS,
    setback: null,
  };
}

/** What survives the loss of a session: the call, the break and the pending log-off (rule 7). */
export function afterSessionLoss(context: AgentContext): Partial<AgentContext> {
  return {
    awaiting: NOTHING_AWAITED,
    nextPop: null,
    dialer: { ...OUT_OF_DIALER, removed: context.dialer.removed },
    status: NO_STATUS,
    leave: context.leave && { ...context.leave, granted: false, tries: 0 },
    pause: context.pause && { ...context.pause, granted: false, acknowledged: false, settled: false },
    call: context.call && cutOff(context.call),
  };
}

/** A disposition that was under way when the session went may have arrived: it is in doubt (rule 5). */
function cutOff(call: OpenCall): OpenCall {
  return call.stage === 'dispositioning'
    ? { ...call, unbroken: false, stage: 'redispositioning', sent: 'doubt' }
    : { ...call, unbroken: false };
}

/** A call as its first pop opens it. */
export function openCall(pop: PopFacts, nth: number, stage: CallStage, now: number): OpenCall {
  return {
    pop,
    nth,
    stage,
    poppedAt: now,
    deadline: Number.POSITIVE_INFINITY,
    place: true,
    ringForMs: 0,
    previewOutcome: null,
    placeTries: 0,
    connectedAt: null,
    talkedMs: 0,
    endedBy: null,
    choices: 0,
    choice: 0,
    label: '',
    sent: 'never',
    dispositionTries: 0,
    giveUpAt: Number.POSITIVE_INFINITY,
    unbroken: true,
  };
}
