import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Bench, breaches, type Client } from './support.js';

let bench: Bench;
afterEach(() => bench.close());

const sure = {
  outcomes: { answer: 1, noAnswer: 0, busy: 0, machine: 0 },
  ring: '2s',
  farSideHangsUpAfter: '10m',
  oneMoreCall: 0,
};

describe('a working day', () => {
  test('a predictive call is popped, dispositioned and followed by the next', async () => {
    bench = new Bench({ campaigns: [{ name: 'Collections', type: 'predictive', contacts: 3 }], dialling: sure });
    const client = await (await bench.logIn()).ready();
    const { call } = await client.until('dataPopMessage');
    expect(call).toMatchObject({ __type: 'urn:inin.com:dialer:dataPop', dialingMode: 2 });
    expect(await client.statusId()).toBe('Campaign Call');
    expect((await client.send('POST', `interactions/${call.interactionId}/disconnect`)).status).toBe(200);
    expect(await client.statusId()).toBe('Follow Up');
    expect((await client.dialer('disposition', { label: 'Success' })).status).toBe(200);
    await client.status('Available');
    const second = await client.until('dataPopMessage');
    expect(second.call.interactionId).not.toBe(call.interactionId);
    expect(bench.simulator.ledger()).toMatchObject({ pops: 2, dispositions: 1, violations: [] });
  });

  test('a preview is placed, connects and is dispositioned; a log-off asked before is granted after', async () => {
    bench = new Bench({ campaigns: [{ name: 'Renewals', type: 'preview', contacts: 3 }], dialling: sure });
    const client = await (await bench.logIn()).ready();
    const { call } = await client.until('dataPopMessage');
    expect(call).toMatchObject({
      __type: 'urn:inin.com:dialer:previewPop',
      callPlaced: false,
      previewTimeout: '20260105T090030Z',
    });
    expect((await client.dialer('place-preview-call', {})).status).toBe(200);
    expect((await client.until('dataPopMessage')).call).toMatchObject({
      interactionId: call.interactionId,
      callPlaced: true,
    });
    await client.until('queueContentsMessage', 5_000, (m) => m.interactionsChanged?.[0]?.attributes.Eic_State === 'C');
    await client.dialer('log-off', { campaignIds: [] });
    await bench.pass(1_000);
    expect((await client.poll()).some((m) => m.__type.endsWith('logoutGrantedMessage'))).toBe(false);
    await client.send('POST', `interactions/${call.interactionId}/disconnect`);
    await client.dialer('disposition', { label: 'Success' });
    expect((await client.until('logoutGrantedMessage')).campaigns).toEqual([{ id: '' }]);
    expect((await client.send('DELETE', 'connection')).status).toBe(200);
    expect(bench.simulator.ledger()).toMatchObject({ pops: 1, dispositions: 1, violations: [] });
  });
});

