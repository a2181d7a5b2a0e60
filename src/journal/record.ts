/**
 * What happened, in the words of the trade. Every fact about an agent's work passes through here once; metrics, summary
 * and journal are all folds of these records. Times are epoch milliseconds, durations seconds. No secret and no contact
 * column is ever part of one.
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
  | { readonly kind: 'pop'; readonly call: CallRef }
  | {
      readonly kind: 'decision';
      readonly call: CallRef;
      readonly point: DecisionPoint;
      readonly policy: string;
      readonly rule: string | null;
      readonly action: string;
    }
  | { readonly kind: 'preview'; readonly call: CallRef; readonly outcome: PreviewOutcome }
  /** Written before the request leaves. */
  | { readonly kind: 'intent'; readonly command: string; readonly call?: CallRef; readonly label?: string }
  /** Written when the answer, or its absence, is known. */
  | {
      readonly kind: 'outcome';
      readonly command: string;
      readonly call?: CallRef;
      readonly answer: 'ok' | 'refused' | 'lost';
      readonly status?: number;
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
    }
  | { readonly kind: 'break.asked'; readonly reason: string }
  | { readonly kind: 'break.granted'; readonly reason: string; readonly waitSeconds: number }
  | { readonly kind: 'break.ended'; readonly reason: string }
  | { readonly kind: 'logoff.asked'; readonly reason: string }
  | { readonly kind: 'logoff.granted'; readonly waitSeconds: number }
  | { readonly kind: 'stopped'; readonly reason: string; readonly forGood: boolean }
  /** Something a person should know; `code` is a closed list (docs/errors.md). */
  | { readonly kind: 'problem'; readonly code: string; readonly message: string };

/** One ICWS request, for the latency figures. Not journalled. */
export interface RequestObservation {
  readonly operation: string;
  /** HTTP status, or `error` when no answer came. */
  readonly status: number | 'error';
  readonly seconds: number;
}
