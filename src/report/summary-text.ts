import { formatDuration } from '../base/duration.js';
import { printable } from '../base/printable.js';
import { AGENT_STATES } from '../journal/record.js';
import type { Latency } from './latency.js';
import type { Counts } from './named-counts.js';
import type { Summary } from './summary.js';

/** The simulator's own truth, to hold the summary against. */
export interface LedgerTotals {
  readonly pops: number;
  readonly dispositions: number;
  readonly callbacks: number;
  /** Protocol violations that the simulator saw. */
  readonly violations: number;
}

const LABEL_WIDTH = 14;
const LINE_WIDTH = 100;
const BAR_WIDTH = 24;
const MOST_STOPPED = 10;

/** What an exit code says (design §5). */
const EXIT_WORDS: Readonly<Record<number, string>> = {
  0: 'done',
  1: 'failed',
  2: 'bad usage or configuration',
  3: 'the server refused or could not be reached',
  4: 'a threshold was crossed',
  5: 'invalid: the worker itself was saturated',
  130: 'stopped before the drain ended',
};

/**
 * The summary for people: aligned sections, ending with a newline. With `ledger` the last line says whether the worker's
 * count and the simulator's agree.
 */
export function formatSummary(summary: Summary, ledger?: LedgerTotals): string {
  const seconds = (Date.parse(summary.endedAt) - Date.parse(summary.startedAt)) / 1_000;
  const word = EXIT_WORDS[summary.exit];
  const head = [
    printable(summary.tool),
    `Node ${summary.node.replace(/^v/, '')}`,
    `seed ${summary.seed}`,
    formatDuration(seconds * 1_000),
    `exit ${summary.exit}${word ? ` (${word})` : ''}`,
  ].join(' · ');
  const lines = [
    head,
    '',
    ...agentLines(summary),
    ...stateLines(summary),
    ...callLines(summary, seconds),
    ...requestLines(summary.requests),
    ...section('errors', list(summary.errors, ' ×') || 'none'),
    ...(ledger ? section('ledger', compareWithLedger(summary, ledger)) : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** `matches the simulator's ledger (…)`, or what differs. Calls whose result is unknown may or may not be in the ledger. */
export function compareWithLedger(
  summary: {
    readonly calls: Pick<Summary['calls'], 'total'>;
    readonly dispositions: Pick<Summary['dispositions'], 'accepted' | 'unknown'>;
    readonly callbacks: Pick<Summary['callbacks'], 'scheduled'>;
  },
  ledger: LedgerTotals,
): string {
  const { accepted, unknown } = summary.dispositions;
  const differences: string[] = [];
  const differ = (what: string, here: string | number, there: number): void => {
    differences.push(`${what} ${here} here, ${there} there`);
  };
  if (summary.calls.total !== ledger.pops) differ('calls', summary.calls.total, ledger.pops);
  if (ledger.dispositions < accepted || ledger.dispositions > accepted + unknown)
    differ('dispositions', unknown > 0 ? `${accepted} (+${unknown} unknown)` : accepted, ledger.dispositions);
  if (summary.callbacks.scheduled !== ledger.callbacks)
    differ('callbacks', summary.callbacks.scheduled, ledger.callbacks);
  if (ledger.violations > 0) differences.push(many(ledger.violations, 'protocol violation'));
  if (differences.length > 0) return `differs from the simulator's ledger: ${differences.join('; ')}`;
  const counts = [
    many(ledger.pops, 'call'),
    many(ledger.dispositions, 'disposition'),
    many(ledger.callbacks, 'callback'),
    '0 violations',
  ];
  return `matches the simulator's ledger (${counts.join(', ')})`;
}

function agentLines({ agents }: Summary): string[] {
  const shown = agents.stopped
    .slice(0, MOST_STOPPED)
    .map(({ user, reason }) => `${printable(user)}: ${printable(reason)}`);
  const rest = agents.stopped.length - shown.length;
  return section(
    'agents',
    `${agents.desired} desired, ${agents.stopped.length} stopped`,
    ...shown,
    ...(rest > 0 ? [`and ${rest} more`] : []),
  );
}

function stateLines({ stateSeconds }: Summary): string[] {
  const total = AGENT_STATES.reduce((sum, state) => sum + stateSeconds[state], 0);
  if (total <= 0) return [];
  const rows = AGENT_STATES.filter((state) => stateSeconds[state] > 0).map((state) => {
    const share = stateSeconds[state] / total;
    const time = formatDuration(stateSeconds[state] * 1_000).padStart(8);
    return `${state.padEnd(LABEL_WIDTH)} ${time} ${percent(share).padStart(6)}  ${'█'.repeat(Math.round(share * BAR_WIDTH))}`.trimEnd();
  });
  return section('time in state', ...rows);
}

function callLines(summary: Summary, seconds: number): string[] {
  const { calls, dispositions, callbacks, previews, breaks, sessions } = summary;
  const rate = seconds > 0 ? ` (${(calls.total / seconds).toFixed(1)}/s)` : '';
  const { self, anyone, other } = callbacks.byOwner;
  return [
    ...section('calls', `${calls.total}${rate}, ${calls.open} still open`, ...wrapped(calls.byCampaign)),
    ...section(
      'dispositions',
      `${dispositions.accepted} accepted, ${dispositions.void} void, ${dispositions.failed} failed, ${dispositions.unknown} unknown`,
      ...wrapped(dispositions.byLabel),
    ),
    ...section('callbacks', `${callbacks.scheduled} scheduled (self ${self}, anyone ${anyone}, other ${other})`),
    ...section(
      'previews',
      `${previews.placed} placed, ${previews.skipped} skipped, ${previews.timedOut} timed out, ${previews.withdrawn} withdrawn`,
    ),
    ...section('breaks', `${breaks.granted} granted`),
    ...section('sessions', `${sessions.opened} opened, ${sessions.lost} lost`),
  ];
}

function requestLines(requests: Readonly<Record<string, Latency>>): string[] {
  const rows = Object.entries(requests);
  if (rows.length === 0) return [];
  const width = Math.max(LABEL_WIDTH, ...rows.map(([operation]) => operation.length));
  const head = ['count', 'p50', 'p95', 'p99', 'max'].map((word) => word.padStart(9)).join('');
  const lines = rows.map(([operation, { count, p50, p95, p99, max }]) => {
    const times = [p50, p95, p99, max].map((value) => formatLatency(value).padStart(9)).join('');
    return `${operation.padEnd(width)}${String(count).padStart(9)}${times}`;
  });
  return section('requests', `${''.padEnd(width)}${head}`, ...lines);
}

/** A label on the left, the first text beside it, the others below the first. */
function section(label: string, ...texts: readonly string[]): string[] {
  return texts.map((text, i) => `${(i === 0 ? label : '').padEnd(LABEL_WIDTH)} ${text}`);
}

/** Counts as `Name 12`, joined by commas. */
function list(counts: Counts, between = ' '): string {
  return Object.entries(counts)
    .map(([name, count]) => `${printable(name)}${between}${count}`)
    .join(', ');
}

/** Counts in lines of bounded length. */
function wrapped(counts: Counts): string[] {
  const lines: string[] = [];
  for (const [name, count] of Object.entries(counts)) {
    const item = `${printable(name)} ${count}`;
    const last = lines.at(-1);
    if (last !== undefined && last.length + item.length + 2 <= LINE_WIDTH - LABEL_WIDTH)
      lines[lines.length - 1] = `${last}, ${item}`;
    else lines.push(item);
  }
  return lines;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

function formatLatency(seconds: number): string {
  const ms = seconds * 1_000;
  if (ms >= 1_000) return `${seconds.toFixed(2)}s`;
  return ms >= 100 ? `${Math.round(ms)}ms` : `${ms.toFixed(1)}ms`;
}

function many(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
