/** Runs one case of the matrix and compares what the product says with what the server saw. */
import { spawnSync } from 'node:child_process';
import type { Case } from './cases.js';
import { type RunResult, runWorker } from './product.js';
import { startStranger } from './server.js';
import type { Truth } from './truth.js';

export interface Verdict {
  readonly problems: readonly string[];
  readonly truth: Truth;
  readonly result: RunResult;
}

const usualCalls = 5;
const usualPatienceMs = 45_000;

/** Runs one case; `problems` is empty when the product was right. */
export async function runCase(one: Case): Promise<Verdict> {
  const users = one.users ?? 10;
  const server = await startStranger({ users, ...one.server, ...(one.quirks ? { quirks: one.quirks } : {}) });
  const idle = new Set([...(one.server?.refused ?? []), ...(one.server?.unlicensed ?? [])]);
  const working = Array.from({ length: users }, (_, index) => index + 1).filter((number) => !idle.has(number));
  const enough = one.enough ?? usualCalls;
  const started = Date.now();
  let firstSession = 0;
  const until = (): boolean => {
    const { truth } = server;
    if (firstSession === 0 && truth.sessionsOpened > 0) firstSession = Date.now();
    if (Date.now() - started > (one.patienceMs ?? usualPatienceMs)) return true;
    if (firstSession === 0 || Date.now() - firstSession < (one.atLeastMs ?? 0)) return false;
    const had = countBy(truth.calls.map(({ agent }) => agent));
    return (
      working.every((number) => (had.get(userName(number)) ?? 0) >= enough) &&
      (one.met ?? []).every((note) => truth.notes.has(note))
    );
  };
  const result = await runWorker({
    url: server.url,
    users: `bot{001..${String(users).padStart(3, '0')}}`,
    messaging: one.messaging ?? 'auto',
    duration: one.duration ?? '120s',
    timeoutMs: 180_000,
    ...(one.policy ? { policy: one.policy } : {}),
    ...(one.flags ? { flags: one.flags } : {}),
    ...(one.duration === undefined ? { until } : {}),
  });
  const live = server.liveSessions();
  await server.close();
  return { problems: judge(one, working, users, server.truth, result, live), truth: server.truth, result };
}

function userName(number: number): string {
  return `bot${String(number).padStart(3, '0')}`;
}

function judge(
  one: Case,
  working: readonly number[],
  users: number,
  truth: Truth,
  result: RunResult,
  live: number,
): string[] {
  const problems: string[] = [];
  const demand = (good: boolean, what: string): void => {
    if (!good) problems.push(what);
  };
  const same = (ours: unknown, theirs: unknown, what: string): void =>
    demand(
      JSON.stringify(ours) === JSON.stringify(theirs),
      `${what}: summary ${JSON.stringify(ours)}, truth ${JSON.stringify(theirs)}`,
    );
  demand(
    result.code === (one.code ?? 0),
    `exit code ${result.code} instead of ${one.code ?? 0}: ${result.stderr.slice(-400)}`,
  );
  for (const [code, count] of countBy(truth.violations.map((violation) => violation.code)))
    problems.push(`violation ${code} × ${count}: ${truth.violations.find((v) => v.code === code)?.detail}`);
  for (const call of truth.undone().slice(0, 3))
    problems.push(`not dispositioned exactly once: ${JSON.stringify(call)}`);
  for (const note of one.met ?? []) demand(truth.notes.has(note), `the case never met: ${note}`);
  const perAgent = countBy(truth.calls.map(({ agent }) => agent));
  const fewest = one.duration === undefined ? Math.min(1, one.enough ?? usualCalls) : 0;
  const poor = working.map(userName).filter((user) => (perAgent.get(user) ?? 0) < fewest);
  demand(poor.length === 0, `${poor.length} agents without a call: ${poor.slice(0, 5).join(' ')}`);
  demand(one.code === 3 || live === 0 || one.lenient?.includes('log-off') === true, `${live} sessions left open`);
  const { summary } = result;
  if (!summary) return [...problems, `no summary; stderr ends ${result.stderr.slice(-300)}`];
  const lenient = new Set(one.lenient);
  same(summary.exit, result.code, 'exit');
  same(summary.agents.desired, users, 'agents desired');
  same(summary.calls.total, truth.calls.length, 'calls');
  same(sorted(summary.calls.byCampaign), sorted(truth.byCampaign()), 'calls by campaign');
  same(summary.calls.open, 0, 'open calls');
  const given = truth.dispositions();
  const { accepted, void: voided, failed, unknown } = summary.dispositions;
  same(failed, 0, 'failed dispositions');
  if (lenient.has('dispositions')) {
    demand(
      accepted + voided + unknown <= truth.calls.length,
      `${accepted}+${voided}+${unknown} dispositions for ${truth.calls.length} calls`,
    );
    demand(accepted <= given.length, `${accepted} accepted, truth ${given.length}`);
  } else {
    same(accepted, given.length, 'accepted dispositions');
    same(sorted(summary.dispositions.byLabel), sorted(truth.labels()), 'labels');
    same(summary.callbacks.scheduled, given.filter(({ scheduledTime }) => scheduledTime !== null).length, 'callbacks');
    same(
      summary.callbacks.byOwner.self,
      given.filter(({ scheduledAgent }) => scheduledAgent !== null).length,
      'own callbacks',
    );
  }
  if (!lenient.has('previews')) {
    same(
      summary.previews.placed + summary.previews.timedOut,
      truth.calls.filter(({ kind, placed }) => kind === 'preview' && placed).length,
      'previews placed',
    );
    same(
      summary.previews.skipped,
      truth.calls.filter(({ kind, placed, dispositions }) => kind === 'preview' && !placed && dispositions.length > 0)
        .length,
      'previews skipped',
    );
  }
  const { granted } = summary.breaks;
  const crossed = truth.breaksGranted - truth.breaksCrossed;
  if (!lenient.has('breaks') && !(granted <= truth.breaksGranted && granted >= crossed))
    problems.push(
      `breaks: summary ${granted}, truth ${truth.breaksGranted} of which ${truth.breaksCrossed} crossed a log-off`,
    );
  if (!lenient.has('sessions')) same(summary.sessions.opened, truth.sessionsOpened, 'sessions opened');
  if (fewest > 0) problems.push(...metricsProblems(result.metrics));
  return problems;
}

function countBy(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function sorted(record: Record<string, number>): [string, number][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** What promtool says of an exposition, or a plain reader where promtool is not installed. */
export function metricsProblems(text: string): string[] {
  if (text === '') return ['no metrics could be scraped'];
  const problems: string[] = [];
  for (const family of ['agents', 'calls_total', 'transitions_total', 'icws_requests_total'])
    if (!text.includes(`dialer_agent_${family}`)) problems.push(`metrics lack dialer_agent_${family}`);
  if (/bot\d{3}/.test(text)) problems.push('metrics name an agent');
  const promtool = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  if (promtool.error === undefined && promtool.status !== 0)
    problems.push(`promtool: ${promtool.stdout}${promtool.stderr}`.slice(0, 300));
  const line = /^(#.*|[a-zA-Z_:][a-zA-Z0-9_:]*(\{.*\})? (\d|-|\+|NaN)\S*( \d+)?|)$/;
  const bad = text.split('\n').find((candidate) => !line.test(candidate));
  if (bad !== undefined) problems.push(`metrics line ${bad}`);
  return problems;
}
