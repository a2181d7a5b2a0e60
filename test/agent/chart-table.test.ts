import { beforeAll, describe, expect, test } from '@jest/globals';
import { type AnyStateNode, type StateValue, transition } from 'xstate';
import { type AgentChart, agentChart } from '../../src/agent/chart.js';
import type { Awaiting } from '../../src/agent/context.js';
import { mermaid } from '../../src/agent/diagram.js';
import type { AgentEvent, ChartEvent, PopFacts, Verdict } from '../../src/agent/events.js';
import {
  eventOfAct,
  hasTaken,
  OPERATOR_ACTS,
  type OperatorAct,
  UNEXPLAINED,
  whyNotTaken,
} from '../../src/agent/operator.js';
import type { AgentEmission } from '../../src/agent/orders.js';
import { AGENT_STATES } from '../../src/journal/record.js';
import { AgentDriver, popFacts } from '../support/agent-driver.js';
import { FakeClock } from '../support/fake-clock.js';

/** One clock and one chart for the whole table. */
const shared = (() => {
  const clock = new FakeClock();
  return { clock, chart: agentChart(clock) };
})();

// ---- how to get into each leaf state ----

type Reach = (d: AgentDriver) => unknown;
const SECOND = 1_000;

/** The stages of a call, from an agent that is ready or waits with a break or a log-off pending. */
const STAGES: Record<string, Reach> = {
  previewing: (d) => d.pop('101', { preview: true }),
  placing: async (d) => d.pop('101', { preview: true }).wait(SECOND),
  ringing: async (d) => (await d.pop('101', { preview: true }).wait(SECOND)).answer('place', 'ok'),
  talking: (d) => d.pop('101'),
  'hanging-up': async (d) => d.pop('101').wait(60_000),
  'wrapping-up': (d) => d.pop('101').ended(),
  dispositioning: async (d) => d.pop('101').ended().wrapUp(),
  redispositioning: async (d) => (await d.pop('101').ended().wrapUp()).answer('disposition', 'lost'),
};
const stagesOf = (parent: string, before: (d: AgentDriver) => AgentDriver): Record<string, Reach> =>
  Object.fromEntries(
    Object.entries(STAGES).map(([stage, reach]) => [`${parent}.${stage}`, (d: AgentDriver) => reach(before(d))]),
  );
const shift = (d: AgentDriver): AgentDriver => d.send({ type: 'shift.began' });

const STATES: Record<string, Reach> = {
  'logged-out.offline': () => {},
  'logged-out.waiting': shift,
  'logged-out.connecting.opening': (d) => shift(d).send({ type: 'turn.granted' }),
  'logged-out.connecting.preparing': (d) => {
    shift(d).send({ type: 'turn.granted' });
    return d.send({ type: 'session.opened', command: d.last('open-session').command, session: 's' });
  },
  'logged-out.connecting.retrying': (d) => {
    d.ready().pop('101').lost().connect();
    return d.send({ type: 'dialer.log-in-failed', command: d.last('log-in').command, code: 'x', final: false });
  },
  'logged-out.connecting.logging-in': (d) => shift(d).connect(),
  'logged-out.removed': (d) => d.ready().granted(),
  'logged-out.parting': (d) => d.ready().askLogOff().granted(),
  'logged-out.leaving': (d) => {
    d.ready().askLogOff().granted();
    return d.send({ type: 'session.farewell-said', command: d.last('say-farewell').command });
  },
  'logged-out.stopped': async (d) => d.askLogOff(true).wait(0),

  'logged-in.choosing': (d) => shift(d).connect().loggedIn(),
  'logged-in.enlisting': (d) => shift(d).connect().loggedIn().offered(['c-1'], 0),
  'logged-in.no-campaign': (d) => shift(d).connect().loggedIn().offered([], 0),
  'logged-in.recovering': (d) => d.ready().pop('101').lost().logIn(),
  'logged-in.availing': (d) => shift(d).logIn(),
  'logged-in.resting': (d) => d.ready().status('follow-up'),
  'logged-in.deferring': (d) => d.ready().status('person').breakStatus('on-break').breakStatus('not-on-break'),
  'logged-in.unlinked': (d) => d.ready().send({ type: 'link.down' }),
  'logged-in.relinking': (d) => d.ready().send({ type: 'link.down' }, { type: 'link.up' }),

  'ready.idle': (d) => d.ready(),
  'ready.busy-acd': (d) => d.ready().send({ type: 'acd.began' }),
  ...stagesOf('on-call', (d) => d.ready()),
  'break-pending.idle': (d) => d.ready().askBreak(),
  'break-pending.lingering': async (d) => d.ready().pop('101').askBreak().finish(),
  ...stagesOf('break-pending', (d) => d.ready().askBreak()),
  'on-break': (d) => d.ready().askBreak().breakStatus('on-break').status('ours'),
  'logoff-pending.idle': (d) => d.ready().askLogOff(),
  'logoff-pending.lingering': async (d) => d.ready().pop('101').askLogOff().finish(),
  ...stagesOf('logoff-pending', (d) => d.ready().askLogOff()),
};

