import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MESSAGE_TYPES, observeRequest, recordMetrics } from '../../src/fleet/record-metrics.js';
import {
  AGENT_STATES,
  type AgentState,
  type CallRef,
  type Fact,
  type JournalRecord,
} from '../../src/journal/record.js';
import { CATALOG, PREFIX } from '../../src/metrics/catalog.js';
import { watchLoopLag } from '../../src/metrics/loop-lag.js';
import { createMetrics, type KnownWords, type Metrics } from '../../src/metrics/registry.js';
import { type Family, parseExposition, type Sample } from '../support/exposition.js';
import { FakeClock } from '../support/fake-clock.js';

const known: KnownWords = {
  states: AGENT_STATES,
  transitions: [
    { from: 'logged-out', to: 'logged-in', event: 'dialer.logged-in' },
    { from: 'ready', to: 'on-call', event: 'call.popped' },
  ],
  breakReasons: ['policy', 'person'],
  messageTypes: MESSAGE_TYPES,
};

function makeMetrics(options: { known?: KnownWords; processMetrics?: boolean } = {}): Metrics {
  return createMetrics({ version: '1.0.0', nodeVersion: 'v20.0.0', known, processMetrics: false, ...options });
}

async function scrape(metrics: Metrics): Promise<Map<string, Family>> {
  return parseExposition(await metrics.expose());
}

/** The samples of one metric as `label=value,… → number`. */
async function values(metrics: Metrics, name: string): Promise<Record<string, number>> {
  const family = (await scrape(metrics)).get(PREFIX + name);
  if (!family) throw new Error(`there is no ${name}`);
  const key = (sample: Sample): string => Object.values(sample.labels).join(' ');
  return Object.fromEntries(
    family.samples
      .filter(({ name }) => !name.endsWith('_bucket'))
      .map((s) => [`${s.name.slice(PREFIX.length)} ${key(s)}`.trim(), s.value]),
  );
}

const call: CallRef = { interactionId: '1001', campaignId: 'c1', campaign: 'Collections', kind: 'preview' };
const by = (user: string, fact: Fact): JournalRecord => ({ at: Date.UTC(2026, 0, 5, 9), user, ...fact });

function promtool(text: string): { found: boolean; complaints: string } {
  const run = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  if (run.error) return { found: false, complaints: '' };
  return { found: true, complaints: run.status === 0 ? '' : run.stderr + run.stdout };
}

