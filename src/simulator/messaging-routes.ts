import type { FilterItem, QueueId, StationSettings } from '../wire/index.js';
import { type Answer, DONE, invalidProperty, json, jsonText, missingProperty, NOTHING, notFound } from './answer.js';
import { deliver, markRead, readMessages } from './delivery.js';
import { attributesOf } from './interaction-attributes.js';
import { filterOf, startQueueWatch, stopQueueWatch } from './queue-watch.js';
import type { RequestBody } from './request-body.js';
import type { SessionExchange, SessionRoutes } from './router.js';
import { leaveStation, stationInformation, takeStation } from './stations.js';
import type { User, World } from './world.js';

const EVENT_STREAM = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' };

/** Message retrieval, station and the subscriptions to queues and interactions (reference §1.5, §2, §5.3, §5.4). */
export const messagingRoutes: SessionRoutes = {
  'GET messaging/messages': ({ world, session, header }) => {
    const wantsStream = header('accept').toLowerCase().includes('text/event-stream');
    if (wantsStream && world.config.messaging >= 2) {
      markRead(world, session);
      return { status: 200, headers: EVENT_STREAM, body: '', stream: session.id };
    }
    return jsonText(readMessages(world, session));
  },
  'POST messaging/heartbeat': ({ world, session }) => {
    markRead(world, session);
    return DONE;
  },
  'GET connection/station': ({ session }) => json(200, stationInformation(session.user.station)),
  'PUT connection/station': ({ world, session, body }) => {
    takeStation(world, session.user, stationSettings(body));
    return DONE;
  },
  'DELETE connection/station': ({ world, session }) => {
    leaveStation(world, session.user);
    return DONE;
  },
  'PUT messaging/subscriptions/connection/station': ({ world, session }) => {
    session.watchesStation = true;
    // Without a station there is nothing to tell: a first message that names none would read like a loss.
    if (session.user.station) {
      deliver(world, session, {
        __type: 'urn:inin.com:connection:stationConnectionStateChangeMessage',
        isDelta: false,
        newStationInfo: stationInformation(session.user.station),
      });
    }
    return DONE;
  },
  'DELETE messaging/subscriptions/connection/station': ({ session }) => {
    session.watchesStation = false;
    return DONE;
  },
  'PUT messaging/subscriptions/queues/:subscriptionId': (exchange) => watchQueues(exchange),
  'DELETE messaging/subscriptions/queues/:subscriptionId': ({ session, params }) => {
    stopQueueWatch(session, params.subscriptionId ?? '');
    return NOTHING;
  },
  'PUT messaging/subscriptions/interactions/:interactionId': (exchange) => watchInteraction(exchange),
  'DELETE messaging/subscriptions/interactions/:interactionId': ({ world, session, params }) => {
    const interaction = world.interactions.get(params.interactionId ?? '');
    interaction?.watchers.delete(session);
    if (interaction) session.watchedInteractions.delete(interaction);
    return NOTHING;
  },
  'PUT messaging/subscriptions/interaction-alerting': ({ session, body }) => {
    session.alertAttributes = body.optionalTexts('attributeNames') ?? [];
    return NOTHING;
  },
  'DELETE messaging/subscriptions/interaction-alerting': ({ session }) => {
    session.alertAttributes = null;
    return NOTHING;
  },
};

