import { assign, setup } from 'xstate';
import type { Clock } from '../base/clock.js';
import { type AgentContext, type Awaiting, type CallStage, freshContext, mayHold } from './context.js';
import type { ChartEvent, SeenStatus, Verdict } from './events.js';
import { breakMoves } from './moves/break.js';
import { callMoves } from './moves/call.js';
import { dialerMoves } from './moves/dialer.js';
import { dispositionMoves } from './moves/disposition.js';
import { logOffMoves } from './moves/log-off.js';
import { Move } from './moves/move.js';
import { popMoves } from './moves/pop.js';
import { previewMoves } from './moves/preview.js';
import { sessionMoves } from './moves/session.js';
import { statusMoves } from './moves/status.js';
import type { AgentTimings } from './timings.js';

/** What one agent is told at its birth. */
export interface AgentInput {
  readonly user: string;
  /** What an earlier process left in hand (rules 5 and 7). */
  readonly memory?: AgentMemory;
}

/** What the chart of one agent begins with: `say` hears at once what the agent says, in the order in which it is said. */
export type ChartInput = AgentInput & Pick<AgentContext, 'say'>;

/** The part of an agent's memory that outlives its process, or (the last four) a life that was cut short in it. */
export type AgentMemory = Partial<
  Pick<AgentContext, 'calls' | 'call' | 'pause' | 'orders' | 'nextPop' | 'leave' | 'dialer'>
>;

/**
 * The words that the chart is written in: its moves, guards and delays, bound to a clock. Guards are questions and only
 * read; delays are what is left until a deadline kept in the agent's memory, so that a timer survives a change between
 * on-call, break-pending and logoff-pending.
 */
