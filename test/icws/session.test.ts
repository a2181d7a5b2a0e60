import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Command } from '../../src/icws/commands.js';
import * as commands from '../../src/icws/commands.js';
import { type Transport, TransportError, type WireRequest } from '../../src/icws/transport.js';
import { Desk, Ears, PASSWORD } from './icws-desk.js';
import { type Arrived, eventually, json, TroubleServer } from './trouble-server.js';

const TOKEN = 'WGJvdC5hZ2VudDAxWCRJQ1dTPT0=';
const cookieOf = (sid: string): string => `icws_${sid}=0b5f-4e1a|languageId=en-us=`;

let server: TroubleServer;
let second: TroubleServer;
let desk: Desk;
let tries: Map<string, number>;

/** The log-in; the user's name says how it goes. */
function logIn(request: Arrived, response: ServerResponse): unknown {
  const { userID, password } = JSON.parse(request.body) as { userID: string; password: string };
  const granted = { csrfToken: TOKEN, sessionId: userID, userID: `${userID}.canonical` };
  const features = [{ featureId: 'messaging', version: 1 }];
  const cookie = { 'set-cookie': ['lb=7; Path=/', `${cookieOf(userID)}; Path=/icws/${userID}; HttpOnly`] };
  switch (userID) {
    case 'wrong-password':
      return json(response, 400, {
        errorId: 'error.request.connection.authenticationFailure',
        message: `not ${password}`,
      });
    case 'html-400':
      return response.writeHead(400).end(`<html>${password}</html>`);
    case 'unauthorized':
      return json(response, 401, { message: 'no' });
    case 'forbidden':
      return json(response, 403, { message: 'no licence' });
    case 'elsewhere':
      return json(response, 503, {
        errorId: 'error.server.notAcceptingConnections',
        alternateHostList: ['localhost', 'CIC2', 'evil.example.com', '127.0.0.1'],
      });
    case 'only-foreign':
      return json(response, 503, { alternateHostList: ['evil.example.com'] });
    case 'busy':
      return json(response, 503, { alternateHostList: [] }, { 'retry-after': '7' });
    case 'html-502':
      return response.writeHead(502, { 'content-type': 'text/html' }).end('<html>Bad Gateway</html>');
    case 'redirect':
      return response.writeHead(307, { location: `${second.origin}/icws/connection` }).end();
    case 'redirect-away':
      return response.writeHead(302, { location: 'http://evil.example.com/icws/connection' }).end();
    case 'redirect-back':
      return response.writeHead(302, { location: '/icws/connection/' }).end();
    case 'granted-nothing':
      return json(response, 201);
    case 'hangs':
      return;
    case 'no-features':
    case 'no-features-at-all':
      return json(response, 201, granted, cookie);
    case 'headers-only':
      return json(response, 201, undefined, {
        ...cookie,
        'ININ-ICWS-Session-ID': userID,
        'ININ-ICWS-CSRF-Token': TOKEN,
      });
    default:
      return json(
        response,
        201,
        {
          ...granted,
          features,
          alternateHostList: ['LOCALHOST', 'evil.example.com'],
          serverTimeInfo: { serverUtcTime: '20260105T090010Z' },
        },
        cookie,
      );
  }
}

/** What a command meets; the interaction's id says it. */
function command(trouble: string, response: ServerResponse, request: Arrived): unknown {
  const count = (tries.get(trouble) ?? 0) + 1;
  tries.set(trouble, count);
  switch (trouble) {
    case 'fails-twice':
      return json(response, count < 3 ? 500 : 200, { message: 'hm' });
    case 'always-500':
      return response.writeHead(500).end('<html>');
    case 'patience':
      return json(response, count < 2 ? 503 : 200, {}, { 'retry-after': '3' });
    case 'long-patience':
      return json(response, 503, {}, { 'retry-after': '60' });
    case 'resets-once':
      return count < 2 ? request.socket.resetAndDestroy() : json(response, 200);
    case 'resets':
      return request.socket.resetAndDestroy();
    case 'unauthorized':
      return json(response, 401, { errorCode: 2, message: `token ${TOKEN} of ${cookieOf('u')} not found` });
    case 'forbidden':
      return json(response, 403, { message: 'no right' });
    case 'gone':
      return json(response, 404);
    case 'withdrawn':
      return json(response, 410);
    case 'hangs':
      return;
    case 'html':
      return response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
    default:
      return json(response, 200, { attributes: { Eic_State: 'C' } });
  }
}

