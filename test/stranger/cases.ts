/** The matrix: one strange server per case, one run of the product against it, and what must be true afterwards. */
import { policy } from './product.js';
import type { CampaignSpec, Quirks, StrangerOptions, Trouble } from './quirks.js';

export interface Case {
  readonly name: string;
  readonly messaging?: 'auto' | 'stream' | 'poll';
  readonly users?: number;
  /** The run ends by itself after this; without it, when there were enough calls. */
  readonly duration?: string;
  readonly server?: Partial<StrangerOptions>;
  readonly quirks?: Partial<Quirks>;
  readonly flags?: readonly string[];
  readonly policy?: string;
  readonly password?: string;
  readonly code?: number;
  /** Notes of the truth that must be there, or the case has not met what it is about. */
  readonly met?: readonly string[];
  /** What may differ from the strict accounts. */
  readonly lenient?: readonly ('dispositions' | 'sessions' | 'breaks' | 'log-off' | 'previews')[];
  /** Also in the jest run, not only by hand. */
  readonly daily?: boolean;
  /** The run is told to end when each working agent has had so many calls. */
  readonly enough?: number;
  /** And that it is told at the latest; 45 s when omitted. */
  readonly patienceMs?: number;
  /** But not before so long after the first session. */
  readonly atLeastMs?: number;
}

const every = (operation: string, status: number, taken: boolean, each = 2, times = 1): Trouble => ({
  operation,
  every: each,
  times,
  status,
  taken,
});

const previewOnly: readonly CampaignSpec[] = [
  { name: 'Renewals', type: 'preview', contacts: 100_000, allowSkip: true, previewTimeoutMs: 30_000, unanswered: 0.3 },
];
const comingAndGoing: readonly CampaignSpec[] = [
  { name: 'Early', type: 'predictive', contacts: 100_000, removedAfterMs: 2500 },
  { name: 'Late', type: 'power', contacts: 100_000, addedAfterMs: 1500, agentCallbacks: true },
];
/** For many agents on a small machine: talk of seconds. */
const calm = policy.replace('{ min: 60ms, max: 250ms }', '{ min: 1s, max: 3s }');
/** What a real line and a tired server do, all of it. */
const everything: Partial<Quirks> = {
  cutEvery: 25,
  cutLoses: true,
  duplicates: 'late',
  unknowns: true,
  html: true,
  expiry: 'reset',
  troubles: [
    every('dialer.disposition', 0, true, 3),
    every('dialer.disposition', 0, false, 4),
    every('dialer.place-preview-call', 0, true, 3),
    every('dialer.place-preview-call', 0, false, 4),
    every('*', 503, false, 9, 2),
  ],
};
const afterAll = ['dispositions', 'sessions', 'breaks', 'log-off', 'previews'] as const;
const slowThinker = policy.replace('think: { uniform: { min: 5ms, max: 60ms } }', 'think: { fixed: 20s }');

