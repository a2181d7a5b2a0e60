import type { AgentChart } from '../agent/chart.js';
import type { Clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { Random } from '../base/random.js';
import type { OpenWork } from '../journal/open-work.js';
import type { Fact, JournalRecord } from '../journal/record.js';
import type { Recorder } from '../journal/recorder.js';
import { type Bridge, createBridge } from './bridge.js';
import type { RoundResult } from './host-round.js';
import type { AgentStatus } from './http-server.js';
import { createPacer } from './pacer.js';
import { resumptionOf } from './resume.js';
import type { Seat } from './seat.js';
import type { StatusNames } from './status-desk.js';

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
  nameContact(columns: string): string;
  /** What the journal says that agents had in hand; none without a journal. */
  readonly work?: ReadonlyMap<string, OpenWork>;
  /** Null: nothing is remembered of refused secrets. */
  fingerprintOf(user: string): string | null;
  /** Try secrets again that were refused before. */
  readonly retryCredentials?: boolean;
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
  drain(reason: string): void;
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
  const bridges = new Map<string, Bridge>();
  const timers: unknown[] = [];
  const campaignNames = new Map<string, string>();
  const stopped = new Map<string, string>();
  let done = 0;
  let calls = 0;
  let cutCalls = 0;
  let everOpened = false;
  let draining = false;
  let lastFailure: { code: string; message: string } | null = null;
  let end: (end: FleetEnd) => void = () => {};
  let isOver = false;
  const ended = new Promise<FleetEnd>((resolve) => {
    end = (how) => {
      if (isOver) return;
      isOver = true;
      for (const timer of timers) clock.clearTimeout(timer);
      pacer.close();
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
        stopped.set(record.user, record.reason);
        break;
      default:
        break;
    }
  };
  const recorder: Recorder = {
    keepsEvents: options.recorder.keepsEvents ?? false,
    write: (record) => {
      const written = options.recorder.write(record);
      watch(record);
      return written;
    },
  };

  /** Brings one agent to life with what an earlier process left it. A secret that was refused is not tried again. */
  function hire(seat: Seat): void {
    const work = options.work?.get(seat.user);
    const moment = { now: clock.now(), monotonic: clock.monotonic() };
    const resumption = work && resumptionOf(work, moment);
    const record = (fact: Fact): void => void recorder.write({ at: moment.now, user: seat.user, ...fact });
    for (const fact of resumption?.facts ?? []) record(fact);
    const { refused } = work ?? {};
    if (refused && !options.retryCredentials && refused.fingerprint === options.fingerprintOf(seat.user)) {
      lastFailure = { code: refused.code, message: 'the same ones were refused before' };
      record({ kind: 'stopped', reason: 'credentials-refused', forGood: true });
      done++;
      return;
    }
    bridges.set(seat.user, createBridge({ ...options, campaignNames, pacer, recorder, onDone, resumption }, seat));
  }

  function onDone(): void {
    done++;
    endWhenAllAreDone();
  }

  function endWhenAllAreDone(): void {
    if (done < seats.length) return;
    const message = lastFailure?.message ?? '';
    if (stopped.size === seats.length) end({ kind: 'refused', reason: firstOf(stopped) ?? 'stopped', message });
    else if (!everOpened && lastFailure) refuse(lastFailure.code);
    else end({ kind: 'drained', cutCalls });
  }

  /** Nothing was ever reached: no use in going on (exit code 3). */
  function refuse(reason: string): void {
    for (const bridge of bridges.values()) bridge.kill();
    end({ kind: 'refused', reason, message: lastFailure?.message ?? 'no session could be opened in time' });
  }

  function drain(reason: string): void {
    if (draining || isOver) return;
    draining = true;
    options.onDrain?.();
    log.info({ reason }, 'draining: agents finish their calls and log off');
    after(options.drainTimeoutMs, cut);
    for (const bridge of bridges.values()) bridge.tell({ type: 'logoff.asked', reason, forGood: true });
  }

  function cut(): void {
    for (const bridge of bridges.values()) {
      if (bridge.agent.done()) continue;
      if (bridge.agent.context().call) cutCalls++;
      bridge.tell({ type: 'cut' });
    }
    log.warn({ cutCalls }, 'the drain ran out of time: what was left was cut');
    // A server that does not even answer the farewell must not keep us.
    after(10_000, () => end({ kind: 'drained', cutCalls }));
  }

  return {
    ended,
    start: () => {
      for (const seat of seats) hire(seat);
      if (options.firstConnectMs !== null) {
        after(options.firstConnectMs, () => {
          if (!everOpened) refuse(lastFailure?.code ?? 'unreachable');
        });
      }
      if (options.durationMs !== null) after(options.durationMs, () => drain('duration'));
      endWhenAllAreDone();
      for (const bridge of bridges.values()) bridge.tell({ type: 'shift.began' });
    },
    drain,
    kill: () => {
      for (const bridge of bridges.values()) bridge.kill();
      end({ kind: 'killed' });
    },
    reasons: () => {
      if (draining) return ['draining'];
      const out = [...bridges.values()].filter(({ agent }) => agent.state() === 'logged-out').length;
      return out > 0 ? [`${out} of ${seats.length} agents are logged out`] : [];
    },
    get isDraining() {
      return draining;
    },
    desired: seats.length,
    agents: () => [...bridges.values()].map((bridge) => statusOf(bridge, stopped.get(bridge.seat.user), clock)),
  };
}

function firstOf(stopped: ReadonlyMap<string, string>): string | undefined {
  return stopped.values().next().value;
}

function statusOf({ agent, seat, campaigns }: Bridge, reason: string | undefined, clock: Clock): AgentStatus {
  const { call, setback } = agent.context();
  const why = reason ?? (agent.state() === 'logged-out' ? (setback ?? undefined) : undefined);
  const iso = (agoMs: number): string => new Date(clock.now() - agoMs).toISOString();
  return {
    user: seat.user,
    state: agent.state(),
    inner: agent.place().split('.').slice(1).join('.'),
    since: iso(agent.inStateMs()),
    ...(call && {
      call: {
        interactionId: call.pop.interactionId,
        campaign: call.pop.campaign,
        kind: call.pop.kind,
        since: iso(clock.monotonic() - call.poppedAt),
      },
    }),
    campaigns: campaigns(),
    ...(why !== undefined && { reason: why }),
  };
}
