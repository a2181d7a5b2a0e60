import type { Log, LogFields } from '../../src/base/log.js';
import { createServerAddress, type ServerAddressOptions } from '../../src/icws/address.js';
import type { RequestObservation, SessionDeps } from '../../src/icws/observation.js';
import type { Session, SessionListener } from '../../src/icws/session.js';
import { type Opening, openSession, type SessionOptions } from '../../src/icws/session-opening.js';
import type { Transport } from '../../src/icws/transport.js';
import { createUndiciTransport } from '../../src/icws/undici-transport.js';
import type { IcwsMessage, UnknownMessage } from '../../src/wire/index.js';
import { FakeClock } from '../support/fake-clock.js';

export const PASSWORD = 'pa55word-hunter2';

/** A client on a real transport with a clock that stands still, and all that it says. */
export class Desk {
  readonly clock = new FakeClock();
  readonly observations: RequestObservation[] = [];
  readonly logged: { fields: LogFields; text: string }[] = [];
  readonly transport: Transport;
  private readonly sessions: Session[] = [];

  /** `wrap` may put trouble between the client and the real transport. */
  constructor(wrap: (real: Transport) => Transport = (real) => real) {
    this.transport = wrap(createUndiciTransport({ clock: this.clock }));
  }

  get deps(): SessionDeps {
    const line = (fields: LogFields, text: string): void => {
      this.logged.push({ fields, text });
    };
    const log: Log = { debug: line, info: line, warn: line, error: line, child: () => log };
    return {
      transport: this.transport,
      clock: this.clock,
      random: () => 1,
      observe: (observation) => this.observations.push(observation),
      log,
    };
  }

  /** One log-in as `user`, whose name tells the server what trouble to make. */
  async open(
    url: string,
    user: string,
    more: Partial<SessionOptions> & Partial<ServerAddressOptions> = {},
  ): Promise<Opening> {
    const { host, alternates, allowHosts, ...options } = more;
    const opening = await openSession(this.deps, {
      address: createServerAddress({ url, host: url.includes('{host}') ? host : undefined, alternates, allowHosts }),
      host,
      credentials: { user, password: PASSWORD },
      applicationName: 'test',
      language: 'en-us',
      messaging: 'auto',
      ...options,
    });
    if (opening.kind === 'opened') this.sessions.push(opening.session);
    return opening;
  }

  async opened(url: string, user: string, more: Parameters<Desk['open']>[2] = {}): Promise<Session> {
    const opening = await this.open(url, user, more);
    if (opening.kind !== 'opened') throw new Error(`not opened: ${opening.kind} ${opening.error.message}`);
    return opening.session;
  }

  /** All that was logged and observed, as text. */
  get said(): string {
    return JSON.stringify([this.logged, this.observations]);
  }

  async leave(): Promise<void> {
    await Promise.all(this.sessions.map((session) => session.close()));
    await this.transport.close();
  }
}

/** A listener that remembers, in one list, all that it is told. */
export class Ears implements SessionListener {
  readonly messages: (IcwsMessage | UnknownMessage)[] = [];
  readonly told: string[] = [];

  onMessage(message: IcwsMessage | UnknownMessage): void {
    this.messages.push(message);
    this.told.push(`message ${message.__type.split(':').at(-1)}`);
  }

  onLost(reason: string): void {
    this.told.push(`lost ${reason}`);
  }

  onChannel(event: string): void {
    this.told.push(event);
  }

  onMalformed(): void {
    this.told.push('malformed');
  }

  count(text: string): number {
    return this.told.filter((told) => told === text).length;
  }
}
