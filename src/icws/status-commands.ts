import type { AsyncOperationAccepted, StatusMessage, UserStatus, UserStatusUpdate } from '../wire/index.js';
import type { Command } from './command.js';
import { asObject, asText, objectsOf, textsOf } from './loose.js';

/** Commands about the agent's status (reference §3). */

/** All statuses of the installation. Entries without an id are left out. */
export function getStatusMessages(): Command<StatusMessage[]> {
  return {
    operation: 'get-status-messages',
    method: 'GET',
    path: '/status/status-messages',
    retry: 'always',
    read: (body) => {
      const list = Array.isArray(body) ? body : asObject(body)?.statusMessageList;
      if (!Array.isArray(list)) return undefined;
      return objectsOf(list).filter((entry) => asText(entry.statusId) !== undefined) as unknown as StatusMessage[];
    },
  };
}

/** Ids of the statuses that the user may choose. */
export function getUserAccess(userId: string): Command<string[]> {
  return {
    operation: 'get-user-access',
    method: 'GET',
    path: `/status/status-messages-user-access/${encodeURIComponent(userId)}`,
    retry: 'always',
    read: (body) => {
      const object = asObject(body);
      return object && textsOf(object.statusMessages);
    },
  };
}

/** The user's status of now. */
export function getStatus(userId: string): Command<UserStatus> {
  return {
    operation: 'get-status',
    method: 'GET',
    path: `/status/user-statuses/${encodeURIComponent(userId)}`,
    retry: 'always',
    read: (body) => {
      const object = asObject(body);
      const statusId = asText(object?.statusId);
      return object && statusId !== undefined ? ({ ...object, statusId } as unknown as UserStatus) : undefined;
    },
  };
}

/**
 * Sets the user's status. The 202 is only an acceptance; asyncOperationCompletedMessage with its `requestId` decides.
 * Not repeated when an answer was lost: a call may have come meanwhile, and Available over an open call makes Dialer
 * record that call as Ambiguous (reference §6.2).
 */
export function setStatus(userId: string, statusId: string): Command<AsyncOperationAccepted> {
  const body: UserStatusUpdate = { statusId };
  return {
    operation: 'set-status',
    method: 'PUT',
    path: `/status/user-statuses/${encodeURIComponent(userId)}`,
    body,
    retry: 'if-not-sent',
    read: (answer) => {
      const requestId = asText(asObject(answer)?.requestId);
      return requestId === undefined ? undefined : { requestId };
    },
  };
}
