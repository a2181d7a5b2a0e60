// One trial of recovery: a simulator, and a worker that is killed (SIGKILL) again and again while calls flow, each time
// started anew on the same journal, and at last drained. The kill test and the soak are both made of it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { judge, readCalls } from './call-judge.mjs';
import { startProduct, startSimulator } from './process-run.mjs';

const DAY_MS = 86_400_000;
const PASSWORD = 'rosebud and the sledge';

/** Everything that a real line can do to a worker, none of which may cost or double a call. */
export const MIXED_FAULTS = [
  'lost-response:on=disposition|place-preview-call,rate=5%',
  'lost-response:on=commands,rate=1%',
  'connection-reset:rate=1%',
  'server-error:status=503,at=6s,for=3s,again=20s',
  'cut-stream:rate=1%',
  'expired-session:rate=0.3%',
  'duplicate-message:rate=5%',
  'duplicate-message:on=pop,after=1s,rate=20%',
  'slow-answer:delay=500ms,rate=3%',
  'unknown-message:rate=2%',
  'switchover:at=15s,again=40s,gap=1s',
];

/** The same draws for the same seed (mulberry32). */
export function drawing(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const worldOf = ({ agents, seed, contacts }) => `version: 1
seed: ${seed}
users:
  - { names: "bot{001..${rangeEnd(agents)}}", password: "${PASSWORD}" }
  - { names: "vip{001..${rangeEnd(agents)}}", password: "${PASSWORD}", logonCampaign: true }
campaigns:
  - { name: Collections, type: predictive, contacts: ${contacts}, allowAgentCallbacks: true }
  - { name: Surveys, type: power, contacts: ${contacts} }
  - { name: Renewals, type: preview, contacts: ${contacts}, allowSkip: true, previewTimeout: 60s, allowAgentCallbacks: true }
dialling: { ring: { uniform: { min: 50ms, max: 300ms } }, farSideHangsUpAfter: { exponential: { mean: 2s } } }
sessionTimeout: 20s
keepLostCalls: 2m
`;

/** Many labels, so that a disposition that hits another call than its own is seen by its label. */
const POLICY = `version: 1
talk: { uniform: { min: 200ms, max: 2s } }
wrapUp: { uniform: { min: 0ms, max: 400ms } }
preview: { think: { uniform: { min: 0ms, max: 500ms } }, ringFor: 2s }
breaks: { afterCalls: 7, for: 1s }
rules:
  - { name: skip-some, when: { kind: preview, chance: 20% }, then: { skip: true } }
  - { name: again, when: { connected: true, chance: 20% }, then: { callback: { in: 1h, owner: anyone } } }
  - name: outcomes
    then: { disposition: { Success: 1, Not Interested: 1, Wrong Party: 1, Busy: 1, Machine: 1, Do Not Call: 1 } }
otherwise: { disposition: No Answer }
`;

const rangeEnd = (agents) => String(agents).padStart(3, '0');

const workerOf = ({ url, agents, messaging, policy }) => `version: 1
seed: 7
server: { url: "${url}", alternates: [127.0.0.2], messaging: ${messaging}, firstConnect: never }
agents:
  - { users: "bot{001..${rangeEnd(Math.ceil((agents * 2) / 3))}}", password: { env: BOT_PASSWORD }, policy: ${policy} }
  - { users: "vip{001..${rangeEnd(Math.max(1, Math.floor(agents / 3)))}}", password: { env: BOT_PASSWORD }, policy: ${policy} }
load: { logins: 200/s }
recovery: { wait: 5s }
drain: { timeout: 60s }
journal: { path: journal }
`;

/** Keeps nothing alive: the simulator's process does. */
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref());

/**
 * Plays the trial in `folder`. `goesOn(kills, elapsedMs)` says whether there is to be another kill; `onLife` hears of each
 * life of the worker. Resolves with figures; `problems` holds what went wrong with the processes themselves.
 */
