import type { Clock } from '../base/clock.js';
import { Attendance, type AttendanceOptions } from './attendance.js';
import type { CampaignWishes } from './campaign-wishes.js';
import type { RoundResult } from './host-round.js';
import type { Seat } from './seat.js';
import type { StatusNames } from './status-desk.js';

/** How long a log-in that nobody wants any more is waited for, so that its session can be ended. */
const OPENING_MS = 5_000;

/** What of an attendance's options does not change from session to session. */
export type AttendancePort = Omit<
  AttendanceOptions,
  'clock' | 'session' | 'seat' | 'wishes' | 'statuses' | 'campaignNames' | 'onLost'
> & {
  onLost(session: string, reason: Parameters<AttendanceOptions['onLost']>[0]): void;
};

interface SessionHolderOptions {
  readonly clock: Clock;
  /** As it is now: the next session goes by it. */
  readonly seat: () => Seat;
  readonly wishes: CampaignWishes;
  readonly statuses: StatusNames;
  readonly campaignNames: Map<string, string>;
  readonly port: AttendancePort;
  openSession(user: string): Promise<RoundResult>;
}

/** Holds the one session of an agent: opens it, gives it up, and lets none that nobody wants live on. */
export class SessionHolder {
  /** The present one. */
  current: Attendance | null = null;
  private readonly options: SessionHolderOptions;
  /** Counts log-ins, so that one that was given up meanwhile is known. */
  private turns = 0;
  private opening: Promise<unknown> = Promise.resolve();

  constructor(options: SessionHolderOptions) {
    this.options = options;
  }

  /** Logs in once. Null: given up meanwhile, and a session that opened all the same is logged out. */
  open(): Promise<RoundResult | null> {
    const opening = this.tryToOpen();
    this.opening = opening;
    return opening;
  }

  private async tryToOpen(): Promise<RoundResult | null> {
    const { clock, wishes, statuses, campaignNames, port, openSession } = this.options;
    const seat = this.options.seat();
    const turn = ++this.turns;
    const result = await openSession(seat.user);
    if (turn !== this.turns) {
      if (result.kind === 'opened') await result.session.close();
      return null;
    }
    if (result.kind === 'opened') {
      const { session } = result;
      const onLost: AttendanceOptions['onLost'] = (reason) => port.onLost(session.id, reason);
      this.current = new Attendance({ ...port, clock, session, seat, wishes, statuses, campaignNames, onLost });
    }
    return result;
  }

  /** Lets go of the session without logging it out: Dialer keeps a call for the next one. */
  abandon(): void {
    this.current?.session.abandon();
    void this.drop();
  }

  /** Lets go of the session, if there is one, and logs it out. */
  async drop(): Promise<void> {
    const old = this.current;
    this.turns++;
    this.current = null;
    await old?.close();
  }

  /** The same, and waits for a log-in that is on its way: it opens a session all the same. Returns the id of the session left. */
  async leave(): Promise<string | undefined> {
    const { clock } = this.options;
    const session = this.current?.session.id;
    await this.drop();
    let timer: unknown;
    const limit = new Promise<void>((resolve) => {
      timer = clock.setTimeout(resolve, OPENING_MS);
    });
    await Promise.race([this.opening, limit]);
    clock.clearTimeout(timer);
    return session;
  }
}
