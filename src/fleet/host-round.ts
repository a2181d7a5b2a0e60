import type { IcwsError } from '../icws/errors.js';
import type { Opening } from '../icws/session-opening.js';

/** How many hosts one round asks at most (reference §1.2: public clients use 5). */
const MOST_HOSTS = 5;

export interface RoundOptions {
  /** The configured host first, then its alternates. */
  readonly hosts: readonly string[];
  /** Hosts that servers named before: shared by the whole fleet, and added to. */
  readonly named: Set<string>;
  open(host: string): Promise<Opening>;
  /** A server named hosts that the allow-list forbids. */
  onRefusedHosts(hosts: readonly string[]): void;
}

/** How a round ended: no `elsewhere` is left over. */
export type RoundResult = Exclude<Opening, { kind: 'elsewhere' }>;

/**
 * Asks the configured host and then the others, each once, until one answers for good (reference §1.2): opened, or the
 * credentials refused. When all are exhausted the round has failed; waiting and starting over is the pacer's.
 */
export async function askHosts(options: RoundOptions): Promise<RoundResult> {
  const { named } = options;
  const tried = new Set<string>();
  const queue = [...options.hosts];
  let failure: IcwsError | undefined;
  for (let host = queue.shift(); host !== undefined && tried.size < MOST_HOSTS; host = next(queue, named, tried)) {
    if (tried.has(host)) continue;
    tried.add(host);
    const opening = await options.open(host);
    switch (opening.kind) {
      case 'opened':
        for (const alternate of opening.session.alternates) named.add(alternate);
        options.onRefusedHosts(opening.refusedHosts);
        return opening;
      case 'refused':
        return opening;
      case 'elsewhere':
        failure = opening.error;
        options.onRefusedHosts(opening.refusedHosts);
        for (const other of opening.hosts) named.add(other);
        queue.unshift(...opening.hosts);
        break;
      case 'failed':
        failure = opening.error;
        break;
    }
  }
  return { kind: 'failed', error: failure as IcwsError };
}

function next(queue: string[], named: Set<string>, tried: Set<string>): string | undefined {
  return queue.shift() ?? [...named].find((host) => !tried.has(host));
}
