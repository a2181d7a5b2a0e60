import { agentChart } from '../../src/agent/chart.js';
import { DEFAULT_TIMINGS } from '../../src/agent/timings.js';
import type { Clock } from '../../src/base/clock.js';
import { fingerprint } from '../../src/base/fingerprint.js';
import { silentLog } from '../../src/base/log.js';
import { seededRandom } from '../../src/base/random.js';
import { inProcessTransport } from '../../src/cli/in-process-transport.js';
import { createFleet, type Fleet, type FleetEnd } from '../../src/fleet/fleet.js';
import type { Transport, WireRequest, WireResponse } from '../../src/icws/transport.js';
import {
  type Journal,
  type JournalFiles,
  type JournalLine,
  type MemoryFiles,
  memoryFiles,
  openJournal,
  queryCalls,
  readJournal,
  reconcile,
} from '../../src/journal/index.js';
import { batchLine } from '../../src/journal/line.js';
import type { AgentState, Fact, JournalRecord } from '../../src/journal/record.js';
import { loadPolicy, type Policy } from '../../src/policy/index.js';
import {
  createSimulator,
  type Ledger,
  type Simulator,
  type WorldInput,
  WorldSchema,
} from '../../src/simulator/index.js';
import { FakeClock } from '../support/fake-clock.js';
import { opener } from '../support/opener.js';

const FOLDER = 'data/journal';
const URL_OF_ALL = 'http://127.0.0.1:8018';

export interface LivesOptions {
  readonly world: WorldInput;
  readonly users: readonly string[];
  readonly policy: string;
  readonly messaging?: 'stream' | 'poll';
  /** What the disk of the journal does; a plain one without this. */
  readonly disk?: (files: MemoryFiles) => JournalFiles;
}

/** What a test may do to the requests of the living worker. */
export interface Traps {
  /** Before a request leaves; it leaves when this is done, unless the worker was killed meanwhile. */
  before?: (request: WireRequest) => void | Promise<void>;
  /** After the server did what was asked, before the worker hears of it. */
  after?: (request: WireRequest, answer: WireResponse) => void | Promise<void>;
}

/** One worker after another on one journal, against a simulator that outlives them all, on one fake clock. */
export interface Lives {
  readonly clock: FakeClock;
  readonly simulator: Simulator;
  /** What all lives wrote, in order. */
  readonly records: readonly JournalRecord[];
  readonly traps: Traps;
  /** The living worker. */
  readonly fleet: Fleet;
  readonly journal: Journal;
  /** Starts the next worker, with this password. */
  begin(options?: { password?: string; retryCredentials?: boolean }): Promise<void>;
  /** SIGKILL: no object of the worker does anything any more, and its sockets close. */
  kill(): void;
  /** A loss of power: the worker dies, and of its journal nothing is left after the last line that matches. */
  cutPowerAfter(matches: (record: JournalRecord) => boolean): Promise<void>;
  until(what: string, holds: () => boolean, withinMs?: number): Promise<void>;
  untilState(user: string, state: AgentState): Promise<void>;
  /** Kills the worker just before, or just after, the server gets the next request whose path ends like this. */
  killAt(moment: 'before' | 'after', path: string): Promise<void>;
  state(user: string): AgentState | undefined;
  facts<K extends Fact['kind']>(kind: K): Extract<JournalRecord, { kind: K }>[];
  /** Every line of the journal. */
  lines(): Promise<JournalLine[]>;
  /** Drains the living worker; the ledger, and what `reconcile` finds. */
  finish(): Promise<{ end: FleetEnd; ledger: Ledger; differences: readonly string[] }>;
}

