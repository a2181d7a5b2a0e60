import type { z } from 'zod';
import { durationField, positiveDurationField, textField, wordField, yesNoField } from '../base/fields.js';
import {
  delayField,
  failureField,
  hostsField,
  incidentKeys,
  lastingField,
  messageKeys,
  requestKeys,
  shiftField,
  strikeKeys,
  victimKeys,
} from './fault-keys.js';

/** One fault that can be asked for: where it strikes, its keys, what the server does and what the agent should do. */
export interface MenuEntry {
  /** `request` and `message` faults strike traffic; `incident`s happen at a time; `victim` ones happen to agents. */
  readonly strikes: 'request' | 'message' | 'incident' | 'victim';
  readonly keys: z.ZodRawShape;
  readonly server: string;
  readonly agent: string;
}

/** Everything that can be made to go wrong, by name (docs/faults.md is made from it). */
export const FAULT_MENU = {
  'dropped-request': {
    strikes: 'request',
    keys: requestKeys,
    server: 'Closes the connection before it has done anything.',
    agent:
      'Cannot tell it from a lost response. Repeats what may be repeated; a disposition is sent again only under rule 5 of design §4.1, so each call still ends once.',
  },
  'connection-reset': {
    strikes: 'request',
    keys: requestKeys,
    server: 'Resets the connection (TCP RST) before it has done anything.',
    agent: 'As with a dropped request.',
  },
  'lost-response': {
    strikes: 'request',
    keys: requestKeys,
    server: 'Does what was asked, then closes the connection without an answer.',
    agent:
      'A disposition in doubt is sent again only while it can still mean the same call; a 404 to the second is its proof, otherwise the record says `unknown`. A preview is never placed twice.',
  },
  'cut-answer': {
    strikes: 'request',
    keys: requestKeys,
    server: 'Does what was asked, sends the head and half of the answer, then breaks the connection.',
    agent: 'Half an answer is no answer: as with a lost response.',
  },
  'server-error': {
    strikes: 'request',
    keys: { status: failureField(503), ...requestKeys },
    server: 'Answers with a 5xx and an error body, and does nothing; with `for`, a burst.',
    agent:
      'A definite failure: repeated with growing pauses, a disposition for up to 2 minutes; Available is never set over it.',
  },
  'html-error': {
    strikes: 'request',
    keys: { status: failureField(502), ...requestKeys },
    server: 'Answers with a 5xx whose body is the HTML page of a proxy, and does nothing.',
    agent: 'Reads the status, not the body: as with a server error.',
  },
  'too-many-requests': {
    strikes: 'request',
    keys: {
      retryAfter: positiveDurationField()
        .prefault('2s')
        .describe('Retry-After, in whole seconds; 2s without this key.'),
      ...requestKeys,
    },
    server: 'Answers 429 with Retry-After, and does nothing.',
    agent: 'Waits at least as long as it was told, then repeats.',
  },
  'slow-answer': {
    strikes: 'request',
    keys: { delay: delayField('2s'), ...requestKeys },
    server: 'Does at once what was asked, and answers late.',
    agent: 'Waits up to its time-out (10 s); beyond it, as with a lost response.',
  },
  'slow-request': {
    strikes: 'request',
    keys: { delay: delayField('1s'), ...requestKeys },
    server: 'Takes the request late, as if it had lingered on its way: acts then, and answers.',
    agent:
      'What was sent before a pop may take effect after it: Available that overtakes a call so ends it for Dialer, and its disposition must not reach the next call.',
  },
  hang: {
    strikes: 'request',
    keys: {
      acts: yesNoField().default(false).describe('Whether it does what was asked before it falls silent.'),
      ...requestKeys,
    },
    server: 'Takes the request and never answers, until the client gives up.',
    agent:
      'Gives up after its time-out, on a connection of its own, so that nothing else waits; then as with a lost response.',
  },
  'expired-session': {
    strikes: 'request',
    keys: requestKeys,
    server: 'Ends the session just before the request, which meets a 401.',
    agent: 'Logs in anew, paced; an open call stays open and goes on when the server pops it again.',
  },
  'no-new-sessions': {
    strikes: 'request',
    keys: {
      hosts: hostsField().optional().describe('Only at these hosts; at all without this key.'),
      alternates: hostsField().default([]).describe('The hosts that the 503 names.'),
      ...strikeKeys,
    },
    server: 'Refuses log-ins with 503 and the hosts to try instead (reference §1.2).',
    agent: 'Tries the named hosts that it is allowed to talk to, each once in a round, then waits and starts over.',
  },
  'lost-message': {
    strikes: 'message',
    keys: messageKeys,
    server: 'Never sends a message.',
    agent:
      'A lost completion is made good by a GET, a lost grant by asking again. A lost pop nobody can know of: Dialer ends that call, the agent goes on.',
  },
  'slow-message': {
    strikes: 'message',
    keys: { delay: delayField('2s'), ...messageKeys },
    server: 'Sends a message late, behind later ones.',
    agent: 'Order proves nothing: each message is matched by its ids, and an old one changes nothing.',
  },
  'duplicate-message': {
    strikes: 'message',
    keys: {
      after: durationField().prefault('0s').describe('How much later the copy comes; 0s without this key.'),
      ...messageKeys,
    },
    server: 'Sends a message twice, the copy at once or later.',
    agent: 'The same pop is an update; the pop of a call that has ended is nothing.',
  },
  'reordered-message': {
    strikes: 'message',
    keys: messageKeys,
    server: 'Lets the next message overtake one.',
    agent: 'As with a slow message.',
  },
  'cut-stream': {
    strikes: 'message',
    keys: messageKeys,
    server:
      'Ends the event stream in an orderly way; the message waits for the next reader. Without effect on polling.',
    agent: 'Opens the stream again, puts its subscriptions again, and goes on in the same session.',
  },
  'torn-stream': {
    strikes: 'message',
    keys: messageKeys,
    server: 'Breaks the connection in the middle of a message, which is lost. Without effect on polling.',
    agent: 'As with a cut stream; half a message is never read. What was lost is as with a lost message.',
  },
  'silent-stream': {
    strikes: 'message',
    keys: messageKeys,
    server:
      'The event stream stays open and carries nothing any more, not even pings: what is sent is lost. Without effect on polling.',
    agent: 'Takes the stream for dead after its silence limit and opens a new one.',
  },
  'split-stream': {
    strikes: 'message',
    keys: messageKeys,
    server: 'Sends a message in pieces, cut anywhere, inside of characters too. Without effect on polling.',
    agent: 'Puts the pieces together: nothing is to be noticed.',
  },
  'unknown-message': {
    strikes: 'message',
    keys: messageKeys,
    server: 'Sends a message of a type that nobody knows before the real one.',
    agent: 'Counts it and goes on.',
  },
  'unknown-field': {
    strikes: 'message',
    keys: messageKeys,
    server: 'Adds members that nobody knows to a message and the call in it; without `on`, to JSON answers too.',
    agent: 'Does not look at them.',
  },
  'unknown-enum': {
    strikes: 'message',
    keys: messageKeys,
    server: 'Uses numbers that nobody knows: dialling mode, status and type of campaigns, and a further break status.',
    agent: 'Takes the mode for a regular call, and leaves the rest alone.',
  },
  'lost-sessions': {
    strikes: 'victim',
    keys: {
      ...victimKeys,
      told: yesNoField().default(true).describe('Whether a message says so on the event stream before it ends.'),
    },
    server: 'Ends sessions, whatever is going on, with or without a word.',
    agent: 'As with an expired session.',
  },
  'half-open': {
    strikes: 'incident',
    keys: { ...incidentKeys, for: lastingField('10s') },
    server:
      'The host goes dark: connections are accepted, nothing is answered, streams fall silent without being closed.',
    agent: 'Times out, gives the host up once that has lasted, logs in anew when it answers again.',
  },
  switchover: {
    strikes: 'incident',
    keys: {
      ...incidentKeys,
      to: textField('a host name')
        .optional()
        .describe('The host that serves from then on; the other one without this key.'),
      gap: durationField().prefault('0s').describe('How long neither host takes log-ins; 0s without this key.'),
      told: yesNoField().default(true).describe('Whether a message says so on the event streams before they end.'),
    },
    server:
      'All sessions die; the host that served answers log-ins with 503 and the name of the other, which serves the same world from then on. Needs `alternateHost`.',
    agent:
      'Logs in at the host that is named, if it is allowed, and returns to what it was doing, an open call included.',
  },
  'dialer-link-down': {
    strikes: 'incident',
    keys: { ...incidentKeys, for: lastingField('10s') },
    server:
      'The link to the Dialer server breaks and comes back: every agent is out of Dialer, Dialer requests answer 500 meanwhile.',
    agent: 'Keeps session and call, logs in to Dialer when the link is back, and sends the disposition that waited.',
  },
  'unasked-break': {
    strikes: 'victim',
    keys: { ...victimKeys, for: lastingField('10s') },
    server: 'Puts an idle agent on break though he did not ask, and takes him off it later.',
    agent: 'Shows `on-break`, leaves the status alone, goes on when told NotOnBreak.',
  },
  'late-pop': {
    strikes: 'message',
    keys: {
      after: wordField(['break', 'log-off'])
        .default('break')
        .describe('Which grant it comes after; break without this key.'),
      delay: delayField('100ms'),
      ...strikeKeys,
    },
    server: 'Hands an agent one more call although his break, or his log-off, was just granted.',
    agent: 'Handles and dispositions it, then returns to the break, or leaves.',
  },
  'auto-logout': {
    strikes: 'victim',
    keys: {
      ...victimKeys,
      for: positiveDurationField()
        .optional()
        .describe('After so long the supervisor puts the agent in again; never without this key.'),
    },
    server: 'A supervisor takes an agent out of all his campaigns.',
    agent: 'Finishes the open call and stays out, until a supervisor, an operator or the next shift puts him in again.',
  },
  'campaign-withdrawn': {
    strikes: 'incident',
    keys: {
      ...incidentKeys,
      campaign: textField('a campaign, or a glob of campaigns')
        .default('*')
        .describe('Which campaigns: a name or a glob.'),
      for: lastingField('10s'),
    },
    server: 'Campaigns are withdrawn and offered anew later; calls in progress go on.',
    agent:
      'Finishes the open call, works for what is left, joins again what is offered anew and says ready-for-calls again.',
  },
  'clock-skew': {
    strikes: 'incident',
    keys: {
      ...incidentKeys,
      by: shiftField().describe('How far the clock is ahead (90s) or behind (-45s).'),
      for: positiveDurationField().optional().describe('How long; without it to the end.'),
    },
    server: "The server's clock is wrong: server-time and previewTimeout are shifted.",
    agent:
      'Reckons with the difference that it measured at log-in, so previews end when the server means it; a clock that jumps within a session costs at most a withdrawn preview.',
  },
} as const satisfies Record<string, MenuEntry>;

export type FaultName = keyof typeof FAULT_MENU;
