import type { CallRef, Fact } from '../journal/record.js';

/** All that an agent may ask of the world. Orders return nothing: each answer comes back as an event. */
export type AgentOrder =
  /** Ask the pacer for leave to log in; `after` says what went wrong before, null at the first time. */
  | { readonly do: 'take-turn'; readonly after: string | null }
  | { readonly do: 'give-up-turn' }
  | { readonly do: 'open-session' }
  /** Watch status, station and queue, read the statuses, take the station. */
  | { readonly do: 'prepare-session' }
  /** Set the end status, the last thing before the session is closed. */
  | { readonly do: 'say-farewell' }
  /** Log out, or drop what is left of a session. */
  | { readonly do: 'close-session' }
  | { readonly do: 'log-in' }
  /** Log in to the campaigns that are offered and wanted, then ready-for-calls. */
  | { readonly do: 'enlist' }
  | { readonly do: 'log-off' }
  | { readonly do: 'set-available' }
  | { readonly do: 'set-break-status' }
  | { readonly do: 'request-break' }
  | { readonly do: 'end-break' }
  | { readonly do: 'decide'; readonly point: 'offer' | 'connect' | 'end'; readonly call: CallInHand }
  | { readonly do: 'place'; readonly call: string; readonly byTimer: boolean }
  /** `of` names the call in records: it may be over by the time that this is carried out. */
  | { readonly do: 'disconnect'; readonly call: string; readonly of: CallName }
  /** Send label number `choice` of the call's decision. */
  | { readonly do: 'disposition'; readonly call: string; readonly nth: number; readonly choice: number };

/** A call as records name it. */
export interface CallName {
  readonly ref: CallRef;
  readonly nth: number;
}

/** A call as the policy is asked about it. */
export interface CallInHand {
  readonly interactionId: string;
  /** 1 for the agent's first call. */
  readonly nth: number;
  readonly connected: boolean;
  readonly endedBy: 'us' | 'far-side' | null;
  readonly talkedMs: number;
}

/** What the chart says aloud: orders to carry out and facts to record. */
export type AgentEmission =
  | { readonly type: 'order'; readonly command: number; readonly order: AgentOrder }
  | { readonly type: 'fact'; readonly fact: Fact };
