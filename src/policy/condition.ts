import { matchesGlob } from '../base/glob.js';
import { type Columns, whyAttributeFails } from './attributes.js';
import type { CallFacts, CallKind, DrawsOf } from './call.js';
import type { Condition } from './policy.js';

/** What a condition is held against. `rule` names the random streams of its chances. */
export interface Subject {
  readonly facts: CallFacts;
  readonly columns: Columns;
  readonly draws: DrawsOf;
  readonly rule: string;
}

/**
 * Why the condition does not hold for this call, or undefined when it does. A `chance` draws from a stream of its own,
 * named by rule and place, so it has the same answer at every decision point of one call.
 */
export function whyNot(condition: Condition, subject: Subject, place = ''): string | undefined {
  const { facts } = subject;
  const { campaign, kind, attributes, connected, agent, chance, all, any, not } = condition;
  if (campaign && !campaign.some((pattern) => isCampaign(pattern, facts.campaign))) return 'the campaign is another';
  if (kind && !kindsOf(facts).some((one) => kind.includes(one))) return `the call is ${kindsOf(facts).join(' and ')}`;
  if (agent && !agent.some((pattern) => matchesGlob(pattern, facts.agent))) return 'the agent is another';
  if (connected !== undefined && facts.connected !== connected) {
    return facts.connected ? 'the call was connected' : 'the call was not connected';
  }
  for (const [name, test] of Object.entries(attributes ?? {})) {
    const why = whyAttributeFails(name, test, subject.columns);
    if (why) return why;
  }
  if (chance !== undefined && subject.draws(`${subject.rule}/chance${place}`)() >= chance) {
    return `the chance of ${Number((chance * 100).toFixed(6))}% did not come up`;
  }
  return whyGroupsFail({ all, any, not }, subject, place);
}

function whyGroupsFail(
  { all, any, not }: Pick<Condition, 'all' | 'any' | 'not'>,
  subject: Subject,
  place: string,
): string | undefined {
  for (const [index, part] of (all ?? []).entries()) {
    const why = whyNot(part, subject, `${place}/all${index}`);
    if (why) return why;
  }
  if (any?.every((part, index) => whyNot(part, subject, `${place}/any${index}`) !== undefined)) {
    return 'none of "any" holds';
  }
  if (not && whyNot(not, subject, `${place}/not`) === undefined) return 'what "not" names holds';
  return undefined;
}

function isCampaign(pattern: string, campaign: CallFacts['campaign']): boolean {
  return pattern === campaign.id || matchesGlob(pattern, campaign.name);
}

function kindsOf(facts: CallFacts): readonly CallKind[] {
  return facts.kinds ?? [facts.kind];
}
