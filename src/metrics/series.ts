import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { CATALOG, type MetricSpec, PREFIX } from './catalog.js';
import { GatheredSeries } from './gathered-series.js';

/** The words that are known before anything happened: their series start at 0, and nothing else enters their label. */
export interface KnownWords {
  /** The states of an agent. */
  readonly states: readonly string[];
  /** The transitions that the chart allows between states. */
  readonly transitions?: readonly { readonly from: string; readonly to: string; readonly event: string }[];
  readonly breakReasons?: readonly string[];
  readonly reconnectReasons?: readonly string[];
  readonly stopReasons?: readonly string[];
  readonly operations?: readonly string[];
  /** Message types without `urn:inin.com:`. */
  readonly messageTypes?: readonly string[];
  readonly problemCodes?: readonly string[];
}

export const CALL_KINDS = ['preview', 'regular', 'own-callback', 'agentless', 'precise', 'manual'];
export const CALL_RESULTS = ['accepted', 'void', 'failed', 'unknown'];
export const CALLBACK_OWNERS = ['self', 'anyone', 'other'];
export const PREVIEW_OUTCOMES = ['placed', 'skipped', 'timed-out', 'withdrawn'];
export const CONTROL_ACTS = ['break', 'end-break', 'log-off', 'log-in', 'drain', 'reload'];
const CONTROL_RESULTS = ['accepted', 'refused'];
export const RELOAD_RESULTS = ['applied', 'unchanged', 'refused'];
export const RESTART_REASONS = ['stuck', 'defect'];
const SESSION_RESULTS = ['opened', 'refused', 'lost', 'closed'];

export type Series = ReturnType<typeof createSeries>;

/** One prom-client object per row of the catalog. */
export function createSeries(register: Registry) {
  const basics = (spec: MetricSpec) => ({ name: PREFIX + spec.name, help: spec.help, registers: [register] });
  const counter = <L extends string>(spec: MetricSpec & { labels: Record<L, string> }) => {
    const labelNames = Object.keys(spec.labels) as L[];
    return new GatheredSeries<L>(labelNames, (collect) => new Counter<L>({ ...basics(spec), labelNames, collect }));
  };
  const gauge = <L extends string>(spec: MetricSpec & { labels: Record<L, string> }) =>
    new Gauge<L>({ ...basics(spec), labelNames: Object.keys(spec.labels) as L[] });
  const histogram = <L extends string>(spec: MetricSpec & { labels: Record<L, string>; buckets: readonly number[] }) =>
    new Histogram<L>({ ...basics(spec), labelNames: Object.keys(spec.labels) as L[], buckets: [...spec.buckets] });
  return {
    agents: new GatheredSeries(
      ['state'],
      (collect) => new Gauge({ ...basics(CATALOG.agents), labelNames: ['state'], collect }),
    ),
    agentsDesired: gauge(CATALOG.agentsDesired),
    agentsStopped: counter(CATALOG.agentsStopped),
    agentRestarts: counter(CATALOG.agentRestarts),
    transitions: counter(CATALOG.transitions),
    stateDuration: histogram(CATALOG.stateDuration),
    calls: counter(CATALOG.calls),
    callsOpen: gauge(CATALOG.callsOpen),
    dispositions: counter(CATALOG.dispositions),
    callbacks: counter(CATALOG.callbacks),
    callbackDelay: histogram(CATALOG.callbackDelay),
    previews: counter(CATALOG.previews),
    breaks: counter(CATALOG.breaks),
    breakWait: histogram(CATALOG.breakWait),
    shiftChanges: counter(CATALOG.shiftChanges),
    logoffWait: histogram(CATALOG.logoffWait),
    popToDisposition: histogram(CATALOG.popToDisposition),
    decisions: counter(CATALOG.decisions),
    requests: counter(CATALOG.requests),
    requestDuration: histogram(CATALOG.requestDuration),
    messages: counter(CATALOG.messages),
    sessions: counter(CATALOG.sessions),
    reconnects: counter(CATALOG.reconnects),
    problems: counter(CATALOG.problems),
    policyInfo: gauge(CATALOG.policyInfo),
    policyReloads: counter(CATALOG.policyReloads),
    controlRequests: counter(CATALOG.controlRequests),
    scheduleLateness: histogram(CATALOG.scheduleLateness),
    eventLoopLag: histogram(CATALOG.eventLoopLag),
    journalAppend: histogram(CATALOG.journalAppend),
    journalPending: gauge(CATALOG.journalPending),
    buildInfo: gauge(CATALOG.buildInfo),
  };
}

/** Series whose labels are known start at 0, so that a first event is seen as an increase. */
export function startAtZero(series: Series, known: KnownWords): void {
  for (const state of known.states) {
    series.agents.inc({ state }, 0);
    series.stateDuration.zero({ state });
  }
  for (const { from, to, event } of known.transitions ?? []) series.transitions.inc({ from, to, event }, 0);
  for (const reason of known.breakReasons ?? []) {
    series.breaks.inc({ reason }, 0);
    series.breakWait.zero({ reason });
  }
  for (const reason of known.reconnectReasons ?? []) series.reconnects.inc({ reason }, 0);
  for (const reason of known.stopReasons ?? []) series.agentsStopped.inc({ reason }, 0);
  for (const type of known.messageTypes ?? []) series.messages.inc({ type }, 0);
  series.messages.inc({ type: 'unknown' }, 0);
  for (const code of known.problemCodes ?? []) series.problems.inc({ code }, 0);
  for (const timing of ['on-time', 'made-good']) series.shiftChanges.inc({ timing }, 0);
  for (const result of RELOAD_RESULTS) series.policyReloads.inc({ result }, 0);
  for (const act of CONTROL_ACTS) {
    for (const result of CONTROL_RESULTS) series.controlRequests.inc({ act, result }, 0);
  }
  for (const reason of RESTART_REASONS) series.agentRestarts.inc({ reason }, 0);
  for (const result of SESSION_RESULTS) series.sessions.inc({ result }, 0);
}