// ---- the samples of each event ----

type Sample = (d: AgentDriver) => AgentEvent;
const awaited = (d: AgentDriver, slot: keyof Awaiting): number => d.agent.context().awaiting[slot] || -1;
const verdicts = <T extends AgentEvent['type']>(type: T, slot: keyof Awaiting): Record<string, Sample> =>
  Object.fromEntries(
    (['ok', 'gone', 'refused', 'forbidden', 'unavailable', 'lost', 'unsent'] satisfies Verdict[]).map((verdict) => [
      verdict,
      (d: AgentDriver) => ({ type, command: awaited(d, slot), verdict, label: 'Success' }) as unknown as AgentEvent,
    ]),
  );
const pop =
  (id: string, facts: Partial<PopFacts> = {}): Sample =>
  () => ({ type: 'call.popped', pop: popFacts(id, facts) });
const plain = (event: AgentEvent): Record<string, Sample> => ({ '': () => event });

const EVENTS: { [T in AgentEvent['type']]: Record<string, Sample> } = {
  'shift.began': plain({ type: 'shift.began' }),
  'login.asked': plain({ type: 'login.asked' }),
  'logoff.asked': {
    'for now': () => ({ type: 'logoff.asked', reason: 'shift', forGood: false }),
    'for good': () => ({ type: 'logoff.asked', reason: 'drain', forGood: true }),
  },
  'break.asked': plain({ type: 'break.asked', reason: 'after-calls', forMs: 60_000 }),
  'break.end-asked': plain({ type: 'break.end-asked' }),
  cut: plain({ type: 'cut' }),
  'turn.granted': plain({ type: 'turn.granted' }),
  'session.opened': { '': (d) => ({ type: 'session.opened', command: awaited(d, 'step'), session: 's' }) },
  'session.refused': { '': (d) => ({ type: 'session.refused', command: awaited(d, 'step'), code: 'x' }) },
  'session.unreached': { '': (d) => ({ type: 'session.unreached', command: awaited(d, 'step'), code: 'x' }) },
  'session.lost': {
    again: () => ({ type: 'session.lost', reason: 'x', again: true }),
    'not again': () => ({ type: 'session.lost', reason: 'x', again: false }),
  },
  'session.closed': { '': (d) => ({ type: 'session.closed', command: awaited(d, 'step') }) },
  'session.prepared': { '': (d) => ({ type: 'session.prepared', command: awaited(d, 'step') }) },
  'session.unprepared': {
    'for now': (d) => ({ type: 'session.unprepared', command: awaited(d, 'step'), code: 'x', final: false }),
    'for good': (d) => ({ type: 'session.unprepared', command: awaited(d, 'step'), code: 'x', final: true }),
  },
  'session.farewell-said': { '': (d) => ({ type: 'session.farewell-said', command: awaited(d, 'step') }) },
  'station.lost': plain({ type: 'station.lost' }),
  'dialer.logged-in': {
    step: (d) => ({ type: 'dialer.logged-in', command: awaited(d, 'step') }),
    relog: (d) => ({ type: 'dialer.logged-in', command: awaited(d, 'relog') }),
  },
  'dialer.log-in-failed': {
    'step for now': (d) => ({ type: 'dialer.log-in-failed', command: awaited(d, 'step'), code: 'x', final: false }),
    'step for good': (d) => ({ type: 'dialer.log-in-failed', command: awaited(d, 'step'), code: 'x', final: true }),
    'relog for now': (d) => ({ type: 'dialer.log-in-failed', command: awaited(d, 'relog'), code: 'x', final: false }),
    'relog for good': (d) => ({ type: 'dialer.log-in-failed', command: awaited(d, 'relog'), code: 'x', final: true }),
  },
  'campaigns.changed': {
    fresh: () => ({ type: 'campaigns.changed', fresh: ['c-9'], joined: 1 }),
    joined: () => ({ type: 'campaigns.changed', fresh: [], joined: 1 }),
    none: () => ({ type: 'campaigns.changed', fresh: [], joined: 0 }),
  },
  'campaigns.enlisted': {
    some: (d) => ({ type: 'campaigns.enlisted', command: awaited(d, 'enlist'), joined: 1 }),
    none: (d) => ({ type: 'campaigns.enlisted', command: awaited(d, 'enlist'), joined: 0 }),
  },
  'campaigns.enlist-failed': {
    'for now': (d) => ({ type: 'campaigns.enlist-failed', command: awaited(d, 'enlist'), code: 'x', final: false }),
    'for good': (d) => ({ type: 'campaigns.enlist-failed', command: awaited(d, 'enlist'), code: 'x', final: true }),
  },
  'campaigns.auto-login': plain({ type: 'campaigns.auto-login' }),
  'campaigns.auto-logout': {
    'some left': () => ({ type: 'campaigns.auto-logout', joined: 1 }),
    'none left': () => ({ type: 'campaigns.auto-logout', joined: 0 }),
  },
  'logout.granted': {
    all: () => ({ type: 'logout.granted', all: true, joined: 0 }),
    'some left': () => ({ type: 'logout.granted', all: false, joined: 1 }),
    'none left': () => ({ type: 'logout.granted', all: false, joined: 0 }),
  },
  'logoff.answered': verdicts('logoff.answered', 'leave'),
  'break.answered': verdicts('break.answered', 'pause'),
  'break.status': {
    pending: () => ({ type: 'break.status', status: 'pending' }),
    'on break': () => ({ type: 'break.status', status: 'on-break' }),
    off: () => ({ type: 'break.status', status: 'not-on-break' }),
  },
  'link.down': plain({ type: 'link.down' }),
  'link.up': plain({ type: 'link.up' }),
  'status.seen': {
    acd: () => ({ type: 'status.seen', status: 'acd' }),
    'dialer-call': () => ({ type: 'status.seen', status: 'dialer-call' }),
    'follow-up': () => ({ type: 'status.seen', status: 'follow-up' }),
    'not-answering': () => ({ type: 'status.seen', status: 'not-answering' }),
    ours: () => ({ type: 'status.seen', status: 'ours' }),
    person: () => ({ type: 'status.seen', status: 'person' }),
  },
  'available.confirmed': { '': (d) => ({ type: 'available.confirmed', command: awaited(d, 'step') }) },
  'available.refused': { '': (d) => ({ type: 'available.refused', command: awaited(d, 'step') }) },
  'acd.began': plain({ type: 'acd.began' }),
  'acd.ended': plain({ type: 'acd.ended' }),
  'call.popped': {
    'same, call': pop('101'),
    'same, unplaced': pop('101', { preview: true }),
    'same, placed': pop('101', { preview: true, placed: true }),
    'new, call': pop('102'),
    'new, preview': pop('102', { preview: true }),
    'new id, same contact': pop('102', { contact: 'contact of 101' }),
  },
  'call.offer-decided': {
    ours: () => ({ type: 'call.offer-decided', call: '101', place: true, thinkMs: 9, ringForMs: 9, choices: 0 }),
    foreign: () => ({ type: 'call.offer-decided', call: '999', place: true, thinkMs: 9, ringForMs: 9, choices: 0 }),
  },
  'call.talk-decided': {
    ours: () => ({ type: 'call.talk-decided', call: '101', talkMs: 9 }),
    foreign: () => ({ type: 'call.talk-decided', call: '999', talkMs: 9 }),
  },
  'call.end-decided': {
    ours: () => ({ type: 'call.end-decided', call: '101', wrapUpMs: 9, choices: 2, label: 'x' }),
    'ours, no label': () => ({ type: 'call.end-decided', call: '101', wrapUpMs: 9, choices: 0, label: '' }),
    foreign: () => ({ type: 'call.end-decided', call: '999', wrapUpMs: 9, choices: 0, label: '' }),
  },
  'call.connected': {
    ours: () => ({ type: 'call.connected', call: '101' }),
    foreign: () => ({ type: 'call.connected', call: '999' }),
  },
  'call.ended': {
    ours: () => ({ type: 'call.ended', call: '101', by: 'far-side' }),
    foreign: () => ({ type: 'call.ended', call: '999', by: 'us' }),
  },
  'call.place-answered': verdicts('call.place-answered', 'step'),
  'call.disconnect-answered': verdicts('call.disconnect-answered', 'step'),
  'call.disposition-answered': verdicts('call.disposition-answered', 'step'),
};

