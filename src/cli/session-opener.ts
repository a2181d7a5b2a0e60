import type { Clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { Random } from '../base/random.js';
import type { Secret, WorkerConfig } from '../config/index.js';
import { askHosts, type RoundResult } from '../fleet/host-round.js';
import type { ServerAddress } from '../icws/address.js';
import { openSession } from '../icws/session-opening.js';
import { sharedStatusCatalogs } from '../icws/status-catalog.js';
import type { Transport } from '../icws/transport.js';

/** What sessions live on. */
export interface OpenerDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly transport: Transport;
  readonly address: ServerAddress;
  observe(request: { operation: string; status: number | 'error'; seconds: number }): void;
}

/** How a user of the roster gets a session: one round over the hosts, with his own password. */
export function sessionOpener(config: WorkerConfig, deps: OpenerDeps): (user: string) => Promise<RoundResult> {
  const { server } = config;
  const { address, log } = deps;
  const passwordOf = passwordsIn(config);
  const named = new Set<string>();
  const warned = new Set<string>();
  const sessionDeps = {
    transport: deps.transport,
    clock: deps.clock,
    random: deps.random('icws/jitter'),
    statusCatalogs: sharedStatusCatalogs(),
    observe: ({ operation, status, durationMs }: { operation: string; status: number | 'error'; durationMs: number }) =>
      deps.observe({ operation, status, seconds: durationMs / 1_000 }),
  };
  return (user) =>
    askHosts({
      hosts: address.hosts,
      named,
      open: (host) =>
        openSession(
          { ...sessionDeps, log: log.child({ agent: user }) },
          {
            address,
            host,
            credentials: { user, password: passwordOf(user)?.reveal() ?? '' },
            applicationName: server.applicationName,
            language: server.language,
            messaging: server.messaging,
          },
        ),
      onRefusedHosts: (hosts) => {
        for (const host of hosts) {
          if (warned.has(host)) continue;
          warned.add(host);
          log.warn({ host }, 'the server named a host that is not allowed; --allow-host would allow it');
        }
      },
    });
}

/**
 * Finds passwords by user, and follows when a reload replaces the roster. Who is no longer in it may still have to come
 * back for an open call, so nobody's password is forgotten.
 */
function passwordsIn(config: Pick<WorkerConfig, 'agents'>): (user: string) => Secret | undefined {
  let roster: WorkerConfig['agents'] = [];
  const passwords = new Map<string, Secret>();
  return (user) => {
    if (config.agents !== roster) {
      roster = config.agents;
      for (const seat of roster) passwords.set(seat.user.toLowerCase(), seat.password);
    }
    return passwords.get(user.toLowerCase());
  };
}
