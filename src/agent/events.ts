/**
 * Facts an agent can learn, as the chart sees them. Messages and answers of ICWS become these in `fleet`; the chart knows
 * neither HTTP nor message types. Answers carry `command`, the number of the order they answer: an answer to an order
 * that is no longer awaited changes nothing.
 */
export type AgentEvent = FleetEvent | SessionEvent | DialerEvent | StatusEvent | CallEvent;

/** What the chart hears: all that the agent learns, and from its own clock that a stage is over. */
export type ChartEvent = AgentEvent | StageEnded;

/** The deadline of the call's present stage has passed. */
export interface StageEnded {
  readonly type: 'stage.ended';
}

/** How a command ended, as far as a decision needs to know. */
export type Verdict =
  /** Any 2xx. */
  | 'ok'
  /** 404: Dialer has no such call (any more). */
  | 'gone'
  /** 400: the request as it stands is not acceptable. */
  | 'refused'
  /** 403 or 410: no right, no licence, or no such resource; only an administrator can mend it. */
  | 'forbidden'
  /** A definite 5xx or 429: not done, may be sent again. */
  | 'unavailable'
  /** No answer, and the request may have been carried out. */
  | 'lost'
  /** No answer, and the request never left. */
  | 'unsent'
  /** Not sent, and never to be: the call is over for Dialer, and the next one would be hit. */
  | 'moot'
  /** Not sent: Dialer granted what it grants only when the call is dispositioned (reference §4.10 rules 3 and 8). */
  | 'granted';

/** What `fleet` asks of an agent. */
export type FleetEvent =
  | { readonly type: 'shift.began' }
  /** An operator wants the agent at work again. */
  | { readonly type: 'login.asked' }
  /** Leave Dialer and the session; `forGood` agents do not come back. */
  | { readonly type: 'logoff.asked'; readonly reason: string; readonly forGood: boolean }
  | { readonly type: 'break.asked'; readonly reason: string; readonly forMs: number }
  /** End the break early, or withdraw the request for one. */
  | { readonly type: 'break.end-asked' }
  /** The drain ran out of time: leave at once. */
  | { readonly type: 'cut' }
  /** The pacer lets this agent log in now. */
  | { readonly type: 'turn.granted' };

export type SessionEvent =
  | { readonly type: 'session.opened'; readonly command: number; readonly session: string }
  /** Final for these credentials (reference §1.2). */
  | { readonly type: 'session.refused'; readonly command: number; readonly code: string }
  | { readonly type: 'session.unreached'; readonly command: number; readonly code: string }
  /** The session is gone; `again` is false where the server says not to come back. */
  | { readonly type: 'session.lost'; readonly reason: string; readonly again: boolean }
  | { readonly type: 'session.closed'; readonly command: number }
  /** Subscriptions, status list and station are in place. */
  | { readonly type: 'session.prepared'; readonly command: number }
  | { readonly type: 'session.unprepared'; readonly command: number; readonly code: string; readonly final: boolean }
  /** The end status was set, or there was none to set. */
  | { readonly type: 'session.farewell-said'; readonly command: number }
  /** Somebody else took the station, or it went away. */
  | { readonly type: 'station.lost' };

export type DialerEvent =
  | { readonly type: 'dialer.logged-in'; readonly command: number }
  | { readonly type: 'dialer.log-in-failed'; readonly command: number; readonly code: string; readonly final: boolean }
  /** What the agent may join and how many campaigns it is in, after each availableCampaignsMessage or grant. */
  | { readonly type: 'campaigns.changed'; readonly fresh: readonly string[]; readonly joined: number }
  /** Logged in to the campaigns asked for, and ready-for-calls accepted. `joined` counts all campaigns. */
  | { readonly type: 'campaigns.enlisted'; readonly command: number; readonly joined: number }
  | {
      readonly type: 'campaigns.enlist-failed';
      readonly command: number;
      readonly code: string;
      readonly final: boolean;
    }
  /** A supervisor put the agent into a campaign. */
  | { readonly type: 'campaigns.auto-login' }
  /** A supervisor took the agent out of campaigns; `joined` are left. */
  | { readonly type: 'campaigns.auto-logout'; readonly joined: number }
  /** `all`: out of Dialer altogether. */
  | { readonly type: 'logout.granted'; readonly all: boolean; readonly joined: number }
  | { readonly type: 'logoff.answered'; readonly command: number; readonly verdict: Verdict }
  | { readonly type: 'break.answered'; readonly command: number; readonly verdict: Verdict }
  | { readonly type: 'break.status'; readonly status: 'not-on-break' | 'pending' | 'on-break' }
  /** The link between ICWS and the Dialer server. */
  | { readonly type: 'link.down' }
  | { readonly type: 'link.up' };

/** Whose status it is, and what it means (design §4.1 rule 1). */
export type SeenStatus =
  /** A status in which ACD and Dialer work come. */
  | 'acd'
  /** Set by Dialer or CIC on the way of a call: Campaign Call, Awaiting Callback. */
  | 'dialer-call'
  /** Set by Dialer or CIC after a call: Follow Up, the campaign's own, after-call work. */
  | 'follow-up'
  /** ACD - Agent Not Answering. */
  | 'not-answering'
  /** One that we asked for ourselves. */
  | 'ours'
  /** Any other: a person set it. It is followed, not fought. */
  | 'person';

export type StatusEvent =
  | { readonly type: 'status.seen'; readonly status: SeenStatus }
  | { readonly type: 'available.confirmed'; readonly command: number }
  | { readonly type: 'available.refused'; readonly command: number }
  /** A blended ACD interaction is live on the queue (rule 12). */
  | { readonly type: 'acd.began' }
  | { readonly type: 'acd.ended' };

/** What the chart needs to know of a data pop. */
export interface PopFacts {
  readonly interactionId: string;
  readonly campaignId: string;
  readonly campaign: string;
  readonly kind: string;
  /** A previewPop. */
  readonly preview: boolean;
  /** The previewPop says that its call is placed. */
  readonly placed: boolean;
  /** Milliseconds until the preview's own timer runs out. */
  readonly previewEndsInMs: number | null;
  /** Identifies the contact, to recognise a placed preview that comes back under a new id (reference §7 #9). */
  readonly contact: string;
}

export type CallEvent =
  | { readonly type: 'call.popped'; readonly pop: PopFacts }
  | {
      readonly type: 'call.offer-decided';
      readonly call: string;
      readonly place: boolean;
      readonly thinkMs: number;
      readonly ringForMs: number;
      /** How many labels there are to try where the preview is not placed. */
      readonly choices: number;
    }
  | { readonly type: 'call.talk-decided'; readonly call: string; readonly talkMs: number }
  | {
      readonly type: 'call.end-decided';
      readonly call: string;
      readonly wrapUpMs: number;
      /** How many labels there are to try; 0: none is acceptable (rule 6). */
      readonly choices: number;
      readonly label: string;
    }
  | { readonly type: 'call.connected'; readonly call: string }
  | { readonly type: 'call.ended'; readonly call: string; readonly by: 'us' | 'far-side' }
  | { readonly type: 'call.place-answered'; readonly command: number; readonly verdict: Verdict }
  | { readonly type: 'call.disconnect-answered'; readonly command: number; readonly verdict: Verdict }
  | {
      readonly type: 'call.disposition-answered';
      readonly command: number;
      readonly verdict: Verdict;
      readonly label: string;
    };
