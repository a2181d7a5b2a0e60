import { and, not } from 'xstate';
import type { Clock } from '../base/clock.js';
import { answers } from './answer.js';
import { besidesTheCall } from './beside-the-call.js';
import { breakPending, onBreak } from './breaks.js';
import { callHandling } from './call-handling.js';
import { loggedIn } from './logged-in.js';
import { loggedOut } from './logged-out.js';
import { logoffPending } from './logoff-pending.js';
import { ready } from './ready.js';
import { type AgentTimings, DEFAULT_TIMINGS } from './timings.js';
import { birth, type Vocabulary, vocabulary } from './vocabulary.js';

/** The clock of a process is one, so its chart is built once and shared by all agents. */
export type AgentChart = ReturnType<typeof agentChart>;

/** Goes up when states or events change their meaning: recorded events of another version may not be replayed. */
export const CHART_VERSION = '3';

/**
 * The statechart of one agent: the seven states of design §4 and what leads from one to another. It is total: an event
 * without a transition changes nothing. Names of guards and moves are read aloud; their meaning is in `vocabulary.ts`
 * and `moves/`.
 */
export function agentChart(clock: Clock, timings: AgentTimings = DEFAULT_TIMINGS) {
  const words = vocabulary(clock, timings);
  return words.createMachine({
    id: 'agent',
    context: birth,
    initial: 'logged-out',
    on: anywhere,
    states: {
      'logged-out': loggedOut(words),
      'logged-in': loggedIn(words),
      ready: ready(words),
      'on-call': onCall(words),
      'break-pending': breakPending(words),
      'on-break': onBreak(words),
      'logoff-pending': logoffPending(words),
    },
  });
}

/** A pop is open until its disposition is accepted or known to be void. */
function onCall(words: Vocabulary) {
  return words.createStateConfig({
    id: 'on-call',
    initial: 'entering',
    on: besidesTheCall,
    states: callHandling(words, 'on-call'),
  });
}

/** What holds in every state that does not say otherwise. */
const anywhere = {
  'session.lost': [
    { guard: 'it may not come back', target: '#stopped', actions: 'lose the session' },
    {
      guard: 'it may come back',
      target: '#waiting',
      actions: ['lose the session', 'note that it comes back', 'ask for a turn'],
    },
    { guard: 'it leaves for good', target: '#stopped', actions: 'lose the session' },
    {
      guard: 'a shift began meanwhile',
      target: '#waiting',
      actions: ['lose the session', 'rest', 'ask for a turn'],
    },
    { target: '#offline', actions: ['lose the session', 'rest'] },
  ],
  cut: { target: '#leaving', actions: 'cut everything short' },

  /** Who is on the way out comes back afterwards. */
  'shift.began': { actions: 'note the shift' },
  'login.asked': { actions: 'note the shift' },
  'break.end-asked': { guard: 'the break may be ended', actions: 'end the break early' },

  /** Campaigns are joined beside the work, one enlisting at a time. */
  'campaigns.changed': [
    {
      guard: and(['campaigns are offered', not('an enlisting is under way')]),
      actions: ['note the campaigns', 'enlist'],
    },
    { actions: 'note the campaigns' },
  ],
  'campaigns.auto-login': [
    { guard: 'an enlisting is under way', actions: 'note the return' },
    { actions: ['note the return', 'enlist'] },
  ],
  'campaigns.auto-logout': { actions: 'note the removal' },
  'campaigns.enlisted': [
    { guard: and([answers('enlist'), 'more is offered']), actions: ['note the enlisting', 'enlist'] },
    { guard: answers('enlist'), actions: 'note the enlisting' },
  ],
  'campaigns.enlist-failed': { guard: answers('enlist'), actions: 'complain about the enlisting' },

  'link.down': { actions: 'note the lost link' },
  'link.up': { guard: 'the link is down', actions: ['note the link', 'log in to Dialer again'] },
  'dialer.logged-in': { guard: answers('relog'), actions: ['note the Dialer log-in', 'enlist'] },
  'dialer.log-in-failed': { guard: answers('relog'), actions: 'note the failed log-in' },

  /** A person's status is in force until the status is ACD again, whatever the agent does meanwhile (rule 1). */
  'status.seen': [
    { guard: { type: 'the status is', params: 'person' }, actions: 'note a person at work' },
    { guard: { type: 'the status is', params: 'acd' }, actions: 'note that the person is done' },
  ],
  'acd.began': { actions: 'note the ACD call' },
  'acd.ended': { actions: 'note the end of the ACD call' },

  /** The policy decides at once, but a session may be lost in the same breath: the decision stays. */
  'call.offer-decided': { guard: 'it concerns the open call', actions: 'note the offer decision' },
  'call.talk-decided': { guard: 'it concerns the open call', actions: 'note the talk decision' },
  'call.end-decided': { guard: 'it concerns the open call', actions: 'note the end decision' },
} as const;