export const cases: readonly Case[] = [
  { name: 'stream, without the right', messaging: 'stream' },
  { name: 'stream, with the right', messaging: 'stream', server: { logonCampaign: true } },
  { name: 'poll, without the right', messaging: 'poll', enough: 3 },
  { name: 'poll, with the right', messaging: 'poll', enough: 3, server: { logonCampaign: true }, daily: true },
  { name: 'auto against a server without streams', enough: 3, server: { messaging: 1 }, daily: true },
  { name: 'the end comes by duration', duration: '5s', daily: true },
  { name: 'messages before answers', quirks: { overtake: true } },
  {
    name: 'messages before answers, with the right',
    quirks: { overtake: true },
    server: { logonCampaign: true },
    daily: true,
  },
  { name: 'slow answers', quirks: { slowMs: 250 } },
  { name: 'slow answers, poll', messaging: 'poll', enough: 3, quirks: { slowMs: 250 } },
  { name: 'every message twice at once', quirks: { duplicates: 'at-once' } },
  { name: 'pops and completions repeated later', quirks: { duplicates: 'late' }, daily: true },
  { name: 'unknown messages, members and numbers', quirks: { unknowns: true } },
  { name: 'unknown messages, each twice', quirks: { unknowns: true, duplicates: 'at-once' }, daily: true },
  { name: 'unknown messages, poll', messaging: 'poll', enough: 3, quirks: { unknowns: true } },
  {
    name: 'HTML error bodies and 500 on each sixth request',
    quirks: { html: true, troubles: [every('*', 500, false, 5)] },
    lenient: ['log-off'],
    daily: true,
  },
  { name: '204 instead of 200, affinity cookies', quirks: { noContent: true, cookies: true } },
  { name: 'stream cut every 7 messages', quirks: { cutEvery: 7 }, met: ['stream cut'] },
  {
    name: 'stream cut, state messages lost',
    quirks: { cutEvery: 12, cutLoses: true },
    met: ['message lost'],
    enough: 8,
  },
  { name: 'mangled stream', quirks: { mangledStream: true } },
  {
    name: 'mangled stream that is cut and loses messages',
    quirks: { mangledStream: true, cutEvery: 15, cutLoses: true },
    met: ['message lost'],
    daily: true,
  },
  {
    name: 'session expires in mid-call, Dialer keeps all',
    quirks: { expiry: 'kept' },
    met: ['re-pop after log-in'],
  },
  { name: 'session expires in mid-call, log-ins are gone', quirks: { expiry: 'reset' }, met: ['re-pop after log-in'] },
  {
    name: 'session expires in mid-call, with the right',
    quirks: { expiry: 'reset' },
    server: { logonCampaign: true },
    met: ['re-pop after log-in'],
    daily: true,
  },
  {
    name: 'session expires in mid-call, poll',
    messaging: 'poll',
    quirks: { expiry: 'reset' },
    server: { farSideMs: null },
    policy: policy.replace('max: 250ms', 'max: 2s'),
    enough: 4,
  },
  {
    name: 'session expires, Dialer recorded the call itself',
    quirks: { expiry: 'broken' },
    enough: 3,
    lenient: ['dispositions'],
  },
  {
    name: 'disposition taken, answer lost',
    quirks: { troubles: [every('dialer.disposition', 0, true)] },
    lenient: ['dispositions'],
    daily: true,
  },
  {
    name: 'disposition taken, 500 answered',
    quirks: { troubles: [every('dialer.disposition', 500, true)] },
    lenient: ['dispositions', 'previews'],
  },
  {
    name: 'disposition refused by 500 twice',
    quirks: { troubles: [every('dialer.disposition', 500, false, 2, 2)] },
  },
  {
    name: 'disposition connection reset before it was read',
    quirks: { troubles: [every('dialer.disposition', 0, false)] },
    lenient: ['dispositions'],
  },
  { name: '503 burst on any operation', quirks: { troubles: [every('*', 503, false, 6, 2)] }, lenient: ['log-off'] },
  {
    name: 'answers lost on any operation',
    quirks: { troubles: [every('*', 0, true, 7)] },
    lenient: ['dispositions', 'sessions', 'log-off', 'breaks', 'previews'],
    enough: 8,
  },
  {
    name: 'lost place-preview answers',
    quirks: { troubles: [every('dialer.place-preview-call', 0, true)] },
    server: { campaigns: previewOnly },
  },
  {
    name: '5xx on place-preview',
    quirks: { troubles: [every('dialer.place-preview-call', 500, false)] },
    server: { campaigns: previewOnly },
  },
  {
    name: 'lost log-in answers',
    quirks: { troubles: [every('dialer.log-in', 0, true, 1)] },
    server: { logonCampaign: true },
    enough: 1,
  },
  {
    name: 'lost connection answers',
    quirks: { troubles: [every('connection', 0, true, 0)] },
    code: 3,
    duration: '4s',
    lenient: ['sessions'],
  },
  { name: '5xx on the status', quirks: { troubles: [every('status.put', 500, false)] } },
  { name: 'odd order of grants and break status', quirks: { oddGrants: true, fullLogout: 'with-campaigns' } },
  { name: 'odd grants, poll', messaging: 'poll', enough: 5, quirks: { oddGrants: true, fullLogout: 'with-campaigns' } },
  {
    name: 'odd order of grants, full logout with a null id',
    quirks: { oddGrants: true, fullLogout: 'null' },
    daily: true,
  },
  { name: 'full logout without an id', quirks: { fullLogout: 'missing' } },
  { name: 'placed preview comes back as dataPop', quirks: { placed: 'data-pop' }, server: { campaigns: previewOnly } },
  {
    name: 'placed preview comes back as dataPop with a new id',
    quirks: { placed: 'data-pop-new-id' },
    server: { campaigns: previewOnly },
    daily: true,
  },
  {
    name: 'placed preview, new id, poll',
    messaging: 'poll',
    enough: 3,
    quirks: { placed: 'data-pop-new-id' },
    server: { campaigns: previewOnly },
  },
  {
    name: 'preview timers fire in the client',
    server: { campaigns: [{ name: 'Renewals', type: 'preview', contacts: 100_000, previewTimeoutMs: 1000 }] },
    policy: slowThinker,
    enough: 2,
    daily: true,
  },
  {
    name: 'previews are taken away',
    server: { campaigns: [{ name: 'Renewals', type: 'preview', contacts: 100_000, previewTimeoutMs: 300 }] },
    quirks: { previewExpires: true, troubles: [every('dialer.place-preview-call', 503, false, 1, 6)] },
    policy: slowThinker,
    enough: 2,
    lenient: ['dispositions', 'previews'],
  },
  {
    name: 'a campaign goes and another comes in mid-shift',
    server: { campaigns: comingAndGoing },
    enough: 8,
    atLeastMs: 4500,
    daily: true,
  },
  {
    name: 'a campaign goes and another comes, with the right',
    server: { logonCampaign: true, campaigns: comingAndGoing },
    enough: 8,
    atLeastMs: 4500,
  },
  { name: 'supervisor logs agents out and in', quirks: { supervisorLogout: true }, met: ['auto-logout'] },
  {
    name: 'supervisor logs agents out and in, one campaign, with the right',
    quirks: { supervisorLogout: true },
    server: { campaigns: previewOnly, logonCampaign: true },
    met: ['auto-logout'],
    daily: true,
  },
  {
    name: 'supervisor sets a status and back',
    quirks: { supervisorStatus: true },
    met: ['status by supervisor'],
    lenient: ['breaks'],
    daily: true,
  },
  {
    name: 'the Dialer link goes down in mid-call',
    quirks: { linkDown: true },
    met: ['link down'],
    lenient: ['breaks'],
  },
  {
    name: 'the Dialer link goes down in mid-call, with the right',
    quirks: { linkDown: true },
    server: { logonCampaign: true },
    met: ['link down'],
    daily: true,
    lenient: ['breaks'],
  },
  {
    name: 'calls come on a break',
    quirks: { popsOnBreak: true },
    met: ['pop on break'],
    daily: true,
    lenient: ['breaks'],
  },
  {
    name: 'another call while one is open',
    quirks: { supersede: true },
    met: ['superseded'],
    daily: true,
    lenient: ['dispositions'],
  },
  { name: 'each third status is refused', quirks: { statusRefused: true }, met: ['status refused'] },
  {
    name: 'an announced end of the session in mid-call',
    quirks: { expiry: 'kept', announced: true },
    met: ['re-pop after log-in'],
  },
  { name: 'ACD calls beside Dialer', quirks: { acd: true }, met: ['acd inbound'] },
  { name: 'alerting calls want a pickup', quirks: { alerting: true } },
  {
    name: 'ACD calls beside alerting Dialer calls that vanish',
    quirks: { acd: true, alerting: true, bareRemovals: true },
    met: ['acd inbound'],
    daily: true,
  },
  { name: 'one more call after a request to leave', quirks: { oneMore: true }, daily: true },
  { name: 'Eic_State as numbers', quirks: { stateNumbers: true } },
  {
    name: 'numbers, letter case, no campaign attribute, 204, cookies',
    quirks: { stateNumbers: true, letterCase: true, noCampaignAttribute: true, noContent: true, cookies: true },
    daily: true,
  },
  { name: 'nobody else hangs up', server: { farSideMs: null } },
  { name: 'only the statuses of the example', server: { statuses: 'example' }, daily: true },
  {
    name: 'the first host names another',
    server: { frontDoor: true },
    flags: ['--allow-host', '127.0.0.2'],
  },
  {
    name: 'the first host names a host that is not allowed',
    server: { frontDoor: true, frontDoorNames: 'elsewhere.invalid' },
    code: 3,
    duration: '2s',
  },
  {
    name: 'the server switches over twice',
    server: { switchoversMs: [1500, 4000] },
    flags: ['--allow-host', '127.0.0.2'],
    met: ['switchover', 're-pop after log-in'],
    enough: 8,
    atLeastMs: 7000,
    lenient: ['breaks', 'sessions'],
    daily: true,
  },
  {
    name: 'the server switches over, by polling, and what it answers is lost',
    messaging: 'poll',
    server: { switchoversMs: [2500] },
    flags: ['--allow-host', '127.0.0.2'],
    quirks: { troubles: [every('dialer.disposition', 0, true, 3), every('dialer.disposition', 0, false, 3)] },
    met: ['switchover', 'trouble dialer.disposition lost'],
    enough: 4,
    atLeastMs: 6000,
    lenient: [...afterAll],
    daily: true,
  },
  {
    name: 'everything at once',
    server: { switchoversMs: [6000] },
    flags: ['--allow-host', '127.0.0.2'],
    quirks: everything,
    met: ['switchover', 'message lost', 'stream cut', 'trouble dialer.disposition lost'],
    enough: 8,
    atLeastMs: 9000,
    lenient: [...afterAll],
    daily: true,
  },
  {
    name: 'everything at once, by polling, with the right',
    messaging: 'poll',
    server: { switchoversMs: [6000], logonCampaign: true },
    flags: ['--allow-host', '127.0.0.2'],
    quirks: everything,
    met: ['switchover', 'trouble dialer.disposition lost'],
    enough: 5,
    atLeastMs: 9000,
    lenient: [...afterAll],
  },
  { name: 'some refused, some without licence', server: { refused: [2, 5], unlicensed: [3] }, daily: true },
  { name: 'everybody refused', server: { refused: [1, 2, 3, 4] }, users: 4, code: 3, duration: '6s', daily: true },
  { name: 'a signal during the log-ins', enough: 0, atLeastMs: 40 },
  { name: 'a signal a little later', enough: 0, atLeastMs: 150 },
  { name: 'a signal as the first calls come', enough: 0, atLeastMs: 350 },
  {
    name: 'contacts run out',
    server: { campaigns: [{ name: 'Small', type: 'predictive', contacts: 40 }] },
    duration: '4s',
  },
  { name: 'max-calls ends the run', flags: ['--max-calls', '60'], duration: '60s' },
  {
    name: 'five hundred agents',
    users: 500,
    enough: 1,
    flags: ['--logins', '200/s'],
    server: { gapMs: [100, 1500] },
    policy: calm,
  },
  {
    name: 'five hundred agents, everything at once',
    users: 500,
    enough: 1,
    atLeastMs: 15_000,
    patienceMs: 90_000,
    flags: ['--logins', '200/s', '--allow-host', '127.0.0.2'],
    server: { gapMs: [100, 1500], switchoversMs: [8000] },
    quirks: everything,
    met: ['switchover', 'trouble dialer.disposition lost'],
    policy: calm,
    lenient: [...afterAll],
  },
];
