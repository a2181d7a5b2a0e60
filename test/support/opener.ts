import type { Clock } from '../../src/base/clock.js';
import type { Random } from '../../src/base/random.js';
import { askHosts, type RoundResult } from '../../src/fleet/host-round.js';
import { createServerAddress } from '../../src/icws/address.js';
import type { MessagingMode } from '../../src/icws/message-channel.js';
import { openSession } from '../../src/icws/session-opening.js';
import type { Transport } from '../../src/icws/transport.js';

/** Opens sessions of any user: one round over the hosts, as `run` does it; each session draws its jitter anew. */
export function opener(parts: {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly url: string;
  readonly alternates?: readonly string[] | undefined;
  readonly applicationName: string;
  /** The same for all; a function is asked at each log-in. */
  readonly password: string | ((user: string) => string);
  readonly messaging: MessagingMode | undefined;
}): (user: string) => Promise<RoundResult> {
  const { transport, clock, random, url, alternates = [], applicationName, password, messaging = 'stream' } = parts;
  const address = createServerAddress({ url, alternates });
  return (user) =>
    askHosts({
      hosts: address.hosts,
      named: new Set(),
      onRefusedHosts: () => {},
      open: (host) =>
        openSession(
          { transport, clock, random: random('jitter'), observe: () => {} },
          {
            address,
            host,
            credentials: { user, password: typeof password === 'string' ? password : password(user) },
            applicationName,
            language: 'en-us',
            messaging,
          },
        ),
    });
}