function stationSettings(body: RequestBody): StationSettings {
  const mediaTypes = body.optionalIntegers('supportedMediaTypes');
  const mode = body.optionalInteger('stationConnectionMode');
  const common = {
    ...(mediaTypes ? { supportedMediaTypes: [...mediaTypes] } : {}),
    ...(mode === undefined ? {} : { stationConnectionMode: mode }),
    readyForInteractions: body.optionalFlag('readyForInteractions') ?? false,
  };
  const type = body.text('__type');
  switch (type) {
    case 'urn:inin.com:connection:workstationSettings':
      return { __type: type, workstation: body.text('workstation'), ...common };
    case 'urn:inin.com:connection:remoteWorkstationSettings': {
      const remoteNumber = body.optionalText('remoteNumber');
      return {
        __type: type,
        workstation: body.text('workstation'),
        ...(remoteNumber ? { remoteNumber } : {}),
        ...common,
      };
    }
    case 'urn:inin.com:connection:remoteNumberSettings':
      return {
        __type: type,
        remoteNumber: body.text('remoteNumber'),
        persistentConnection: body.optionalFlag('persistentConnection') ?? false,
        ...common,
      };
    case 'urn:inin.com:connection:stationlessSettings':
      return { __type: type, ...common };
    default:
      throw invalidProperty('__type', 'names no kind of station');
  }
}

function watchQueues({ world, session, body, params }: SessionExchange): Answer {
  const subscriptionId = params.subscriptionId ?? '';
  const queueIds = body.objects('queueIds').map(
    (queue): QueueId => ({
      queueType: queue.integer('queueType'),
      queueName: queue.text('queueName'),
    }),
  );
  if (queueIds.length === 0) throw missingProperty('queueIds');
  const attributeNames = body.texts('attributeNames');
  const filter = body.optionalObject('attributeFilter');
  const users = new Set<User>();
  for (const queue of queueIds) {
    const found = usersOf(world, session.user, queue);
    if (!found) {
      refuseQueue({ world, session, subscriptionId });
      return DONE;
    }
    for (const user of found) users.add(user);
  }
  startQueueWatch(world, {
    session,
    subscriptionId,
    attributeNames,
    users: [...users],
    admits: filterOf(filter ? readFilter(filter) : undefined),
    members: new Set(),
  });
  return DONE;
}

/** The users whose calls a queue shows; undefined for a queue that does not exist or may not be seen by an agent. */
function usersOf(world: World, self: User, { queueType, queueName }: QueueId): User[] | undefined {
  const name = queueName.toLowerCase();
  if (queueType === 2) return [];
  if (queueType === 3) return [world.stations.get(name) ?? self].filter((user) => user === self);
  const user = world.users.get(name) ?? (queueType === 0 ? world.stations.get(name) : undefined);
  return user === self ? [user] : undefined;
}

function refuseQueue({
  world,
  session,
  subscriptionId,
}: Pick<SessionExchange, 'world' | 'session'> & { subscriptionId: string }): void {
  stopQueueWatch(session, subscriptionId);
  deliver(world, session, {
    __type: 'urn:inin.com:queues:queueSubscriptionStateMessage',
    isDelta: false,
    subscriptionId,
    state: 3,
    error: { message: 'The queue cannot be watched.' },
  });
}

function readFilter(body: RequestBody): FilterItem {
  if (body.optionalText('__type') === 'urn:inin.com:queues:filterGroup' || body.has('filterItemsList')) {
    return {
      __type: 'urn:inin.com:queues:filterGroup',
      filterGroupType: body.integer('filterGroupType'),
      filterItemsList: body.objects('filterItemsList').map(readFilter),
    };
  }
  return {
    __type: 'urn:inin.com:queues:filterValue',
    attribute: body.text('attribute'),
    comparisonType: body.integer('comparisonType'),
    value: body.optionalText('value') ?? '',
  };
}

function watchInteraction({ world, session, body, params }: SessionExchange): Answer {
  const interaction = world.interactions.get(params.interactionId ?? '');
  if (!interaction || interaction.user !== session.user) throw notFound('There is no such interaction.');
  const names = body.texts('attributeNames');
  interaction.watchers.set(session, names);
  session.watchedInteractions.add(interaction);
  deliver(world, session, {
    __type: 'urn:inin.com:interactions:interactionChangedMessage',
    isDelta: false,
    interactionID: interaction.id,
    attributes: attributesOf(interaction, names),
  });
  return NOTHING;
}
