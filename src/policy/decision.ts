/** Why something other than what the rule asked for was decided; counted and logged (design §7). */
export type FellBack =
  /** The pop offers none of this label, wrap-up code or category. */
  | 'label-not-offered'
  /** The disposition of a callback is not offered with category Scheduled. */
  | 'callback-not-scheduled'
  /** The pop allows no owner: the callback goes to anyone. */
  | 'owner-not-allowed'
  /** The owner of a callback is off shift in every slot: it goes to anyone. */
  | 'owner-off-shift'
  /** No permitted time is left for a callback. */
  | 'no-slot'
  /** The contact's zone is not known: the policy's is taken, or where it has none no callback is made. */
  | 'zone-unknown'
  /** Nothing acceptable is offered at all (design §4.1, rule 6). */
  | 'no-acceptable-label';

/** What to do with a preview. `rule` is null where no rule spoke. */
export type OfferDecision =
  | {
      readonly point: 'offer';
      readonly action: 'place';
      /** Look at the preview for so long. */
      readonly thinkMs: number;
      /** Hang up when the placed call has not connected by then. */
      readonly ringForMs: number;
      readonly rule: string | null;
    }
  | {
      readonly point: 'offer';
      readonly action: 'skip';
      readonly thinkMs: number;
      readonly rule: string | null;
      /** Contact columns to write with the skip, or with what is sent instead. */
      readonly writeBack?: Readonly<Record<string, string>>;
      /** Present where the campaign forbids skipping: disposition the preview unplaced with this instead. */
      readonly instead?: {
        /** Null when nothing acceptable is offered. */
        readonly label: string | null;
        readonly alternatives: readonly string[];
        readonly fellBack?: FellBack;
      };
    };

export interface ConnectDecision {
  readonly point: 'connect';
  readonly action: 'talk' | 'hangUp';
  /** 0 for `hangUp`. */
  readonly talkMs: number;
  readonly rule: string | null;
}

export interface EndDecision {
  readonly point: 'end';
  readonly action: 'disposition' | 'callback';
  /** The label to send; null when nothing acceptable is offered (design §4.1, rule 6). */
  readonly label: string | null;
  /** What to try, in this order and without any scheduledTime, if the server refuses the label. */
  readonly alternatives: readonly string[];
  /** Unix seconds; callbacks only. */
  readonly scheduledTime?: number;
  /** CIC user; callbacks with an owner only. */
  readonly scheduledAgent?: string;
  readonly owner?: 'self' | 'anyone' | 'other';
  /** The scheduled time on the contact's clock, such as `2026-11-22T10:00:00-07:00[America/Denver]`; callbacks only. */
  readonly local?: string;
  /** The contact's zone is not known; the callback goes by the policy's. */
  readonly zoneUnknown?: true;
  readonly wrapUpMs: number;
  /** Contact columns to write with the disposition. */
  readonly writeBack?: Readonly<Record<string, string>>;
  readonly rule: string | null;
  readonly fellBack?: FellBack;
}

export type Decision = OfferDecision | ConnectDecision | EndDecision;
