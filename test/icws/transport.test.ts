import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type StreamListener, type Transport, TransportError, type WireRequest } from '../../src/icws/transport.js';
import { createUndiciTransport } from '../../src/icws/undici-transport.js';
import { FakeClock } from '../support/fake-clock.js';
import { eventually, TroubleServer } from './trouble-server.js';

let server: TroubleServer;
let clock: FakeClock;
let transport: Transport;

beforeEach(async () => {
  clock = new FakeClock();
  server = await TroubleServer.start((request, response) => {
    switch (request.path) {
      case '/echo':
        response.writeHead(200, { 'x-cookie': request.headers.cookie ?? '', 'set-cookie': ['a=1', 'b=2'] });
        return response.end(request.body);
      case '/empty':
        return response.writeHead(204).end();
      case '/hangs':
        return undefined;
      case '/hangs-after-head':
        response.writeHead(200, { 'content-length': '100' });
        return response.write('half');
      case '/reset':
        return request.socket.resetAndDestroy();
      case '/half':
        response.writeHead(200, { 'content-length': '100' });
        response.write('half');
        return setImmediate(() => request.socket.destroy());
      case '/huge':
        response.writeHead(200);
        return response.end('x'.repeat(5_000));
      case '/cut-utf8': {
        const bytes = Buffer.from('é😀é');
        response.writeHead(200);
        response.write(bytes.subarray(0, 3));
        return setImmediate(() => response.end(bytes.subarray(3)));
      }
      case '/events':
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        return response.write(':ping\n\n');
      case '/events-then-end':
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        return response.end('data: 1\n\n');
      default:
        return response.writeHead(500).end();
    }
  });
  transport = createUndiciTransport({ clock, largestBody: 1_000, connections: { command: 2, poll: 1 } });
});

afterEach(async () => {
  await transport.close();
  await server.close();
  expect(clock.pending).toBe(0);
});

const ask = (path: string, more: Partial<WireRequest> = {}) =>
  transport.request({
    origin: server.origin,
    path,
    method: 'GET',
    headers: {},
    timeoutMs: 10_000,
    lane: 'command',
    ...more,
  });

async function failureOf(promise: Promise<unknown>): Promise<{ failure: string; sent: boolean }> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(TransportError);
  const { failure, sent } = error as TransportError;
  return { failure, sent };
}

/** A TCP server that does `act` with each connection. */
async function tcp(act: Parameters<typeof createTcpServer>[1]): Promise<{ origin: string; server: Server }> {
  const listener = createTcpServer({}, act);
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return { origin: `127.0.0.1:${(listener.address() as AddressInfo).port}`, server: listener };
}

describe('an answer', () => {
  test('carries status, headers and text; the request its headers byte for byte', async () => {
    const cookie = 'icws_1=ab|languageId=en-us==';
    const answer = await ask('/echo', { method: 'POST', body: '{"é":1}', headers: { cookie } });
    expect(answer).toMatchObject({ status: 200, text: '{"é":1}' });
    expect(answer.headers).toMatchObject({ 'x-cookie': cookie, 'set-cookie': ['a=1', 'b=2'] });
  });

  test('may be empty, and may cut a character in two', async () => {
    expect(await ask('/empty')).toMatchObject({ status: 204, text: '' });
    expect((await ask('/cut-utf8')).text).toBe('é😀é');
  });

  test('larger than the limit fails as too-large', async () => {
    expect(await failureOf(ask('/huge'))).toEqual({ failure: 'too-large', sent: true });
  });
});