// ---- what is expected ----

/**
 * From → to, for each sample of an event; what is not named stays. A state may be written `parent.*` (all of its inner
 * states) or `*.stage` (that stage of a call under each of its three parents); the more exact one wins. In a target, `=`
 * stands for the parent or the inner state that it comes from.
 */
type Row = Readonly<Record<string, string>>;
const CALL_PARENTS = ['on-call', 'break-pending', 'logoff-pending'];
const STAYS: Row = {};

/** Every state inside Dialer where no call is open and none is to be recovered. */
const idleInDialer = (to: string): Row => ({
  'logged-in.*': to,
  'logged-in.recovering': 'stays',
  'ready.*': to,
  'break-pending.idle': to,
  'break-pending.lingering': to,
  'on-break': to,
});
/** Every stage of a call under every parent. */
const inCall = (to: string): Row => Object.fromEntries(Object.keys(STAGES).map((stage) => [`*.${stage}`, to]));
const everywhere = (to: string): Row => ({
  'logged-out.*': to,
  'logged-in.*': to,
  'ready.*': to,
  'on-call.*': to,
  'break-pending.*': to,
  'on-break': to,
  'logoff-pending.*': to,
});
/** A pop where no call is open: taken, under the parent that shows what is pending. */
const takenAs = (stage: string): Row => ({
  'logged-out.removed': `on-call.${stage}`,
  'logged-out.parting': `logoff-pending.${stage}`,
  'logged-in.*': `on-call.${stage}`,
  'ready.*': `on-call.${stage}`,
  'on-break': `on-call.${stage}`,
  'break-pending.idle': `=.${stage}`,
  'break-pending.lingering': `=.${stage}`,
  'logoff-pending.idle': `=.${stage}`,
  'logoff-pending.lingering': `=.${stage}`,
});
/** A new id while a call is open voids it; only a disposition in flight is waited for. */
const voidsAndTakes = (stage: string): Row => ({ ...inCall(`=.${stage}`), '*.dispositioning': 'stays' });

