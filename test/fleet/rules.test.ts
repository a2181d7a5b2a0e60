import { describe, expect, test } from '@jest/globals';
import type { MessageView, RequestVerdict, RequestView, WorldInput } from '../../src/simulator/index.js';
import { PLAIN_POLICY, type Rig, type RigOptions, startRig } from '../support/rig.js';
import { messageType, operation, struck } from '../support/struck.js';

const PREVIEW = { name: 'Renewals', type: 'preview', contacts: 200, allowSkip: true, previewTimeout: '30s' } as const;
const SECOND = { ...PREVIEW, name: 'Surveys' } as const;

const world = (more: Partial<WorldInput> = {}): WorldInput => ({
  version: 1,
  users: [
    { names: 'bot{1..9}', password: 'demo' },
    { names: 'vip{1..3}', password: 'demo', logonCampaign: true },
    { names: 'poor', password: 'demo', licence: false },
  ],
  campaigns: [PREVIEW],
  dialling: { outcomes: { answer: 1 }, farSideHangsUpAfter: { fixed: '60s' } },
  ...more,
});

const rigged = (options: Partial<RigOptions> = {}): Rig => startRig({ world: world(), users: ['bot1'], ...options });
const violationsOf = async (rig: Rig) => (await rig.finish()).ledger.violations;
const closed = (rig: Rig) => rig.facts('call.closed');
const problems = (rig: Rig) => rig.facts('problem').map(({ code }) => code);
const asked = (rig: Rig, command: string) => rig.facts('intent').filter((intent) => intent.command === command).length;
/** Between two calls: no pop comes while a world has no campaign that dials. */
const quiet = world({ campaigns: [{ ...PREVIEW, contacts: 0 }] });