describe('the exposition', () => {
  test('holds every metric of the catalog with its help and type', async () => {
    const families = await scrape(makeMetrics());
    expect([...families.values()].map(({ name, type, help }) => [name, type, help])).toEqual(
      Object.values(CATALOG).map(({ name, type, help }) => [PREFIX + name, type, help]),
    );
  });

  test('is accepted by the strict reader and by promtool, with hostile names and with the metrics of Node', async () => {
    const metrics = makeMetrics({ processMetrics: true });
    const hostile = { ...call, campaign: 'back\\slash "quoted"\nnew line {a="b"} ünïcode', kind: 'nonsense' };
    const fold = recordMetrics(metrics, ['bot1']);
    fold(by('bot1', { kind: 'pop', call: hostile }));
    fold(
      by('bot1', { kind: 'call.closed', call: hostile, label: '', result: 'unknown', basis: 'x', seconds: Number.NaN }),
    );
    fold(by('bot1', { kind: 'transition', from: 'ready', to: 'on-call', event: 'call.popped', seconds: -1 }));
    observeRequest(metrics)({ operation: 'disposition', status: 204, seconds: 0.002 });
    observeRequest(metrics)({ operation: 'disposition', status: 'error', seconds: Number.POSITIVE_INFINITY });
    const text = await metrics.expose();
    const families = parseExposition(text);
    const calls = families.get('dialer_agent_calls_total');
    expect(calls?.samples).toEqual([
      { name: 'dialer_agent_calls_total', labels: { campaign: hostile.campaign, kind: 'other' }, value: 1 },
    ]);
    expect(families.has('process_cpu_seconds_total')).toBe(true);
    expect(families.has('nodejs_active_handles_total')).toBe(false);
    expect(promtool(text).complaints).toBe('');
  });

  test('the strict reader rejects what the format forbids', () => {
    const head = '# HELP a_total h\n# TYPE a_total counter\n';
    for (const [bad, why] of [
      ['a_total 1\n', 'no TYPE'],
      [`${head}a_total{x="1} 1\n`, 'malformed label'],
      [`${head}a_total 1\na_total 1\n`, 'twice'],
      ['# HELP a_total h\n# TYPE a_total gauge\na_total 1\n', 'is a gauge'],
      [
        '# HELP h h\n# TYPE h histogram\nh_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n',
        'not cumulative',
      ],
      ['# HELP h h\n# TYPE h histogram\nh_bucket{le="1"} 1\nh_sum 1\nh_count 1\n', 'no \\+Inf'],
    ] as const)
      expect(() => parseExposition(bad)).toThrow(new RegExp(why));
  });

  test('starts known series at 0', async () => {
    const metrics = makeMetrics();
    expect(await values(metrics, 'agents')).toEqual(Object.fromEntries(AGENT_STATES.map((s) => [`agents ${s}`, 0])));
    expect(await values(metrics, 'transitions_total')).toEqual({
      'transitions_total logged-out logged-in dialer.logged-in': 0,
      'transitions_total ready on-call call.popped': 0,
    });
    expect(await values(metrics, 'sessions_total')).toEqual({
      'sessions_total opened': 0,
      'sessions_total refused': 0,
      'sessions_total lost': 0,
      'sessions_total closed': 0,
    });
    expect(await values(metrics, 'breaks_total')).toEqual({ 'breaks_total policy': 0, 'breaks_total person': 0 });
    expect(Object.keys(await values(metrics, 'icws_messages_total'))).toContain(
      'icws_messages_total dialer:dataPopMessage',
    );
    expect(await values(metrics, 'build_info')).toEqual({ 'build_info 1.0.0 v20.0.0': 1 });
  });

  test('two workers in one process share nothing', async () => {
    const [one, other] = [makeMetrics(), makeMetrics()];
    one.session('opened');
    expect((await values(other, 'sessions_total'))['sessions_total opened']).toBe(0);
  });
});

describe('label values are bounded', () => {
  test('names from outside pass up to 200, later ones become "other"', async () => {
    const metrics = makeMetrics();
    for (let i = 0; i < 1_000; i++) metrics.callPopped(`campaign ${i}`, 'regular');
    const counts = await values(metrics, 'calls_total');
    expect(Object.keys(counts)).toHaveLength(201);
    expect(counts['calls_total other regular']).toBe(800);
  });

  test('the product of campaigns and dispositions is bounded too, and no call is lost from the count', async () => {
    const metrics = makeMetrics();
    for (let i = 0; i < 100; i++)
      for (let j = 0; j < 100; j++) metrics.callClosed(`campaign ${i}`, `label ${j}`, 'accepted', 1);
    const counts = Object.values(await values(metrics, 'dispositions_total'));
    expect(counts.length).toBeLessThanOrEqual(4 * 500);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(10_000);
  });

  test('closed lists admit their own words only', async () => {
    const metrics = makeMetrics();
    metrics.message('urn:inin.com:dialer:dataPopMessage');
    metrics.message('urn:inin.com:whatever:newMessage');
    metrics.breakGranted('because', 1);
    const messages = await values(metrics, 'icws_messages_total');
    expect(messages['icws_messages_total dialer:dataPopMessage']).toBe(1);
    expect(messages['icws_messages_total unknown']).toBe(1);
    expect((await values(metrics, 'breaks_total'))['breaks_total other']).toBe(1);
  });

  test('a worker with everything at its bounds exposes so few lines that a scrape stays short', async () => {
    const metrics = makeMetrics({ known: { states: AGENT_STATES }, processMetrics: true });
    const fold = recordMetrics(
      metrics,
      Array.from({ length: 10_000 }, (_, i) => `bot${i}`),
    );
    for (let i = 0; i < 3_000; i++) {
      const ref = { ...call, campaign: `campaign ${i % 250}`, interactionId: String(i) };
      fold(by(`bot${i}`, { kind: 'pop', call: ref }));
      fold(
        by(`bot${i}`, {
          kind: 'call.closed',
          call: ref,
          label: `label ${i % 7}`,
          result: 'accepted',
          basis: 'ok',
          seconds: 1,
        }),
      );
      fold(by(`bot${i}`, { kind: 'transition', from: 'logged-out', to: 'on-call', event: `e${i % 20}`, seconds: 1 }));
      metrics.request(`operation ${i % 30}`, 200 + (i % 4), 0.01);
    }
    // Some 30,000 lines take prom-client 50 ms (docs/performance.md).
    expect((await metrics.expose()).split('\n').length).toBeLessThan(20_000);
  });
});