const LEAVES: Row = {
  ...idleInDialer('logoff-pending.idle'),
  'on-call.*': 'logoff-pending.=',
  ...Object.fromEntries(Object.keys(STAGES).map((stage) => [`break-pending.${stage}`, 'logoff-pending.='])),
  'logged-out.removed': 'logged-out.parting',
};
const LEAVES_OR_CLOSES: Row = {
  ...LEAVES,
  'logged-out.connecting.opening': 'logged-out.leaving',
  'logged-out.connecting.preparing': 'logged-out.leaving',
  // The Dialer log-in is on its way: leaving goes by a log-off.
  'logged-out.connecting.logging-in': 'logoff-pending.idle',
};
const BREAK_REFUSED: Row = {
  'break-pending.*': 'on-call.=',
  'break-pending.idle': 'logged-in.availing',
  'break-pending.lingering': 'logged-in.availing',
};
const LOG_OFF_UNKNOWN: Row = {
  'logoff-pending.idle': 'logged-out.parting',
  'logoff-pending.lingering': 'logged-out.parting',
};
const LOGGED_IN = 'logged-in.choosing';
const HUNG_UP: Row = { '*.hanging-up': '=.wrapping-up' };
const CLOSED: Row = {
  'on-call.dispositioning': 'logged-in.availing',
  'break-pending.dispositioning': '=.lingering',
  'logoff-pending.dispositioning': '=.lingering',
};
const IN_DOUBT: Row = { '*.dispositioning': '=.redispositioning' };
const PLACE_AGAIN: Row = { '*.placing': '=.previewing' };

const COMES_IN: Row = {
  'logged-out.offline': 'logged-out.waiting',
  'logged-out.removed': 'logged-out.connecting.logging-in',
};

