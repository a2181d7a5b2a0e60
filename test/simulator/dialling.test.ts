import { afterEach, describe, expect, test } from '@jest/globals';
import { parseContacts } from '../../src/simulator/contact-list.js';
import { instantOfWall } from '../../src/simulator/icws-time.js';
import { type WorldInput, WorldSchema } from '../../src/simulator/index.js';
import { Bench, type Client } from './support.js';

let bench: Bench | undefined;
afterEach(() => {
  bench?.close();
  bench = undefined;
});

const ANSWERED = {
  outcomes: { answer: 1, noAnswer: 0, busy: 0, machine: 0 },
  ring: '2s',
  farSideHangsUpAfter: '10m',
  oneMoreCall: 0,
};
const only = (outcome: 'noAnswer' | 'busy' | 'machine') => ({
  ...ANSWERED,
  outcomes: { answer: 0, noAnswer: 0, busy: 0, machine: 0, [outcome]: 1 },
});

function world(input: WorldInput): Bench {
  bench = new Bench({ dialling: ANSWERED, ...input });
  return bench;
}
const ledger = () => bench?.simulator.ledger() ?? (undefined as never);
const seconds = (ms: number): number => Math.round(ms / 1_000);

describe('predictive and power', () => {
  test('power dials one number for each free agent and pops him the answered one', async () => {
    const { pass, logIn } = bindings(world({ campaigns: [{ name: 'P', type: 'power', contacts: 10 }] }));
    const clients = [await (await logIn('bot001')).ready(), await (await logIn('bot002')).ready()];
    await pass(2_100);
    for (const client of clients) await client.until('dataPopMessage', 0);
    await pass(60_000);
    expect(ledger()).toMatchObject({ pops: 2, abandoned: 0, dialling: { answer: 2 } });
  });

  test('attempts that nobody answers are closed by Dialer itself, without a pop', async () => {
    for (const outcome of ['noAnswer', 'busy', 'machine'] as const) {
      const { pass, logIn } = bindings(
        world({ campaigns: [{ name: 'P', type: 'power', contacts: 5 }], dialling: only(outcome) }),
      );
      await (await logIn()).ready();
      await pass(15_000);
      const [campaign] = Object.values(ledger().campaigns);
      expect(campaign).toMatchObject({ remaining: 0, byOutcome: { [outcome]: 5 } });
      expect(ledger().pops).toBe(0);
      expect(bench?.simulator.finished()).toBe(true);
      bench?.close();
      bench = undefined;
    }
  });

  test('predictive dials ahead of its agents; who answers and finds nobody free is abandoned and counted', async () => {
    const { pass, logIn } = bindings(
      world({ campaigns: [{ name: 'P', type: 'predictive', contacts: 20 }], dialling: { ...ANSWERED, pacing: 3 } }),
    );
    await (await logIn()).ready();
    await pass(10_000);
    expect(ledger()).toMatchObject({ pops: 1, abandoned: 2, dialling: { answer: 3 } });
    expect(Object.values(ledger().campaigns)[0]).toMatchObject({ byOutcome: { abandoned: 2 } });
  });

  test('campaigns take turns with the agents they share, and nobody is dialled for twice', async () => {
    const { logIn } = bindings(
      world({
        campaigns: [
          { name: 'A', type: 'predictive', contacts: 6 },
          { name: 'B', type: 'power', contacts: 6 },
          { name: 'C', type: 'preview', contacts: 6 },
        ],
      }),
    );
    const clients = [await (await logIn('bot001')).ready(), await (await logIn('bot002')).ready()];
    for (let round = 0; round < 9; round++) {
      for (const client of clients) {
        const { call } = await client.until('dataPopMessage');
        await client.send('POST', `interactions/${call.interactionId}/disconnect`);
        await client.dialer('disposition', { label: 'Success' });
        await client.status('Available');
      }
    }
    expect(Object.values(ledger().campaigns).map(({ byOutcome }) => byOutcome.Success)).toEqual([6, 6, 6]);
    expect(ledger()).toMatchObject({ abandoned: 0, pops: 18, violations: [] });
    expect(bench?.simulator.finished()).toBe(true);
  });

  test('a number that rings for an agent who leaves his desk is abandoned', async () => {
    const { pass, logIn } = bindings(world({ campaigns: [{ name: 'P', type: 'power', contacts: 5 }] }));
    const client = await (await logIn()).ready();
    await pass(1_000);
    await client.status('At Lunch');
    await pass(5_000);
    expect(ledger()).toMatchObject({ pops: 0, abandoned: 1 });
    expect(client.seen.length + (await client.poll()).length).toBeGreaterThan(0);
    expect(client.seen).toContainEqual(expect.objectContaining({ breakStatus: 2 }));
  });

  test('the far side hangs up after its time, and the agent falls into Follow Up', async () => {
    const { pass, logIn } = bindings(
      world({
        campaigns: [{ name: 'P', type: 'power', contacts: 5 }],
        dialling: { ...ANSWERED, farSideHangsUpAfter: '20s' },
      }),
    );
    const client = await (await logIn()).ready();
    const { call } = await client.until('dataPopMessage');
    await client.until('queueContentsMessage', 25_000, (m) => m.interactionsChanged?.[0]?.attributes.Eic_State === 'E');
    expect(await client.statusId()).toBe('Follow Up');
    expect(ledger().calls[0]).toMatchObject({ connected: true, endedBy: 'far-side', outcome: 'open' });
    await client.until('queueContentsMessage', 10_000, (m) => m.interactionsRemoved?.includes(call.interactionId));
    expect((await client.dialer('disposition', { label: 'Success' })).status).toBe(200);
    await pass(0);
  });
});