export async function playRecovery({
  folder,
  agents,
  messaging,
  faults,
  seed,
  contacts,
  lifeMs = 1_250,
  goesOn,
  onLife = () => {},
}) {
  const draw = drawing(seed);
  const world = join(folder, 'world.yaml');
  writeFileSync(world, worldOf({ agents, seed, contacts }));
  writeFileSync(join(folder, 'policy.yaml'), POLICY);
  const simulator = await startSimulator(['-c', world, ...faults.flatMap((fault) => ['--fault', fault])], {
    limitMs: DAY_MS,
  });
  const problems = [];
  const lives = [];
  const startedAt = performance.now();
  const begin = () => {
    const reading = messaging === 'both' ? ['stream', 'poll'][lives.length % 2] : messaging;
    const file = join(folder, `worker-${reading}.yaml`);
    writeFileSync(file, workerOf({ url: simulator.url, agents, messaging: reading, policy: 'policy.yaml' }));
    const life = beginLife(file, reading);
    lives.push(life);
    return life;
  };

  let kills = 0;
  while (goesOn(kills, performance.now() - startedAt)) {
    const life = begin();
    // A quarter die while they start and take up what was open, the others while calls flow.
    if (draw() < 0.25) await Promise.race([sleep(200 + draw() * 1_500), life.run.exit]);
    else {
      await Promise.race([life.firstCall, life.run.exit, sleep(20_000)]);
      await Promise.race([sleep(draw() * 2 * lifeMs), life.run.exit]);
    }
    life.rssAtEnd = residentMiB(life.run.child.pid);
    life.run.child.kill('SIGKILL');
    const how = await life.run.exit;
    if (how === 'SIGKILL') kills++;
    else problems.push(`life ${lives.length} ended by itself with ${how}: ${life.run.err.slice(-1_500)}`);
    life.seconds = (performance.now() - life.since) / 1_000;
    onLife(life, lives.length);
    if (how !== 'SIGKILL') break;
    await sleep(draw() * 400);
  }

  const last = begin();
  await Promise.race([last.firstCall.then(() => sleep(3_000)), last.run.exit, sleep(20_000)]);
  await liftFaults(simulator.url);
  last.rssAtEnd = residentMiB(last.run.child.pid);
  last.run.child.kill('SIGTERM');
  const exit = await Promise.race([last.run.exit, sleep(90_000).then(() => 'no end')]);
  if (exit === 'no end') last.run.child.kill('SIGKILL');
  if (exit !== 0) problems.push(`the drained run ended with ${exit}: ${last.run.err.slice(-2_500)}`);
  last.seconds = (performance.now() - last.since) / 1_000;
  onLife(last, lives.length);
  const seconds = (performance.now() - startedAt) / 1_000;
  const { code, ledger, text } = await simulator.end();
  if (code !== 0) problems.push(`the simulator ended with ${code}: ${simulator.run.err.slice(-1_000)}`);
  const truth = join(folder, 'ledger.json');
  writeFileSync(truth, text);
  const journal = join(folder, 'journal');
  const reconciled = startProduct(['reconcile', '--journal', journal, '--ledger', truth]);
  const reconcileExit = await reconciled.exit;
  return {
    ...{ kills, seconds, lives, problems, exit, ledger },
    reconcile: { exit: reconcileExit, text: reconciled.out + reconciled.err },
    ...judge(ledger, readCalls(journal)),
  };
}

/** One life of the worker: what it says is read for its calls, so that it can be killed in the midst of them. */
function beginLife(file, messaging) {
  const life = { since: performance.now(), messaging, closed: 0, openAtStart: 0, rssAtStart: null, rssAtEnd: null };
  let called = () => {};
  life.firstCall = new Promise((resolve) => {
    called = resolve;
  });
  life.run = startProduct(['run', '-c', file, '--no-metrics'], {
    env: { BOT_PASSWORD: PASSWORD },
    limitMs: DAY_MS,
    onLine: (line) => {
      const opened = /"agentsWithOpenCalls":(\d+)/.exec(line);
      if (opened) life.openAtStart = Number(opened[1]);
      if (!/"msg":"call (closed|ended)/.test(line)) return;
      life.closed++;
      life.rssAtStart ??= residentMiB(life.run.child.pid);
      called();
    },
  });
  return life;
}

/** Memory of a process as the system counts it; null where that cannot be asked. */
function residentMiB(pid) {
  try {
    const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? null : Math.round(Number(kib) / 1_024);
  } catch {
    return null;
  }
}

/** The last drain is to succeed, so nothing may be in its way. */
async function liftFaults(url) {
  await fetch(`${url}/simulator/faults`, { method: 'DELETE' });
}

/** What a trial came to, as lines. */
export function describe({ kills, seconds, lives, counts, unknowns, ledger, reconcile }) {
  const taken = lives.slice(1).filter(({ openAtStart }) => openAtStart > 0).length;
  const open = lives.reduce((sum, { openAtStart }) => sum + openAtStart, 0);
  const list = (named) =>
    Object.entries(named)
      .sort(([, a], [, b]) => b - a)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ') || 'none';
  return [
    `kills ${kills} in ${seconds.toFixed(0)} s; ${taken} of them with calls open, ${open} open calls taken up`,
    `calls ${counts.calls}: accepted ${counts.accepted}, void ${counts.void}, unknown ${counts.unknown}, failed ${counts.failed}`,
    `doubles ${counts.doubles}, losses ${counts.losses}, strays ${counts.strays}, denials ${counts.denials}`,
    `the unknown and void: ${list(unknowns)}`,
    `re-pops ${ledger.repops}, sessions opened ${ledger.sessions.opened}, violations ${list(ledger.violationsByCode)}`,
    `faults injected: ${list(ledger.faults)}`,
    `reconcile: ${reconcile.text.trim().split('\n').at(-1)}`,
  ];
}
