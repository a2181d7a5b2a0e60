import type { MessageView, RequestView } from './faults.js';

/** Operations as a person names them, by the routes they are; the same words as the worker's metrics. */
const ROUTES = {
  connect: ['POST connection'],
  features: ['GET connection/features', 'GET connection/features/:featureId'],
  'connection-state': ['GET connection'],
  'close-session': ['DELETE connection'],
  'set-station': ['PUT connection/station'],
  'acquire-licences': ['POST licenses', 'PUT licenses'],
  'subscribe-user-statuses': ['PUT messaging/subscriptions/status/user-statuses'],
  'subscribe-queue': ['PUT messaging/subscriptions/queues/:subscriptionId'],
  'subscribe-station': ['PUT messaging/subscriptions/connection/station'],
  'get-status-messages': ['GET status/status-messages'],
  'get-user-access': ['GET status/status-messages-user-access/:userId'],
  'get-status': ['GET status/user-statuses/:userId'],
  'set-status': ['PUT status/user-statuses/:userId'],
  'dialer-log-in': ['POST dialer/log-in'],
  'dialer-log-off': ['POST dialer/log-off'],
  'ready-for-calls': ['POST dialer/ready-for-calls'],
  'request-break': ['POST dialer/request-break'],
  'end-break': ['POST dialer/end-break'],
  disposition: ['POST dialer/disposition'],
  'place-preview-call': ['POST dialer/place-preview-call'],
  pickup: ['POST interactions/:interactionId/pickup'],
  disconnect: ['POST interactions/:interactionId/disconnect'],
  'get-interaction': ['GET interactions/:interactionId'],
} as const satisfies Record<string, readonly string[]>;

const MESSAGES_ROUTE = 'GET messaging/messages';

/** Words for whole families of operations. */
const FAMILIES: Readonly<
  Record<'commands' | 'dialer' | 'subscriptions' | 'messages' | 'poll' | 'stream' | 'all', Test>
> = {
  commands: ({ operation }) => operation !== MESSAGES_ROUTE,
  dialer: ({ operation }) => operation.startsWith('POST dialer/'),
  subscriptions: ({ operation }) => operation.startsWith('PUT messaging/subscriptions/'),
  messages: ({ operation }) => operation === MESSAGES_ROUTE,
  poll: ({ operation, wantsStream }) => operation === MESSAGES_ROUTE && !wantsStream,
  stream: ({ operation, wantsStream }) => operation === MESSAGES_ROUTE && wantsStream,
  all: () => true,
};

type Test = (view: RequestView) => boolean;
export type OperationWord = keyof typeof ROUTES | keyof typeof FAMILIES;

/** Words by which `on` names requests. */
export const OPERATION_WORDS = [...Object.keys(FAMILIES), ...Object.keys(ROUTES)] as [
  OperationWord,
  ...OperationWord[],
];

/** Whether a request is one of those that the words name. */
export function requestsNamed(words: readonly OperationWord[]): Test {
  const families = words.flatMap((word) => (word in FAMILIES ? [FAMILIES[word as keyof typeof FAMILIES]] : []));
  const routes = new Set<string>(words.flatMap((word) => ROUTES[word as keyof typeof ROUTES] ?? []));
  return (view) => routes.has(view.operation) || families.some((isOf) => isOf(view));
}

const TYPES = {
  pop: 'urn:inin.com:dialer:dataPopMessage',
  break: 'urn:inin.com:dialer:breakStatusMessage',
  campaigns: 'urn:inin.com:dialer:availableCampaignsMessage',
  'logout-granted': 'urn:inin.com:dialer:logoutGrantedMessage',
  'auto-login': 'urn:inin.com:dialer:autoLoginMessage',
  'auto-logout': 'urn:inin.com:dialer:autoLogoutMessage',
  link: 'urn:inin.com:dialer:outboundServerConnectionStateChangeMessage',
  status: 'urn:inin.com:status:userStatusMessage',
  queue: 'urn:inin.com:queues:queueContentsMessage',
  completed: 'urn:inin.com:messaging:asyncOperationCompletedMessage',
  'connection-state': 'urn:inin.com:connection:connectionStateChangeMessage',
  station: 'urn:inin.com:connection:stationConnectionStateChangeMessage',
} as const;

export type MessageWord = keyof typeof TYPES | 'all';

/** Words by which `on` names messages. */
export const MESSAGE_WORDS = ['all', ...Object.keys(TYPES)] as [MessageWord, ...MessageWord[]];

/** Whether a message is one of those that the words name. */
export function messagesNamed(words: readonly MessageWord[]): (view: MessageView) => boolean {
  if (words.includes('all')) return () => true;
  const types = new Set<string>(words.map((word) => TYPES[word as keyof typeof TYPES]));
  return ({ message }) => types.has(message.__type);
}
