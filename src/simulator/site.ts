import { type Answer, refuse } from './answer.js';
import { closeSession } from './sessions.js';
import { notHere } from './traffic-faults.js';
import type { Site, World } from './world.js';

/** Which of the site's hosts a request was addressed to: the alternate by its name, the first by any other. */
function addressed({ hosts }: Site, host: string): string {
  return hosts.find((name) => name === host) ?? hosts[0] ?? '';
}

/**
 * What a host that does not serve at present answers: 503 and the name of the one that does to a log-in, 401 to a session,
 * for it knows none (reference §1.2, §1.7). Undefined where the host serves.
 */
export function awayAnswer(
  { site }: World,
  request: { readonly host: string; readonly operation: string; readonly sessionId: string | null },
): Answer | undefined {
  const isHere = site.active === null || site.active === addressed(site, request.host);
  if (request.operation === 'POST connection') {
    if (site.isClosed) return notHere([]);
    return isHere ? undefined : notHere(site.active === null ? [] : [site.active]);
  }
  if (isHere || request.sessionId === null) return undefined;
  return refuse(401, { errorCode: 1, message: 'A session id is needed for this request.' });
}

/** The host that a switchover leads to. Throws a RangeError where there is no second one. */
export function otherHost({ site }: World, wanted: string | undefined): string {
  const active = site.active ?? site.hosts[0];
  const other = wanted ?? site.hosts.find((name) => name !== active);
  if (other === undefined || !site.hosts.includes(other)) {
    throw new RangeError(
      wanted === undefined
        ? 'a switchover needs a second host: give the world an alternateHost'
        : `the simulator does not listen on "${wanted}"`,
    );
  }
  return other;
}

/** All sessions die, and from now on (once the site is open) `host` serves. */
export function switchTo(world: World, host: string, told: boolean): void {
  world.site.active = host;
  for (const session of [...world.sessions.values()]) {
    closeSession(world, session, told ? 'broken' : 'vanished', 'The server switches over.');
  }
}
