import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AgentRequest } from '../../src/fleet/operate.js';
import type { WorldInput } from '../../src/simulator/index.js';
import { type Rig, type RigOptions, startRig } from '../support/rig.js';

const PREVIEW = { type: 'preview', contacts: 500, previewTimeout: '30s' } as const;
const world = (more: Partial<WorldInput> = {}): WorldInput => ({
  version: 1,
  users: [
    { names: 'bot{1..9}', password: 'demo' },
    { names: 'vip{1..3}', password: 'demo', logonCampaign: true },
  ],
  campaigns: [
    { ...PREVIEW, name: 'Collections A' },
    { ...PREVIEW, name: 'Collections B' },
    { ...PREVIEW, name: 'Renewals' },
  ],
  dialling: { outcomes: { answer: 1 }, farSideHangsUpAfter: { fixed: '60s' } },
  ...more,
});
/** No pop comes: no campaign has anybody to call. */
const quiet = world({ campaigns: ['Collections A', 'Renewals'].map((name) => ({ ...PREVIEW, name, contacts: 0 })) });

const rigged = (options: Partial<RigOptions> = {}): Rig => startRig({ world: world(), users: ['bot1'], ...options });
const asker = { by: 'http', from: '127.0.0.1', as: 'eve' } as const;
/** The answers as lines, such as `bot1 accepted` or `bot1 refused: a log-off is pending`. */
const ask = (rig: Rig, agents: string, request: AgentRequest): string[] =>
  rig.fleet
    .ask({ ...request, agents: agents.split(','), asker })
    .map(({ user, accepted, why }) => `${user} ${accepted ? 'accepted' : 'refused'}${why ? `: ${why}` : ''}`);
const campaigns = (rig: Rig, user: string): readonly string[] =>
  [...(rig.fleet.agents().find((agent) => agent.user === user)?.campaigns ?? [])].sort();
const clean = async (rig: Rig): Promise<void> => {
  const { ledger } = await rig.finish();
  expect(ledger.violations).toEqual([]);
  expect(ledger.calls.filter((call) => call.dispositions.length !== 1)).toEqual([]);
};

