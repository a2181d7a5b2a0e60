import { z } from 'zod';
import { type Diagnostic, hasErrors, sortDiagnostics } from '../base/diagnostic.js';
import { type Locator, loadDocument } from '../base/document.js';
import { textField, wholeField } from '../base/fields.js';
import { besideFile, whyUnreadable } from '../base/file-path.js';
import { nearest } from '../base/suggestion.js';
import { CALL_FIELDS, type CallFile, instantField } from './call-file.js';
import { type Expectation, ExpectSchema, runsField, SHARE_RUNS, sharesOf } from './expectation.js';
import { loadPolicy } from './load.js';
import type { Policy } from './policy.js';
import type { ReadFile } from './policy-source.js';

/** The tests of a policy (design §10): calls, and what is expected to be decided for them. */

const SEED = 'The same seed gives the same decisions.';

const CallSchema = z.strictObject(CALL_FIELDS, { error: 'must be a call, such as { campaign: Collections }' });

const CaseSchema = z
  .strictObject({
    name: textField('a name').describe('What the case shows.'),
    seed: wholeField(0).optional().describe(SEED),
    now: instantField().optional().describe('When the decisions are made.'),
    call: CallSchema.optional().describe('The call; what is left out is as in the call of the file, else usual.'),
    runs: runsField()
      .optional()
      .describe(`How often the case is run, each time with other draws. Default: 1, with a share ${SHARE_RUNS}.`),
    expect: ExpectSchema.describe('What is expected; members that are not named may be anything.'),
  })
  .meta({ id: 'Case' });

export const PolicyTestSchema = z
  .strictObject({
    version: z.literal(1).optional().describe('Version of this format.'),
    policy: textField('a policy file').describe('The policy to test, relative to this file.'),
    seed: wholeField(0).optional().describe(`${SEED} For cases that name none. Default: 1.`),
    now: instantField().optional().describe('When it is, for cases that do not say. Default: 2026-01-07T12:00:00Z.'),
    call: CallSchema.optional().describe('What calls have in common; a case overrides it member by member.'),
    cases: z.array(CaseSchema).min(1).describe('The cases.'),
  })
  .describe('Tests of a policy.');

/** A Wednesday noon: cases have to come out the same every day. */
const USUAL_NOW = Date.UTC(2026, 0, 7, 12);
const USUAL_SEED = 1;

/** A case with everything filled in. */
export interface PolicyCase {
  readonly name: string;
  readonly seed: number;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly call: CallFile;
  readonly runs: number;
  readonly expect: Expectation;
  readonly line: number;
}

export interface PolicyTests {
  /** Path of the policy. */
  readonly policyFile: string;
  readonly policy: Policy;
  readonly cases: readonly PolicyCase[];
}

/** `tests` is there when nothing but warnings was found, in the test file and in the policy. */
export interface LoadedTests {
  readonly tests?: PolicyTests;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a test file and the policy that it names. Never throws for anything that they contain. */
export function loadPolicyTests(text: string, file: string, readFile: ReadFile): LoadedTests {
  const loaded = loadDocument(text, file, PolicyTestSchema, { area: 'test', what: 'test file' });
  const { value, raw, locator } = loaded;
  const named = (raw as { policy?: unknown } | null | undefined)?.policy;
  const found = typeof named === 'string' && named.trim() !== '' ? policyOf(named, file, locator, readFile) : undefined;
  const meaning = value && found?.policy ? checkCases(value.cases, found.policy, locator) : [];
  const diagnostics = sortDiagnostics([...loaded.diagnostics, ...meaning, ...(found?.diagnostics ?? [])]);
  if (!value || !found?.policy || hasErrors(diagnostics)) return { diagnostics };
  const cases = value.cases.map((one, index): PolicyCase => {
    const { name, expect } = one;
    const call = { ...value.call, ...one.call, attributes: { ...value.call?.attributes, ...one.call?.attributes } };
    return {
      name,
      expect,
      call,
      seed: one.seed ?? value.seed ?? USUAL_SEED,
      now: one.now ?? value.now ?? USUAL_NOW,
      runs: one.runs ?? (sharesOf(expect).length > 0 ? SHARE_RUNS : 1),
      line: locator.locate(['cases', index]).line,
    };
  });
  return { tests: { policyFile: found.path, policy: found.policy, cases }, diagnostics };
}

function policyOf(
  named: string,
  file: string,
  locator: Locator,
  readFile: ReadFile,
): { path: string; policy?: Policy; diagnostics: readonly Diagnostic[] } {
  const path = besideFile(file, named);
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    const message = `The policy ${path} cannot be read: ${whyUnreadable(error)}.`;
    return { path, diagnostics: [locator.diagnose(['policy'], { code: 'test/unreadable', message })] };
  }
  const { policy, diagnostics } = loadPolicy(text, path, { readFile });
  return { path, diagnostics, ...(policy && { policy }) };
}

/** Names that tell cases apart, and rules that there are. */
function checkCases(cases: z.output<typeof PolicyTestSchema>['cases'], policy: Policy, locator: Locator): Diagnostic[] {
  const first = new Map<string, number>();
  const rules = policy.rules.map(({ name }) => name);
  return cases.flatMap(({ name, expect }, index) => {
    const earlier = first.get(name);
    first.set(name, earlier ?? index);
    const message = `Case ${(earlier ?? 0) + 1} is called "${name}" already; every case needs a name of its own.`;
    const doubles =
      earlier === undefined
        ? []
        : [locator.diagnose(['cases', index, 'name'], { code: 'test/duplicate-case', message })];
    const strangers = (['offer', 'connect', 'end'] as const).flatMap((point) => {
      const { rule } = (expect[point] ?? {}) as { rule?: unknown };
      if (typeof rule !== 'string' || rules.includes(rule)) return [];
      const meant = nearest(rule, rules);
      const complaint = {
        code: 'test/unknown-rule',
        message: `The policy has no rule "${rule}".`,
        ...(meant && { suggestion: `Did you mean "${meant}"?` }),
      };
      return [locator.diagnose(['cases', index, 'expect', point, 'rule'], complaint)];
    });
    return [...doubles, ...strangers];
  });
}
