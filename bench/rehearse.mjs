// npm run bench:rehearse [-- --agents 50 --days 7 --calls 20000 --once]
//
// How long a rehearsed week takes, in this process and without other work: wall time, CPU, memory. It is done twice, and the
// two outputs must be equal byte for byte. See docs/performance.md.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { main } from '../dist/cli/program.js';

const GOAL_SECONDS = 30;

const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '50' },
    days: { type: 'string', default: '7' },
    calls: { type: 'string', default: '20000' },
    once: { type: 'boolean', default: false },
  },
});
const [agents, calls] = [Number(values.agents), Number(values.calls)];

/** Of the contacts that are dialled ahead about every second one answers; each preview is a call. */
const world = `version: 1
seed: 7
users: [ { names: "bot{001..${String(agents).padStart(3, '0')}}", password: demo } ]
campaigns:
  - { name: Collections, type: predictive, contacts: ${calls}, allowAgentCallbacks: true }
  - { name: Renewals, type: preview, contacts: ${Math.round(calls / 3)}, allowSkip: true, allowAgentCallbacks: true }
dialling: { outcomes: { answer: 70, noAnswer: 15, busy: 5, machine: 10 } }
`;
const policy = `version: 1
timezone: America/New_York
breaks: { afterCalls: 40, for: 10m }
rules:
  - { name: nobody-there, when: { connected: false }, then: { disposition: No Answer } }
  - name: call-again
    when: { chance: 10% }
    then:
      callback:
        in: 2h
        window: { days: mon-sat, from: "09:00", to: "20:00", timezone: { attribute: tz } }
        owner: self
  - { name: outcomes, then: { disposition: { Success: 60, Not Interested: 40 } } }
otherwise: { disposition: No Answer }
`;
const worker = `version: 1
server: { simulator: world.yaml }
agents: [ { users: "bot{001..${String(agents).padStart(3, '0')}}", password: demo, policy: policy.yaml } ]
`;

async function rehearse(folder) {
  let out = '';
  let err = '';
  const [startedMs, before] = [performance.now(), process.cpuUsage()];
  const args = ['rehearse', '-c', join(folder, 'worker.yaml'), '--from', '2026-03-06', '--days', values.days, '--json'];
  const exit = await main([...args, '--seed', '7'], {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    env: {},
    stderr: { isTTY: false },
    readFile: (path) => readFileSync(path, 'utf8'),
    onSignal: () => () => {},
  });
  const wallSeconds = (performance.now() - startedMs) / 1_000;
  const { user, system } = process.cpuUsage(before);
  if (exit !== 0) throw new Error(`exit ${exit}: ${err}`);
  return { out, wallSeconds, cpuSeconds: (user + system) / 1e6, report: JSON.parse(out) };
}

const folder = mkdtempSync(join(tmpdir(), 'dialer-agent-rehearse-'));
try {
  for (const [name, text] of Object.entries({ 'worker.yaml': worker, 'policy.yaml': policy, 'world.yaml': world }))
    writeFileSync(join(folder, name), text);
  const load = loadavg()
    .map((value) => value.toFixed(1))
    .join(' ');
  console.log(`node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, load average ${load}`);
  const runs = [await rehearse(folder)];
  if (!values.once) runs.push(await rehearse(folder));
  for (const { wallSeconds, cpuSeconds, report } of runs) {
    const { total } = report.calls;
    console.log(
      `${agents} agents, ${values.days} days, ${total} calls: ${wallSeconds.toFixed(1)} s, CPU ${cpuSeconds.toFixed(1)} s, ` +
        `${((1e6 * cpuSeconds) / total).toFixed(0)} µs a call, peak RSS ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`,
    );
  }
  const [first, second = first] = runs;
  const isEqual = first.out === second.out;
  const isTrue = first.report.ledger.pops === first.report.calls.total && first.report.ledger.violations === 0;
  console.log(
    `outputs ${isEqual ? 'equal' : 'DIFFER'} (${first.out.length} bytes), ledger ${isTrue ? 'agrees' : 'DIFFERS'}`,
  );
  const best = Math.min(...runs.map(({ wallSeconds }) => wallSeconds));
  console.log(`goal: under ${GOAL_SECONDS} s: ${best < GOAL_SECONDS ? 'met' : 'MISSED'}`);
  process.exitCode = isEqual && isTrue ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
