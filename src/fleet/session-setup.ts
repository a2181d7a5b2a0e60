import type { Answer } from '../icws/answer.js';
import {
  getStatusMessages,
  getUserAccess,
  type Station,
  setStation,
  subscribeQueue,
  subscribeStation,
  subscribeUserStatuses,
} from '../icws/commands.js';
import type { Session } from '../icws/session.js';
import type { StatusCatalog } from '../icws/status-catalog.js';
import { codeOf } from './verdict.js';

/** What stands after a session was prepared, or why it was not. */
export type Setup =
  | {
      readonly kind: 'prepared';
      readonly catalog: StatusCatalog;
      /** The server watches the queue: connect and hang-up will be told (reference §5.3). */
      readonly watchesQueue: boolean;
    }
  | { readonly kind: 'unprepared'; readonly code: string; readonly final: boolean };

/**
 * Everything between the log-in and Dialer (reference §1.5, §2.6, §3): watch station, status and queue, read the
 * statuses, then take the station. A watch that the server refuses is done without; the station is not.
 */
export async function prepareSession(session: Session, station: Station): Promise<Setup> {
  const { userId } = session;
  const watchedStation = await session.subscribe(subscribeStation());
  if (isOver(watchedStation)) return failed(watchedStation);
  const watchedStatus = await session.subscribe(subscribeUserStatuses([userId]));
  if (isOver(watchedStatus)) return failed(watchedStatus);
  const statuses = await session.run(getStatusMessages());
  if (isOver(statuses)) return failed(statuses);
  const access = await session.run(getUserAccess(userId));
  if (isOver(access)) return failed(access);
  const seated = await session.run(setStation(station));
  if (seated.kind !== 'ok') {
    // Stationless by choice: a server too old for that form serves all the same.
    if (station.kind !== 'none' || isOver(seated)) {
      return seated.kind === 'refused' && seated.status !== 401
        ? { kind: 'unprepared', code: 'station-refused', final: false }
        : failed(seated);
    }
  }
  const watchedQueue = await session.subscribe(subscribeQueue(userId));
  if (isOver(watchedQueue)) return failed(watchedQueue);
  return {
    kind: 'prepared',
    catalog: session.statusCatalogs(
      (statuses.kind === 'ok' && statuses.body) || [],
      access.kind === 'ok' && access.body && access.body.length > 0 ? access.body : undefined,
    ),
    watchesQueue: watchedQueue.kind === 'ok',
  };
}

/** No answer at all, or a session that is gone: going on would only collect more of the same. */
function isOver(answer: Answer): boolean {
  return answer.kind === 'lost' || (answer.kind === 'refused' && answer.status === 401);
}

function failed(answer: Answer): Setup {
  return { kind: 'unprepared', code: codeOf(answer), final: false };
}