/** Begins with no worker: call `begin`. */
export function startLives(options: LivesOptions): Lives {
  const clock = new FakeClock();
  const world = WorldSchema.parse(options.world);
  const simulator = createSimulator({ world, clock, random: seededRandom(world.seed) });
  const files = memoryFiles();
  const records: JournalRecord[] = [];
  const policy = policyOf(options.policy);
  let life: Life | null = null;
  let pid = 100;

  const lives: Lives = {
    clock,
    simulator,
    records,
    traps: {},
    get fleet() {
      return living().fleet;
    },
    get journal() {
      return living().journal;
    },
    begin: async ({ password = 'demo', retryCredentials = false } = {}) => {
      pid++;
      const disk = options.disk?.(files) ?? files;
      const parts = { ...options, simulator, clock, disk, policy, records, traps: lives.traps };
      life = await bear({ ...parts, pid, password, retryCredentials });
      life.fleet.start();
    },
    kill: () => {
      life?.end();
      life = null;
    },
    cutPowerAfter: async (matches) => {
      await living().journal.flush();
      lives.kill();
      forgetAfter(files, matches);
    },
    until: async (what, holds, withinMs = 120_000) => {
      for (let waited = 0; waited <= withinMs; waited += 50) {
        if (holds()) return;
        await clock.advance(50);
      }
      const places = life?.fleet.agents().map(({ user, state, inner }) => `${user}: ${state}.${inner}`);
      throw new Error(`${what} did not happen within ${withinMs / 1_000} s (${places?.join(', ') ?? 'no worker'})`);
    },
    untilState: (user, state) => lives.until(`${user} ${state}`, () => lives.state(user) === state),
    killAt: async (moment, path) => {
      lives.traps[moment] = (request) => {
        if (!request.path.endsWith(path)) return;
        delete lives.traps[moment];
        lives.kill();
      };
      await lives.until(`a request to ${path}`, () => life === null);
    },
    state: (user) => life?.fleet.agents().find((agent) => agent.user === user)?.state,
    facts: (kind) => records.filter((record) => record.kind === kind) as never,
    lines: async () => {
      const all: JournalLine[] = [];
      for await (const some of readJournal({ files, path: FOLDER })) all.push(...some);
      return all;
    },
    finish: async () => {
      const { fleet, journal } = living();
      let end: FleetEnd | undefined;
      void fleet.ended.then((how) => {
        end = how;
      });
      fleet.drain('test');
      await lives.until('the end of the fleet', () => end !== undefined, 300_000);
      await journal.close().catch(() => {});
      const ledger = simulator.ledger();
      simulator.close();
      const rows = [];
      for await (const row of queryCalls({ files, path: FOLDER }, {})) rows.push(row);
      const { differences } = reconcile(rows, ledger);
      return { end: end as FleetEnd, ledger, differences: differences.map(({ sentence }) => sentence) };
    },
  };
  const living = (): Life => {
    if (!life) throw new Error('no worker lives');
    return life;
  };
  return lives;
}

interface Life {
  readonly fleet: Fleet;
  readonly journal: Journal;
  end(): void;
}

interface Birth extends Omit<LivesOptions, 'disk' | 'policy'> {
  readonly simulator: Simulator;
  readonly clock: FakeClock;
  readonly disk: JournalFiles;
  readonly policy: Policy;
  readonly records: JournalRecord[];
  readonly traps: Traps;
  readonly pid: number;
  readonly password: string;
  readonly retryCredentials: boolean;
}

/** A worker as `run` joins it, but for its sockets. */
async function bear(parts: Birth): Promise<Life> {
  const { simulator, policy, records, users, password } = parts;
  const mortal = mortality();
  const clock = mortalClock(mortal, parts.clock);
  const transport = mortalTransport(mortal, inProcessTransport(simulator), parts.traps);
  const random = seededRandom(7);
  let fleet: Fleet | undefined;
  const journal = await openJournal({
    path: FOLDER,
    files: mortalFiles(mortal, parts.disk),
    clock,
    processes: { pid: parts.pid, place: 'here', lifeOf: (pid) => (pid === parts.pid ? 'alive' : null) },
    identity: { server: URL_OF_ALL, applicationName: 'lives' },
    circumstances: { tool: 'test', chart: '1', policies: {}, seed: 7 },
    freshSalt: 'a salt for the tests',
    onFailure: () => fleet?.drain('journal-failed'),
  });
  fleet = createFleet({
    chart: agentChart(clock, DEFAULT_TIMINGS),
    clock,
    random,
    log: silentLog,
    recorder: {
      keepsEvents: true,
      write: (record) => {
        if (!mortal.isDead) records.push(record);
        return journal.write(record);
      },
    },
    seats: users.map((user) => ({ user, station: { kind: 'none' }, campaigns: 'all', policy })),
    statuses: { available: 'Available', break: 'At a training session', end: 'Gone Home' },
    loginsPerSecond: 20,
    firstConnectMs: 30_000,
    durationMs: null,
    maxCalls: null,
    stuckMs: 300_000,
    drainTimeoutMs: 120_000,
    work: journal.recovery.work,
    onMessage: () => {},
    nameContact: (columns) => columns,
    fingerprintOf: (user) => fingerprint(password, `${journal.salt}/${user}`),
    retryCredentials: parts.retryCredentials,
    openSession: opener({
      transport,
      clock,
      random,
      url: URL_OF_ALL,
      applicationName: 'lives',
      password,
      messaging: parts.messaging,
    }),
  });
  return { fleet, journal, end: mortal.die };
}

