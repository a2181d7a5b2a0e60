import type { AgentChart } from '../agent/chart.js';
import { type AgentTimings, DEFAULT_TIMINGS } from '../agent/timings.js';
import type { Clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { Random } from '../base/random.js';
import type { OpenWork } from '../journal/open-work.js';
import { type Asker, type JournalRecord, WHOLE_WORKER } from '../journal/record.js';
import type { Recorder } from '../journal/recorder.js';
import { CallbackBook } from './callback-book.js';
import { Crew } from './crew.js';
import type { RoundResult } from './host-round.js';
import type { AgentStatus } from './http-server.js';
import type { AgentAnswer, OperatorRequest } from './operate.js';
import { createPacer } from './pacer.js';
import type { RosterChange } from './reload-report.js';
import { Rota } from './rota.js';
import type { Seat } from './seat.js';
import type { StatusNames } from './status-desk.js';
import type { WakeSource } from './wakes.js';
import { Watchdog } from './watchdog.js';

/** Why a run ended, in the order of precedence of the exit codes (design §5). */
export type FleetEnd =
  /** Every agent stopped, as asked: duration, call limit or signal. */
  | { readonly kind: 'drained'; readonly cutCalls: number }
  /** No session was ever opened, or every agent stopped for good by itself. */
  | { readonly kind: 'refused'; readonly reason: string; readonly message: string }
  /** A second signal. */
  | { readonly kind: 'killed' };

export interface FleetOptions {
  readonly chart: AgentChart;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly recorder: Recorder;
  readonly seats: readonly Seat[];
  readonly statuses: StatusNames;
  readonly loginsPerSecond: number;
  /** How long the first session may take to open; null for ever. */
  readonly firstConnectMs: number | null;
  readonly durationMs: number | null;
  readonly maxCalls: number | null;
  readonly drainTimeoutMs: number;
  /** How long an agent may stay without progress where it should move. */
  readonly stuckMs: number;
  /** Those that the chart was made with; the usual ones when left out. */
  readonly timings?: AgentTimings;
  nameContact(columns: string): string;
  /** What the journal says that agents had in hand; none without a journal. */
  readonly work?: ReadonlyMap<string, OpenWork>;
  /** Null: nothing is remembered of refused secrets. */
  fingerprintOf(user: string): string | null;
  /** Try secrets again that were refused before. */
  readonly retryCredentials?: boolean;
  /** Further reasons to look at the calendar (node-cron). */
  readonly wakeSource?: WakeSource;
  /** How many agents should be logged in now. */
  onDesired?(count: number): void;
  /** A shift or a planned break began or ended. */
  onShiftChange?(timing: 'on-time' | 'made-good'): void;
  /** The callbacks of earlier runs; none when left out. */
  readonly book?: CallbackBook;
  /** The drain begins. */
  onDrain?(): void;
  openSession(user: string): Promise<RoundResult>;
  onMessage(type: string): void;
}

/** N agents at work. */
export interface Fleet {
  /** Resolves once, when all agents have stopped. */
  readonly ended: Promise<FleetEnd>;
  start(): void;
  /** Asks every agent to log off; calls are finished first, within the drain time-out (design §5). */
  drain(reason: string, asker?: Asker): void;
  /** Asks some agents for something. */
  ask(request: OperatorRequest): readonly AgentAnswer[];
  /** Makes the crew that of another roster; `newPasswords`: users, in small letters, whose password has changed. */
  reroster(seats: readonly Seat[], newPasswords: ReadonlySet<string>): RosterChange;
  /** Ends at once. */
  kill(): void;
  /** Why the fleet is not as desired; empty when it is. */
  reasons(): readonly string[];
  readonly isDraining: boolean;
  readonly desired: number;
  agents(): readonly AgentStatus[];
}

/** Starts, watches and drains the agents. One agent's failure never stops the others. */
export function createFleet(options: FleetOptions): Fleet {
  const { clock, log, seats } = options;
  const pacer = createPacer({ clock, random: options.random, loginsPerSecond: options.loginsPerSecond });
  const timers: unknown[] = [];
  const { book = new CallbackBook() } = options;
  let calls = 0;
  let cutCalls = 0;
  let everOpened = false;
  let isStaffed = false;
  let isAwaited = false;
  let draining = false;
  let lastFailure: { code: string; message: string } | null = null;
  let end: (end: FleetEnd) => void = () => {};
  let isOver = false;
  const ended = new Promise<FleetEnd>((resolve) => {
    end = (how) => {
      if (isOver) return;
      isOver = true;
      for (const timer of timers) clock.clearTimeout(timer);
      rota.close();
      pacer.close();
      watchdog.stop();
      resolve(how);
    };
  });
  const after = (ms: number, fn: () => void): void => {
    timers.push(clock.setTimeout(fn, ms));
  };

  /** Every record passes here on its way: the fleet watches for what concerns all agents. */
  const watch = (record: JournalRecord): void => {
    switch (record.kind) {
      case 'pop':
        calls++;
        if (options.maxCalls !== null && calls >= options.maxCalls) drain('call-limit');
        break;
      case 'session.opened':
        everOpened = true;
        break;
      case 'session.refused':
      case 'session.unreached':
        lastFailure = { code: record.code, message: record.message };
        if (!everOpened && pacer.isResting) refuse('credentials-refused');
        break;
      case 'stopped':
        crew.stopped(record.user, record.reason);
        break;
      default:
        break;
    }
    rota.heard(record);
    book.heard(record);
  };
  const recorder: Recorder = {
    keepsEvents: options.recorder.keepsEvents ?? false,
    wantsColumns: options.recorder.wantsColumns ?? false,
    write: (record) => {
      const written = options.recorder.write(record);
      watch(record);
      return written;
    },
  };
  const crew = new Crew({
    ...options,
    pacer,
    appointments: {
      ownerHours: (owner, from) => rota.ownerHours(owner, from),
      booked: (policy, rule, hour) => book.booked(policy, rule, hour),
    },
    recorder,
    onRefusedBefore: (code) => {
      lastFailure = { code, message: 'the same ones were refused before' };
    },
    onHired: () => rota.look(),
    onDone: endWhenAllAreDone,
  });
  const rota = new Rota({
    clock,
    log,
    crew,
    wakeSource: options.wakeSource,
    onCalled: awaitFirstSession,
    onDesired: (count) => options.onDesired?.(count),
    onChange: (timing) => options.onShiftChange?.(timing),
  });

  /** The first session is waited for from when the first agent is called to work. */
  function awaitFirstSession(): void {
    if (isAwaited || options.firstConnectMs === null) return;
    isAwaited = true;
    after(options.firstConnectMs, () => {
      if (!everOpened) refuse(lastFailure?.code ?? 'unreachable');
    });
  }

  const watchdog = new Watchdog({
    clock,
    stuckMs: options.stuckMs,
    timings: options.timings ?? DEFAULT_TIMINGS,
    watched: () => crew.living(),
  });

  function endWhenAllAreDone(): void {
    if (!isStaffed || !crew.areAllDone) return;
    const message = lastFailure?.message ?? '';
    if (crew.haveAllStopped) end({ kind: 'refused', reason: crew.firstStopReason ?? 'stopped', message });
    else if (!everOpened && lastFailure) refuse(lastFailure.code);
    else end({ kind: 'drained', cutCalls });
  }

  /** Nothing was ever reached: no use in going on (exit code 3). */
  function refuse(reason: string): void {
    crew.kill();
    end({ kind: 'refused', reason, message: lastFailure?.message ?? 'no session could be opened in time' });
  }

  function drain(reason: string, asker?: Asker): void {
    if (isOver) return;
    if (asker) {
      const accepted = !draining;
      const why = accepted ? {} : { why: 'it is draining already' };
      recorder.write({
        at: clock.now(),
        user: WHOLE_WORKER,
        kind: 'control',
        act: 'drain',
        ...asker,
        accepted,
        ...why,
      });
    }
    if (draining) return;
    draining = true;
    rota.close();
    options.onDrain?.();
    log.info({ reason }, 'draining: agents finish their calls and log off');
    after(options.drainTimeoutMs, cut);
    crew.dismiss(reason);
  }

  /** Who should be logged in now. */
  function wanted() {
    return [...crew.placed()].filter(({ seat }) => rota.wants(seat));
  }

  function cut(): void {
    cutCalls += crew.cut();
    log.warn({ cutCalls }, 'the drain ran out of time: what was left was cut');
    // A server that does not even answer the farewell must not keep us.
    after(10_000, () => end({ kind: 'drained', cutCalls }));
  }

  return {
    ended,
    start: () => {
      for (const seat of seats) crew.hire(seat);
      isStaffed = true;
      if (options.durationMs !== null) after(options.durationMs, () => drain('duration'));
      watchdog.start();
      endWhenAllAreDone();
      if (!isOver) rota.start();
    },
    drain,
    ask: (request) => crew.ask(request, !draining),
    reroster: (seats, newPasswords) => {
      const change = crew.reroster(seats, newPasswords);
      rota.look();
      endWhenAllAreDone();
      return change;
    },
    kill: () => {
      crew.kill();
      end({ kind: 'killed' });
    },
    reasons: () => {
      if (draining) return ['draining'];
      const out = wanted().filter(({ bridge }) => bridge?.agent.state() === 'logged-out').length;
      return out > 0 ? [`${out} of ${wanted().length} agents are logged out`] : [];
    },
    get isDraining() {
      return draining;
    },
    get desired() {
      return wanted().length;
    },
    agents: () => {
      const seatOf = new Map([...crew.placed()].map(({ seat }) => [seat.user, seat]));
      return crew.statuses().map((status) => {
        const seat = seatOf.get(status.user);
        const reason = status.reason ?? (seat && rota.reasonFor(seat));
        return { ...status, ...(reason !== undefined && { reason }), ...(seat && { shift: rota.standing(seat) }) };
      });
    },
  };
}
