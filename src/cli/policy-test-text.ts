import type { CaseResult, TestResult } from '../policy/index.js';

/** The result of one test file. */
export interface FileResult extends TestResult {
  readonly file: string;
  readonly policyFile: string;
}

/** The results of one test file, as test runners print them. */
export function testText({ file, policyFile, cases, unreached }: FileResult): string {
  const coverage =
    unreached.length === 0
      ? []
      : ['  no case reaches', ...unreached.map(({ rule, point }) => `    ${rule} (${point})`)];
  return [`${file} (policy ${policyFile})`, ...cases.flatMap((one) => caseLines(one, file)), ...coverage].join('\n');
}

/** How it went in all. */
export function totalsText(results: readonly FileResult[]): string {
  const cases = results.flatMap((result) => result.cases);
  const failed = cases.filter(({ passed }) => !passed).length;
  const reachable = results.reduce((sum, result) => sum + result.reachable, 0);
  const unreached = results.reduce((sum, result) => sum + result.unreached.length, 0);
  const parts = [`${cases.length - failed} passed`, ...(failed > 0 ? [`${failed} failed`] : [])];
  return `${parts.join(', ')}; ${reachable - unreached} of ${reachable} rules reached.`;
}

/** What differs, and what was decided and why: the lines below a failed case. */
export function failureLines({ failures, explanation }: CaseResult): string[] {
  const differences = failures.flatMap(({ member, expected, actual }) => [
    member,
    `  expected  ${expected}`,
    `  actual    ${actual}`,
  ]);
  const looked = explanation?.considered ?? [];
  const reasons = looked.map(
    ({ rule, point, matched, because }) => `  ${matched ? 'yes' : 'no '}  ${rule} (${point}): ${because}`,
  );
  return [...differences, ...(reasons.length > 0 ? ['the rules that were looked at', ...reasons] : [])];
}

function caseLines(one: CaseResult, file: string): string[] {
  const runs = one.runs === 1 ? '' : ` (${one.runs} runs)`;
  if (one.passed) return [`  ok      ${one.name}${runs}`];
  return [
    `  FAILED  ${one.name}${runs}  ${file}:${one.line}`,
    ...failureLines(one).map((line) => `            ${line}`),
  ];
}
