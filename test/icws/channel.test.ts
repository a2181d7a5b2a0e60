import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as commands from '../../src/icws/commands.js';
import type { Session } from '../../src/icws/session.js';
import { Desk, Ears } from './icws-desk.js';
import { type Arrived, eventually, json, TroubleServer } from './trouble-server.js';

const pop = (interactionId: string) => ({
  __type: 'urn:inin.com:dialer:dataPopMessage',
  isDelta: false,
  call: {
    __type: 'urn:inin.com:dialer:dataPop',
    interactionId,
    campaignId: 'C',
    attributes: { name: 'Zoë 😀' },
    dispositions: [],
  },
});
const breakStatus = { __type: 'urn:inin.com:dialer:breakStatusMessage', isDelta: false, breakStatus: 2 };
const snapshot = { __type: 'urn:inin.com:queues:queueContentsMessage', subscriptionId: 'agent-queue', isDelta: false };
const down = (more: object) => ({
  __type: 'urn:inin.com:connection:connectionStateChangeMessage',
  isDelta: false,
  previousConnectionState: 1,
  newConnectionState: 2,
  reason: 'switchover',
  ...more,
});
const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;

let openStream: ServerResponse | undefined;
let server: TroubleServer;
let desk: Desk;
let ears: Ears;

/** What reading messages meets; the user's name says it. `count` = how often they were read before. */
function messages(trouble: string, request: Arrived, response: ServerResponse): unknown {
  const count = server.of(`GET /icws/${trouble}/messaging/messages`).length;
  const wantsStream = request.headers.accept === 'text/event-stream';
  const stream = (...parts: string[]): ServerResponse => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.write(`:ping\n\n${parts.join('')}`);
    return response;
  };
  switch (trouble) {
    case 'stream':
      return stream(
        event(pop('1')),
        event(pop('1')),
        event({ __type: 'urn:x', isDelta: true }),
        'data: {"half\n\n',
        event([breakStatus, 7]),
      );
    case 'stream-ends-once':
      if (count > 1) return stream(event(pop('2')));
      return stream('id: 41\n', event(pop('1')), 'retry: 2500\n\n').end();
    case 'stream-cut-once': {
      stream(event(pop('1')));
      if (count === 1) setImmediate(() => request.socket.resetAndDestroy());
      return undefined;
    }
    case 'stream-snapshots':
      openStream = stream();
      return undefined;
    case 'poll-lost-once':
      if (count === 2) return request.socket.destroy();
      return json(response, 200, count > 3 ? [pop('late')] : []);
    case 'stream-401-later':
      return count === 1 ? stream().end() : json(response, 401);
    case 'stream-is-json':
      return json(response, 200, [pop(String(count))]);
    case 'stream-404':
      return wantsStream ? json(response, 404) : json(response, 200, [pop(String(count))]);
    case 'stream-410':
      return wantsStream ? json(response, 410) : json(response, 200, []);
    case 'stream-503-once':
      return count === 1 ? json(response, 503) : stream(event(pop('1')));
    case 'stream-502':
      return wantsStream ? response.writeHead(502).end('<html>') : json(response, 200, []);
    case 'stream-mute':
      if (!wantsStream) return json(response, 200, [pop('1')]);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      return response.flushHeaders();
    case 'stream-headless':
      return wantsStream ? undefined : json(response, 200, []);
    case 'stream-ends-empty':
      if (!wantsStream) return json(response, 200, []);
      return response.writeHead(200, { 'content-type': 'text/event-stream' }).end();
    case 'stream-down':
      return stream(event(pop('1')), event(down({ shouldReconnect: true })), event(pop('2')));
    case 'poll':
      return json(response, 200, count === 1 ? [pop('1'), pop('1'), { __type: 'urn:x' }, null, breakStatus] : []);
    case 'poll-odd':
      if (count === 1) return response.writeHead(200).end();
      return count === 2 ? json(response, 200, pop('1')) : json(response, 200, []);
    case 'poll-html-once':
      return count === 1 ? response.writeHead(200).end('<html>') : json(response, 200, [pop('1')]);
    case 'poll-500-once':
      return count === 2 ? response.writeHead(500).end('<html>') : json(response, 200, []);
    case 'poll-401':
      return json(response, count === 1 ? 200 : 401, []);
    case 'poll-hangs':
      return undefined;
    case 'poll-down-number':
      return json(response, 200, [down({ newConnectionState: '2' }), pop('1')]);
    case 'poll-down-name':
      return json(response, 200, [down({ newConnectionState: 'down', shouldReconnect: false }), pop('1')]);
    default:
      return json(response, 200, []);
  }
}

