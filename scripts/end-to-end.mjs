// The end-to-end runs of CI: the product as a user starts it, process by process, judged by exit code, summary and ledger.
// Needs dist/ (npm run build). Prints one line per check and ends with "N passed, N failed".
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openChecks, said, startProduct, startSimulator } from './process-run.mjs';

const folder = mkdtempSync(join(tmpdir(), 'dialer-agent-e2e-'));
const PASSWORD = 'correct horse battery staple';
const { check, close } = openChecks();

let journals = 0;

/** Starts the command; runs against a server keep journals of their own, so that they do not meet. */
function start(args, env = {}) {
  const own = args.includes('--server') ? ['--journal', join(folder, `journal-${++journals}`)] : [];
  return startProduct([...args, ...own], { env: { BOT_PASSWORD: PASSWORD, ...env } });
}

const file = (name, text) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const json = (path) => JSON.parse(readFileSync(path, 'utf8'));

const WORLD = `version: 1
seed: 3
users:
  - { names: "bot{01..20}", password: "${PASSWORD}" }
  - { names: "vip{01..20}", password: "${PASSWORD}", logonCampaign: true }
  - { names: poor, password: "${PASSWORD}", licence: false }
campaigns:
  - { name: Collections, type: predictive, contacts: 2000 }
  - { name: Renewals, type: preview, contacts: 1000, allowSkip: true, previewTimeout: 5s, allowAgentCallbacks: true }
dialling: { ring: { uniform: { min: 50ms, max: 200ms } }, farSideHangsUpAfter: { exponential: { mean: 1s } } }
`;
const POLICY = `version: 1
talk: { uniform: { min: 200ms, max: 1s } }
wrapUp: { fixed: 100ms }
preview: { think: { fixed: 100ms }, ringFor: 2s }
breaks: { afterCalls: 3, for: 500ms }
rules:
  - { name: skip-some, when: { kind: preview, chance: 25% }, then: { skip: true } }
  - { name: again, when: { kind: preview, connected: true, chance: 40% }, then: { callback: { in: 2s, owner: self } } }
otherwise: { disposition: No Answer }
`;

const simulator = () => startSimulator(['-c', file('world.yaml', WORLD)]);

async function shift(users, messaging) {
  const world = await simulator();
  const summary = join(folder, `${users.slice(0, 3)}-${messaging}.json`);
  const worker = start([
    ...['run', '--server', world.url, '--users', users, '--password-env', 'BOT_PASSWORD'],
    ...['--policy', file('policy.yaml', POLICY), '--duration', '8s', '--seed', '7', '--logins', '50/s'],
    ...['--messaging', messaging, '--summary', summary, '--metrics-port', '0'],
  ]);
  const [, page] = await said(worker, /"url":"(http:[^"]+)","msg":"metrics, health and live page"/);
  const metrics = await (await fetch(`${page}/metrics`)).text();
  const code = await worker.exit;
  const { code: simulatorCode, ledger } = await world.end();
  const what = `a shift of ${users} over ${messaging}`;
  check(`${what} exits 0`, code === 0, worker.err.slice(-2_000));
  check(`${what}: the simulator exits 0 by a signal`, simulatorCode === 0, world.run.err.slice(-500));
  if (code !== 0) return;
  const told = json(summary);
  check(`${what} has calls`, told.calls.total > 20, `${told.calls.total} calls`);
  check(`${what}: calls equal the ledger`, told.calls.total === ledger.pops, `${told.calls.total} / ${ledger.pops}`);
  check(
    `${what}: dispositions equal the ledger`,
    told.dispositions.accepted === ledger.dispositions && told.calls.open === 0,
    `${JSON.stringify(told.dispositions)} / ${ledger.dispositions}`,
  );
  check(
    `${what}: every call has exactly one disposition`,
    ledger.calls.every((call) => call.dispositions.length === 1),
  );
  check(`${what}: no violation`, ledger.violations.length === 0, JSON.stringify(ledger.violations.slice(0, 5)));
  check(`${what}: breaks were granted`, told.breaks.granted > 0);
  check(`${what}: /metrics tells of the agents`, /^dialer_agent_agents\{state="ready"\} \d+$/m.test(metrics));
  const secret = [worker.err, worker.out, JSON.stringify(told), metrics].some((text) => text.includes(PASSWORD));
  check(`${what}: the password is nowhere`, !secret);
}

