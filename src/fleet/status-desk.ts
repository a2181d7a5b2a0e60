import type { AgentEvent, SeenStatus } from '../agent/events.js';
import type { Clock } from '../base/clock.js';
import type { Answer } from '../icws/answer.js';
import { getStatus, setStatus } from '../icws/commands.js';
import type { Session } from '../icws/session.js';
import type { StatusCatalog } from '../icws/status-catalog.js';
import type {
  AsyncOperationAccepted,
  AsyncOperationCompletedMessage,
  StatusMessage,
  UserStatus,
} from '../wire/index.js';
import type { Outbox } from './outbox.js';
import { StatusMeanings } from './status-meanings.js';

/** The names of the statuses that the configuration wants; resolved against the server's list. */
export interface StatusNames {
  readonly available: string;
  readonly break: string;
  readonly end: string;
}

/** How long a completion may take before we look for ourselves (rule 2). */
const CONFIRM_MS = 5_000;
/** So long after a disposition is it certain that no call is on its way. */
const FREE_MS = 1_000;
/** How often, and after which pause, we look again while Dialer has a call for us whose pop is not here yet. */
const LOOKS = 5;
/** How often a channel that breaks while it is read to the end is waited for. */
const READS = 3;
/** Follow Up is more often left over than the sign of a call. */
const LOOKS_AFTER_CALL = 2;
const LOOK_AGAIN_MS = 2_000;
/** Completions may overtake the 202 they belong to; so many are kept (reference §2.4). */
const MOST_EARLY = 50;

interface Wish {
  readonly command: number;
  requestId: string | undefined;
  timer: unknown;
  /** Dialer had no call for us when it was made. */
  readonly wasFree: boolean;
}

/**
 * The status of one agent in one session: sets it, learns when it is in force, and tells whose doing a change is
 * (design §4.1 rules 1 and 2).
 */
export class StatusDesk {
  private readonly clock: Clock;
  private readonly session: Session;
  private readonly outbox: Outbox;
  private readonly catalog: StatusCatalog;
  private readonly names: StatusNames;
  private readonly means: StatusMeanings;
  /** The id of Available, as it is sent and as it is compared. */
  private readonly available: string;
  private readonly availableId: string;
  private readonly tell: (event: AgentEvent) => void;
  private readonly complain: (message: string) => void;
  private readonly early = new Map<string, boolean>();
  private current: string | null = null;
  /** The last two that we asked for: the echo of one may come after the next was sent. */
  private asked: readonly string[] = [];
  private wish: Wish | null = null;
  /** From a disposition until Available is in force again, an unknown status is Dialer's: the campaign's follow-up. */
  private afterCall = false;
  /** The last call is dispositioned and Available was not set since: Dialer has no call for us. */
  private isFree = false;
  private freeSince = 0;
  /** What the statuses told since the last pop: nothing yet, of a call, then of Available before its disposition. */
  private inCall: 'before' | 'told' | 'available' = 'before';
  /** Available was in force by our doing in this session. */
  private wasConfirmed = false;

  constructor(options: {
    clock: Clock;
    session: Session;
    outbox: Outbox;
    catalog: StatusCatalog;
    names: StatusNames;
    tell: (event: AgentEvent) => void;
    /** Called once for each thing that a person should mend. */
    complain: (message: string) => void;
  }) {
    this.clock = options.clock;
    this.session = options.session;
    this.outbox = options.outbox;
    this.catalog = options.catalog;
    this.names = options.names;
    this.available = this.catalog.resolve(this.names.available)?.statusId ?? this.names.available;
    this.availableId = this.available.toLowerCase();
    this.means = new StatusMeanings(this.catalog, this.availableId);
    this.tell = options.tell;
    this.complain = options.complain;
  }

  /** Sets Available; the answer is `available.confirmed` or `available.refused` with this command's number. */
  async setAvailable(command: number): Promise<void> {
    this.forgetWish();
    const wish: Wish = { command, requestId: undefined, timer: undefined, wasFree: this.isFree };
    this.wish = wish;
    // Only right after our own disposition is it certain that no call is on its way to us.
    if (this.isFree && this.clock.monotonic() - this.freeSince < FREE_MS) await this.putAvailable(wish);
    else await this.putUnlessOnCall(wish, LOOKS, READS);
  }