describe('previews', () => {
  const PREVIEW = { name: 'R', type: 'preview', contacts: 3, allowSkip: true, previewTimeout: '20s' } as const;

  test('a placed one goes from S over R to C; the attempts column grows', async () => {
    const { logIn } = bindings(world({ campaigns: [PREVIEW] }));
    const client = await (await logIn()).ready();
    const { call } = await client.until('dataPopMessage');
    expect(call.attributes.attempts).toBe('0');
    await client.dialer('place-preview-call');
    const again = await client.until('dataPopMessage');
    expect(again.call.attributes.attempts).toBe('1');
    await client.until('queueContentsMessage', 5_000, (m) => m.interactionsChanged?.[0]?.attributes.Eic_State === 'C');
    const states = client.seen.flatMap((m) =>
      m.__type.endsWith('queueContentsMessage')
        ? Object.values({ ...m }).flatMap((list) =>
            Array.isArray(list) ? list.map((i) => i.attributes?.Eic_State) : [],
          )
        : [],
    );
    expect(states).toEqual(['S', 'R', 'C']);
  });

  test('one that nobody answers ends as E, unconnected, and awaits its disposition', async () => {
    const { logIn } = bindings(world({ campaigns: [PREVIEW], dialling: only('busy') }));
    const client = await (await logIn()).ready();
    await client.until('dataPopMessage');
    await client.dialer('place-preview-call');
    await client.until('queueContentsMessage', 5_000, (m) => m.interactionsChanged?.[0]?.attributes.Eic_State === 'E');
    expect((await client.dialer('disposition', { label: 'Busy' })).status).toBe(200);
    expect(ledger().calls[0]).toMatchObject({
      placed: true,
      connected: false,
      endedBy: 'far-side',
      outcome: 'dispositioned',
    });
  });

  test('one that is neither placed nor skipped is withdrawn after a grace, and its contact called again', async () => {
    const { pass, logIn } = bindings(world({ campaigns: [{ ...PREVIEW, contacts: 1 }] }));
    const client = await (await logIn()).ready();
    const { call } = await client.until('dataPopMessage');
    expect(call.previewTimeout).toBe('20260105T090020Z');
    await pass(24_000);
    expect(ledger().calls[0]?.outcome).toBe('open');
    await pass(2_000);
    expect(ledger().calls[0]?.outcome).toBe('withdrawn');
    expect((await client.dialer('place-preview-call', { callInitiatedByTimer: true })).status).toBe(404);
    expect((await client.dialer('disposition', { label: 'Success' })).status).toBe(404);
    expect(ledger().violations).toEqual([]);
    await client.status('Available');
    const next = await client.until('dataPopMessage', 1_000);
    expect([next.call.attributes.i3_identity, next.call.interactionId === call.interactionId]).toEqual(['1', false]);
  });

  test('a skip closes the contact; an unplaced one may be dispositioned too', async () => {
    const { logIn } = bindings(world({ campaigns: [PREVIEW] }));
    const client = await (await logIn()).ready();
    await client.until('dataPopMessage');
    expect((await client.dialer('disposition', { label: 'Skipped - Agent Skip' })).status).toBe(200);
    await client.status('Available');
    await client.until('dataPopMessage');
    expect((await client.dialer('disposition', { label: 'Do Not Call' })).status).toBe(200);
    expect(ledger()).toMatchObject({
      pops: 2,
      dispositions: 2,
      calls: [{ outcome: 'skipped' }, { outcome: 'dispositioned', placed: false }],
    });
    expect(Object.values(ledger().campaigns)[0]?.byOutcome).toEqual({ skipped: 1, 'Do Not Call': 1 });
  });

  test('without a timer it waits for ever', async () => {
    const { pass, logIn } = bindings(
      world({ campaigns: [{ ...PREVIEW, previewTimeout: 'none' }], sessionTimeout: '2h' }),
    );
    const client = await (await logIn()).ready();
    expect((await client.until('dataPopMessage')).call.previewTimeout).toBeUndefined();
    await pass(3_600_000);
    expect((await client.dialer('place-preview-call')).status).toBe(200);
  });
});

