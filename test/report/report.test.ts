import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  AGENT_STATES,
  type AgentState,
  type CallRef,
  type Fact,
  type JournalRecord,
} from '../../src/journal/record.js';
import { createLatencies } from '../../src/report/latency.js';
import { buildSummary, type Summary } from '../../src/report/summary.js';
import { formatSummary, type LedgerTotals } from '../../src/report/summary-text.js';
import { createTally, type Tally } from '../../src/report/tally.js';

const START = Date.UTC(2026, 10, 22, 9);
const call = (id: string, campaign = 'Collections'): CallRef => ({
  interactionId: id,
  campaignId: 'c1',
  campaign,
  kind: 'preview',
});
const at = (seconds: number, user: string, fact: Fact): JournalRecord => ({
  at: START + seconds * 1_000,
  user,
  ...fact,
});

function tallyOf(users: readonly string[], records: readonly JournalRecord[]): Tally {
  const tally = createTally({ startedAt: START, users });
  for (const record of records) tally.record(record);
  return tally;
}

/** Two agents: one works two calls and a break, the other is refused. */
const shift: readonly JournalRecord[] = [
  at(1, 'bot1', { kind: 'session.opened', session: 's1', host: 'h' }),
  at(1, 'bot2', {
    kind: 'session.refused',
    code: 'icws/credentials-refused',
    message: 'the server refused the password',
  }),
  at(1, 'bot2', { kind: 'stopped', reason: 'credentials-refused', forGood: true }),
  at(2, 'bot1', { kind: 'transition', from: 'logged-out', to: 'logged-in', event: 'e', seconds: 2 }),
  at(3, 'bot1', { kind: 'transition', from: 'logged-in', to: 'ready', event: 'e', seconds: 1 }),
  at(5, 'bot1', { kind: 'pop', call: call('1') }),
  at(5, 'bot1', { kind: 'transition', from: 'ready', to: 'on-call', event: 'e', seconds: 2 }),
  at(6, 'bot1', { kind: 'preview', call: call('1'), outcome: 'placed' }),
  at(9, 'bot1', { kind: 'callback', call: call('1'), owner: 'anyone', scheduledTime: 0, delaySeconds: 60 }),
  at(9, 'bot1', {
    kind: 'call.closed',
    call: call('1'),
    label: 'Callback',
    result: 'accepted',
    basis: 'answer',
    seconds: 4,
  }),
  at(10, 'bot1', { kind: 'pop', call: call('2', 'Renewals') }),
  at(11, 'bot1', { kind: 'preview', call: call('2'), outcome: 'timed-out' }),
  at(12, 'bot1', {
    kind: 'call.closed',
    call: call('2', 'Renewals'),
    label: 'No Answer',
    result: 'unknown',
    basis: 'no re-pop',
    seconds: 2,
  }),
  at(13, 'bot1', { kind: 'break.granted', reason: 'policy', waitSeconds: 1 }),
  at(14, 'bot1', { kind: 'pop', call: call('3') }),
  at(15, 'bot1', { kind: 'session.lost', session: 's1', reason: 'unauthorized' }),
];

