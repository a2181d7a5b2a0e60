/** The matrix: one strange server per case, one run of the product against it, and what must be true afterwards. */
import { spawnSync } from 'node:child_process';
import { policy, type RunResult, runWorker } from './product.js';
import type { CampaignSpec, Quirks, StrangerOptions, Trouble } from './quirks.js';
import { startStranger } from './server.js';
import type { Truth } from './truth.js';

export interface Case {
  readonly name: string;
  readonly messaging?: 'auto' | 'stream' | 'poll';
  readonly users?: number;
  readonly duration?: string;
  readonly server?: Partial<StrangerOptions>;
  readonly quirks?: Partial<Quirks>;
  readonly flags?: readonly string[];
  readonly policy?: string;
  readonly password?: string;
  readonly code?: number;
  /** Notes of the truth that must be there, or the case has not met what it is about. */
  readonly met?: readonly string[];
  /** Fewest calls per working agent, so that an agent who got stuck is noticed. */
  readonly fewest?: number;
  /** What may differ from the strict accounts. */
  readonly lenient?: readonly ('dispositions' | 'sessions' | 'breaks' | 'log-off' | 'previews')[];
  /** Also in the jest run, not only by hand. */
  readonly daily?: boolean;
  readonly signalAfterMs?: number;
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
const slowThinker = policy.replace('think: { uniform: { min: 5ms, max: 60ms } }', 'think: { fixed: 20s }');

export const cases: readonly Case[] = [
  { name: 'stream, without the right', messaging: 'stream', daily: true },
  { name: 'stream, with the right', messaging: 'stream', server: { logonCampaign: true }, daily: true },
  { name: 'poll, without the right', messaging: 'poll', duration: '8s', daily: true },
  { name: 'poll, with the right', messaging: 'poll', duration: '8s', server: { logonCampaign: true }, daily: true },
  { name: 'auto against a server without streams', duration: '8s', server: { messaging: 1 }, daily: true },
  { name: 'messages before answers, stream', quirks: { overtake: true }, daily: true },
  { name: 'messages before answers, with the right', quirks: { overtake: true }, server: { logonCampaign: true } },
  { name: 'slow answers', quirks: { slowMs: 250 }, duration: '6s' },
  { name: 'slow answers, poll', messaging: 'poll', quirks: { slowMs: 250 }, duration: '8s' },
  { name: 'every message twice at once', quirks: { duplicates: 'at-once' }, daily: true },
  { name: 'pops and completions repeated later', quirks: { duplicates: 'late' }, daily: true },
  { name: 'unknown messages, members and numbers', quirks: { unknowns: true }, daily: true },
  { name: 'unknown messages, poll', messaging: 'poll', duration: '8s', quirks: { unknowns: true } },
  {
    name: 'HTML error bodies and 5xx everywhere',
    quirks: { html: true, troubles: [every('*', 500, false, 5)] },
    daily: true,
    lenient: ['log-off'],
  },
  { name: '204 instead of 200, affinity cookies', quirks: { noContent: true, cookies: true }, daily: true },
  { name: 'stream cut every 7 messages', quirks: { cutEvery: 7 }, duration: '8s', met: ['stream cut'], daily: true },
  {
    name: 'stream cut, state messages lost',
    quirks: { cutEvery: 12, cutLoses: true },
    duration: '10s',
    met: ['message lost'],
    daily: true,
  },
  { name: 'mangled stream', quirks: { mangledStream: true }, daily: true },
  {
    name: 'session expires in mid-call, Dialer keeps all',
    quirks: { expiry: 'kept' },
    duration: '8s',
    met: ['re-pop after log-in'],
    daily: true,
  },
  {
    name: 'session expires in mid-call, log-ins are gone',
    quirks: { expiry: 'reset' },
    duration: '8s',
    met: ['re-pop after log-in'],
  },
  {
    name: 'session expires in mid-call, with the right',
    quirks: { expiry: 'reset' },
    server: { logonCampaign: true },
    duration: '8s',
    met: ['re-pop after log-in'],
    daily: true,
  },
  {
    name: 'session expires in mid-call, poll',
    messaging: 'poll',
    quirks: { expiry: 'reset' },
    server: { farSideMs: null },
    duration: '12s',
    policy: policy.replace('max: 250ms', 'max: 2s'),
  },
  {
    name: 'session expires, Dialer recorded the call itself',
    quirks: { expiry: 'broken' },
    fewest: 2,
    duration: '16s',
    lenient: ['dispositions'],
    daily: true,
  },
  {
    name: 'disposition taken, answer lost',
    quirks: { troubles: [every('dialer.disposition', 0, true)] },
    duration: '6s',
    lenient: ['dispositions'],
    daily: true,
  },
  {
    name: 'disposition taken, 500 answered',
    quirks: { troubles: [every('dialer.disposition', 500, true)] },
    duration: '6s',
    lenient: ['dispositions'],
  },
  {
    name: 'disposition refused by 500 twice',
    quirks: { troubles: [every('dialer.disposition', 500, false, 2, 2)] },
    duration: '8s',
    daily: true,
  },
  {
    name: 'disposition connection reset before it was read',
    quirks: { troubles: [every('dialer.disposition', 0, false)] },
    duration: '8s',
    lenient: ['dispositions'],
  },
  {
    name: '503 burst on any operation',
    quirks: { troubles: [every('*', 503, false, 6, 2)] },
    duration: '10s',
    lenient: ['log-off'],
  },
  {
    name: 'answers lost on any operation',
    quirks: { troubles: [every('*', 0, true, 7)] },
    duration: '10s',
    lenient: ['dispositions', 'sessions', 'log-off', 'breaks', 'previews'],
  },
  {
    name: 'lost place-preview answers',
    quirks: { troubles: [every('dialer.place-preview-call', 0, true)] },
    server: { campaigns: previewOnly },
    duration: '6s',
    daily: true,
  },
  {
    name: '5xx on place-preview',
    quirks: { troubles: [every('dialer.place-preview-call', 500, false)] },
    server: { campaigns: previewOnly },
    duration: '6s',
  },
  {
    name: 'lost log-in answers',
    quirks: { troubles: [every('dialer.log-in', 0, true, 1)] },
    server: { logonCampaign: true },
    duration: '8s',
  },
  {
    name: 'lost connection answers',
    quirks: { troubles: [every('connection', 0, true, 0)] },
    code: 3,
    duration: '4s',
    lenient: ['sessions'],
    fewest: 0,
    flags: [],
  },
  { name: '5xx on the status', quirks: { troubles: [every('status.put', 500, false)] }, duration: '6s', daily: true },
  {
    name: 'odd order of grants and break status',
    quirks: { oddGrants: true, fullLogout: 'with-campaigns' },
    daily: true,
  },
  {
    name: 'odd grants, poll',
    messaging: 'poll',
    quirks: { oddGrants: true, fullLogout: 'with-campaigns' },
    duration: '8s',
  },
  { name: 'full logout with a null id', quirks: { fullLogout: 'null' }, daily: true },
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
    quirks: { placed: 'data-pop-new-id' },
    server: { campaigns: previewOnly },
    duration: '10s',
  },
  {
    name: 'preview timers fire in the client',
    server: { campaigns: [{ name: 'Renewals', type: 'preview', contacts: 100_000, previewTimeoutMs: 1000 }] },
    policy: slowThinker,
    duration: '6s',
    fewest: 1,
    daily: true,
  },
  {
    name: 'previews are taken away',
    server: { campaigns: [{ name: 'Renewals', type: 'preview', contacts: 100_000, previewTimeoutMs: 300 }] },
    quirks: { previewExpires: true, troubles: [every('dialer.place-preview-call', 503, false, 1, 6)] },
    policy: slowThinker,
    duration: '10s',
    fewest: 1,
    lenient: ['dispositions', 'previews'],
  },
  {
    name: 'a campaign goes and another comes in mid-shift',
    server: {
      campaigns: [
        { name: 'Early', type: 'predictive', contacts: 100_000, removedAfterMs: 2500 },
        { name: 'Late', type: 'power', contacts: 100_000, addedAfterMs: 1500, agentCallbacks: true },
      ],
    },
    duration: '6s',
    fewest: 10,
    daily: true,
  },
  {
    name: 'a campaign goes and another comes, with the right',
    server: {
      logonCampaign: true,
      campaigns: [
        { name: 'Early', type: 'predictive', contacts: 100_000, removedAfterMs: 2500 },
        { name: 'Late', type: 'power', contacts: 100_000, addedAfterMs: 1500 },
      ],
    },
    duration: '6s',
    fewest: 10,
  },
  {
    name: 'supervisor logs agents out and in',
    quirks: { supervisorLogout: true },
    duration: '6s',
    met: ['auto-logout'],
    daily: true,
  },
  {
    name: 'supervisor logs agents out and in, one campaign',
    quirks: { supervisorLogout: true },
    server: { campaigns: previewOnly, logonCampaign: true },
    duration: '6s',
    met: ['auto-logout'],
  },
  {
    name: 'supervisor sets a status and back',
    quirks: { supervisorStatus: true },
    duration: '6s',
    met: ['status by supervisor'],
    lenient: ['breaks'],
    daily: true,
  },
  { name: 'ACD calls beside Dialer', quirks: { acd: true }, duration: '6s', met: ['acd inbound'], daily: true },
  { name: 'alerting calls want a pickup', quirks: { alerting: true }, daily: true },
  {
    name: 'one more call after a request to leave',
    quirks: { oneMore: true },
    met: ['one more call after a request to leave'],
    duration: '5s',
    daily: true,
  },
  { name: 'Eic_State as numbers', quirks: { stateNumbers: true } },
  {
    name: 'numbers, letter case, no campaign attribute',
    quirks: { stateNumbers: true, letterCase: true, noCampaignAttribute: true },
    daily: true,
  },
  { name: 'calls vanish from the queue without a state', quirks: { bareRemovals: true }, daily: true },
  { name: 'nobody else hangs up', server: { farSideMs: null }, daily: true },
  { name: 'only the statuses of the example', server: { statuses: 'example' }, daily: true },
  {
    name: 'the first host names another',
    server: { frontDoor: true },
    flags: ['--allow-host', '127.0.0.2'],
    daily: true,
  },
  {
    name: 'the first host names a host that is not allowed',
    server: { frontDoor: true, frontDoorNames: 'elsewhere.invalid' },
    code: 3,
    fewest: 0,
    duration: '2s',
  },
  {
    name: 'some refused, some without licence',
    server: { refused: [2, 5], unlicensed: [3] },
    fewest: 0,
    daily: true,
  },
  {
    name: 'everybody refused',
    server: { refused: [1, 2, 3, 4] },
    users: 4,
    code: 3,
    fewest: 0,
    duration: '6s',
    daily: true,
  },
  { name: 'a signal during the log-ins drains', duration: '60s', signalAfterMs: 900, fewest: 0 },
  { name: 'a signal drains', duration: '60s', signalAfterMs: 3500 },
  {
    name: 'contacts run out',
    server: { campaigns: [{ name: 'Small', type: 'predictive', contacts: 40 }] },
    fewest: 0,
    duration: '4s',
  },
  { name: 'max-calls ends the run', flags: ['--max-calls', '60'], duration: '60s', fewest: 1 },
];

