import { type Answer, DONE, forbidden, json, NOTHING, notFound } from './answer.js';
import { deliver } from './delivery.js';
import { userStatus } from './presence.js';
import type { SessionExchange, SessionRoutes } from './router.js';
import { findStatus, SELECTABLE_STATUS_IDS, STATUS_MESSAGES } from './status-catalogue.js';
import { setStatusByPerson } from './status-rules.js';
import type { User, World } from './world.js';

function userOf(world: World, userId: string | undefined): User {
  const user = world.users.get((userId ?? '').toLowerCase());
  if (!user) throw notFound('There is no such user.');
  return user;
}

/** Agent status, and the subscriptions to it (reference §2.6, §3). */
export const statusRoutes: SessionRoutes = {
  'GET status/status-messages': () => json(200, { statusMessageList: STATUS_MESSAGES }),
  'GET status/status-messages-user-access/:userId': ({ world, params }) =>
    json(200, { userId: userOf(world, params.userId).id, statusMessages: SELECTABLE_STATUS_IDS }),
  'GET status/user-statuses/:userId': ({ world, params }) => json(200, userStatus(userOf(world, params.userId))),
  'PUT status/user-statuses/:userId': (exchange) => setStatus(exchange),
  'PUT messaging/subscriptions/status/user-statuses': (exchange) => watchStatuses(exchange),
  'DELETE messaging/subscriptions/status/user-statuses': ({ session }) => {
    for (const user of session.watchedUsers) user.statusWatchers.delete(session);
    session.watchedUsers.clear();
    return NOTHING;
  },
  'PUT messaging/subscriptions/status/status-messages': ({ world, session }) => {
    deliver(world, session, {
      __type: 'urn:inin.com:status:statusMessagesMessage',
      isDelta: false,
      statusMessagesAdded: [...STATUS_MESSAGES],
    });
    return DONE;
  },
  'DELETE messaging/subscriptions/status/status-messages': () => DONE,
  'PUT messaging/subscriptions/status/status-messages-user-access': ({ world, session, body }) => {
    const users = body.texts('userIds').map((id) => userOf(world, id));
    deliver(world, session, {
      __type: 'urn:inin.com:status:statusMessagesUserAccessMessage',
      isDelta: false,
      statusMessagesUserAccessChanges: users.map((user) => ({
        userId: user.id,
        statusMessagesAdded: [...SELECTABLE_STATUS_IDS],
      })),
    });
    return DONE;
  },
  'DELETE messaging/subscriptions/status/status-messages-user-access': () => DONE,
};

function watchStatuses({ world, session, body }: SessionExchange): Answer {
  const users = [...new Set(body.texts('userIds').map((id) => userOf(world, id)))];
  for (const user of session.watchedUsers) user.statusWatchers.delete(session);
  session.watchedUsers.clear();
  for (const user of users) {
    user.statusWatchers.add(session);
    session.watchedUsers.add(user);
  }
  deliver(world, session, {
    __type: 'urn:inin.com:status:userStatusMessage',
    isDelta: false,
    userStatusList: users.map(userStatus),
  });
  return DONE;
}

/** 202 is an acceptance only; asyncOperationCompletedMessage tells how it went, and may come first (reference §2.4, §3). */
function setStatus({ world, session, body, params }: SessionExchange): Answer {
  const wanted = world.users.get((params.userId ?? '').toLowerCase());
  if (wanted !== session.user) throw forbidden('The status of another user may not be set.');
  const statusId = body.text('statusId');
  const until = body.optionalObject('until');
  const details = {
    notes: body.optionalText('notes'),
    forwardNumber: body.optionalText('forwardNumber'),
    until: until
      ? {
          untilDateTime: until.text('untilDateTime'),
          hasDate: until.optionalFlag('hasDate') ?? false,
          hasTime: until.optionalFlag('hasTime') ?? false,
        }
      : null,
  };
  const requestId = String(world.nextNumber('request'));
  const status = findStatus(statusId);
  const problem = !status?.isSelectableStatus
    ? 'The status may not be set.'
    : status.isForwardStatus && !details.forwardNumber
      ? 'The status needs a forward number.'
      : null;
  if (status && problem === null) {
    setStatusByPerson(world, session.user, status, {
      by: 'client',
      details: status.canHaveDate ? details : { ...details, until: null },
    });
  }
  deliver(world, session, {
    __type: 'urn:inin.com:messaging:asyncOperationCompletedMessage',
    isDelta: false,
    requestId,
    error: problem === null ? null : { errorId: 'error.request.status.refused', message: problem },
  });
  return json(202, { requestId });
}
