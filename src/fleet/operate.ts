import { eventOfAct, hasTaken, type OperatorAct, type Standing, whyNotTaken } from '../agent/operator.js';
import { matchesGlob } from '../base/glob.js';
import type { AgentState, Asker, Fact } from '../journal/record.js';
import type { ActOutcome, MeantCampaigns } from './agent-campaigns.js';
import type { Bridge } from './bridge.js';

/** What an operator asks of one agent. */
export interface AgentRequest {
  readonly act: OperatorAct;
  /** For `log-off` and `log-in`: only these campaigns (names, globs or ids). */
  readonly campaigns?: readonly string[];
  /** In the operator's words; for the record. */
  readonly reason?: string;
  /** How long a break is to last. */
  readonly forMs?: number;
}

/** The same of some agents. */
export interface OperatorRequest extends AgentRequest {
  /** User names or globs. */
  readonly agents: readonly string[];
  readonly asker: Asker;
}

/** What became of it, for one agent; `state` is where it stands now. */
export interface AgentAnswer extends ActOutcome {
  readonly user: string;
  readonly state: AgentState;
}

/** Whether one of these names or globs means the user. CIC user names have no letter case. */
export function meansUser(patterns: readonly string[], user: string): boolean {
  return patterns.some((pattern) => matchesGlob(pattern, user));
}

/** Asks one agent. The answer is what the chart did, never what was hoped for. */
export function operate(bridge: Bridge, request: AgentRequest): ActOutcome {
  const { act, campaigns } = request;
  if (act === 'log-off' && campaigns) return bridge.membership.leave(campaigns);
  // What Dialer still says of the last break would be taken for this one.
  if (act === 'break' && bridge.isEndingBreak) {
    return { accepted: false, why: 'the end of its last break is not confirmed yet' };
  }
  if (act === 'log-in') return logIn(bridge, request, campaigns ?? 'all');
  return take(bridge, request);
}

/** What the chart calls it: a word of a closed list, for it is a label of metrics. */
const REASON = 'operator';
const BREAK_MS = 600_000;

function take(bridge: Bridge, { act, forMs = BREAK_MS }: AgentRequest): ActOutcome {
  const before = standing(bridge);
  bridge.tell(eventOfAct(act, { reason: REASON, forMs }));
  return hasTaken(act, before, standing(bridge))
    ? { accepted: true }
    : { accepted: false, why: whyNotTaken(act, before) };
}

/** Back into Dialer, and into the campaigns that an operator or a supervisor took it out of. */
function logIn(bridge: Bridge, request: AgentRequest, meant: MeantCampaigns): ActOutcome {
  const rejoined = bridge.membership.rejoin(meant);
  if (rejoined === 'again') {
    const left = take(bridge, { ...request, act: 'log-off' });
    const back = take(bridge, request);
    const why = 'it logs off from Dialer and in again: without the Logon Campaign right there is no other way back';
    return left.accepted && back.accepted ? { accepted: true, why } : back;
  }
  if (rejoined?.accepted === false) return rejoined;
  const back = take(bridge, request);
  return back.accepted ? back : (rejoined ?? back);
}

/** What the records say of it. */
export function controlFact(
  { act, campaigns, reason, forMs }: AgentRequest,
  asker: Asker,
  { accepted, why }: ActOutcome,
): Fact {
  return {
    kind: 'control',
    act,
    ...asker,
    accepted,
    ...(why !== undefined && { why }),
    ...(campaigns && { campaigns }),
    ...(reason !== undefined && { reason }),
    ...(act === 'break' && { forMs: forMs ?? BREAK_MS }),
  };
}

function standing({ agent }: Bridge): Standing {
  return { place: agent.place(), context: agent.context() };
}