beforeEach(async () => {
  desk = new Desk();
  ears = new Ears();
  server = await TroubleServer.start((request, response) => {
    const [, , sid = '', ...rest] = request.path.split('?')[0]?.split('/') ?? [];
    if (sid === 'connection') {
      const { userID } = JSON.parse(request.body) as { userID: string };
      const version = userID.startsWith('poll') ? 1 : 2;
      const features = [{ featureId: 'messaging', version }];
      return json(
        response,
        201,
        { sessionId: userID, csrfToken: 'T', userID, features },
        { 'set-cookie': 'icws_1=a|b=c' },
      );
    }
    if (rest.join('/') === 'messaging/messages') return messages(sid, request, response);
    // The second time the queue is subscribed to, what waited on the stream comes first, then the snapshot.
    if (request.path.includes('subscriptions/queues') && server.of('subscriptions/queues').length === 2)
      openStream?.write(event(pop('waited')) + event(snapshot));
    if (rest.join('/') === 'connection' && request.method === 'GET') return json(response, 200, { connectionState: 1 });
    return json(response, 200);
  });
});

afterEach(async () => {
  await desk.leave();
  await server.close();
  expect(desk.clock.pending).toBe(0);
});

async function listen(user: string, more: Parameters<Desk['opened']>[2] = {}): Promise<Session> {
  const session = await desk.opened(server.origin, user, more);
  session.listen(ears);
  return session;
}

const reads = (user: string): number => server.of(`GET /icws/${user}/messaging/messages`).length;
const heard = (text: string, count = 1): Promise<void> =>
  eventually(
    () => ears.count(text) >= count,
    () => `"${text}"; there was: ${ears.told.join(', ')}`,
  );