describe('the tally', () => {
  test('folds a shift into totals, the states that go on included', () => {
    const snapshot = tallyOf(['bot1', 'bot2'], shift).snapshot(START + 20_000);
    expect(snapshot).toEqual({
      startedAt: START,
      at: START + 20_000,
      states: {
        'logged-out': 1,
        'logged-in': 0,
        ready: 0,
        'on-call': 1,
        'break-pending': 0,
        'on-break': 0,
        'logoff-pending': 0,
      },
      stateSeconds: {
        'logged-out': 22,
        'logged-in': 1,
        ready: 2,
        'on-call': 15,
        'break-pending': 0,
        'on-break': 0,
        'logoff-pending': 0,
      },
      stopped: [{ user: 'bot2', reason: 'credentials-refused' }],
      calls: { total: 3, open: 1, byCampaign: { Collections: 2, Renewals: 1 }, perSecond: 0.1 },
      dispositions: { accepted: 1, void: 0, failed: 0, unknown: 1, byLabel: { Callback: 1 } },
      callbacks: { scheduled: 1, byOwner: { self: 0, anyone: 1, other: 0 } },
      previews: { placed: 1, skipped: 0, timedOut: 1, withdrawn: 0 },
      breaks: { granted: 1 },
      sessions: { opened: 1, refused: 1, lost: 1, closed: 0 },
      errors: { 'icws/credentials-refused': 1, 'icws/session-lost': 1 },
      problems: [
        { at: START + 15_000, user: 'bot1', code: 'icws/session-lost', message: 'unauthorized', count: 1 },
        { at: START + 12_000, user: 'bot1', code: 'disposition-unknown', message: 'no re-pop', count: 1 },
        { at: START + 1_000, user: 'bot2', code: 'agent-stopped', message: 'credentials-refused', count: 1 },
        {
          at: START + 1_000,
          user: 'bot2',
          code: 'icws/credentials-refused',
          message: 'the server refused the password',
          count: 1,
        },
      ],
    });
  });

  test('an agent that opens a session again has not stopped', () => {
    const back = at(16, 'bot2', { kind: 'session.opened', session: 's2', host: 'h' });
    expect(tallyOf(['bot1', 'bot2'], [...shift, back]).snapshot(START + 20_000).stopped).toEqual([]);
  });

  test('an agent that paused and will come back is not among the stopped', () => {
    const off = at(1, 'bot1', { kind: 'stopped', reason: 'off-shift', forGood: false });
    expect(tallyOf(['bot1'], [off]).snapshot(START + 20_000).stopped).toEqual([]);
  });

  test('all agent time is accounted for, whatever the agents do', () => {
    const move = fc.record({
      user: fc.constantFrom('a', 'b', 'c'),
      to: fc.constantFrom<AgentState>(...AGENT_STATES),
      after: fc.integer({ min: 0, max: 10_000 }),
    });
    fc.assert(
      fc.property(fc.array(move), (moves) => {
        const tally = createTally({ startedAt: START, users: ['a', 'b', 'c'] });
        const agents = new Map(
          ['a', 'b', 'c'].map((user) => [user, { state: 'logged-out' as AgentState, since: START }]),
        );
        let now = START;
        for (const { user, to, after } of moves) {
          now += after;
          const agent = agents.get(user)!;
          tally.record({
            at: now,
            user,
            kind: 'transition',
            from: agent.state,
            to,
            event: 'e',
            seconds: (now - agent.since) / 1_000,
          });
          agents.set(user, { state: to, since: now });
        }
        const { stateSeconds, states } = tally.snapshot(now + 5_000);
        const sum = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0);
        expect(sum(stateSeconds)).toBeCloseTo((3 * (now + 5_000 - START)) / 1_000, 6);
        expect(sum(states)).toBe(3);
      }),
      { numRuns: 50 },
    );
  });

  test('the rate is that of the last ten seconds', () => {
    const tally = createTally({ startedAt: START, users: ['bot1'] });
    for (let second = 0; second < 60; second++)
      for (let i = 0; i < 4; i++) tally.record(at(second, 'bot1', { kind: 'pop', call: call(`${second}-${i}`) }));
    expect(tally.snapshot(START + 59_900).calls.perSecond).toBe(4);
    expect(tally.snapshot(START + 65_000).calls.perSecond).toBe(1.6);
    expect(tally.snapshot(START + 90_000).calls.perSecond).toBe(0);
  });

  test('names and problems from outside cannot make it grow, nor reach the prototype', () => {
    const tally = createTally({ startedAt: START, users: [] });
    for (let i = 0; i < 1_000; i++) {
      tally.record(at(1, 'bot1', { kind: 'pop', call: call('1', `campaign ${i}`) }));
      tally.record(at(1, 'bot1', { kind: 'problem', code: `code ${i}`, message: 'x'.repeat(5_000) }));
    }
    tally.record(
      at(2, 'bot1', {
        kind: 'call.closed',
        call: call('1'),
        label: '__proto__',
        result: 'accepted',
        basis: 'a',
        seconds: 1,
      }),
    );
    const snapshot = tally.snapshot(START + 2_000);
    expect(Object.keys(snapshot.calls.byCampaign)).toHaveLength(201);
    expect(snapshot.calls.byCampaign.other).toBe(800);
    expect(Object.entries(snapshot.dispositions.byLabel)).toEqual([['__proto__', 1]]);
    expect(snapshot.problems).toHaveLength(20);
    expect(snapshot.problems[0]).toMatchObject({ code: 'code 999', count: 1 });
    expect(snapshot.problems[0]?.message.length).toBe(300);
  });

  test('the same problem of many agents is one entry with a count', () => {
    const tally = createTally({ startedAt: START, users: [] });
    for (let i = 0; i < 40; i++)
      tally.record(
        at(i, `bot${i}`, { kind: 'session.unreached', code: 'icws/unavailable', message: 'no host answers' }),
      );
    expect(tally.snapshot(START + 60_000).problems).toEqual([
      { at: START + 39_000, user: 'bot39', code: 'icws/unavailable', message: 'no host answers', count: 40 },
    ]);
  });
});

describe('request latencies', () => {
  test('percentiles are within one per cent, the maximum is exact', () => {
    const latencies = createLatencies();
    for (let i = 1; i <= 1_000; i++) latencies.observe({ operation: 'disposition', status: 204, seconds: i / 1_000 });
    latencies.observe({ operation: 'log-in', status: 'error', seconds: 0.0000001 });
    latencies.observe({ operation: 'log-in', status: 200, seconds: Number.NaN });
    const { disposition, ...rest } = latencies.snapshot();
    expect(disposition?.count).toBe(1_000);
    expect(disposition?.max).toBe(1);
    for (const [got, wanted] of [
      [disposition!.p50, 0.5],
      [disposition!.p95, 0.95],
      [disposition!.p99, 0.99],
    ] as const)
      expect(Math.abs(got - wanted) / wanted).toBeLessThan(0.01);
    expect(rest).toEqual({ 'log-in': { count: 1, p50: 0.000001, p95: 0.000001, p99: 0.000001, max: 0.000001 } });
  });
});

