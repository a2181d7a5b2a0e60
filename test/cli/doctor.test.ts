import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../src/base/clock.js';
import { fingerprint } from '../../src/base/fingerprint.js';
import { seededRandom } from '../../src/base/random.js';
import type { CheckName, Finding } from '../../src/fleet/finding.js';
import { dialerLogIn, setStation, setStatus } from '../../src/icws/commands.js';
import { createUndiciTransport } from '../../src/icws/undici-transport.js';
import { nodeFiles } from '../../src/journal/index.js';
import {
  createSimulator,
  type Simulator,
  startSimulatorServer,
  type WorldInput,
  WorldSchema,
} from '../../src/simulator/index.js';
import { json, TroubleServer } from '../icws/trouble-server.js';
import { openWith } from '../journal/support.js';
import type { Quirks, StrangerOptions } from '../stranger/quirks.js';
import { startStranger } from '../stranger/server.js';
import { ask } from '../support/ask.js';
import { LOCALHOST_TLS } from '../support/localhost-tls.js';
import { opener } from '../support/opener.js';

const PASSWORD = 'swordfish-13';
const releases: (() => unknown)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
});

const users = (more: object = {}) => [{ names: 'bot{1..3}', password: PASSWORD, ...more }];

async function world(input: Partial<WorldInput> = {}): Promise<{ url: string; port: number; simulator: Simulator }> {
  const clock = systemClock();
  const parsed = WorldSchema.parse({ version: 1, users: users(), ...input });
  const simulator = createSimulator({ world: parsed, clock, random: seededRandom(1) });
  const server = await startSimulatorServer(simulator, { host: '127.0.0.1', port: 0 });
  releases.push(async () => {
    await server.close();
    simulator.close();
  });
  return { url: server.url, port: server.port, simulator };
}

interface Report {
  readonly exit: number;
  readonly ok: boolean;
  readonly checks: readonly Finding[];
  /** All that was written. */
  readonly text: string;
  of(check: CheckName): readonly Finding[];
  status(check: CheckName): string | undefined;
}

async function examine(args: readonly string[], password = PASSWORD): Promise<Report> {
  const said = await ask(['doctor', '--json', ...args], { PASSWORD: password });
  const { ok, checks } = JSON.parse(said.out) as { ok: boolean; checks: Finding[] };
  const of = (check: CheckName) => checks.filter((finding) => finding.check === check);
  return { exit: said.exit, ok, checks, text: said.out + said.err, of, status: (check) => of(check)[0]?.status };
}

const at = (url: string, ...more: string[]): string[] => [
  ...['--server', url, '--users', 'bot{1..3}', '--password-env', 'PASSWORD'],
  ...more,
];

function file(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
  releases.push(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'file.yaml');
  writeFileSync(path, text);
  return path;
}

/** Listens on a free port of this machine. */
async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => {})));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  releases.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as { port: number }).port;
}

/** Speaks TLS by a certificate that nobody signed, and passes on what it hears. */
const behindTls = (port: number): Promise<number> =>
  listening(
    createTlsServer(LOCALHOST_TLS, (socket) => {
      const inner = connect(port, '127.0.0.1');
      socket.pipe(inner).pipe(socket);
      for (const end of [socket, inner]) end.on('error', () => {});
    }),
  );

describe('a server where all is well', () => {
  test('nothing is wrong, no call is taken, and nothing is left behind', async () => {
    const { url, simulator } = await world();
    const report = await examine(at(url, '--station', '{user}-ws'));
    expect(report.checks.filter(({ status }) => status === 'problem' || status === 'warning')).toEqual([]);
    expect(report).toMatchObject({ exit: 0, ok: true });
    const ledger = simulator.ledger();
    expect(ledger.violations).toEqual([]);
    expect(ledger).toMatchObject({ pops: 0, statusChanges: 0, sessions: { opened: 1, refused: 0, closed: 1 } });
    expect(Object.keys(ledger.requests).filter((name) => /ready-for-calls|PUT status/.test(name))).toEqual([]);
    expect(ledger.logOffs).toMatchObject({ requested: 1, granted: 1 });
    expect(report.text).not.toContain(PASSWORD);
  });

  test('an embedded simulator is started and examined as well', async () => {
    const config = file(
      `version: 1\nserver: { simulator: { version: 1, users: [ { names: bot1, password: x } ] } }\nagents: [ { users: bot1, password: x } ]\n`,
    );
    expect(await examine(['-c', config])).toMatchObject({ exit: 0, ok: true });
  });

  test('a person reads one line a check, and how many problems there are', async () => {
    const { url } = await world();
    const { out, exit } = await ask(['doctor', ...at(url, '--user', 'bot2')], { PASSWORD });
    expect(exit).toBe(0);
    expect(out).toMatch(/^bot2 at http/);
    expect(out).toMatch(/^ok {7}licence {5}Dialer accepts the log-in$/m);
    expect(out).toMatch(/^warning {2}station .*\n {21}→ Give each bot one/m);
    expect(out.trimEnd()).toMatch(/no problems, 1 warning$/);
  });

  test('polling only is worth a warning, and a problem where the configuration wants the stream', async () => {
    const { url } = await world({ messaging: 1 });
    const report = await examine(at(url));
    expect([report.exit, report.status('features'), report.status('messages')]).toEqual([0, 'warning', 'ok']);
    expect(report.of('messages')[0]?.message).toContain('polling');
    const wanted = await examine(at(url, '--messaging', 'poll'));
    expect(wanted.status('features')).toBe('ok');
    const stream = await examine(at(url, '--messaging', 'stream', '--timeout', '1s'));
    expect([stream.exit, stream.status('features')]).toEqual([1, 'problem']);
  });
});

