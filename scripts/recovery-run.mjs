// One trial of recovery: a simulator, and a worker that is killed (SIGKILL) again and again while calls flow, each time
// started anew on the same journal, and at last drained. The kill test and the soak are both made of it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { judge, readCalls } from './call-judge.mjs';
import { startProduct, startSimulator } from './process-run.mjs';
import { PASSWORD, POLICY, workerOf, worldOf } from './recovery-files.mjs';

const DAY_MS = 86_400_000;

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

/** Keeps nothing alive: the simulator's process does. */
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref());

/**
 * Plays the trial in `folder`. `goesOn(kills, elapsedMs)` says whether there is to be another kill, which falls `lifeMs`
 * after the first call of a life on average; `onLife` hears of each life of the worker. Resolves with figures; `problems`
 * holds what went wrong with the processes themselves.
 */
export async function playRecovery(options) {
  const { folder, seed, faults, goesOn } = options;
  const world = join(folder, 'world.yaml');
  writeFileSync(world, worldOf(options));
  writeFileSync(join(folder, 'policy.yaml'), POLICY);
  const laid = faults.flatMap((fault) => ['--fault', fault]);
  const simulator = await startSimulator(['-c', world, ...laid], { limitMs: DAY_MS });
  const trial = { ...options, simulator, draw: drawing(seed), lives: [], problems: [], startedAt: performance.now() };
  let kills = 0;
  while (goesOn(kills, elapsedMs(trial)) && (await liveAndDie(trial))) {
    kills++;
    await sleep(trial.draw() * 400);
  }
  const exit = await liveAndDrain(trial);
  const seconds = elapsedMs(trial) / 1_000;
  const { lives, problems } = trial;
  return { kills, seconds, lives, problems, exit, ...(await settleAccounts(trial)) };
}

const elapsedMs = ({ startedAt }) => performance.now() - startedAt;

/** One life that ends by SIGKILL; false when it ended by itself before. */
async function liveAndDie(trial) {
  const { draw, problems, lives, lifeMs = 1_250 } = trial;
  const life = beginLife(trial);
  // A quarter die while they start and take up what was open, the others while calls flow.
  if (draw() < 0.25) await Promise.race([sleep(200 + draw() * 1_500), life.run.exit]);
  else {
    await Promise.race([life.firstCall, life.run.exit, sleep(20_000)]);
    await Promise.race([sleep(draw() * 2 * lifeMs), life.run.exit]);
  }
  const how = await endLife(trial, life, 'SIGKILL');
  if (how !== 'SIGKILL')
    problems.push(`life ${lives.length} ended by itself with ${how}: ${life.run.err.slice(-1_500)}`);
  return how === 'SIGKILL';
}

/**
 * The last life works for a while, then without faults until every agent is back in Dialer: one that never was could not
 * learn of a call that came in the last moment of the life before. Then it is drained. Resolves with its exit code.
 */
async function liveAndDrain(trial) {
  const life = beginLife(trial);
  await Promise.race([life.firstCall.then(() => sleep(3_000)), life.run.exit, sleep(20_000)]);
  await fetch(`${trial.simulator.url}/simulator/faults`, { method: 'DELETE' });
  if (!(await isReady(life, 60_000))) trial.problems.push('the last life never had all its agents in Dialer');
  const exit = await endLife(trial, life, 'SIGTERM');
  if (exit !== 0) trial.problems.push(`the drained run ended with ${exit}: ${life.run.err.slice(-2_500)}`);
  return exit;
}

/** Whether the worker says so before it is too late. */
async function isReady(life, withinMs) {
  for (const until = performance.now() + withinMs; performance.now() < until; await sleep(100)) {
    const answer = await fetch(`${life.page}/readyz`).catch(() => null);
    if (answer?.ok) return true;
  }
  return false;
}

async function endLife({ lives, onLife }, life, signal) {
  const { child, exit } = life.run;
  life.rssAtEnd = residentMiB(child.pid);
  child.kill(signal);
  const tooLong = setTimeout(() => child.kill('SIGKILL'), 90_000);
  const how = await exit;
  clearTimeout(tooLong);
  life.seconds = (performance.now() - life.since) / 1_000;
  onLife?.(life, lives.length);
  return how;
}

/** Stops the simulator, and holds the journal against its ledger: by `reconcile`, and by a judge of our own. */
async function settleAccounts({ folder, simulator, problems }) {
  const { code, ledger, text } = await simulator.end();
  if (code !== 0) problems.push(`the simulator ended with ${code}: ${simulator.run.err.slice(-1_000)}`);
  const truth = join(folder, 'ledger.json');
  const journal = join(folder, 'journal');
  writeFileSync(truth, text);
  const reconciled = startProduct(['reconcile', '--journal', journal, '--ledger', truth]);
  const exit = await reconciled.exit;
  const reconcile = { exit, text: reconciled.out + reconciled.err };
  return { ledger, reconcile, ...judge(ledger, readCalls(journal)) };
}

/** One life of the worker: what it says is read for its calls, so that it can be killed in the midst of them. */
function beginLife({ folder, simulator, agents, messaging, lives }) {
  const reading = messaging === 'both' ? ['stream', 'poll'][lives.length % 2] : messaging;
  const file = join(folder, `worker-${reading}.yaml`);
  writeFileSync(file, workerOf({ url: simulator.url, agents, messaging: reading, policy: 'policy.yaml' }));
  const life = { since: performance.now(), messaging: reading, closed: 0, openAtStart: 0, rssAtStart: null };
  let called = () => {};
  life.firstCall = new Promise((resolve) => {
    called = resolve;
  });
  const onLine = (line) => {
    const opened = /"agentsWithOpenCalls":(\d+)/.exec(line);
    if (opened) {
      life.openAtStart = Number(opened[1]);
      life.rssAtStart = residentMiB(life.run.child.pid);
    }
    life.page ??= /"url":"(http:[^"]+)","msg":"metrics/.exec(line)?.[1];
    if (!/"msg":"call (closed|ended)/.test(line)) return;
    life.closed++;
    called();
  };
  life.run = startProduct(['run', '-c', file, '--metrics-port', '0'], {
    ...{ env: { BOT_PASSWORD: PASSWORD }, limitMs: DAY_MS, onLine },
  });
  lives.push(life);
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
