import type { Draw, Random } from '../base/random.js';
import type { Stretch } from '../base/zoned-time.js';

export type { Stretch };

/** What sort of call this is, by the pop and its dialingMode (design §7). */
export const CALL_KINDS = ['preview', 'own-callback', 'regular', 'agentless', 'precise', 'manual'] as const;
export type CallKind = (typeof CALL_KINDS)[number];

/** A disposition that the pop offers (reference §4.9). */
export interface OfferedDisposition {
  readonly label: string;
  readonly wrapUpCategory: string;
  readonly wrapUpCode: string;
  readonly abandon: boolean;
}

/**
 * When the owner of a callback works: shift minus planned breaks. Asked with a CIC user name and an instant (epoch
 * milliseconds), answers with the first stretch of work that ends after the instant: the one that goes on then, else the next.
 * Null: the owner does not work again as far as can be foreseen. Undefined: nothing is known of this user, who then counts as
 * always there. Pure for the time of one decision.
 */
export type OwnerHours = (owner: string, from: number) => Stretch | null | undefined;

/**
 * How many callbacks of a rule are booked for the clock hour that begins at `hourStart` (epoch milliseconds, a whole hour UTC),
 * by all agents together.
 */
export type BookedInHour = (rule: string, hourStart: number) => number;

/** All that a policy may know of a call. `connected`, `endedBy` and `talkedMs` are known at the end only. */
export interface CallFacts {
  readonly campaign: { readonly id: string; readonly name: string };
  readonly kind: CallKind;
  /** All kinds of the call where it has two: an own callback offered as a preview is both. */
  readonly kinds?: readonly CallKind[];
  /** The CIC user name of the agent. */
  readonly agent: string;
  /** Number of this call for this agent, from 1. */
  readonly nthCall: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly dispositions: readonly OfferedDisposition[];
  readonly allowSkip: boolean;
  readonly allowAgentCallbacks: boolean;
  /** After this long Dialer's client would place the preview by itself; a skip is sent before. */
  readonly previewTimeoutMs?: number;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly connected?: boolean;
  readonly endedBy?: 'us' | 'far-side';
  readonly talkedMs?: number;
  /** For tests and explanations: how every chance comes out, whatever would have been drawn. */
  readonly chance?: 'always' | 'never';
  /** Left out: every owner counts as always there. */
  readonly ownerHours?: OwnerHours;
  /** Left out: nothing is booked. */
  readonly bookedInHour?: BookedInHour;
}

/** A fresh random stream for one draw of one call, by name: the same name gives the same numbers again. */
export type DrawsOf = (name: string) => Draw;

/** The streams of one call: of (seed, agent, number of the call, rule), so that no decision shifts another. */
export function drawsOfCall(random: Random, agent: string, nthCall: number): DrawsOf {
  return (name) => random(`policy/${agent}/${nthCall}/${name}`);
}

/** The kind of a call: the first of `callKinds`. */
export function callKind(popType: string, dialingMode: number | undefined): CallKind {
  return callKinds(popType, dialingMode)[0]!;
}

/**
 * The kinds of a call, the leading one first, from the `__type` of its pop (with or without the urn prefix) and its
 * dialingMode (reference §4.9). Modes not known here are regular calls.
 */
export function callKinds(popType: string, dialingMode: number | undefined): readonly CallKind[] {
  const isPreview = popType.endsWith('previewPop');
  switch (dialingMode) {
    case 0:
      return ['preview'];
    case 1:
      return ['preview', 'own-callback'];
    case 3:
      return isPreview ? ['preview', 'own-callback'] : ['own-callback'];
    case 4:
      return isPreview ? ['preview'] : ['agentless'];
    case 5:
      return isPreview ? ['preview'] : ['precise'];
    case 6:
      return isPreview ? ['preview'] : ['manual'];
    default:
      return isPreview ? ['preview'] : ['regular'];
  }
}
