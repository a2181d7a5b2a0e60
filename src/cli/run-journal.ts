import { createHmac, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHART_VERSION } from '../agent/chart.js';
import type { Clock } from '../base/clock.js';
import { fingerprint } from '../base/fingerprint.js';
import type { Log } from '../base/log.js';
import type { AgentSeat, WorkerConfig } from '../config/index.js';
import { CallbackBook } from '../fleet/callback-book.js';
import { rememberedCallbacks } from '../fleet/remembered-callbacks.js';
import {
  describeIdentity,
  type Journal,
  JournalError,
  type JournalFiles,
  type JournalIdentity,
  type JournalOptions,
  nodeFiles,
  nodeProcesses,
  type OpenWork,
  openJournal,
  readJournal,
} from '../journal/index.js';
import type { JournalRecord } from '../journal/record.js';
import type { Metrics } from '../metrics/registry.js';
import { TOOL } from './version.js';

/** What a run has of its journal; without one, all of it still answers. */
export interface RunJournal {
  /** Undefined without a journal. */
  readonly write?: Journal['write'];
  /** What an earlier run left in hand, by user. */
  readonly work: ReadonlyMap<string, OpenWork>;
  /** The callbacks that earlier runs have made, where a policy counts them. */
  readonly book?: CallbackBook;
  /** Names a contact so that nothing can be read from the name, the same over restarts. */
  nameContact(columns: string): string;
  /** Tells a user's secret from its successor; null where nothing is remembered or it is to be tried again. */
  fingerprintOf(user: string): string | null;
  /** Whether the records of this run are incomplete. */
  readonly hasFailed: boolean;
  /** Waits until what was written so far is on the disk, or cannot get there. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

interface RunJournalDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly seed: number;
  readonly identity: JournalIdentity;
  /** The journal can take no more: take no further calls. */
  onFailure(): void;
}

/** Opens the journal that the configuration asks for. Throws a JournalError when it cannot be had. */
export async function openRunJournal(config: WorkerConfig, deps: RunJournalDeps): Promise<RunJournal> {
  const { journal: place } = config;
  if (!place)
    return { ...forgetful(randomBytes(24).toString('base64url')), flush: async () => {}, close: async () => {} };
  const { clock, log, metrics, seed, identity } = deps;
  const files = nodeFiles();
  const named = place.kind === 'folder' ? place.path : await mkdtemp(join(tmpdir(), 'dialer-agent-'));
  const options = {
    files,
    clock,
    processes: nodeProcesses(process),
    identity,
    circumstances: {
      tool: TOOL,
      chart: CHART_VERSION,
      policies: Object.fromEntries(config.agents.map(({ policy }) => [policy.name, policy.hash])),
      seed,
    },
    freshSalt: randomBytes(24).toString('base64url'),
    columns: place.columns,
    ...(place.kind === 'folder' && { retainMs: place.retainMs }),
    onCommit: ({ seconds }) => metrics.journalAppended(seconds),
    onFailure: (error) => {
      log.error({ err: error }, 'the journal failed: agents finish their calls and log off');
      deps.onFailure();
    },
  } satisfies Omit<JournalOptions, 'path'>;
  let path = named;
  const journal = await openJournal({ ...options, path }).catch(async (error: unknown) => {
    const beside = `${named}-${identity.server.replace(/[^a-z0-9]+/gi, '-')}`;
    const isOthers = place.kind === 'folder' && place.isDefault && (await isAnothers(files, named, identity));
    if (!(error instanceof JournalError && error.code === 'journal/locked' && isOthers)) throw error;
    log.warn(
      { path: beside },
      'a worker of another server is at the default journal; this one keeps its own beside it',
    );
    path = beside;
    return openJournal({ ...options, path });
  });
  metrics.journalPending(() => journal.pending);
  const { work, tornBytes, others } = journal.recovery;
  const open = [...work.values()].filter(({ call, overtaken }) => call !== null || overtaken.length > 0).length;
  log.info({ path, agentsWithOpenCalls: open, tornBytes }, 'journal');
  const policies = new Set(config.agents.map(({ policy }) => policy));
  const book = await rememberedCallbacks({ files, path, identity }, policies, clock.now()).catch((error: unknown) => {
    log.warn({ err: error }, 'the callbacks of earlier runs cannot be read; capPerHour counts those of this run only');
    return new CallbackBook();
  });
  for (const other of others) log.info({ of: describeIdentity(other) }, 'records of others are left alone');
  return {
    ...forgetful(journal.salt),
    write: (record: JournalRecord) => journal.write(record),
    work,
    book,
    fingerprintOf: (user) => fingerprintIn(config, journal.salt, user),
    get hasFailed() {
      return journal.failure !== null;
    },
    flush: async () => {
      await journal.flush().catch(() => {}); // the same
    },
    close: async () => {
      await journal.close().catch(() => {}); // what could not be written was said by onFailure
      if (place.kind === 'temporary') await rm(named, { recursive: true, force: true });
    },
  };
}

/** Whether the run that writes the journal now works for another server: one worker for the same one is enough. */
async function isAnothers(files: JournalFiles, path: string, { server }: JournalIdentity): Promise<boolean> {
  let latest: string | undefined;
  for await (const lines of readJournal({ files, path })) {
    for (const line of lines) if (line.kind === 'journal') latest = line.identity.server;
  }
  return latest !== undefined && latest !== server;
}

function forgetful(salt: string): Omit<RunJournal, 'flush' | 'close'> {
  return {
    work: new Map(),
    nameContact: (columns) =>
      columns === '' ? '' : createHmac('sha256', salt).update(columns).digest('base64url').slice(0, 16),
    fingerprintOf: () => null,
    hasFailed: false,
  };
}

function fingerprintIn(config: WorkerConfig, salt: string, user: string): string | null {
  const seat = config.agents.find((agent) => agent.user === user);
  return seat ? secretFingerprint(seat, salt) : null;
}

/** Salted by user, too: equal passwords do not show. */
export function secretFingerprint({ user, password }: Pick<AgentSeat, 'user' | 'password'>, salt: string): string {
  return fingerprint(password.reveal(), `${salt}/${user}`);
}