export interface Verdict {
  readonly problems: readonly string[];
  readonly truth: Truth;
  readonly result: RunResult;
}

/** Runs one case; `problems` is empty when the product was right. */
export async function runCase(one: Case): Promise<Verdict> {
  const users = one.users ?? 10;
  const server = await startStranger({ users, ...one.server, ...(one.quirks ? { quirks: one.quirks } : {}) });
  const result = await runWorker({
    url: server.url,
    users: `bot{001..${String(users).padStart(3, '0')}}`,
    messaging: one.messaging ?? 'auto',
    duration: one.duration ?? '4s',
    ...(one.policy ? { policy: one.policy } : {}),
    ...(one.flags ? { flags: one.flags } : {}),
    ...(one.signalAfterMs ? { signalAfterMs: one.signalAfterMs } : {}),
  });
  const live = server.liveSessions();
  await server.close();
  return { problems: judge(one, users, server.truth, result, live), truth: server.truth, result };
}

function judge(one: Case, users: number, truth: Truth, result: RunResult, live: number): string[] {
  const problems: string[] = [];
  const demand = (good: boolean, what: string): void => {
    if (!good) problems.push(what);
  };
  const same = (ours: unknown, theirs: unknown, what: string): void =>
    demand(
      JSON.stringify(ours) === JSON.stringify(theirs),
      `${what}: summary ${JSON.stringify(ours)}, truth ${JSON.stringify(theirs)}`,
    );
  demand(
    result.code === (one.code ?? 0),
    `exit code ${result.code} instead of ${one.code ?? 0}: ${result.stderr.slice(-400)}`,
  );
  for (const [code, count] of countBy(truth.violations.map((violation) => violation.code)))
    problems.push(`violation ${code} × ${count}: ${truth.violations.find((v) => v.code === code)?.detail}`);
  for (const call of truth.undone().slice(0, 3))
    problems.push(`not dispositioned exactly once: ${JSON.stringify(call)}`);
  for (const note of one.met ?? []) demand(truth.notes.has(note), `the case never met: ${note}`);
  const fewest = one.fewest ?? 1;
  const perAgent = countBy(truth.calls.map(({ agent }) => agent));
  for (let n = 1; n <= users; n += 1) {
    const user = `bot${String(n).padStart(3, '0')}`;
    demand((perAgent.get(user) ?? 0) >= fewest, `${user} had ${perAgent.get(user) ?? 0} calls only`);
  }
  if (fewest > 0) demand(live === 0 || one.lenient?.includes('log-off') === true, `${live} sessions left open`);
  const { summary } = result;
  if (!summary) return [...problems, `no summary; stderr ends ${result.stderr.slice(-300)}`];
  const lenient = new Set(one.lenient);
  same(summary.exit, result.code, 'exit');
  same(summary.agents.desired, users, 'agents desired');
  same(summary.calls.total, truth.calls.length, 'calls');
  same(sorted(summary.calls.byCampaign), sorted(truth.byCampaign()), 'calls by campaign');
  same(summary.calls.open, 0, 'open calls');
  const given = truth.dispositions();
  const { accepted, void: voided, failed, unknown } = summary.dispositions;
  same(failed, 0, 'failed dispositions');
  if (lenient.has('dispositions')) {
    demand(
      accepted + voided + unknown <= truth.calls.length,
      `${accepted}+${voided}+${unknown} dispositions for ${truth.calls.length} calls`,
    );
    demand(accepted <= given.length, `${accepted} accepted, truth ${given.length}`);
  } else {
    same(accepted, given.length, 'accepted dispositions');
    same(sorted(summary.dispositions.byLabel), sorted(truth.labels()), 'labels');
    same(summary.callbacks.scheduled, given.filter(({ scheduledTime }) => scheduledTime !== null).length, 'callbacks');
    same(
      summary.callbacks.byOwner.self,
      given.filter(({ scheduledAgent }) => scheduledAgent !== null).length,
      'own callbacks',
    );
  }
  if (!lenient.has('previews')) {
    same(
      summary.previews.placed + summary.previews.timedOut,
      truth.calls.filter(({ kind, placed }) => kind === 'preview' && placed).length,
      'previews placed',
    );
    same(
      summary.previews.skipped,
      truth.calls.filter(({ kind, placed, dispositions }) => kind === 'preview' && !placed && dispositions.length > 0)
        .length,
      'previews skipped',
    );
  }
  if (!lenient.has('breaks')) same(summary.breaks.granted, truth.breaksGranted, 'breaks');
  if (!lenient.has('sessions')) same(summary.sessions.opened, truth.sessionsOpened, 'sessions opened');
  if (fewest > 0) problems.push(...metricsProblems(result.metrics));
  return problems;
}

function countBy(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function sorted(record: Record<string, number>): [string, number][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** What promtool says of an exposition, or a plain reader where promtool is not installed. */
export function metricsProblems(text: string): string[] {
  if (text === '') return ['no metrics could be scraped'];
  const problems: string[] = [];
  for (const family of ['agents', 'calls_total', 'transitions_total', 'icws_requests_total'])
    if (!text.includes(`dialer_agent_${family}`)) problems.push(`metrics lack dialer_agent_${family}`);
  if (/bot\d{3}/.test(text)) problems.push('metrics name an agent');
  const promtool = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  if (promtool.error === undefined && promtool.status !== 0)
    problems.push(`promtool: ${promtool.stdout}${promtool.stderr}`.slice(0, 300));
  const line = /^(#.*|[a-zA-Z_:][a-zA-Z0-9_:]*(\{.*\})? (\d|-|\+|NaN)\S*( \d+)?|)$/;
  const bad = text.split('\n').find((candidate) => !line.test(candidate));
  if (bad !== undefined) problems.push(`metrics line ${bad}`);
  return problems;
}
