import type { StatusMessage, UserStatus, UserStatusUntil } from '../wire/index.js';
import { deliverAll } from './delivery.js';
import { compactTime } from './icws-time.js';
import type { User, World } from './world.js';

/** What may come with a new status (reference §3). */
export interface StatusDetails {
  readonly notes?: string | undefined;
  readonly forwardNumber?: string | undefined;
  readonly until?: UserStatusUntil | null | undefined;
}

/** The whole status of a user (reference §3). */
export function userStatus(user: User): UserStatus {
  return {
    userId: user.id,
    statusId: user.status.statusId,
    statusChanged: compactTime(user.statusChangedMs),
    notes: user.notes,
    ...(user.forwardNumber === '' ? {} : { forwardNumber: user.forwardNumber }),
    until: user.until,
    onPhone: user.onPhone,
    onPhoneChanged: compactTime(user.onPhoneChangedMs),
    stations: user.station ? [user.station.id] : [],
    icServers: ['ICSERVER1'],
    loggedIn: user.sessions.size > 0,
  };
}

/**
 * Gives the user a status and tells the watchers. Rules that follow from it (breaks, ambiguous calls) are the caller's:
 * see status-rules.ts.
 */
export function assignStatus(
  world: World,
  user: User,
  status: StatusMessage,
  setBy: 'person' | 'dialer',
  details: StatusDetails = {},
): void {
  world.timers.cancel(user.followUpTimer);
  user.followUpTimer = null;
  user.status = status;
  user.statusIsDialers = setBy === 'dialer';
  user.statusChangedMs = world.clock.now();
  user.notes = details.notes ?? '';
  user.forwardNumber = details.forwardNumber ?? '';
  user.until = details.until ?? null;
  world.ledger.statusChanges += 1;
  publish(world, user, {
    statusId: status.statusId,
    statusChanged: compactTime(user.statusChangedMs),
    notes: user.notes,
    until: user.until,
    onPhone: user.onPhone,
    onPhoneChanged: compactTime(user.onPhoneChangedMs),
  });
}

/** Notes whether the user is on the phone, without telling anybody yet. Returns whether that is new. */
export function notePhone(world: World, user: User): boolean {
  let onPhone = false;
  for (const interaction of user.interactions.values()) {
    if (interaction.state === 'C' || interaction.state === 'H') onPhone = true;
  }
  if (onPhone === user.onPhone) return false;
  user.onPhone = onPhone;
  user.onPhoneChangedMs = world.clock.now();
  return true;
}

/** Tells the watchers whether the user is on the phone. */
export function publishPhone(world: World, user: User): void {
  publish(world, user, { onPhone: user.onPhone, onPhoneChanged: compactTime(user.onPhoneChangedMs) });
}

/** Tells the watchers that the user's sessions or station changed. */
export function publishPresence(world: World, user: User): void {
  const { loggedIn = false, stations = [] } = userStatus(user);
  publish(world, user, { loggedIn, stations });
}

function publish(world: World, user: User, changed: Partial<UserStatus>): void {
  if (user.statusWatchers.size === 0) return;
  deliverAll(world, user.statusWatchers, {
    __type: 'urn:inin.com:status:userStatusMessage',
    isDelta: true,
    userStatusList: [{ userId: user.id, statusId: user.status.statusId, ...changed }],
  });
}
