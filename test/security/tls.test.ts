import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createServer, type TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../src/base/clock.js';
import { seededRandom } from '../../src/base/random.js';
import { createSimulator, type Simulator, startSimulatorServer, WorldSchema } from '../../src/simulator/index.js';
import { ask } from '../support/ask.js';

/** The built command, as a user starts it. */
const COMMAND = resolve('dist/cli/main.js');
/** For tests only (see make.sh there): an authority that nobody else trusts, and what it vouches for. */
const CERTIFICATES = fileURLToPath(new URL('certificates/', import.meta.url));
const AUTHORITY = join(CERTIFICATES, 'authority.pem');
const PASSWORD = 'over-tls-only-4711';

const releases: (() => unknown)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
});

interface Front {
  readonly port: number;
  readonly simulator: Simulator;
  /** Bytes of requests that were read behind the handshake. */
  read: number;
}

/** A simulator behind TLS, as a proxy puts it there, with the certificate for `host`. */
async function behindTls(host: 'this-machine' | 'another-host', versions = {}): Promise<Front> {
  const simulator = createSimulator({
    world: WorldSchema.parse({
      version: 1,
      users: [{ names: 'bot{1..4}', password: PASSWORD }],
      campaigns: [{ name: 'Collections', type: 'power', contacts: 200 }],
      dialling: { oneMoreCall: 0, ring: { fixed: '20ms' }, farSideHangsUpAfter: { fixed: '100ms' } },
    }),
    clock: systemClock(),
    random: seededRandom(1),
  });
  const plain = await startSimulatorServer(simulator, { host: '127.0.0.1', port: 0 });
  const { port: behind } = new URL(plain.url);
  const [key, cert] = ['key', 'pem'].map((ending) => readFileSync(join(CERTIFICATES, `${host}.${ending}`)));
  const sockets = new Set<TLSSocket>();
  const server = createServer({ key, cert, ...versions }, (socket) => {
    sockets.add(socket);
    socket.on('data', (chunk) => {
      front.read += chunk.length;
    });
    const upstream = createConnection(Number(behind), '127.0.0.1');
    socket.pipe(upstream).pipe(socket);
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const)
      one.on('error', () => {}).on('close', () => other.destroy());
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const front: Front = { port: (server.address() as AddressInfo).port, simulator, read: 0 };
  releases.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    await plain.close();
    simulator.close();
  });
  return front;
}

/** A worker file as a user writes it. */
function workerFile(port: number, server: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'dialer-agent-tls-'));
  releases.push(() => rmSync(folder, { recursive: true, force: true }));
  const policy = 'version: 1\ntalk: { fixed: 50ms }\nwrapUp: { fixed: 0ms }\notherwise: { disposition: No Answer }\n';
  writeFileSync(join(folder, 'policy.yaml'), policy);
  const file = join(folder, 'worker.yaml');
  writeFileSync(
    file,
    `version: 1
server: { url: "https://127.0.0.1:${port}", firstConnect: 1s${server} }
agents: [ { users: "bot{1..4}", password: { env: PW }, policy: policy.yaml } ]
limits: { calls: 8, duration: 20s }
journal: { path: journal }
`,
  );
  return file;
}

/** Runs the command against it. */
async function run({ port }: Front, server: string) {
  const env = { ...process.env, NO_COLOR: '1', PW: PASSWORD };
  const child = spawn(process.execPath, [COMMAND, 'run', '-c', workerFile(port, server), '--no-metrics'], { env });
  let said = '';
  const hear = (chunk: Buffer): void => {
    said += chunk;
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const exit = await new Promise((done) => child.on('close', (code, signal) => done(code ?? signal)));
  return { exit, said };
}

const SLOWLY = 30_000;

describe('a server behind TLS', () => {
  test.each(['stream', 'poll'])(
    'with a certificate of a private authority is worked with, by %s, where server.tls.ca names that authority',
    async (messaging) => {
      const front = await behindTls('this-machine');
      const { exit, said } = await run(front, `, messaging: ${messaging}, tls: { ca: "${AUTHORITY}" }`);
      expect([exit, exit === 0 ? '' : said]).toEqual([0, '']);
      const { calls, violations } = front.simulator.ledger();
      expect(calls.length).toBeGreaterThanOrEqual(8);
      expect(calls.filter(({ dispositions }) => dispositions.length !== 1)).toEqual([]);
      expect(violations).toEqual([]);
    },
    SLOWLY,
  );

  test.each([
    ['an authority that is not known', 'this-machine', ''],
    ['the name of another host', 'another-host', `, tls: { ca: "${AUTHORITY}" }`],
  ] as const)(
    'with %s is refused, and is told nothing',
    async (_what, host, server) => {
      const front = await behindTls(host);
      const { exit, said } = await run(front, server);
      expect(exit).toBe(3);
      expect(said).toMatch(/TLS handshake failed/);
      expect(front.read).toBe(0);
      expect(front.simulator.ledger().sessions.opened).toBe(0);
      expect(said).not.toContain(PASSWORD);
    },
    SLOWLY,
  );

  test(
    'of a version that is broken is refused',
    async () => {
      const front = await behindTls('this-machine', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' });
      const { exit, said } = await run(front, `, tls: { ca: "${AUTHORITY}" }`);
      expect(exit).toBe(3);
      expect(said).toMatch(/TLS handshake failed/);
      expect(front.read).toBe(0);
    },
    SLOWLY,
  );

  test.each([
    ['that is not there', 'nowhere.pem', /nowhere\.pem/],
    ['that holds no certificate', join(CERTIFICATES, 'make.sh'), /make\.sh/],
  ])('with a file of authorities %s: exit 2, with file and line', async (_what, file, sentence) => {
    const { exit, err } = await ask(['run', '-c', workerFile(9, `, tls: { ca: "${file}" }`)], { PW: PASSWORD });
    expect(exit).toBe(2);
    expect(err).toMatch(/worker\.yaml:2:\d+/);
    expect(err).toMatch(sentence);
  });
});
