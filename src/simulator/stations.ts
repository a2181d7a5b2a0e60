import type { StationInformation, StationSettings } from '../wire/index.js';
import { Refusal } from './answer.js';
import { deliver } from './delivery.js';
import { publishPresence } from './presence.js';
import { refreshUser } from './readiness.js';
import type { Station, User, World } from './world.js';

const KINDS = {
  'urn:inin.com:connection:workstationSettings': 1,
  'urn:inin.com:connection:remoteWorkstationSettings': 2,
  'urn:inin.com:connection:remoteNumberSettings': 3,
  'urn:inin.com:connection:stationlessSettings': 0,
} as const;

/** A user's station as GET station and the messages tell it; the first four members of nothing without one. */
export function stationInformation(station: Station | null): StationInformation {
  if (!station) return { id: '', extension: '', stationSetting: 0 };
  const { settings } = station;
  return {
    id: station.id,
    extension: station.extension,
    stationSetting: KINDS[settings.__type],
    canBeDialed: true,
    ringAlways: false,
    allowedMediaTypes: [...station.mediaTypes],
    ...('remoteNumber' in settings && settings.remoteNumber ? { remoteNumber: settings.remoteNumber } : {}),
  };
}

/** Logs the user in to a station (reference §1.5); a station that somebody else uses is refused. */
export function takeStation(world: World, user: User, settings: StationSettings): void {
  if (settings.__type === 'urn:inin.com:connection:stationlessSettings') {
    leaveStation(world, user);
    return;
  }
  const id = 'workstation' in settings ? settings.workstation : settings.remoteNumber;
  const holder = world.stations.get(id.toLowerCase());
  if (holder && holder !== user) {
    throw new Refusal(400, {
      errorId: 'error.request.connection.station.inUse',
      message: 'The station is in use by another user.',
    });
  }
  const station: Station = {
    id,
    extension: id.replaceAll(/\D/g, '').slice(-6) || id,
    settings,
    mediaTypes: settings.supportedMediaTypes ?? [1],
  };
  changeStation(world, user, station);
}

/** Logs the user out of his station. */
export function leaveStation(world: World, user: User): void {
  if (user.station) changeStation(world, user, null);
}

function changeStation(world: World, user: User, station: Station | null): void {
  const previous = user.station;
  if (previous) world.stations.delete(previous.id.toLowerCase());
  if (station) world.stations.set(station.id.toLowerCase(), user);
  user.station = station;
  for (const session of user.sessions) {
    if (session.watchesStation) {
      deliver(world, session, {
        __type: 'urn:inin.com:connection:stationConnectionStateChangeMessage',
        isDelta: false,
        ...(previous ? { previousStationInfo: stationInformation(previous) } : {}),
        newStationInfo: stationInformation(station),
      });
    }
    if (session.wantsEffectiveStation) {
      deliver(world, session, {
        __type: 'urn:inin.com:connection:effectiveStationChangeMessage',
        isDelta: false,
        effectiveStation: effectiveStation(user),
      });
    }
  }
  publishPresence(world, user);
  refreshUser(world, user);
}

/** The effective station of a user (reference §1.2). */
export function effectiveStation(user: User) {
  if (!user.station) return null;
  const { id } = user.station;
  return { stationId: { id, displayName: id, uri: `/configuration/stations/${encodeURIComponent(id)}` } };
}
