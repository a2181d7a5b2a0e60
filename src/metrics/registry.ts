import { collectDefaultMetrics, Registry } from 'prom-client';
import { type BoundedLabel, closedList, firstValues, MOST_VALUES, pairLimit } from './label-values.js';
import {
  CALL_KINDS,
  CALL_RESULTS,
  CALLBACK_OWNERS,
  CONTROL_ACTS,
  createSeries,
  type KnownWords,
  PREVIEW_OUTCOMES,
  RELOAD_RESULTS,
  RESTART_REASONS,
  type Series,
  startAtZero,
} from './series.js';

export type { KnownWords } from './series.js';

export interface MetricsOptions {
  readonly version: string;
  readonly nodeVersion: string;
  readonly known: KnownWords;
  /** A registry of one's own by default: nothing is global. */
  readonly register?: Registry;
  /** The customary metrics of Node and the process. On by default. */
  readonly processMetrics?: boolean;
}

/**
 * What the worker tells Prometheus. Every method is cheap (about half a microsecond per series touched), bounds its
 * label values, and never throws. Durations are seconds; a negative one counts as 0, one that is no number is dropped.
 */
export interface Metrics {
  readonly register: Registry;
  /** Media type of `expose`. */
  readonly contentType: string;
  /** The text that Prometheus scrapes. */
  expose(): Promise<string>;
  /** `change` agents more (or fewer, if negative) in a state. */
  agents(state: string, change: number): void;
  agentsDesired(count: number): void;
  agentStopped(reason: string): void;
  agentRestarted(reason: string): void;
  /** From one of the seven states to another; `seconds` is the time spent in `from`. Leaves `agents` alone. */
  transition(from: string, to: string, event: string, seconds: number): void;
  callPopped(campaign: string, kind: string): void;
  callsOpen(count: number): void;
  /** The final result of a call; `seconds` from its first pop. */
  callClosed(campaign: string, disposition: string, result: string, seconds: number): void;
  callback(campaign: string, owner: string, delaySeconds: number): void;
  preview(campaign: string, outcome: string): void;
  breakGranted(reason: string, waitSeconds: number): void;
  shiftChanged(timing: 'on-time' | 'made-good'): void;
  logoffGranted(waitSeconds: number): void;
  /** Somebody asked for something. */
  controlled(act: string, accepted: boolean): void;
  /** The policies in force; those of before are no longer told of. */
  policies(present: readonly { readonly name: string; readonly hash: string }[]): void;
  policyReloaded(result: string): void;
  decision(policy: string, rule: string | null, action: string): void;
  request(operation: string, status: number | 'error', seconds: number): void;
  /** A message of this `__type` was received. */
  message(type: string): void;
  session(result: 'opened' | 'refused' | 'lost' | 'closed'): void;
  reconnect(reason: string): void;
  problem(code: string): void;
  scheduleLateness(seconds: number): void;
  eventLoopLag(seconds: number): void;
  /** A group of records is on the disk; it took so long. */
  journalAppended(seconds: number): void;
  /** How many records are not on the disk yet is asked at each scrape: a disk that hangs is seen, too. */
  journalPending(count: () => number): void;
}

/** Most (campaign, disposition) and (policy, rule) pairs: the scrape of a worker must stay far below 50 ms. */
const MOST_PAIRS = 400;

/**
 * Node metrics that we drop: promtool rejects the `_total` ones (they are gauges), and all of them list every socket
 * of the process at each scrape, which takes too long with thousands of streams.
 */
const DROPPED_NODE_METRICS = ['resources', 'handles', 'requests'].flatMap((what) => [
  `nodejs_active_${what}`,
  `nodejs_active_${what}_total`,
]);

/** Makes the metrics of one worker. */
export function createMetrics(options: MetricsOptions): Metrics {
  const register = options.register ?? new Registry();
  if (options.processMetrics ?? true) {
    collectDefaultMetrics({ register });
    for (const name of DROPPED_NODE_METRICS) register.removeSingleMetric(name);
  }
  const series = createSeries(register);
  series.buildInfo.set({ version: options.version, node: options.nodeVersion }, 1);
  startAtZero(series, options.known);
  return {
    register,
    contentType: register.contentType,
    ...agentMethods(series, options.known),
    ...callMethods(series),
    ...wireMethods(series, options.known),
    ...journalMethods(series, register),
  };
}

type AgentMethods = Pick<
  Metrics,
  | 'agents'
  | 'agentsDesired'
  | 'agentStopped'
  | 'agentRestarted'
  | 'transition'
  | 'breakGranted'
  | 'shiftChanged'
  | 'logoffGranted'
  | 'decision'
  | 'controlled'
  | 'policies'
  | 'policyReloaded'
>;

