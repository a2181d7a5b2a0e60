import type { Policy, Rule } from './policy.js';

/** What changed between two versions of a policy, by the names of its rules. */
export interface PolicyChange {
  readonly policy: string;
  /** Hashes; absent where the policy is new, or in use no more. */
  readonly from?: string;
  readonly to?: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** The same name, other content. */
  readonly changed: readonly string[];
  /** Rules that stand elsewhere among those that both have; as few as explain the new order. */
  readonly moved: readonly string[];
  /** Keys beside the rules, such as `talk` or `otherwise`. */
  readonly keys: readonly string[];
}

/** Compares two sets of policies by name. Those that are the same in both are not among the changes. */
export function diffPolicies(before: readonly Policy[], after: readonly Policy[]): PolicyChange[] {
  const gone = without(before, after);
  const come = without(after, before);
  const names = [...new Set([...gone, ...come].map(({ name }) => name))];
  return names.flatMap((name) => {
    const [old, now] = [gone, come].map((policies) => policies.filter((policy) => policy.name === name));
    // Two files may give their policies one name: then as many changes as there are pairs of them.
    const pairs = Math.max(old?.length ?? 0, now?.length ?? 0);
    return Array.from({ length: pairs }, (_, nth) => diffPolicy(name, old?.[nth], now?.[nth]));
  });
}

function without(policies: readonly Policy[], others: readonly Policy[]): Policy[] {
  return policies.filter(({ name, hash }) => !others.some((other) => other.name === name && other.hash === hash));
}

function diffPolicy(policy: string, from: Policy | undefined, to: Policy | undefined): PolicyChange {
  const [old, now] = [byName(from), byName(to)];
  const shared = [...now.keys()].filter((name) => old.has(name));
  const places = [...old.keys()];
  return {
    policy,
    ...(from && { from: from.hash }),
    ...(to && { to: to.hash }),
    added: [...now.keys()].filter((name) => !old.has(name)),
    removed: places.filter((name) => !now.has(name)),
    changed: shared.filter((name) => !isSame(old.get(name), now.get(name))),
    moved: outOfOrder(shared, (name) => places.indexOf(name)),
    keys: from && to ? keysThatDiffer(from, to) : [],
  };
}

function byName(policy: Policy | undefined): Map<string, Rule> {
  return new Map((policy?.rules ?? []).map((rule) => [rule.name, rule]));
}

/** What is left when as many as possible keep their order: the fewest that must have moved. */
function outOfOrder(names: readonly string[], placeOf: (name: string) => number): string[] {
  const places = names.map(placeOf);
  /** Length of the longest row in order that ends here, and the one before this in it. */
  const length: number[] = [];
  const before: number[] = [];
  let last = -1;
  for (const [index, place] of places.entries()) {
    length[index] = 1;
    before[index] = -1;
    for (let earlier = 0; earlier < index; earlier++) {
      if ((places[earlier] ?? 0) < place && (length[earlier] ?? 0) >= (length[index] ?? 0)) {
        length[index] = (length[earlier] ?? 0) + 1;
        before[index] = earlier;
      }
    }
    if (last < 0 || (length[index] ?? 0) > (length[last] ?? 0)) last = index;
  }
  const kept = new Set<number>();
  for (let index = last; index >= 0; index = before[index] ?? -1) kept.add(index);
  return names.filter((_, index) => !kept.has(index));
}

function keysThatDiffer(from: Policy, to: Policy): string[] {
  const [old, now] = [from as unknown as Record<string, unknown>, to as unknown as Record<string, unknown>];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(
    (key) => key !== 'name' && key !== 'hash' && key !== 'rules' && !isSame(old[key], now[key]),
  );
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