describe('the fold over records', () => {
  test('follows one agent through a call, a callback, a break and the log-off', async () => {
    const metrics = makeMetrics();
    const fold = recordMetrics(metrics, ['bot1', 'bot2']);
    const facts: Fact[] = [
      { kind: 'session.opened', session: 's1', host: 'h' },
      { kind: 'transition', from: 'logged-out', to: 'logged-in', event: 'dialer.logged-in', seconds: 1 },
      { kind: 'transition', from: 'logged-in', to: 'ready', event: 'status.available', seconds: 2 },
      { kind: 'pop', call },
      { kind: 'transition', from: 'ready', to: 'on-call', event: 'call.popped', seconds: 3 },
      { kind: 'decision', call, point: 'offer', policy: 'p', rule: null, action: 'place' },
      { kind: 'preview', call, outcome: 'placed' },
      { kind: 'decision', call, point: 'end', policy: 'p', rule: 'again', action: 'callback' },
      { kind: 'intent', command: 'disposition', call, label: 'Callback' },
      { kind: 'outcome', command: 'disposition', call, answer: 'ok', status: 204 },
      { kind: 'callback', call, owner: 'self', scheduledTime: 0, delaySeconds: 7_200 },
      { kind: 'call.closed', call, label: 'Callback', result: 'accepted', basis: 'answer', seconds: 12 },
      { kind: 'break.asked', reason: 'policy' },
      { kind: 'break.granted', reason: 'policy', waitSeconds: 4 },
      { kind: 'break.ended', reason: 'policy' },
      { kind: 'reconnect', reason: 'stream-dropped' },
      { kind: 'logoff.asked', reason: 'drain' },
      { kind: 'logoff.granted', waitSeconds: 5 },
      { kind: 'session.closed', session: 's1' },
      { kind: 'stopped', reason: 'drained', forGood: true },
      { kind: 'problem', code: 'policy/label-fallback', message: 'x' },
      { kind: 'session.unreached', code: 'icws/unavailable', message: 'x' },
      { kind: 'session.refused', code: 'icws/credentials-refused', message: 'x' },
      { kind: 'session.lost', session: 's1', reason: 'unauthorized' },
    ];
    for (const fact of facts) fold(by('bot1', fact));
    const nonZero = async (name: string) =>
      Object.fromEntries(Object.entries(await values(metrics, name)).filter(([, value]) => value !== 0));
    const got = await Promise.all(
      Object.values(CATALOG)
        .filter(({ name }) => !['build_info'].includes(name))
        .map(({ name }) => nonZero(name)),
    );
    expect(Object.assign({}, ...got)).toEqual({
      'agents logged-out': 1,
      'agents on-call': 1,
      'agents_stopped_total drained': 1,
      'transitions_total logged-out logged-in dialer.logged-in': 1,
      'transitions_total logged-in ready other': 1,
      'transitions_total ready on-call call.popped': 1,
      'state_duration_seconds_sum logged-out': 1,
      'state_duration_seconds_count logged-out': 1,
      'state_duration_seconds_sum logged-in': 2,
      'state_duration_seconds_count logged-in': 1,
      'state_duration_seconds_sum ready': 3,
      'state_duration_seconds_count ready': 1,
      'calls_total Collections preview': 1,
      'dispositions_total Collections Callback accepted': 1,
      'callbacks_scheduled_total Collections self': 1,
      callback_delay_seconds_sum: 7_200,
      callback_delay_seconds_count: 1,
      'previews_total Collections placed': 1,
      'breaks_total policy': 1,
      'break_wait_seconds_sum policy': 4,
      'break_wait_seconds_count policy': 1,
      logoff_wait_seconds_sum: 5,
      logoff_wait_seconds_count: 1,
      'pop_to_disposition_seconds_sum Collections': 12,
      'pop_to_disposition_seconds_count Collections': 1,
      'policy_decisions_total p none place': 1,
      'policy_decisions_total p again callback': 1,
      'sessions_total opened': 1,
      'sessions_total refused': 1,
      'sessions_total lost': 1,
      'sessions_total closed': 1,
      'reconnects_total stream-dropped': 1,
      'problems_total policy/label-fallback': 1,
      'problems_total icws/unavailable': 1,
    });
  });

  test('an open call is counted until its result, and the agents always add up', async () => {
    const state = fc.constantFrom<AgentState>(...AGENT_STATES);
    const step = fc.record({
      user: fc.constantFrom('a', 'b', 'c'),
      from: state,
      to: state,
      id: fc.constantFrom('1', '2'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom('pop', 'closed', 'move'), step)), async (steps) => {
        const metrics = makeMetrics();
        const fold = recordMetrics(metrics, ['a', 'b']);
        const open = new Set<string>();
        const users = new Set(['a', 'b']);
        for (const [what, { user, from, to, id }] of steps) {
          users.add(user);
          const ref = { ...call, interactionId: id };
          if (what === 'pop') open.add(user + id);
          if (what === 'closed') open.delete(user + id);
          if (what === 'pop') fold(by(user, { kind: 'pop', call: ref }));
          else if (what === 'move') fold(by(user, { kind: 'transition', from, to, event: 'e', seconds: 1 }));
          else fold(by(user, { kind: 'call.closed', call: ref, label: 'L', result: 'void', basis: '404', seconds: 1 }));
        }
        const agents = Object.values(await values(metrics, 'agents'));
        expect(agents.every((count) => count >= 0)).toBe(true);
        expect(agents.reduce((sum, count) => sum + count, 0)).toBe(users.size);
        expect(await values(metrics, 'calls_open')).toEqual({ calls_open: open.size });
      }),
      { numRuns: 40 },
    );
  });
});

test('the journal tells how long its commits take, and at each scrape what is not on the disk yet', async () => {
  const metrics = makeMetrics();
  expect(await values(metrics, 'journal_pending')).toEqual({ journal_pending: 0 });
  let pending = 7;
  metrics.journalPending(() => pending);
  metrics.journalAppended(0.002);
  metrics.journalAppended(Number.NaN);
  expect(await values(metrics, 'journal_pending')).toEqual({ journal_pending: 7 });
  pending = 3;
  expect(await values(metrics, 'journal_pending')).toEqual({ journal_pending: 3 });
  expect(await values(metrics, 'journal_append_seconds')).toEqual({
    journal_append_seconds_sum: 0.002,
    journal_append_seconds_count: 1,
  });
});

test('the loop-lag sampler reports how late its timer fired, and leaves no timer behind', async () => {
  const clock = new FakeClock();
  const samples: number[] = [];
  const stop = watchLoopLag(clock, (seconds) => samples.push(seconds));
  await clock.advance(300);
  expect(samples).toEqual([0, 0, 0]);
  stop();
  expect(clock.pending).toBe(0);
});