describe('design §4.1 on the whole stack', () => {
  test("rule 1: a person's status is followed, not fought, and ends with an ACD status", async () => {
    const rig = rigged({ world: quiet });
    await rig.untilState('bot1', 'ready');
    rig.simulator.control.setStatus('bot1', 'At Lunch');
    await rig.untilState('bot1', 'on-break');
    const sets = rig.simulator.ledger().statusChanges;
    await rig.clock.advance(600_000);
    expect(rig.state('bot1')).toBe('on-break');
    expect(rig.simulator.ledger().statusChanges).toBe(sets);
    rig.simulator.control.setStatus('bot1', 'Available');
    await rig.untilState('bot1', 'ready');
    expect(await violationsOf(rig)).toEqual([]);
  });

  test('rule 1: a status that Dialer sets is nobody else’s act', async () => {
    const rig = rigged();
    await rig.until('five calls', () => closed(rig).length >= 5, 600_000);
    expect(rig.facts('break.granted')).toEqual([]);
    expect(await violationsOf(rig)).toEqual([]);
  });

  test('rule 1: after Agent Not Answering with an empty queue Available is set after a pause', async () => {
    const rig = rigged({ world: quiet });
    await rig.untilState('bot1', 'ready');
    rig.simulator.control.setStatus('bot1', 'ACD - Agent Not Answering');
    await rig.untilState('bot1', 'logged-in');
    await rig.untilState('bot1', 'ready', 30_000);
    expect(problems(rig)).toContain('agent/not-answering');
    await rig.finish();
  });

  test('rule 2: Available whose completion is lost is looked up and confirmed', async () => {
    const rig = rigged({ world: quiet });
    rig.simulator.faults.add(struck('lost-message', { when: messageType('asyncOperationCompletedMessage') }));
    rig.simulator.faults.add(struck('lost-message', { when: messageType('userStatusMessage') }));
    await rig.untilState('bot1', 'ready', 30_000);
    await rig.finish();
  });

  test('rule 2: Available refused three times makes the agent log off and stop', async () => {
    const rig = rigged({ world: quiet });
    const refusal: RequestVerdict = { do: 'answer', answer: { status: 403, headers: {}, body: '' } };
    const isConcerned = operation('PUT status/user-statuses/:userId');
    rig.simulator.faults.add({ name: 'refused', onRequest: (view) => (isConcerned(view) ? refusal : undefined) });
    await rig.until('the stop', () => rig.facts('stopped').length > 0, 60_000);
    expect(rig.facts('stopped')[0]?.reason).toBe('available-refused');
    expect(asked(rig, 'dialer-log-off')).toBeGreaterThan(0);
    await rig.finish();
  });

  test('rule 7: a session lost in mid-call comes back, and the call ends once', async () => {
    const rig = rigged();
    await rig.untilState('bot1', 'on-call');
    await rig.clock.advance(3_000);
    rig.simulator.control.expireSession('bot1');
    await rig.untilState('bot1', 'logged-out');
    await rig.until('a second call', () => closed(rig).length >= 2, 300_000);
    const { ledger } = await rig.finish();
    expect(ledger.violations).toEqual([]);
    expect(ledger.calls.every((call) => call.dispositions.length === 1)).toBe(true);
    expect(closed(rig).every(({ result }) => result === 'accepted')).toBe(true);
    expect(rig.facts('pop').length).toBe(ledger.pops);
  });

  test('rule 8: a log-off asked on a break wins', async () => {
    const rig = rigged({ policy: PLAIN_POLICY.replace('preview:', 'breaks: { afterCalls: 1, for: 10m }\npreview:') });
    await rig.untilState('bot1', 'on-break');
    const { end, ledger } = await rig.finish();
    expect(end).toEqual({ kind: 'drained', cutCalls: 0 });
    expect(ledger.violations).toEqual([]);
    expect(rig.facts('transition').map(({ from, to }) => `${from}>${to}`)).toContain('on-break>logoff-pending');
  });

  test('rule 9: an agent taken out by a supervisor stays out until it is put in again', async () => {
    const rig = rigged({ world: quiet });
    await rig.untilState('bot1', 'ready');
    rig.simulator.control.autoLogout('bot1');
    await rig.until('the removal', () => rig.state('bot1') !== 'ready');
    await rig.clock.advance(600_000);
    expect(rig.state('bot1')).not.toBe('ready');
    rig.simulator.control.autoLogin('bot1', 'Renewals');
    await rig.untilState('bot1', 'ready');
    expect(await violationsOf(rig)).toEqual([]);
  });

  test('rule 10: a campaign that refuses the log-in is left out and the agent works the other', async () => {
    const rig = rigged({ world: world({ campaigns: [PREVIEW, SECOND] }), users: ['vip1'] });
    rig.simulator.control.stopCampaign('Surveys');
    await rig.until('three calls', () => closed(rig).length >= 3, 300_000);
    expect(new Set(closed(rig).map(({ call }) => call.campaign))).toEqual(new Set(['Renewals']));
    expect(await violationsOf(rig)).toEqual([]);
  });

  test('rule 10: in no campaign the agent stays logged in and says so after a minute', async () => {
    const rig = rigged({ world: quiet });
    await rig.untilState('bot1', 'ready');
    rig.simulator.control.removeCampaign('Renewals');
    await rig.untilState('bot1', 'logged-in');
    await rig.clock.advance(61_000);
    expect(problems(rig)).toContain('agent/no-campaign');
    rig.simulator.control.addCampaign({ ...SECOND, contacts: 5 });
    await rig.until('a call', () => closed(rig).length > 0, 120_000);
    expect(await violationsOf(rig)).toEqual([]);
  });

  test('rule 10: campaigns not wanted by the roster are not joined by an agent with the right', async () => {
    const rig = rigged({
      world: world({ campaigns: [PREVIEW, SECOND] }),
      users: ['vip1'],
      seat: { campaigns: ['Sur*'] },
    });
    await rig.until('three calls', () => closed(rig).length >= 3, 300_000);
    expect(new Set(closed(rig).map(({ call }) => call.campaign))).toEqual(new Set(['Surveys']));
    expect(await violationsOf(rig)).toEqual([]);
  });

  test('rule 11: a station that is taken away makes the agent finish, log off and stop', async () => {
    const rig = rigged({ seat: { station: { kind: 'workstation', workstation: 'bot1-ws' } } });
    await rig.untilState('bot1', 'on-call');
    rig.simulator.control.takeStationAway('bot1');
    await rig.until('the stop', () => rig.facts('stopped').length > 0, 120_000);
    expect(rig.facts('stopped')[0]?.reason).toBe('station-lost');
    const { ledger } = await rig.finish();
    expect(ledger.calls.every((call) => call.dispositions.length === 1)).toBe(true);
  });

  test('rule 12: while an ACD interaction is live the agent stays ready and sets no status', async () => {
    const rig = rigged({ world: { ...quiet, acd: { workgroup: 'Support', every: '1h', talk: '20s' } } });
    await rig.untilState('bot1', 'ready');
    const sets = asked(rig, 'set-status');
    rig.simulator.control.startAcdCall('bot1', 20_000);
    await rig.clock.advance(10_000);
    expect(rig.state('bot1')).toBe('ready');
    expect(asked(rig, 'set-status')).toBe(sets);
    expect(asked(rig, 'disconnect') + asked(rig, 'disposition')).toBe(0);
    await rig.clock.advance(60_000);
    await rig.untilState('bot1', 'ready');
    expect(await violationsOf(rig)).toEqual([]);
  });

  test('rule 14: credentials that are refused are tried once, and three refusals pause all log-ins', async () => {
    const users = ['bot1', 'bot2', 'bot3', 'bot4', 'bot5'];
    const rig = rigged({ users, password: 'wrong' });
    let reason = '';
    void rig.fleet.ended.then((end) => {
      if (end.kind === 'refused') reason = end.reason;
    });
    await rig.until('the end', () => reason !== '', 40_000);
    expect(reason).toBe('credentials-refused');
    expect(rig.simulator.ledger().sessions.refused).toBe(3);
    rig.simulator.close();
  });

  test('a missing licence stops that agent and no other', async () => {
    const rig = rigged({ users: ['poor', 'bot1'] });
    await rig.until('two calls', () => closed(rig).length >= 2, 120_000);
    expect(rig.facts('stopped').map(({ user, reason }) => [user, reason])).toEqual([['poor', 'no-licence']]);
    expect(await violationsOf(rig)).toEqual([]);
  });
});