const GRID: { readonly [T in AgentEvent['type']]: Readonly<Record<string, Row>> } = {
  'shift.began': { '': COMES_IN },
  'login.asked': { '': COMES_IN },
  'logoff.asked': {
    'for now': { ...LEAVES_OR_CLOSES, 'logged-out.waiting': 'logged-out.offline' },
    'for good': {
      ...LEAVES_OR_CLOSES,
      'logged-out.waiting': 'logged-out.stopped',
      'logged-out.offline': 'logged-out.stopped',
    },
  },
  'break.asked': {
    '': {
      'ready.*': 'break-pending.idle',
      'on-call.*': 'break-pending.=',
      'logged-in.*': 'break-pending.idle',
      'logged-in.recovering': 'stays',
      'logged-in.deferring': 'stays',
      'logged-in.unlinked': 'stays',
      'logged-in.relinking': 'stays',
    },
  },
  'break.end-asked': { '': { ...BREAK_REFUSED, 'on-break': 'logged-in.availing' } },
  cut: {
    '': {
      ...everywhere('logged-out.leaving'),
      'logged-out.offline': 'logged-out.stopped',
      'logged-out.stopped': 'stays',
    },
  },
  'turn.granted': { '': { 'logged-out.waiting': 'logged-out.connecting.opening' } },
  'session.opened': { '': { 'logged-out.connecting.opening': 'logged-out.connecting.preparing' } },
  'session.refused': { '': { 'logged-out.connecting.opening': 'logged-out.stopped' } },
  'session.unreached': { '': { 'logged-out.connecting.opening': 'logged-out.waiting' } },
  'session.lost': {
    again: {
      ...everywhere('logged-out.waiting'),
      'logged-out.offline': 'stays',
      'logged-out.stopped': 'stays',
      'logged-out.parting': 'logged-out.offline',
      'logged-out.leaving': 'logged-out.offline',
    },
    'not again': {
      ...everywhere('logged-out.stopped'),
      'logged-out.offline': 'stays',
      'logged-out.waiting': 'stays',
    },
  },
  'session.closed': { '': { 'logged-out.leaving': 'logged-out.offline' } },
  'session.prepared': { '': { 'logged-out.connecting.preparing': 'logged-out.connecting.logging-in' } },
  'session.unprepared': {
    'for now': { 'logged-out.connecting.preparing': 'logged-out.waiting' },
    'for good': { 'logged-out.connecting.preparing': 'logged-out.leaving' },
  },
  'session.farewell-said': { '': { 'logged-out.parting': 'logged-out.leaving' } },
  'station.lost': { '': LEAVES },
  'dialer.logged-in': {
    step: { 'logged-out.connecting.logging-in': LOGGED_IN },
    relog: { 'logged-in.relinking': LOGGED_IN },
  },
  'dialer.log-in-failed': {
    'step for now': { 'logged-out.connecting.logging-in': 'logged-out.connecting.retrying' },
    'step for good': { 'logged-out.connecting.logging-in': 'logged-out.leaving' },
    'relog for now': { 'logged-in.relinking': 'logged-out.waiting' },
    'relog for good': { 'logged-in.relinking': 'logged-out.leaving' },
  },
  'campaigns.changed': {
    fresh: {
      'logged-in.choosing': '=.enlisting',
      'logged-in.no-campaign': '=.enlisting',
      'logged-out.removed': 'logged-out.connecting.logging-in',
    },
    joined: { 'logged-in.choosing': '=.enlisting', 'logged-in.no-campaign': '=.enlisting' },
    none: { 'logged-in.choosing': '=.no-campaign', 'ready.*': 'logged-in.no-campaign' },
  },
  'campaigns.enlisted': {
    some: { 'logged-in.enlisting': '=.availing' },
    none: { 'logged-in.enlisting': '=.no-campaign' },
  },
  'campaigns.enlist-failed': {
    'for now': { 'logged-in.enlisting': '=.resting' },
    'for good': { 'logged-in.enlisting': 'logged-out.leaving' },
  },
  'campaigns.auto-login': {
    '': { 'logged-in.no-campaign': '=.enlisting', 'logged-out.removed': 'logged-out.connecting.logging-in' },
  },
  'campaigns.auto-logout': { 'some left': STAYS, 'none left': { 'ready.*': 'logged-in.no-campaign' } },
  'logout.granted': {
    all: {
      ...idleInDialer('logged-out.removed'),
      'logged-in.recovering': 'logged-out.removed',
      'logoff-pending.idle': 'logged-out.parting',
      'logoff-pending.lingering': 'logged-out.parting',
    },
    'some left': STAYS,
    'none left': {
      'ready.*': 'logged-in.no-campaign',
      'logoff-pending.idle': 'logged-out.parting',
      'logoff-pending.lingering': 'logged-out.parting',
    },
  },
  'logoff.answered': {
    ok: STAYS,
    gone: LOG_OFF_UNKNOWN,
    refused: LOG_OFF_UNKNOWN,
    forbidden: LOG_OFF_UNKNOWN,
    unavailable: STAYS,
    lost: STAYS,
    unsent: STAYS,
  },
  'break.answered': {
    ok: STAYS,
    gone: BREAK_REFUSED,
    refused: BREAK_REFUSED,
    forbidden: BREAK_REFUSED,
    unavailable: STAYS,
    lost: STAYS,
    unsent: STAYS,
  },
  // Without a Dialer log-in it is noted only, so that the log-in is repaired first.
  // Before the agent was ever Available in a session, a break is left over from before and is ended (rule 1).
  'break.status': {
    pending: {
      'ready.*': 'break-pending.idle',
      'logged-in.resting': 'break-pending.idle',
      'logged-in.deferring': 'break-pending.idle',
    },
    'on break': {
      'ready.*': 'on-break',
      'logged-in.resting': 'on-break',
      'logged-in.deferring': 'on-break',
      'break-pending.idle': 'on-break',
      'break-pending.lingering': 'on-break',
    },
    off: { 'on-break': 'logged-in.availing' },
  },
  'link.down': { '': { ...idleInDialer('logged-in.unlinked'), 'logged-in.recovering': 'logged-in.unlinked' } },
  'link.up': { '': { 'logged-in.unlinked': '=.relinking' } },
  'status.seen': {
    acd: { 'logged-in.resting': 'ready.idle', 'logged-in.deferring': 'ready.idle', 'on-break': 'ready.idle' },
    'dialer-call': STAYS,
    'follow-up': { 'ready.idle': 'logged-in.resting' },
    'not-answering': { 'ready.idle': 'logged-in.resting' },
    ours: STAYS,
    person: {
      'logged-in.availing': 'on-break',
      'logged-in.resting': 'on-break',
      'ready.*': 'on-break',
      'break-pending.idle': 'on-break',
      'break-pending.lingering': 'on-break',
    },
  },
  'available.confirmed': { '': { 'logged-in.availing': 'ready.idle' } },
  'available.refused': { '': { 'logged-in.availing': 'logged-in.resting' } },
  'acd.began': { '': { 'ready.idle': 'ready.busy-acd' } },
  'acd.ended': { '': { 'ready.busy-acd': 'logged-in.resting' } },
  'call.popped': {
    'same, call': {
      ...takenAs('talking'),
      '*.previewing': '=.talking',
      '*.placing': '=.talking',
      '*.ringing': '=.talking',
      '*.redispositioning': '=.dispositioning',
    },
    'same, unplaced': {
      ...takenAs('previewing'),
      'logged-in.recovering': 'on-call.talking',
      '*.redispositioning': '=.dispositioning',
    },
    'same, placed': {
      ...takenAs('ringing'),
      'logged-in.recovering': 'on-call.talking',
      '*.previewing': '=.ringing',
      '*.placing': '=.ringing',
      '*.redispositioning': '=.dispositioning',
    },
    'new, call': { ...takenAs('talking'), ...voidsAndTakes('talking') },
    'new, preview': { ...takenAs('previewing'), ...voidsAndTakes('previewing') },
    'new id, same contact': { ...takenAs('talking'), ...voidsAndTakes('talking') },
  },
  'call.offer-decided': { ours: STAYS, foreign: STAYS },
  'call.talk-decided': { ours: STAYS, foreign: STAYS },
  'call.end-decided': {
    ours: STAYS,
    'ours, no label': { '*.wrapping-up': 'logoff-pending.idle' },
    foreign: STAYS,
  },
  'call.connected': { ours: { '*.placing': '=.talking', '*.ringing': '=.talking' }, foreign: STAYS },
  'call.ended': {
    ours: {
      '*.previewing': '=.wrapping-up',
      '*.placing': '=.wrapping-up',
      '*.ringing': '=.wrapping-up',
      '*.talking': '=.wrapping-up',
      '*.hanging-up': '=.wrapping-up',
    },
    foreign: STAYS,
  },
  'call.place-answered': {
    ok: { '*.placing': '=.ringing' },
    gone: STAYS,
    refused: STAYS,
    forbidden: STAYS,
    unavailable: PLACE_AGAIN,
    lost: STAYS,
    unsent: PLACE_AGAIN,
  },
  'call.disconnect-answered': {
    ok: HUNG_UP,
    gone: HUNG_UP,
    refused: HUNG_UP,
    forbidden: HUNG_UP,
    unavailable: HUNG_UP,
    lost: HUNG_UP,
    unsent: HUNG_UP,
  },
  'call.disposition-answered': {
    ok: CLOSED,
    gone: CLOSED,
    refused: STAYS,
    forbidden: { '*.dispositioning': 'logoff-pending.idle' },
    unavailable: IN_DOUBT,
    lost: IN_DOUBT,
    unsent: IN_DOUBT,
  },
};

