/** How long an agent waits for what should happen by itself. Milliseconds. */
export interface AgentTimings {
  /** For the first availableCampaignsMessage after a Dialer log-in (reference §7 #6). */
  readonly campaignsMs: number;
  /** Before the warning that an agent is in no campaign (rule 10). */
  readonly noCampaignMs: number;
  /** For the re-pop of an open call after a new log-in (`recovery.wait`, rule 5). */
  readonly recoveryMs: number;
  /** For a log-in to look whether Dialer holds a call, once a log-off is asked for while the session is lost. */
  readonly lastLookMs: number;
  /** After a disposition with a break or log-off pending: a grant already on its way arrives before Available is set. */
  readonly grantMs: number;
  /** Before a break request that nobody granted is repeated. */
  readonly breakPatienceMs: number;
  /** Before a log-off request that nobody granted is repeated; the third time the agent leaves without a grant. */
  readonly logoffPatienceMs: number;
  /** For the answer to an order to set Available: whether a call is on its way is looked for first, several times (rule 2). */
  readonly availableMs: number;
  /** Between tries of Available and of enlisting; grows with each. */
  readonly retryMs: number;
  /** After a place request whose outcome is in doubt, for a pop that tells (rule 4). */
  readonly placeDoubtMs: number;
  /** How long a disposition that the server cannot take is tried again (rule 6). */
  readonly dispositionMs: number;
  /** For a decision of the policy; it is immediate, so this only keeps a defect from wedging an agent. */
  readonly decisionMs: number;
}

export const DEFAULT_TIMINGS: AgentTimings = {
  campaignsMs: 5_000,
  noCampaignMs: 60_000,
  recoveryMs: 10_000,
  lastLookMs: 20_000,
  grantMs: 1_500,
  breakPatienceMs: 60_000,
  logoffPatienceMs: 20_000,
  availableMs: 30_000,
  retryMs: 2_000,
  placeDoubtMs: 5_000,
  dispositionMs: 120_000,
  decisionMs: 30_000,
};
