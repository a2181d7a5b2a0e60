import { hangUpAll } from './calls.js';
import { deliver } from './delivery.js';
import { agentOf, departFromAgent, returnToAgent } from './dialer-sessions.js';
import { publishPresence } from './presence.js';
import { stopQueueWatch } from './queue-watch.js';
import { leaveStation } from './stations.js';
import type { Session, User, World } from './world.js';

/** Sessions that are over are remembered up to this number. */
const MOST_FORMER = 10_000;

export interface NewSession {
  readonly user: User;
  readonly applicationName: string;
  readonly language: string;
  readonly wantsEffectiveStation: boolean;
}

/** Opens an ICWS session. */
export function openSession(world: World, parts: NewSession): Session {
  const { user, applicationName } = parts;
  const number = world.nextNumber('session');
  const draw = world.random(`session/${number}`);
  const word = (): string =>
    Math.floor(draw() * 2 ** 32)
      .toString(16)
      .padStart(8, '0')
      .toUpperCase();
  const long = `${word()}${word()}${word()}${word()}`;
  const guid = `${long.slice(0, 8)}-${long.slice(8, 12)}-${long.slice(12, 16)}-${long.slice(16, 20)}-${long.slice(20)}`;
  const session: Session = {
    id: String(400_000_000 + number * 1_000 + Math.floor(draw() * 1_000)),
    token: Buffer.from(`${user.id}|${word()}${word()}${word()}`).toString('base64'),
    cookie: `${guid}|languageId=${parts.language}`,
    user,
    agent: agentOf(world, user, applicationName),
    language: parts.language,
    wantsEffectiveStation: parts.wantsEffectiveStation,
    lastReadMs: world.clock.monotonic(),
    unread: [],
    held: null,
    sink: null,
    isSilenced: false,
    watchesStation: false,
    watchesStatusMessages: false,
    alertAttributes: null,
    watchedUsers: new Set(),
    queueWatches: new Map(),
    watchedInteractions: new Set(),
    authToken: null,
  };
  world.sessions.set(session.id, session);
  world.unwatched.add(session);
  user.sessions.add(session);
  returnToAgent(world, session.agent, session);
  world.ledger.sessions.opened += 1;
  if (user.sessions.size === 1) publishPresence(world, user);
  return session;
}

/**
 * Ends a session: deleted by its client, broken (unread for too long, or expired on purpose), or vanished, which is broken
 * without a word to the client.
 */
export function closeSession(
  world: World,
  session: Session,
  end: 'deleted' | 'broken' | 'vanished',
  reason: string,
): void {
  const how = end === 'deleted' ? 'deleted' : 'broken';
  if (!world.sessions.delete(session.id)) return;
  world.unwatched.delete(session);
  world.ledger.sessions[how === 'deleted' ? 'closed' : 'expired'] += 1;
  remember(world, session, { reason, shouldReconnect: how === 'broken' });
  endSubscriptions(session);
  const { user } = session;
  user.sessions.delete(session);
  departFromAgent(world, session.agent, session, how);
  if (user.sessions.size === 0) leaveTelephone(world, user, how);
  if (end === 'broken') {
    deliver(world, session, {
      __type: 'urn:inin.com:connection:connectionStateChangeMessage',
      isDelta: false,
      previousConnectionState: 1,
      newConnectionState: 2,
      reason,
      shouldReconnect: true,
    });
  }
  const { sink } = session;
  session.sink = null;
  sink?.close();
  world.ledger.changed();
}

/** The last session of a user is gone: so is his station, unless it was to stay; a broken call goes on for a while. */
function leaveTelephone(world: World, user: User, how: 'deleted' | 'broken'): void {
  if (user.station?.settings.stationConnectionMode !== 1) leaveStation(world, user);
  if (how === 'deleted') hangUpAll(world, user);
  publishPresence(world, user);
}

function endSubscriptions(session: Session): void {
  for (const user of session.watchedUsers) user.statusWatchers.delete(session);
  for (const id of [...session.queueWatches.keys()]) stopQueueWatch(session, id);
  for (const interaction of session.watchedInteractions) interaction.watchers.delete(session);
}

function remember(world: World, session: Session, end: { reason: string; shouldReconnect: boolean }): void {
  world.former.set(session.id, { token: session.token, cookie: session.cookie, ...end });
  const oldest = world.former.size > MOST_FORMER ? world.former.keys().next().value : undefined;
  if (oldest !== undefined) world.former.delete(oldest);
}

/** Ends the sessions whose messages nobody has read for the world's session time-out, and looks again later. */
export function watchUnreadSessions(world: World): void {
  const { sessionTimeout } = world.config;
  const look = (): void => {
    const limit = world.clock.monotonic() - sessionTimeout;
    for (const session of world.unwatched) {
      if (session.lastReadMs > limit) break;
      closeSession(world, session, 'broken', 'The messages of the session were not read.');
    }
    world.timers.after(Math.max(250, sessionTimeout / 8), look);
  };
  world.timers.after(Math.max(250, sessionTimeout / 8), look);
}