/** Where the grid says that `state` goes. */
function expected(row: Row, state: string): string {
  const [parent = '', ...rest] = state.split('.');
  const inner = rest.join('.');
  const shared = CALL_PARENTS.includes(parent) ? row[`*.${inner}`] : undefined;
  const to = row[state] ?? shared ?? row[`${parent}.*`] ?? 'stays';
  if (to === 'stays') return state;
  return to.replace(/^=\./, `${parent}.`).replace(/\.=$/, `.${inner}`);
}

// ---- the table ----

type Snapshot = ReturnType<AgentChart['resolveState']>;
const reached = new Map<string, { snapshot: Snapshot; driver: AgentDriver }>();

/** One step of a chart: the next snapshot, and what the agent says on the way. */
function step(chart: AgentChart, { value, context }: Snapshot, event: ChartEvent) {
  const emissions: AgentEmission[] = [];
  const from = chart.resolveState({ value, context: { ...context, say: (emission) => emissions.push(emission) } });
  const [next] = transition(chart, from, event);
  const { say: _, ...memory } = next.context;
  return { next, memory, emissions };
}

/** The state value of a place such as `logged-out.connecting.opening`. */
function stateValueOf(place: string): StateValue {
  const [first = '', ...rest] = place.split('.');
  return rest.length === 0 ? first : { [first]: stateValueOf(rest.join('.')) };
}
function placeOf(value: StateValue): string {
  if (typeof value === 'string') return value;
  const [key = ''] = Object.keys(value);
  return `${key}.${placeOf(value[key] ?? '')}`;
}
/** Every atomic state in which an agent can rest; those that only choose a way are passed in no time. */
function restingStates(node: AnyStateNode, path: readonly string[] = []): string[] {
  const inner = Object.values(node.states);
  if (inner.length === 0) return node.always?.length ? [] : [path.join('.')];
  return inner.flatMap((child) => restingStates(child, [...path, child.key]));
}

