/** What the strange server is told to be: its world, and the bad manners to switch on one by one. */

export interface CampaignSpec {
  readonly name: string;
  readonly type: 'predictive' | 'power' | 'preview';
  readonly contacts: number;
  readonly allowSkip?: boolean;
  /** The preview's own timer; absent = the pop carries no previewTimeout. */
  readonly previewTimeoutMs?: number;
  readonly agentCallbacks?: boolean;
  readonly autoDisconnect?: boolean;
  /** Share of calls that nobody answers after placing (previews only), 0..1. */
  readonly unanswered?: number;
  /** Appears in mid-shift instead of at the start. */
  readonly addedAfterMs?: number;
  /** Is taken away in mid-shift. */
  readonly removedAfterMs?: number;
}

/** An operation that misbehaves on each `every`-th use by one user, `times` times in a row. */
export interface Trouble {
  /** Operation as in `operationOf`, or `*`. */
  readonly operation: string;
  readonly every: number;
  readonly times: number;
  /** 0 = the connection dies without an answer. */
  readonly status: number;
  /** The request has its effect although the answer says otherwise. */
  readonly taken: boolean;
}

export interface Quirks {
  /** Messages arrive before the answer of the request that caused them. */
  readonly overtake: boolean;
  /** Every answer is late by up to this many milliseconds. */
  readonly slowMs: number;
  readonly duplicates: 'none' | 'at-once' | 'late';
  /** Unknown message types, unknown members, unknown enum numbers, entries that are no messages. */
  readonly unknowns: boolean;
  /** Error bodies as a proxy writes them. */
  readonly html: boolean;
  /** 204 wherever 200 without a body is documented. */
  readonly noContent: boolean;
  /** Two affinity cookies of a proxy around the session cookie; they are demanded back. */
  readonly cookies: boolean;
  /** The stream ends after this many messages; 0 = never. */
  readonly cutEvery: number;
  /** State messages (queue, status) of the time without a stream are lost, not queued. */
  readonly cutLoses: boolean;
  /** Any chunking, CR / LF / CRLF, multi-line data, comments, ids, a byte-order mark. */
  readonly mangledStream: boolean;
  /** Each agent's session dies once in mid-call. kept/reset: Dialer re-pops the call; broken: it recorded the call itself. */
  readonly expiry: 'none' | 'kept' | 'reset' | 'broken';
  readonly troubles: readonly Trouble[];
  readonly oddGrants: boolean;
  /** How a grant says "out of Dialer altogether". */
  readonly fullLogout: 'empty' | 'null' | 'missing' | 'with-campaigns';
  /** What follows a placed preview: the same previewPop, or a dataPop with the same or a new interaction. */
  readonly placed: 'preview-pop' | 'data-pop' | 'data-pop-new-id';
  /** A supervisor takes agents out of a campaign and puts them back. */
  readonly supervisorLogout: boolean;
  /** A supervisor sets agents to At Lunch and back. */
  readonly supervisorStatus: boolean;
  /** Inbound ACD calls visit the agents' queues. */
  readonly acd: boolean;
  /** A preview that nobody placed is taken away half a second after its timer. */
  readonly previewExpires: boolean;
  /** Predictive and power calls ring first and wait for a pickup. */
  readonly alerting: boolean;
  /** One more call that was already dialled comes after a log-off or break request. */
  readonly oneMore: boolean;
  /** The link to the Dialer server goes down for half a second in mid-call, once per agent; the call is kept. */
  readonly linkDown: boolean;
  /** A call comes although the agent is on a break that was granted. */
  readonly popsOnBreak: boolean;
  /** Now and then another call pops while one is open: Dialer has recorded the first itself. */
  readonly supersede: boolean;
  /** Each third change of the status completes with an error. */
  readonly statusRefused: boolean;
  /** An expiring session is announced: connectionStateChangeMessage, its state as number, text of a number, or name. */
  readonly announced: boolean;
  /** Eic_State as numbers; no is_attr_campaignid; changing letter case of names and ids; no state change before removal. */
  readonly stateNumbers: boolean;
  readonly noCampaignAttribute: boolean;
  readonly letterCase: boolean;
  readonly bareRemovals: boolean;
}

export const politeness: Quirks = {
  overtake: false,
  slowMs: 0,
  duplicates: 'none',
  unknowns: false,
  html: false,
  noContent: false,
  cookies: false,
  cutEvery: 0,
  cutLoses: false,
  mangledStream: false,
  expiry: 'none',
  troubles: [],
  oddGrants: false,
  fullLogout: 'empty',
  placed: 'preview-pop',
  supervisorLogout: false,
  supervisorStatus: false,
  acd: false,
  previewExpires: false,
  alerting: false,
  oneMore: false,
  linkDown: false,
  popsOnBreak: false,
  supersede: false,
  statusRefused: false,
  announced: false,
  stateNumbers: false,
  noCampaignAttribute: false,
  letterCase: false,
  bareRemovals: false,
};

export interface StrangerOptions {
  readonly users: number;
  readonly password: string;
  readonly logonCampaign: boolean;
  readonly messaging: 1 | 2;
  readonly campaigns: readonly CampaignSpec[];
  /** The far side hangs up after a time from this range; null = never. */
  readonly farSideMs: readonly [number, number] | null;
  /** Only the statuses of the reference's example, or a usual longer list. */
  readonly statuses: 'example' | 'usual';
  /** A first listener that answers every log-in 503 and names the second (127.0.0.2). */
  readonly frontDoor: boolean;
  /** So long after the first Dialer log-in all sessions die, and the other host (127.0.0.2, then 127.0.0.1) serves. */
  readonly switchoversMs: readonly number[];
  /** The host that the first listener names. */
  readonly frontDoorNames: string;
  /** Users (by number, from 1) whose password the server does not take, and users without the Dialer licence. */
  readonly refused: readonly number[];
  readonly unlicensed: readonly number[];
  /** Pause before the next call of an idle agent, milliseconds. */
  readonly gapMs: readonly [number, number];
  readonly seed: number;
  readonly quirks: Partial<Quirks>;
}

export const usualWorld: StrangerOptions = {
  users: 10,
  password: 'stranger-secret',
  logonCampaign: false,
  messaging: 2,
  campaigns: [
    { name: 'Collections', type: 'predictive', contacts: 100_000, agentCallbacks: true },
    {
      name: 'Renewals',
      type: 'preview',
      contacts: 100_000,
      allowSkip: true,
      previewTimeoutMs: 30_000,
      unanswered: 0.3,
      autoDisconnect: true,
    },
    { name: 'Winbacks', type: 'power', contacts: 100_000, autoDisconnect: true, agentCallbacks: true },
  ],
  farSideMs: [40, 400],
  statuses: 'usual',
  frontDoor: false,
  switchoversMs: [],
  frontDoorNames: '127.0.0.2',
  refused: [],
  unlicensed: [],
  gapMs: [5, 60],
  seed: 1,
  quirks: {},
};

/** Seeded numbers in [0, 1) (mulberry32). */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
