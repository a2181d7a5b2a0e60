import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rerunAgent } from '../../src/agent/rerun.js';
import type { AgentState, JournalRecord } from '../../src/journal/record.js';
import type { WorldInput } from '../../src/simulator/index.js';
import { PLAIN_POLICY, type Rig, type RigOptions, startRig } from '../support/rig.js';

const PREVIEW = { type: 'preview', contacts: 500, previewTimeout: '30s' } as const;
const world = (more: Partial<WorldInput> = {}): WorldInput => ({
  version: 1,
  users: [
    { names: 'bot{1..9}', password: 'demo' },
    { names: 'vip', password: 'demo', logonCampaign: true },
  ],
  campaigns: [
    { ...PREVIEW, name: 'Collections' },
    { ...PREVIEW, name: 'Renewals' },
  ],
  dialling: {
    ring: { fixed: '2s' },
    outcomes: { answer: 1, noAnswer: 0, busy: 0, machine: 0 },
    farSideHangsUpAfter: { fixed: '60s' },
  },
  ...more,
});
const rigged = (options: Partial<RigOptions> = {}): Rig => startRig({ world: world(), users: ['bot1'], ...options });
const OTHER_POLICY = PLAIN_POLICY.replace('No Answer', 'Wrong Party').replace('fixed: 5s', 'fixed: 7s');
const NO_PASSWORDS: ReadonlySet<string> = new Set();
const labels = (rig: Rig): string[] => rig.facts('call.closed').map(({ label }) => label);
const clean = async (rig: Rig): Promise<void> => {
  const { end, ledger } = await rig.finish();
  expect(end).toEqual({ kind: 'drained', cutCalls: 0 });
  expect(ledger.violations).toEqual([]);
  expect(ledger.calls.filter((call) => call.dispositions.length !== 1)).toEqual([]);
};

describe('a new policy', () => {
  test.each(['previewing', 'ringing', 'talking', 'wrapping-up'])(
    'decides from the next call on: one that is %s ends by the one it began with',
    async (stage) => {
      const rig = rigged();
      await rig.until(stage, () => rig.fleet.agents()[0]?.inner === stage);
      const change = rig.fleet.reroster([rig.seat('bot1', { policy: OTHER_POLICY })], NO_PASSWORDS);
      expect(change).toEqual({ added: [], removed: [], changed: [{ user: 'bot1', what: ['policy'] }] });
      await rig.until('three calls', () => labels(rig).length === 3, 300_000);
      expect(labels(rig)).toEqual(['No Answer', 'Wrong Party', 'Wrong Party']);
      const [first, ...later] = rig.facts('decision').filter(({ point }) => point === 'end');
      const talks = rig.facts('decision').flatMap(({ details }) => details?.talkMs ?? []);
      expect(talks.slice(0, 3)).toEqual([5_000, 7_000, 7_000]);
      expect(first?.policyHash).toBe(rig.seat('bot1').policy.hash);
      expect(later[0]?.policyHash).toBe(rig.seat('bot1', { policy: OTHER_POLICY }).policy.hash);
      await clean(rig);
    },
  );

  test('that says the same changes nothing', async () => {
    const rig = rigged();
    await rig.untilState('bot1', 'on-call');
    const same = rig.seat('BOT1', { policy: `# a comment\n${PLAIN_POLICY}` });
    expect(rig.fleet.reroster([same], NO_PASSWORDS)).toEqual({ added: [], removed: [], changed: [] });
    await clean(rig);
  });
});

