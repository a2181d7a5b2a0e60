import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { nodeFiles, readJournal } from '../../src/journal/index.js';
import type { JournalLine } from '../../src/journal/line.js';
import { ask } from '../support/ask.js';

/** The built command, as a user starts it. */
const COMMAND = resolve('dist/cli/main.js');
const TOKEN = 'bearer-of-the-control-9183';
const PASSWORD = 'horse battery 5521';
const root = mkdtempSync(join(tmpdir(), 'dialer-agent-control-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const POLICY = `version: 1
talk: { fixed: 300ms }
wrapUp: { fixed: 50ms }
preview: { think: { fixed: 50ms }, ringFor: 5s }
rules:
  - { name: reached, when: { connected: true }, then: { disposition: Success } }
otherwise: { disposition: No Answer }
`;
const OTHER = POLICY.replace('disposition: Success', 'disposition: Wrong Party');
const BROKEN = POLICY.replace('disposition: Success', 'dispositon: Success');

const workerFile = (more = '', users = 'bot{1..3}'): string => `version: 1
seed: 7
server:
  simulator:
    version: 1
    users: [ { names: "bot{1..9}", password: "${PASSWORD}" }, { names: "vip{1..2}", password: "${PASSWORD}", logonCampaign: true } ]
    campaigns:
      - { name: Collections, type: preview, contacts: 5000 }
      - { name: Renewals, type: preview, contacts: 5000 }
    dialling: { ring: { fixed: 50ms }, outcomes: { answer: 1, noAnswer: 0, busy: 0, machine: 0 }, farSideHangsUpAfter: { fixed: 60s } }
agents:
  - { users: "${users}", password: { env: BOT_PASSWORD }, policy: policy.yaml }
  - { users: vip1, password: { env: BOT_PASSWORD }, policy: policy.yaml }
http: { port: 0, token: { env: WORKER_TOKEN } }
drain: { timeout: 20s }
${more}`;

interface Worker {
  readonly folder: string;
  readonly url: string;
  readonly child: ChildProcess;
  readonly exit: Promise<number | null>;
  readonly log: () => string;
  readonly said: () => string;
  write(name: string, text: string): void;
}

const workers: Worker[] = [];
afterEach(async () => {
  for (const { child, exit } of workers.splice(0)) {
    child.kill('SIGKILL');
    await exit;
  }
});

const folderOf = (name: string): string => {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  return folder;
};

async function start(name: string, worker: string, args: readonly string[] = [], policy = POLICY): Promise<Worker> {
  const folder = folderOf(name);
  const write = (file: string, text: string): void => writeFileSync(join(folder, file), text);
  if (worker !== '') write('worker.yaml', worker);
  write('policy.yaml', policy);
  const log = (): string => {
    try {
      return readFileSync(join(folder, 'run.log'), 'utf8');
    } catch {
      return '';
    }
  };
  const from = worker === '' ? [] : ['-c', join(folder, 'worker.yaml')];
  const child = spawn(process.execPath, [COMMAND, 'run', ...from, ...args, '--log-file', join(folder, 'run.log')], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', BOT_PASSWORD: PASSWORD, WORKER_TOKEN: TOKEN },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let err = '';
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const exit = new Promise<number | null>((done) => child.on('close', done));
  const running = { folder, child, exit, log, said: () => err, write, url: '' };
  workers.push(running);
  running.url = await until(
    'the page',
    () => /"url":"(http:[^"]+)","msg":"metrics, health and live page"/.exec(log())?.[1],
    () => err,
  );
  return running;
}

async function until<T>(what: string, look: () => T | Promise<T>, tell: () => string): Promise<NonNullable<T>> {
  for (let tries = 0; tries < 600; tries++) {
    const found = await look();
    if (found) return found as NonNullable<T>;
    await new Promise((next) => setTimeout(next, 50));
  }
  throw new Error(`${what} did not come about: ${tell()}`);
}

/** The value of one series; 0 where there is none. */
async function figure(worker: Worker, series: string): Promise<number> {
  const text = await (await fetch(`${worker.url}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`dialer_agent_${series} `));
  return Number(line?.split(' ').at(-1) ?? 0);
}
async function policyHash(worker: Worker): Promise<string[]> {
  const text = await (await fetch(`${worker.url}/metrics`)).text();
  return [...text.matchAll(/^dialer_agent_policy_info\{policy="policy",hash="(\w+)"\} 1$/gm)].map(
    ([, hash]) => hash ?? '',
  );
}
const accepted = (worker: Worker, label: string): Promise<number> =>
  figure(worker, `dispositions_total{campaign="Collections",disposition="${label}",result="accepted"}`).then(
    async (one) =>
      one + (await figure(worker, `dispositions_total{campaign="Renewals",disposition="${label}",result="accepted"}`)),
  );
