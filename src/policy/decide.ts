import { sample } from '../base/distribution.js';
import { type Columns, columnsOf } from './attributes.js';
import type { CallFacts, DrawsOf } from './call.js';
import { type Subject, type Why, whatHolds, whyNot } from './condition.js';
import { decideCallback } from './decide-callback.js';
import type { ConnectDecision, EndDecision, OfferDecision } from './decision.js';
import { distinctLabels, drawLabel, resolveLabel } from './label.js';
import type { Policy, Rule } from './policy.js';
import { fillIn } from './write-back.js';

/** A skip leaves this long before Dialer's time-out, so that it arrives before the preview ends. */
const SKIP_MARGIN_MS = 1_000;

/** Told of every rule that is looked at for a point, in order. */
export type Witness = (rule: Rule, matched: boolean, because: Why) => void;

/** Decides what to do with a preview: place it unless a rule skips it. Pure; draws only from streams of its own. */
export function decideOffer(policy: Policy, facts: CallFacts, draws: DrawsOf, witness?: Witness): OfferDecision {
  const look = lookAt(policy, facts, draws, witness);
  const rule = policy.rules.find((one) => one.offer !== undefined && look(one));
  const thinkMs = sample(policy.preview.think, draws('think'));
  const name = rule?.name ?? null;
  if (rule?.offer?.action !== 'skip') {
    return { point: 'offer', action: 'place', thinkMs, ringForMs: policy.preview.ringForMs, rule: name };
  }
  const { previewTimeoutMs = Number.POSITIVE_INFINITY } = facts;
  const inTimeMs = Math.min(thinkMs, Math.max(0, previewTimeoutMs - SKIP_MARGIN_MS));
  const { writeBack } = rule;
  const skip = {
    point: 'offer',
    action: 'skip',
    thinkMs: inTimeMs,
    rule: name,
    ...(writeBack && { writeBack: fillIn(writeBack, facts, columnsOf(facts.attributes), rule.name) }),
  } as const;
  if (facts.allowSkip) return skip;
  const otherwise = otherwiseLabel(policy, draws);
  return {
    ...skip,
    instead: resolveLabel(rule.offer.elseLabel ?? otherwise, otherwise, distinctLabels(facts.dispositions)),
  };
}

/** Decides how long to talk, if at all. */
export function decideConnect(policy: Policy, facts: CallFacts, draws: DrawsOf, witness?: Witness): ConnectDecision {
  const look = lookAt(policy, facts, draws, witness);
  const rule = policy.rules.find((one) => one.connect !== undefined && look(one));
  if (!rule?.connect) {
    return { point: 'connect', action: 'talk', talkMs: sample(policy.talk, draws('talk')), rule: null };
  }
  const { name, connect } = rule;
  if (connect.action === 'hangUp') return { point: 'connect', action: 'hangUp', talkMs: 0, rule: name };
  return { point: 'connect', action: 'talk', talkMs: sample(connect.talk, draws(`${name}/talk`)), rule: name };
}

/**
 * Decides how a call ends: the disposition, the callback if it is one, and the wrap-up time. Every pop gets a label that
 * it offers, or null where it offers nothing acceptable (design §4.1, rule 6; §7). Rules that only say `wrapUp` or
 * `writeBack` leave the ending to those after them.
 */
export function decideEnd(policy: Policy, facts: CallFacts, draws: DrawsOf, witness?: Witness): EndDecision {
  const look = lookAt(policy, facts, draws, witness);
  let wrapUp: Rule | undefined;
  let written: Record<string, string> | undefined;
  let rule: Rule | undefined;
  for (const one of policy.rules) {
    if ((one.end ?? one.wrapUp ?? one.writeBack) === undefined || !look(one)) continue;
    if (one.wrapUp) wrapUp ??= one;
    if (one.writeBack) {
      written = { ...fillIn(one.writeBack, facts, columnsOf(facts.attributes), one.name), ...written };
    }
    if (!one.end) continue;
    rule = one;
    break;
  }
  const wrapUpMs = wrapUp?.wrapUp
    ? sample(wrapUp.wrapUp, draws(`${wrapUp.name}/wrap-up`))
    : sample(policy.wrapUp, draws('wrap-up'));
  const otherwise = otherwiseLabel(policy, draws);
  const common = { point: 'end', wrapUpMs, rule: rule?.name ?? null, ...(written && { writeBack: written }) } as const;
  if (rule?.end?.action === 'callback') {
    const { timezone } = policy;
    return { ...common, ...decideCallback(rule.end, { facts, draws, rule: rule.name, timezone, otherwise }) };
  }
  const wanted = rule?.end ? drawLabel(rule.end.labels, draws(`${rule.name}/disposition`)) : otherwise;
  return { ...common, action: 'disposition', ...resolveLabel(wanted, otherwise, distinctLabels(facts.dispositions)) };
}

/** Whether a rule's condition holds for the call. */
function lookAt(
  { timezone }: Policy,
  facts: CallFacts,
  draws: DrawsOf,
  witness: Witness | undefined,
): (rule: Rule) => boolean {
  const call = new CallSubject(facts, draws, timezone);
  return (rule) => {
    const { when, name } = rule;
    call.rule = name;
    const why = when && whyNot(when, call);
    witness?.(rule, !why, why ?? (() => (when && whatHolds(when, call)) || 'it has no condition'));
    return !why;
  };
}

/** A call as conditions see it; its columns are indexed for the first rule that asks for one. */
class CallSubject implements Subject {
  readonly facts: CallFacts;
  readonly draws: DrawsOf;
  readonly timezone: string | undefined;
  rule = '';
  private indexed: Columns | undefined;

  constructor(facts: CallFacts, draws: DrawsOf, timezone: string | undefined) {
    this.facts = facts;
    this.draws = draws;
    this.timezone = timezone;
  }

  get columns(): Columns {
    this.indexed ??= columnsOf(this.facts.attributes);
    return this.indexed;
  }
}

function otherwiseLabel(policy: Policy, draws: DrawsOf): string | undefined {
  return policy.otherwise && drawLabel(policy.otherwise, draws('otherwise/disposition'));
}