describe('the chart is total', () => {
  beforeAll(async () => {
    for (const [state, reach] of Object.entries(STATES)) {
      const driver = new AgentDriver({}, shared);
      await reach(driver);
      const snapshot = shared.chart.resolveState({
        value: stateValueOf(driver.place),
        context: driver.agent.context(),
      });
      reached.set(state, { snapshot, driver });
      driver.agent.end();
    }
  });

  test('every state of the chart is in the table, and each is where its way leads', () => {
    expect(Object.keys(STATES).sort()).toEqual(restingStates(shared.chart.root).sort());
    expect([...reached].filter(([state, { driver }]) => driver.place !== state).map(([state]) => state)).toEqual([]);
  });

  test('every sample of every event has its row', () => {
    const names = (rows: object): string[] =>
      Object.entries(rows).flatMap(([type, of]) => Object.keys(of).map((name) => `${type} ${name}`));
    expect(names(GRID)).toEqual(names(EVENTS));
    for (const rows of Object.values(GRID)) {
      for (const pattern of Object.values(rows).flatMap((row) => Object.keys(row))) {
        expect(Object.keys(STATES).filter((state) => matches(pattern, state))).not.toEqual([]);
      }
    }
  });

  const rows = Object.entries(EVENTS).flatMap(([type, samples]) =>
    Object.entries(samples).map(([name, sample]) => [`${type} ${name}`.trim(), type, name, sample] as const),
  );
  test.each(rows)('%s', (_, type, name, sample) => {
    const row = (GRID as Record<string, Record<string, Row>>)[type]?.[name] ?? {};
    const told: Record<string, string> = {};
    const wanted: Record<string, string> = {};
    for (const [state, { snapshot, driver }] of reached) {
      wanted[state] = expected(row, state);
      const isStopped = state === 'logged-out.stopped';
      told[state] = isStopped ? state : placeOf(transition(shared.chart, snapshot, sample(driver))[0].value);
    }
    expect(told).toEqual(wanted);
  });

  test('the end of a stage leads on from every stage that has one, and changes nothing elsewhere', () => {
    const next = [...reached].map(([state, { snapshot }]) => {
      const { call } = snapshot.context;
      // The clock of the table went on while the others came where they are: here it is not yet time to give up.
      const context = { ...snapshot.context, call: call && { ...call, giveUpAt: Number.POSITIVE_INFINITY } };
      const { value } = step(shared.chart, { ...snapshot, context } as Snapshot, { type: 'stage.ended' }).next;
      return [state, placeOf(value)];
    });
    const onward: Row = {
      '*.previewing': '=.placing',
      '*.placing': '=.hanging-up',
      '*.ringing': '=.hanging-up',
      '*.talking': '=.hanging-up',
      '*.wrapping-up': '=.dispositioning',
      '*.redispositioning': '=.dispositioning',
    };
    expect(next).toEqual([...reached.keys()].map((state) => [state, expected(onward, state)]));
  });

  test('memory holds the stage that the chart is in', () => {
    const others: string[] = [];
    for (const [type, samples] of Object.entries(EVENTS)) {
      for (const sample of Object.values(samples)) {
        for (const [state, { snapshot, driver }] of reached) {
          const [{ value, context }] = transition(shared.chart, snapshot, sample(driver));
          const stage = placeOf(value).split('.')[1] ?? '';
          if (stage in STAGES && context.call?.stage !== stage) others.push(`${type} in ${state}`);
        }
      }
    }
    expect(others).toEqual([]);
  });

  test('the usual ways end where the long ones do', () => {
    const long = shared.chart.provide({ guards: { 'nothing stands between it and Available': () => false } });
    const differences: string[] = [];
    let taken = 0;
    for (const [type, samples] of Object.entries(EVENTS)) {
      for (const sample of Object.values(samples)) {
        for (const [state, { snapshot, driver }] of reached) {
          const [short, slow] = [shared.chart, long].map((chart) => step(chart, snapshot, sample(driver)));
          if (placeOf(short!.next.value) === 'logged-in.availing' && snapshot.context.call) taken++;
          const same =
            placeOf(short!.next.value) === placeOf(slow!.next.value) &&
            JSON.stringify([short!.memory, short!.emissions]) === JSON.stringify([slow!.memory, slow!.emissions]);
          if (!same) differences.push(`${type} in ${state}`);
        }
      }
    }
    expect(differences).toEqual([]);
    expect(taken).toBeGreaterThan(0);
  });

  test('an answer to an order that is not awaited changes nothing anywhere', () => {
    const moved: string[] = [];
    for (const [type, samples] of Object.entries(EVENTS)) {
      for (const sample of Object.values(samples)) {
        for (const [state, { snapshot, driver }] of reached) {
          const event = sample(driver);
          if (!('command' in event)) continue;
          const { next, emissions } = step(shared.chart, snapshot, { ...event, command: 9_999 });
          if (placeOf(next.value) !== state || emissions.length > 0) moved.push(`${type} in ${state}`);
        }
      }
    }
    expect(moved).toEqual([]);
  });

  test('an event that nobody knows changes nothing anywhere', () => {
    for (const [state, { snapshot }] of reached) {
      const unknown = { type: 'weather.changed' } as unknown as AgentEvent;
      expect(placeOf(transition(shared.chart, snapshot, unknown)[0].value)).toBe(state);
    }
  });
});

