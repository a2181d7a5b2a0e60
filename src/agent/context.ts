import type { CallRef, PreviewOutcome } from '../journal/record.js';
import type { PopFacts } from './events.js';
import type { AgentEmission } from './orders.js';

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
  /** The latest pop: what commands name. */
  readonly pop: PopFacts;
  /** The call as records name it: campaign and kind of its first pop, and the id that it has now. */
  readonly ref: CallRef;
  /** It began as a preview. */
  readonly fromPreview: boolean;
  /** When the preview's own timer runs out, monotonic; Infinity without a timer. */
  readonly previewEndsAt: number;
  /** 1 for the agent's first call: names the call's random streams. */
  readonly nth: number;
  readonly stage: CallStage;
  readonly poppedAt: number;
  /** When the present stage ends by itself, in monotonic milliseconds; Infinity while a decision is awaited. */
  readonly deadline: number;
  /** The policy decided to place it; false also while nothing is decided, for a call is never placed without leave. */
  readonly place: boolean;
  readonly ringForMs: number;
  readonly previewOutcome: PreviewOutcome | null;
  readonly placeTries: number;
  /** It was placed because the preview's timer ran out. */
  readonly placedByTimer: boolean;
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
  /** Session and Dialer link stayed up since a disposition was first sent. */
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
  /** Why the agent stops for good was recorded; it is said once. */
  readonly told: boolean;
  /** A shift began meanwhile: come back after leaving. */
  readonly back: boolean;
}

/** A break that was asked for, granted, or imposed by a person. */
export interface Pause {
  readonly by: 'us' | 'person';
  readonly reason: string;
  readonly forMs: number;
  /** When it ends, in monotonic milliseconds: null before the first grant, Infinity for a person's break. */
  readonly until: number | null;
  /** Granted on this Dialer session. */
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
  /** request-break; 0: not requested on this Dialer session. */
  readonly pause: number;
  /** log-off; 0: not requested on this Dialer session. */
  readonly leave: number;
  /** Joining campaigns, in its own time beside the main line; never two at once. */
  readonly enlist: number;
  /** A Dialer log-in that repairs a lost link. */
  readonly relog: number;
}

/** The agent's memory. Nested on purpose: XState copies the top level at each assign (at most 16 keys stay fast). */
export interface AgentContext {
  readonly user: string;
  /** Hears what the agent says. The same one for life; it stands here because moves see nothing but memory. */
  readonly say: (emission: AgentEmission) => void;
  /** Orders given so far. */
  readonly orders: number;
  readonly awaiting: Awaiting;
  /** Calls taken so far. */
  readonly calls: number;
  readonly call: null | OpenCall;
  /** A pop that waits: for the answer to the previous call's disposition, or for the Dialer log-in. */
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
  /** The log-in was accepted on this link. */
  readonly loggedIn: boolean;
  /** An availableCampaignsMessage has come. */
  readonly known: boolean;
  /** ready-for-calls was accepted on this Dialer session. */
  readonly enlisted: boolean;
  /** A session went while Dialer could give calls: one of which nothing was read may be kept for the agent. */
  readonly mayHold: boolean;
  readonly joined: number;
  /** Offered campaigns to log in to. */
  readonly fresh: readonly string[];
  /** More was offered since the last enlisting began. */
  readonly more: boolean;
  /** Others took the agent out of its campaigns, or of Dialer altogether: it stays out until put in again (rule 9). */
  readonly removed: 'no' | 'from campaigns' | 'from Dialer';
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
  /** Available was in force in this session. What was set before is nobody's act against us. */
  readonly everAvailable: boolean;
}

const OUT_OF_DIALER: DialerStanding = {
  linkUp: true,
  loggedIn: false,
  known: false,
  enlisted: false,
  mayHold: false,
  joined: 0,
  fresh: [],
  more: false,
  removed: 'no',
};
const NO_STATUS: StatusStanding = {
  refusals: 0,
  notAnswering: 0,
  resumeAt: 0,
  person: false,
  acd: false,
  everAvailable: false,
};
export const NOTHING_AWAITED: Awaiting = { step: 0, pause: 0, leave: 0, enlist: 0, relog: 0 };

/** An agent that has done nothing yet. */
export function freshContext(user: string, say: AgentContext['say']): AgentContext {
  return {
    user,
    say,
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
    dialer: { ...OUT_OF_DIALER, removed: context.dialer.removed, mayHold: mayHold(context) },
    status: NO_STATUS,
    leave: context.leave && { ...context.leave, granted: false, tries: 0 },
    pause: context.pause && { ...context.pause, granted: false, acknowledged: false, settled: false },
    call: context.call && cutOff(context.call),
  };
}

/** Whether Dialer may hold a call for the agent once this session is gone. */
export function mayHold({ dialer, leave }: AgentContext): boolean {
  return dialer.mayHold || (dialer.enlisted && leave?.granted !== true);
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
    ref: refOf(pop),
    fromPreview: pop.preview,
    previewEndsAt: pop.previewEndsInMs === null ? Number.POSITIVE_INFINITY : now + pop.previewEndsInMs,
    nth,
    stage,
    poppedAt: now,
    deadline: Number.POSITIVE_INFINITY,
    place: false,
    ringForMs: 0,
    previewOutcome: null,
    placeTries: 0,
    placedByTimer: false,
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

/** A call as records name it. */
export function refOf({ interactionId, campaignId, campaign, kind }: PopFacts): CallRef {
  return { interactionId, campaignId, campaign, kind };
}
