import type { AgentEvent } from '../agent/events.js';
import type { AgentOrder, CallName } from '../agent/orders.js';
import type { Answer } from '../icws/answer.js';
import { dialerLogIn, disconnect, endBreak, logOffDialer, placePreviewCall, requestBreak } from '../icws/commands.js';
import type { Session } from '../icws/session.js';
import { codeOf, verdictOf } from './verdict.js';

/** An order that is one command of ICWS and one event for its answer. */
export interface OrderCommand {
  /** As records name it. */
  readonly name: string;
  run(session: Session): Promise<Answer>;
  /** The call that it is about; left out, the open one. */
  readonly of?: CallName;
  /** What the record of the intent says beside the name. */
  readonly more?: { readonly byTimer: boolean };
  /** What the answer means to the agent; null where nobody waits for it. */
  event(answer: Answer, command: number): AgentEvent | null;
}

/** The command that carries out an order; undefined for an order that takes more than one. */
export function commandOf(order: AgentOrder): OrderCommand | undefined {
  switch (order.do) {
    case 'log-in':
      return { name: 'dialer-log-in', run: (session) => session.run(dialerLogIn()), event: loggedIn };
    case 'log-off':
      return { name: 'dialer-log-off', run: logOffDialer, event: answered('logoff.answered') };
    case 'request-break':
      return {
        name: 'request-break',
        run: (session) => session.run(requestBreak()),
        event: answered('break.answered'),
      };
    case 'end-break':
      // Always granted, so nobody waits (reference §4.10 rule 4).
      return { name: 'end-break', run: (session) => session.run(endBreak()), event: () => null };
    case 'place':
      return {
        name: 'place-preview-call',
        run: (session) => session.run(placePreviewCall({ byTimer: order.byTimer })),
        event: answered('call.place-answered'),
        more: { byTimer: order.byTimer },
      };
    case 'disconnect':
      return {
        name: 'disconnect',
        run: (session) => session.run(disconnect(order.call)),
        of: order.of,
        event: answered('call.disconnect-answered'),
      };
    default:
      return undefined;
  }
}

type VerdictEvent = 'logoff.answered' | 'break.answered' | 'call.place-answered' | 'call.disconnect-answered';

function answered(type: VerdictEvent) {
  return (answer: Answer, command: number): AgentEvent => ({ type, command, verdict: verdictOf(answer) });
}

function loggedIn(answer: Answer, command: number): AgentEvent {
  if (answer.kind === 'ok') return { type: 'dialer.logged-in', command };
  // 403: no Dialer licence, or no right; only an administrator can mend that (reference §6.11).
  const final = answer.kind === 'refused' && (answer.status === 403 || answer.status === 410);
  return { type: 'dialer.log-in-failed', command, code: final ? 'no-licence' : codeOf(answer), final };
}
