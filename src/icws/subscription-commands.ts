import type { QueueSubscriptionParameters, UserStatusSubscription } from '../wire/index.js';
import { QueueType } from '../wire/index.js';
import type { Command } from './command.js';
import type { Operation } from './operation.js';

/** Subscriptions (reference §2.6): each PUT starts or replaces one, and its first message is a snapshot. */

function subscription(operation: Operation, resource: string, body?: unknown): Command {
  const base = { operation, method: 'PUT', path: `/messaging/subscriptions/${resource}`, retry: 'always' } as const;
  return body === undefined ? base : { ...base, body };
}

/** Watches the status of users → userStatusMessage. */
export function subscribeUserStatuses(userIds: readonly string[]): Command {
  const body: UserStatusSubscription = { userIds: [...userIds] };
  return subscription('subscribe-user-statuses', 'status/user-statuses', body);
}

/** Watches the station login → stationConnectionStateChangeMessage; works before there is a station (reference §1.5). */
export function subscribeStation(): Command {
  return subscription('subscribe-station', 'connection/station');
}

/** The attributes by which connect, hang-up and the kind of an interaction are told (reference §5.1). */
export const QUEUE_ATTRIBUTES: readonly string[] = [
  'Eic_State',
  'Eic_CallDirection',
  'Eic_ObjectType',
  'Eic_WorkgroupName',
  'is_attr_campaignid',
];

/** The id of our watch of the agent's own queue; it comes back in each of its messages. */
export const AGENT_QUEUE = 'agent-queue';

/** Watches the user's and his station's queue (queueType System) → queueContentsMessage (reference §5.3). */
export function subscribeQueue(
  userId: string,
  options: { readonly subscriptionId?: string; readonly attributeNames?: readonly string[] } = {},
): Command {
  const body: QueueSubscriptionParameters = {
    queueIds: [{ queueType: QueueType.System, queueName: userId }],
    attributeNames: [...(options.attributeNames ?? QUEUE_ATTRIBUTES)],
  };
  return subscription('subscribe-queue', `queues/${encodeURIComponent(options.subscriptionId ?? AGENT_QUEUE)}`, body);
}
