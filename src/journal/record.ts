/**
 * What happened, in the words of the trade. Every fact about an agent's work passes through here once; metrics, summary
 * and journal are all folds of these records. Times are epoch milliseconds, durations seconds. No secret is ever part of
 * one, and of a contact only the columns that `journal.columns` names. Members marked optional are what recovery, queries
 * and replay read; folds that count do without them.
 */
export type JournalRecord = { readonly at: number; readonly user: string } & Fact;

/** How a call ended for good (design §2, promise 1). */
export type CallResult = 'accepted' | 'void' | 'failed' | 'unknown';

/** What became of a preview (design §8). */
export type PreviewOutcome = 'placed' | 'skipped' | 'timed-out' | 'withdrawn';

/** Who owns a callback. */
export type CallbackOwner = 'self' | 'anyone' | 'other';

/** The three moments at which the policy is asked (design §7). */
export type DecisionPoint = 'offer' | 'connect' | 'end';

/** The seven states of an agent, as metrics, logs and documentation name them (design §4). */
export const AGENT_STATES = [
  'logged-out',
  'logged-in',
  'ready',
  'on-call',
  'break-pending',
  'on-break',
  'logoff-pending',
] as const;
export type AgentState = (typeof AGENT_STATES)[number];

/** Who asked something of the worker, and by which way. */
export interface Asker {
  readonly by: 'http' | 'signal' | 'file-watch';
  /** The address that it came from, the signal, or the file. */
  readonly from?: string;
  /** As whom the asker introduced himself; nobody can check it. */
  readonly as?: string;
}

/** The `user` of a record that is about the worker as a whole. */
export const WHOLE_WORKER = '';

/** A call as records name it. */
export interface CallRef {
  readonly interactionId: string;
  readonly campaignId: string;
  readonly campaign: string;
  readonly kind: string;
}

/** The part of `call` that records name. */
export function callRef({ interactionId, campaignId, campaign, kind }: CallRef): CallRef {
  return { interactionId, campaignId, campaign, kind };
}

/** What the answer to a command means to the agent (the words of agent/events.ts). */
export type AnswerVerdict = 'ok' | 'gone' | 'refused' | 'forbidden' | 'unavailable' | 'lost' | 'unsent';

/** One way to end a call: a label to send and, with a callback, its time (Unix seconds) and owner. */
export interface EndingNote {
  readonly label: string;
  readonly scheduledTime?: number;
  readonly scheduledAgent?: string;
  readonly owner?: CallbackOwner;
}

/** What a decision said beside its rule and action, so that it need not be made twice. Milliseconds. */
export interface DecisionDetails {
  /** Seed of the random streams that it drew from. */
  readonly seed?: number;
  /** At the offer. */
  readonly place?: boolean;
  readonly thinkMs?: number;
  readonly ringForMs?: number;
  /** At connect. */
  readonly talkMs?: number;
  /** At the end, and at an offer that is not to be placed: the labels to try, in this order. */
  readonly endings?: readonly EndingNote[];
  readonly wrapUpMs?: number;
  /** The time of a callback on the contact's clock: `2026-11-22T10:00:00-07:00[America/Denver]`. */
  readonly local?: string;
  /** How the call went, as the policy was told at its end. */
  readonly connected?: boolean;
  readonly endedBy?: 'us' | 'far-side' | null;
  readonly talkedMs?: number;
}

/** An input of the chart in normalised form (agent/events.ts), recorded for `replay`. */
export interface RecordedEvent {
  readonly type: string;
}