describe('faults on the whole stack', () => {
  const everyCallOnce = async (rig: Rig, calls = 8): Promise<void> => {
    await rig.until(`${calls} calls`, () => closed(rig).length >= calls, 900_000);
    const { ledger } = await rig.finish();
    expect(ledger.violations).toEqual([]);
    expect(ledger.calls.filter((call) => call.dispositions.length !== 1)).toEqual([]);
    expect(closed(rig).length).toBe(ledger.pops);
  };

  test('rule 5: a lost answer to a disposition ends in exactly one disposition', async () => {
    const rig = rigged();
    const strike = { when: operation('POST dialer/disposition'), every: 3 };
    rig.simulator.faults.add(struck('lost-response:on=all', strike));
    await everyCallOnce(rig);
    expect(closed(rig).map(({ basis }) => basis)).toContain('resend-404');
  });

  test.each(['stream', 'poll'] as const)(
    'rule 5: a disposition in doubt never reaches a next call whose pop is not read yet (by %s)',
    async (messaging) => {
      // The call is dispositioned, its answer lost; the break is granted, and one more call comes and ends while nothing is read.
      const next = { fault: 'late-pop', after: 'break', every: 1, delay: '100ms' } as const;
      const rig = rigged({
        messaging,
        policy: `${PLAIN_POLICY}breaks: { afterCalls: 1, for: 60s }\n`,
        world: world({
          campaigns: [{ name: 'Collections', type: 'power', contacts: 50 }],
          dialling: { outcomes: { answer: 1 }, farSideHangsUpAfter: { fixed: '500ms' } },
          faults: [next],
        }),
      });
      const isTaken = () => rig.simulator.ledger().dispositions === 1;
      const ofDisposition = operation('POST dialer/disposition');
      rig.simulator.faults.add(struck('lost-response:on=all', { when: ofDisposition, times: 1 }));
      const isRead = operation('GET messaging/messages');
      rig.simulator.faults.add(
        struck('hang:on=all', { when: (view: RequestView) => isRead(view) && isTaken(), times: 1 }),
      );
      const isBreak = messageType('breakStatusMessage');
      const isStalled = { when: (view: MessageView) => isTaken() && !isBreak(view) };
      if (messaging === 'stream') rig.simulator.faults.add(struck('slow-message:delay=8s', isStalled));
      await rig.until('two calls closed', () => closed(rig).length >= 2);
      expect(closed(rig).map(({ call, result }) => [call.interactionId, result])).toEqual([
        // The grant of the break came through, and tells that the call is over; or nothing did.
        ['1001', messaging === 'stream' ? 'accepted' : 'unknown'],
        ['1002', 'accepted'],
      ]);
      const { ledger } = await rig.finish();
      expect(ledger.calls.map((call) => call.dispositions.length)).toEqual([1, 1]);
      expect(ledger.violations).toEqual([]);
    },
  );

  test('rule 5: the grant of a break proves that the disposition arrived: it is not sent again', async () => {
    const rig = rigged({ policy: `${PLAIN_POLICY}breaks: { afterCalls: 1, for: 60s }\n` });
    rig.simulator.faults.add(struck('lost-response:on=all', { when: operation('POST dialer/disposition'), times: 1 }));
    await rig.until('a call closed', () => closed(rig).length > 0);
    expect(closed(rig).map(({ result, basis }) => `${result} ${basis}`)).toEqual(['accepted granted']);
    expect(asked(rig, 'disposition')).toBe(1);
    expect((await rig.finish()).ledger.calls[0]?.dispositions).toHaveLength(1);
  });

  test('Available is not set over a call whose pop is not read yet, however long a poll hangs', async () => {
    const rig = rigged({
      messaging: 'poll',
      policy: `${PLAIN_POLICY}breaks: { afterCalls: 1, for: 2s }\n`,
      world: world({
        campaigns: [{ name: 'Collections', type: 'power', contacts: 50 }],
        dialling: { outcomes: { answer: 1 }, farSideHangsUpAfter: { fixed: '60s' } },
        faults: [{ fault: 'late-pop', after: 'break', delay: '1500ms' }],
      }),
    });
    const isRead = operation('GET messaging/messages');
    const hasNext = () => rig.simulator.ledger().pops === 2;
    rig.simulator.faults.add(
      struck('hang:on=all', { when: (view: RequestView) => isRead(view) && hasNext(), times: 1 }),
    );
    await rig.until('two calls closed', () => closed(rig).length >= 2);
    const { ledger } = await rig.finish();
    expect(ledger.faults).toMatchObject({ hang: 1, 'late-pop': 1 });
    expect(ledger.calls[1]).toMatchObject({ outcome: 'dispositioned', wrapUp: null });
  });

  test('rule 4: a lost answer to placing a preview never places it twice', async () => {
    const rig = rigged();
    rig.simulator.faults.add(
      struck('lost-response:on=all', { when: operation('POST dialer/place-preview-call'), every: 2 }),
    );
    await everyCallOnce(rig);
  });

  test('rule 6: a disposition that the server cannot take is tried again with a pause', async () => {
    const rig = rigged();
    rig.simulator.faults.add(
      struck('server-error:on=all,status=503', { when: operation('POST dialer/disposition'), every: 2 }),
    );
    await everyCallOnce(rig);
  });

  test.each(['stream', 'poll'] as const)('duplicate messages over %s change nothing', async (messaging) => {
    const rig = rigged({ messaging });
    rig.simulator.faults.add(struck('duplicate-message'));
    await everyCallOnce(rig);
  });

  test('a stream that is cut again and again loses no call', async () => {
    const rig = rigged();
    rig.simulator.faults.add(struck('cut-stream', { every: 7 }));
    await everyCallOnce(rig);
  });

  test('slow messages and overtaking ones are waited for', async () => {
    const rig = rigged();
    rig.simulator.faults.add(struck('slow-message:delay=700ms', { every: 5 }));
    await everyCallOnce(rig);
  });

  test('sessions that expire again and again lose no call', async () => {
    const rig = rigged({ users: ['bot1', 'bot2', 'bot3'] });
    rig.simulator.faults.add(struck('expired-session:on=all', { every: 40 }));
    await everyCallOnce(rig, 12);
  });

  test('the link to the Dialer server may go and come', async () => {
    const rig = rigged();
    await rig.untilState('bot1', 'on-call');
    rig.simulator.control.dialerLinkDown();
    await rig.clock.advance(20_000);
    rig.simulator.control.dialerLinkUp();
    await everyCallOnce(rig, 4);
  });
});