function answer(request: Arrived, response: ServerResponse): unknown {
  const [path = ''] = request.path.replace(/^\/proxy\/cic1/, '').split('?');
  if (path === '/icws/connection') return logIn(request, response);
  if (path === '/icws/connection/features') {
    const isMissing = desk.observations.length > 0 && server.arrived[0]?.body.includes('no-features-at-all');
    return isMissing
      ? json(response, 500)
      : json(response, 200, { featureInfoList: [{ featureId: 'dialer', version: '4' }] });
  }
  const [, , sid = '', ...rest] = path.split('/');
  switch (`${request.method} ${rest.join('/')}`) {
    case 'GET connection':
      if (sid === 'withdrawn-down') return json(response, 200, { connectionState: 2 });
      if (sid === 'withdrawn-401') return json(response, 401);
      return json(response, 200, { connectionState: 1 });
    case 'DELETE connection':
      if (sid === 'stays') return;
      return json(response, sid === 'cannot-leave' ? 500 : 200);
    case 'GET messaging/messages':
      return json(response, 200, []);
    case 'POST dialer/disposition':
      return command((JSON.parse(request.body) as { label: string }).label, response, request);
    case `PUT ${rest[0] === 'status' ? rest.join('/') : ''}`:
      return command(rest[2] ?? '', response, request);
    default:
      return command(rest[1] ?? '', response, request);
  }
}

beforeEach(async () => {
  tries = new Map();
  desk = new Desk();
  server = await TroubleServer.start(answer);
  second = await TroubleServer.start(answer);
});

afterEach(async () => {
  await passing(desk.leave());
  await server.close();
  await second.close();
  expect(desk.clock.pending).toBe(0);
  // Whatever a test did: neither password nor token nor cookie may show in a log line or an observation.
  expect(desk.said).not.toMatch(/hunter2|WGJvdC|0b5f/);
});

/** Lets time pass while the promise is under way, so that pauses between tries end. */
async function passing<T>(promise: Promise<T>, stepMs = 500): Promise<T> {
  let isDone = false;
  const settled = promise.finally(() => {
    isDone = true;
  });
  for (let i = 0; i < 2_000 && !isDone; i++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (desk.clock.pending > 0 && i % 10 === 9) await desk.clock.advance(stepMs);
  }
  return settled;
}

