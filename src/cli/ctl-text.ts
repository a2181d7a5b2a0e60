import { formatDiagnostics } from '../base/diagnostic.js';
import { printable } from '../base/printable.js';
import type { AgentStatus } from '../fleet/http-server.js';
import type { AgentAnswer } from '../fleet/operate.js';
import { type ReloadReport, reloadSummary } from '../fleet/reload-report.js';

/** What each agent answered, a line each: `bot003: refused: a log-off is pending`. */
export function answerLines(answers: readonly AgentAnswer[]): string {
  const line = ({ user, accepted, why }: AgentAnswer): string =>
    `${printable(user)}: ${accepted ? 'accepted' : 'refused'}${why === undefined ? '' : `: ${printable(why)}`}\n`;
  return answers.map(line).join('');
}

/** What came of a reload, with what is wrong in the files. */
export function reloadLines(report: ReloadReport): string {
  const { diagnostics, result, why } = report;
  const found = diagnostics.length > 0 ? `${formatDiagnostics(diagnostics, 'pretty')}\n` : '';
  if (result !== 'refused') return `${found}reloaded: ${reloadSummary(report)}\n`;
  return `${found}refused: ${why ?? 'something is wrong in the files'}; what was in force stays\n`;
}

/** A table of agents: user, state, since when, campaigns, and why it does not work. */
export function agentLines(agents: readonly AgentStatus[]): string {
  const rows = agents.map(({ user, state, inner, since, campaigns, call, reason }) => [
    printable(user),
    inner ? `${state} (${inner})` : state,
    since ?? '',
    call
      ? `call ${printable(call.interactionId)} of ${printable(call.campaign)}`
      : (campaigns ?? []).map(printable).join(', '),
    reason === undefined ? '' : printable(reason),
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
