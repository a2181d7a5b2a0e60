import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { diffPolicies, loadPolicy, type Policy, type PolicyChange } from '../../src/policy/index.js';

const policy = (rules: readonly string[], more = '', name = 'p'): Policy => {
  const items = rules.map((rule) => `  - ${rule}\n`).join('');
  const text = `version: 1\nname: ${name}\n${more}${rules.length > 0 ? `rules:\n${items}` : ''}otherwise: { disposition: No Answer }\n`;
  const loaded = loadPolicy(text, 'p.yaml');
  if (!loaded.policy) throw new Error(JSON.stringify(loaded.diagnostics));
  return loaded.policy;
};
/** A rule of this name that skips previews of a campaign, so that none makes another unreachable. */
const rule = (name: string, campaign = name): string =>
  `{ name: ${name}, when: { kind: preview, campaign: ${campaign} }, then: { skip: true } }`;
const diff = (before: Policy, after: Policy): Partial<PolicyChange> => diffPolicies([before], [after])[0] ?? {};

describe('what changed in a policy', () => {
  test('is told by the names of its rules, and by its other keys', () => {
    const before = policy(
      ['a', 'b', 'c', 'd'].map((name) => rule(name)),
      'talk: { fixed: 5s }\n',
    );
    const after = policy(
      [rule('d'), rule('a'), rule('b', 'other'), rule('e')],
      'talk: { fixed: 6s }\nbreaks: { afterCalls: 3, for: 1m }\n',
    );
    expect(diff(before, after)).toEqual({
      policy: 'p',
      from: before.hash,
      to: after.hash,
      added: ['e'],
      removed: ['c'],
      changed: ['b'],
      moved: ['d'],
      keys: ['talk', 'breaks'],
    });
  });

  test('is nothing where only comments and layout did', () => {
    expect(diffPolicies([policy([rule('a')])], [policy([rule('a')], '# a comment\n')])).toEqual([]);
  });

  test('names policies that are new, and those in use no more', () => {
    const [one, other] = [policy([rule('a')], '', 'one'), policy([rule('b')], '', 'other')];
    expect(diffPolicies([one], [other])).toMatchObject([
      { policy: 'one', from: one.hash, removed: ['a'] },
      { policy: 'other', to: other.hash, added: ['b'] },
    ]);
  });

  test('tells apart two of one name', () => {
    const [one, other, third] = [policy([rule('a')]), policy([rule('b')]), policy([rule('c')])];
    expect(diffPolicies([one, other], [one, third])).toMatchObject([{ from: other.hash, to: third.hash }]);
    expect(diffPolicies([one, other], [other, one])).toEqual([]);
  });

  test('explains any new order by as few moves as can be', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    fc.assert(
      fc.property(fc.shuffledSubarray(names, { minLength: 6 }), (order) => {
        const { moved = [] } = diff(policy(names.map((name) => rule(name))), policy(order.map((name) => rule(name))));
        const kept = order.filter((name) => !moved.includes(name));
        expect(kept).toEqual([...kept].sort());
        // No larger set of rules kept its order: tried one by one.
        const longest = (from: number, above: string): number =>
          order
            .slice(from)
            .reduce(
              (most, name, index) => (name > above ? Math.max(most, 1 + longest(from + index + 1, name)) : most),
              0,
            );
        expect(kept.length).toBe(longest(0, ''));
      }),
      { numRuns: 60 },
    );
  });
});