  /**
   * Available over a call whose pop has not reached us yet would make Dialer record that call as Ambiguous (reference
   * §6.2): looks first, and gives a pop the time to arrive. The call may even be over: then the status is Follow Up.
   */
  private async putUnlessOnCall(wish: Wish, looks: number, reads: number): Promise<void> {
    const answer = await this.outbox.put(() => this.session.run(getStatus(this.session.userId)));
    if (this.wish !== wish) return;
    const id = answer.kind === 'ok' ? answer.body?.statusId.toLowerCase() : undefined;
    const isLookedAtAgain =
      id !== undefined &&
      (this.means.isDialerCall(id) ? looks > 0 : this.means.isAfterCall(id) && looks > LOOKS - LOOKS_AFTER_CALL);
    const again = (more: number, tries: number): void => {
      wish.timer = this.clock.setTimeout(() => void this.putUnlessOnCall(wish, more, tries), LOOK_AGAIN_MS);
    };
    if (isLookedAtAgain) {
      again(looks - 1, reads);
      return;
    }
    // Its pop may still be unread, where a poll hangs or a stream stalls: it is lost only if all that came was read.
    if (id !== undefined && this.means.isDialerCall(id) && reads > 0 && !(await this.session.caughtUp())) {
      if (this.wish === wish) again(0, reads - 1);
      return;
    }
    if (this.wish !== wish) return;
    const isAvailable = id === this.availableId;
    if (isAvailable && this.wasConfirmed) {
      // What we set before in this session is still in force: nothing is to be set.
      this.confirm(wish);
    } else if (isAvailable && looks === LOOKS) {
      // Available from before we came: ready-for-calls alone may have brought a call, whose pop is on its way.
      again(looks - 1, reads);
    } else {
      await this.putAvailable(wish);
    }
  }

  private async putAvailable(wish: Wish): Promise<void> {
    this.isFree = false;
    const answer = await this.put(this.available);
    if (this.wish !== wish) return;
    if (answer.kind === 'refused' || (answer.kind === 'lost' && !answer.sent)) {
      this.refuseAsIfNeverSent(wish);
      return;
    }
    const requestId = answer.kind === 'ok' ? answer.body?.requestId : undefined;
    if (requestId !== undefined) {
      const early = this.early.get(requestId);
      if (early !== undefined) {
        if (early) this.confirm(wish);
        else this.refuseAsIfNeverSent(wish);
        return;
      }
      wish.requestId = requestId;
    }
    wish.timer = this.clock.setTimeout(() => void this.look(wish), CONFIRM_MS);
  }

  /** Sets the break status; whether it works shows in the status messages. Nothing where the server has none to choose. */
  async setBreak(): Promise<void> {
    this.forgetWish();
    const statusId = this.named('break') ?? this.catalog.all().find((status) => this.isAway(status))?.statusId;
    if (statusId !== undefined) await this.put(statusId);
  }

  /** Sets the end status, where the server has it to choose. */
  async setEnd(): Promise<void> {
    this.forgetWish();
    const statusId = this.named('end');
    if (statusId !== undefined) await this.put(statusId);
  }

  /** The configured status, where the server lists it and the user may choose it; where it lists none, as written. */
  private named(role: 'break' | 'end'): string | undefined {
    if (this.catalog.all().length === 0) return this.names[role];
    const status = this.catalog.resolve(this.names[role]);
    if (status && this.catalog.isSelectable(status.statusId) !== false) return status.statusId;
    this.complain(`The server has no ${role} status "${this.names[role]}" for this user to choose.`);
    return undefined;
  }

  /** A status that a person on a break would choose. */
  private isAway({ statusId, isAcdStatus, isAfterCallWorkStatus }: StatusMessage): boolean {
    return this.catalog.isSelectable(statusId) === true && isAcdStatus === false && isAfterCallWorkStatus !== true;
  }

  /** What the server says of this user's status as to Dialer; undefined where no answer came. */
  async ask(): Promise<'dialer-call' | 'acd' | 'other' | undefined> {
    const answer = await this.outbox.put(() => this.session.run(getStatus(this.session.userId)));
    if (answer.kind === 'lost') return undefined;
    const id = answer.kind === 'ok' ? answer.body?.statusId.toLowerCase() : undefined;
    if (id === undefined) return 'other';
    if (this.means.isDialerCall(id)) return 'dialer-call';
    return this.means.isAcd(id) && !this.means.isAfterCall(id) ? 'acd' : 'other';
  }