/** Lets sockets and time work in turns until the condition holds; tells how much time that took. */
async function passUntil(condition: () => boolean, stepMs = 100): Promise<number> {
  const start = desk.clock.monotonic();
  for (let i = 0; !condition(); i++) {
    if (i > 3_000) throw new Error(`never came; there was: ${ears.told.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (i % 4 === 3 && !condition()) await desk.clock.advance(stepMs);
  }
  return desk.clock.monotonic() - start;
}

describe('to be caught up', () => {
  const popped = () => ears.messages.filter(({ __type }) => __type.endsWith('dataPopMessage')).length;

  test('a stream is asked for a snapshot, which comes behind all that waited', async () => {
    const session = await listen('stream-snapshots');
    await heard('stream-opened');
    await session.subscribe(commands.subscribeQueue('u'));
    expect(await session.caughtUp()).toBe(true);
    expect(popped()).toBe(1);
    expect(session.gaps).toBe(0);
    openStream?.end();
    await heard('stream-dropped');
    expect(session.gaps).toBe(1);
    expect(await session.caughtUp()).toBe(false);
  });

  test('a poll must begin afterwards; one that is lost is a gap, and after it the snapshots are read too', async () => {
    const session = await listen('poll-lost-once');
    await session.subscribe(commands.subscribeQueue('u'));
    await heard('polling');
    let came: boolean | undefined;
    void session.caughtUp().then((isCaughtUp) => {
      came = isCaughtUp;
    });
    await passUntil(() => came !== undefined);
    expect([came, session.gaps]).toEqual([false, 1]);
    came = undefined;
    void session.caughtUp().then((isCaughtUp) => {
      came = isCaughtUp;
    });
    await passUntil(() => came !== undefined);
    expect([came, popped() > 0, server.of('subscriptions/queues').length]).toEqual([true, true, 2]);
  });

  test('nobody is after the session', async () => {
    const session = await listen('poll-hangs');
    const caughtUp = session.caughtUp();
    await session.close();
    expect(await caughtUp).toBe(false);
    expect(await session.caughtUp()).toBe(false);
  });
});

describe('a stream', () => {
  test('delivers messages in order: repeated, unknown and malformed ones harm nothing', async () => {
    await listen('stream');
    await heard('malformed', 2);
    expect(ears.told).toEqual([
      'stream-opened',
      'message dataPopMessage',
      'message dataPopMessage',
      'message x',
      'malformed',
      'message breakStatusMessage',
      'malformed',
    ]);
    expect(ears.messages[0]).toMatchObject({ call: { attributes: { name: 'Zoë 😀' } } });
    const [request] = server.of('messaging/messages') as [Arrived];
    expect(request.headers).toMatchObject({
      accept: 'text/event-stream',
      cookie: 'icws_1=a|b=c',
      'inin-icws-csrf-token': 'T',
    });
    expect(desk.observations.map(({ operation, status }) => `${operation} ${status}`)).toEqual([
      'connect 201',
      'stream 200',
    ]);
  });

  test('that ends is opened again after the pause the server asked for, tells its last id, and subscriptions are sent again', async () => {
    const session = await listen('stream-ends-once');
    await session.subscribe(commands.subscribeQueue('u'));
    await session.subscribe(commands.subscribeUserStatuses(['u']));
    await heard('stream-dropped');
    await desk.clock.advance(2_499);
    expect(reads('stream-ends-once')).toBe(1);
    await desk.clock.advance(1);
    const again = await server.seen('stream-ends-once/messaging/messages', 2);
    expect(again.headers['last-event-id']).toBe('41');
    await heard('resynchronised');
    expect(server.of('subscriptions/queues')).toHaveLength(2);
    expect(server.of('subscriptions/status')).toHaveLength(2);
    await heard('message dataPopMessage', 2);
    expect(ears.count('stream-opened')).toBe(2);
  });

  test('that is cut is opened again', async () => {
    await listen('stream-cut-once');
    await heard('stream-dropped');
    await passUntil(() => ears.count('resynchronised') === 1);
    expect(ears.count('fell-back-to-polling')).toBe(0);
  });

  test('that was silent for 75 s is opened again', async () => {
    await listen('stream');
    await heard('malformed', 2);
    await desk.clock.advance(74_999);
    expect(ears.count('stream-silent')).toBe(0);
    await desk.clock.advance(1);
    expect(ears.count('stream-silent')).toBe(1);
    await passUntil(() => ears.count('stream-opened') === 2);
  });

  test('that is answered with 401 means a lost session', async () => {
    await listen('stream-401-later');
    await passUntil(() => ears.count('lost unauthorized') === 1);
    expect(ears.told.filter((told) => told.startsWith('lost'))).toHaveLength(1);
  });

  test('that brings the news of the end ends the session there', async () => {
    await listen('stream-down');
    await heard('lost connection-down');
    expect(ears.told).toEqual([
      'stream-opened',
      'message dataPopMessage',
      'message connectionStateChangeMessage',
      'lost connection-down',
    ]);
    await desk.clock.advance(100_000);
    expect(reads('stream-down')).toBe(1);
  });

  test('a listener that throws ends nothing', async () => {
    ears.onMessage = (message) => {
      ears.told.push(message.__type);
      throw new Error('no');
    };
    await listen('stream');
    await heard('malformed', 2);
    expect(ears.told.filter((told) => told.startsWith('urn:'))).toHaveLength(4);
    expect(desk.logged.some(({ text }) => text === 'a message handler failed')).toBe(true);
  });
});

describe('falling back to polling', () => {
  test.each(['stream-is-json', 'stream-404'])('when streaming is refused twice (%s)', async (user) => {
    await listen(user);
    await passUntil(() => ears.count('message dataPopMessage') >= 1);
    expect(ears.count('fell-back-to-polling')).toBe(1);
    expect(server.of(user).filter(({ headers }) => headers.accept === 'text/event-stream')).toHaveLength(2);
  });

  test('at once where streaming was withdrawn and the session still lives', async () => {
    await listen('stream-410');
    await passUntil(() => reads('stream-410') === 3);
    expect(ears.told).toContain('fell-back-to-polling');
    await server.seen('GET /icws/stream-410/connection');
  });

  test('when an open stream delivers not a byte after a subscription, twice; what was missed is fetched', async () => {
    const session = await listen('stream-mute');
    await heard('stream-opened');
    await desk.clock.advance(30_000);
    expect(ears.count('stream-silent')).toBe(0);
    await session.subscribe(commands.subscribeQueue('u'));
    await desk.clock.advance(19_999);
    expect(ears.count('stream-silent')).toBe(0);
    await desk.clock.advance(1);
    expect(ears.count('stream-silent')).toBe(1);
    const tookMs = await passUntil(() => ears.count('fell-back-to-polling') === 1);
    expect(tookMs).toBeLessThan(25_000);
    await passUntil(() => ears.count('message dataPopMessage') >= 1 && ears.count('resynchronised') >= 2);
  });

  test('when the head never comes; subscriptions are sent again without waiting for it', async () => {
    const session = await listen('stream-headless');
    await session.subscribe(commands.subscribeQueue('u'));
    await passUntil(() => reads('stream-headless') === 2, 1_000);
    await passUntil(() => ears.count('resynchronised') === 1);
    await passUntil(() => ears.count('fell-back-to-polling') === 1, 1_000);
  });

  test('when streams open and end with nothing in them, with growing pauses', async () => {
    await listen('stream-ends-empty');
    const tookMs = await passUntil(() => ears.count('fell-back-to-polling') === 1);
    expect(ears.count('stream-dropped')).toBe(5);
    expect(tookMs).toBeGreaterThan(1_000 + 2_000 + 4_000);
  });

  test('not for a short trouble of the server, but for a lasting one', async () => {
    await listen('stream-503-once');
    await passUntil(() => ears.count('message dataPopMessage') === 1);
    expect(ears.count('fell-back-to-polling')).toBe(0);
    const other = await desk.opened(server.origin, 'stream-502');
    const others = new Ears();
    other.listen(others);
    await passUntil(() => others.count('fell-back-to-polling') === 1);
    expect(others.count('lost unreachable')).toBe(0);
  });

  test('never where streaming is forced; then the session is given up', async () => {
    await listen('stream-404', { messaging: 'stream' });
    const tookMs = await passUntil(() => ears.count('lost unreachable') === 1, 500);
    expect(tookMs).toBeGreaterThanOrEqual(30_000);
    expect(server.of('stream-404/messaging').every(({ headers }) => headers.accept === 'text/event-stream')).toBe(true);
  });
});

describe('polling', () => {
  test('is used below messaging 2 and where it is forced, never beside a stream', async () => {
    await listen('poll');
    await heard('message breakStatusMessage');
    const forced = await desk.opened(server.origin, 'stream', { messaging: 'poll' });
    forced.listen(new Ears());
    await server.seen('GET /icws/stream/messaging/messages');
    expect(server.of('messaging/messages').some(({ headers }) => headers.accept === 'text/event-stream')).toBe(false);
  });

  test('delivers in order, and asks again one second after the last result', async () => {
    await listen('poll');
    await heard('message breakStatusMessage');
    expect(ears.told).toEqual([
      'polling',
      'message dataPopMessage',
      'message dataPopMessage',
      'message x',
      'malformed',
      'message breakStatusMessage',
    ]);
    await desk.clock.advance(999);
    expect(reads('poll')).toBe(1);
    await desk.clock.advance(1);
    await server.seen('poll/messaging/messages', 2);
  });

  test('takes no body for no messages and a single message for a list', async () => {
    await listen('poll-odd');
    await passUntil(() => ears.count('message dataPopMessage') === 1);
    expect(ears.told).toEqual(['polling', 'message dataPopMessage']);
  });

  test('that hangs is alone, and holds up no command', async () => {
    const session = await listen('poll-hangs');
    await server.seen('messaging/messages');
    expect((await session.run(commands.disposition({ label: 'x' }))).kind).toBe('ok');
    await desk.clock.advance(29_000);
    expect(reads('poll-hangs')).toBe(1);
    await passUntil(() => reads('poll-hangs') === 2);
  });

  test.each([
    ['poll-500-once', 0],
    ['poll-html-once', 1],
  ])('after a failed poll (%s) subscribes again as soon as one succeeds', async (user, malformed) => {
    const session = await listen(user);
    await session.subscribe(commands.subscribeQueue('u'));
    await passUntil(() => ears.count('resynchronised') === 1);
    expect(server.of('subscriptions/queues')).toHaveLength(2);
    expect(ears.count('malformed')).toBe(malformed);
    await passUntil(() => reads(user) === 5);
    expect(ears.count('resynchronised')).toBe(1);
  });

  test('that is answered with 401 means a lost session, told once', async () => {
    await listen('poll-401');
    await passUntil(() => ears.count('lost unauthorized') === 1);
    await desk.clock.advance(10_000);
    expect(reads('poll-401')).toBe(2);
    expect(ears.told).toEqual(['polling', 'lost unauthorized']);
  });

  test.each([
    ['poll-down-number', 'lost connection-down'],
    ['poll-down-name', 'lost logged-in-elsewhere'],
  ])('that brings the news of the end (%s) delivers nothing after it', async (user, told) => {
    await listen(user);
    await heard(told);
    expect(ears.told).toEqual(['polling', 'message connectionStateChangeMessage', told]);
  });

  test('gives a host up that cannot be reached for 30 s', async () => {
    await listen('poll');
    await heard('message breakStatusMessage');
    await server.close();
    const tookMs = await passUntil(() => ears.count('lost unreachable') === 1, 500);
    expect(tookMs).toBeGreaterThanOrEqual(30_000);
    expect(tookMs).toBeLessThan(50_000);
    server = await TroubleServer.start(() => {});
  });

  test('ends with close, even in the middle of a poll', async () => {
    const session = await listen('poll-hangs');
    await server.seen('messaging/messages');
    await session.close();
    await desk.clock.advance(60_000);
    expect(reads('poll-hangs')).toBe(1);
    expect(ears.told).toEqual([]);
  });
});
