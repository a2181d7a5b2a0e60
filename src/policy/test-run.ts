import { type Random, seededRandom } from '../base/random.js';
import { drawsOfCall } from './call.js';
import { givenCall } from './call-file.js';
import { type Mismatch, matcherOf, sharesOf, valueAt } from './expectation.js';
import { decideCall, type Explanation, explainCall } from './explain.js';
import { POINTS, type Point } from './points.js';
import type { Policy } from './policy.js';
import type { PolicyCase, PolicyTests } from './test-file.js';

export interface CaseResult {
  readonly name: string;
  readonly line: number;
  readonly runs: number;
  readonly passed: boolean;
  readonly failures: readonly Mismatch[];
  /** The decisions of the first run that failed, with the reasons; where shares failed, of the first run. */
  readonly explanation?: Explanation;
}

/** A rule that has an action for a point, and whether a case came to it. */
export interface Reach {
  readonly rule: string;
  readonly point: Point;
}

export interface TestResult {
  readonly cases: readonly CaseResult[];
  /** What no case reaches. */
  readonly unreached: readonly Reach[];
  /** How many rules and points there are in all. */
  readonly reachable: number;
}

/** So many different mismatches of one case are told. */
const MOST_FAILURES = 20;

/** Runs every case. Pure: the same tests with the same seeds have the same result. `seed` replaces those of the file. */
export function runTests({ policy, cases }: PolicyTests, seed?: number): TestResult {
  const reached = new Set<string>();
  const results = cases.map((one) => runCase(policy, seed === undefined ? one : { ...one, seed }, reached));
  const all = policy.rules.flatMap((rule) =>
    POINTS.flatMap((point): Reach[] => {
      const isThere = point === 'end' ? (rule.end ?? rule.wrapUp ?? rule.writeBack) : rule[point];
      const isOnlyWriteBack = point === 'end' && rule.offer && !rule.end && !rule.wrapUp;
      return isThere && !isOnlyWriteBack ? [{ rule: rule.name, point }] : [];
    }),
  );
  return { cases: results, unreached: all.filter((one) => !reached.has(keyOf(one))), reachable: all.length };
}

function runCase(policy: Policy, one: PolicyCase, reached: Set<string>): CaseResult {
  const { name, line, runs, expect } = one;
  const given = givenCall(one.call, one.now);
  const random = seededRandom(one.seed);
  const { agent, nthCall } = given.facts;
  const shares = sharesOf(expect).map((share) => ({ ...share, counts: new Map<string, number>() }));
  const mismatches = matcherOf(expect);
  const failures = new Map<string, Mismatch>();
  let failedAt: number | undefined;
  for (let run = 0; run < runs; run++) {
    const decided = decideCall(
      policy,
      given,
      drawsOfCall(randomOfRun(random, run), agent, nthCall),
      (rule, point, matched) => {
        if (matched) reached.add(keyOf({ rule, point }));
      },
    );
    for (const mismatch of mismatches(decided)) {
      failedAt ??= run;
      if (!failures.has(mismatch.member) && failures.size < MOST_FAILURES) {
        failures.set(
          mismatch.member,
          runs === 1 ? mismatch : { ...mismatch, actual: `${mismatch.actual} in run ${run + 1}` },
        );
      }
    }
    for (const { member, counts } of shares) {
      const value = String(valueAt(decided, member));
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  for (const share of shares) {
    for (const mismatch of shareMismatches(share, runs))
      failures.set(`${mismatch.member} ${mismatch.expected}`, mismatch);
  }
  const passed = failures.size === 0;
  if (passed) return { name, line, runs, passed, failures: [] };
  const draws = drawsOfCall(randomOfRun(random, failedAt ?? 0), agent, nthCall);
  return { name, line, runs, passed, failures: [...failures.values()], explanation: explainCall(policy, given, draws) };
}

/** The first run draws as a call of the seed does; each further one has streams of its own. */
function randomOfRun(random: Random, run: number): Random {
  return run === 0 ? random : (stream) => random(`run ${run + 1}/${stream}`);
}

function shareMismatches(
  { member, share, within, counts }: ReturnType<typeof sharesOf>[number] & { counts: ReadonlyMap<string, number> },
  runs: number,
): Mismatch[] {
  return Object.entries(share).flatMap(([value, wanted]) => {
    const actual = (counts.get(value) ?? 0) / runs;
    // A hair more than asked for: 0.32 - 0.3 is not quite 0.02.
    if (Math.abs(actual - wanted) <= within + 1e-9) return [];
    const expected = `"${value}" in ${percent(wanted)} of the runs, give or take ${percent(within)}`;
    return [{ member, expected, actual: `in ${percent(actual)} of ${runs}` }];
  });
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))}%`;
}

function keyOf({ rule, point }: Reach): string {
  return `${point} ${rule}`;
}