  /** A call is in hand. */
  callCame(): void {
    this.forgetWish();
    // Whether the status or the pop comes first is not promised.
    this.inCall = this.current !== null && this.means.isDialerCall(this.current) ? 'told' : 'before';
  }

  /** In a server that tells of calls by the status, the agent was available again before anything was sent for the call. */
  get wasAvailableInCall(): boolean {
    return this.inCall === 'available';
  }

  /** The server told by the status that Dialer gave this call. */
  get tellsOfCalls(): boolean {
    return this.inCall !== 'before';
  }

  /** A disposition is being sent. */
  dispositioning(): void {
    this.afterCall = true;
    this.isFree = true;
    this.freeSince = this.clock.monotonic();
  }

  /** A call is in hand, or the session is over: nobody waits for Available any more, and it must not be set. */
  forgetWish(): void {
    if (this.wish) this.clock.clearTimeout(this.wish.timer);
    this.wish = null;
  }

  completed(message: AsyncOperationCompletedMessage): void {
    const accepted = !message.error;
    if (this.wish?.requestId === message.requestId) {
      if (accepted) this.confirm(this.wish);
      else this.refuseAsIfNeverSent(this.wish);
      return;
    }
    this.early.set(message.requestId, accepted);
    const oldest = this.early.keys().next();
    if (this.early.size > MOST_EARLY && !oldest.done) this.early.delete(oldest.value);
  }

  /** A status was reported, for our user. */
  seen(statusId: string): void {
    const id = statusId.toLowerCase();
    const first = this.current === null;
    const changed = this.current !== id;
    this.current = id;
    if (this.wish && id === this.availableId) this.confirm(this.wish);
    if (!changed) return;
    if (this.means.isDialerCall(id)) this.inCall = 'told';
    else if (this.inCall === 'told' && !this.isFree && this.means.isAcd(id)) this.inCall = 'available';
    const status = this.classify(id, first);
    if (status) this.tell({ type: 'status.seen', status });
  }

  private classify(id: string, first: boolean): SeenStatus | null {
    if (this.asked.includes(id) && id !== this.availableId) return 'ours';
    const known = this.means.meaningOf(id);
    if (known !== 'other') return known;
    if (this.afterCall) {
      this.means.learnFollowUp(id);
      return 'follow-up';
    }
    // What was set before we came is nobody's act against us; what no person can choose is no person's.
    if (first || this.asked.length === 0 || this.catalog.isSelectable(id) === false) return null;
    return 'person';
  }

  private put(statusId: string): Promise<Answer<AsyncOperationAccepted>> {
    return this.outbox.put(() => {
      this.asked = [statusId.toLowerCase(), ...this.asked.slice(0, 1)];
      return this.session.run(setStatus(this.session.userId, statusId));
    });
  }

  /** No word came: the completion may have been lost with a poll. */
  private async look(wish: Wish): Promise<void> {
    const answer: Answer<UserStatus> = await this.outbox.put(() => this.session.run(getStatus(this.session.userId)));
    if (this.wish !== wish) return;
    const id = answer.kind === 'ok' ? answer.body?.statusId : undefined;
    if (id === undefined) {
      // Not even that was answered: setting it again blindly could hit a call that came with it.
      wish.timer = this.clock.setTimeout(() => void this.look(wish), CONFIRM_MS);
      return;
    }
    this.seen(id);
    if (this.wish !== wish) return;
    // Available came into force and brought a call with it; its pop is on the way.
    if (this.means.isDialerCall(id.toLowerCase())) this.confirm(wish);
    else this.refuse(wish);
  }

  private confirm(wish: Wish): void {
    this.forgetWish();
    this.afterCall = false;
    this.asked = this.asked.slice(0, 1);
    this.wasConfirmed = true;
    this.tell({ type: 'available.confirmed', command: wish.command });
  }

  /** A definite no: nothing has changed, and the next try is as safe as this one was. */
  private refuseAsIfNeverSent(wish: Wish): void {
    this.isFree = wish.wasFree;
    this.refuse(wish);
  }

  private refuse(wish: Wish): void {
    this.forgetWish();
    this.tell({ type: 'available.refused', command: wish.command });
  }
}