describe('a log-in', () => {
  test('asks for all it needs, and its session knows what was granted', async () => {
    const session = await desk.opened(server.origin, 'bot1');
    const [request] = server.arrived as [Arrived];
    expect(request.path).toBe('/icws/connection?include=features,version,effective-station,server-time');
    expect(request.headers['accept-language']).toBe('en-us');
    expect(request.headers.cookie).toBeUndefined();
    expect(JSON.parse(request.body)).toEqual({
      __type: 'urn:inin.com:connection:icAuthConnectionRequestSettings',
      applicationName: 'test',
      userID: 'bot1',
      password: PASSWORD,
    });
    expect(session).toMatchObject({ id: 'bot1', userId: 'bot1.canonical', clockSkewMs: 10_000 });
    expect(session.alternates).toEqual(['localhost']);
    expect([...session.features]).toEqual([['messaging', 1]]);
  });

  test('takes id and token from the headers where there is no body', async () => {
    const session = await desk.opened(server.origin, 'headers-only');
    expect(session).toMatchObject({ id: 'headers-only', userId: 'headers-only', clockSkewMs: 0 });
  });

  test('asks for the features where the answer tells none, and goes on without', async () => {
    const session = await desk.opened(server.origin, 'no-features');
    expect(session.features.get('dialer')).toBe(4);
    server.arrived.length = 0;
    const other = await desk.opened(server.origin, 'no-features-at-all');
    expect(other.features.size).toBe(0);
  });

  test.each([
    ['wrong-password', 'icws/credentials-refused'],
    ['html-400', 'icws/credentials-refused'],
    ['unauthorized', 'icws/credentials-refused'],
    ['forbidden', 'icws/forbidden'],
  ])('%s is final, and the error repeats no secret', async (user, code) => {
    const opening = await desk.open(server.origin, user);
    expect(opening).toMatchObject({ kind: 'refused', error: { code, retryable: false } });
    expect(JSON.stringify(opening) + (opening.kind === 'refused' ? opening.error.message : '')).not.toContain(PASSWORD);
    expect(server.arrived).toHaveLength(1);
  });

  test('a 503 with a list leads to the allowed hosts of it, and names the others', async () => {
    const opening = await desk.open(server.origin, 'elsewhere', { allowHosts: ['127.0.0.1', 'cic2.example.com'] });
    // CIC2 would be reached in plain text, so it is refused like the one that is not listed.
    expect(opening).toMatchObject({
      kind: 'elsewhere',
      hosts: ['localhost'],
      refusedHosts: ['CIC2', 'evil.example.com'],
      error: { code: 'icws/unavailable', status: 503 },
    });
    const foreign = await desk.open(server.origin, 'only-foreign');
    expect(foreign).toMatchObject({ kind: 'failed', error: { code: 'icws/host-not-allowed', retryable: true } });
    expect(await desk.open(server.origin, 'busy')).toMatchObject({
      kind: 'failed',
      error: { code: 'icws/unavailable', retryAfterMs: 7_000 },
    });
  });

  test('a redirect leads to an allowed host, else nowhere', async () => {
    const opening = await desk.open(server.origin, 'redirect');
    const host = second.origin.replace('http://', '');
    expect(opening).toMatchObject({ kind: 'elsewhere', hosts: [host] });
    expect((await desk.opened(server.origin, 'bot1', { host })).host).toBe(host);
    expect(second.of('POST /icws/connection')).toHaveLength(1);
    expect(await desk.open(server.origin, 'redirect-away')).toMatchObject({
      kind: 'failed',
      error: { code: 'icws/host-not-allowed' },
    });
    expect(await desk.open(server.origin, 'redirect-back')).toMatchObject({
      kind: 'failed',
      error: { code: 'icws/unexpected-status' },
    });
  });

  test('a host that is not allowed is not even asked', async () => {
    const opening = await desk.open(server.origin, 'bot1', { host: 'evil.example.com' });
    expect(opening).toMatchObject({ kind: 'failed', error: { code: 'icws/host-not-allowed', retryable: false } });
    expect(desk.observations).toEqual([]);
  });

  test('trouble of any other kind fails, to be tried again by the caller', async () => {
    expect(await desk.open(server.origin, 'html-502')).toMatchObject({
      kind: 'failed',
      error: { code: 'icws/unavailable', retryable: true },
    });
    expect(await desk.open(server.origin, 'granted-nothing')).toMatchObject({
      kind: 'failed',
      error: { code: 'icws/protocol' },
    });
    expect(await desk.open('http://127.0.0.1:1', 'bot1')).toMatchObject({
      kind: 'failed',
      error: { code: 'icws/transport-refused', retryable: true },
    });
    const hanging = desk.open(server.origin, 'hangs');
    await server.seen('/icws/connection', 3);
    await desk.clock.advance(30_000);
    expect(await hanging).toMatchObject({ kind: 'failed', error: { code: 'icws/transport-timeout' } });
  });

  test('can be given up', async () => {
    let giveUp = (): void => {};
    const opening = desk.open(server.origin, 'hangs', {
      onCancellable: (cancel) => {
        giveUp = cancel;
      },
    });
    await server.seen('/icws/connection');
    giveUp();
    expect(await opening).toMatchObject({ kind: 'failed', error: { code: 'icws/transport-aborted' } });
  });
});