async function ends(what, args, code, sentence, env) {
  const run = start(args, env);
  const exit = await run.exit;
  const text = run.err + run.out;
  check(`${what} exits ${code}`, exit === code, `exit ${exit}: ${text.slice(-1_500)}`);
  check(`${what} says why`, sentence.test(text), text.slice(-1_500));
  check(`${what} shows no stack`, !/^\s+at .*:\d+:\d+/m.test(text), text.slice(-1_500));
}

async function mistakes() {
  const policy = file('policy.yaml', POLICY);
  const broken = file('broken.yaml', 'version: 1\ntalk: { fixd: 5s }\notherwise: { disposition: No Answer }\n');
  await ends('a broken policy', ['check', broken], 2, /broken\.yaml:2:9 .*fixd/);
  await ends('a missing configuration', ['run', '-c', join(folder, 'none.yaml')], 2, /none\.yaml/);
  await ends('an unknown flag', ['run', '--sever', 'x'], 2, /--sever/);
  const world = await simulator();
  const by = (users, ...more) => [
    ...['run', '--server', world.url, '--users', users, '--password-env', 'BOT_PASSWORD', '--policy', policy],
    ...['--duration', '5s', '--no-metrics', ...more],
  ];
  await ends('a broken policy in a run', [...by('bot01'), '--policy', broken], 2, /broken\.yaml:2:9/);
  await ends('a wrong password', by('bot{01..05}'), 3, /refused the credentials/, { BOT_PASSWORD: 'wrong' });
  await ends('an empty password', by('bot01'), 2, /BOT_PASSWORD/, { BOT_PASSWORD: '' });
  await ends('a missing licence', by('poor'), 3, /licence/);
  const { ledger } = await world.end();
  const tries = new Map();
  for (const { user } of ledger.violations) tries.set(user, (tries.get(user) ?? 0) + 1);
  check(
    'a refused password is tried once per account',
    [...tries.values()].every((count) => count <= 1),
  );
  const nowhere = file(
    'nowhere.yaml',
    'version: 1\nserver: { url: "http://127.0.0.1:9", firstConnect: 2s }\nagents: [ { users: bot01, password: { env: BOT_PASSWORD } } ]\njournal: { path: nowhere }\n',
  );
  await ends('an unreachable server', ['run', '-c', nowhere, '--no-metrics'], 3, /127\.0\.0\.1:9/);
}

async function demo() {
  const summary = join(folder, 'demo.json');
  const run = start(['run', '-c', 'config/demo.yaml', '--summary', summary, '--metrics-port', '0']);
  const code = await run.exit;
  check('the demo exits 0', code === 0, run.err.slice(-2_000));
  check(
    'the demo matches its ledger',
    /matches the simulator's ledger .*0 violations/.test(run.err),
    run.err.slice(-500),
  );
  if (code !== 0) return;
  const { calls, callbacks, previews, breaks, agents } = json(summary);
  check('the demo shows all there is', calls.total > 100 && callbacks.scheduled > 0 && breaks.granted > 0);
  check('the demo places and skips previews', previews.placed > 0 && previews.skipped > 0);
  check('the demo has 20 agents or more and stops none', agents.desired >= 20 && agents.stopped.length === 0);
}

async function signals() {
  const world = await simulator();
  const worker = start([
    ...['run', '--server', world.url, '--users', 'bot{01..10}', '--password-env', 'BOT_PASSWORD'],
    ...['--policy', file('policy.yaml', POLICY), '--no-metrics', '--summary', join(folder, 'signal.json')],
  ]);
  await said(worker, /"msg":"call closed"/);
  worker.child.kill('SIGTERM');
  const code = await worker.exit;
  const { ledger } = await world.end();
  check('SIGTERM drains and exits 0', code === 0, worker.err.slice(-1_500));
  check(
    'SIGTERM leaves every call dispositioned',
    ledger.calls.every((call) => call.dispositions.length === 1),
  );
  check('SIGTERM breaks no rule', ledger.violations.length === 0, JSON.stringify(ledger.violations.slice(0, 3)));
}

