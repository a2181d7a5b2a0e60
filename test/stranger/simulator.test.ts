import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { playShift } from './client.js';
import { problemWith } from './contract.js';
import {
  runSimulatorCase,
  type Simulator,
  type SimulatorVerdict,
  simulatorCases,
  startSimulator,
} from './simulator.js';
import { WireClient } from './wire-client.js';

const world = `version: 1
seed: 5
users:
  - { names: "bot{001..009}", password: stranger-secret, logonCampaign: true, licence: true }
  - { names: "plain{1..3}", password: stranger-secret, logonCampaign: false, licence: true }
  - { names: "poor", password: stranger-secret, logonCampaign: false, licence: false }
campaigns:
  - { name: Winbacks, type: power, workgroup: Outbound, contacts: 200 }
dialling: { ring: { fixed: 50ms }, outcomes: { answer: 100 }, farSideHangsUpAfter: { fixed: 10m } }
`;

describe('Clients that nobody here wrote complete a shift against the simulator', () => {
  const verdicts = new Map<string, Promise<SimulatorVerdict>>();

  beforeAll(() => {
    for (const one of simulatorCases) verdicts.set(one.name, runSimulatorCase(one));
  });

  it.each(simulatorCases)(
    '$name',
    async ({ name }) => {
      const { problems } = await verdicts.get(name)!;
      expect(problems).toEqual([]);
    },
    60_000,
  );
});

