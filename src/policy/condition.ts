import { isGlob, matchesGlob } from '../base/glob.js';
import { type Columns, whyAttributeFails } from './attributes.js';
import type { CallFacts, CallKind, DrawsOf } from './call.js';
import * as words from './condition-words.js';
import { zoneFor } from './contact-zone.js';
import { passesNumber } from './number-test.js';
import type { Condition } from './policy.js';
import { isInWindow } from './window.js';

/** What a condition is held against. `rule` names the random streams of its chances. */
export interface Subject {
  readonly facts: CallFacts;
  readonly columns: Columns;
  readonly draws: DrawsOf;
  readonly rule: string;
  /** The zone of the policy, for times that name none. */
  readonly timezone?: string | undefined;
}

/** Says in a sentence why something does not hold; made only when somebody asks, for most failures nobody does. */
export type Why = () => string;

/**
 * Why the condition does not hold for this call, or undefined when it does. A `chance` draws from a stream of its own,
 * named by rule and place, so it has the same answer at every decision point of one call.
 */
export function whyNot(condition: Condition, subject: Subject, place = ''): Why | undefined {
  const { facts } = subject;
  const { campaign, kind, agent, nthCall, dispositions, connected, endedBy, talked, attributes, time, chance } =
    condition;
  if (campaign && !campaign.some((pattern) => isCampaign(pattern, facts.campaign))) {
    return () => words.campaignIsNot(facts, campaign);
  }
  if (kind && !kindsOf(facts).some((one) => kind.includes(one))) {
    return () => words.kindIsNot(kindsOf(facts), kind);
  }
  if (agent && !agent.some((pattern) => matchesGlob(pattern, facts.agent))) {
    return () => words.agentIsNot(facts, agent);
  }
  if (nthCall && !passesNumber(facts.nthCall, nthCall)) return () => words.nthCallIsNot(facts, nthCall);
  if (dispositions && !dispositions.some((pattern) => isOffered(pattern, facts))) {
    return () => words.noneOffered(dispositions);
  }
  if (connected !== undefined && facts.connected !== connected) return () => words.connectedIsNot(facts, connected);
  if (endedBy && facts.endedBy !== endedBy) return () => words.endedByIsNot(facts, endedBy);
  if (talked && !(facts.talkedMs !== undefined && passesNumber(facts.talkedMs, talked))) {
    return () => words.talkedIsNot(facts, talked);
  }
  if (attributes) {
    const why = firstFailure(attributes, subject.columns);
    if (why) return why;
  }
  if (time) {
    const zone = zoneFor(time.timezone, subject.columns, subject.timezone);
    if (!isInWindow(time, zone, facts.now)) return () => words.timeIsNot(facts, zone, time);
  }
  if (chance !== undefined && !comesUp(chance, subject, place)) return () => words.chanceFailed(chance);
  return whyGroupsFail(condition, subject, place);
}

function firstFailure(attributes: NonNullable<Condition['attributes']>, columns: Columns): Why | undefined {
  for (const name in attributes) {
    const test = attributes[name];
    const why = test === undefined ? undefined : whyAttributeFails(name, test, columns);
    if (why) return why;
  }
  return undefined;
}

function whyGroupsFail({ all, any, not }: Condition, subject: Subject, place: string): Why | undefined {
  for (const [index, part] of (all ?? []).entries()) {
    const why = whyNot(part, subject, `${place}/all${index}`);
    if (why) return why;
  }
  if (any) {
    const whys: Why[] = [];
    for (const [index, part] of any.entries()) {
      const why = whyNot(part, subject, `${place}/any${index}`);
      if (!why) break;
      whys.push(why);
    }
    if (whys.length === any.length) return () => words.noneOfAny(whys.map((why) => why()));
  }
  if (not && whyNot(not, subject, `${place}/not`) === undefined) {
    return () => words.notHolds(whatHolds(not, subject, `${place}/not`));
  }
  return undefined;
}

/** What of the call makes the condition hold, as a sentence; for a condition that does. */
export function whatHolds(condition: Condition, subject: Subject, place = ''): string {
  const { facts, columns } = subject;
  const { campaign, kind, agent, nthCall, dispositions, connected, endedBy, talked, attributes, time, chance } =
    condition;
  const { all = [], any = [], not } = condition;
  const anyOf = any.findIndex((part, index) => whyNot(part, subject, `${place}/any${index}`) === undefined);
  const parts = [
    campaign && words.campaignIs(facts),
    kind && words.kindIs(kindsOf(facts)),
    agent && words.agentIs(facts),
    nthCall && words.nthCallIs(facts),
    dispositions &&
      words.isOffered(facts.dispositions.find(({ label }) => dispositions.some((one) => isLike(one, label)))),
    connected !== undefined && words.connectedIs(facts),
    endedBy && words.endedByIs(facts),
    talked && words.talkedIs(facts),
    ...Object.keys(attributes ?? {}).map((name) => words.attributeIs(name, columns)),
    time && words.timeIs(facts, zoneFor(time.timezone, columns, subject.timezone)),
    chance !== undefined && words.chanceCameUp(chance),
    ...all.map((part, index) => whatHolds(part, subject, `${place}/all${index}`)),
    anyOf >= 0 && whatHolds(any[anyOf] as Condition, subject, `${place}/any${anyOf}`),
    not && whyNot(not, subject, `${place}/not`)?.(),
  ];
  return words.joined(parts.filter((part): part is string => typeof part === 'string' && part !== ''));
}

function comesUp(chance: number, { facts, draws, rule }: Subject, place: string): boolean {
  if (facts.chance) return chance > 0 && (facts.chance === 'always' || chance >= 1);
  return draws(`${rule}/chance${place}`)() < chance;
}

function isCampaign(pattern: string, campaign: CallFacts['campaign']): boolean {
  return pattern === campaign.id || matchesGlob(pattern, campaign.name);
}

function isOffered(pattern: string, { dispositions }: CallFacts): boolean {
  return dispositions.some(({ label }) => isLike(pattern, label));
}

function isLike(pattern: string, label: string | undefined): boolean {
  if (!label) return false;
  return isGlob(pattern) ? matchesGlob(pattern, label) : pattern.trim().toLowerCase() === label.trim().toLowerCase();
}

function kindsOf(facts: CallFacts): readonly CallKind[] {
  return facts.kinds ?? [facts.kind];
}
