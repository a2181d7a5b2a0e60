import { connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../src/base/clock.js';
import { seededRandom } from '../../src/base/random.js';
import {
  createSimulator,
  type FaultInput,
  type Simulator,
  type SimulatorServer,
  startSimulatorServer,
  type WorldInput,
  WorldSchema,
} from '../../src/simulator/index.js';
import { messageType, operation, struck } from '../support/struck.js';

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
    simulator.faults.add(struck('lost-response:on=all', { when: operation('POST dialer/disposition'), times: 1 }));
    await expect(send(agent, 'POST', 'dialer/disposition', { label: 'Success' })).rejects.toThrow();
    expect((await send(agent, 'POST', 'dialer/disposition', { label: 'Success' })).status).toBe(404);
    expect(simulator.ledger()).toMatchObject({ dispositions: 1, violations: [], faults: { 'lost-response': 1 } });
  });

  test('a dropped request does nothing; a server error neither', async () => {
    await serve(QUICK);
    const agent = await session();
    const remove = simulator.faults.add(struck('dropped-request:on=all', { when: operation('POST dialer/log-in') }));
    await expect(send(agent, 'POST', 'dialer/log-in', {})).rejects.toThrow();
    remove();
    simulator.faults.add(struck('server-error:on=all,status=500', { times: 1 }));
    expect((await send(agent, 'POST', 'dialer/log-in', {})).status).toBe(500);
    expect((await send(agent, 'POST', 'dialer/ready-for-calls', {})).status).toBe(400);
  });

  test('a slow answer comes late, an expired session meets 401', async () => {
    await serve(QUICK);
    const agent = await session();
    simulator.faults.add(struck('slow-answer:on=all,delay=100ms', { times: 1 }));
    const before = performance.now();
    expect((await send(agent, 'GET', 'connection')).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThan(95);
    simulator.faults.add(struck('expired-session:on=all', { when: operation('POST dialer/log-in'), times: 1 }));
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
    simulator.faults.add(struck('reordered-message', { when: messageType('breakStatusMessage'), times: 1 }));
    await send(agent, 'POST', 'dialer/log-in', {});
    expect(await types()).toEqual(['availableCampaignsMessage', 'breakStatusMessage']);
    simulator.faults.add(struck('duplicate-message', { when: messageType('breakStatusMessage'), times: 1 }));
    simulator.faults.add(struck('lost-message', { when: messageType('availableCampaignsMessage'), times: 1 }));
    await send(agent, 'POST', 'dialer/log-in', {});
    expect(await types()).toEqual(['breakStatusMessage', 'breakStatusMessage']);
    simulator.faults.add(struck('slow-message:delay=50ms', { times: 1 }));
    await send(agent, 'POST', 'dialer/log-in', {});
    const { text } = await readStream(agent, (all) => all.includes('breakStatusMessage'));
    expect(text.indexOf('availableCampaigns')).toBeLessThan(text.indexOf('breakStatus'));
    expect(Object.values(simulator.ledger().faults)).toEqual([1, 1, 1, 1]);
  });

  test('a cut stream ends, and its message waits', async () => {
    await serve({ campaigns: [] });
    const agent = await session();
    simulator.faults.add(struck('cut-stream', { when: messageType('availableCampaignsMessage'), times: 1 }));
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
    simulator.faults.add(struck('no-new-sessions:alternates=localhost,hosts=127.0.0.1'));
    const refused = await logIn();
    expect(refused.status).toBe(503);
    const { alternateHostList } = (await refused.json()) as { alternateHostList: string[] };
    expect((await logIn(`http://${alternateHostList[0]}:${server.port}`)).status).toBe(201);
    expect(simulator.ledger().faults).toEqual({ 'no-new-sessions': 1 });
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

describe('faults of the wire', () => {
  const lay = (...inputs: FaultInput[]) => inputs.map((input) => simulator.injections.add(input));
  /** One request on a socket of its own: everything that comes back until it closes, or until `enough`. */
  const raw = (agent: Session, method: string, path: string, enough = (_text: string): boolean => false) =>
    new Promise<{ text: string; end: string }>((resolve) => {
      const { hostname, port, pathname } = new URL(`${agent.url}/${path}`);
      const socket = connect(Number(port), hostname);
      let text = '';
      const finish = (end: string) => {
        socket.destroy();
        resolve({ text, end });
      };
      socket.on('data', (bytes) => {
        text += bytes.toString('utf8');
        if (enough(text)) finish('enough');
      });
      socket.on('error', (error) => finish((error as NodeJS.ErrnoException).code ?? 'error'));
      socket.on('end', () => finish('closed'));
      socket.on('close', () => finish('closed'));
      const head = [`host: ${hostname}:${port}`, `cookie: ${agent.cookie}`, `ININ-ICWS-CSRF-Token: ${agent.token}`];
      socket.write(`${method} ${pathname} HTTP/1.1\r\n${head.join('\r\n')}\r\ncontent-length: 2\r\n\r\n{}`);
    });
  const struck = (name: string) => simulator.ledger().faults[name] ?? 0;

  test('a reset is a reset, a dropped request a close, and neither does anything', async () => {
    await serve({ campaigns: [] });
    const agent = await session();
    lay({ fault: 'connection-reset', on: 'dialer', times: 1 });
    expect(await raw(agent, 'POST', 'dialer/log-in')).toEqual({ text: '', end: 'ECONNRESET' });
    lay({ fault: 'dropped-request', on: 'dialer', times: 1 });
    expect(await raw(agent, 'POST', 'dialer/log-in')).toEqual({ text: '', end: 'closed' });
    expect(simulator.ledger().messages).toEqual({});
  });

  test('half an answer: the head, a part of the body, the end', async () => {
    await serve({ campaigns: [] });
    const agent = await session();
    lay({ fault: 'cut-answer' });
    const { text, end } = await raw(agent, 'GET', 'status/status-messages');
    expect([end, text.startsWith('HTTP/1.1 200'), text.endsWith('}')]).toEqual(['closed', true, false]);
    expect(Number(/content-length: (\d+)/i.exec(text)?.[1])).toBeGreaterThan(text.split('\r\n\r\n')[1]?.length ?? 0);
    expect((await raw(agent, 'POST', 'dialer/log-in')).text).toMatch(/^HTTP\/1.1 200[\s\S]*content-length: 1\r\n/i);
    expect(Object.keys(simulator.ledger().messages)).toHaveLength(2);
  });

  test('an error page of a proxy, and 429 with Retry-After', async () => {
    await serve({ campaigns: [] });
    const agent = await session();
    lay(
      { fault: 'html-error', times: 1 },
      { fault: 'too-many-requests', retryAfter: '1500ms', on: 'connection-state' },
    );
    const slow = await send(agent, 'GET', 'connection');
    expect([slow.status, slow.headers.get('retry-after')]).toEqual([429, '2']);
    const page = await send(agent, 'POST', 'dialer/log-in', {});
    expect([page.status, page.headers.get('content-type')]).toEqual([502, 'text/html; charset=utf-8']);
    expect(await page.text()).toContain('<html>');
  });

  test('a hang: nothing comes until the client gives up, and other connections are answered meanwhile', async () => {
    await serve({ campaigns: [] });
    const agent = await session();
    lay({ fault: 'hang', acts: true, on: 'dialer-log-in' });
    const abort = new AbortController();
    readers.push(abort);
    const hanging = fetch(`${agent.url}/dialer/log-in`, {
      method: 'POST',
      headers: { cookie: agent.cookie, 'ININ-ICWS-CSRF-Token': agent.token },
      signal: abort.signal,
    });
    const failed = expect(hanging).rejects.toThrow();
    await until(() => struck('hang') > 0);
    expect((await send(agent, 'GET', 'connection')).status).toBe(200);
    expect(Object.keys(simulator.ledger().messages)).toHaveLength(2);
    abort.abort();
    await failed;
  });

  test('a message in pieces is whole again, whatever is cut; later ones stay behind it', async () => {
    await serve({ ...QUICK, campaigns: [{ name: 'Größe – 漢字', type: 'preview', contacts: 40 }] });
    const agent = await session();
    lay({ fault: 'split-stream' });
    const reading = readStream(agent, (all) => all.includes('previewPop') && all.endsWith('\n\n'));
    await until(hasStream);
    await ready(agent);
    const { text } = await reading;
    const events = text.split('\n\n').filter((event) => event !== '' && event !== ':ping');
    expect(events.map((event) => JSON.parse(event.slice(6)).__type.split(':').at(-1)).slice(0, 2)).toEqual([
      'breakStatusMessage',
      'availableCampaignsMessage',
    ]);
    expect(struck('split-stream')).toBeGreaterThan(2);
  });

  /** Waits turn by turn until something is so. */
  const until = async (holds: () => boolean | Promise<boolean>) => {
    while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
  };
  const hasStream = async () =>
    ((await (await fetch(`${server.url}/simulator/health`)).json()) as { streams: number }).streams > 0;

  test('a torn stream breaks within a message, which is lost', async () => {
    await serve({ campaigns: [] });
    const agent = await session();
    lay({ fault: 'torn-stream', on: 'break', times: 1 });
    const failed = expect(readStream(agent, () => false)).rejects.toThrow();
    await until(hasStream);
    await send(agent, 'POST', 'dialer/log-in', {});
    await failed;
    const { text } = await readStream(agent, (all) => all.includes('availableCampaigns'));
    expect(text).not.toContain('breakStatus');
  });

  test('a silent stream stays open and carries nothing, pings neither', async () => {
    await serve({ campaigns: [] });
    const agent = await session();
    lay({ fault: 'silent-stream', on: 'campaigns', times: 1 });
    let heard = '';
    const silent = expect(
      readStream(agent, (all) => {
        heard = all;
        return false;
      }),
    ).rejects.toThrow();
    await until(hasStream);
    await send(agent, 'POST', 'dialer/log-in', {});
    await until(() => heard.includes('breakStatus'));
    const before = heard;
    // Two rounds of pings.
    await new Promise((resolve) => simulator.clock.setTimeout(() => resolve(undefined), 700));
    expect(heard).toBe(before);
    expect(await hasStream()).toBe(true);
    for (const reader of readers.splice(0)) reader.abort();
    await silent;
  });

  test('a host that went dark answers nobody, and does again afterwards', async () => {
    await serve({ campaigns: [] });
    const agent = await session();
    const [id = ''] = lay({ fault: 'half-open', for: '1h' });
    await until(() => simulator.faults.active);
    const abort = new AbortController();
    const dark = expect(fetch(`${agent.url}/connection`, { signal: abort.signal })).rejects.toThrow();
    await until(() => struck('half-open') > 0);
    simulator.injections.lift(id);
    expect((await send(agent, 'GET', 'connection')).status).toBe(200);
    abort.abort();
    await dark;
  });

  (process.platform === 'linux' ? test : test.skip)('a switchover over two addresses', async () => {
    await serve({ campaigns: [], alternateHost: '127.0.0.2' });
    const agent = await session();
    lay({ fault: 'switchover' });
    await until(() => struck('switchover') > 0);
    expect((await send(agent, 'GET', 'connection/station')).status).toBe(401);
    const refused = await logIn();
    expect([refused.status, await refused.json()]).toEqual([
      503,
      expect.objectContaining({ alternateHostList: ['127.0.0.2'] }),
    ]);
    expect((await logIn(`http://127.0.0.2:${server.port}`)).status).toBe(201);
    expect(simulator.ledger().sessions).toMatchObject({ opened: 2, expired: 1 });
  });

  test('a fault is laid by a POST from this machine', async () => {
    await serve({ campaigns: [] });
    const laid = await fetch(`${server.url}/simulator/faults`, {
      method: 'POST',
      body: JSON.stringify({ fault: 'server-error', on: 'connect', status: 500 }),
    });
    expect([laid.status, laid.headers.get('location')]).toEqual([201, '/simulator/faults/f1']);
    expect((await logIn()).status).toBe(500);
    await fetch(`${server.url}/simulator/faults/f1`, { method: 'DELETE' });
    expect((await logIn()).status).toBe(201);
  });
});
