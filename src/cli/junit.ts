import { type FileResult, failureLines } from './policy-test-text.js';

/** The results as JUnit XML: one suite for each test file. */
export function junitXml(results: readonly FileResult[]): string {
  const suites = results.map(({ file, cases }) => {
    const failed = cases.filter(({ passed }) => !passed).length;
    const body = cases.map((one) => {
      const attributes = `name="${escaped(one.name)}" classname="${escaped(file)}" file="${escaped(file)}" line="${one.line}"`;
      if (one.passed) return `    <testcase ${attributes}/>`;
      const [first] = one.failures;
      const message = first ? `${first.member}: expected ${first.expected}, actual ${first.actual}` : 'failed';
      const text = escaped(failureLines(one).join('\n'));
      return `    <testcase ${attributes}>\n      <failure message="${escaped(message)}">${text}</failure>\n    </testcase>`;
    });
    const counts = `tests="${cases.length}" failures="${failed}"`;
    return [`  <testsuite name="${escaped(file)}" ${counts}>`, ...body, '  </testsuite>'].join('\n');
  });
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites>', ...suites, '</testsuites>', ''].join('\n');
}

/** Safe inside attributes and texts; characters that XML cannot hold are left out. */
function escaped(text: string): string {
  return text
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