describe('callbacks', () => {
  const POWER = { name: 'C', type: 'power', contacts: 1, allowAgentCallbacks: true } as const;
  const LONG = { sessionTimeout: '10d' };

  async function callbackFrom(client: Client, extra: object): Promise<void> {
    await client.until('dataPopMessage');
    const scheduledTime = seconds((bench?.clock.now() ?? 0) + 600_000);
    const reply = await client.dialer('disposition', { label: 'Callback', scheduledTime, ...extra });
    expect(reply.status).toBe(200);
    await client.send('POST', `interactions/${ledger().calls[0]?.interactionId}/disconnect`);
    await client.status('Available');
  }

  test('one for anyone goes to the next agent at its time', async () => {
    const { pass, logIn } = bindings(world({ campaigns: [POWER], ...LONG }));
    const first = await (await logIn()).ready();
    await callbackFrom(first, {});
    await first.status('At Lunch');
    const second = await (await logIn('bot002')).ready();
    await pass(590_000);
    expect(ledger().pops).toBe(1);
    const { call } = await second.until('dataPopMessage', 30_000);
    expect(call).toMatchObject({ dialingMode: 2, attributes: { i3_identity: '1', attempts: '2' } });
    expect(ledger()).toMatchObject({ pops: 2, callbacks: { scheduled: 1, due: 1, honoured: 1 } });
    expect(ledger().calls[0]?.dispositions[0]).toMatchObject({ label: 'Callback', scheduledAgent: null });
    expect(bench?.simulator.finished()).toBe(false);
  });

  test("an agent's own comes over Awaiting Callback as dialling mode 3", async () => {
    const { pass, logIn } = bindings(world({ campaigns: [POWER], ...LONG }));
    const owner = await (await logIn()).ready();
    await callbackFrom(owner, { scheduledAgent: 'BOT001' });
    await (await logIn('bot002')).ready();
    await pass(601_000);
    expect(await owner.statusId()).toBe('Awaiting Callback');
    const { call } = await owner.until('dataPopMessage', 5_000);
    expect(call).toMatchObject({ __type: 'urn:inin.com:dialer:dataPop', dialingMode: 3 });
    expect(ledger().calls[1]).toMatchObject({ agent: 'bot001', kind: 'own-callback' });
    expect(owner.seen.filter((m) => m.__type.endsWith('breakStatusMessage'))).toHaveLength(1);
  });

  test('in a preview campaign it is a preview of mode 1', async () => {
    const { logIn } = bindings(world({ campaigns: [{ ...POWER, type: 'preview' }], ...LONG }));
    const owner = await (await logIn()).ready();
    await callbackFrom(owner, { scheduledAgent: 'bot001' });
    const { call } = await owner.until('dataPopMessage', 700_000);
    expect(call).toMatchObject({ __type: 'urn:inin.com:dialer:previewPop', dialingMode: 1, callPlaced: false });
    expect(ledger().calls[1]?.kind).toBe('preview');
  });

  test('an owner on break gets it when he is Available again; one who is out is tried after the reschedule delay', async () => {
    const { pass, logIn } = bindings(
      world({ campaigns: [POWER], ...LONG, dialling: { ...ANSWERED, rescheduleDelay: '30m' } }),
    );
    const owner = await (await logIn()).ready();
    await callbackFrom(owner, { scheduledAgent: 'bot001' });
    await owner.status('At Lunch');
    await pass(1_200_000);
    expect(ledger()).toMatchObject({ pops: 1, callbacks: { due: 1, rescheduled: 0 } });
    await owner.dialer('log-off', {});
    await pass(1_000);
    expect(ledger().callbacks.rescheduled).toBe(1);
    await owner.dialer('log-in');
    await owner.dialer('ready-for-calls');
    await owner.status('Available');
    await pass(1_700_000);
    expect(ledger().pops).toBe(1);
    await pass(200_000);
    expect(ledger().pops).toBe(2);
  });

  test('an unanswered own callback is closed by Dialer, and leaves its owner Available', async () => {
    const { pass, logIn } = bindings(world({ campaigns: [POWER], ...LONG, dialling: only('busy') }));
    const owner = await logIn();
    await owner.dialer('log-in');
    bench?.simulator.control.popNow('bot001', 'C');
    await callbackFrom(owner, { scheduledAgent: 'bot001' });
    await owner.dialer('ready-for-calls');
    await pass(601_000);
    expect(await owner.statusId()).toBe('Awaiting Callback');
    await pass(5_000);
    expect(await owner.statusId()).toBe('Available');
    expect(ledger()).toMatchObject({ pops: 1, dialling: { busy: 1 }, callbacks: { honoured: 1 } });
    expect(bench?.simulator.finished()).toBe(true);
  });

  test('a time relative to the contact is read in his zone', () => {
    const wall = Date.UTC(2026, 5, 1, 10);
    expect(new Date(instantOfWall(wall, 'America/Denver')).toISOString()).toBe('2026-06-01T16:00:00.000Z');
    expect(instantOfWall(wall, 'Nowhere/Nothing')).toBe(wall);
  });
});