describe('whether a failed request was sent', () => {
  test('no: the port refuses connections; the next requests find the server when it is there', async () => {
    const { origin, server: listener } = await tcp(() => {});
    await new Promise((resolve) => listener.close(resolve));
    const many = Array.from({ length: 20 }, () => failureOf(ask('/echo', { origin: `http://${origin}` })));
    for (const failure of await Promise.all(many)) expect(failure).toEqual({ failure: 'refused', sent: false });
    const port = Number(origin.split(':')[1]);
    listener.on('connection', (socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')),
    );
    await new Promise<void>((resolve) => listener.listen(port, '127.0.0.1', resolve));
    expect((await ask('/echo', { origin: `http://${origin}` })).status).toBe(200);
    await new Promise((resolve) => listener.close(resolve));
  });

  test('no: the name does not resolve', async () => {
    const failure = await failureOf(ask('/echo', { origin: 'http://nowhere.invalid:8018' }));
    expect(failure).toEqual({ failure: 'dns', sent: false });
  });

  test('no: the TLS handshake fails or is cut', async () => {
    const https = server.origin.replace('http:', 'https:');
    expect(await failureOf(ask('/echo', { origin: https }))).toEqual({ failure: 'tls', sent: false });
    const { origin, server: listener } = await tcp((socket) => socket.destroy());
    expect(await failureOf(ask('/echo', { origin: `https://${origin}` }))).toMatchObject({ sent: false });
    await new Promise((resolve) => listener.close(resolve));
  });

  test('no: it timed out while it waited for a connection, and it never leaves afterwards', async () => {
    const held = [failureOf(ask('/hangs', { timeoutMs: 5_000 })), failureOf(ask('/hangs', { timeoutMs: 5_000 }))];
    await server.seen('/hangs', 2);
    const queued = failureOf(ask('/echo', { timeoutMs: 1_000 }));
    await clock.advance(1_000);
    expect(await queued).toEqual({ failure: 'timeout', sent: false });
    await clock.advance(4_000);
    for (const failure of held) expect(await failure).toEqual({ failure: 'timeout', sent: true });
    expect((await ask('/empty')).status).toBe(204);
    expect(server.of('/echo')).toEqual([]);
  });

  test('yes: the connection is reset after the request, or closed at once by the server', async () => {
    expect(await failureOf(ask('/reset'))).toEqual({ failure: 'reset', sent: true });
    const { origin, server: listener } = await tcp((socket) => socket.once('data', () => socket.destroy()));
    expect(await failureOf(ask('/echo', { origin: `http://${origin}` }))).toEqual({ failure: 'reset', sent: true });
    await new Promise((resolve) => listener.close(resolve));
  });

  test('yes: the answer breaks off', async () => {
    expect(await failureOf(ask('/half'))).toEqual({ failure: 'reset', sent: true });
  });

  test('yes: no answer, or no end of it, within the deadline', async () => {
    const hanging = failureOf(ask('/hangs'));
    const half = failureOf(ask('/hangs-after-head'));
    await server.seen('/hangs', 2);
    await clock.advance(10_000);
    expect(await hanging).toEqual({ failure: 'timeout', sent: true });
    expect(await half).toEqual({ failure: 'timeout', sent: true });
  });

  test('yes: it was given up on the way; no: it was given up in the queue', async () => {
    const cancels: (() => void)[] = [];
    const onCancellable = (cancel: () => void): void => {
      cancels.push(cancel);
    };
    const held = [failureOf(ask('/hangs', { onCancellable })), failureOf(ask('/hangs', { onCancellable }))];
    await server.seen('/hangs', 2);
    const queued = failureOf(ask('/echo', { onCancellable }));
    for (const cancel of cancels.reverse()) cancel();
    expect(await queued).toEqual({ failure: 'aborted', sent: false });
    for (const failure of held) expect(await failure).toEqual({ failure: 'aborted', sent: true });
    expect((await ask('/empty')).status).toBe(204);
    expect(server.of('/echo')).toEqual([]);
  });

  test('a request that cannot be written fails unsent, and the failure quotes nothing of it', async () => {
    const sent = ask('/echo', { headers: { cookie: 'secret\r\nx: 1' } });
    const error = (await sent.catch((thrown: unknown) => thrown)) as TransportError;
    expect(error).toMatchObject({ failure: 'broken', sent: false });
    expect(error.message).not.toContain('secret');
  });
});

test('a poll that hangs does not hold up a command', async () => {
  const poll = failureOf(ask('/hangs', { lane: 'poll' }));
  await server.seen('/hangs');
  expect((await ask('/empty')).status).toBe(204);
  await clock.advance(10_000);
  expect(await poll).toEqual({ failure: 'timeout', sent: true });
});

test('commands share a few connections', async () => {
  await Promise.all(Array.from({ length: 50 }, () => ask('/empty')));
  expect(server.connections).toBeLessThanOrEqual(2);
});

describe('a stream', () => {
  function listen(path: string, origin = server.origin) {
    const told: string[] = [];
    const listener: StreamListener = {
      onHead: (status, headers) => told.push(`head ${status} ${headers['content-type'] ?? ''}`),
      onData: (chunk) => told.push(`data ${Buffer.from(chunk).toString().trim()}`),
      onEnd: (error) => told.push(error ? `end ${error.failure} ${error.sent}` : 'end'),
    };
    const request = { origin, path, headers: {}, headTimeoutMs: 1_000, silenceTimeoutMs: 75_000 };
    return { told, close: transport.openStream(request, listener) };
  }

  test('tells head, bytes and end, each on a connection of its own', async () => {
    const one = listen('/events');
    const two = listen('/events');
    const over = listen('/events-then-end');
    await eventually(() => one.told.length === 2 && two.told.length === 2 && over.told.length === 3);
    expect(one.told).toEqual(['head 200 text/event-stream', 'data :ping']);
    expect(over.told).toEqual(['head 200 text/event-stream', 'data data: 1', 'end']);
    one.close();
    two.close();
    await eventually(() => server.connections === 0);
    expect(one.told).toHaveLength(2);
  });

  test('ends by the watchdog after silence, counted from the last byte', async () => {
    const { told } = listen('/events');
    await eventually(() => told.length === 2);
    await clock.advance(74_000);
    expect(told).toHaveLength(2);
    await clock.advance(1_000);
    expect(told[2]).toBe('end timeout true');
    await eventually(() => server.connections === 0);
  });

  test('ends when its head does not come, is cut, or cannot be opened', async () => {
    const mute = listen('/hangs');
    await server.seen('/hangs');
    await clock.advance(1_000);
    expect(mute.told).toEqual(['end timeout true']);
    const cut = listen('/events');
    await eventually(() => cut.told.length === 2);
    server.cut();
    await eventually(() => cut.told.length === 3);
    expect(cut.told[2]).toBe('end reset true');
    const refused = listen('/events', 'http://127.0.0.1:1');
    await eventually(() => refused.told.length === 1);
    expect(refused.told).toEqual(['end refused false']);
  });

  test('tells nothing after it was closed', async () => {
    const { told, close } = listen('/events');
    close();
    close();
    await ask('/empty');
    expect(told).toEqual([]);
  });
});