async function shifts() {
  const world = await simulator();
  const config = file(
    'shifts.yaml',
    `version: 1
server: { url: "${world.url}" }
agents:
  - { users: bot01, password: { env: BOT_PASSWORD }, shift: "on" }
  - { users: bot02, password: { env: BOT_PASSWORD }, shift: "off" }
shifts:
  "on": { start: "0,1 0 * * *", end: "0 0 1 1 *", timezone: UTC }
  "off": { start: "2 0 1 1 *", end: "5 0 * * *", timezone: UTC }
journal: { path: shifts-journal }
`,
  );
  const plan = start(['shifts', '-c', config, '--json']);
  await plan.exit;
  const planned = JSON.parse(plan.out || '{"agents":[]}').agents.map(
    ({ user, shift, state }) => `${user} ${shift} ${state}`,
  );
  check('shifts says who should be working', planned.join(', ') === 'bot01 on working, bot02 off off', plan.out);
  const worker = start(['run', '-c', config, '--duration', '4s', '--metrics-port', '0']);
  const [, page] = await said(worker, /"url":"(http:[^"]+)","msg":"metrics, health and live page"/);
  await said(worker, /"msg":"session opened"/);
  const { desired, agents } = await (await fetch(`${page}/api/agents`)).json();
  const told = agents.map(({ user, shift }) => `${user} ${shift.name} ${shift.state}`);
  check('/api/agents says the same', told.join(', ') === planned.join(', ') && desired === 1, JSON.stringify(agents));
  check('who is off shift says so', agents[1].state === 'logged-out' && agents[1].reason === 'off-shift');
  const code = await worker.exit;
  const { ledger } = await world.end();
  check('a run by shifts exits 0', code === 0, worker.err.slice(-1_500));
  check(
    'nobody works off shift',
    JSON.stringify(ledger).includes('bot01') && !JSON.stringify(ledger.calls).includes('bot02'),
  );
  check('shifts break no rule', ledger.violations.length === 0, JSON.stringify(ledger.violations.slice(0, 3)));
}

/** The machine slept, or a debugger held the process: it goes on, and nobody was stuck. */
async function frozen() {
  const world = await simulator();
  const config = file(
    'frozen.yaml',
    `version: 1
server: { url: "${world.url}" }
agents: [ { users: "bot{01..10}", password: { env: BOT_PASSWORD }, policy: policy.yaml } ]
watchdog: { stuck: 3s }
journal: { path: frozen-journal }
`,
  );
  const worker = start(['run', '-c', config, '--no-metrics']);
  await said(worker, /"msg":"call closed"/);
  worker.child.kill('SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 8_000));
  const before = worker.err.split('"msg":"call closed"').length;
  worker.child.kill('SIGCONT');
  await said(worker, new RegExp(`(?:"msg":"call closed"[^]*){${before + 20}}`));
  worker.child.kill('SIGTERM');
  const code = await worker.exit;
  const { ledger } = await world.end();
  check('a worker that stood still for a while goes on, and exits 0', code === 0, worker.err.slice(-1_500));
  check(
    'standing still leaves every call dispositioned once',
    ledger.calls.every((call) => call.dispositions.length === 1),
  );
  check('standing still breaks no rule', ledger.violations.length === 0, JSON.stringify(ledger.violations.slice(0, 3)));
  check(
    'the watchdog takes nobody for stuck',
    !/"msg":"agent re(?:started|placed)"/.test(worker.err),
    worker.err
      .split('\n')
      .filter((line) => /agent re(?:started|placed)/.test(line))
      .slice(0, 5)
      .join('\n'),
  );
}

try {
  await Promise.all([demo(), mistakes()]);
  await Promise.all([shift('bot{01..20}', 'stream'), shift('vip{01..20}', 'poll')]);
  await Promise.all([signals(), shifts(), frozen()]);
} catch (error) {
  check('the end-to-end runs go through', false, String(error.stack));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
close();