describe('manual calls', () => {
  test('a free agent may dial a contact himself; it pops as mode 6 and is dispositioned', async () => {
    const { logIn } = bindings(world({ campaigns: [{ name: 'R', type: 'preview', contacts: 3 }] }));
    const client = await logIn();
    await client.dialer('log-in');
    await client.status('Available');
    const [campaignid] = Object.keys(ledger().campaigns);
    const request = { campaignid, agentid: 'bot001', identity: '3', type: 1, numbervalue: 'phone_home' };
    expect((await client.dialer('initiate-manual-outbound-call', { ...request, identity: '9' })).body).toEqual({
      response: false,
    });
    expect((await client.dialer('initiate-manual-outbound-call', request)).body).toEqual({ response: true });
    expect((await client.until('manualOutboundCallStatusMessage', 0, (m) => m.status === 12)).identity).toBe('3');
    expect((await client.until('dataPopMessage')).call).toMatchObject({
      dialingMode: 6,
      attributes: { i3_identity: '3' },
    });
    expect((await client.dialer('disposition', { label: 'Success' })).status).toBe(200);
    expect(ledger().violations).toEqual([]);
  });
});

describe('predictability', () => {
  async function shift(seed: number): Promise<string> {
    const day = new Bench(
      {
        seed,
        campaigns: [
          { name: 'A', type: 'predictive', contacts: 60 },
          { name: 'B', type: 'preview', contacts: 20, allowSkip: true },
        ],
      },
      seed,
    );
    const clients = await Promise.all(
      ['bot001', 'bot002', 'bot003', 'bot004'].map(async (user) => (await day.logIn(user)).ready()),
    );
    for (let second = 0; second < 240; second++) {
      await day.pass(1_000);
      for (const client of clients) await work(client);
    }
    const text = JSON.stringify(day.simulator.ledger());
    day.close();
    return text;
  }

  async function work(client: Client): Promise<void> {
    for (const message of await client.poll()) {
      if (message.__type !== 'urn:inin.com:dialer:dataPopMessage') continue;
      const { call } = message;
      if (call.__type.endsWith('previewPop') && 'callPlaced' in call && !call.callPlaced) {
        await client.dialer('place-preview-call');
        continue;
      }
      await client.send('POST', `interactions/${call.interactionId}/disconnect`);
      await client.dialer('disposition', { label: 'Success' });
      await client.status('Available');
    }
  }

  test('the same seed and the same requests give the same ledger, another seed another', async () => {
    const [one, two, other] = [await shift(7), await shift(7), await shift(8)];
    expect(JSON.parse(one).violations).toEqual([]);
    expect(JSON.parse(one).pops).toBeGreaterThan(30);
    expect(one === two).toBe(true);
    expect(one === other).toBe(false);
  });
});

