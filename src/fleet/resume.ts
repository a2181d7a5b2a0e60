import type { Pause } from '../agent/context.js';
import type { AgentMemory } from '../agent/vocabulary.js';
import { type OpenBreak, type OpenWork, overtakenResult, type UnsettledCall } from '../journal/open-work.js';
import { callRef, type Fact } from '../journal/record.js';
import { type Moment, reopenedCall } from '../journal/reopened-call.js';

/** What an agent begins with after a restart, and what is to be recorded of what ended in between. */
export interface Resumption {
  readonly memory: AgentMemory;
  /** The open call's endings, for the desk that sends them. */
  readonly call: UnsettledCall | null;
  readonly endsDecided: number;
  /** The run before had asked for a log-off: the grant of it may still come, and is nobody's removal. */
  readonly awaitsGrant: boolean;
  /** Results that were certain before the process died, and were not written. */
  readonly facts: readonly Fact[];
}

/**
 * Turns what a journal says into an agent's beginning (design §4.1, rules 4 to 7; docs/exactly-once.md). A call whose
 * answer was recorded is closed by it; one that a later pop overtook is void; one in doubt is taken up. A log-off that
 * was pending is not: whoever starts the worker again wants it to work.
 */
export function resumptionOf(work: OpenWork, moment: Moment): Resumption {
  const facts = work.overtaken.flatMap((call) => {
    const { result, basis } = overtakenResult(call);
    return closing(call, result, basis, moment.now);
  });
  const { call } = work;
  const isSettled = call?.settled != null;
  if (call?.settled) facts.push(...closing(call, call.settled.result, call.settled.basis, moment.now));
  const open = isSettled ? null : call;
  return {
    memory: {
      calls: work.calls,
      call: open && reopenedCall(open, moment),
      pause: work.pause && pauseOf(work.pause, moment),
    },
    call: open,
    endsDecided: work.endsDecided,
    awaitsGrant: work.leave !== null,
    facts,
  };
}

/** What an agent begins with that was here before in this run, and left or stopped: it counts its calls on. */
export function hiredAnew(calls: number): Resumption {
  return { memory: { calls }, call: null, endsDecided: 0, awaitsGrant: false, facts: [] };
}

function closing(call: UnsettledCall, result: 'accepted' | 'void' | 'failed' | 'unknown', basis: string, now: number) {
  const ref = callRef(call.ref);
  const facts: Fact[] = [
    { kind: 'call.closed', call: ref, label: call.label, result, basis, seconds: (now - call.poppedAt) / 1_000 },
  ];
  const ending = call.endings[call.choice];
  if (result === 'accepted' && ending?.scheduledTime !== undefined && ending.owner) {
    const { scheduledTime, owner } = ending;
    const delaySeconds = scheduledTime - now / 1_000;
    facts.push({ kind: 'callback', call: ref, ...ending, scheduledTime, owner, delaySeconds });
  }
  return facts;
}

/**
 * A break of ours resumes with what is left of it; what a person imposed, the person's status will tell, and a planned one
 * that was not granted yet, the calendar.
 */
function pauseOf(pause: OpenBreak, { now, monotonic }: Moment): Pause | null {
  if (pause.by !== 'us') return null;
  const until = pause.grantedAt === null ? null : pause.grantedAt + pause.forMs;
  if (until === null ? pause.reason === 'shift' : until <= now) return null;
  return {
    by: 'us',
    reason: pause.reason,
    forMs: pause.forMs,
    until: until === null ? null : monotonic + (until - now),
    granted: false,
    acknowledged: false,
    settled: false,
    askedAt: monotonic + (pause.askedAt - now),
  };
}
