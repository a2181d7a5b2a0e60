import type { Distribution } from '../base/distribution.js';
import type { CallKind } from './call.js';
import type { CallbackAction } from './callback-schema.js';

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

export interface Rule {
  readonly name: string;
  readonly when?: Condition;
  readonly offer?: OfferAction;
  readonly end?: EndAction;
}

export type OfferAction =
  | { readonly action: 'place' }
  /** `elseLabel` ends the call unplaced where the campaign forbids skipping. */
  | { readonly action: 'skip'; readonly elseLabel?: string };

export type EndAction = { readonly action: 'disposition'; readonly labels: WeightedLabels } | CallbackAction;

/** Every member that is present must hold. */
export interface Condition {
  /** Ids, names or globs, any of them. */
  readonly campaign?: readonly string[] | undefined;
  readonly kind?: readonly CallKind[] | undefined;
  readonly attributes?: Readonly<Record<string, AttributeTest>> | undefined;
  readonly connected?: boolean | undefined;
  /** User names or globs, any of them. */
  readonly agent?: readonly string[] | undefined;
  /** A share from 0 to 1. */
  readonly chance?: number | undefined;
  readonly all?: readonly Condition[] | undefined;
  readonly any?: readonly Condition[] | undefined;
  readonly not?: Condition | undefined;
}

export type AttributeValue = string | number | boolean;

/** A value or glob, a list of them (any), or comparisons (all of them). */
export type AttributeTest = AttributeValue | readonly AttributeValue[] | AttributeComparisons;

export interface AttributeComparisons {
  readonly eq?: AttributeValue | undefined;
  readonly ne?: AttributeValue | undefined;
  readonly lt?: AttributeValue | undefined;
  readonly le?: AttributeValue | undefined;
  readonly gt?: AttributeValue | undefined;
  readonly ge?: AttributeValue | undefined;
  readonly in?: readonly AttributeValue[] | undefined;
  readonly exists?: boolean | undefined;
}
