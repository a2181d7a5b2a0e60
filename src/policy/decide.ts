import { sample } from '../base/distribution.js';
import { type Columns, columnsOf } from './attributes.js';
import type { CallFacts, DrawsOf } from './call.js';
import { type Subject, whyNot } from './condition.js';
import { decideCallback } from './decide-callback.js';
import type { ConnectDecision, EndDecision, OfferDecision } from './decision.js';
import { distinctLabels, drawLabel, resolveLabel } from './label.js';
import type { Policy, Rule } from './policy.js';

/** A skip leaves this long before Dialer's time-out, so that it arrives before the preview ends. */
const SKIP_MARGIN_MS = 1_000;

/** Decides what to do with a preview: place it unless a rule skips it. Pure; draws only from streams of its own. */
export function decideOffer(policy: Policy, facts: CallFacts, draws: DrawsOf): OfferDecision {
  const rule = firstRule(policy, facts, draws, (one) => one.offer !== undefined);
  const thinkMs = sample(policy.preview.think, draws('think'));
  const name = rule?.name ?? null;
  if (rule?.offer?.action !== 'skip') {
    return { point: 'offer', action: 'place', thinkMs, ringForMs: policy.preview.ringForMs, rule: name };
  }
  const { previewTimeoutMs = Number.POSITIVE_INFINITY } = facts;
  const inTimeMs = Math.min(thinkMs, Math.max(0, previewTimeoutMs - SKIP_MARGIN_MS));
  const skip = { point: 'offer', action: 'skip', thinkMs: inTimeMs, rule: name } as const;
  if (facts.allowSkip) return skip;
  const otherwise = otherwiseLabel(policy, draws);
  return {
    ...skip,
    instead: resolveLabel(rule.offer.elseLabel ?? otherwise, otherwise, distinctLabels(facts.dispositions)),
  };
}

/** Decides how long to talk. */
export function decideConnect(policy: Policy, _facts: CallFacts, draws: DrawsOf): ConnectDecision {
  return { point: 'connect', action: 'talk', talkMs: sample(policy.talk, draws('talk')), rule: null };
}

/**
 * Decides how a call ends: the disposition, the callback if it is one, and the wrap-up time. Every pop gets a label that
 * it offers, or null where it offers nothing acceptable (design §4.1, rule 6; §7).
 */
export function decideEnd(policy: Policy, facts: CallFacts, draws: DrawsOf): EndDecision {
  const rule = firstRule(policy, facts, draws, (one) => one.end !== undefined);
  const wrapUpMs = sample(policy.wrapUp, draws('wrap-up'));
  const otherwise = otherwiseLabel(policy, draws);
  const common = { point: 'end', wrapUpMs, rule: rule?.name ?? null } as const;
  if (rule?.end?.action === 'callback') {
    const { timezone } = policy;
    return { ...common, ...decideCallback(rule.end, { facts, draws, rule: rule.name, timezone, otherwise }) };
  }
  const wanted = rule?.end ? drawLabel(rule.end.labels, draws(`${rule.name}/disposition`)) : otherwise;
  return { ...common, action: 'disposition', ...resolveLabel(wanted, otherwise, distinctLabels(facts.dispositions)) };
}

/** The first rule with an action for the point whose condition holds. */
function firstRule(
  policy: Policy,
  facts: CallFacts,
  draws: DrawsOf,
  hasAction: (rule: Rule) => boolean,
): Rule | undefined {
  let indexed: Columns | undefined; // for the first rule that asks for a column
  return policy.rules.find((rule) => {
    if (!hasAction(rule)) return false;
    const subject: Subject = {
      facts,
      draws,
      rule: rule.name,
      get columns() {
        indexed ??= columnsOf(facts.attributes);
        return indexed;
      },
    };
    return rule.when === undefined || whyNot(rule.when, subject) === undefined;
  });
}

function otherwiseLabel(policy: Policy, draws: DrawsOf): string | undefined {
  return policy.otherwise && drawLabel(policy.otherwise, draws('otherwise/disposition'));
}
