// npm run bench [-- --agents 100,1000,5000 --seconds 10 --rate 400 --repeat 1 --journal --profile --json FILE]
//
// What the worker costs beside a bare undici loop that does the same exchange, both against the simulator in a process
// of its own, on loopback. See docs/performance.md.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { POLICY, POLICY_FILE, runCase } from './case.mjs';
import { figuresOf } from './figures.mjs';
import { summariseProfile } from './profile.mjs';
import { exchangeOf, GOAL, median, tableOf } from './table.mjs';
import { pairProblems, sideProblems } from './validity.mjs';

const say = (text) => process.stdout.write(`${text}\n`);
const talk = (text) => process.stderr.write(`${text}\n`);

function planOf(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      agents: { type: 'string', default: '100,1000,5000' },
      seconds: { type: 'string', default: '12' },
      'warm-up': { type: 'string', default: '8' },
      idle: { type: 'string', default: '6' },
      rate: { type: 'string', default: '400' },
      repeat: { type: 'string', default: '1' },
      profile: { type: 'boolean', default: false },
      journal: { type: 'boolean', default: false },
      json: { type: 'string' },
    },
  });
  const number = (name, least, most) => {
    const value = Number(values[name]);
    if (!(value >= least && value <= most)) throw new Error(`--${name} must be a number from ${least} to ${most}`);
    return value;
  };
  const sizes = values.agents.split(',').map(Number);
  if (sizes.some((size) => !Number.isInteger(size) || size < 1 || size > 20_000))
    throw new Error('--agents must be numbers from 1 to 20000, such as 100,1000');
  return {
    sizes: [...new Set(sizes)].sort((a, b) => a - b),
    seconds: number('seconds', 1, 600),
    warmUp: number('warm-up', 0, 600),
    idle: number('idle', 1, 600),
    rate: number('rate', 1, 5_000),
    repeat: number('repeat', 1, 20),
    windows: 3,
    profile: values.profile,
    journal: values.journal,
    json: values.json,
    cores: canPin() ? [0, 1] : null,
  };
}

function canPin() {
  return availableParallelism() > 1 && spawnSync('taskset', ['-c', '1', 'true']).status === 0;
}

function versionOf(name) {
  return JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;
}

function machine(plan) {
  const own = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const load = loadavg()
    .map((value) => value.toFixed(1))
    .join(' ');
  const pinned = plan.cores ? 'worker and loop on core 0, simulator on core 1' : 'not pinned: no taskset here';
  return [
    `${own.name} ${own.version}, node ${process.version}, undici ${versionOf('undici')}, xstate ${versionOf('xstate')}, pino ${versionOf('pino')}, prom-client ${versionOf('prom-client')}`,
    `${process.platform} ${process.arch}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${pinned}, load average ${load}`,
    `${plan.seconds} s of calls in ${plan.windows} windows after ${plan.warmUp} s of warm-up, ${plan.idle} s idle, ${plan.repeat} run(s); medians, (least-most window)\n`,
  ].join('\n');
}

async function compare(plan) {
  const problems = [];
  const pairs = [];
  for (const agents of plan.sizes) {
    const pair = { bare: [], worker: [] };
    for (let run = 0; run < plan.repeat; run++) {
      for (const [key, side] of [
        ['bare', 'bare loop'],
        ['worker', 'worker'],
      ]) {
        talk(`${agents} agents, ${side} …`);
        const figures = figuresOf(await runCase(side, agents, plan));
        problems.push(...sideProblems(side, figures));
        pair[key].push(figures);
      }
      problems.push(...pairProblems(pair.bare[run], pair.worker[run]));
    }
    pairs.push(pair);
  }
  say(`\none call, as the simulator saw it\n${exchangeOf(pairs[0].worker[0])}\n`);
  say(tableOf(pairs));
  say(`\ngoal: at most ${GOAL.ratio.toFixed(1)} × the bare loop in CPU per call: ${verdict(pairs)}`);
  if (plan.json) writeFileSync(plan.json, JSON.stringify(pairs, null, 2));
  return problems;
}

function verdict(pairs) {
  return pairs
    .map(({ bare, worker }) => {
      const ratio = median(worker.map((f) => f.cpuPerCall)) / median(bare.map((f) => f.cpuPerCall));
      return `${ratio.toFixed(2)} at ${bare[0].agents} agents${ratio <= GOAL.ratio ? '' : ' (missed)'}`;
    })
    .join(', ');
}

/** One run of the worker under the sampling profiler, between the marks. */
async function profile(plan) {
  const file = join(mkdtempSync(join(tmpdir(), 'dialer-agent-profile-')), 'worker.cpuprofile');
  const agents = plan.sizes.includes(1_000) ? 1_000 : plan.sizes[0];
  talk(`${agents} agents, worker, profiled …`);
  const figures = figuresOf(await runCase('worker', agents, { ...plan, profileFile: file }));
  say(summariseProfile(JSON.parse(readFileSync(file, 'utf8')), figures.calls));
  say(`\n${figures.cpuPerCall.toFixed(0)} CPU µs per call under the profiler; profile: ${file}`);
  return sideProblems('worker', figures);
}

async function main() {
  const plan = planOf(process.argv.slice(2));
  const folder = mkdtempSync(join(tmpdir(), 'dialer-agent-bench-'));
  plan.folder = folder;
  writeFileSync(join(folder, POLICY_FILE), POLICY);
  try {
    say(machine(plan));
    const problems = plan.profile ? await profile(plan) : await compare(plan);
    for (const problem of problems) say(`INVALID ${problem}`);
    process.exitCode = problems.length > 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error) => {
  talk(`bench: ${error.message}`);
  process.exitCode = 1;
});