describe('a request of a session', () => {
  test('carries the cookie byte for byte and the token, message reading included, behind a proxy too', async () => {
    const session = await desk.opened(`${server.origin}/proxy/{host}`, 'bot1', { host: 'cic1', allowHosts: ['cic1'] });
    session.listen(new Ears());
    await session.run(commands.pickup('7'));
    await server.seen('messaging/messages');
    for (const path of [
      'POST /proxy/cic1/icws/bot1/interactions/7/pickup',
      'GET /proxy/cic1/icws/bot1/messaging/messages',
    ]) {
      const [request] = server.of(path) as [Arrived];
      expect(request.headers.cookie).toBe(`${cookieOf('bot1')}; lb=7`);
      expect(request.headers['inin-icws-csrf-token']).toBe(TOKEN);
    }
  });

  test('says what came of it, whatever the body', async () => {
    const session = await desk.opened(server.origin, 'bot1');
    expect(await session.run(commands.getInteraction('7'))).toEqual({
      kind: 'ok',
      status: 200,
      body: { attributes: { Eic_State: 'C' } },
    });
    expect(await session.run(commands.getInteraction('html'))).toEqual({ kind: 'ok', status: 200, body: undefined });
    expect(await session.run(commands.pickup('gone'))).toMatchObject({
      kind: 'refused',
      status: 404,
      error: { code: 'icws/not-found' },
    });
    expect(await session.run(commands.pickup('forbidden'))).toMatchObject({ error: { code: 'icws/forbidden' } });
  });

  test('is observed and logged once per try, by operation, without path', async () => {
    const session = await desk.opened(server.origin, 'bot1');
    await passing(session.run(commands.pickup('fails-twice')));
    const pickups = desk.observations.filter(({ operation }) => operation === 'pickup');
    expect(pickups.map(({ status }) => status)).toEqual([500, 500, 200]);
    const lines = desk.logged.filter(({ fields }) => fields.operation === 'pickup');
    expect(lines[0]).toEqual({
      text: 'icws request',
      fields: { operation: 'pickup', method: 'POST', status: 500, ms: 0 },
    });
    expect(desk.said).not.toContain('interactions');
  });
});

describe('repeats', () => {
  const triesOf = (text: string): number => server.of(text).length;

  test('an idempotent command is tried three times, with pauses, on 5xx and on lost answers', async () => {
    const session = await desk.opened(server.origin, 'bot1');
    expect((await passing(session.run(commands.pickup('fails-twice')))).kind).toBe('ok');
    expect((await passing(session.run(commands.pickup('resets-once')))).kind).toBe('ok');
    expect(await passing(session.run(commands.pickup('always-500')))).toMatchObject({ kind: 'refused', status: 500 });
    expect(triesOf('always-500')).toBe(3);
    expect(await passing(session.run(commands.pickup('resets')))).toMatchObject({ kind: 'lost', sent: true });
    expect(triesOf('resets/')).toBe(3);
  });

  test('a short Retry-After is heeded, a long one left to the caller', async () => {
    const session = await desk.opened(server.origin, 'bot1');
    const patient = session.run(commands.pickup('patience'));
    await eventually(() => desk.observations.some(({ operation }) => operation === 'pickup'));
    await desk.clock.advance(2_999);
    expect(triesOf('/patience')).toBe(1);
    await desk.clock.advance(1);
    expect((await patient).kind).toBe('ok');
    expect(await session.run(commands.pickup('long-patience'))).toMatchObject({ error: { retryAfterMs: 60_000 } });
    expect(triesOf('long-patience')).toBe(1);
  });

  test.each(['always-500', 'resets', 'patience'])(
    'a disposition that meets "%s" is never repeated',
    async (trouble) => {
      const session = await desk.opened(server.origin, 'bot1');
      const outcome = await passing(session.run(commands.disposition({ label: trouble })));
      expect(outcome.kind).toBe(trouble === 'resets' ? 'lost' : 'refused');
      if (outcome.kind === 'lost') expect(outcome.sent).toBe(true);
      expect(triesOf('dialer/disposition')).toBe(1);
    },
  );

  test('a status that may have been set is not set again', async () => {
    const session = await desk.opened(server.origin, 'bot1');
    expect(await passing(session.run(commands.setStatus('resets', 'Available')))).toMatchObject({
      kind: 'lost',
      sent: true,
    });
    expect(triesOf('user-statuses/resets')).toBe(1);
  });

  test('what certainly never left is repeated by its rule, and `sent` tells of all tries together', async () => {
    const failures: boolean[] = [];
    const flaky = (real: Transport): Transport => ({
      ...real,
      request: (request: WireRequest) => {
        const sent = request.path.startsWith('/icws/bot1/') ? failures.shift() : undefined;
        return sent === undefined ? real.request(request) : Promise.reject(new TransportError('refused', sent, 'no'));
      },
    });
    desk = new Desk(flaky);
    const session = await desk.opened(server.origin, 'bot1');
    const run = (tried: Command<unknown>, ...sent: boolean[]) => {
      failures.splice(0, failures.length, ...sent);
      return passing(session.run(tried));
    };
    expect(await run(commands.disposition({ label: 'x' }), false)).toMatchObject({ kind: 'lost', sent: false });
    expect(triesOf('disposition')).toBe(0);
    expect((await run(commands.dialerLogIn(), false, false)).kind).toBe('ok');
    expect(await run(commands.dialerLogIn(), false, true)).toMatchObject({ kind: 'lost', sent: true });
    expect(await run(commands.dialerLogIn(), false, false, false)).toMatchObject({ kind: 'lost', sent: false });
    expect(await run(commands.pickup('1'), true, false, false)).toMatchObject({ kind: 'lost', sent: true });
    expect((await run(commands.pickup('1'), true, true)).kind).toBe('ok');
  });
});

