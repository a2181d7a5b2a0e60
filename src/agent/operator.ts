import type { AgentContext } from './context.js';
import type { FleetEvent } from './events.js';
import { STOPPED } from './place.js';

/** What an operator may ask of one agent. */
export const OPERATOR_ACTS = ['break', 'end-break', 'log-off', 'log-in', 'drain'] as const;
export type OperatorAct = (typeof OPERATOR_ACTS)[number];

/** An agent as it stands: its inner state, such as `on-call.talking`, and its memory. */
export interface Standing {
  readonly place: string;
  readonly context: AgentContext;
}

/** The event by which the chart hears of an act. `forMs`: how long a break is to last. */
export function eventOfAct(act: OperatorAct, { reason, forMs }: { reason: string; forMs: number }): FleetEvent {
  switch (act) {
    case 'break':
      return { type: 'break.asked', reason, forMs };
    case 'end-break':
      return { type: 'break.end-asked' };
    case 'log-off':
      return { type: 'logoff.asked', reason, forGood: false };
    case 'drain':
      return { type: 'logoff.asked', reason, forGood: true };
    case 'log-in':
      return { type: 'login.asked' };
  }
}

/** Whether the chart took the act up: told by what it changed, so that an answer never promises what the chart did not do. */
export function hasTaken(act: OperatorAct, before: Standing, after: Standing): boolean {
  const [{ leave, pause }, now] = [before.context, after.context];
  switch (act) {
    case 'break':
      return now.pause?.by === 'us' && now.pause !== pause;
    case 'end-break':
      return pause !== null && now.pause === null;
    case 'log-off':
      if (now.leave) return leave === null || (leave.back && !now.leave.back);
      return before.place !== after.place;
    case 'drain':
      if (now.leave) return now.leave.forGood && leave?.forGood !== true;
      return before.place !== after.place && after.place === STOPPED;
    case 'log-in':
      if (now.leave) return now.leave.back && !now.leave.forGood && leave?.back !== true;
      return before.place !== after.place;
  }
}

/** Why the chart did not take an act up, for a person. Told from how the agent stood before (design §4.1 rules 1 and 8). */
export function whyNotTaken(act: OperatorAct, { place, context }: Standing): string {
  const { leave, pause, status, dialer } = context;
  if (place === STOPPED) return 'it has stopped for good';
  switch (act) {
    case 'break':
      if (leave) return 'a log-off is pending';
      if (status.person) return 'a person set its status';
      if (place.startsWith('logged-out.')) return 'it is logged out';
      if (pause) return pause.granted || pause.until !== null ? 'it is on a break' : 'a break is pending already';
      if (dialer.removed === 'from Dialer') return 'it was taken out of Dialer';
      break;
    case 'end-break':
      if (status.person) return 'a person set its status, which is not ours to end';
      if (!pause) return 'it is on no break';
      break;
    case 'log-off':
      if (leave) return leave.forGood ? 'it is leaving for good' : 'a log-off is pending already';
      if (place.startsWith('logged-out.')) return 'it is logged out already';
      break;
    case 'drain':
      if (leave) return 'it is leaving for good already';
      break;
    case 'log-in':
      if (leave) return leave.forGood ? 'it is leaving for good' : 'it comes back already, once it has logged off';
      return place.startsWith('logged-out.') ? 'it is logging in already' : 'it is logged in already';
  }
  return UNEXPLAINED;
}

/** No state of the chart should lead here; a test goes through all of them. */
export const UNEXPLAINED = 'it cannot do that now';
