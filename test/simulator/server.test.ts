import { afterEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../src/base/clock.js';
import { seededRandom } from '../../src/base/random.js';
import {
  createSimulator,
  faults,
  type Simulator,
  type SimulatorServer,
  startSimulatorServer,
  type WorldInput,
  WorldSchema,
} from '../../src/simulator/index.js';

let simulator: Simulator;
let server: SimulatorServer;
const readers: AbortController[] = [];
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.abort();
  await server.close();
  simulator.close();
});

async function serve(world: WorldInput = {}, options: { alternateHost?: string } = {}): Promise<void> {
  simulator = createSimulator({ world: WorldSchema.parse(world), clock: systemClock(), random: seededRandom(1) });
  server = await startSimulatorServer(simulator, { host: '127.0.0.1', port: 0, pingEveryMs: 300, ...options });
}

const QUICK: WorldInput = {
  campaigns: [{ name: 'R', type: 'preview', contacts: 5 }],
  dialling: { outcomes: { answer: 1, noAnswer: 0, busy: 0, machine: 0 }, ring: '20ms', farSideHangsUpAfter: '10m' },
};

interface Session {
  readonly url: string;
  readonly cookie: string;
  readonly token: string;
}

async function logIn(origin = server.url): Promise<Response> {
  return fetch(`${origin}/icws/connection`, {
    method: 'POST',
    headers: { 'accept-language': 'en-us', 'content-type': 'application/vnd.inin.icws+JSON;charset=utf-8' },
    body: JSON.stringify({
      __type: 'urn:inin.com:connection:icAuthConnectionRequestSettings',
      applicationName: 'fetch',
      userID: 'bot001',
      password: 'demo',
    }),
  });
}

async function session(): Promise<Session> {
  const response = await logIn();
  const cookie = response.headers.get('set-cookie') ?? '';
  const body = (await response.json()) as { sessionId: string; csrfToken: string };
  return { url: `${server.url}/icws/${body.sessionId}`, cookie, token: body.csrfToken };
}