export function vocabulary(clock: Clock, timings: AgentTimings) {
  const moves = {
    ...sessionMoves(timings),
    ...dialerMoves(timings),
    ...statusMoves(timings),
    ...breakMoves(),
    ...logOffMoves(),
    ...popMoves(timings),
    ...previewMoves(timings),
    ...callMoves(timings),
    ...dispositionMoves(timings),
  };
  /** Infinity is a wait without an end: the clock makes of it the longest it can. */
  const until = (deadline: number): number => Math.max(0, deadline - clock.monotonic());

  return setup({
    types: {} as { context: AgentContext; events: ChartEvent; input: ChartInput },
    actions: {
      ...(Object.fromEntries(Object.entries(moves).map(([name, move]) => [name, asAction(clock, move)])) as Record<
        keyof typeof moves,
        ReturnType<typeof asAction>
      >),
    },
    guards: {
      'it answers': ({ context, event }, params: { to: keyof Awaiting; with?: readonly Verdict[] }) =>
        'command' in event &&
        event.command === context.awaiting[params.to] &&
        (!params.with || ('verdict' in event && params.with.includes(event.verdict))),
      'it is final': ({ event }) => 'final' in event && event.final,

      'the same call': ({ context, event }) =>
        event.type === 'call.popped' && event.pop.interactionId === context.call?.pop.interactionId,
      'the same contact': ({ context, event }) =>
        event.type === 'call.popped' &&
        context.call !== null &&
        context.call.fromPreview &&
        context.call.pop.preview &&
        event.pop.interactionId !== context.call.pop.interactionId &&
        event.pop.campaignId === context.call.pop.campaignId &&
        event.pop.contact !== '' &&
        event.pop.contact === context.call.pop.contact,
      'it is placed': ({ event }) => event.type === 'call.popped' && event.pop.preview && event.pop.placed,
      'it is a call already': ({ event }) => event.type === 'call.popped' && !event.pop.preview,
      'it concerns the open call': ({ context, event }) =>
        'call' in event && event.call === context.call?.pop.interactionId,
      /** What `settling` and the state before it ask one by one, at once: the usual end of a call. */
      'nothing stands between it and Available': ({ context: { call, nextPop, leave, pause, dialer, status } }) =>
        call === null &&
        nextPop === null &&
        leave === null &&
        pause === null &&
        dialer.linkUp &&
        dialer.loggedIn &&
        dialer.enlisted &&
        !dialer.more &&
        dialer.joined > 0 &&
        dialer.removed === 'no' &&
        !status.person &&
        !status.acd,
      'a call is open': ({ context }) => context.call !== null,
      'a call is in hand': ({ context }) => context.call !== null || context.nextPop !== null,
      /** One in hand, or one that came when nobody read. */
      'a call may be held for it': ({ context }) =>
        context.call !== null || context.nextPop !== null || context.dialer.mayHold,
      'a pop waits': ({ context }) => context.nextPop !== null,
      'the stage is': ({ context }, stage: CallStage) => context.call?.stage === stage,
      'it is to be placed': ({ context }) => context.call?.place === true,
      'nobody knows whether it is placed': ({ context }) =>
        context.call !== null && Number.isFinite(context.call.deadline),
      'placing may be tried again': ({ context }) => (context.call?.placeTries ?? 0) < 3,
      'there is a next label': ({ context }) => context.call !== null && context.call.choice + 1 < context.call.choices,
      'there is no label at all': ({ event }) => event.type === 'call.end-decided' && event.choices === 0,
      'there is nothing to send': ({ context }) => context.call?.choices === 0,
      'it is time to give up': ({ context }) => context.call !== null && clock.monotonic() >= context.call.giveUpAt,
      'its answer is in doubt': ({ context }) => context.call?.sent === 'doubt',
      'it never left': ({ context }) =>
        context.call !== null && context.call.stage === 'redispositioning' && context.call.sent === 'never',

      'a log-off was asked for': ({ context }) => context.leave !== null,
      'the log-off is granted': ({ context }) => context.leave?.granted === true,
      'it leaves quietly': ({ context }) => context.leave?.quiet === true,
      'it leaves for good': ({ context, event }) =>
        (event.type === 'logoff.asked' && event.forGood) || context.leave?.forGood === true,
      'a shift began meanwhile': ({ context }) => context.leave?.back === true,
      'the log-off was requested thrice': ({ context }) => (context.leave?.tries ?? 0) >= 3,
      /** An empty id means all of Dialer; to a log-off that was asked for, so does the last of the campaigns (§6.7). */
      'out of Dialer altogether': ({ context, event }) =>
        event.type === 'logout.granted' && (event.all || (context.leave !== null && event.joined === 0)),

      'a break is wanted': ({ context }) => context.pause !== null,
      'the break is ours': ({ context }) => context.pause?.by === 'us',
      /** A status that a person set is not ours to end (rule 1). */
      'the break may be ended': ({ context: { pause, status } }) =>
        pause !== null && (pause.by === 'us' || !status.person),
      'a break is granted': ({ context }) => context.pause?.granted === true,
      'a break of ours is not granted yet': ({ context }) => context.pause?.by === 'us' && !context.pause.granted,
      'nothing is left of the break': ({ context }) =>
        context.pause !== null && context.pause.until !== null && context.pause.until <= clock.monotonic(),
      'the break is under way': ({ context }) => context.pause?.by === 'person' || context.pause?.settled === true,
      'a break is still to come': ({ context }) =>
        context.pause !== null && !context.pause.granted && (context.pause.by === 'us' || context.pause.until === null),
      'the break is withdrawn': ({ context: { pause }, event }) =>
        event.type === 'break.status' &&
        event.status === 'not-on-break' &&
        pause !== null &&
        (pause.by === 'person' || (pause.acknowledged && (!pause.granted || pause.settled))),
      'the break of a person is over': ({ context, event }) =>
        event.type === 'break.status' && event.status === 'not-on-break' && context.pause?.by === 'person',
      'it is on break': ({ event }) => event.type === 'break.status' && event.status === 'on-break',
      'the break is pending': ({ event }) => event.type === 'break.status' && event.status === 'pending',
      'a break is left from before': ({ context, event }) =>
        event.type === 'break.status' &&
        event.status !== 'not-on-break' &&
        context.pause === null &&
        !context.status.everAvailable,

      'the link is down': ({ context }) => !context.dialer.linkUp,
      'it is logged in to Dialer': ({ context }) => context.dialer.loggedIn,
      'the log-in is under way': ({ context }) => context.awaiting.relog !== 0,
      'it is to stay out of Dialer': ({ context }) =>
        context.dialer.removed !== 'no' &&
        !context.dialer.loggedIn &&
        context.call === null &&
        context.nextPop === null,
      'it was taken out of Dialer': ({ context }) => context.dialer.removed === 'from Dialer',
      'the campaigns are known': ({ context }) => context.dialer.known,
      'it is in no campaign': ({ context }) =>
        context.dialer.known && context.dialer.joined === 0 && context.dialer.fresh.length === 0,
      'there is no campaign to join': ({ context }) =>
        context.dialer.known && context.dialer.joined === 0 && !context.dialer.more,
      'it is to enlist': ({ context }) => !context.dialer.enlisted || context.dialer.more,
      'more is offered': ({ context }) => context.dialer.more,
      'an enlisting is under way': ({ context }) => context.awaiting.enlist !== 0,
      'campaigns are offered': ({ event }) => event.type === 'campaigns.changed' && event.fresh.length > 0,
      'campaigns are left': ({ event }) =>
        'joined' in event && (event.joined > 0 || (event.type === 'campaigns.changed' && event.fresh.length > 0)),

      'the status is': ({ event }, status: SeenStatus) => event.type === 'status.seen' && event.status === status,
      'a person set the status': ({ context }) => context.status.person,
      'an ACD call is live': ({ context }) => context.status.acd,
      'the status is ours to set': ({ context }) =>
        !context.status.person && !context.status.acd && context.leave?.quiet !== true,
      'only Available is missing': ({ context }) =>
        context.dialer.enlisted && !context.dialer.more && context.call === null && context.leave === null,
      'Available was refused thrice': ({ context }) => context.status.refusals >= 2,

      /** To Dialer, a session that is deleted in mid-call is an agent who left (reference §6.2). */
      'the session is worth keeping': ({ context }) =>
        (context.call !== null || context.nextPop !== null) && context.status.refusals < 5,
      /** Dialer may keep a call for us whose pop died with the session before (reference §6.8). */
      'it may be tried again here': ({ context }) => context.status.refusals < 5,
      'it may come back': ({ context, event }) =>
        event.type === 'session.lost' &&
        event.again &&
        (context.leave === null || context.call !== null || context.nextPop !== null || mayHold(context)),
      'it may not come back': ({ event }) => event.type === 'session.lost' && !event.again,
    },
    delays: {
      'the break ends': ({ context }) => until(context.pause?.until ?? Number.POSITIVE_INFINITY),
      'the pause ends': ({ context }) => until(context.status.resumeAt),
      'it is too late to look for a call': ({ context: { leave, call, nextPop } }) =>
        until(leave && !call && !nextPop ? leave.askedAt + timings.lastLookMs : Number.POSITIVE_INFINITY),
      'campaigns do not come': timings.campaignsMs,
      'nothing is offered': timings.noCampaignMs,
      'no pop comes again': timings.recoveryMs,
      'no grant comes at once': timings.grantMs,
      'nobody grants the break': timings.breakPatienceMs,
      'nobody grants the log-off': timings.logoffPatienceMs,
    },
  });
}

export type Vocabulary = ReturnType<typeof vocabulary>;

/** A new agent's memory. */
export const birth = ({ input }: { input: ChartInput }): AgentContext => ({
  ...freshContext(input.user, input.say),
  ...input.memory,
});

/**
 * Lets XState run a move: one change of memory, and what it says is said on the spot. An assign ought not to do that; but
 * XState resolves each exactly once per transition, and to emit through it costs several times as much as the move.
 */
function asAction(clock: Clock, move: (move: Move, event: never) => void) {
  return assign<AgentContext, ChartEvent, undefined, ChartEvent, never>(({ context, event }) => {
    const made = new Move(context, clock.monotonic());
    move(made, event as never);
    return made.context;
  });
}
