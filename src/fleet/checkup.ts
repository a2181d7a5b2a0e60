import type { Clock } from '../base/clock.js';
import type { ServerAddress } from '../icws/address.js';
import { checkCampaigns, checkLicence, checkLogOff } from './checkup-dialer.js';
import { Ears } from './checkup-ears.js';
import { checkHosts, checkReach, type HostProbes } from './checkup-hosts.js';
import {
  checkFree,
  checkGrant,
  checkMessages,
  checkStation,
  checkStatuses,
  type Examined,
  whyNoSession,
} from './checkup-session.js';
import type { Findings } from './finding.js';
import type { RoundResult } from './host-round.js';
import type { Seat } from './seat.js';
import type { StatusNames } from './status-desk.js';

export interface CheckupOptions extends HostProbes {
  readonly clock: Clock;
  readonly address: ServerAddress;
  readonly messaging: 'auto' | 'stream' | 'poll';
  /** The embedded simulator, which is more patient than a real server. */
  readonly isSimulated: boolean;
  readonly seat: Pick<Seat, 'user' | 'station' | 'campaigns'>;
  readonly statuses: StatusNames;
  readonly findings: Findings;
  /** Logs in once, in one round over the hosts. `refusedHosts` are told to it, not asked. */
  openSession(refusedHosts: string[]): Promise<RoundResult>;
  /** Resolves with the reason when the check-up is to end early; it still logs off what it logged in. */
  readonly stop: Promise<string>;
}

/**
 * Looks whether an agent could work, as far as can be seen without taking a call: never says ready-for-calls, never sets
 * a status. Whatever happens, what was logged in is logged off again. Everything it learns is a finding; it never throws.
 */
export async function checkUp(options: CheckupOptions): Promise<void> {
  const { findings, stop } = options;
  const visit = new Visit(options);
  let why = '';
  const stopped = stop.then((reason) => {
    why = reason;
    return false;
  });
  for (const step of visit.steps) {
    if (why !== '' || !(await Promise.race([step(), stopped]))) break;
  }
  await visit.leave();
  findings.close(why === '' ? 'not reached: see above' : why, why === '');
}

/** One check-up, step by step; a step tells whether the next one makes sense. */
class Visit {
  readonly steps: readonly (() => Promise<boolean>)[];
  private readonly options: CheckupOptions;
  private opening: Promise<RoundResult> | undefined;
  private examined: Examined | undefined;
  private isInDialer = false;

  constructor(options: CheckupOptions) {
    this.options = options;
    this.steps = [
      () => checkHosts({ ...options, now: options.clock.now() }),
      () => this.logIn(),
      () => this.lookAround(),
      () => this.sitDown(),
      () => this.enterDialer(),
    ];
  }

  private async logIn(): Promise<boolean> {
    const { clock, findings, seat, openSession, address } = this.options;
    const refusedHosts: string[] = [];
    this.opening = openSession(refusedHosts);
    const result = await this.opening;
    if (result.kind !== 'opened') {
      findings.add('log-in', 'problem', `${seat.user}: ${result.error.message}`, whyNoSession(result.error));
      return false;
    }
    const { session } = result;
    this.examined = { session, ears: new Ears(clock), findings };
    findings.add('log-in', 'ok', `${seat.user} at ${session.host}`);
    checkGrant(this.examined);
    for (const host of refusedHosts) {
      const remedy = `If it is yours: --allow-host ${host}. Without, a switchover to it is not followed.`;
      findings.add('alternates', 'warning', `the server names ${host}, which is not allowed`, remedy);
    }
    const others = session.alternates.filter((host) => host !== session.host && !address.hosts.includes(host));
    for (const host of others.slice(0, 4)) {
      const isReached = await checkReach(host, 'warning', { ...this.options, now: clock.now() });
      findings.add('alternates', isReached ? 'ok' : 'warning', `${host} ${isReached ? 'is' : 'is not'} reached`);
    }
    if (refusedHosts.length + others.length === 0) {
      findings.add('alternates', 'ok', 'the server names none beside those configured');
    }
    return true;
  }

  private async lookAround(): Promise<boolean> {
    if (!this.examined) return false;
    await checkMessages(this.examined);
    return checkFree(this.examined);
  }

  private async sitDown(): Promise<boolean> {
    const { seat, statuses, isSimulated } = this.options;
    if (!this.examined) return false;
    await checkStation(this.examined, seat.station, isSimulated);
    await checkStatuses(this.examined, statuses);
    return true;
  }

  private async enterDialer(): Promise<boolean> {
    if (!this.examined) return false;
    // Known before it is answered: where the answer is lost, the log-in may have arrived.
    this.isInDialer = true;
    this.isInDialer = await checkLicence(this.examined);
    if (this.isInDialer) await checkCampaigns(this.examined, this.options.seat.campaigns);
    return this.isInDialer;
  }

  /** Logs off what was logged in, a log-in that is still on its way included. */
  async leave(): Promise<void> {
    if (this.examined && this.isInDialer) await checkLogOff(this.examined);
    const opened = await this.opening;
    if (opened?.kind === 'opened') await opened.session.close();
  }
}
