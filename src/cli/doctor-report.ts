import { printable } from '../base/printable.js';
import type { Finding } from '../fleet/finding.js';
import { TOOL } from './version.js';

/** One finding as a line, and what to do about it as a second one. */
export function doctorText({ check, status, message, remedy }: Finding): string {
  const line = `${status.padEnd(8)} ${check.padEnd(11)} ${printable(message)}\n`;
  return remedy === undefined ? line : `${line}${' '.repeat(21)}→ ${printable(remedy)}\n`;
}

/** What was left out, and the count, in the last lines. */
export function doctorEnd(findings: readonly Finding[]): string {
  const skipped = findings.filter(
    ({ status, check }) => status === 'skipped' && check !== 'tls' && check !== 'password',
  );
  const names = skipped.map(({ check }) => check).join(', ');
  const left = skipped[0] ? `skipped  ${names}: ${skipped[0].message}\n` : '';
  const count = (status: Finding['status']): string => {
    const n = findings.filter((finding) => finding.status === status).length;
    return `${n === 0 ? 'no' : n} ${status}${n === 1 ? '' : 's'}`;
  };
  return `${left}\n${count('problem')}, ${count('warning')}\n`;
}

/** Everything that was found, for scripts. */
export function doctorJson(report: {
  readonly server: string;
  readonly user: string;
  /** No problem was found, and nothing cut the check-up short. */
  readonly ok: boolean;
  readonly checks: readonly Finding[];
}): string {
  return `${JSON.stringify({ version: 1, tool: TOOL, ...report })}\n`;
}
