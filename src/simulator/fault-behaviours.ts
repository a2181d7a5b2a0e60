import { json } from './answer.js';
import type { Fault, MessageVerdict, MessageView, RequestVerdict, RequestView } from './faults.js';

/** Which requests or messages a fault strikes, and how many of them: each one when `times` is omitted. */
export interface Strike<View> {
  readonly when?: (view: View) => boolean;
  readonly times?: number;
  /** Strikes only every so manieth: 3 spares two and strikes the third. */
  readonly every?: number;
}

/** Strikes the requests of one operation, as `POST dialer/disposition`. */
export function operation(name: string): (view: RequestView) => boolean {
  return (view) => view.operation === name;
}

/** Strikes the messages whose type ends in `suffix`, as `dataPopMessage`. */
export function messageType(suffix: string): (view: MessageView) => boolean {
  return (view) => view.message.__type.endsWith(suffix);
}

function striker<View, Verdict>(strike: Strike<View>, verdict: Verdict) {
  const { when, times = Number.POSITIVE_INFINITY, every = 1 } = strike;
  let left = times;
  let seen = 0;
  return (view: View): Verdict | undefined => {
    if (left <= 0 || (when && !when(view)) || ++seen % every !== 0) return undefined;
    left -= 1;
    return verdict;
  };
}

function requestFault(name: string, strike: Strike<RequestView>, verdict: RequestVerdict): Fault {
  return { name, onRequest: striker(strike, verdict) };
}

function messageFault(name: string, strike: Strike<MessageView>, verdict: MessageVerdict): Fault {
  return { name, onMessage: striker(strike, verdict) };
}

/** The connection breaks before the server has done anything. */
export const droppedRequest = (strike: Strike<RequestView> = {}): Fault =>
  requestFault('dropped-request', strike, { do: 'drop' });

/** The server acts, and the answer is lost with the connection. */
export const lostResponse = (strike: Strike<RequestView> = {}): Fault =>
  requestFault('lost-response', strike, { do: 'lose' });

/** The server acts, and answers late. */
export const slowAnswer = (ms: number, strike: Strike<RequestView> = {}): Fault =>
  requestFault('slow-answer', strike, { do: 'delay', ms });

/** The session dies just before the request. */
export const expiredSession = (strike: Strike<RequestView> = {}): Fault =>
  requestFault('expired-session', strike, { do: 'expire' });

/** The server fails with a 5xx, and does nothing. */
export const serverError = (status: number, strike: Strike<RequestView> = {}): Fault =>
  requestFault('server-error', strike, {
    do: 'answer',
    answer: json(status, { errorId: 'error.server.unavailable', message: 'The server cannot do this at the moment.' }),
  });

/** New sessions are refused with 503 and the hosts to try instead (reference §1.2); `hosts` limits it to these names. */
export function notAcceptingConnections(alternates: readonly string[], hosts?: readonly string[]): Fault {
  const answer = json(503, {
    alternateHostList: alternates,
    errorId: 'error.server.notAcceptingConnections',
    message: 'Connections are not accepted here at the moment.',
  });
  return requestFault(
    'no-new-sessions',
    { when: (view) => view.operation === 'POST connection' && (!hosts || hosts.includes(view.host)) },
    { do: 'answer', answer },
  );
}

/** A message never arrives. */
export const lostMessage = (strike: Strike<MessageView> = {}): Fault =>
  messageFault('lost-message', strike, { do: 'drop' });

/** A message arrives late. */
export const slowMessage = (ms: number, strike: Strike<MessageView> = {}): Fault =>
  messageFault('slow-message', strike, { do: 'delay', ms });

/** A message arrives twice. */
export const duplicateMessage = (strike: Strike<MessageView> = {}): Fault =>
  messageFault('duplicate-message', strike, { do: 'duplicate' });

/** A message is overtaken by the next one. */
export const reorderedMessage = (strike: Strike<MessageView> = {}): Fault =>
  messageFault('reordered-message', strike, { do: 'hold' });

/** The event stream ends; the message waits for the next reader. */
export const cutStream = (strike: Strike<MessageView> = {}): Fault => messageFault('cut-stream', strike, { do: 'cut' });
