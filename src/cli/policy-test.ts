import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { formatPretty } from '../base/diagnostic.js';
import { UsageError } from '../base/errors.js';
import { whyUnreadable } from '../config/index.js';
import { loadPolicyTests, runTests } from '../policy/index.js';
import { wholeNumber } from './flag.js';
import { EXIT, type ExitCode, type Io } from './io.js';
import { junitXml } from './junit.js';
import { type FileResult, testText, totalsText } from './policy-test-text.js';

interface PolicyTestFlags {
  readonly seed?: string;
  readonly junit?: string;
  readonly json?: boolean;
}

/** Adds `policy test`. */
export function addPolicyTest(program: Command, io: Io, done: (code: ExitCode) => void): void {
  program
    .command('policy')
    .description('test policies by cases: which decision is expected for which call')
    .command('test')
    .description('run the test files of policies; exit code 1 where a case fails, 2 where a file is broken')
    .argument('<file...>', 'test files, such as config/policies/collections.test.yaml')
    .option('--seed <number>', 'the seed of the draws, instead of those in the files')
    .option('--junit <file>', 'write the results as JUnit XML too')
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  dialer-agent policy test config/policies/collections.test.yaml
  dialer-agent policy test config/policies/*.test.yaml --junit results.xml`,
    )
    .action((files: string[], flags: PolicyTestFlags) => done(policyTest(files, flags, io)));
}

function policyTest(files: readonly string[], flags: PolicyTestFlags, io: Io): ExitCode {
  const seed = flags.seed === undefined ? undefined : wholeNumber(flags.seed, '--seed', 0);
  const loaded = files.map((file) => ({ file, ...loadPolicyTests(read(file, io), file, io.readFile) }));
  const color = io.stderr.isTTY === true && io.env.NO_COLOR === undefined;
  const diagnostics = loaded.flatMap((one) => one.diagnostics);
  if (diagnostics.length > 0) io.err(`${formatPretty(diagnostics, { color })}\n\n`);
  const isBroken = loaded.some(({ tests }) => !tests);
  const results = loaded.flatMap(({ file, tests }): FileResult[] =>
    tests ? [{ file, policyFile: tests.policyFile, ...runTests(tests, seed) }] : [],
  );
  if (flags.json) io.out(`${JSON.stringify(asJson(results), null, 2)}\n`);
  else if (results.length > 0) io.out(`${[...results.map(testText), totalsText(results)].join('\n\n')}\n`);
  if (flags.junit !== undefined) write(flags.junit, junitXml(results));
  if (isBroken) return EXIT.usage;
  return results.some(({ cases }) => cases.some(({ passed }) => !passed)) ? EXIT.failed : EXIT.done;
}

function asJson(results: readonly FileResult[]) {
  const cases = results.flatMap((result) => result.cases);
  const failed = cases.filter(({ passed }) => !passed).length;
  return { passed: cases.length - failed, failed, files: results };
}

function read(file: string, io: Io): string {
  try {
    return io.readFile(file);
  } catch (error) {
    throw new UsageError(`the test file ${file} cannot be read: ${whyUnreadable(error)}`);
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(`the results cannot be written to ${file}: ${whyUnreadable(error)}`);
  }
}