describe('a user who could not work', () => {
  test('a wrong password is tried once, and not shown', async () => {
    const { url, simulator } = await world();
    const report = await examine(at(url), 'wrong-word-77');
    expect([report.exit, report.status('log-in'), report.status('licence')]).toEqual([1, 'problem', 'skipped']);
    expect(simulator.ledger()).toMatchObject({ sessions: { opened: 0, refused: 1 } });
    expect(report.text).not.toContain('wrong-word-77');
  });

  test('a password that the journal of the worker knows as refused is not tried again, unless that is wanted', async () => {
    const { url, simulator } = await world();
    const path = join(mkdtempSync(join(tmpdir(), 'doctor-')), 'journal');
    releases.push(() => rmSync(join(path, '..'), { recursive: true }));
    const identity = { server: url, applicationName: 'icws-dialer-agent' };
    const journal = await openWith({ files: nodeFiles(), path, identity, freshSalt: 'salt' });
    const refusal = { code: 'icws/credentials-refused', fingerprint: fingerprint(PASSWORD, 'salt/bot1') };
    await journal.write({ at: 1, user: 'bot1', kind: 'credentials.refused', ...refusal });
    await journal.close();
    const refused = await examine(at(url, '--journal', path));
    expect([refused.exit, refused.status('log-in')]).toEqual([1, 'problem']);
    expect(refused.of('log-in')[0]?.message).toContain('--retry-credentials');
    expect(simulator.ledger().sessions).toMatchObject({ opened: 0, refused: 0 });
    expect(await examine(at(url, '--journal', path, '--retry-credentials'))).toMatchObject({ exit: 0 });
    expect(await examine(at(url, '--journal', path, '--user', 'bot2'))).toMatchObject({ exit: 0 });
    expect((await examine(at(url, '--journal', path), 'another')).status('log-in')).toBe('problem');
    expect(simulator.ledger().sessions).toMatchObject({ opened: 2, refused: 1 });
  });

  test('no Dialer licence', async () => {
    const { url, simulator } = await world({ users: users({ licence: false }) });
    const report = await examine(at(url));
    expect([report.exit, report.status('licence'), report.status('campaigns')]).toEqual([1, 'problem', 'skipped']);
    expect(report.of('licence')[0]?.remedy).toContain('I3_ACCESS_DIALER_ADDON');
    expect(simulator.ledger().sessions).toMatchObject({ opened: 1, closed: 1 });
  });

  test('statuses that are not there, each with the likely one', async () => {
    const { url } = await world();
    const config = file(
      `version: 1\nserver: { url: "${url}" }\nagents: [ { users: bot1, password: { env: PASSWORD } } ]\nstatuses: { available: Availabel, break: Nonsense, end: Gone Home }\n`,
    );
    const report = await examine(['-c', config]);
    expect(report.exit).toBe(1);
    expect(report.of('statuses').map(({ status }) => status)).toEqual(['problem', 'problem']);
    expect(report.of('statuses')[0]).toMatchObject({
      message: expect.stringContaining('"Availabel"'),
      remedy: expect.stringContaining('statuses.available. Did you mean "Available"?'),
    });
  });

  test('a station that somebody else uses', async () => {
    const { url } = await world();
    await sitDown(url, 'bot2', 'bot1-ws');
    const report = await examine(at(url, '--station', '{user}-ws'));
    expect([report.exit, report.status('station')]).toEqual([1, 'problem']);
  });

  test('one who is at work is left at work', async () => {
    const { url, simulator } = await world();
    const session = await sitDown(url, 'bot1', 'bot1-ws');
    await session.run(dialerLogIn());
    const report = await examine(at(url, '--station', '{user}-ws'));
    expect([report.exit, report.status('free'), report.status('station'), report.status('licence')]).toEqual([
      0,
      'warning',
      'skipped',
      'skipped',
    ]);
    const { logOffs, requests } = simulator.ledger();
    expect([logOffs.requested, requests['PUT connection/station'], requests['POST dialer/log-in']]).toEqual([0, 1, 1]);
    const other = await examine(at(url, '--station', '{user}-ws', '--user', 'bot2'));
    expect(other.status('free')).toBe('ok');
  });

  test('one who is at work without a station shows by his status', async () => {
    const { url, simulator } = await world();
    const session = await sitDown(url, 'bot1', 'bot1-ws');
    await session.run(setStation({ kind: 'none' }));
    await session.run(setStatus(session.userId, 'Available'));
    const report = await examine(at(url));
    expect([report.exit, report.status('free'), report.status('licence')]).toEqual([0, 'warning', 'skipped']);
    expect(simulator.ledger().requests['POST dialer/log-in']).toBeUndefined();
  });

  test.each([
    [false, ['Colections'], ['warning', 'ok'], 0],
    [true, ['Colections,Renew*'], ['warning', 'ok'], 0],
    [true, ['Colections'], ['warning', 'problem'], 1],
    [true, ['all'], ['ok'], 0],
  ])('with the Logon Campaign right: %p, wanting %p: %p', async (logonCampaign, wanted, statuses, exit) => {
    const campaigns = ['Collections', 'Renewals'].map((name) => ({ name, type: 'predictive' as const }));
    const { url } = await world({ users: users({ logonCampaign }), campaigns });
    const report = await examine(at(url, '--campaigns', ...wanted));
    expect(report.of('campaigns').map(({ status }) => status)).toEqual(statuses);
    expect(report.exit).toBe(exit);
    if (logonCampaign && wanted[0] !== 'all') expect(report.text).toContain('Did you mean \\"Collections\\"?');
  });

  test('one whom no campaign is offered', async () => {
    const { url } = await world({ users: users({ workgroups: ['Elsewhere'] }) });
    const report = await examine(at(url));
    expect([report.exit, report.status('campaigns'), report.status('log-off')]).toEqual([1, 'problem', 'ok']);
  });
});