describe('the actions of the policy on the whole stack', () => {
  test('columns are written back with the disposition, seen by the next call, and never recorded', async () => {
    const rig = rigged({
      world: world({ campaigns: [{ ...PREVIEW, contacts: 1 }] }),
      policy: `${PLAIN_POLICY}rules:
  - { name: marked, when: { attributes: { mark: "left by bot1" } }, then: { disposition: Success } }
  - { name: first, then: { writeBack: { mark: "left by {agent}" }, callback: { in: 1m } } }
`,
    });
    await rig.until('two calls', () => closed(rig).length === 2, 600_000);
    const { ledger } = await rig.finish();
    expect(ledger.calls.map(({ contact, dispositions }) => [contact, dispositions[0]?.label])).toEqual([
      [ledger.calls[0]?.contact, 'Callback'],
      [ledger.calls[0]?.contact, 'Success'],
    ]);
    expect(JSON.stringify(rig.records.filter(({ kind }) => kind !== 'pop' && kind !== 'event'))).not.toContain(
      'left by',
    );
    expect(ledger.violations).toEqual([]);
  });

  test('hangUp ends the talk as soon as it begins', async () => {
    const answering = { outcomes: { answer: 1, noAnswer: 0, busy: 0, machine: 0 } };
    const rig = rigged({
      world: world({ dialling: answering }),
      policy: `${PLAIN_POLICY}rules: [ { name: away, then: { hangUp: true } } ]\n`,
    });
    await rig.until('a call', () => closed(rig).length === 1);
    const decisions = rig.facts('decision');
    expect(decisions.find(({ point }) => point === 'connect')).toMatchObject({
      action: 'hangUp',
      rule: 'away',
      details: { talkMs: 0 },
    });
    expect(decisions.find(({ point }) => point === 'end')?.details).toMatchObject({
      connected: true,
      endedBy: 'us',
      talkedMs: 0,
    });
    const { violations, calls } = (await rig.finish()).ledger;
    expect([violations, calls[0]?.endedBy]).toEqual([[], 'agent']);
  });
});
