import type { Clock } from '../base/clock.js';
import { createCampaignList } from '../icws/campaign-list.js';
import type { ChannelEvent, LostReason, SessionListener } from '../icws/session.js';
import type { AvailableCampaignsMessage, IcwsMessage, UnknownMessage } from '../wire/index.js';

const DIALER = 'urn:inin.com:dialer:';

/** What is heard on a session while it is examined. Nothing of it is acted upon. */
export class Ears implements SessionListener {
  readonly campaigns = createCampaignList();
  readonly heard = new Set<string>();
  channel: 'stream' | 'polling' | null = null;
  fellBack = false;
  lost: LostReason | null = null;
  private readonly clock: Clock;
  private readonly waiters = new Set<() => void>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Dialer told its campaigns. */
  get knowsCampaigns(): boolean {
    return this.heard.has(`${DIALER}availableCampaignsMessage`);
  }

  get wasLoggedOff(): boolean {
    return this.heard.has(`${DIALER}logoutGrantedMessage`);
  }

  /** Dialer handed a call over, though nobody said ready-for-calls. */
  get wasGivenACall(): boolean {
    return this.heard.has(`${DIALER}dataPopMessage`);
  }

  onMessage(message: IcwsMessage | UnknownMessage): void {
    if (message.__type === `${DIALER}availableCampaignsMessage`) {
      this.campaigns.apply(message as AvailableCampaignsMessage);
    }
    this.heard.add(message.__type);
    this.wake();
  }

  onChannel(event: ChannelEvent): void {
    if (event === 'stream-opened') this.channel = 'stream';
    if (event === 'polling') this.channel = 'polling';
    if (event === 'fell-back-to-polling') this.fellBack = true;
    this.wake();
  }

  onLost(reason: LostReason): void {
    this.lost = reason;
    this.wake();
  }

  /** Waits until something is so, or the session is lost, or the time is up; tells whether it is so. */
  async until(holds: () => boolean, ms: number): Promise<boolean> {
    const { clock, waiters } = this;
    if (holds()) return true;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clock.clearTimeout(timer);
        waiters.delete(look);
        resolve();
      };
      const look = (): void => {
        if (holds() || this.lost) done();
      };
      const timer = clock.setTimeout(done, ms);
      waiters.add(look);
      look();
    });
    return holds();
  }

  private wake(): void {
    for (const look of [...this.waiters]) look();
  }
}
