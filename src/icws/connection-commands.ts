import type { LicenseOperationResult, Licenses, StationSettings } from '../wire/index.js';
import { ConnectionState, LicenseStatus, SupportedMediaType } from '../wire/index.js';
import type { Command } from './command.js';
import { asEnum, asObject, asText, objectsOf } from './loose.js';

/** Commands on the session itself: its state, its station, its licences (reference §1.4 to §1.6). */

/** What the session resource says; `state` is a wire ConnectionState, 0 when it said something unknown. */
export interface ConnectionReport {
  readonly state: number;
  readonly shouldReconnect: boolean | undefined;
}

/** The state of this session; a former one may still answer Down (reference §1.4). */
export function getConnectionState(): Command<ConnectionReport> {
  return {
    operation: 'connection-state',
    method: 'GET',
    path: '/connection',
    retry: 'always',
    read: (body) => {
      const object = asObject(body);
      if (!object) return undefined;
      const { shouldReconnect } = object;
      return {
        state: asEnum(ConnectionState, object.connectionState) ?? ConnectionState.None,
        shouldReconnect: typeof shouldReconnect === 'boolean' ? shouldReconnect : undefined,
      };
    },
  };
}

/** Ends the session and its station login; failures do not matter (reference §1.4). */
export function closeSession(): Command {
  return { operation: 'close-session', method: 'DELETE', path: '/connection', retry: 'never', timeoutMs: 5_000 };
}

/** The four forms of reference §1.5. */
export type Station =
  | { readonly kind: 'workstation'; readonly workstation: string }
  | { readonly kind: 'remote-workstation'; readonly workstation: string; readonly remoteNumber?: string }
  | { readonly kind: 'remote-number'; readonly remoteNumber: string; readonly persistent: boolean }
  /** No audio device: only states readiness. Most real servers deliver no call to it. */
  | { readonly kind: 'none' };

/**
 * Puts the agent on a station, ready for calls: without both the agent may never be considered (reference §1.5). With
 * `takesCalls: false` it is only logged in to, and CIC offers it nothing.
 */
export function setStation(station: Station, { takesCalls = true } = {}): Command {
  const ready = {
    supportedMediaTypes: [SupportedMediaType.Call],
    readyForInteractions: takesCalls,
  };
  const body = { ...stationForm(station), ...ready } satisfies StationSettings;
  return {
    operation: 'set-station',
    method: 'PUT',
    path: '/connection/station',
    body,
    retry: 'always',
    timeoutMs: 30_000,
  };
}

function stationForm(station: Station): StationSettings {
  switch (station.kind) {
    case 'workstation':
      return { __type: 'urn:inin.com:connection:workstationSettings', workstation: station.workstation };
    case 'remote-workstation': {
      const { workstation, remoteNumber } = station;
      const form = { __type: 'urn:inin.com:connection:remoteWorkstationSettings', workstation } as const;
      return remoteNumber === undefined ? form : { ...form, remoteNumber };
    }
    case 'remote-number':
      return {
        __type: 'urn:inin.com:connection:remoteNumberSettings',
        remoteNumber: station.remoteNumber,
        persistentConnection: station.persistent,
      };
    case 'none':
      return { __type: 'urn:inin.com:connection:stationlessSettings' };
  }
}

/** Acquires licences beside those held. The answer is 200 even if none was granted: look at `isAvailable` (reference §1.6). */
export function acquireLicences(names: readonly string[]): Command<LicenseOperationResult[]> {
  const body: Licenses = { licenseList: [...names] };
  return {
    operation: 'acquire-licences',
    method: 'POST',
    path: '/licenses',
    body,
    retry: 'always',
    read: (answer) => {
      const list = asObject(answer)?.licenseOperationResultList;
      if (!Array.isArray(list)) return undefined;
      return objectsOf(list).map((entry) => ({
        licenseName: asText(entry.licenseName) ?? '',
        isAvailable: entry.isAvailable === true,
        licenseStatus: asEnum(LicenseStatus, entry.licenseStatus) ?? LicenseStatus.UnknownError,
        errorDetails: asText(entry.errorDetails) ?? '',
      }));
    },
  };
}
