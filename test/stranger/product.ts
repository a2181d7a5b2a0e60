/** Runs the built product as a user would, from outside: a child process, flags, files, exit code. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** The built command; another build can be named for runs by hand. */
export const command = resolve(process.env.STRANGER_PRODUCT ?? 'dist/cli/main.js');

export const policy = `
version: 1
talk: { uniform: { min: 60ms, max: 250ms } }
wrapUp: { uniform: { min: 5ms, max: 40ms } }
preview: { think: { uniform: { min: 5ms, max: 60ms } }, ringFor: 5s }
breaks: { afterCalls: 4, for: 300ms }
rules:
  - name: do-not-call
    when: { kind: preview, attributes: { DNC: "Y" } }
    then: { skip: { else: "Not interested" } }
  - name: nobody-there
    when: { connected: false }
    then: { disposition: "No Answer" }
  - name: call-again
    when: { attributes: { attempts: { lt: 2 } }, chance: 30% }
    then: { callback: { disposition: "Call me later", in: 1s, owner: self } }
  - name: outcomes
    then: { disposition: { Sale: 40, "Not interested": 50, NoSuchLabel: 10 } }
otherwise: { disposition: "Not interested" }
`;

export interface Summary {
  readonly exit: number;
  readonly agents: { desired: number; stopped: { user: string; reason: string }[] };
  readonly calls: { total: number; open: number; byCampaign: Record<string, number> };
  readonly dispositions: {
    accepted: number;
    void: number;
    failed: number;
    unknown: number;
    byLabel: Record<string, number>;
  };
  readonly callbacks: { scheduled: number; byOwner: { self: number; anyone: number; other: number } };
  readonly previews: { placed: number; skipped: number; timedOut: number; withdrawn: number };
  readonly breaks: { granted: number };
  readonly sessions: { opened: number; lost: number };
  readonly errors: Record<string, number>;
}

export interface RunResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly summary: Summary | null;
  /** The exposition as scraped in the middle of the run, '' when it could not be. */
  readonly metrics: string;
}

export interface RunPlan {
  readonly url: string;
  readonly users: string;
  readonly messaging: 'auto' | 'stream' | 'poll';
  readonly duration: string;
  readonly policy?: string;
  readonly password?: string;
  readonly flags?: readonly string[];
  /** SIGTERM as soon as this holds; asked each 50 ms. */
  readonly until?: (output: { readonly stderr: string }) => boolean;
  readonly timeoutMs?: number;
}

/** Runs `dialer-agent run` by flags alone and waits for its end. */
export async function runWorker(plan: RunPlan): Promise<RunResult> {
  const folder = mkdtempSync(join(tmpdir(), 'stranger-'));
  const policyFile = join(folder, 'policy.yaml');
  const summaryFile = join(folder, 'summary.json');
  writeFileSync(policyFile, plan.policy ?? policy);
  const flags = [
    'run',
    '--server',
    plan.url,
    '--users',
    plan.users,
    '--password-env',
    'STRANGER_PASSWORD',
    '--policy',
    policyFile,
    '--duration',
    plan.duration,
    '--summary',
    summaryFile,
    '--messaging',
    plan.messaging,
    '--seed',
    '7',
    '--metrics-port',
    '0',
    '--log-level',
    'info',
    ...(plan.flags ?? []),
  ];
  const child = spawn(process.execPath, [command, ...flags], {
    // Each worker has its own folder: what it leaves behind (a journal) is nobody else's.
    cwd: folder,
    env: { PATH: process.env.PATH, STRANGER_PASSWORD: plan.password ?? 'stranger-secret' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collect(child);
  const { until } = plan;
  const watch =
    until &&
    setInterval(() => {
      if (!until(output)) return;
      clearInterval(watch);
      child.kill('SIGTERM');
    }, 50);
  const scraped = scrape(output, child);
  const code = await ended(child, plan.timeoutMs ?? 60_000);
  clearInterval(watch);
  const metrics = await scraped;
  let summary: Summary | null = null;
  try {
    summary = JSON.parse(readFileSync(summaryFile, 'utf8')) as Summary;
  } catch {
    // No summary was written: the caller's expectations will say so.
  }
  rmSync(folder, { recursive: true, force: true });
  return { code, stdout: output.stdout, stderr: output.stderr, summary, metrics };
}

interface Output {
  stdout: string;
  stderr: string;
}

export function collect(child: ChildProcess): Output {
  const output: Output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  return output;
}

/** The exit code; a child that does not end in time is killed and counts as no code. */
export function ended(child: ChildProcess, timeoutMs: number): Promise<number | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve(code);
    });
  });
}

/** The last exposition that could be read while the worker ran. */
async function scrape(output: Output, child: ChildProcess): Promise<string> {
  let text = '';
  while (child.exitCode === null && child.signalCode === null) {
    await pause(400);
    const address = /https?:\/\/127\.0\.0\.1:\d+(?=\/?metrics|\/|\s|"|$)/g;
    const own = (output.stderr.match(address) ?? []).find((url) => !output.stderr.includes(`--server ${url}`));
    if (!own) continue;
    const answer = await fetch(`${own}/metrics`, { signal: AbortSignal.timeout(2000) }).catch(() => null);
    if (answer?.ok) text = await answer.text();
  }
  return text;
}