describe('a server that is none, or not as it should be', () => {
  test('nothing listens', async () => {
    const server = await TroubleServer.start(() => {});
    const { origin } = server;
    await server.close();
    const report = await examine(at(origin));
    expect([report.exit, report.status('connect'), report.status('log-in')]).toEqual([1, 'problem', 'skipped']);
  });

  test('HTML gets no password', async () => {
    const server = await TroubleServer.start((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html><html><body>Hello</body></html>'),
    );
    releases.push(() => server.close());
    const report = await examine(at(server.origin));
    expect([report.exit, report.status('version'), report.status('log-in')]).toEqual([1, 'problem', 'skipped']);
    expect(server.arrived.map(({ method }) => method)).toEqual(['GET']);
  });

  test('a host that names another one which is not allowed is not followed', async () => {
    const server = await TroubleServer.start((_, response) =>
      json(response, 503, { alternateHostList: ['cic2.elsewhere.example'] }),
    );
    releases.push(() => server.close());
    const report = await examine(at(server.origin));
    expect([report.exit, report.status('version'), report.status('log-in')]).toEqual([1, 'warning', 'problem']);
    expect(report.of('log-in')[0]?.remedy).toContain('--allow-host');
  });

  test('a redirect to elsewhere is told and not followed', async () => {
    const server = await TroubleServer.start((_, response) =>
      response.writeHead(302, { location: 'https://portal.example.com/login?next=x' }).end(),
    );
    releases.push(() => server.close());
    const report = await examine(at(server.origin));
    expect([report.exit, report.status('log-in')]).toEqual([1, 'skipped']);
    expect(report.of('version')[0]?.message).toMatch(/redirects to https:\/\/portal\.example\.com \(HTTP 302\)/);
  });

  test('one that never answers is given up when the time is up', async () => {
    const server = await TroubleServer.start(() => {});
    releases.push(() => server.close());
    const report = await examine(at(server.origin, '--timeout', '300ms'));
    expect(report.status('version')).toBe('skipped');
    expect(report.of('version')[0]?.message).toContain('--timeout');
    expect(report).toMatchObject({ exit: 1, ok: false });
  });

  test('plain http to another machine is refused before anything is sent', async () => {
    const { exit, err } = await ask(['doctor', ...at('http://cic.example.com:8018')], { PASSWORD });
    expect(exit).toBe(2);
    expect(err).toContain('--allow-plaintext');
  });

  test('a certificate that signs itself is looked at, not believed, until it is named', async () => {
    const { port } = await world();
    const url = `https://localhost:${await behindTls(port)}`;
    const report = await examine(at(url));
    expect([report.exit, report.status('tls'), report.status('version')]).toEqual([1, 'problem', 'skipped']);
    expect(report.of('tls')[0]).toMatchObject({
      message: expect.stringContaining('"localhost test"'),
      remedy: expect.stringContaining('server.tls.ca'),
    });
    const ca = file(LOCALHOST_TLS.cert);
    const config = file(
      `version: 1\nserver: { url: "${url}", tls: { ca: "${ca}" } }\nagents: [ { users: bot1, password: { env: PASSWORD } } ]\n`,
    );
    const trusted = await examine(['-c', config]);
    expect(trusted).toMatchObject({ exit: 0, ok: true });
    expect(trusted.of('tls')[0]?.message).toMatch(
      /TLSv1\.3, certificate "localhost test" issued by itself, valid until \d{4}/,
    );
  });

  test('http where https was meant', async () => {
    const { port } = await world();
    const report = await examine(at(`https://127.0.0.1:${port}`));
    expect([report.exit, report.status('tls'), report.status('version')]).toEqual([1, 'problem', 'skipped']);
  });

  test('something that takes connections and is no web server', async () => {
    const port = await listening(createTcpServer((socket) => socket.end('220 mail ready\r\n')));
    const report = await examine(at(`http://127.0.0.1:${port}`));
    expect([report.exit, report.status('version'), report.status('log-in')]).toEqual([1, 'problem', 'skipped']);
  });
});

describe('a server that shares nothing with this code', () => {
  const everything: Partial<Quirks> = {
    ...{ overtake: true, slowMs: 40, duplicates: 'late', unknowns: true, noContent: true, cookies: true },
    ...{ mangledStream: true, letterCase: true, stateNumbers: true },
  };
  test.each<[string, Partial<StrangerOptions>, string[], number]>([
    ['polite', {}, [], 0],
    ['polling only', { messaging: 1 }, ['features'], 0],
    ['with the Logon Campaign right', { logonCampaign: true }, [], 0],
    ['behind a first host that names it', { frontDoor: true }, ['version'], 0],
    ['odd in every way that is allowed', { quirks: everything }, [], 0],
    ...(['null', 'missing', 'with-campaigns'] as const).map(
      (fullLogout): [string, Partial<StrangerOptions>, string[], number] => [
        `granting a log-off by ${fullLogout}`,
        { quirks: { fullLogout } },
        [],
        0,
      ],
    ),
    ['without a licence for the user', { unlicensed: [1] }, ['licence'], 1],
    ['that refuses the user', { refused: [1] }, ['log-in'], 1],
  ])('%s', async (_what, given, found, exit) => {
    const stranger = await startStranger({ users: 3, password: PASSWORD, ...given });
    releases.push(() => stranger.close());
    const report = await examine([
      ...['--server', stranger.url, '--users', 'bot001', '--password-env', 'PASSWORD'],
      ...['--station', 'bot001-ws'],
      ...['--allow-host', '127.0.0.2', '--allow-plaintext'],
    ]);
    const wrong = report.checks.filter(({ status }) => status === 'problem' || status === 'warning');
    expect(wrong.map(({ check }) => check)).toEqual(found);
    expect(report.exit).toBe(exit);
    const { violations, calls } = stranger.truth;
    // What is a fault of a worker is the point of a doctor: a station not ready for calls, a look at the host that is passive.
    expect(violations.filter(({ code }) => !/^station-not-ready$|to-passive-host$/.test(code))).toEqual([]);
    expect([calls, stranger.liveSessions()]).toEqual([[], 0]);
  });
});

test('a user whom the roster does not know is bad usage', async () => {
  const { url } = await world();
  const { exit, err } = await ask(['doctor', ...at(url, '--user', 'somebody')], { PASSWORD });
  expect([exit, err]).toEqual([2, 'dialer-agent: --user somebody is nobody of the roster\n']);
});

/** Takes a station as somebody else's session, which stays open. */
async function sitDown(url: string, user: string, workstation: string) {
  const clock = systemClock();
  const transport = createUndiciTransport({ clock });
  releases.push(() => transport.close());
  const open = opener({
    ...{ transport, clock, url, random: seededRandom(1) },
    ...{ applicationName: 'worker', password: PASSWORD, messaging: 'poll' },
  });
  const opening = await open(user);
  if (opening.kind !== 'opened') throw opening.error;
  await opening.session.run(setStation({ kind: 'workstation', workstation }));
  return opening.session;
}
