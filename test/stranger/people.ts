/** The people and things of the strange Dialer's world: agents, campaigns, contacts, calls, queue items. */
import type { CampaignSpec } from './quirks.js';
import type { Json } from './shapes.js';
import type { CallTruth } from './truth.js';

/** What the Dialer tells a session; the session decides how badly it is delivered. */
export type Post = (message: Json) => void;

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  /** Runs after the answer (or before it, where the server overtakes itself): the messages that follow. */
  readonly then?: () => void;
}

export interface Contact {
  readonly id: string;
  attempts: number;
}

export interface Callback {
  readonly contact: Contact;
  readonly dueAt: number;
  readonly owner: string | null;
}

export interface Campaign {
  readonly id: string;
  readonly spec: CampaignSpec;
  offered: boolean;
  left: number;
  readonly callbacks: Callback[];
}

export interface Item {
  readonly id: string;
  state: string;
  hangingUp?: boolean;
  readonly call: Call | null;
  readonly attributes: Record<string, string>;
}

export interface Call {
  readonly truth: CallTruth;
  readonly campaign: Campaign;
  readonly contact: Contact;
  readonly preview: boolean;
  readonly dialingMode: number;
  readonly previewTimeout: string | null;
  id: string;
  item: Item | null;
  /** When the pop was first written to the client; null = not yet. */
  deliveredAt: number | null;
  withdrawnAt: number | null;
}

export interface Agent {
  readonly user: string;
  /** How the server spells the user. */
  readonly canonical: string;
  status: string;
  supervised: boolean;
  dialer: boolean;
  readonly campaigns: Map<string, { ready: boolean }>;
  breakState: 0 | 1 | 2;
  breakGrantedAt: number;
  /** Granted, and not yet acted upon by the client. */
  breakUnused: boolean;
  logoff: 'all' | Set<string> | null;
  open: Call | null;
  last: Call | null;
  readonly items: Map<string, Item>;
  post: Post | null;
  busy: boolean;
  owesOneMore: boolean;
  /** Operations whose last answer the client never saw, or saw as a failure. */
  readonly unsure: Set<string>;
  expired: boolean;
  calls: number;
  supervisorUsed: number;
  logoffs: number;
  loggedOffAt: number | null;
  /** The link to the Dialer server is down for this agent. */
  unlinked: boolean;
  statusChanges: number;
  supersededOnce: boolean;
}

/** An agent who has not logged in yet; `oddCase`: the server spells the user in its own letters. */
export function newAgent(number: number, oddCase: boolean): Agent {
  const user = `bot${String(number).padStart(3, '0')}`;
  return {
    user,
    canonical: oddCase ? `Bot${user.slice(3)}` : user,
    status: 'Do Not disturb',
    supervised: false,
    dialer: false,
    campaigns: new Map(),
    breakState: 0,
    breakGrantedAt: 0,
    breakUnused: false,
    logoff: null,
    open: null,
    last: null,
    items: new Map(),
    post: null,
    busy: false,
    owesOneMore: false,
    unsure: new Set(),
    expired: false,
    calls: 0,
    supervisorUsed: 0,
    logoffs: 0,
    loggedOffAt: null,
    unlinked: false,
    statusChanges: 0,
    supersededOnce: false,
  };
}

export function newCampaign(spec: CampaignSpec, index: number): Campaign {
  return {
    id: `${(0xa7d41b02 + index).toString(16).toUpperCase()}-6E3F-4C18-9F55-0B2C7E9D33${10 + index}`,
    spec,
    offered: spec.addedAfterMs === undefined,
    left: spec.contacts,
    callbacks: [],
  };
}