interface Mortality {
  readonly isDead: boolean;
  /** What the system takes back when the process dies. */
  readonly belongings: Set<() => void>;
  die(): void;
}

function mortality(): Mortality {
  const belongings = new Set<() => void>();
  const mortal = {
    isDead: false,
    belongings,
    die: () => {
      mortal.isDead = true;
      for (const takeBack of belongings) takeBack();
    },
  };
  return mortal;
}

/** Its timers die with the process, and its monotonic time begins with it. */
function mortalClock(mortal: Mortality, inner: FakeClock): Clock {
  const born = inner.monotonic();
  const timers = new Set<unknown>();
  mortal.belongings.add(() => {
    for (const timer of timers) inner.clearTimeout(timer);
  });
  return {
    now: () => inner.now(),
    monotonic: () => inner.monotonic() - born,
    setTimeout: (fn, ms) => {
      if (mortal.isDead) return undefined;
      const timer = inner.setTimeout(() => {
        timers.delete(timer);
        fn();
      }, ms);
      timers.add(timer);
      return timer;
    },
    clearTimeout: (timer) => {
      timers.delete(timer);
      inner.clearTimeout(timer);
    },
  };
}

/** What was sent before the process died, the server gets; what it answers then, nobody hears. */
function mortalTransport(mortal: Mortality, inner: Transport, traps: Traps): Transport {
  return {
    request: (request) =>
      new Promise((resolve, reject) => {
        const send = async (): Promise<void> => {
          await traps.before?.(request);
          if (mortal.isDead) return;
          const answer = await inner.request(request);
          await traps.after?.(request, answer);
          if (!mortal.isDead) resolve(answer);
        };
        send().catch((error: unknown) => {
          if (!mortal.isDead) reject(error);
        });
      }),
    openStream: (request, listener) => {
      if (mortal.isDead) return () => {};
      const close = inner.openStream(request, listener);
      mortal.belongings.add(close);
      return close;
    },
    close: () => inner.close(),
  };
}

/** A dead process writes nothing. */
function mortalFiles(mortal: Mortality, inner: JournalFiles): JournalFiles {
  const never = new Promise<never>(() => {});
  const whileAlive =
    <A extends unknown[], R>(act: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> =>
      mortal.isDead ? never : act(...args);
  return {
    ...inner,
    create: async (path) => {
      const file = await inner.create(path);
      return { append: whileAlive((bytes) => file.append(bytes)), close: whileAlive(() => file.close()) };
    },
    rename: whileAlive(inner.rename),
    remove: whileAlive(inner.remove),
    truncate: whileAlive(inner.truncate),
    claim: whileAlive(inner.claim),
    touch: whileAlive(inner.touch),
  };
}

function forgetAfter(files: MemoryFiles, matches: (record: JournalRecord) => boolean): void {
  const segment = files
    .names()
    .filter((name) => name.endsWith('.ndjson'))
    .sort()
    .at(-1);
  const text = new TextDecoder().decode(segment === undefined ? undefined : files.contentOf(segment));
  const lines = text.split('\n').filter((line) => line !== '');
  const recordsOf = (line = ''): readonly JournalRecord[] =>
    (JSON.parse(line) as { records?: JournalRecord[] }).records ?? [];
  const last = lines.findLastIndex((line) => recordsOf(line).some(matches));
  if (segment === undefined || last < 0) throw new Error('no record of the newest segment matches');
  const records = recordsOf(lines[last]);
  const { seq } = JSON.parse(lines[last] ?? '') as { seq: number };
  const kept = batchLine(seq, records.slice(0, records.findLastIndex(matches) + 1));
  files.put(segment, new TextEncoder().encode(`${lines.slice(0, last).join('\n')}\n${kept}`));
}

function policyOf(text: string): Policy {
  const { policy, diagnostics } = loadPolicy(text, 'lives.yaml');
  if (!policy) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return policy;
}