describe('an operator asks agents', () => {
  test('for a break, by name, glob or all, and each answers for itself', async () => {
    const rig = rigged({ world: quiet, users: ['bot1', 'bot2', 'vip1'] });
    for (const user of ['bot1', 'bot2', 'vip1']) await rig.untilState(user, 'ready');
    expect(ask(rig, 'BOT1', { act: 'break', forMs: 60_000 })).toEqual(['bot1 accepted']);
    await rig.untilState('bot1', 'on-break');
    expect(ask(rig, 'bot*', { act: 'break', forMs: 60_000 })).toEqual([
      'bot1 refused: it is on a break',
      'bot2 accepted',
    ]);
    expect(ask(rig, 'nobody', { act: 'break' })).toEqual([]);
    await rig.until('the end of the first', () => rig.state('bot1') === 'ready', 90_000);
    await rig.untilState('bot2', 'ready');
    await clean(rig);
  });

  test('to end a break before its time', async () => {
    const rig = rigged({ world: quiet });
    await rig.untilState('bot1', 'ready');
    ask(rig, '*', { act: 'break', forMs: 3_600_000 });
    await rig.untilState('bot1', 'on-break');
    expect(ask(rig, '*', { act: 'end-break' })).toEqual(['bot1 accepted']);
    await rig.untilState('bot1', 'ready', 10_000);
    expect(ask(rig, '*', { act: 'end-break' })).toEqual(['bot1 refused: it is on no break']);
    await clean(rig);
  });

  test('but a person’s status is the person’s', async () => {
    const rig = rigged({ world: quiet });
    await rig.untilState('bot1', 'ready');
    rig.simulator.control.setStatus('bot1', 'At Lunch');
    await rig.untilState('bot1', 'on-break');
    expect(ask(rig, '*', { act: 'end-break' })).toEqual([
      'bot1 refused: a person set its status, which is not ours to end',
    ]);
    await rig.finish();
  });

  test('to log off, in mid-call too: the call is finished, and the agent stays out until it is called back', async () => {
    const rig = rigged();
    await rig.untilState('bot1', 'on-call');
    expect(ask(rig, '*', { act: 'log-off' })).toEqual(['bot1 accepted']);
    expect(rig.state('bot1')).toBe('logoff-pending');
    expect(ask(rig, '*', { act: 'break' })).toEqual(['bot1 refused: a log-off is pending']);
    await rig.untilState('bot1', 'logged-out');
    await rig.clock.advance(3_600_000);
    expect(rig.state('bot1')).toBe('logged-out');
    const calls = rig.facts('call.closed').length;
    expect(ask(rig, '*', { act: 'log-off' })).toEqual(['bot1 refused: it is logged out already']);
    expect(ask(rig, '*', { act: 'log-in' })).toEqual(['bot1 accepted']);
    await rig.until('another call', () => rig.facts('call.closed').length > calls);
    await clean(rig);
  });

  test('to come back while they are still leaving', async () => {
    const rig = rigged();
    await rig.untilState('bot1', 'on-call');
    ask(rig, '*', { act: 'log-off' });
    expect(ask(rig, '*', { act: 'log-in' })).toEqual(['bot1 accepted']);
    await rig.until('a second session', () => rig.facts('session.opened').length === 2);
    expect(rig.facts('logoff.granted')).toHaveLength(1);
    await rig.untilState('bot1', 'on-call');
    await clean(rig);
  });

  test('to leave for good, while the others go on', async () => {
    const rig = rigged({ users: ['bot1', 'bot2'] });
    await rig.untilState('bot1', 'on-call');
    expect(ask(rig, 'bot1', { act: 'drain' })).toEqual(['bot1 accepted']);
    await rig.untilState('bot1', 'logged-out');
    await rig.clock.advance(1_000);
    expect(ask(rig, 'bot1', { act: 'break' })).toEqual(['bot1 refused: it has stopped for good']);
    const calls = rig.facts('call.closed').length;
    await rig.until('calls of the other', () => rig.facts('call.closed').length > calls);
    await clean(rig);
  });

  test('to come back after they had stopped for good, but not with a password that was refused', async () => {
    const users = ['bot1', 'bot2', 'bot3'];
    const rig = rigged({ users, password: (user) => (user === 'bot3' ? 'wrong' : 'demo') });
    await rig.untilState('bot1', 'on-call');
    ask(rig, 'bot1', { act: 'drain' });
    await rig.untilState('bot1', 'logged-out');
    await rig.clock.advance(1_000);
    expect(ask(rig, '*', { act: 'log-in' })).toEqual([
      'bot1 accepted: it has stopped for good; it begins anew',
      'bot2 refused: it is logged in already',
      'bot3 refused: it has stopped for good (credentials-refused); a reload with another password helps',
    ]);
    const calls = rig.facts('call.closed').filter(({ user }) => user === 'bot1').length;
    await rig.until('a call', () => rig.facts('call.closed').filter(({ user }) => user === 'bot1').length > calls);
    rig.fleet.drain('test');
    ask(rig, 'bot1', { act: 'drain' });
    expect(ask(rig, 'bot3', { act: 'log-in' })).toEqual(['bot3 refused: the worker is draining']);
    await clean(rig);
  });

  test('and every act is recorded with who asked', async () => {
    const rig = rigged({ world: quiet });
    await rig.untilState('bot1', 'ready');
    ask(rig, 'bot1', { act: 'break', forMs: 60_000, reason: 'team meeting' });
    ask(rig, 'bot1', { act: 'break', forMs: 60_000 });
    expect(rig.facts('control').map(({ at: _at, ...fact }) => fact)).toEqual([
      { user: 'bot1', kind: 'control', act: 'break', ...asker, accepted: true, reason: 'team meeting', forMs: 60_000 },
      {
        user: 'bot1',
        kind: 'control',
        act: 'break',
        ...asker,
        accepted: false,
        why: 'a break is pending already',
        forMs: 60_000,
      },
    ]);
    expect(rig.facts('break.asked').map(({ reason }) => reason)).toEqual(['operator']);
    await rig.finish();
  });
});