describe('the end of a session', () => {
  test('comes with a 401, is told once, aborts what is under way, and nothing is sent after it', async () => {
    const session = await desk.opened(server.origin, 'bot1');
    const ears = new Ears();
    session.listen(ears);
    await server.seen('messages');
    const hanging = session.run(commands.pickup('hangs'));
    await server.seen('hangs');
    const refused = await Promise.all([
      session.run(commands.disconnect('unauthorized')),
      session.run(commands.pickup('unauthorized')),
    ]);
    expect(refused.some((one) => one.kind === 'refused' && one.status === 401)).toBe(true);
    expect(await hanging).toMatchObject({ kind: 'lost', sent: true, error: { code: 'icws/transport-aborted' } });
    const polls = server.of('messages').length;
    expect(await session.run(commands.pickup('9'))).toMatchObject({
      kind: 'lost',
      sent: false,
      error: { code: 'icws/session-lost' },
    });
    await desk.clock.advance(10_000);
    await session.close();
    expect(server.of('interactions/9')).toHaveLength(0);
    expect(server.of('DELETE')).toHaveLength(0);
    expect(server.of('messages')).toHaveLength(polls);
    expect(ears.told.filter((told) => told.startsWith('lost'))).toEqual(['lost unauthorized']);
  });

  test('is told to who listens only afterwards', async () => {
    const session = await desk.opened(server.origin, 'bot1');
    await session.run(commands.pickup('unauthorized'));
    const ears = new Ears();
    session.listen(ears);
    expect(ears.told).toEqual(['lost unauthorized']);
  });

  test.each([
    ['bot1', undefined],
    ['withdrawn-down', 'lost connection-down'],
    ['withdrawn-401', 'lost unauthorized'],
  ])('after a 410 is asked for once (%s)', async (user, told) => {
    const session = await desk.opened(server.origin, user);
    const ears = new Ears();
    session.listen(ears);
    await server.seen('messages');
    const both = await Promise.all([
      session.run(commands.pickup('withdrawn')),
      session.run(commands.disconnect('withdrawn')),
    ]);
    for (const one of both) expect(one).toMatchObject({ kind: 'refused', error: { code: 'icws/withdrawn' } });
    expect(ears.told.find((one) => one.startsWith('lost'))).toBe(told);
    expect(server.of(`GET /icws/${user}/connection`).length).toBeGreaterThanOrEqual(1);
  });

  test('by close logs out, reads no more, and aborts what is under way', async () => {
    const session = await desk.opened(server.origin, 'bot1');
    const ears = new Ears();
    session.listen(ears);
    await server.seen('messages');
    const hanging = session.run(commands.pickup('hangs'));
    await server.seen('hangs');
    await Promise.all([session.close(), session.close()]);
    expect(await hanging).toMatchObject({ kind: 'lost', sent: true });
    expect(server.of('DELETE /icws/bot1/connection')).toHaveLength(1);
    expect(await session.run(commands.pickup('1'))).toMatchObject({
      sent: false,
      error: { code: 'icws/session-closed' },
    });
    await desk.clock.advance(5_000);
    expect(server.of('messages')).toHaveLength(1);
    expect(ears.told.filter((told) => told !== 'polling')).toEqual([]);
  });

  test('by close does not mind a server that refuses or hangs', async () => {
    await (await desk.opened(server.origin, 'cannot-leave')).close();
    const staying = (await desk.opened(server.origin, 'stays')).close();
    await server.seen('DELETE /icws/stays');
    await desk.clock.advance(5_000);
    await staying;
  });
});