export type Fact =
  | { readonly kind: 'session.opened'; readonly session: string; readonly host: string }
  | { readonly kind: 'session.refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'session.unreached'; readonly code: string; readonly message: string }
  | { readonly kind: 'session.lost'; readonly session: string; readonly reason: string }
  | { readonly kind: 'session.closed'; readonly session: string }
  /** The message channel stumbled or the agent set out to log in again. */
  | { readonly kind: 'reconnect'; readonly reason: string }
  /** Between two of the seven states; `seconds` is the time spent in `from`. */
  | {
      readonly kind: 'transition';
      readonly from: AgentState;
      readonly to: AgentState;
      readonly event: string;
      readonly seconds: number;
    }
  /** The first pop of an interaction. */
  | {
      readonly kind: 'pop';
      readonly call: CallRef;
      /** 1 for the agent's first call; absent for a pop that was over before it could be taken. */
      readonly nth?: number;
      readonly preview?: boolean;
      /** The preview came with its call already placed. */
      readonly placed?: boolean;
      readonly dialingMode?: number;
      /** Milliseconds until the preview's own timer runs out. */
      readonly previewEndsInMs?: number | null;
      /** Recognises the contact under another id; a keyed hash, never the columns themselves. */
      readonly contact?: string;
      /** Only those that `journal.columns` names. */
      readonly columns?: Readonly<Record<string, string>>;
    }
  /** The open call goes on under another interaction id (reference §7 #9). */
  | { readonly kind: 'call.renamed'; readonly call: CallRef; readonly was: string }
  | {
      readonly kind: 'decision';
      readonly call: CallRef;
      readonly point: DecisionPoint;
      readonly policy: string;
      /** Tells one content of the policy from another. */
      readonly policyHash?: string;
      readonly rule: string | null;
      readonly action: string;
      readonly nth?: number;
      readonly details?: DecisionDetails;
    }
  | { readonly kind: 'preview'; readonly call: CallRef; readonly outcome: PreviewOutcome }
  /** Written before the request leaves. */
  | {
      readonly kind: 'intent';
      readonly command: string;
      readonly call?: CallRef;
      readonly label?: string;
      /** Number of the chart's order. */
      readonly order?: number;
      readonly nth?: number;
      /** Which of the call's endings it sends. */
      readonly choice?: number;
      readonly scheduledTime?: number;
      readonly scheduledAgent?: string;
      readonly owner?: CallbackOwner;
      readonly byTimer?: boolean;
    }
  /** Written when the answer, or its absence, is known. */
  | {
      readonly kind: 'outcome';
      readonly command: string;
      readonly call?: CallRef;
      readonly answer: 'ok' | 'refused' | 'lost';
      readonly status?: number;
      readonly order?: number;
      readonly nth?: number;
      /** Tells a request that never left from one whose answer was lost; without it, `lost` is taken as in doubt. */
      readonly verdict?: AnswerVerdict;
    }
  /** The one final result of a call. `seconds` runs from pop to result. */
  | {
      readonly kind: 'call.closed';
      readonly call: CallRef;
      readonly label: string;
      readonly result: CallResult;
      readonly basis: string;
      readonly seconds: number;
    }
  /** A callback that Dialer accepted; `delaySeconds` runs from now to the scheduled time. */
  | {
      readonly kind: 'callback';
      readonly call: CallRef;
      readonly owner: CallbackOwner;
      readonly scheduledTime: number;
      readonly delaySeconds: number;
      readonly label?: string;
      readonly scheduledAgent?: string;
    }
  | { readonly kind: 'break.asked'; readonly reason: string; readonly forMs?: number }
  | { readonly kind: 'break.granted'; readonly reason: string; readonly waitSeconds: number }
  | { readonly kind: 'break.ended'; readonly reason: string }
  /** A break that was asked for and will not come: refused, withdrawn, or overtaken by a log-off or a removal. */
  | { readonly kind: 'break.dropped'; readonly reason: string }
  | { readonly kind: 'logoff.asked'; readonly reason: string; readonly forGood?: boolean }
  | { readonly kind: 'logoff.granted'; readonly waitSeconds: number }
  /** Somebody asked something of an agent, or of the whole worker (`user` is empty), and what became of it. */
  | ({
      readonly kind: 'control';
      readonly act: 'break' | 'end-break' | 'log-off' | 'log-in' | 'drain' | 'reload';
      readonly accepted: boolean;
      readonly why?: string;
      readonly reason?: string;
      readonly forMs?: number;
      readonly campaigns?: readonly string[];
      /** After a reload: the policies in force, name to hash. */
      readonly policies?: Readonly<Record<string, string>>;
    } & Asker)
  | { readonly kind: 'stopped'; readonly reason: string; readonly forGood: boolean }
  /**
   * The agent did not get on, or met a defect: its session was given up, or the whole agent replaced by one with its
   * memory. `place` is the inner state it was in for `seconds`.
   */
  | {
      readonly kind: 'restarted';
      readonly reason: 'stuck' | 'defect';
      readonly how: 'session' | 'agent';
      readonly place: string;
      readonly seconds: number;
    }
  /** A reload put the agent into the roster, or one that had stopped was called back. `calls`: taken earlier in this run. */
  | { readonly kind: 'roster.joined'; readonly calls: number }
  /** A reload took the agent out of the roster, and it is out. */
  | { readonly kind: 'roster.left' }
  /** The server refused this user's secret for good; the fingerprint tells whether it has changed since (rule 14). */
  | { readonly kind: 'credentials.refused'; readonly code: string; readonly fingerprint: string }
  /** The chart was told this. Written before the chart acts on it. */
  | { readonly kind: 'event'; readonly event: RecordedEvent }
  /** Something a person should know; `code` is a closed list (docs/errors.md). */
  | { readonly kind: 'problem'; readonly code: string; readonly message: string };

/** One ICWS request, for the latency figures. Not journalled. */
export interface RequestObservation {
  readonly operation: string;
  /** HTTP status, or `error` when no answer came. */
  readonly status: number | 'error';
  readonly seconds: number;
}