const summary: Summary = buildSummary({
  tool: 'icws-dialer-agent 1.0.0',
  node: 'v20.20.2',
  seed: 7,
  exit: 0,
  desired: 2,
  tally: tallyOf(['bot1', 'bot2'], shift).snapshot(START + 20_000),
  requests: { disposition: { count: 2, p50: 0.002, p95: 0.0061, p99: 0.111, max: 1.2 } },
});

describe('the summary', () => {
  test('is the JSON of design §10', () => {
    expect(JSON.parse(JSON.stringify(summary))).toEqual({
      version: 1,
      tool: 'icws-dialer-agent 1.0.0',
      node: 'v20.20.2',
      seed: 7,
      startedAt: '2026-11-22T09:00:00.000Z',
      endedAt: '2026-11-22T09:00:20.000Z',
      exit: 0,
      agents: { desired: 2, stopped: [{ user: 'bot2', reason: 'credentials-refused' }] },
      stateSeconds: {
        'logged-out': 22,
        'logged-in': 1,
        ready: 2,
        'on-call': 15,
        'break-pending': 0,
        'on-break': 0,
        'logoff-pending': 0,
      },
      calls: { total: 3, open: 1, byCampaign: { Collections: 2, Renewals: 1 } },
      dispositions: { accepted: 1, void: 0, failed: 0, unknown: 1, byLabel: { Callback: 1 } },
      callbacks: { scheduled: 1, byOwner: { self: 0, anyone: 1, other: 0 } },
      previews: { placed: 1, skipped: 0, timedOut: 1, withdrawn: 0 },
      breaks: { granted: 1 },
      sessions: { opened: 1, lost: 1 },
      errors: { 'icws/credentials-refused': 1, 'icws/session-lost': 1 },
      requests: { disposition: { count: 2, p50: 0.002, p95: 0.0061, p99: 0.111, max: 1.2 } },
    });
  });

  test('reads well on a terminal', () => {
    const ledger: LedgerTotals = { pops: 3, dispositions: 2, callbacks: 1, violations: 0 };
    expect(formatSummary(summary, ledger).split('\n')).toEqual([
      'icws-dialer-agent 1.0.0 · Node 20.20.2 · seed 7 · 20s · exit 0 (done)',
      '',
      'agents         2 desired, 1 stopped',
      '               bot2: credentials-refused',
      'time in state  logged-out          22s  55.0%  █████████████',
      '               logged-in            1s   2.5%  █',
      '               ready                2s   5.0%  █',
      '               on-call             15s  37.5%  █████████',
      'calls          3 (0.1/s), 1 still open',
      '               Collections 2, Renewals 1',
      'dispositions   1 accepted, 0 void, 0 failed, 1 unknown',
      '               Callback 1',
      'callbacks      1 scheduled (self 0, anyone 1, other 0)',
      'previews       1 placed, 0 skipped, 1 timed out, 0 withdrawn',
      'breaks         1 granted',
      'sessions       1 opened, 1 lost',
      'requests                         count      p50      p95      p99      max',
      '               disposition           2    2.0ms    6.1ms    111ms    1.20s',
      'errors         icws/credentials-refused ×1, icws/session-lost ×1',
      "ledger         matches the simulator's ledger (3 calls, 2 dispositions, 1 callback, 0 violations)",
      '',
    ]);
  });

  test('says where it differs from the ledger', () => {
    const last = (ledger: LedgerTotals) => formatSummary(summary, ledger).trimEnd().split('\n').at(-1);
    expect(last({ pops: 4, dispositions: 5, callbacks: 0, violations: 1 })).toBe(
      "ledger         differs from the simulator's ledger: calls 3 here, 4 there; dispositions 1 (+1 unknown) here, 5 there; callbacks 1 here, 0 there; 1 protocol violation",
    );
    expect(last({ pops: 3, dispositions: 1, callbacks: 1, violations: 0 })).toContain("matches the simulator's ledger");
  });

  test('shows nothing that a terminal would obey', () => {
    const evil = tallyOf(
      [],
      [
        at(1, 'bot\u001b[2J1', { kind: 'stopped', reason: 'a\u0007b\nc\u202e', forGood: true }),
        at(2, 'bot1', { kind: 'pop', call: call('1', '\u001b]0;title\u0007Collections') }),
      ],
    );
    const text = formatSummary({
      ...summary,
      agents: { desired: 1, stopped: evil.snapshot(START).stopped },
      calls: { total: 1, open: 0, byCampaign: evil.snapshot(START).calls.byCampaign },
    });
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(text).toContain('bot 1: a b c');
  });
});
