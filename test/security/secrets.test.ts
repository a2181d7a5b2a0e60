import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../src/base/clock.js';
import { matchesGlob } from '../../src/base/glob.js';
import { seededRandom } from '../../src/base/random.js';
import { main } from '../../src/cli/program.js';
import { createSimulator, type Simulator, startSimulatorServer, WorldSchema } from '../../src/simulator/index.js';
import { ask } from '../support/ask.js';

/** The built command, as a user starts it; another build can be named for runs by hand. */
const COMMAND = resolve(process.env.STRANGER_PRODUCT ?? 'dist/cli/main.js');
const PASSWORD = 'Tr0ub4dor "&" 3 \\ Ünïcorn';
const WRONG = 'Wr0ng-and-Str4nge-0815';
const TOKEN = 'bearer-of-the-control-7261';

/** Contacts whose columns occur nowhere else. */
const CONTACTS = Array.from({ length: 60 }, (_, index) => ({
  first_name: `Zebulonia${index}`,
  last_name: `Quartermaine${index}`,
  phone_home: `+15550199${String(index).padStart(3, '0')}`,
  email: `zq${index}@contacts.invalid`,
}));

/** Faults that make the worker talk: errors, retries, lost sessions. */
const FAULTS = [
  { fault: 'lost-response', rate: '5%' },
  { fault: 'server-error', rate: '5%' },
  { fault: 'html-error', rate: '2%' },
  { fault: 'expired-session', rate: '2%' },
  { fault: 'cut-stream', rate: '2%' },
] as const;

const POLICY = `version: 1
talk: { fixed: 200ms }
wrapUp: { fixed: 50ms }
preview: { think: { fixed: 50ms }, ringFor: 1s }
rules:
  - { name: by-name, when: { attributes: { last_name: "Quartermaine1*" } }, then: { disposition: Success } }
  - { name: again, when: { chance: 30% }, then: { callback: { in: 1h, owner: anyone } } }
otherwise: { disposition: No Answer }
`;

/** All that the product let anybody see, by where it was seen. */
const seen = new Map<string, string>();
/** Session tokens and cookies that the server gave out. */
const granted = new Set<string>();
const folder = mkdtempSync(join(tmpdir(), 'dialer-agent-secrets-'));
const journal = join(folder, 'journal');

interface Run {
  readonly child: ChildProcess;
  readonly exit: Promise<number | null>;
  err: string;
}

function start(name: string, args: string[], password: string): Run {
  const env = { ...process.env, NO_COLOR: '1', BOT_PASSWORD: password, PAGE_TOKEN: TOKEN, DIALER_AGENT_DEBUG: '1' };
  // With a umask that takes nothing away: what is private must have been made so on purpose.
  const command = ['-c', 'umask 000; exec "$0" "$@"', process.execPath, COMMAND, ...args];
  const child = spawn('bash', command, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  const run: Run = {
    child,
    err: '',
    exit: new Promise((done) => {
      child.on('close', (code) => {
        seen.set(`${name}: stdout`, out);
        seen.set(`${name}: stderr`, run.err);
        done(code);
      });
    }),
  };
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    run.err += chunk;
  });
  return run;
}

/** Notes what the server tells clients to keep to themselves. */
function listening(simulator: Simulator): Simulator {
  return {
    ...simulator,
    handle: async (request) => {
      for (const name of ['cookie', 'inin-icws-csrf-token']) {
        for (const value of [request.headers[name] ?? []].flat()) granted.add(String(value));
      }
      return simulator.handle(request);
    },
  };
}

const worker = (url: string, users: string): string => `version: 1
seed: 7
server: { url: "${url}" }
agents: [ { users: "${users}", password: { env: BOT_PASSWORD }, policy: policy.yaml } ]
load: { logins: 100/s }
limits: { duration: 5s }
drain: { timeout: 20s }
http: { port: 0, token: { env: PAGE_TOKEN } }
journal: { path: journal }
`;