const reloads = (worker: Worker, result: string) => figure(worker, `policy_reloads_total{result="${result}"}`);
const ctl = (worker: Pick<Worker, 'url'>, ...args: string[]) =>
  ask(['ctl', ...args, '--url', worker.url, '--token-env', 'WORKER_TOKEN'], { WORKER_TOKEN: TOKEN, USER: 'eve' });
const post = async (worker: Worker, act: string, body: object = {}) => {
  const answer = await fetch(`${worker.url}/control/${act}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

describe('a worker that reads its files anew', () => {
  test('on SIGHUP: a good policy decides the next calls, a broken one changes nothing and is told with its place', async () => {
    const worker = await start('hup', workerFile());
    await until('calls', async () => (await accepted(worker, 'Success')) > 3, worker.said);
    const [first] = await policyHash(worker);
    expect(await accepted(worker, 'Wrong Party')).toBe(0);

    worker.write('policy.yaml', BROKEN);
    worker.child.kill('SIGHUP');
    await until('the refusal', async () => (await reloads(worker, 'refused')) === 1, worker.said);
    expect(worker.said()).toMatch(/policy\.yaml:6:\d+ {2}error {2}policy\/unknown-key/);
    expect(worker.said()).toContain('Did you mean "disposition"?');
    expect(worker.said()).toMatch(/reload refused: \S*policy\.yaml:6:\d+: .*; what was in force stays\./);
    expect(await policyHash(worker)).toEqual([first]);

    worker.write('policy.yaml', OTHER);
    worker.child.kill('SIGHUP');
    await until('the reload', async () => (await reloads(worker, 'applied')) === 1, worker.said);
    const [second, ...more] = await policyHash(worker);
    expect([second === first, more]).toEqual([false, []]);
    expect(worker.said()).toContain(`reloaded: policy policy ${first} → ${second}: changed reached; 4 agents changed.`);
    await until('calls by the new one', async () => (await accepted(worker, 'Wrong Party')) > 3, worker.said);

    worker.child.kill('SIGTERM');
    expect(await worker.exit).toBe(0);
    expect(worker.log()).toMatch(
      /"policy":"policy","from":"\w+","to":"\w+","added":\[\],"removed":\[\],"changed":\["reached"\]/,
    );
    expect(worker.log() + worker.said()).not.toContain(PASSWORD);
    expect(worker.log() + worker.said()).not.toContain(TOKEN);
  }, 60_000);

  test('when asked by HTTP or ctl: diagnostics come back, keys that need a restart are named, the roster follows', async () => {
    const worker = await start('http', workerFile());
    expect(await post(worker, 'reload')).toMatchObject({ status: 200, body: { result: 'unchanged' } });
    worker.write('worker.yaml', `${workerFile()}\nagnets: []\n`);
    const refused = await post(worker, 'reload');
    expect([refused.status, refused.body.result]).toEqual([422, 'refused']);
    const [diagnostic] = refused.body.diagnostics as { file: string; line: number; code: string }[];
    expect(diagnostic).toMatchObject({ code: 'worker/unknown-key', line: workerFile().split('\n').length + 1 });
    const byCtl = await ctl(worker, 'reload');
    expect([byCtl.exit, byCtl.out]).toEqual([1, expect.stringContaining('worker/unknown-key')]);

    worker.write('worker.yaml', workerFile('log: { level: debug }', 'bot{2..4}'));
    const applied = await post(worker, 'reload');
    expect(applied).toMatchObject({
      status: 200,
      body: { result: 'applied', agents: { added: ['bot4'], removed: ['bot1'], changed: [] } },
    });
    expect(applied.body.diagnostics).toMatchObject([{ code: 'worker/needs-restart', severity: 'warning' }]);
    expect(JSON.stringify(applied.body)).toContain('\\"log\\" has changed; that takes effect at the next start');
    await until('the way out', () => worker.log().includes('agent gone'), worker.said);
    const states = ['logged-out', 'logged-in', 'ready', 'on-call', 'break-pending', 'on-break', 'logoff-pending'];
    const counts = await Promise.all(states.map((state) => figure(worker, `agents{state="${state}"}`)));
    expect(counts.reduce((sum, count) => sum + count)).toBe(4);
    await until(
      'the new one at work',
      async () => {
        const { out } = await ctl(worker, 'status', 'bot4');
        return /bot4 {2}(ready|on-call)/.test(out);
      },
      worker.said,
    );
    const all = await ctl(worker, 'status');
    expect(all.out.split('\n').map((line) => line.split(' ', 1)[0])).toEqual(['bot2', 'bot3', 'vip1', 'bot4', '']);
  }, 60_000);

  test('by itself where the file says so: a file put in the place of another, and a link that leads elsewhere', async () => {
    const folder = folderOf('watch');
    mkdirSync(join(folder, 'v1'));
    writeFileSync(join(folder, 'v1', 'linked.yaml'), POLICY);
    symlinkSync('v1', join(folder, 'now'));
    const file = workerFile('reload: { watch: true }').replace(
      'vip1, password: { env: BOT_PASSWORD }, policy: policy.yaml',
      'vip1, password: { env: BOT_PASSWORD }, policy: now/linked.yaml',
    );
    const worker = await start('watch', file);
    worker.write('policy.yaml.new', OTHER);
    renameSync(join(folder, 'policy.yaml.new'), join(folder, 'policy.yaml'));
    await until('the first reload', async () => (await reloads(worker, 'applied')) === 1, worker.said);
    worker.write('policy.yaml', BROKEN);
    await until('the refusal', async () => (await reloads(worker, 'refused')) === 1, worker.said);
    worker.write('policy.yaml', OTHER);
    await until('the mending', async () => (await reloads(worker, 'unchanged')) === 1, worker.said);
    // As Kubernetes does it: another folder, and the link renamed over the old one.
    mkdirSync(join(folder, 'v2'));
    writeFileSync(join(folder, 'v2', 'linked.yaml'), OTHER);
    symlinkSync('v2', join(folder, 'next'));
    renameSync(join(folder, 'next'), join(folder, 'now'));
    await until('the second reload', async () => (await reloads(worker, 'applied')) === 2, worker.said);
    expect(await reloads(worker, 'refused')).toBe(1);
    expect(worker.log()).toContain('"by":"file-watch"');
  }, 60_000);

  test('a file that a policy includes counts too, and so do a new shift and the lines of a roster', async () => {
    const folder = folderOf('include');
    const shared = (label: string): string =>
      `rules:\n  - { name: reached, when: { connected: true }, then: { disposition: ${label} } }\n`;
    writeFileSync(join(folder, 'shared.yaml'), `version: 1\n${shared('Success')}`);
    const including = POLICY.replace(/rules:\n.*\n/, 'include: shared.yaml\n');
    const far = (new Date().getUTCHours() + 12) % 24;
    const night = `shifts: { night: { start: "0 ${far} * * *", end: "1 ${far} * * *", timezone: UTC } }`;
    const worker = await start('include', workerFile('reload: { watch: true }'), [], including);
    const [first] = await policyHash(worker);
    worker.write('shared.yaml', `version: 1\n${shared('Wrong Party')}`);
    await until('the reload', async () => (await reloads(worker, 'applied')) === 1, worker.said);
    expect((await policyHash(worker))[0]).not.toBe(first);
    const onShift = workerFile(`reload: { watch: true }\n${night}`).replaceAll(
      'policy: policy.yaml',
      'policy: policy.yaml, shift: night',
    );
    worker.write('worker.yaml', onShift);
    await until('the shift', async () => (await reloads(worker, 'applied')) === 2, worker.said);
    expect(worker.said()).toContain('4 agents changed');
    await until('everybody home', async () => (await figure(worker, 'agents{state="logged-out"}')) === 4, worker.said);
    expect(await figure(worker, 'agents_desired')).toBe(0);
    expect((await fetch(`${worker.url}/readyz`)).status).toBe(200);
  }, 60_000);

  test('also without a worker file: the policy of --policy', async () => {
    const server = spawn(process.execPath, [COMMAND, 'simulate', '--port', '0'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    server.stderr.on('data', (chunk) => {
      said += chunk;
    });
    try {
      const url = await until(
        'the simulator',
        () => /(http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1],
        () => said,
      );
      const args = [
        '--server',
        url,
        '--users',
        'bot001',
        '--password-env',
        'SIM',
        '--policy',
        'policy.yaml',
        '--metrics-port',
        '0',
        '--no-journal',
      ];
      process.env.SIM = 'demo';
      const worker = await start('flags', '', args);
      const [first] = await policyHash(worker);
      worker.write('policy.yaml', OTHER);
      worker.child.kill('SIGHUP');
      await until('the reload', async () => (await reloads(worker, 'applied')) === 1, worker.said);
      expect((await policyHash(worker))[0]).not.toBe(first);
    } finally {
      delete process.env.SIM;
      server.kill('SIGKILL');
    }
  }, 60_000);
});

describe('ctl', () => {
  test('asks agents of a running worker, and its exit code says what came of it', async () => {
    const worker = await start('ctl', workerFile('journal: { path: journal }'));
    await until('work', async () => (await accepted(worker, 'Success')) > 3, worker.said);
    const rest = await ctl(worker, 'break', 'bot1', 'bot2', '--for', '1h', '--reason', 'team meeting');
    expect([rest.exit, rest.out]).toEqual([0, 'bot1: accepted\nbot2: accepted\n']);
    await until(
      'on break',
      async () => /bot1 +on-break.*\nbot2 +on-break/.test((await ctl(worker, 'status', 'bot*')).out),
      worker.said,
    );
    const again = await ctl(worker, 'break', 'bot*');
    expect([again.exit, again.out]).toEqual([
      1,
      expect.stringMatching(/^bot1: refused: it is on a break\nbot2: refused: it is on a break\nbot3: accepted\n$/),
    ]);
    expect((await ctl(worker, 'end-break', 'bot1')).exit).toBe(0);

    const out = await ctl(worker, 'log-off', 'vip1', '--campaigns', 'Coll*');
    expect([out.exit, out.out]).toEqual([0, 'vip1: accepted\n']);
    const none = await ctl(worker, 'log-off', 'bot1', '--campaigns', 'Coll*');
    expect([none.exit, none.out]).toEqual([
      1,
      expect.stringContaining('bot1: refused: it has not the Logon Campaign right'),
    ]);
    const vain = await ctl(worker, 'log-off', 'nobody');
    expect([vain.exit, vain.out, vain.err]).toEqual([1, '', 'nobody: no agent is meant by that\n']);
    expect((await ctl(worker, 'log-off', 'bot1')).out).toBe('bot1: accepted\n');
    await until('the way out', async () => /bot1 +logged-out/.test((await ctl(worker, 'status')).out), worker.said);
    const back = await ctl(worker, 'log-in', 'bot1', '--json');
    expect(JSON.parse(back.out)).toMatchObject({ act: 'log-in', accepted: 1, refused: 0, agents: [{ user: 'bot1' }] });

    expect((await ctl(worker, 'drain')).out).toContain('draining');
    expect(await worker.exit).toBe(0);
    const acts: JournalLine[] = [];
    for await (const lines of readJournal({ files: nodeFiles(), path: join(worker.folder, 'journal') })) {
      acts.push(...lines.filter(({ kind }) => kind === 'control'));
    }
    expect(acts[0]).toMatchObject({
      user: 'bot1',
      act: 'break',
      by: 'http',
      from: '127.0.0.1',
      as: 'eve',
      accepted: true,
      reason: 'team meeting',
    });
    expect(acts.at(-1)).toMatchObject({ user: '', act: 'drain', accepted: true });
    const replay = await ask(['replay', 'bot1', '--journal', join(worker.folder, 'journal')]);
    expect([replay.exit, replay.out]).toEqual([0, expect.stringContaining('control  act=break')]);
    expect((await ask(['calls', '--journal', join(worker.folder, 'journal'), '--json'])).exit).toBe(0);
  }, 90_000);

  test('says what is wrong with the question, or with the way to the worker, and never shows the token', async () => {
    const worker = await start('wrong', workerFile());
    const lines = [
      await ctl(worker, 'break', 'all', '--for', 'ten minutes'),
      await ctl(worker, 'log-off', 'all', '--campaigns', ''),
      await ask(['ctl', 'reload', '--url', worker.url], {}),
      await ask(['ctl', 'reload', '--url', worker.url, '--token-file', '/nowhere'], {}),
      await ask(['ctl', 'reload', '--url', 'worker'], { DIALER_AGENT_TOKEN: TOKEN }),
      await ask(['ctl', 'reload', '--url', worker.url], { DIALER_AGENT_TOKEN: `${TOKEN}x` }),
      await ask(['ctl', 'reload', '--url', 'http://127.0.0.1:9'], { DIALER_AGENT_TOKEN: TOKEN }),
    ];
    expect(lines.map(({ exit }) => exit)).toEqual([2, 2, 2, 2, 2, 3, 3]);
    const err = lines.map((line) => line.err).join('');
    expect(err).toContain('"for" must be a duration such as 500ms, 30s, 5m or 2h, not "ten minutes".');
    expect(err).toContain('the environment variable DIALER_AGENT_TOKEN should hold the token of the worker');
    expect(err).toContain('the token file /nowhere cannot be read: there is no such file');
    expect(err).toContain('--url must be an address such as http://127.0.0.1:9464, not "worker"');
    expect(err).toContain('the worker wants another token');
    expect(err).toContain('no worker answers at http://127.0.0.1:9: ');
    expect(lines.map(({ out }) => out).join('') + err + worker.log() + worker.said()).not.toContain(TOKEN);
  }, 60_000);
});