describe('a new roster', () => {
  test('hires who is new, and lets who is gone finish the call and leave; the others go on', async () => {
    const rig = rigged({ users: ['bot1', 'bot2'] });
    await rig.untilState('bot1', 'on-call');
    const change = rig.fleet.reroster([rig.seat('bot2'), rig.seat('bot3')], NO_PASSWORDS);
    expect(change).toEqual({ added: ['bot3'], removed: ['bot1'], changed: [] });
    await rig.until('the way out', () => rig.facts('roster.left').length === 1);
    expect(rig.fleet.agents().map(({ user }) => user)).toEqual(['bot2', 'bot3']);
    await rig.until('a call of the new one', () => rig.facts('call.closed').some(({ user }) => user === 'bot3'));
    expect(
      rig
        .facts('call.closed')
        .filter(({ user }) => user === 'bot1')
        .map(({ result }) => result),
    ).toEqual(['accepted']);
    expect(rig.facts('stopped')).toEqual([]);
    expect(rig.fleet.desired).toBe(2);
    await clean(rig);
  });

  test('who is in it again while still leaving comes back after that, and counts its calls on', async () => {
    const rig = rigged({ users: ['bot1', 'bot2'], keepsEvents: true });
    await rig.until('two calls', () => rig.facts('call.closed').filter(({ user }) => user === 'bot1').length === 2);
    await rig.untilState('bot1', 'on-call');
    rig.fleet.reroster([rig.seat('bot2')], NO_PASSWORDS);
    expect(rig.fleet.reroster([rig.seat('bot1'), rig.seat('bot2')], NO_PASSWORDS).added).toEqual(['bot1']);
    await rig.until('the return', () => rig.facts('roster.joined').length === 1);
    const at = rig.records.findIndex(({ kind }) => kind === 'roster.joined');
    const popped = (records: readonly JournalRecord[]) =>
      records.filter(({ kind, user }) => kind === 'pop' && user === 'bot1').length;
    const before = popped(rig.records.slice(0, at));
    const { calls } = rig.facts('roster.joined')[0] ?? {};
    expect(calls).toBe(before);
    await rig.until('a call', () => popped(rig.records) > before);
    expect(rig.facts('pop').filter(({ user }) => user === 'bot1')[before]?.nth).toBe(before + 1);
    // And its second life can be stepped through again.
    const life = rig.records.slice(at).filter(({ user }) => user === 'bot1');
    const rerun = rerunAgent({ user: 'bot1', memory: { calls: calls ?? 0 } }, life[0]?.at ?? 0);
    for (const record of life)
      if (record.kind === 'event') expect(rerun.hear(record.event, record.at).isStrange).toBe(false);
    expect(rerun.place.split('.')[0]).toBe(rig.state('bot1'));
    await clean(rig);
  });

  test('may replace everybody, and the run goes on', async () => {
    const rig = rigged({ users: ['bot1', 'bot2'] });
    await rig.untilState('bot1', 'on-call');
    rig.fleet.reroster([rig.seat('bot5')], NO_PASSWORDS);
    await rig.until('the change', () => rig.facts('roster.left').length === 2);
    await rig.until('a call', () => rig.facts('call.closed').some(({ user }) => user === 'bot5'));
    await clean(rig);
  });

  test('with other campaigns: those that it names no more are left, new ones joined, the agent stays in Dialer', async () => {
    const rig = rigged({ users: ['vip'], seat: { campaigns: ['Collections'] } });
    await rig.until('a call', () => rig.facts('call.closed').length > 0);
    await rig.untilState('vip', 'on-call');
    const change = rig.fleet.reroster([rig.seat('vip', { campaigns: ['renew*'] })], NO_PASSWORDS);
    expect(change.changed).toEqual([{ user: 'vip', what: ['campaigns'] }]);
    const names = () => rig.fleet.agents()[0]?.campaigns;
    await rig.until('the change', () => names()?.join() === 'Renewals');
    const calls = rig.facts('call.closed').length;
    await rig.until('calls', () => rig.facts('call.closed').length > calls + 3, 300_000);
    expect(
      rig
        .facts('call.closed')
        .slice(calls)
        .map(({ call }) => call.campaign),
    ).not.toContain('Collections');
    const left: AgentState[] = ['logoff-pending', 'logged-out'];
    expect(rig.facts('transition').filter(({ to }) => left.includes(to))).toEqual([]);
    await clean(rig);
  });

  test('with another station: it is taken at the next session', async () => {
    const rig = rigged({ seat: { station: { kind: 'workstation', workstation: 'a-ws' } } });
    const stations: unknown[] = [];
    const { handle } = rig.simulator;
    Object.assign(rig.simulator, {
      handle: (request: Parameters<typeof handle>[0]) => {
        const isStation = request.method === 'PUT' && /\d\/connection\/station$/.test(request.path);
        if (isStation) stations.push(JSON.parse(String(request.body)).workstation);
        return handle(request);
      },
    });
    await rig.untilState('bot1', 'on-call');
    const station = { kind: 'workstation', workstation: 'b-ws' } as const;
    const change = rig.fleet.reroster([rig.seat('bot1', { station })], NO_PASSWORDS);
    expect(change.changed).toEqual([{ user: 'bot1', what: ['station'] }]);
    expect(rig.facts('session.lost')).toEqual([]);
    rig.simulator.control.expireSession('bot1');
    await rig.until('another session', () => rig.facts('session.opened').length === 2);
    await rig.untilState('bot1', 'on-call');
    expect(stations).toEqual(['a-ws', 'b-ws']);
    await clean(rig);
  });

  test('with a new password: whoever stopped for the old one is hired anew, and nobody else', async () => {
    const wrong = new Set(['bot1', 'bot2']);
    const users = ['bot1', 'bot2', 'bot3'];
    const rig = rigged({ users, password: (user) => (wrong.has(user) ? 'wrong' : 'demo') });
    await rig.until('the refusals', () => rig.facts('stopped').length === 2);
    wrong.clear();
    const change = rig.fleet.reroster(
      users.map((user) => rig.seat(user)),
      new Set(['bot2']),
    );
    expect(change.changed).toEqual([{ user: 'bot2', what: ['password'] }]);
    await rig.until('a call', () => rig.facts('call.closed').some(({ user }) => user === 'bot2'));
    expect(new Set(rig.facts('session.opened').map(({ user }) => user))).toEqual(new Set(['bot2', 'bot3']));
    await clean(rig);
  });

  test('one that leaves for the roster and loses its session in mid-call still comes back to end it', async () => {
    const rig = rigged({ users: ['bot1', 'bot2'] });
    await rig.untilState('bot1', 'on-call');
    rig.fleet.reroster([rig.seat('bot2')], NO_PASSWORDS);
    rig.simulator.control.expireSession('bot1');
    await rig.until('the way out', () => rig.facts('roster.left').length === 1, 200_000);
    expect(
      rig
        .facts('call.closed')
        .filter(({ user }) => user === 'bot1')
        .map(({ result }) => result),
    ).toEqual(['accepted']);
    await clean(rig);
  });
});

