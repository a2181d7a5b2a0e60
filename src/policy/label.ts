import type { Draw } from '../base/random.js';
import type { OfferedDisposition } from './call.js';
import type { FellBack } from './decision.js';
import type { WeightedLabels } from './policy.js';

/** Categories that may end a call whose wanted label is not offered, in this order (design §7). */
const HARMLESS = ['no answer', 'machine', 'busy', 'failure'];
/** The category that takes a scheduledTime (reference §6.5). */
const SCHEDULED = 'Scheduled';

/** A label that the pop offers, or null, with what to try should the server refuse it. */
export interface ResolvedLabel {
  readonly label: string | null;
  readonly alternatives: readonly string[];
  readonly fellBack?: FellBack;
}

/**
 * The dispositions that can be told apart by what is sent, the label: entries without one, and later ones of the same
 * label, are left out. The functions below expect such a list.
 */
export function distinctLabels(offered: readonly OfferedDisposition[]): OfferedDisposition[] {
  const seen = new Set<string>();
  return offered.filter(({ label }) => label && !seen.has(label) && seen.add(label));
}

/** Draws one of the labels by weight. */
export function drawLabel(labels: WeightedLabels, draw: Draw): string | undefined {
  const total = labels.reduce((sum, { weight }) => sum + weight, 0);
  let rest = draw() * total;
  for (const { label, weight } of labels) {
    rest -= weight;
    if (rest < 0) return label;
  }
  // Rounding may leave a crumb: the last label that has a weight takes it.
  return labels.findLast(({ weight }) => weight > 0)?.label;
}

/**
 * What the pop offers for `wanted`: by label, else wrap-up code, else category (reference §6.6), exact spelling first.
 * A category never picks a disposition that counts as abandoned.
 */
export function findOffered(wanted: string, offered: readonly OfferedDisposition[]): OfferedDisposition | undefined {
  const same = (text: string): boolean => isSame(text, wanted);
  const first = (test: (one: OfferedDisposition) => boolean): OfferedDisposition | undefined =>
    offered.find((one) => test(one) && !one.abandon) ?? offered.find(test);
  return (
    offered.find((one) => one.label === wanted) ??
    first((one) => same(one.label)) ??
    first((one) => same(one.wrapUpCode)) ??
    offered.find((one) => same(one.wrapUpCategory) && !one.abandon)
  );
}

/** Whether a callback may be sent with it. */
export function isScheduled(disposition: OfferedDisposition): boolean {
  return isCategory(disposition, SCHEDULED);
}

/** The disposition for a callback: as `findOffered`, but where several fit one of category Scheduled is preferred. */
export function findScheduled(
  wanted: string | undefined,
  offered: readonly OfferedDisposition[],
): OfferedDisposition | undefined {
  const scheduled = offered.filter(isScheduled);
  return (
    findOffered(wanted ?? SCHEDULED, scheduled) ?? (wanted === undefined ? undefined : findOffered(wanted, offered))
  );
}

/**
 * Resolves a wanted label against the pop. Not offered: `otherwise`, else the first offered one of a harmless category,
 * else null. A wanted label of undefined (no rule, no `otherwise`) goes straight to the harmless ones.
 */
export function resolveLabel(
  wanted: string | undefined,
  otherwise: string | undefined,
  offered: readonly OfferedDisposition[],
): ResolvedLabel {
  const found = wanted === undefined ? undefined : findOffered(wanted, offered);
  const fallbacks = fallbackLabels(otherwise, offered);
  if (found) return { label: found.label, alternatives: fallbacks.filter((label) => label !== found.label) };
  const [label = null, ...alternatives] = fallbacks;
  if (label === null) return { label, alternatives, fellBack: 'no-acceptable-label' };
  return wanted === undefined ? { label, alternatives } : { label, alternatives, fellBack: 'label-not-offered' };
}

/** Labels to fall back on, best first: `otherwise`, then one of each harmless category, each label once. */
function fallbackLabels(otherwise: string | undefined, offered: readonly OfferedDisposition[]): string[] {
  const configured = otherwise === undefined ? undefined : findOffered(otherwise, offered);
  const firstOf = new Map<string, OfferedDisposition>();
  for (const one of offered) {
    const category = fold(one.wrapUpCategory) ?? '';
    if (!one.abandon && !firstOf.has(category)) firstOf.set(category, one);
  }
  const harmless = HARMLESS.flatMap((category) => firstOf.get(category) ?? []);
  // A Scheduled one without a time would be a callback at no hour: it is no fallback, whoever asks for it.
  const usable = configured && !isScheduled(configured) ? [configured] : [];
  return [...new Set([...usable, ...harmless].map((one) => one.label))];
}

function isCategory(disposition: OfferedDisposition, category: string): boolean {
  return isSame(disposition.wrapUpCategory, category);
}

/** Servers leave members out at times; what is missing equals nothing. */
function isSame(text: string | undefined, wanted: string): boolean {
  return fold(text) === fold(wanted);
}

function fold(text: string | undefined): string | undefined {
  return text?.trim().toLowerCase();
}
