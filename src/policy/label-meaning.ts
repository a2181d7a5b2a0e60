import type { Diagnostic } from '../base/diagnostic.js';
import type { Locator } from '../base/document.js';
import { orList } from '../base/fields.js';
import { matchesGlob } from '../base/glob.js';
import { nearest } from '../base/suggestion.js';
import type { OfferedDisposition } from './call.js';
import { findOffered } from './label.js';
import { isMap, type PlacedRule, sourcesInOrder } from './placed-rule.js';
import type { PolicySource } from './policy-source.js';

/** A campaign that the policy is going to meet, as far as that is known beforehand. */
export interface KnownCampaign {
  readonly id?: string;
  readonly name: string;
  readonly dispositions: readonly OfferedDisposition[];
}

type Path = readonly PropertyKey[];
interface WrittenLabel {
  readonly label: string;
  readonly path: Path;
  readonly where: 'key' | 'value';
}

/** Warns of labels that none of the campaigns offers, so that every call would fall back (design §7). */
export function checkLabels(
  main: PolicySource,
  rules: readonly PlacedRule[],
  campaigns: readonly KnownCampaign[],
): Diagnostic[] {
  const ofRules = rules.flatMap(({ raw, path, locator }) => {
    const wanted = isMap(raw.when) ? [raw.when.campaign].flat().filter((one) => typeof one === 'string') : [];
    const meant = campaigns.filter((one) => wanted.some((pattern) => isCampaign(pattern, one)));
    const own = wanted.length > 0 ? meant : campaigns;
    return labelsIn(raw.then, [...path, 'then']).flatMap((label) => complain(label, own, locator));
  });
  const ofOtherwise = sourcesInOrder(main).flatMap(({ raw, locator }) =>
    isMap(raw) ? labelsIn(raw.otherwise, ['otherwise']).flatMap((label) => complain(label, campaigns, locator)) : [],
  );
  return [...ofRules, ...ofOtherwise];
}

function complain(
  { label, path, where }: WrittenLabel,
  campaigns: readonly KnownCampaign[],
  locator: Locator,
): Diagnostic[] {
  if (campaigns.length === 0 || campaigns.some(({ dispositions }) => findOffered(label, dispositions))) return [];
  const meant = nearest(
    label,
    campaigns.flatMap(({ dispositions }) => dispositions.map((one) => one.label)),
  );
  const names = campaigns.map(({ name }) => `"${name}"`);
  const who =
    names.length === 1 ? `Campaign ${names[0]} does not offer` : `None of the campaigns ${orList(names)} offers`;
  const complaint = {
    severity: 'warning',
    code: 'policy/label-nowhere',
    message: `${names.length > 5 ? `None of the ${names.length} campaigns offers` : who} "${label}"; calls fall back to another label.`,
    ...(meant && { suggestion: `Did you mean "${meant}"?` }),
  } as const;
  return [locator.diagnose(path, complaint, where)];
}

/** Every label in the actions of a rule, or in `otherwise`. */
function labelsIn(then: unknown, path: Path): WrittenLabel[] {
  if (!isMap(then)) return [];
  const { disposition, callback, skip } = then;
  return [
    ...weighted(disposition, [...path, 'disposition']),
    ...(isMap(skip) ? single(skip.else, [...path, 'skip', 'else']) : []),
    ...(isMap(callback) ? single(callback.disposition, [...path, 'callback', 'disposition']) : []),
    ...(isMap(callback) ? single(callback.noSlot, [...path, 'callback', 'noSlot']) : []),
  ];
}

function weighted(disposition: unknown, path: Path): WrittenLabel[] {
  if (Array.isArray(disposition)) return disposition.flatMap((one, index) => single(one, [...path, index]));
  if (!isMap(disposition)) return single(disposition, path);
  const drawn = Object.entries(disposition).filter(([, weight]) => weight !== 0);
  return drawn.map(([label]) => ({ label, path: [...path, label], where: 'key' }));
}

function single(label: unknown, path: Path): WrittenLabel[] {
  return typeof label === 'string' && label.trim() !== '' ? [{ label, path, where: 'value' }] : [];
}

function isCampaign(pattern: string, { id, name }: KnownCampaign): boolean {
  return pattern === id || matchesGlob(pattern, name);
}