describe('an operator takes agents out of single campaigns', () => {
  test('with the right they stay in Dialer and in the others, and are not joined again by themselves', async () => {
    const rig = rigged({ users: ['vip1'] });
    await rig.untilState('vip1', 'on-call');
    expect(ask(rig, 'vip1', { act: 'log-off', campaigns: ['coll*'] })).toEqual(['vip1 accepted']);
    await rig.until('the grant', () => campaigns(rig, 'vip1').join() === 'Renewals');
    const before = rig.facts('call.closed').length;
    await rig.until('calls', () => rig.facts('call.closed').length > before + 5, 300_000);
    const since = rig.facts('call.closed').slice(before + 1);
    expect(new Set(since.map(({ call }) => call.campaign))).toEqual(new Set(['Renewals']));
    expect(rig.facts('transition').filter(({ to }) => to === 'logoff-pending' || to === 'logged-out')).toEqual([]);
    expect(ask(rig, 'vip1', { act: 'log-off', campaigns: ['coll*'] })).toEqual([
      'vip1 refused: it is out of these already',
    ]);
    await clean(rig);
  });

  test('also over a lost session, until an operator wants them back', async () => {
    const rig = rigged({ users: ['vip1'] });
    await rig.untilState('vip1', 'on-call');
    ask(rig, 'vip1', { act: 'log-off', campaigns: ['Collections A', 'Collections B'] });
    await rig.until('the grant', () => campaigns(rig, 'vip1').join() === 'Renewals');
    rig.simulator.control.expireSession('vip1');
    await rig.untilState('vip1', 'logged-out');
    await rig.until('the campaign', () => campaigns(rig, 'vip1').join() === 'Renewals');
    await rig.clock.advance(60_000);
    expect(campaigns(rig, 'vip1')).toEqual(['Renewals']);
    expect(ask(rig, 'vip1', { act: 'log-in', campaigns: ['*A'] })).toEqual(['vip1 accepted']);
    await rig.until('the way back', () => campaigns(rig, 'vip1').join() === 'Collections A,Renewals');
    expect(ask(rig, 'vip1', { act: 'log-in' })).toEqual(['vip1 accepted']);
    await rig.until('all of them', () => campaigns(rig, 'vip1').length === 3);
    expect(ask(rig, 'vip1', { act: 'log-in' })).toEqual(['vip1 refused: it is logged in already']);
    await clean(rig);
  });

  test('out of all campaigns they are still in Dialer, and come back when told', async () => {
    const rig = rigged({ users: ['vip1'], world: quiet });
    await rig.untilState('vip1', 'ready');
    ask(rig, 'vip1', { act: 'log-off', campaigns: ['*'] });
    await rig.untilState('vip1', 'logged-in');
    await rig.clock.advance(120_000);
    expect([rig.state('vip1'), campaigns(rig, 'vip1')]).toEqual(['logged-in', []]);
    expect(ask(rig, 'vip1', { act: 'log-in' })).toEqual(['vip1 accepted']);
    await rig.untilState('vip1', 'ready');
    await clean(rig);
  });

  test('wanted back before the grant, they are in again after it', async () => {
    const rig = rigged({ users: ['vip1'], seat: { campaigns: ['Renewals'] } });
    await rig.untilState('vip1', 'on-call');
    ask(rig, 'vip1', { act: 'log-off', campaigns: ['Renewals'] });
    expect(ask(rig, 'vip1', { act: 'log-in', campaigns: ['Renewals'] })).toEqual(['vip1 accepted']);
    const calls = rig.facts('call.closed').length;
    await rig.until('calls', () => rig.facts('call.closed').length > calls + 3);
    await clean(rig);
  });

  test('without the right nobody can choose, and says so', async () => {
    const rig = rigged();
    await rig.untilState('bot1', 'on-call');
    const why =
      'it has not the Logon Campaign right: Dialer itself puts it into every campaign that it is eligible for';
    expect(ask(rig, 'bot1', { act: 'log-off', campaigns: ['Renewals'] })).toEqual([`bot1 refused: ${why}`]);
    expect(ask(rig, 'bot1', { act: 'log-in', campaigns: ['Renewals'] })).toEqual([`bot1 refused: ${why}`]);
    expect(rig.facts('problem').map(({ code }) => code)).toContain('agent/no-campaign-right');
    expect(campaigns(rig, 'bot1')).toHaveLength(3);
    await clean(rig);
  });

  test('what the roster does not name, or nobody offers, is not joined', async () => {
    const rig = rigged({ users: ['vip1'], world: quiet, seat: { campaigns: ['Coll*'] } });
    await rig.untilState('vip1', 'ready');
    expect(ask(rig, 'vip1', { act: 'log-in', campaigns: ['Renewals'] })).toEqual([
      'vip1 refused: its roster names none of these campaigns',
    ]);
    expect(ask(rig, 'vip1', { act: 'log-off', campaigns: ['Surveys'] })).toEqual([
      'vip1 refused: no campaign that is offered to it is meant by that',
    ]);
    await clean(rig);
  });

  test('what a supervisor took them out of, an operator’s log-in brings back', async () => {
    for (const user of ['vip1', 'bot1']) {
      const rig = rigged({ users: [user], world: quiet });
      await rig.untilState(user, 'ready');
      rig.simulator.control.autoLogout(user, ['Renewals']);
      await rig.until('the removal', () => campaigns(rig, user).join() === 'Collections A');
      expect(ask(rig, user, { act: 'log-in' })[0]).toContain(`${user} accepted`);
      await rig.until('the way back', () => campaigns(rig, user).length === 2);
      await rig.untilState(user, 'ready');
      rig.simulator.control.autoLogout(user);
      await rig.until('the removal from all', () => campaigns(rig, user).length === 0);
      expect(ask(rig, user, { act: 'log-in' })[0]).toContain(`${user} accepted`);
      await rig.until('the way back into all', () => campaigns(rig, user).length === 2);
      await rig.untilState(user, 'ready');
      await clean(rig);
    }
  });

  test('a campaign that a supervisor put them into stays, until an operator says otherwise', async () => {
    const rig = rigged({ users: ['vip1'], world: quiet, seat: { campaigns: ['Coll*'] } });
    await rig.untilState('vip1', 'ready');
    rig.simulator.control.autoLogin('vip1', 'Renewals');
    await rig.until('the join', () => campaigns(rig, 'vip1').length === 2);
    await rig.clock.advance(60_000);
    expect(campaigns(rig, 'vip1')).toHaveLength(2);
    ask(rig, 'vip1', { act: 'log-off', campaigns: ['Renewals'] });
    await rig.until('the leaving', () => campaigns(rig, 'vip1').join() === 'Collections A');
    await clean(rig);
  });

  test('a log-off that the server does not take is said, and tried again at the next occasion', async () => {
    const rig = rigged({ users: ['vip1'], world: quiet });
    await rig.untilState('vip1', 'ready');
    const relent = rig.simulator.faults.add({
      name: 'refused',
      onRequest: ({ operation }) =>
        operation === 'POST dialer/log-off'
          ? { do: 'answer', answer: { status: 403, headers: {}, body: '' } }
          : undefined,
    });
    ask(rig, 'vip1', { act: 'log-off', campaigns: ['Renewals'] });
    await rig.until('the complaint', () => rig.facts('problem').some(({ code }) => code === 'agent/campaign-not-left'));
    expect(campaigns(rig, 'vip1')).toHaveLength(2);
    relent();
    rig.simulator.control.dialerLinkDown();
    await rig.clock.advance(5_000);
    rig.simulator.control.dialerLinkUp();
    await rig.untilState('vip1', 'ready');
    await rig.until('the leaving', () => campaigns(rig, 'vip1').join() === 'Collections A');
    await clean(rig);
  });
});