describe('the world file', () => {
  test('has defaults for everything and knows its keys', () => {
    const config = WorldSchema.parse({});
    expect(config).toMatchObject({
      version: 1,
      seed: 1,
      messaging: 2,
      sessionTimeout: 120_000,
      followUpTimeout: null,
      requireStation: false,
    });
    expect(config.campaigns[0]?.dispositions.some(({ category }) => category === 'Scheduled')).toBe(true);
    const problems = WorldSchema.safeParse({
      sesionTimeout: '1m',
      faults: [{ kind: 'x' }],
      users: [{ names: 'a{2..1}', password: 'x' }],
      campaigns: [
        { name: 'A', type: 'power', followUpStatus: 'Nope' },
        { name: 'a', type: 'preview' },
      ],
    });
    expect(problems.error?.issues.map((issue) => issue.path.join('.')).sort()).toEqual([
      '',
      'campaigns.0.followUpStatus',
      'faults.0.fault',
      'users.0.names',
    ]);
  });

  test('contacts may come from CSV', async () => {
    expect(
      parseContacts('first_name,phone,i3_identity\nAda,"+1 555",7\nBen,,7\n').map(({ key, columns }) => [key, columns]),
    ).toEqual([
      ['7', { first_name: 'Ada', phone: '+1 555', i3_identity: '7', i3_siteid: '1', attempts: '0' }],
      ['2', { first_name: 'Ben', phone: '', i3_identity: '7', i3_siteid: '1', attempts: '0' }],
    ]);
    expect(() => new Bench({ campaigns: [{ name: 'A', type: 'power', contacts: { csv: 'x.csv' } }] })).toThrow(
      'no file can be read',
    );
  });
});

function bindings(made: Bench) {
  return {
    pass: (ms: number) => made.pass(ms),
    logIn: (user?: string) => made.logIn(user),
  };
}