test('whatever the roster becomes, and becomes again: each call ends once, by the policy that it began with, and all of it works', async () => {
  const seats = fc.record({
    users: fc.subarray(['bot1', 'bot2', 'bot3', 'vip'], { minLength: 1 }),
    campaigns: fc.constantFrom<'all' | string[]>('all', ['Collections'], ['Ren*']),
    policy: fc.constantFrom(PLAIN_POLICY, OTHER_POLICY),
    waitMs: fc.constantFrom(0, 500, 4_000, 20_000, 60_000),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(seats, { minLength: 3, maxLength: 20 }), async (rosters) => {
      const rig = rigged({ users: ['bot1', 'bot9', 'vip'] });
      await rig.untilState('bot1', 'on-call');
      const become = (users: readonly string[], campaigns: 'all' | string[], policy: string): void => {
        const named = users.map((user) => rig.seat(user, { campaigns, policy }));
        rig.fleet.reroster([...named, rig.seat('bot9', { policy })], NO_PASSWORDS);
      };
      for (const { users, campaigns, policy, waitMs } of rosters) {
        become(users, campaigns, policy);
        if (waitMs > 0) await rig.clock.advance(waitMs);
      }
      become(['bot1', 'bot2', 'bot3', 'vip'], 'all', PLAIN_POLICY);
      const from = rig.records.length;
      const works = (user: string): boolean =>
        rig.records.slice(from).some((record) => record.kind === 'pop' && record.user === user);
      await rig.until('work of everybody', () => ['bot1', 'bot2', 'bot3', 'bot9', 'vip'].every(works), 600_000);
      const hashes = new Map<string, Set<string | undefined>>();
      for (const { user, nth, policyHash } of rig.facts('decision')) {
        hashes.set(`${user} ${nth}`, (hashes.get(`${user} ${nth}`) ?? new Set()).add(policyHash));
      }
      expect([...hashes].filter(([, seen]) => seen.size > 1)).toEqual([]);
      await clean(rig);
    }),
    { numRuns: Number(process.env.REROSTER_RUNS ?? 8) },
  );
}, 60_000);