describe('any sequence of requests', () => {
  const ACTIONS = [
    'log-in',
    'ready',
    'available',
    'lunch',
    'place',
    'skip',
    'disposition',
    'callback',
    'nonsense',
    'hang-up',
    'break',
    'end-break',
    'log-off',
    'leave',
    'expire',
    'acd',
    'wait',
    'wait-long',
    'pause',
    'link',
  ] as const;
  type Action = (typeof ACTIONS)[number];

  async function act(day: Bench, clients: Map<string, Client>, user: string, action: Action): Promise<void> {
    const { control } = day.simulator;
    let client = clients.get(user);
    if (!client || (await client.send('GET', 'connection')).body.connectionState !== 1) {
      client = await day.logIn(user);
      await client.send('PUT', 'messaging/subscriptions/queues/q', {
        queueIds: [{ queueType: 1, queueName: user }],
        attributeNames: ['Eic_State'],
      });
      clients.set(user, client);
    }
    const pop = client.seen.filter((m) => m.__type.endsWith('dataPopMessage')).at(-1) as
      | { call: { interactionId: string } }
      | undefined;
    const scheduledTime = Math.round(day.clock.now() / 1_000) + 30;
    const doing: Record<Action, () => unknown> = {
      'log-in': () => client.dialer('log-in'),
      ready: () => client.dialer('ready-for-calls'),
      available: () => client.status('Available'),
      lunch: () => client.status('At Lunch'),
      place: () => client.dialer('place-preview-call'),
      skip: () => client.dialer('disposition', { label: 'Skipped - Agent Skip' }),
      disposition: () => client.dialer('disposition', { label: 'Success' }),
      callback: () => client.dialer('disposition', { label: 'Callback', scheduledTime, scheduledAgent: user }),
      nonsense: () => client.dialer('disposition', { label: 'Nonsense' }),
      'hang-up': () => client.send('POST', `interactions/${pop?.call.interactionId ?? '0'}/disconnect`),
      break: () => client.dialer('request-break'),
      'end-break': () => client.dialer('end-break'),
      'log-off': () => client.dialer('log-off', { campaignIds: [] }),
      leave: () => client.send('DELETE', 'connection'),
      expire: () => control.expireSession(user),
      acd: () => control.startAcdCall(user, 5_000),
      wait: () => day.pass(3_000),
      'wait-long': () => day.pass(45_000),
      pause: () => (day.clock.now() % 2 ? control.pauseCampaign('P') : control.resumeCampaign('P')),
      link: () => (day.clock.now() % 3 ? control.dialerLinkUp() : control.dialerLinkDown()),
    };
    await doing[action]();
    if (action !== 'leave' && action !== 'expire') await client.poll();
  }

  /** Whatever went before: agents who do everything right now can work the campaigns to their end. */
  async function finish(day: Bench, clients: Map<string, Client>): Promise<void> {
    day.simulator.control.resumeCampaign('P');
    for (const user of clients.keys()) {
      for (const action of [
        'disposition',
        'hang-up',
        'wait-long',
        'log-in',
        'end-break',
        'ready',
        'available',
      ] as const) {
        await act(day, clients, user, action);
      }
    }
    for (let second = 0; second < 3_600 && !day.simulator.finished(); second += 2) {
      await day.pass(2_000);
      for (const client of clients.values()) {
        for (const message of await client.poll()) {
          if (message.__type !== 'urn:inin.com:dialer:dataPopMessage') continue;
          await client.send('POST', `interactions/${message.call.interactionId}/disconnect`);
          await client.dialer('disposition', { label: 'Success' });
          await client.status('Available');
        }
      }
    }
    expect(day.simulator.ledger().campaigns).toEqual(
      expect.objectContaining(
        Object.fromEntries(
          Object.entries(day.simulator.ledger().campaigns).map(([id, one]) => [id, { ...one, remaining: 0 }]),
        ),
      ),
    );
  }

  test('keeps every answer and message in the contract and loses no contact and no call', async () => {
    const users = ['bot001', 'bot002', 'bot003'];
    const step = fc.tuple(fc.constantFrom(...users), fc.constantFrom(...ACTIONS));
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1_000 }),
        fc.array(step, { minLength: 20, maxLength: 120 }),
        async (seed, steps) => {
          const day = new Bench(
            {
              campaigns: [
                { name: 'P', type: 'power', contacts: 10, allowAgentCallbacks: true },
                { name: 'Q', type: 'predictive', contacts: 10, allowAgentCallbacks: true },
                { name: 'R', type: 'preview', contacts: 10, allowSkip: true, allowAgentCallbacks: true },
              ],
              sessionTimeout: '10m',
              dialling: { rescheduleDelay: '2m' },
            },
            seed,
          );
          const clients = new Map<string, Client>();
          for (const user of users)
            for (const first of ['log-in', 'ready', 'available'] as const) await act(day, clients, user, first);
          for (const [user, action] of steps) await act(day, clients, user, action);
          day.simulator.control.dialerLinkUp();
          await day.pass(120_000);
          const ledger = day.simulator.ledger();
          expect(ledger.pops).toBe(ledger.calls.length);
          expect(ledger.dispositions).toBe(ledger.calls.filter((call) => call.dispositions.length === 1).length);
          for (const call of ledger.calls) {
            const done = call.outcome === 'dispositioned' || call.outcome === 'skipped';
            expect(call.dispositions).toHaveLength(done ? 1 : 0);
          }
          for (const campaign of Object.values(ledger.campaigns)) {
            const finals = Object.values(campaign.byOutcome).reduce((sum, count) => sum + count, 0);
            expect(finals + campaign.remaining).toBe(campaign.contacts);
          }
          // At most one call is open for each agent, and one that is open is the last of that agent.
          for (const user of users)
            expect(ledger.calls.filter((call) => call.agent === user && call.outcome === 'open').length).toBeLessThan(
              2,
            );
          await finish(day, clients);
          day.close();
        },
      ),
      { numRuns: 30 },
    );
    bench = new Bench();
  });

  test('the contract check can fail', () => {
    bench = new Bench();
    expect(
      breaches('BreakStatusMessage', { __type: 'urn:inin.com:dialer:breakStatusMessage', breakStatus: 0 }),
    ).toContain('isDelta');
  });
});
