import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startChild } from './child.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Both sides run with the flag that `npm start` uses, and a probe; --expose-gc lets the bench ask for a collection. */
const NODE_FLAGS = ['--max-semi-space-size=64', '--expose-gc', '--import', here('probe.mjs')];
const AVAILABLE = 'PUT /status/user-statuses/{user}';
const TALK_MS = 100;
const WRAP_UP_MS = 20;
const LOGINS_PER_SECOND = 400;

/** Runs one side with so many agents and returns what it used, between marks. `plan` comes from the command line. */
export async function runCase(side, agents, plan) {
  const children = [];
  // Log and journal of one worker; the next one must not find them.
  const cwd = mkdtempSync(join(plan.folder, 'case-'));
  const start = (options) => {
    const child = startChild({ cwd, ...options });
    children.push(child);
    return child;
  };
  try {
    const simulator = start({
      name: 'simulator',
      core: plan.cores?.[1] ?? null,
      args: [here('simulator.mjs')],
      env: { BENCH_WORLD: JSON.stringify(worldOf(agents, plan)) },
    });
    const url = await simulator.ask('url');
    const subject = start({ name: side, core: plan.cores?.[0] ?? null, ...SIDES[side]({ url, agents, plan }) });
    return await measure({ simulator, subject, agents, plan });
  } finally {
    for (const child of children.reverse()) await child.end();
  }
}

const usersOf = (agents) => `bot{00001..${String(agents).padStart(5, '0')}}`;

/** One power campaign: each free agent is rung for on its own, and everybody answers; the ring sets the rate of calls. */
function worldOf(agents, plan) {
  const ringMs = Math.max(20, (agents / plan.rate) * 1_000 - TALK_MS - WRAP_UP_MS - 10);
  const seconds = plan.warmUp + plan.seconds + 5;
  return {
    seed: 1,
    users: [{ names: usersOf(agents), password: 'demo' }],
    campaigns: [{ name: 'Bench', type: 'power', contacts: Math.ceil(plan.rate * seconds * 2) + agents }],
    dialling: {
      ring: { uniform: { min: '0ms', max: `${Math.round(ringMs * 2)}ms` } },
      outcomes: { answer: 100, noAnswer: 0, busy: 0, machine: 0 },
      farSideHangsUpAfter: '1h',
    },
  };
}

/** The worker's policy, to be written into `plan.folder`. */
export const POLICY_FILE = 'policy.yaml';
export const POLICY = `version: 1
talk: ${TALK_MS}ms
wrapUp: ${WRAP_UP_MS}ms
otherwise: { disposition: Success }
`;

const SIDES = {
  worker: ({ url, agents, plan }) => ({
    args: [
      ...NODE_FLAGS,
      here('../dist/cli/main.js'),
      ...['run', '--server', url, '--users', usersOf(agents), '--password-env', 'BENCH_PASSWORD'],
      ...['--policy', join(plan.folder, POLICY_FILE), '--log-file', 'worker.log', '--quiet', '--metrics-port', '0'],
      ...['--logins', `${LOGINS_PER_SECOND}/s`, '--seed', '7'],
      // The bare loop keeps none; `--journal` shows what it adds.
      ...(plan.journal ? [] : ['--no-journal']),
    ],
    env: { BENCH_PASSWORD: 'demo' },
  }),
  'bare loop': ({ url, agents }) => ({
    args: [...NODE_FLAGS, here('bare-loop.mjs')],
    env: {
      BENCH_BARE: JSON.stringify({
        url,
        users: Array.from({ length: agents }, (_, index) => `bot${String(index + 1).padStart(5, '0')}`),
        talkMs: TALK_MS,
        wrapUpMs: WRAP_UP_MS,
        loginsPerSecond: LOGINS_PER_SECOND,
      }),
    },
  }),
};

async function measure({ simulator, subject, agents, plan }) {
  await settled(simulator, subject, agents);
  const loggedIn = await subject.ask('usage', {});
  const logIn = await simulator.ask('passed');
  await subject.ask('usage', { collect: true });
  await sleep(1_000); // pages go back to the system a little later
  const collected = await subject.ask('usage', {});

  const idleFrom = await subject.ask('usage', {});
  await sleep(plan.idle * 1_000);
  const idleTo = await subject.ask('usage', {});

  await simulator.ask('begin');
  await sleep(plan.warmUp * 1_000);
  if (plan.profileFile) await subject.ask('profile');
  const marks = [await mark(simulator, subject)];
  for (let window = 0; window < plan.windows; window++) {
    await sleep((plan.seconds / plan.windows) * 1_000);
    marks.push(await mark(simulator, subject));
  }
  if (plan.profileFile) await subject.ask('profiled', { file: plan.profileFile });
  return {
    agents,
    logIn,
    loggedIn,
    collected,
    idle: { cpu: idleTo.cpu - idleFrom.cpu, ms: idleTo.at - idleFrom.at },
    marks,
  };
}

async function mark(simulator, subject) {
  const used = await subject.ask('usage', {});
  const [passed, ledger, simulatorUsed] = [
    await simulator.ask('passed'),
    await simulator.ask('ledger'),
    await simulator.ask('usage', {}),
  ];
  return { used, passed, ledger, simulatorUsed };
}

/** Waits until everybody is Available and nothing has passed for a second. */
async function settled(simulator, subject, agents) {
  const deadline = performance.now() + 30_000 + agents * 15;
  let before = '';
  for (;;) {
    await sleep(1_000);
    await subject.ask('usage', {}); // fails when it has ended
    const passed = await simulator.ask('passed');
    const now = JSON.stringify(passed);
    if ((passed[AVAILABLE]?.count ?? 0) >= agents && now === before) return;
    before = now;
    if (performance.now() > deadline) {
      const count = passed[AVAILABLE]?.count ?? 0;
      throw new Error(`${subject.name}: only ${count} of ${agents} agents became Available\n${subject.stderr()}`);
    }
  }
}
