/** Runs `dialer-agent simulate` as another tool would, and strangers' whole shifts against it. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { playShift, type ShiftPlan, type ShiftReport } from './client.js';
import { collect, command, ended } from './product.js';

export interface Ledger {
  readonly pops: number;
  readonly dispositions: number;
  readonly violations: { code: string; user: string; detail?: string }[];
  readonly calls: {
    interactionId: string;
    campaign: string;
    agent: string;
    kind: string;
    placed: boolean;
    connected: boolean;
    endedBy: string | null;
    dispositions: { label: string; scheduledTime: unknown; scheduledAgent: string | null }[];
    outcome: string;
  }[];
}

export interface Simulator {
  readonly url: string;
  readonly stderr: () => string;
  /** Ends it by a signal; the ledger is what it printed. */
  stop(): Promise<{ code: number | null; ledger: Ledger | null }>;
}

/** Starts the simulator with a world file; resolves when it has told its address on stderr. */
export async function startSimulator(world: string): Promise<Simulator> {
  const folder = mkdtempSync(join(tmpdir(), 'stranger-world-'));
  const file = join(folder, 'world.yaml');
  writeFileSync(file, world);
  const child = spawn(process.execPath, [command, 'simulate', '-c', file, '--port', '0'], {
    cwd: folder,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collect(child);
  const end = ended(child, 120_000);
  const url = await new Promise<string>((resolve, reject) => {
    const look = (): void => {
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(output.stderr)?.[0];
      if (found) resolve(found);
    };
    child.stderr.on('data', look);
    void end.then((code) => reject(new Error(`simulate ended with ${code}: ${output.stderr}`)));
  });
  return {
    url,
    stderr: () => output.stderr,
    stop: async () => {
      child.kill('SIGTERM');
      const code = await end;
      rmSync(folder, { recursive: true, force: true });
      let ledger: Ledger | null = null;
      try {
        ledger = JSON.parse(output.stdout) as Ledger;
      } catch {
        // The caller's expectation will say so.
      }
      return { code, ledger };
    },
  };
}

export interface SimulatorCase {
  readonly name: string;
  readonly world: string;
  readonly messaging: 'stream' | 'poll';
  readonly plan?: Partial<ShiftPlan>;
  readonly users?: number;
  /** Calls every agent must have handled. */
  readonly fewest?: number;
}

const outcomes = (answer: number): string =>
  `{ ring: { uniform: { min: 50ms, max: 200ms } }, outcomes: { answer: ${answer}, noAnswer: ${100 - answer} }, farSideHangsUpAfter: { exponential: { mean: 400ms } }, rescheduleDelay: 1s }`;

function world(campaigns: string, options: { right?: boolean; answer?: number; messaging?: number } = {}): string {
  return `version: 1
seed: 3
users:
  - { names: "bot{001..020}", password: stranger-secret, logonCampaign: ${options.right ?? false}, licence: true }
campaigns:
${campaigns}
dialling: ${outcomes(options.answer ?? 90)}
messaging: ${options.messaging ?? 2}
`;
}

const predictive =
  '  - { name: Collections, type: predictive, workgroup: Outbound, contacts: 400, allowAgentCallbacks: true }';
const power = '  - { name: Winbacks, type: power, workgroup: Outbound, contacts: 400, autoDisconnect: true }';
const preview =
  '  - { name: Renewals, type: preview, workgroup: Outbound, contacts: 400, allowSkip: true, previewTimeout: 30s, allowAgentCallbacks: true }';

export const simulatorCases: readonly SimulatorCase[] = [
  {
    name: 'three campaigns over the stream',
    world: world([predictive, power, preview].join('\n')),
    messaging: 'stream',
  },
  {
    name: 'three campaigns over the stream, with the right',
    world: world([predictive, power, preview].join('\n'), { right: true }),
    messaging: 'stream',
  },
  {
    name: 'polling, a server without streams, with the right',
    world: world([power, preview].join('\n'), { right: true, messaging: 1 }),
    messaging: 'poll',
    plan: { calls: 3, breakAtCall: 2 },
  },
  { name: 'polling, previews', world: world(preview), messaging: 'poll', plan: { calls: 3, breakAtCall: 2 } },
  { name: 'previews with many unanswered calls', world: world(preview, { answer: 50 }), messaging: 'stream' },
  {
    name: 'own callbacks that come due',
    world: world([power, preview].join('\n')),
    messaging: 'stream',
    plan: { callbackEvery: 1, callbackInSeconds: 1, calls: 6 },
    users: 2,
  },
];

export interface SimulatorVerdict {
  readonly problems: string[];
  readonly reports: readonly ShiftReport[];
  readonly ledger: Ledger | null;
}

/** Strangers' shifts against one simulator; `problems` is empty when both agree. */
export async function runSimulatorCase(one: SimulatorCase): Promise<SimulatorVerdict> {
  const simulator = await startSimulator(one.world);
  const users = one.users ?? 6;
  const dialects = ['vendor', 'echo', 'bare'] as const;
  const reports = await Promise.all(
    Array.from({ length: users }, (_, index) =>
      playShift({
        url: simulator.url,
        user: `bot${String(index + 1).padStart(3, '0')}`,
        password: 'stranger-secret',
        messaging: one.messaging,
        dialect: dialects[index % 3]!,
        calls: 5,
        idleMs: 6000,
        talkMs: 120,
        breakAtCall: 2,
        callbackEvery: 4,
        skipEvery: 5,
        station: `bot${String(index + 1).padStart(3, '0')}-ws`,
        ...one.plan,
      }),
    ),
  );
  const { code, ledger } = await simulator.stop();
  const problems = reports.flatMap(({ user, surprises, failure, granted, breaks, calls }) => [
    ...surprises.map((what) => `${user}: ${what}`),
    ...(failure ? [`${user} FAILED: ${failure}`] : []),
    ...(granted ? [] : [`${user}: no logout was granted`]),
    ...(breaks === 1 ? [] : [`${user}: ${breaks} breaks`]),
    ...(calls.length >= (one.fewest ?? 2) ? [] : [`${user}: ${calls.length} calls only`]),
  ]);
  if (code !== 0) problems.push(`simulate ended with ${code}: ${simulator.stderr().slice(-300)}`);
  if (!ledger) return { problems: [...problems, 'simulate printed no ledger'], reports, ledger };
  problems.push(...compare(ledger, reports));
  return { problems, reports, ledger };
}

function compare(ledger: Ledger, reports: readonly ShiftReport[]): string[] {
  const problems = ledger.violations.map((violation) => `ledger: violation ${JSON.stringify(violation)}`);
  const mine = reports.flatMap(({ calls, user }) => calls.map((call) => ({ ...call, user })));
  if (ledger.pops !== mine.length) problems.push(`ledger has ${ledger.pops} pops, clients handled ${mine.length}`);
  if (ledger.dispositions !== mine.length)
    problems.push(`ledger has ${ledger.dispositions} dispositions, clients sent ${mine.length}`);
  const byId = new Map(ledger.calls.map((call) => [call.interactionId, call]));
  for (const call of mine) {
    const theirs = byId.get(call.interactionId);
    const story = `${call.interactionId} of ${call.user}`;
    if (!theirs) {
      problems.push(`ledger lacks call ${story}`);
      continue;
    }
    const [disposition, ...more] = theirs.dispositions;
    if (!disposition || more.length > 0)
      problems.push(`ledger has ${theirs.dispositions.length} dispositions of ${story}`);
    else if (disposition.label !== call.label)
      problems.push(`ledger has ${disposition.label} for ${story}, sent ${call.label}`);
    else if ((disposition.scheduledAgent ?? null) !== call.scheduledAgent)
      problems.push(`ledger has owner ${disposition.scheduledAgent} for ${story}, sent ${call.scheduledAgent}`);
    else if ((disposition.scheduledTime === null) !== (call.scheduledTime === null))
      problems.push(`ledger has time ${String(disposition.scheduledTime)} for ${story}, sent ${call.scheduledTime}`);
    if (theirs.agent.toLowerCase() !== call.user) problems.push(`ledger has agent ${theirs.agent} for ${story}`);
    if (theirs.connected !== call.connected)
      problems.push(`ledger: connected ${theirs.connected} for ${story}, seen ${call.connected}`);
    if (call.connected && (theirs.endedBy === 'far-side') !== call.farSide)
      problems.push(`ledger: ended by ${theirs.endedBy} for ${story}, far side seen first: ${call.farSide}`);
  }
  return problems;
}