describe('what an operator asks for', () => {
  /** The answer to each act, by the states that give it; a state that is not named takes the act up. */
  const OUT = 'it is logged out';
  const under = (parent: string, answer: string): Row => ({ [`${parent}.*`]: answer });
  const STOPPED: Row = { 'logged-out.stopped': 'it has stopped for good' };
  const ANSWERS: Readonly<Record<OperatorAct, Row>> = {
    break: {
      ...under('logged-out', OUT),
      'logged-out.parting': 'a log-off is pending',
      'logged-out.leaving': 'a log-off is pending',
      ...STOPPED,
      ...under('break-pending', 'a break is pending already'),
      'on-break': 'it is on a break',
      ...under('logoff-pending', 'a log-off is pending'),
      'logged-in.deferring': 'a person set its status',
    },
    'end-break': {
      ...everywhere('it is on no break'),
      ...STOPPED,
      ...under('break-pending', 'taken'),
      'on-break': 'taken',
      'logged-in.deferring': 'a person set its status, which is not ours to end',
    },
    'log-off': {
      'logged-out.offline': 'it is logged out already',
      'logged-out.parting': 'a log-off is pending already',
      'logged-out.leaving': 'a log-off is pending already',
      ...STOPPED,
      ...under('logoff-pending', 'a log-off is pending already'),
    },
    drain: STOPPED,
    'log-in': {
      ...everywhere('it is logged in already'),
      ...under('logged-out', 'it is logging in already'),
      'logged-out.offline': 'taken',
      'logged-out.removed': 'taken',
      'logged-out.parting': 'taken',
      'logged-out.leaving': 'taken',
      ...STOPPED,
      ...under('logoff-pending', 'taken'),
    },
  };

  /** What an agent in this state answers. */
  function answerIn(snapshot: Snapshot, act: OperatorAct): string {
    const before = { place: placeOf(snapshot.value), context: snapshot.context };
    const isStopped = before.place === 'logged-out.stopped';
    const { next } = step(shared.chart, snapshot, eventOfAct(act, { reason: 'operator', forMs: 60_000 }));
    const after = isStopped ? before : { place: placeOf(next.value), context: next.context };
    return hasTaken(act, before, after) ? 'taken' : whyNotTaken(act, before);
  }
  const answerOf = (row: Row, state: string): string => {
    const [parent = ''] = state.split('.');
    return row[state] ?? row[`${parent}.*`] ?? 'taken';
  };

  test.each(OPERATOR_ACTS)('%s: every state answers, by what it does', (act) => {
    const given = [...reached].map(([state, { snapshot }]) => [state, answerIn(snapshot, act)]);
    expect(given).toEqual([...reached.keys()].map((state) => [state, answerOf(ANSWERS[act], state)]));
  });

  test('what is answered twice is taken once', () => {
    const twice: string[] = [];
    for (const act of OPERATOR_ACTS) {
      for (const [state, { snapshot }] of reached) {
        if (answerIn(snapshot, act) !== 'taken') continue;
        const { next } = step(shared.chart, snapshot, eventOfAct(act, { reason: 'operator', forMs: 60_000 }));
        const again = answerIn(next as Snapshot, act);
        if (again === 'taken' || again === UNEXPLAINED) twice.push(`${act} in ${state}: ${again}`);
      }
    }
    expect(twice).toEqual([]);
  });
});

describe('the diagram', () => {
  const lines = mermaid(shared.chart)
    .split('\n')
    .map((line) => line.trim());

  test('shows the seven states, and every inner state once', () => {
    for (const state of AGENT_STATES)
      expect(lines.join('\n')).toContain(`state "${state}" as ${state.replace('-', '_')}`);
    const drawn = lines.filter((line) => /^state "[^"]*" as \w+$/.test(line)).map((line) => line.split('"')[1]);
    const stages = Object.keys(STAGES);
    expect(drawn.filter((key) => stages.includes(key ?? '')).sort()).toEqual(stages.sort());
  });

  test('names only states that it declares, and leaves no block open', () => {
    const declared = new Set(lines.flatMap((line) => /^state (?:"[^"]*" as )?(\w+)/.exec(line)?.[1] ?? []));
    const named = lines.flatMap((line) => /^(\w+|\[\*\]) --> (\w+|\[\*\])/.exec(line)?.slice(1, 3) ?? []);
    expect(named.filter((id) => id !== '[*]' && !declared.has(id))).toEqual([]);
    expect(lines.filter((line) => line.endsWith('{')).length).toBe(lines.filter((line) => line === '}').length);
    expect(lines.filter((line) => line.startsWith('note ')).length).toBe(
      lines.filter((line) => line === 'end note').length,
    );
  });

  test('labels the ways with event and guard', () => {
    expect(lines).toContain('logged_out__parting --> logged_out__leaving : session.farewell-said');
    expect(lines).toContain('on_call__previewing --> on_call__placing : when the stage ends [it is to be placed]');
    expect(lines).toContain('on_break --> on_call : call.popped');
  });
});

function matches(pattern: string, state: string): boolean {
  const [parent = '', ...rest] = state.split('.');
  if (pattern.startsWith('*.')) return CALL_PARENTS.includes(parent) && pattern === `*.${rest.join('.')}`;
  return pattern === state || pattern === `${parent}.*`;
}
