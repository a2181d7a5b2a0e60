import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { askHosts, type RoundResult } from '../../src/fleet/host-round.js';
import { createServerAddress } from '../../src/icws/address.js';
import { disposition } from '../../src/icws/commands.js';
import { openSession } from '../../src/icws/session-opening.js';
import { Desk, Ears, PASSWORD } from '../icws/icws-desk.js';
import { eventually } from '../icws/trouble-server.js';
import { ask } from '../support/ask.js';

const releases: (() => unknown)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
});

/** A server on an address of this machine, and all that reached it. */
interface Listener {
  readonly port: number;
  /** Requests with their headers and bodies, as text. */
  readonly heard: string[];
  /** Connections that were made, whatever came over them. */
  connections: number;
}

async function listen(host: string, port: number, answer: RequestListener): Promise<Listener> {
  const heard: string[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      heard.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)} ${body}`);
      answer(request, response);
    });
  });
  const listener = { port: 0, heard, connections: 0 };
  server.on('connection', () => {
    listener.connections++;
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  listener.port = (server.address() as AddressInfo).port;
  releases.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return listener;
}

const granted: RequestListener = (_request, response) => {
  response.writeHead(201, { 'content-type': 'application/json', 'set-cookie': 'icws_1=abc; Path=/icws/1' });
  response.end(
    JSON.stringify({
      csrfToken: 'a-csrf-token',
      sessionId: '1',
      userID: 'bot1',
      features: [{ featureId: 'messaging', version: 2 }],
    }),
  );
};

const isLogIn = (url = ''): boolean => url.split('?')[0] === '/icws/connection';

function desk(): Desk {
  const made = new Desk();
  releases.push(() => made.leave());
  return made;
}

/** One round over the hosts, as the fleet makes it. */
async function round(at: Desk, url: string, allowHosts?: readonly string[]): Promise<RoundResult> {
  const address = createServerAddress({ url, allowHosts });
  const result = await askHosts({
    hosts: address.hosts,
    named: new Set(),
    onRefusedHosts: () => {},
    open: (host) =>
      openSession(at.deps, {
        address,
        host,
        credentials: { user: 'bot1', password: PASSWORD },
        applicationName: 'test',
        language: 'en-us',
        messaging: 'poll',
      }),
  });
  if (result.kind === 'opened') releases.push(() => result.session.close());
  return result;
}

describe('a server that sends the log-in elsewhere', () => {
  const ways: [string, (port: number) => RequestListener][] = [
    ...[301, 302, 303, 307, 308].map((status): [string, (port: number) => RequestListener] => [
      `by a redirect (${status})`,
      (port) => (_request, response) =>
        response.writeHead(status, { location: `http://127.0.0.2:${port}/icws/connection` }).end(),
    ]),
    [
      'by a list of hosts (503)',
      () => (_request, response) =>
        response.writeHead(503).end(JSON.stringify({ alternateHostList: ['127.0.0.2', 'evil.example.com'] })),
    ],
    [
      'by a list with a port (503)',
      (port) => (_request, response) =>
        response.writeHead(503).end(JSON.stringify({ alternateHostList: [`127.0.0.2:${port}`] })),
    ],
  ];

  test.each(ways)('%s to a host that is not allowed: no connection is made to it', async (_way, answerOf) => {
    let answer: RequestListener = granted;
    const first = await listen('127.0.0.1', 0, (request, response) => answer(request, response));
    const second = await listen('127.0.0.2', first.port, granted);
    answer = answerOf(second.port);
    const at = desk();
    const result = await round(at, `http://127.0.0.1:${first.port}`);
    expect([second.connections, second.heard]).toEqual([0, []]);
    expect(first.heard).toHaveLength(1);
    expect(result).toMatchObject({ kind: 'failed', error: { code: 'icws/host-not-allowed' } });
    expect(at.said + JSON.stringify(result)).not.toContain(PASSWORD);
  });

  test.each(ways)('%s to a host that is allowed: it logs in there', async (_way, answerOf) => {
    let answer: RequestListener = granted;
    const first = await listen('127.0.0.1', 0, (request, response) => answer(request, response));
    const second = await listen('127.0.0.2', first.port, granted);
    answer = answerOf(second.port);
    const result = await round(desk(), `http://127.0.0.1:${first.port}`, ['127.0.0.1', '127.0.0.2']);
    expect(result.kind).toBe('opened');
    expect(second.heard[0]).toContain(PASSWORD);
  });

  test('a redirect in the midst of a session is not followed, by no command and by no stream', async () => {
    let isOpen = false;
    let port = 0;
    const first = await listen('127.0.0.1', 0, (request, response) => {
      if (!isOpen && isLogIn(request.url)) return granted(request, response);
      return response.writeHead(307, { location: `http://127.0.0.2:${port}${request.url}` }).end();
    });
    const second = await listen('127.0.0.2', first.port, granted);
    port = second.port;
    const at = desk();
    const session = await at.opened(`http://127.0.0.1:${first.port}`, 'bot1', { messaging: 'auto' });
    isOpen = true;
    session.listen(new Ears());
    const answer = await session.run(disposition({ label: 'Success' }));
    await eventually(() => first.heard.some((text) => text.includes('text/event-stream')));
    expect(answer.kind).not.toBe('ok');
    expect(second.connections).toBe(0);
  });
});