function send({ url, cookie, token }: Session, method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${url}/${path}`, {
    method,
    headers: { cookie, 'ININ-ICWS-CSRF-Token': token },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** Reads the raw text of the event stream until it holds `wanted` or ends. */
async function readStream(
  { url, cookie }: Session,
  wanted: (text: string) => boolean,
): Promise<{ text: string; ended: boolean; type: string }> {
  const abort = new AbortController();
  readers.push(abort);
  const response = await fetch(`${url}/messaging/messages`, {
    headers: { cookie, accept: 'text/event-stream' },
    signal: abort.signal,
  });
  const type = response.headers.get('content-type') ?? '';
  let text = '';
  if (!response.body) throw new Error('no stream');
  for await (const chunk of response.body) {
    text += Buffer.from(chunk).toString('utf8');
    if (wanted(text)) return { text, ended: false, type };
  }
  return { text, ended: true, type };
}

/** Until the server has noticed that nobody reads a stream any more. */
async function noStreams(): Promise<void> {
  for (;;) {
    const health = (await (await fetch(`${server.url}/simulator/health`)).json()) as { streams: number };
    if (health.streams === 0) return;
  }
}

async function ready(agent: Session): Promise<void> {
  await send(agent, 'POST', 'dialer/log-in', {});
  await send(agent, 'POST', 'dialer/ready-for-calls', {});
  await send(agent, 'PUT', 'status/user-statuses/bot001', { statusId: 'Available' });
}

describe('over HTTP', () => {
  test('a call travels over a raw event stream: unnamed events, one data line each, pings between', async () => {
    await serve(QUICK);
    const agent = await session();
    await ready(agent);
    const { text, type } = await readStream(
      agent,
      (all) => all.includes('previewPop') && all.split(':ping').length > 3,
    );
    expect(type).toContain('text/event-stream');
    const events = text.split('\n\n').filter((event) => event !== '' && event !== ':ping');
    expect(events.every((event) => /^data: \{.*\}$/.test(event))).toBe(true);
    expect(events.map((event) => JSON.parse(event.slice(6)).__type)).toContain('urn:inin.com:dialer:dataPopMessage');
  });

  test('when the stream ends, messages wait for the next reader, by stream or by poll', async () => {
    await serve(QUICK);
    const agent = await session();
    await readStream(agent, (text) => text.includes(':ping'));
    await noStreams();
    await ready(agent);
    const messages = (await (await send(agent, 'GET', 'messaging/messages')).json()) as { __type: string }[];
    expect(messages.length).toBeGreaterThan(1);
  });

  test('messaging 1 offers no stream: whoever asks gets the array', async () => {
    await serve({ ...QUICK, messaging: 1 });
    const agent = await session();
    const response = await fetch(`${agent.url}/messaging/messages`, {
      headers: { cookie: agent.cookie, accept: 'text/event-stream' },
    });
    expect(await response.json()).toEqual([]);
  });

  test('the ledger and the health page need no credentials', async () => {
    await serve(QUICK);
    await session();
    const ledger = (await (await fetch(`${server.url}/simulator/ledger`)).json()) as Record<string, unknown>;
    expect(ledger).toMatchObject({
      version: 1,
      seed: 1,
      pops: 0,
      dispositions: 0,
      violations: [],
      faults: {},
      calls: [],
    });
    const health = (await (await fetch(`${server.url}/simulator/health`)).json()) as Record<string, unknown>;
    expect(health).toMatchObject({ status: 'up', world: ledger.world, sessions: 1 });
  });

  test('a body that is too long is not read', async () => {
    await serve();
    await expect(
      fetch(`${server.url}/icws/connection`, { method: 'POST', body: 'x'.repeat(2_000_000) }),
    ).rejects.toThrow();
  });
});

describe('faults', () => {
  test('a lost response: the action is taken, the answer is not; the client asks again and is not blamed', async () => {
    await serve(QUICK);
    const agent = await session();
    await ready(agent);
    await readStream(agent, (text) => text.includes('previewPop'));
    simulator.faults.add(faults.lostResponse({ when: faults.operation('POST dialer/disposition'), times: 1 }));
    await expect(send(agent, 'POST', 'dialer/disposition', { label: 'Success' })).rejects.toThrow();
    expect((await send(agent, 'POST', 'dialer/disposition', { label: 'Success' })).status).toBe(404);
    expect(simulator.ledger()).toMatchObject({ dispositions: 1, violations: [], faults: { 'lost-response': 1 } });
  });

  test('a dropped request does nothing; a server error neither', async () => {
    await serve(QUICK);
    const agent = await session();
    const remove = simulator.faults.add(faults.droppedRequest({ when: faults.operation('POST dialer/log-in') }));
    await expect(send(agent, 'POST', 'dialer/log-in', {})).rejects.toThrow();
    remove();
    simulator.faults.add(faults.serverError(500, { times: 1 }));
    expect((await send(agent, 'POST', 'dialer/log-in', {})).status).toBe(500);
    expect((await send(agent, 'POST', 'dialer/ready-for-calls', {})).status).toBe(400);
  });

  test('a slow answer comes late, an expired session meets 401', async () => {
    await serve(QUICK);
    const agent = await session();
    simulator.faults.add(faults.slowAnswer(100, { times: 1 }));
    const before = performance.now();
    expect((await send(agent, 'GET', 'connection')).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThan(95);
    simulator.faults.add(faults.expiredSession({ when: faults.operation('POST dialer/log-in'), times: 1 }));
    expect((await send(agent, 'POST', 'dialer/log-in', {})).status).toBe(401);
    expect(await (await send(agent, 'GET', 'connection')).json()).toMatchObject({ connectionState: 2 });
  });

  test('messages are dropped, doubled, delayed and overtaken', async () => {
    await serve({ campaigns: [] });
    const agent = await session();
    const types = async (): Promise<string[]> => {
      const messages = (await (await send(agent, 'GET', 'messaging/messages')).json()) as { __type: string }[];
      return messages.map((message) => message.__type.split(':').at(-1) ?? '');
    };
    simulator.faults.add(faults.reorderedMessage({ when: faults.messageType('breakStatusMessage'), times: 1 }));
    await send(agent, 'POST', 'dialer/log-in', {});
    expect(await types()).toEqual(['availableCampaignsMessage', 'breakStatusMessage']);
    simulator.faults.add(faults.duplicateMessage({ when: faults.messageType('breakStatusMessage'), times: 1 }));
    simulator.faults.add(faults.lostMessage({ when: faults.messageType('availableCampaignsMessage'), times: 1 }));
    await send(agent, 'POST', 'dialer/log-in', {});
    expect(await types()).toEqual(['breakStatusMessage', 'breakStatusMessage']);
    simulator.faults.add(faults.slowMessage(50, { times: 1 }));
    await send(agent, 'POST', 'dialer/log-in', {});
    const { text } = await readStream(agent, (all) => all.includes('breakStatusMessage'));
    expect(text.indexOf('availableCampaigns')).toBeLessThan(text.indexOf('breakStatus'));
    expect(Object.values(simulator.ledger().faults)).toEqual([1, 1, 1, 1]);
  });

  test('a cut stream ends, and its message waits', async () => {
    await serve({ campaigns: [] });
    const agent = await session();
    simulator.faults.add(faults.cutStream({ when: faults.messageType('availableCampaignsMessage'), times: 1 }));
    const reading = readStream(agent, () => false);
    while (!simulator.ledger().requests['GET messaging/messages'])
      await new Promise((resolve) => setImmediate(resolve));
    await send(agent, 'POST', 'dialer/log-in', {});
    const { text, ended } = await reading;
    expect([ended, text.includes('breakStatus'), text.includes('availableCampaigns')]).toEqual([true, true, false]);
    expect((await readStream(agent, (all) => all.includes('availableCampaigns'))).ended).toBe(false);
  });

  test('503 names alternates, and is said only to those who came by the refusing name', async () => {
    await serve(QUICK);
    simulator.faults.add(faults.notAcceptingConnections(['localhost'], ['127.0.0.1']));
    const refused = await logIn();
    expect(refused.status).toBe(503);
    const { alternateHostList } = (await refused.json()) as { alternateHostList: string[] };
    expect((await logIn(`http://${alternateHostList[0]}:${server.port}`)).status).toBe(201);
    expect(simulator.ledger().faults).toEqual({ 'not-accepting-connections': 1 });
  });

  (process.platform === 'linux' ? test : test.skip)(
    'a second listener serves the same world on the same port',
    async () => {
      await serve(QUICK, { alternateHost: '127.0.0.2' });
      expect((await logIn(`http://127.0.0.2:${server.port}`)).status).toBe(201);
      expect(simulator.ledger().sessions.opened).toBe(1);
    },
  );
});