beforeAll(async () => {
  writeFileSync(join(folder, 'policy.yaml'), POLICY);
  const csv = ['first_name,last_name,phone_home,email', ...CONTACTS.map((contact) => Object.values(contact).join(','))];
  const simulator = createSimulator({
    world: WorldSchema.parse({
      version: 1,
      users: [{ names: 'bot{1..8}', password: PASSWORD }],
      campaigns: [
        { name: 'Collections', type: 'power', contacts: { csv: 'contacts.csv' } },
        { name: 'Renewals', type: 'preview', contacts: { csv: 'contacts.csv' }, allowSkip: true },
      ],
      dialling: { ring: { fixed: '50ms' }, farSideHangsUpAfter: { exponential: { mean: '500ms' } } },
      faults: [...FAULTS],
    }),
    clock: systemClock(),
    random: seededRandom(1),
    readFile: () => `${csv.join('\n')}\n`,
  });
  const server = await startSimulatorServer(listening(simulator), { host: '127.0.0.1', port: 0 });
  try {
    await atWork(server.url);
    await refused(server.url);
  } finally {
    await server.close();
    simulator.close();
  }
  for (const name of readdirSync(journal)) seen.set(`journal: ${name}`, readFileSync(join(journal, name), 'utf8'));
  for (const name of ['run.log', 'summary.json', 'refused.log']) {
    seen.set(name, readFileSync(join(folder, name), 'utf8'));
  }
  await asked();
}, 90_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A run at the most talkative level, whose pages are all looked at. */
async function atWork(url: string): Promise<void> {
  const file = join(folder, 'worker.yaml');
  writeFileSync(file, worker(url, 'bot{1..8}'));
  const files = ['--summary', join(folder, 'summary.json'), '--log-file', join(folder, 'run.log')];
  const run = start('run', ['run', '-c', file, '--log-level', 'debug', ...files], PASSWORD);
  const log = (): string => {
    try {
      return readFileSync(join(folder, 'run.log'), 'utf8');
    } catch {
      return '';
    }
  };
  const page = await untilFound(
    run,
    () => /"url":"(http:[^"]+)","msg":"metrics, health and live page"/.exec(log())?.[1],
  );
  await untilFound(run, () => (log().match(/"call closed"/g)?.length ?? 0) > 10 || undefined);
  for (const path of ['/', '/metrics', '/api/agents', '/healthz', '/readyz', '/nowhere']) {
    const answer = await fetch(page + path);
    seen.set(`page: ${path}`, JSON.stringify([...answer.headers]) + (await answer.text()));
  }
  for (const bearer of [TOKEN.slice(0, -1), TOKEN]) {
    const answer = await fetch(`${page}/control/drain`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}` },
    });
    seen.set(`page: /control/drain ${answer.status}`, await answer.text());
  }
  await run.exit;
}

async function refused(url: string): Promise<void> {
  const file = join(folder, 'refused.yaml');
  writeFileSync(file, worker(url, 'bot{1..3}'));
  const run = start(
    'refused',
    ['run', '-c', file, '--log-level', 'debug', '--log-file', join(folder, 'refused.log')],
    WRONG,
  );
  await run.exit;
}

/** What the commands over the journal print. */
async function asked(): Promise<void> {
  const bot = ['replay', 'bot1', '--journal', journal, '--json'];
  for (const args of [['calls', '--journal', journal, '--json'], ['calls', '--journal', journal, '--csv'], bot]) {
    let text = '';
    const say = (more: string): void => {
      text += more;
    };
    const onSignal = () => () => {};
    const readFile = (path: string): string => readFileSync(path, 'utf8');
    await main(args, { out: say, err: say, env: {}, stderr: process.stderr, readFile, onSignal });
    seen.set(args.join(' '), text);
  }
}

async function untilFound<T>(run: Run, look: () => T | undefined): Promise<T> {
  let isOver = false;
  void run.exit.then(() => {
    isOver = true;
  });
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (isOver) throw new Error(`the run ended too early: ${run.err.slice(-2_000)}`);
    await new Promise((again) => setTimeout(again, 50));
  }
}

/** Where any of these texts was seen, in any usual way of writing it. */
function whereSeen(texts: Iterable<string>): string[] {
  const found: string[] = [];
  for (const text of texts) {
    const spellings = new Set([
      text,
      JSON.stringify(text).slice(1, -1),
      encodeURIComponent(text),
      Buffer.from(text).toString('base64').replace(/=+$/, ''),
      Buffer.from(text).toString('hex'),
    ]);
    for (const [place, said] of seen) {
      for (const spelling of spellings) if (said.includes(spelling)) found.push(`${place}: ${text.slice(0, 12)}…`);
    }
  }
  return found;
}

describe('a whole run at debug level, with errors, and all that it lets anybody see', () => {
  test('it was worth looking at', () => {
    expect([...seen.keys()]).toEqual(
      expect.arrayContaining(['run: stderr', 'run.log', 'summary.json', 'page: /api/agents', 'page: /metrics']),
    );
    expect(JSON.parse(seen.get('summary.json') ?? '').calls.total).toBeGreaterThan(10);
    expect(seen.get('run.log')).toContain('"level":"debug"');
    expect([...seen.keys()].some((name) => /journal: journal-\d+\.ndjson/.test(name))).toBe(true);
    expect(seen.has('page: /control/drain 401')).toBe(true);
    expect(granted.size).toBeGreaterThan(10);
    expect(whereSeen(['Collections'])).not.toEqual([]);
  });

  test('holds no password, neither the right nor a refused one', () => {
    expect(whereSeen([PASSWORD, WRONG])).toEqual([]);
  });

  test('holds no token of the control page', () => {
    expect(whereSeen([TOKEN])).toEqual([]);
  });

  test('holds no token or cookie of a session', () => {
    expect(whereSeen(granted)).toEqual([]);
  });

  test('holds no column of a contact', () => {
    expect(whereSeen(CONTACTS.flatMap((contact) => Object.values(contact)))).toEqual([]);
  });
});

test('the journal can be read by its owner alone, whatever the umask', () => {
  const modes = readdirSync(journal).map((name) => statSync(join(journal, name)).mode & 0o777);
  expect(statSync(journal).mode & 0o777).toBe(0o700);
  expect(modes.length).toBeGreaterThan(0);
  expect(new Set(modes)).toEqual(new Set([0o600]));
});

test('files that are made to hurt are refused, quickly and in a sentence', async () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefghi'.split('').map((name, at) => aliases(name, 'abcdefgh'[at] ?? '')),
  ];
  const hostile = [bomb.join('\n'), '['.repeat(20_000), `version: 1\n# ${'x'.repeat(2_000_000)}`, '{'.repeat(100_000)];
  const started = performance.now();
  for (const text of hostile) {
    const file = join(folder, 'hostile.yaml');
    writeFileSync(file, text);
    const { exit, out, err } = await ask(['check', file]);
    expect(exit).toBe(2);
    expect((out + err).length).toBeLessThan(5_000);
  }
  expect(performance.now() - started).toBeLessThan(3_000);
});

