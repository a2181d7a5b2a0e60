import type { OpenCall } from '../agent/context.js';
import type { AgentEvent } from '../agent/events.js';
import type { Clock } from '../base/clock.js';
import type { Answer } from '../icws/answer.js';
import { dialerLogOff } from '../icws/commands.js';
import { IcwsError } from '../icws/errors.js';
import type { ChannelEvent, LostReason, Session } from '../icws/session.js';
import type { Pop } from '../wire/index.js';
import { CampaignDesk } from './campaign-desk.js';
import type { CampaignWishes } from './campaign-wishes.js';
import { type Enlisting, enlist } from './enlisting.js';
import { MessageDesk } from './message-desk.js';
import { createOutbox } from './outbox.js';
import { ResendJudge, type ResendProof } from './resend-proof.js';
import type { Seat } from './seat.js';
import { prepareSession, type Setup } from './session-setup.js';
import { StatusDesk, type StatusNames } from './status-desk.js';
import { codeOf } from './verdict.js';

/** What a command meets where there is no session (any more). */
export const NO_SESSION: Answer<never> = {
  kind: 'lost',
  sent: false,
  error: new IcwsError('icws/session-closed', 'there is no session'),
};

/** How long the message channel may take to show that it reads. */
const READING_MS = 10_000;

export interface AttendanceOptions {
  readonly clock: Clock;
  readonly session: Session;
  readonly seat: Seat;
  /** Which campaigns the agent wants to be in. */
  readonly wishes: CampaignWishes;
  readonly statuses: StatusNames;
  /** Names of campaigns by id, shared by all agents. */
  readonly campaignNames: Map<string, string>;
  tell(event: AgentEvent): void;
  popped(pop: Pop): void;
  openCall(): { readonly id: string; readonly stage: string } | null;
  /** How the break or log-off stands that the agent asked for. */
  leave(): 'none' | 'asked' | 'granted';
  alerting(interactionId: string): void;
  complain(code: string, message: string): void;
  onMessage(type: string): void;
  onLost(reason: LostReason): void;
  onChannel(event: ChannelEvent): void;
  /** A mistake of this program. */
  onDefect(error: unknown): void;
}

/**
 * All that lives as long as one session: the session, its line of commands, and the desks that read its messages. After
 * `close` it is deaf and dumb, so that nothing of an old session ever reaches the agent.
 */
export class Attendance {
  readonly session: Session;
  readonly campaigns: CampaignDesk;
  /** Whether a disposition in doubt may be sent again. */
  private readonly resends: ResendJudge;
  /** The server tells of connect and hang-up; where it does not, a placed call counts as connected. */
  watchesQueue = true;
  private readonly options: AttendanceOptions;
  private readonly outbox = createOutbox();
  private readonly messages: MessageDesk;
  private status: StatusDesk | null = null;
  private enlisting: Promise<unknown> = Promise.resolve();
  private isReading: () => void = () => {};
  private readonly reading = new Promise<void>((resolve) => {
    this.isReading = resolve;
  });
  private isOver = false;

  /** Reads messages from the first second: a session whose messages nobody reads dies (reference §1.7). */
  constructor(options: AttendanceOptions) {
    const { session, seat, wishes } = options;
    this.options = options;
    this.session = session;
    this.campaigns = new CampaignDesk(wishes, options.campaignNames);
    this.messages = new MessageDesk({
      campaigns: this.campaigns,
      userId: session.userId,
      hasStation: seat.station.kind !== 'none',
      port: options,
    });
    this.resends = new ResendJudge({
      clock: options.clock,
      session,
      messages: this.messages,
      status: () => this.status,
      leave: options.leave,
      put: (run) => this.put(run),
    });
    session.listen({
      onMessage: (message) => {
        if (this.isOver) return;
        options.onMessage(message.__type);
        this.read(message);
      },
      onMalformed: () => options.onMessage('malformed'),
      onLost: (reason) => {
        if (!this.isOver) options.onLost(reason);
      },
      onChannel: (event) => {
        if (event === 'stream-opened' || event === 'polling') this.isReading();
        else options.onChannel(event);
      },
    });
  }

  /** A message that our side cannot digest is logged by the session and done without; a pop is not: Dialer waits for it. */
  private read(message: Parameters<MessageDesk['read']>[0]): void {
    try {
      this.messages.read(message);
    } catch (error) {
      if (message.__type !== 'urn:inin.com:dialer:dataPopMessage') throw error;
      this.options.onDefect(error);
    }
  }

