import type { Distribution } from '../base/distribution.js';
import type { AttributeTest } from './attributes.js';
import type { CallKind } from './call.js';
import type { CallbackAction } from './callback-schema.js';
import type { TimeWindow } from './window.js';

/** A checked policy: what a bot does with its calls. Times in milliseconds. */
export interface Policy {
  /** For metrics and records: `name` of the file, else the file's name without its ending. */
  readonly name: string;
  /** Changes when the content does; comments and layout do not count. */
  readonly hash: string;
  /** For times that name no zone of their own. */
  readonly timezone?: string;
  readonly talk: Distribution;
  readonly wrapUp: Distribution;
  readonly preview: { readonly think: Distribution; readonly ringForMs: number };
  readonly breaks?: { readonly afterCalls: number; readonly forMs: number };
  readonly rules: readonly Rule[];
  /** What ends a call that no rule ends; without it the first offered disposition of a harmless category. */
  readonly otherwise?: WeightedLabels;
}

/** Labels with their weights, in the order of the file; a single label has weight 1. */
export type WeightedLabels = readonly { readonly label: string; readonly weight: number }[];

/** At most one decision for each point; `wrapUp` and `writeBack` accompany the end of a call, whichever rule decides it. */
export interface Rule {
  readonly name: string;
  readonly when?: Condition;
  readonly offer?: OfferAction;
  readonly connect?: ConnectAction;
  readonly end?: EndAction;
  readonly wrapUp?: Distribution;
  readonly writeBack?: WriteBack;
}

export type OfferAction =
  | { readonly action: 'place' }
  /** `elseLabel` ends the call unplaced where the campaign forbids skipping. */
  | { readonly action: 'skip'; readonly elseLabel?: string };

export type ConnectAction =
  | { readonly action: 'talk'; readonly talk: Distribution }
  /** At once. */
  | { readonly action: 'hangUp' };

export type EndAction = { readonly action: 'disposition'; readonly labels: WeightedLabels } | CallbackAction;

/** Contact columns to write with the disposition: texts, with placeholders (write-back.ts). */
export type WriteBack = Readonly<Record<string, string>>;

/** Every member that is present must hold. */
export interface Condition {
  /** Ids, names or globs, any of them. */
  readonly campaign?: readonly string[] | undefined;
  readonly kind?: readonly CallKind[] | undefined;
  readonly attributes?: Readonly<Record<string, AttributeTest>> | undefined;
  /** Labels or globs of which the pop offers one. */
  readonly dispositions?: readonly string[] | undefined;
  readonly connected?: boolean | undefined;
  readonly endedBy?: 'us' | 'far-side' | undefined;
  /** In milliseconds. */
  readonly talked?: NumberTest | undefined;
  readonly time?: TimeWindow | undefined;
  /** User names or globs, any of them. */
  readonly agent?: readonly string[] | undefined;
  readonly nthCall?: NumberTest | undefined;
  /** A share from 0 to 1. */
  readonly chance?: number | undefined;
  readonly all?: readonly Condition[] | undefined;
  readonly any?: readonly Condition[] | undefined;
  readonly not?: Condition | undefined;
}

/** All that are present must hold. */
export interface NumberTest {
  readonly eq?: number | undefined;
  readonly lt?: number | undefined;
  readonly le?: number | undefined;
  readonly gt?: number | undefined;
  readonly ge?: number | undefined;
  /** The number is a multiple of this. */
  readonly every?: number | undefined;
}