test('a pattern that is made to run away does not', () => {
  const started = performance.now();
  expect(matchesGlob(`${'*a'.repeat(200)}*b`, 'a'.repeat(20_000))).toBe(false);
  expect(matchesGlob(`${'?*'.repeat(2_000)}!`, 'a'.repeat(20_000))).toBe(false);
  expect(performance.now() - started).toBeLessThan(2_000);
});

const aliases = (name: string, of: string): string => `${name}: &${name} [${Array(9).fill(`*${of}`).join(',')}]`;

/** Folders that take no file, whoever asks: root, too, whom no file mode keeps out. */
test.each(['/proc/journal', '/dev/null/journal'])(
  'a journal that cannot be written (%s) ends the run before anybody logs in, and says so',
  async (path) => {
    const bot = ['--server', 'http://127.0.0.1:9', '--users', 'bot1', '--password-env', 'BOT_PASSWORD', '--no-metrics'];
    const run = start('unwritable', ['run', ...bot, '--policy', join(folder, 'policy.yaml'), '--journal', path], 'x');
    expect(await run.exit).toBe(1);
    const { err } = run;
    expect(err).toMatch(/could not be written: E[A-Z]+: .*\(journal\/failed\)/);
  },
  30_000,
);

/** A file that one process may not grow beyond so many blocks of 1 KiB stands for a disk that is full. */
test('a disk that is full in mid-run ends it with exit code 1, and says so', async () => {
  const simulator = createSimulator({
    world: WorldSchema.parse({
      version: 1,
      users: [{ names: 'bot{1..8}', password: PASSWORD }],
      campaigns: [{ name: 'Collections', type: 'power', contacts: 500 }],
      dialling: { ring: { fixed: '50ms' }, farSideHangsUpAfter: { exponential: { mean: '500ms' } } },
    }),
    clock: systemClock(),
    random: seededRandom(1),
  });
  const server = await startSimulatorServer(simulator, { host: '127.0.0.1', port: 0 });
  const file = join(folder, 'small-disk.yaml');
  writeFileSync(file, worker(server.url, 'bot{1..8}').replace('path: journal', 'path: small').replace('5s', '60s'));
  const script = join(folder, 'small-disk.sh');
  writeFileSync(script, `ulimit -f 64\nexec "${process.execPath}" "${COMMAND}" run -c "${file}"\n`);
  chmodSync(script, 0o700);
  const child = spawn('bash', [script], { env: { ...process.env, BOT_PASSWORD: PASSWORD, PAGE_TOKEN: TOKEN } });
  let err = '';
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const exit = await new Promise((done) => child.on('close', (code, signal) => done(code ?? signal)));
  const ledger = simulator.ledger();
  await server.close();
  simulator.close();
  expect(err).toContain('the journal failed');
  expect(exit).toBe(1);
  expect(ledger.calls.length).toBeGreaterThan(0);
  expect(ledger.calls.filter(({ dispositions }) => dispositions.length !== 1)).toEqual([]);
  expect(ledger.violations).toEqual([]);
}, 60_000);