  /** Runs a command when those before it are answered. */
  put<T>(run: (session: Session) => Promise<Answer<T>>): Promise<Answer<T>> {
    return this.isOver ? Promise.resolve(NO_SESSION) : this.outbox.put(() => run(this.session));
  }

  /** Watches, statuses and station; then waits until messages are read, for the Dialer log-in is answered by some. */
  async prepare(): Promise<Setup> {
    const { clock, seat, statuses, tell } = this.options;
    const setup = await prepareSession(this.session, seat.station);
    if (setup.kind === 'prepared') await this.untilReading();
    if (setup.kind === 'prepared' && !this.isOver) {
      this.watchesQueue = setup.watchesQueue;
      this.messages.watchesQueue = setup.watchesQueue;
      const { session, outbox } = this;
      this.status = new StatusDesk({
        clock,
        session,
        outbox,
        catalog: setup.catalog,
        names: statuses,
        tell,
        complain: this.complainOfStatus,
      });
      this.messages.status = this.status;
    }
    return setup;
  }

  /** One at a time: what is offered meanwhile is looked at afterwards, so no campaign is logged in to twice. */
  enlist(): Promise<Enlisting> {
    const { seat, complain } = this.options;
    const result = this.enlisting.then(async () => {
      await this.leaveUnwanted();
      return enlist(this.session, this.campaigns, this.outbox, seat.station, complain);
    });
    this.enlisting = result;
    return result;
  }

  /** Logs off from the campaigns that are wanted no more, them alone; granted by message, during a call after it. */
  async leaveUnwanted(): Promise<void> {
    const unwanted = this.campaigns.toLeave();
    if (unwanted.length === 0) return;
    this.campaigns.asksToLeave(unwanted);
    const answer = await this.put((session) => session.run(dialerLogOff(unwanted.map(({ id }) => id))));
    if (answer.kind === 'ok') return;
    this.campaigns.staysIn(unwanted);
    const names = unwanted.map(({ name }) => name).join(', ');
    this.options.complain('agent/campaign-not-left', `The log-off from ${names} was not accepted: ${codeOf(answer)}.`);
  }

  setAvailable(command: number): void {
    if (this.status) void this.status.setAvailable(command);
    else this.options.tell({ type: 'available.refused', command });
  }

  async setBreak(): Promise<void> {
    await this.status?.setBreak();
  }

  /** Not while an ACD interaction is live: its status is not ours (rule 12). */
  async setEnd(): Promise<void> {
    if (!this.messages.isAcdLive) await this.status?.setEnd();
  }

  /** Tells again what the queue knows of a call. */
  recall(interactionId: string): void {
    this.messages.recall(interactionId);
  }

  /** A call is in hand: Available must not be set over it. */
  callCame(): void {
    this.status?.callCame();
  }

  /** Whether a disposition that goes out now can only mean this call (rule 5). */
  async proofFor(call: OpenCall): Promise<ResendProof> {
    if (call.sent === 'never') {
      // Available in mid-call: Dialer has closed it and may have given the next, whose pop is read before anything is sent.
      if (this.status?.wasAvailableInCall) await this.resends.isCaughtUp();
      return 'certain';
    }
    // In a new session only the pop that came again leads here: Dialer asks for it.
    return this.resends.wasSent(call.pop.interactionId) ? this.resends.judge(call) : 'certain';
  }

  /** A disposition is being sent for this call: the status that follows is Dialer's. */
  dispositioning(interactionId: string): void {
    this.resends.sent(interactionId);
    this.status?.dispositioning();
  }

  private readonly complainOfStatus = (message: string): void =>
    this.options.complain('agent/status-not-offered', message);

  /** Bounded: a server that answers nothing on its channel is the channel's trouble, not the log-in's. */
  private async untilReading(): Promise<void> {
    const { clock } = this.options;
    let timer: unknown;
    const limit = new Promise<void>((resolve) => {
      timer = clock.setTimeout(resolve, READING_MS);
    });
    await Promise.race([this.reading, limit]);
    clock.clearTimeout(timer);
  }

  async close(): Promise<void> {
    this.isOver = true;
    this.isReading();
    this.status?.forgetWish();
    await this.session.close();
  }
}
