import type { AgentContext } from './context.js';
import { CALL_STAGES } from './context.js';
import { type AgentTimings, DEFAULT_TIMINGS } from './timings.js';

/**
 * Places that an agent leaves by itself: the answer to an order is due, or a timer. Whoever stays in one of them for minutes
 * is stuck.
 */
const MOVING: ReadonlySet<string> = new Set([
  ...['connecting.opening', 'connecting.preparing', 'connecting.retrying', 'connecting.logging-in'].map(out),
  ...['parting', 'leaving'].map(out),
  ...['settling', 'choosing', 'enlisting', 'recovering', 'availing', 'resting', 'relinking'].map(inside),
  /** Dialer may be away for hours; but news of its return that was lost would keep the agent here for ever. */
  inside('unlinked'),
  'ready.choosing',
  ...['on-call', 'break-pending', 'logoff-pending'].flatMap((parent) =>
    ['entering', 'closed', ...CALL_STAGES].map((stage) => `${parent}.${stage}`),
  ),
  'break-pending.lingering',
  'logoff-pending.lingering',
  'logoff-pending.idle',
]);

/** Places that may rightly last: others decide when they end. */
const LASTING: ReadonlySet<string> = new Set([
  ...['offline', 'waiting', 'removed', 'stopped'].map(out),
  ...['no-campaign', 'deferring'].map(inside),
  'ready.idle',
  'ready.busy-acd',
  /** The request is repeated; Dialer grants it when it likes, and calls come meanwhile. */
  'break-pending.idle',
  'on-break',
]);

/** How long a place may take as planned: timers of the chart, and what an order does in its own time. */
const PLANNED: Readonly<Record<string, keyof AgentTimings>> = {
  [inside('choosing')]: 'campaignsMs',
  [inside('recovering')]: 'recoveryMs',
  [inside('availing')]: 'availableMs',
  'logoff-pending.idle': 'logoffPatienceMs',
  'break-pending.lingering': 'grantMs',
  'logoff-pending.lingering': 'grantMs',
};

function out(inner: string): string {
  return `logged-out.${inner}`;
}

function inside(inner: string): string {
  return `logged-in.${inner}`;
}

/** How an agent stands, to be compared with how it stood before. */
export interface Standing {
  /** Changes whenever the agent gets on. */
  readonly key: string;
  /** Until when the present wait is as planned, monotonic; -Infinity where nothing is planned. */
  readonly plannedUntil: number;
  /** How long the place itself may take as planned, in milliseconds. */
  readonly plannedMs: number;
}

/** How an agent stands in a place that it should leave by itself; null where it may rightly stay. Pure. */
export function standingOf(
  place: string,
  { awaiting, call, pause, status }: AgentContext,
  timings: AgentTimings = DEFAULT_TIMINGS,
): Standing | null {
  const isOnBreak = place === 'on-break' && pause?.until != null && Number.isFinite(pause.until);
  if (!MOVING.has(place) && !isOnBreak) return null;
  const ends = isOnBreak
    ? [pause.until]
    : place.startsWith('logged-')
      ? [status.resumeAt]
      : call?.stage !== undefined && place.endsWith(`.${call.stage}`)
        ? [call.deadline]
        : [];
  const planned = ends.filter(Number.isFinite);
  const timer = PLANNED[place];
  const call_ = call ? [call.pop.interactionId, call.stage, call.dispositionTries, call.placeTries] : [];
  return {
    key: [place, ...Object.values(awaiting), ...planned, ...call_].join(' '),
    plannedUntil: Math.max(Number.NEGATIVE_INFINITY, ...planned),
    plannedMs: timer === undefined ? 0 : timings[timer],
  };
}

/** Whether it is known of this place which of the two it is: every place of the chart must be. */
export function isJudged(place: string): boolean {
  return MOVING.has(place) !== LASTING.has(place);
}
