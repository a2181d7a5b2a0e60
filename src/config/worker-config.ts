import type { Policy } from '../policy/index.js';
import type { Secret } from './secret.js';
import type { Shift } from './shift.js';

/** A worker's whole configuration, every default filled in, every reference followed. Times in milliseconds. */
export interface WorkerConfig<World = unknown> {
  /** Left out: draw one and print it. */
  readonly seed?: number;
  readonly server: ServerConfig<World>;
  /** In the order of the roster. */
  readonly agents: readonly AgentSeat[];
  readonly load: { readonly loginsPerSecond: number; readonly start: 'at-once' };
  readonly limits: { readonly durationMs?: number; readonly calls?: number };
  readonly statuses: { readonly available: string; readonly break: string; readonly end: string };
  readonly drain: { readonly timeoutMs: number };
  readonly recovery: { readonly waitMs: number };
  readonly watchdog: { readonly stuckMs: number };
  /** Left out: no metrics. */
  readonly http?: {
    readonly host: string;
    readonly port: number;
    /** Nobody asked for this port: where it is taken, any free one will do. */
    readonly anyPort: boolean;
    /** Who bears it may drain the worker by HTTP; left out: nobody. */
    readonly token?: Secret;
  };
  /** Left out: what is recorded is forgotten with the process. */
  readonly journal?: JournalConfig;
  /** Whether a change of the files is noticed by itself. */
  readonly reload: { readonly watch: boolean };
  /** Try again credentials that the journal knows as refused. */
  readonly retryCredentials: boolean;
  readonly log: { readonly level: LogLevel; readonly file?: string };
  readonly safety: {
    /** Host names, with or without port, that may be talked to at all. */
    readonly allowHosts: readonly string[];
    /** Infinity where the file names no limit. */
    readonly maxAgents: number;
  };
  /** Where the summary goes as JSON. */
  readonly summary?: string;
  readonly quiet: boolean;
}

/** Where records are kept. `columns` are the contact columns that may be among them. */
export type JournalConfig =
  /** A folder of this run alone, where temporary files go. */
  | { readonly kind: 'temporary'; readonly columns: readonly string[] }
  | {
      readonly kind: 'folder';
      /** Relative to where the worker is started, unless absolute. */
      readonly path: string;
      /** Nobody named it: where a worker of another server is at it, one beside it will do. */
      readonly isDefault?: true;
      /** Null: for ever. */
      readonly retainMs: number | null;
      readonly columns: readonly string[];
    };

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

interface ServerSettings {
  /** Dialer merges the sessions of one user and application name (design §6). */
  readonly applicationName: string;
  readonly language: string;
  readonly messaging: 'auto' | 'stream' | 'poll';
  /** How long the first session may take to open; null: for ever. */
  readonly firstConnectMs: number | null;
}

export type ServerConfig<World = unknown> = IcwsServer | SimulatedServer<World>;

/** An ICWS server in the network. */
export interface IcwsServer extends ServerSettings {
  readonly kind: 'icws';
  /** An address, or a template with a `{host}` slot; then `host` fills it. */
  readonly url: string;
  readonly host?: string;
  readonly alternates: readonly string[];
  readonly allowPlaintext: boolean;
  /** PEM text of the certificate authority to trust. */
  readonly tlsCa?: string;
}

/** The embedded simulator. */
export interface SimulatedServer<World = unknown> extends ServerSettings {
  readonly kind: 'simulator';
  readonly world: World;
  /** The file that the world was written in: contact lists are named relative to it. */
  readonly worldFile: string;
}

/** One agent to play. */
export interface AgentSeat {
  readonly user: string;
  readonly password: Secret;
  readonly station: Station;
  /** Names, ids or globs. */
  readonly campaigns: 'all' | readonly string[];
  readonly policy: Policy;
  /** When it works; null: always. */
  readonly shift: Shift | null;
}

/** The four forms of reference §1.5. */
export type Station =
  | { readonly kind: 'workstation'; readonly workstation: string }
  | { readonly kind: 'remote-workstation'; readonly workstation: string; readonly remoteNumber?: string }
  | { readonly kind: 'remote-number'; readonly remoteNumber: string; readonly persistent: boolean }
  | { readonly kind: 'none' };

/** Reads a text file by path; throws as node:fs does. Injected by `cli`. */
export type ReadFile = (path: string) => string;

/** Environment variables, as in `process.env`. Injected by `cli`. */
export type Environment = Readonly<Record<string, string | undefined>>;
