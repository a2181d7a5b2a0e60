import type { Clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { Random } from '../base/random.js';
import type { BreakStatusType, StationSettings, StatusMessage, UserStatusUntil } from '../wire/index.js';
import type { Contact } from './contact-list.js';
import type { FaultBox } from './faults.js';
import type { CallEntry, LedgerBook } from './ledger.js';
import type { TimerHandle, Timers } from './timers.js';
import type { CampaignConfig, WorldConfig } from './world-config.js';

/** Where the messages of a session go while it holds an event stream. */
export interface Sink {
  /** One message as JSON text. */
  message(json: string): void;
  /** The server ends the stream. */
  close(): void;
  /** One message in pieces, cut at these shares of its bytes (a fault). */
  split?(json: string, at: readonly number[]): void;
  /** Half a message, then the connection breaks (a fault). */
  tear?(json: string): void;
  /** From now on the stream carries nothing, and does not end either (a fault). */
  silence?(): void;
}

/** The hosts that stand for one world. */
export interface Site {
  /** The first one, then its alternate if there is one. */
  hosts: readonly string[];
  /** The one that serves; null: all of them. */
  active: string | null;
  /** While a switchover is under way no host opens sessions. */
  isClosed: boolean;
}

/** A CIC user: one person, one status, one station, one queue, however many sessions. */
export interface User {
  readonly id: string;
  readonly displayName: string;
  password: string;
  readonly logonCampaign: boolean;
  readonly licence: boolean;
  /** Null: all workgroups. */
  readonly workgroups: ReadonlySet<string> | null;
  status: StatusMessage;
  statusChangedMs: number;
  /** Whether Dialer or CIC set the present status, rather than a person. */
  statusIsDialers: boolean;
  notes: string;
  forwardNumber: string;
  until: UserStatusUntil | null;
  onPhone: boolean;
  onPhoneChangedMs: number;
  station: Station | null;
  readonly sessions: Set<Session>;
  /** Dialer sessions by application name, in lower case. */
  readonly agents: Map<string, Agent>;
  readonly interactions: Map<string, Interaction>;
  readonly statusWatchers: Set<Session>;
  readonly queueWatches: Set<QueueWatch>;
  /** Runs while a follow-up status waits to return to Available by itself. */
  followUpTimer: TimerHandle | null;
}

export interface Station {
  readonly id: string;
  readonly extension: string;
  readonly settings: StationSettings;
  readonly mediaTypes: readonly number[];
}

/** A message on its way. */
export interface Parcel {
  readonly json: string;
  /** To be called when it goes into a stream or is taken by a poll. */
  readonly onHanded?: (() => void) | undefined;
}

/** One ICWS session. */
export interface Session {
  readonly id: string;
  readonly token: string;
  readonly cookie: string;
  readonly user: User;
  readonly agent: Agent;
  readonly language: string;
  readonly wantsEffectiveStation: boolean;
  lastReadMs: number;
  /** Messages nobody has read yet. */
  unread: Parcel[];
  /** A message that the next one will overtake (a fault). */
  held: Parcel | null;
  sink: Sink | null;
  /** Whatever goes into the present stream is lost (a fault). */
  isSilenced: boolean;
  watchesStation: boolean;
  watchesStatusMessages: boolean;
  /** Attribute names of the alert subscription; null without one. */
  alertAttributes: readonly string[] | null;
  readonly watchedUsers: Set<User>;
  readonly queueWatches: Map<string, QueueWatch>;
  readonly watchedInteractions: Set<Interaction>;
  authToken: { readonly value: string; readonly seed: string; readonly untilMs: number } | null;
}

/** A session that is over: GET connection still knows it (reference §1.4). */
export interface FormerSession {
  readonly token: string;
  readonly cookie: string;
  readonly reason: string;
  readonly shouldReconnect: boolean;
}

/** A Dialer session: all sessions of one user and one application name (reference §4.1). */
export interface Agent {
  readonly user: User;
  readonly application: string;
  readonly sessions: Set<Session>;
  loggedIn: boolean;
  readonly joined: Set<Campaign>;
  readonly ready: Set<Campaign>;
  /** Campaigns joined by a log-in whose answer got lost, or by another process: asking again is no mistake. */
  readonly joinedUnheard: Set<Campaign>;
  breakStatus: BreakStatusType;
  /** Whether a change of status by hand, not a request, put him on break. */
  breakIsByStatus: boolean;
  leavingDialer: boolean;
  readonly leavingCampaigns: Set<Campaign>;
  /** How often he asked for a break or a log-off. */
  leaveRequests: number;
  /** The popped call that awaits its disposition. */
  call: Call | null;
  /** The predictive campaign whose answered calls he waits for while free. */
  allotted: Campaign | null;
  /** Which of his campaigns is asked first when he is free: they take turns. */
  turn: number;
  /** The attempt that is being dialled for this agent alone. */
  reserved: Attempt | null;
  /** One more call, already dialled when the agent asked to leave; delivered once he is available. */
  promised: PromisedCall | null;
  /** Whether chance has spoken about one more call for the present request to leave. */
  promiseDrawn: boolean;
  /** Own callbacks that are due and wait for him. */
  readonly ownCallbacks: Callback[];
  /** No call to disposition is the server's own doing, or an answer got lost: a 404 is then no violation. */
  excused: boolean;
  /** Runs while a broken agent's open call is kept. */
  keepTimer: TimerHandle | null;
}

/** A call promised to an agent who asked to leave. */
export interface PromisedCall {
  readonly campaign: Campaign;
  readonly contact: Contact;
  readonly timer: TimerHandle;
}

/** `withdrawn`: not offered for a while, and its contacts wait; `removed`: gone for good. */
export type CampaignState = 'running' | 'paused' | 'stopping' | 'withdrawn' | 'removed';

export interface Campaign {
  readonly id: string;
  readonly config: CampaignConfig;
  readonly dispositions: readonly OfferedDisposition[];
  readonly followUpStatus: StatusMessage;
  state: CampaignState;
  readonly contacts: readonly Contact[];
  /** Contacts never taken yet: those from this index on. */
  nextContact: number;
  /** Contacts that came back undone. */
  readonly givenBack: Contact[];
  /** Callbacks for anyone whose time has come. */
  readonly dueCallbacks: Callback[];
  /** Contacts without a final outcome. */
  remaining: number;
  readonly byOutcome: Map<string, number>;
  readonly agents: Set<Agent>;
  /** Free agents who take calls of this campaign and are not allotted to another, longest wait first. */
  readonly idle: Set<Agent>;
  /** Free agents who wait for the answered calls of this predictive campaign, longest wait first. */
  readonly waiting: Set<Agent>;
  /** Predictive attempts in the air. */
  inFlight: number;
  /** When somebody could first have been called and nobody was left; null: never. */
  ranOutMs: number | null;
}

export interface OfferedDisposition {
  readonly label: string;
  readonly wrapUpCategory: string;
  readonly wrapUpCode: string;
  readonly abandon: boolean;
}

export interface Callback {
  readonly campaign: Campaign;
  readonly contact: Contact;
  readonly owner: User | null;
}

export type DialOutcome = 'answer' | 'noAnswer' | 'busy' | 'machine';
export type CallKind = 'regular' | 'preview' | 'own-callback' | 'manual';

/** A number that rings, before anybody was popped. */
export interface Attempt {
  readonly campaign: Campaign;
  readonly contact: Contact;
  readonly kind: CallKind;
  /** The agent it is dialled for; null: whoever is free when it is answered. */
  readonly agent: Agent | null;
  readonly callback: Callback | null;
}

/** A popped call. */
export interface Call {
  readonly id: string;
  readonly campaign: Campaign;
  readonly contact: Contact;
  readonly agent: Agent;
  readonly kind: CallKind;
  readonly dialingMode: number;
  readonly isPreview: boolean;
  readonly callback: Callback | null;
  readonly entry: CallEntry;
  /** When the preview ends; null without a timer. */
  readonly previewEndsMs: number | null;
  /** Handed over after the log-off was granted: a client that is already gone cannot be blamed for it. */
  readonly isLate: boolean;
  /** The pop was handed to a client: where faults are about, he cannot be blamed for what he did not hear of. */
  isTold: boolean;
  previewTimer: TimerHandle | null;
  interaction: Interaction | null;
}

export type EicState = 'A' | 'C' | 'H' | 'R' | 'S' | 'I' | 'E';

/** A telephone call on a user's queue. */
export interface Interaction {
  readonly id: string;
  readonly user: User;
  readonly origin: 'dialer' | 'acd';
  readonly direction: 'O' | 'I';
  readonly campaign: Campaign | null;
  readonly contact: Contact | null;
  readonly remoteId: string;
  readonly remoteName: string;
  readonly workgroup: string;
  readonly startedMs: number;
  state: EicState;
  connectedMs: number | null;
  endedMs: number | null;
  muted: boolean;
  /** Attributes that clients wrote: lower-case name → [name, value]. */
  readonly written: Map<string, readonly [string, string]>;
  readonly watchers: Map<Session, readonly string[]>;
  /** The popped call it belongs to; null for ACD. */
  call: Call | null;
  /** The next thing that happens to it by itself: ringing on, far side hanging up, removal. */
  timer: TimerHandle | null;
}

/** One queue subscription. */
export interface QueueWatch {
  readonly session: Session;
  readonly subscriptionId: string;
  readonly attributeNames: readonly string[];
  readonly users: readonly User[];
  readonly admits: (attribute: (name: string) => string) => boolean;
  /** Interactions that the client was told of. */
  readonly members: Set<string>;
}

/** The whole state of the pretend CIC, and what it lives on. Changed by the rules of the neighbouring files only. */
export interface World {
  readonly id: string;
  readonly config: WorldConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly timers: Timers;
  readonly ledger: LedgerBook;
  readonly faults: FaultBox;
  /** By id in lower case. */
  readonly users: Map<string, User>;
  readonly sessions: Map<string, Session>;
  /** Sessions without a stream, the longest unread first. */
  readonly unwatched: Set<Session>;
  readonly former: Map<string, FormerSession>;
  readonly campaigns: Map<string, Campaign>;
  readonly interactions: Map<string, Interaction>;
  /** Open calls by interaction id. */
  readonly calls: Map<string, Call>;
  /** Stations in use, by id in lower case. */
  readonly stations: Map<string, User>;
  /** Agents free for any call, longest wait first. */
  readonly idle: Set<Agent>;
  alternateHosts: readonly string[];
  readonly site: Site;
  /** How far the server's clock is ahead of the true time, as far as clients are told it. */
  skewMs: number;
  dialerUp: boolean;
  /** A number unique in its kind. */
  nextNumber(kind: 'session' | 'interaction' | 'request' | 'campaign' | 'agent'): number;
  /** Asks the dialler to look at a campaign. */
  poke(campaign: Campaign): void;
  /** Asks the dialler to look at what waits for one agent. */
  serve(agent: Agent): void;
}