describe('an operator who cannot make up his mind', () => {
  test('asks for a break, ends it and asks again in one breath: the next one waits until Dialer has confirmed the end', async () => {
    for (const messaging of ['stream', 'poll'] as const) {
      const rig = rigged({ world: quiet, messaging });
      await rig.untilState('bot1', 'ready');
      const acts = ['break', 'end-break', 'break'] as const;
      expect(acts.flatMap((act) => ask(rig, '*', { act, forMs: 60_000 }))).toEqual([
        'bot1 accepted',
        'bot1 accepted',
        'bot1 refused: the end of its last break is not confirmed yet',
      ]);
      await rig.clock.advance(5_000);
      expect(rig.state('bot1')).toBe('ready');
      expect(ask(rig, '*', { act: 'break', forMs: 60_000 })).toEqual(['bot1 accepted']);
      await rig.untilState('bot1', 'on-break');
      await rig.untilState('bot1', 'ready', 180_000);
      await clean(rig);
    }
  });

  test('whatever he asks for, each call ends once, and who is called back works', async () => {
    const acts: fc.Arbitrary<AgentRequest> = fc.oneof(
      fc.record({ act: fc.constantFrom('break', 'end-break'), forMs: fc.constantFrom(1_000, 30_000, 600_000) }),
      fc.record({ act: fc.constantFrom('log-off', 'log-in', 'log-in') }),
      fc.record({
        act: fc.constantFrom('log-off', 'log-in'),
        campaigns: fc.constantFrom(['*'], ['coll*'], ['Renewals'], ['*A', '*B']),
      }),
      fc.record({ act: fc.constant('drain') }),
    );
    const steps = fc.array(
      fc.record({
        request: acts,
        agents: fc.constantFrom('*', 'vip*', 'bot1', 'vip1'),
        waitMs: fc.constantFrom(0, 500, 4_000, 20_000),
      }),
      { minLength: 5, maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(steps, fc.constantFrom('stream', 'poll'), async (asked, messaging) => {
        const users = ['bot1', 'vip1', 'vip2', 'bot9'];
        const rig = rigged({ users, messaging });
        await rig.untilState('bot1', 'on-call');
        for (const { request, agents, waitMs } of asked) {
          // One is left alone, so that the run goes on.
          rig.fleet.ask({ ...request, agents: agents === '*' ? ['bot1', 'vip*'] : [agents], asker });
          if (waitMs > 0) await rig.clock.advance(waitMs);
        }
        await rig.clock.advance(120_000);
        ask(rig, '*', { act: 'end-break' });
        ask(rig, '*', { act: 'log-in' });
        const calls = new Map(
          users.map((user) => [user, rig.facts('call.closed').filter((fact) => fact.user === user).length]),
        );
        const works = (user: string): boolean =>
          rig.facts('call.closed').filter((fact) => fact.user === user).length > (calls.get(user) ?? 0);
        await rig.until('work of everybody', () => users.every(works), 600_000);
        await clean(rig);
      }),
      { numRuns: Number(process.env.OPERATE_RUNS ?? 8) },
    );
  }, 60_000);
});
