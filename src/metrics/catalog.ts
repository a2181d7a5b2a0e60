/** One metric as Prometheus and docs/metrics.md show it. `labels` maps each label to its meaning. */
export interface MetricSpec {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Upper bounds of a histogram, in seconds. */
  readonly buckets?: readonly number[];
}

/** What a metric of ours begins with. The metrics of Node and of the process keep their customary names. */
export const PREFIX = 'dialer_agent_';

const STATE = 'one of the seven states of an agent (docs/statechart.md)';
const CAMPAIGN = 'name of the campaign';
const REASON = 'a word of a closed list';
const OPERATION = 'the ICWS command, such as `disposition` or `log-in`';

const MACHINE_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const CALL_SECONDS = [1, 2.5, 5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1_200, 1_800];
const WAIT_SECONDS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800];
const STATE_SECONDS = [0.1, 0.5, 1, 5, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 14_400, 28_800];
const DELAY_SECONDS = [60, 300, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400, 172_800, 604_800, 2_592_000];

/** Every metric of the product, in the order of design §8. Registry and docs/metrics.md both come from this table. */
export const CATALOG = {
  agents: { name: 'agents', type: 'gauge', help: 'Agents by state.', labels: { state: STATE } },
  agentsDesired: { name: 'agents_desired', type: 'gauge', help: 'Agents that should be logged in now.', labels: {} },
  agentsStopped: {
    name: 'agents_stopped_total',
    type: 'counter',
    help: 'Agents that gave up, by reason.',
    labels: { reason: REASON },
  },
  agentRestarts: {
    name: 'agent_restarts_total',
    type: 'counter',
    help: 'Agents restarted with their memory: by the watchdog, or after a defect.',
    labels: { reason: '`stuck` or `defect`' },
  },
  transitions: {
    name: 'transitions_total',
    type: 'counter',
    help: 'Transitions between the seven states.',
    labels: { from: STATE, to: STATE, event: 'the event of the statechart that caused it' },
  },
  stateDuration: {
    name: 'state_duration_seconds',
    type: 'histogram',
    help: 'Time an agent spent in a state, observed when it leaves the state.',
    labels: { state: STATE },
    buckets: STATE_SECONDS,
  },
  calls: {
    name: 'calls_total',
    type: 'counter',
    help: 'Calls handed to agents: the first pop of each interaction.',
    labels: { campaign: CAMPAIGN, kind: '`preview`, `regular`, `own-callback`, `agentless`, `precise` or `manual`' },
  },
  callsOpen: { name: 'calls_open', type: 'gauge', help: 'Calls popped and not yet ended for good.', labels: {} },
  dispositions: {
    name: 'dispositions_total',
    type: 'counter',
    help: 'Final results of calls, skipped previews included.',
    labels: {
      campaign: CAMPAIGN,
      disposition: 'the label that was sent, `none` when none was',
      result: '`accepted`, `void` (the call was gone), `failed` or `unknown`',
    },
  },
  callbacks: {
    name: 'callbacks_scheduled_total',
    type: 'counter',
    help: 'Callbacks that Dialer accepted.',
    labels: { campaign: CAMPAIGN, owner: '`self`, `anyone` or `other`' },
  },
  callbackDelay: {
    name: 'callback_delay_seconds',
    type: 'histogram',
    help: 'From the scheduling of a callback to its time.',
    labels: {},
    buckets: DELAY_SECONDS,
  },
  previews: {
    name: 'previews_total',
    type: 'counter',
    help: 'Previews by what became of them.',
    labels: { campaign: CAMPAIGN, outcome: '`placed`, `skipped`, `timed-out` or `withdrawn`' },
  },
  breaks: { name: 'breaks_total', type: 'counter', help: 'Breaks granted.', labels: { reason: REASON } },
  breakWait: {
    name: 'break_wait_seconds',
    type: 'histogram',
    help: 'From the request of a break to its grant.',
    labels: { reason: REASON },
    buckets: WAIT_SECONDS,
  },
  shiftChanges: {
    name: 'shift_changes_total',
    type: 'counter',
    help: 'Beginnings and ends of shifts and of planned breaks.',
    labels: { timing: '`on-time`, or `made-good` where it was noticed late: the machine slept, or its clock was set' },
  },
  logoffWait: {
    name: 'logoff_wait_seconds',
    type: 'histogram',
    help: 'From the request of a log-off to its grant.',
    labels: {},
    buckets: WAIT_SECONDS,
  },
  popToDisposition: {
    name: 'pop_to_disposition_seconds',
    type: 'histogram',
    help: 'From the first pop of a call to its accepted disposition.',
    labels: { campaign: CAMPAIGN },
    buckets: CALL_SECONDS,
  },
  decisions: {
    name: 'policy_decisions_total',
    type: 'counter',
    help: 'Decisions of the policy.',
    labels: {
      policy: 'the policy',
      rule: 'the rule that decided, `none` when no rule did',
      action: 'what was decided, such as `place`, `skip`, `talk`, `disposition` or `callback`',
    },
  },
  requests: {
    name: 'icws_requests_total',
    type: 'counter',
    help: 'ICWS requests answered or given up.',
    labels: { operation: OPERATION, status: 'the HTTP status, or `error` when no answer came' },
  },
  requestDuration: {
    name: 'icws_request_duration_seconds',
    type: 'histogram',
    help: 'From handing over an ICWS request to its answer, waiting for a free connection included.',
    labels: { operation: OPERATION, status: 'the HTTP status, or `error` when no answer came' },
    buckets: REQUEST_SECONDS,
  },
  messages: {
    name: 'icws_messages_total',
    type: 'counter',
    help: 'ICWS messages received.',
    labels: { type: 'the message type without `urn:inin.com:`, `unknown` for one we do not know' },
  },
  sessions: {
    name: 'sessions_total',
    type: 'counter',
    help: 'ICWS sessions by what became of them.',
    labels: { result: '`opened`, `refused`, `lost` or `closed`' },
  },
  reconnects: {
    name: 'reconnects_total',
    type: 'counter',
    help: 'Times a message channel stumbled or an agent set out to log in again.',
    labels: { reason: REASON },
  },
  problems: {
    name: 'problems_total',
    type: 'counter',
    help: 'Things a person should know of, by code.',
    labels: { code: 'a code of docs/errors.md' },
  },
  policyInfo: {
    name: 'policy_info',
    type: 'gauge',
    help: 'Always 1; the policies in force, one for each name. A reload that changes one changes its hash.',
    labels: { policy: 'the policy', hash: 'tells one content from another; comments and layout do not count' },
  },
  policyReloads: {
    name: 'policy_reloads_total',
    type: 'counter',
    help: 'Times that the files were read anew.',
    labels: {
      result: '`applied`, `unchanged` or `refused` (something is wrong in the files; the old ones stay in force)',
    },
  },
  controlRequests: {
    name: 'control_requests_total',
    type: 'counter',
    help: 'What was asked of agents or of the worker by HTTP, signal or a changed file; one for each agent concerned.',
    labels: {
      act: '`break`, `end-break`, `log-off`, `log-in`, `drain` or `reload`',
      result: '`accepted` or `refused`',
    },
  },
  scheduleLateness: {
    name: 'schedule_lateness_seconds',
    type: 'histogram',
    help: 'How much later than planned the worker itself did what it had planned.',
    labels: {},
    buckets: MACHINE_SECONDS,
  },
  eventLoopLag: {
    name: 'event_loop_lag_seconds',
    type: 'histogram',
    help: 'How late a timer of the worker fires, sampled ten times a second.',
    labels: {},
    buckets: MACHINE_SECONDS,
  },
  journalAppend: {
    name: 'journal_append_seconds',
    type: 'histogram',
    help: 'From handing a group of records to the disk until they are safe there.',
    labels: {},
    buckets: MACHINE_SECONDS,
  },
  journalPending: {
    name: 'journal_pending',
    type: 'gauge',
    help: 'Records that are not on the disk yet, as of the scrape.',
    labels: {},
  },
  buildInfo: {
    name: 'build_info',
    type: 'gauge',
    help: 'Always 1; the labels say what is running.',
    labels: { version: 'of the worker', node: 'version of Node' },
  },
} as const satisfies Record<string, MetricSpec>;
