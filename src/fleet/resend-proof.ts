import type { OpenCall } from '../agent/context.js';
import type { Clock } from '../base/clock.js';
import type { Answer } from '../icws/answer.js';
import { readCallState } from '../icws/call-state.js';
import { getInteraction } from '../icws/commands.js';
import type { Session } from '../icws/session.js';
import type { MessageDesk } from './message-desk.js';
import type { StatusDesk } from './status-desk.js';

/**
 * Whether a disposition that goes out now can only mean its own call: `certain`; `not yet`, for the server has not shown
 * enough; `never`, for the call it was meant for is over and another may come at any moment; or `granted`: it is over, for
 * the break or log-off that waited for its disposition was granted.
 */
export type ResendProof = 'certain' | 'not yet' | 'never' | 'granted';

/** How long messages may take to show that they are read to the end. A silent stream says a ping in less. */
const CAUGHT_UP_MS = 30_000;
/** A pop that was given before may lag behind other messages, but not for so long (no order is promised, reference §4.9). */
const SETTLED_MS = 10_000;

/** The first disposition that was sent for a call in this session. */
interface Sent {
  readonly interactionId: string;
  readonly at: number;
  readonly gaps: number;
  /** A break or a log-off was asked for, and not granted yet. */
  readonly awaitsGrant: boolean;
}

interface ResendJudgeOptions {
  readonly clock: Clock;
  readonly session: Session;
  readonly messages: MessageDesk;
  status(): StatusDesk | null;
  /** How the break or log-off stands that was asked for. */
  leave(): 'none' | 'asked' | 'granted';
  put<T>(run: (session: Session) => Promise<Answer<T>>): Promise<Answer<T>>;
}

/**
 * Judges whether a disposition in doubt may be sent again (design §4.1 rule 5). It bears no call id and hits the agent's
 * last call, so it must be certain that Dialer has given no other since. What can be known of that: whatever pop was given
 * before now is in the messages that were queued before now, so these are read to the end first; where some of them were
 * lost, the next call still shows on the agent's queue; and who is neither Available nor on a call is given none.
 */
export class ResendJudge {
  private readonly options: ResendJudgeOptions;
  private first: Sent | null = null;

  constructor(options: ResendJudgeOptions) {
    this.options = options;
  }

  /** A disposition is being sent for this call. */
  sent(interactionId: string): void {
    const { clock, session, messages } = this.options;
    if (this.first?.interactionId === interactionId) return;
    const awaitsGrant = this.options.leave() === 'asked';
    this.first = { interactionId, at: clock.monotonic(), gaps: session.gaps, awaitsGrant };
    messages.markQueue();
  }

  /** Whether one was sent for this call in this session. */
  wasSent(interactionId: string): boolean {
    return this.first?.interactionId === interactionId;
  }

  async judge(call: OpenCall): Promise<ResendProof> {
    const { first } = this;
    const { interactionId } = call.pop;
    // A preview of which nobody knows that it was placed has no interaction.
    const isUnplaced = call.fromPreview && call.connectedAt === null && call.previewOutcome !== 'placed';
    const { session, messages, clock } = this.options;
    if (first?.interactionId !== interactionId) return 'not yet';
    const status = this.options.status();
    const shown = await status?.ask();
    if (!status || shown === undefined) return 'not yet';
    // Whoever is given calls again has none: it was dispositioned, or Dialer closed it.
    if (shown === 'acd' && status.tellsOfCalls) return 'never';
    if (first.awaitsGrant && this.options.leave() === 'granted' && !status.wasAvailableInCall) return 'granted';
    if (!(await this.isCaughtUp())) return 'not yet';
    if (messages.wasGivenAnother) return 'never';
    if (first.awaitsGrant && this.options.leave() === 'granted' && !status.wasAvailableInCall) return 'granted';
    const isLossless = session.gaps === first.gaps;
    if (shown === 'dialer-call' && !isUnplaced && !(await this.isAlive(interactionId))) {
      // Of this call, or of the next one whose pop lags behind.
      return isLossless && clock.monotonic() - first.at >= SETTLED_MS ? 'certain' : 'not yet';
    }
    return isLossless || messages.watchesQueue ? 'certain' : 'not yet';
  }

  /** All that the server had for us is read, or that cannot be shown in time. */
  async isCaughtUp(): Promise<boolean> {
    const { clock, session } = this.options;
    let timer: unknown;
    const limit = new Promise<boolean>((resolve) => {
      timer = clock.setTimeout(() => resolve(false), CAUGHT_UP_MS);
    });
    const isCaughtUp = await Promise.race([session.caughtUp(), limit]);
    clock.clearTimeout(timer);
    return isCaughtUp;
  }

  private async isAlive(interactionId: string): Promise<boolean> {
    const answer = await this.options.put((session) => session.run(getInteraction(interactionId)));
    const attributes = answer.kind === 'ok' ? answer.body?.attributes : undefined;
    return attributes !== undefined && readCallState(stateIn(attributes)).state !== 'ended';
  }
}

/** Eic_State, by a name in any letter case (reference §5.1). */
function stateIn(attributes: Readonly<Record<string, string>>): string | undefined {
  return Object.entries(attributes).find(([name]) => name.toLowerCase() === 'eic_state')?.[1];
}