function agentMethods(series: Series, known: KnownWords): AgentMethods {
  const state = closedList(known.states);
  const event = closedList(known.transitions?.map((transition) => transition.event));
  const breakReason = closedList(known.breakReasons);
  const stopReason = closedList(known.stopReasons);
  const restartReason = closedList(RESTART_REASONS);
  const actName = closedList(CONTROL_ACTS);
  const reloadResult = closedList(RELOAD_RESULTS);
  const policyName = firstValues();
  const ruleName = firstValues();
  const actionName = firstValues(20);
  const policyRule = pairLimit(MOST_PAIRS);
  return {
    agents: (name, change) => series.agents.inc({ state: state(name) }, change),
    agentsDesired: (count) => series.agentsDesired.set(count),
    agentStopped: (reason) => series.agentsStopped.inc({ reason: stopReason(reason) }),
    agentRestarted: (reason) => series.agentRestarts.inc({ reason: restartReason(reason) }),
    transition: (from, to, what, seconds) => {
      series.transitions.inc({ from: state(from), to: state(to), event: event(what) });
      observe(seconds, (s) => series.stateDuration.observe({ state: state(from) }, s));
    },
    breakGranted: (why, waitSeconds) => {
      const reason = breakReason(why);
      series.breaks.inc({ reason });
      observe(waitSeconds, (s) => series.breakWait.observe({ reason }, s));
    },
    controlled: (act, accepted) =>
      series.controlRequests.inc({ act: actName(act), result: accepted ? 'accepted' : 'refused' }),
    policies: (present) => {
      series.policyInfo.reset();
      for (const { name, hash } of present.slice(0, MOST_VALUES)) series.policyInfo.set({ policy: name, hash }, 1);
    },
    policyReloaded: (result) => series.policyReloads.inc({ result: reloadResult(result) }),
    shiftChanged: (timing) => series.shiftChanges.inc({ timing }),
    logoffGranted: (waitSeconds) => observe(waitSeconds, (s) => series.logoffWait.observe(s)),
    decision: (from, by, what) => {
      const policy = policyName(from);
      const rule = policyRule(policy, ruleName(by)).value;
      series.decisions.inc({ policy, rule, action: actionName(what) });
    },
  };
}

type CallMethods = Pick<Metrics, 'callPopped' | 'callsOpen' | 'callClosed' | 'callback' | 'preview'>;

function callMethods(series: Series): CallMethods {
  const campaignName = firstValues();
  const campaigns = new Set<string>();
  const kindName = closedList(CALL_KINDS);
  const resultName = closedList(CALL_RESULTS, 'unknown');
  const ownerName = closedList(CALLBACK_OWNERS);
  const outcomeName = closedList(PREVIEW_OUTCOMES);
  const label = firstValues();
  const campaignLabel = pairLimit(MOST_PAIRS);
  /** The series of a campaign are known from its first call on. */
  const campaignOf: BoundedLabel = (text) => {
    const campaign = campaignName(text);
    if (campaigns.has(campaign)) return campaign;
    campaigns.add(campaign);
    for (const owner of CALLBACK_OWNERS) series.callbacks.inc({ campaign, owner }, 0);
    for (const outcome of PREVIEW_OUTCOMES) series.previews.inc({ campaign, outcome }, 0);
    series.popToDisposition.zero({ campaign });
    return campaign;
  };
  return {
    callPopped: (campaign, kind) => series.calls.inc({ campaign: campaignOf(campaign), kind: kindName(kind) }),
    callsOpen: (count) => series.callsOpen.set(count),
    callClosed: (name, text, outcome, seconds) => {
      const campaign = campaignOf(name);
      const { value: disposition, fresh } = campaignLabel(campaign, label(text));
      if (fresh) for (const result of CALL_RESULTS) series.dispositions.inc({ campaign, disposition, result }, 0);
      series.dispositions.inc({ campaign, disposition, result: resultName(outcome) });
      if (outcome === 'accepted') observe(seconds, (s) => series.popToDisposition.observe({ campaign }, s));
    },
    callback: (campaign, owner, delaySeconds) => {
      series.callbacks.inc({ campaign: campaignOf(campaign), owner: ownerName(owner) });
      observe(delaySeconds, (s) => series.callbackDelay.observe(s));
    },
    preview: (campaign, outcome) =>
      series.previews.inc({ campaign: campaignOf(campaign), outcome: outcomeName(outcome) }),
  };
}

/** What the name of every message type begins with; a label does without. */
const URN = 'urn:inin.com:';

type WireMethods = Pick<
  Metrics,
  'request' | 'message' | 'session' | 'reconnect' | 'problem' | 'scheduleLateness' | 'eventLoopLag'
>;

function wireMethods(series: Series, known: KnownWords): WireMethods {
  const operationName = closedList(known.operations);
  const typeName = closedList(known.messageTypes, 'unknown');
  const knownTypes = new Map(known.messageTypes?.map((type) => [URN + type, type]));
  const reasonName = closedList(known.reconnectReasons);
  const codeName = known.problemCodes ? closedList(known.problemCodes) : firstValues();
  const statusName = firstValues(30);
  return {
    request: (command, answer, seconds) => {
      const labels = { operation: operationName(command), status: statusName(String(answer)) };
      series.requests.inc(labels);
      observe(seconds, (s) => series.requestDuration.observe(labels, s));
    },
    message: (type) => series.messages.inc({ type: knownTypes.get(type) ?? typeName(type.replace(URN, '')) }),
    session: (result) => series.sessions.inc({ result }),
    reconnect: (reason) => series.reconnects.inc({ reason: reasonName(reason) }),
    problem: (code) => series.problems.inc({ code: codeName(code) }),
    scheduleLateness: (seconds) => observe(seconds, (s) => series.scheduleLateness.observe(s)),
    eventLoopLag: (seconds) => observe(seconds, (s) => series.eventLoopLag.observe(s)),
  };
}

function journalMethods(
  series: Series,
  register: Registry,
): Pick<Metrics, 'expose' | 'journalAppended' | 'journalPending'> {
  let pending = (): number => 0;
  return {
    expose: () => {
      series.journalPending.set(pending());
      return register.metrics();
    },
    journalAppended: (seconds) => observe(seconds, (s) => series.journalAppend.observe(s)),
    journalPending: (count) => {
      pending = count;
    },
  };
}

/** prom-client throws at what is no number, and a metric must never stop an agent. */
function observe(seconds: number, into: (seconds: number) => void): void {
  if (Number.isFinite(seconds)) into(Math.max(0, seconds));
}