describe('plain http to a host that is not this machine', () => {
  test.each([
    ['http://cic1.example.com:8018'],
    ['http://127.0.0.1.example.com:8018'],
    ['http://localhost.example.com'],
    ['http://192.0.2.1:8018'],
    ['http://[2001:db8::1]:8018'],
    ['http://[::ffff:192.0.2.1]:8018'],
  ])('%s is refused before anything is sent', async (url) => {
    const args = ['run', '--server', url, '--users', 'bot1', '--password-env', 'PW', '--no-journal'];
    const { exit, err } = await ask(args, { PW: PASSWORD });
    expect(exit).toBe(2);
    expect(err).toContain('plain text');
    expect(err).not.toContain(PASSWORD);
  });

  test('a host that a server names is not reached in plain text either, though it is listed', () => {
    const address = createServerAddress({
      url: 'http://127.0.0.1:8018',
      allowHosts: ['127.0.0.1', 'cic2.example.com', '192.0.2.7'],
    });
    for (const host of ['cic2.example.com', '192.0.2.7']) expect(address.allowedHost(host)).toBeUndefined();
  });
});

describe('what a server sends without end is not kept', () => {
  const MOST_BYTES = 64 * 1_024 * 1_024;
  const piece = 'x'.repeat(64 * 1_024);

  /** Writes for as long as it is read; how much that was. */
  function pour(response: Parameters<RequestListener>[1], sent: { bytes: number; isCut: boolean }): void {
    response.on('close', () => {
      sent.isCut = true;
    });
    const write = (): void => {
      while (!sent.isCut && sent.bytes < 2 * MOST_BYTES) {
        sent.bytes += piece.length;
        if (!response.write(piece)) {
          response.once('drain', write);
          return;
        }
      }
    };
    write();
  }

  test('a log-in that is answered by an endless body fails, cut off', async () => {
    const sent = { bytes: 0, isCut: false };
    const first = await listen('127.0.0.1', 0, (_request, response) => {
      response.writeHead(201, { 'content-type': 'application/json' });
      pour(response, sent);
    });
    const result = await round(desk(), `http://127.0.0.1:${first.port}`);
    await eventually(() => sent.isCut);
    expect(result.kind).toBe('failed');
    expect(sent.bytes).toBeLessThan(MOST_BYTES);
  });

  test('an event of a stream that never ends is cut off', async () => {
    const sent = { bytes: 0, isCut: false };
    const first = await listen('127.0.0.1', 0, (request, response) => {
      if (isLogIn(request.url)) return granted(request, response);
      if (request.headers.accept !== 'text/event-stream') return response.writeHead(200).end('[]');
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: ');
      return pour(response, sent);
    });
    const session = await desk().opened(`http://127.0.0.1:${first.port}`, 'bot1', { messaging: 'stream' });
    const ears = new Ears();
    session.listen(ears);
    await eventually(() => sent.isCut);
    expect(sent.bytes).toBeLessThan(MOST_BYTES);
    expect(ears.told).toContain('malformed');
  });

  test('headers without end are cut off', async () => {
    const first = await listen('127.0.0.1', 0, (_request, response) => {
      response.socket?.write('HTTP/1.1 201 Created\r\n');
      for (let count = 0; count < 1_000; count++) response.socket?.write(`x-${count}: ${'y'.repeat(1_000)}\r\n`);
    });
    expect((await round(desk(), `http://127.0.0.1:${first.port}`)).kind).toBe('failed');
  });
});
