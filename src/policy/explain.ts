import type { CallFacts, DrawsOf } from './call.js';
import { decideConnect, decideEnd, decideOffer, type Witness } from './decide.js';
import type { ConnectDecision, EndDecision, FellBack, OfferDecision } from './decision.js';
import type { Point } from './points.js';
import type { Policy } from './policy.js';

/** A call as far as it is known beforehand: what its beginning is, and how it is to go. */
export interface GivenCall {
  readonly facts: Omit<CallFacts, 'connected' | 'endedBy' | 'talkedMs'>;
  readonly connected: boolean;
  /** Left out: as the decisions make it. */
  readonly endedBy?: 'us' | 'far-side';
  readonly talkedMs?: number;
}

/** A rule that was looked at, and why it counted or not. */
export interface Consideration {
  readonly rule: string;
  readonly point: Point;
  readonly matched: boolean;
  readonly because: string;
}

type WriteBack = { readonly writeBack?: Readonly<Record<string, string>> };

/**
 * What a policy decides for a call (design §10). Lengths of time in seconds. A point that the call never comes to is null:
 * the offer of a call that is no preview, the talk of one that does not connect, all that follows a skip.
 */
export interface Explanation {
  readonly offer:
    | ({
        readonly action: 'place' | 'skip';
        readonly rule: string | null;
        readonly think: number;
        readonly ringFor?: number;
        /** Where skipping is not allowed: the label that ends the preview unplaced. */
        readonly label?: string | null;
        readonly fellBack?: FellBack;
      } & WriteBack)
    | null;
  readonly connect: { readonly action: 'talk' | 'hangUp'; readonly talk: number; readonly rule: string | null } | null;
  readonly end:
    | ({
        readonly action: 'disposition' | 'callback';
        readonly label: string | null;
        /** Unix seconds. */
        readonly scheduledTime?: number;
        readonly scheduledAgent?: string;
        readonly owner?: 'self' | 'anyone' | 'other';
        readonly local?: string;
        readonly zoneUnknown?: true;
        readonly wrapUp: number;
        readonly rule: string | null;
        readonly fellBack?: FellBack;
      } & WriteBack)
    | null;
  /** Every rule that was looked at, by point and in order. */
  readonly considered: readonly Consideration[];
}

/** Told of every rule that is looked at; `because` makes the sentence. */
export type RuleWitness = (rule: string, point: Point, matched: boolean, because: () => string) => void;

/** The decisions for a call, with the reasons. */
export function explainCall(policy: Policy, call: GivenCall, draws: DrawsOf): Explanation {
  const considered: Consideration[] = [];
  const decided = decideCall(policy, call, draws, (rule, point, matched, because) =>
    considered.push({ rule, point, matched, because: because() }),
  );
  return { ...decided, considered };
}

/** The decisions for a call, point by point, as an agent would come to ask for them. */
export function decideCall(
  policy: Policy,
  call: GivenCall,
  draws: DrawsOf,
  told: RuleWitness,
): Omit<Explanation, 'considered'> {
  const witness =
    (point: Point): Witness =>
    (rule, matched, because) =>
      told(rule.name, point, matched, because);
  const { facts, connected } = call;
  const isPreview = (facts.kinds ?? [facts.kind]).includes('preview');
  const offer = isPreview ? decideOffer(policy, facts, draws, witness('offer')) : null;
  if (offer?.action === 'skip') return { offer: toldOffer(offer), connect: null, end: null };
  const connect = connected ? decideConnect(policy, facts, draws, witness('connect')) : null;
  const endedBy = call.endedBy ?? (connected ? 'us' : 'far-side');
  const talkedMs = call.talkedMs ?? connect?.talkMs ?? 0;
  const end = decideEnd(policy, { ...facts, connected, endedBy, talkedMs }, draws, witness('end'));
  return { offer: offer && toldOffer(offer), connect: connect && toldConnect(connect), end: toldEnd(end) };
}

function toldOffer(decision: OfferDecision): NonNullable<Explanation['offer']> {
  const { action, rule, thinkMs } = decision;
  if (decision.action === 'place')
    return { action, rule, think: seconds(thinkMs), ringFor: seconds(decision.ringForMs) };
  const { instead, writeBack } = decision;
  return {
    action,
    ...(instead && { label: instead.label }),
    rule,
    think: seconds(thinkMs),
    ...(instead?.fellBack && { fellBack: instead.fellBack }),
    ...(writeBack && { writeBack }),
  };
}

function toldConnect({ action, talkMs, rule }: ConnectDecision): NonNullable<Explanation['connect']> {
  return { action, talk: seconds(talkMs), rule };
}

function toldEnd(decision: EndDecision): NonNullable<Explanation['end']> {
  const { action, label, scheduledTime, scheduledAgent, owner, local, zoneUnknown, fellBack, writeBack } = decision;
  return {
    action,
    label,
    ...(scheduledTime !== undefined && { scheduledTime }),
    ...(scheduledAgent !== undefined && { scheduledAgent }),
    ...(owner && { owner }),
    ...(local && { local }),
    ...(zoneUnknown && { zoneUnknown }),
    wrapUp: seconds(decision.wrapUpMs),
    rule: decision.rule,
    ...(fellBack && { fellBack }),
    ...(writeBack && { writeBack }),
  };
}

function seconds(ms: number): number {
  return ms / 1_000;
}
