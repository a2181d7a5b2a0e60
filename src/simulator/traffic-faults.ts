import type { Draw } from '../base/random.js';
import { type Answer, json } from './answer.js';
import type { FaultSpec } from './fault-spec.js';
import { messagesNamed, requestsNamed } from './fault-words.js';
import type { Fault, MessageVerdict, MessageView, RequestVerdict, RequestView } from './faults.js';
import { NOVELTY, withUnknownEnums, withUnknownFields, withUnknownMessage } from './strange-messages.js';
import type { Striker } from './strike.js';

/** The specs of faults that strike traffic. */
export type TrafficSpec = Extract<FaultSpec, { on: unknown } | { fault: 'no-new-sessions' }>;

/** Makes the fault that a spec asks for. `draw` decides where a message is cut. */
export function trafficFault(spec: TrafficSpec, strikes: Striker, draw: Draw): Fault {
  const name = spec.fault;
  const requests = (isConcerned: (view: RequestView) => boolean, verdict: RequestVerdict): Fault => ({
    name,
    onRequest: (view) => (isConcerned(view) && strikes(view.user) ? verdict : undefined),
  });
  const messages = (verdict: (view: MessageView) => MessageVerdict | undefined): Fault => {
    const isConcerned = messagesNamed(('on' in spec ? spec.on : ['all']) as never);
    return { name, onMessage: (view) => (isConcerned(view) && strikes(view.user) ? verdict(view) : undefined) };
  };
  const streamed = (verdict: () => MessageVerdict): Fault => {
    const fault = messages(verdict);
    return { name, onMessage: (view) => (view.streams ? fault.onMessage?.(view) : undefined) };
  };
  switch (spec.fault) {
    case 'dropped-request':
      return requests(requestsNamed(spec.on), { do: 'drop' });
    case 'connection-reset':
      return requests(requestsNamed(spec.on), { do: 'drop', how: 'reset' });
    case 'lost-response':
      return requests(requestsNamed(spec.on), { do: 'lose' });
    case 'cut-answer':
      return requests(requestsNamed(spec.on), { do: 'lose', how: 'cut' });
    case 'server-error':
      return requests(requestsNamed(spec.on), { do: 'answer', answer: unavailable(spec.status) });
    case 'html-error':
      return requests(requestsNamed(spec.on), { do: 'answer', answer: proxyPage(spec.status) });
    case 'too-many-requests':
      return requests(requestsNamed(spec.on), { do: 'answer', answer: tooMany(spec.retryAfter) });
    case 'slow-answer':
      return requests(requestsNamed(spec.on), { do: 'delay', ms: spec.delay });
    case 'slow-request':
      return requests(requestsNamed(spec.on), { do: 'linger', ms: spec.delay });
    case 'hang':
      return requests(requestsNamed(spec.on), { do: 'hang', acts: spec.acts });
    case 'expired-session': {
      const isConcerned = requestsNamed(spec.on);
      return requests((view) => view.session !== null && isConcerned(view), { do: 'expire' });
    }
    case 'no-new-sessions':
      return requests(
        (view) => view.operation === 'POST connection' && (!spec.hosts || spec.hosts.includes(view.host)),
        { do: 'answer', answer: notHere(spec.alternates) },
      );
    case 'lost-message':
      return messages(() => ({ do: 'drop' }));
    case 'slow-message':
      return messages(() => ({ do: 'delay', ms: spec.delay }));
    case 'duplicate-message':
      return messages(() => ({ do: 'duplicate', afterMs: spec.after }));
    case 'reordered-message':
      return messages(() => ({ do: 'hold' }));
    case 'cut-stream':
      return streamed(() => ({ do: 'cut' }));
    case 'torn-stream':
      return streamed(() => ({ do: 'tear' }));
    case 'silent-stream':
      return streamed(() => ({ do: 'silence' }));
    case 'split-stream':
      return streamed(() => ({ do: 'split', at: [draw(), draw(), draw()].sort((a, b) => a - b) }));
    case 'unknown-message':
      return messages(({ message }) => ({ do: 'instead', messages: withUnknownMessage(message) }));
    case 'unknown-field': {
      const fault = messages(({ message }) => ({ do: 'instead', messages: withUnknownFields(message) }));
      const answers = requests(requestsNamed(['commands']), { do: 'amend', amend: withUnknownMember });
      return spec.on.includes('all') ? { ...answers, ...fault } : fault;
    }
    case 'unknown-enum':
      return messages(({ message }) => {
        const strange = withUnknownEnums(message);
        return strange && { do: 'instead', messages: strange };
      });
  }
}

/** An answer whose JSON object has a member that nobody knows; any other answer as it is. */
function withUnknownMember(answer: Answer): Answer {
  if (answer.stream !== undefined || !/^\{./s.test(answer.body)) return answer;
  return { ...answer, body: JSON.stringify({ ...JSON.parse(answer.body), ...NOVELTY }) };
}

function unavailable(status: number): Answer {
  return json(status, { errorId: 'error.server.unavailable', message: 'The server cannot do this at the moment.' });
}

function proxyPage(status: number): Answer {
  const body = `<!DOCTYPE html>\n<html><head><title>${status}</title></head><body><h1>${status}</h1><p>The proxy could not reach the server.</p></body></html>\n`;
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

function tooMany(retryAfterMs: number): Answer {
  const answer = json(429, { errorId: 'error.request.tooMany', message: 'Too many requests.' });
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) } };
}

/** 503 of a host that opens no sessions (reference §1.2). */
export function notHere(alternateHostList: readonly string[]): Answer {
  return json(503, {
    alternateHostList,
    errorId: 'error.server.notAcceptingConnections',
    message: 'Connections are not accepted here at the moment.',
  });
}