describe('The simulator answers what clients in the field demand', () => {
  let simulator: Simulator;
  const clients: WireClient[] = [];

  afterEach(() => {
    for (const client of clients.splice(0)) client.stopReading();
  });

  beforeAll(async () => {
    simulator = await startSimulator(world);
  }, 20_000);

  afterAll(async () => {
    await simulator.stop();
  });

  async function logIn(user: string): Promise<WireClient> {
    const client = new WireClient(simulator.url, 'vendor', 200);
    clients.push(client);
    await client.connect(user, 'stranger-secret', 'a-probe');
    return client;
  }

  it('refuses a wrong password with 400, not 401, and a log-in that lacks a member with its name', async () => {
    const client = new WireClient(simulator.url, 'vendor');
    const type = 'urn:inin.com:connection:icAuthConnectionRequestSettings';
    const body = { __type: type, applicationName: 'a-probe', userID: 'bot001', password: 'wrong' };
    const wrong = await client.send('POST', '/icws/connection', body, { 'Accept-Language': 'en-us' });
    expect(wrong.status).toBe(400);
    expect(wrong.json).toMatchObject({ errorId: 'error.request.connection.authenticationFailure' });
    const { applicationName: _, ...rest } = body;
    const lacking = await client.send('POST', '/icws/connection', rest, { 'Accept-Language': 'en-us' });
    expect(lacking.status).toBe(400);
    expect(lacking.json).toMatchObject({
      __type: 'urn:inin.com:common:missingPropertyError',
      propertyName: 'applicationName',
    });
    expect(client.surprises).toEqual([]);
  });

  it('tells a missing session from a missing token, both with the challenge', async () => {
    const client = await logIn('bot001');
    const noToken = await client.send('GET', '/connection/station', undefined, { 'ININ-ICWS-CSRF-Token': 'nonsense' });
    expect([noToken.status, (noToken.json as { errorCode?: number }).errorCode]).toEqual([401, 2]);
    const noSession = await client.send('GET', '/icws/123/connection/station');
    expect([noSession.status, (noSession.json as { errorCode?: number }).errorCode]).toEqual([401, 1]);
    const noCookie = await client.send('GET', '/connection/station', undefined, { Cookie: '' });
    expect(noCookie.status).toBe(401);
    await client.expect(200, null, 'DELETE', '/connection');
    const after = await client.send('PUT', '/connection/station', {
      __type: 'urn:inin.com:connection:stationlessSettings',
    });
    expect(after.status).toBe(401);
    expect(client.surprises).toEqual([]);
  });

  it('answers 404 with an error body where there is nothing: route, call, preview, interaction, user', async () => {
    const client = await logIn('bot002');
    client.startPolling();
    await client.expect(200, null, 'POST', '/dialer/log-in', {});
    const asked = await Promise.all([
      client.send('GET', '/no/such/thing'),
      client.send('POST', '/dialer/disposition', { label: 'Success' }),
      client.send('POST', '/dialer/place-preview-call', {}),
      client.send('POST', '/interactions/42/disconnect', {}),
      client.send('GET', '/interactions/42?select=Eic_State'),
      client.send('GET', '/status/user-statuses/nobody'),
    ]);
    expect(asked.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 404]);
    expect(asked.map(({ json }) => problemWith('AnyError', json))).toEqual(asked.map(() => null));
    expect(client.surprises).toEqual([]);
  });

  it('keeps campaign log-ins to those who have the right, to campaigns that exist, and to once', async () => {
    const plain = await logIn('plain1');
    plain.startPolling();
    await plain.expect(200, null, 'POST', '/dialer/log-in', {});
    const ledger = (await (await fetch(`${simulator.url}/simulator/ledger`)).json()) as {
      campaigns: Record<string, unknown>;
    };
    const [id] = Object.keys(ledger.campaigns);
    expect((await plain.send('POST', '/dialer/log-in', { campaignId: id! })).status).toBe(403);
    const chooser = await logIn('bot003');
    chooser.startPolling();
    await chooser.expect(200, null, 'POST', '/dialer/log-in', {});
    const unknown = await chooser.send('POST', '/dialer/log-in', { campaignId: 'NO-SUCH-CAMPAIGN' });
    expect([unknown.status, unknown.json]).toMatchObject([
      400,
      { __type: 'urn:inin.com:dialer:campaignLogonError', logonError: 2 },
    ]);
    await chooser.expect(200, null, 'POST', '/dialer/log-in', { campaignId: id! });
    // What the second one answers is not documented; that it was one too many is known.
    await chooser.send('POST', '/dialer/log-in', { campaignId: id! });
    const after = (await (await fetch(`${simulator.url}/simulator/ledger`)).json()) as {
      violations: { user: string }[];
    };
    expect(after.violations.map(({ user }) => user)).toEqual(expect.arrayContaining(['bot003']));
    expect([...plain.surprises, ...chooser.surprises]).toEqual([]);
  });

  it('answers 403 to Dialer requests of an agent without a licence', async () => {
    const client = await logIn('poor');
    expect((await client.send('POST', '/dialer/log-in', {})).status).toBe(403);
    expect((await client.send('POST', '/dialer/ready-for-calls', {})).status).toBe(403);
    expect(client.surprises).toEqual([]);
  });

  it('lets the one client work that names its campaign in the first log-in and leaves by campaign', async () => {
    const ledger = (await (await fetch(`${simulator.url}/simulator/ledger`)).json()) as {
      campaigns: Record<string, unknown>;
    };
    const [id] = Object.keys(ledger.campaigns);
    const report = await playShift({
      url: simulator.url,
      user: 'bot004',
      password: 'stranger-secret',
      messaging: 'stream',
      dialect: 'vendor',
      calls: 2,
      idleMs: 4000,
      talkMs: 30,
      campaignFirst: id!,
    });
    expect(report).toMatchObject({ failure: null, granted: true });
    expect(report.calls.length).toBeGreaterThanOrEqual(2);
    expect(report.surprises).toEqual([]);
  }, 30_000);

  it('records as Ambiguous what is made Available before its disposition, and refuses foreign labels and times', async () => {
    const client = await logIn('bot005');
    const pops: string[] = [];
    client.onMessage = (message) => {
      const { call } = message as { call?: { interactionId: string } };
      if (call && !pops.includes(call.interactionId)) pops.push(call.interactionId);
    };
    const popped = async (count: number): Promise<void> => {
      for (let tries = 0; pops.length < count && tries < 100; tries += 1)
        await new Promise((done) => setTimeout(done, 50));
    };
    const available = () =>
      client.expect(202, 'AsyncOperationAccepted', 'PUT', '/status/user-statuses/bot005', { statusId: 'available' });
    await client.startStream();
    await client.expect(200, null, 'POST', '/dialer/log-in', {});
    const ledger = (await (await fetch(`${simulator.url}/simulator/ledger`)).json()) as {
      campaigns: Record<string, unknown>;
    };
    await client.expect(200, null, 'POST', '/dialer/log-in', { campaignId: Object.keys(ledger.campaigns)[0]! });
    await client.expect(200, null, 'POST', '/dialer/ready-for-calls', {});
    await available();
    await popped(1);
    expect((await client.send('POST', '/dialer/disposition', { label: 'No such label' })).status).toBe(400);
    const early = { label: 'Success', scheduledTime: Math.floor(Date.now() / 1000) + 60 };
    expect((await client.send('POST', '/dialer/disposition', early)).status).toBe(400);
    expect((await client.send('POST', '/dialer/disposition', { label: 'Skipped - Agent Skip' })).status).toBe(400);
    await available();
    expect((await client.send('POST', '/dialer/disposition', { label: 'Success' })).status).toBe(404);
    const after = (await (await fetch(`${simulator.url}/simulator/ledger`)).json()) as {
      calls: { interactionId: string; outcome: string }[];
      violations: { user: string; code: string }[];
    };
    expect(after.calls.find(({ interactionId }) => interactionId === pops[0])?.outcome).toMatch(/ambiguous/i);
    expect(after.violations.filter(({ user }) => user === 'bot005').length).toBeGreaterThanOrEqual(3);
    expect(client.surprises).toEqual([]);
  }, 20_000);
});
