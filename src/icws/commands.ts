/** The door to every command of the client. */
export type { Command, RetryRule } from './command.js';
export { DEFAULT_TIMEOUT_MS, MOST_TRIES } from './command.js';
export type { ConnectionReport, Station } from './connection-commands.js';
export { acquireLicences, closeSession, getConnectionState, setStation } from './connection-commands.js';
export type { DispositionDetails } from './dialer-commands.js';
export {
  campaignLogIn,
  dialerLogIn,
  dialerLogOff,
  disposition,
  endBreak,
  establishPersistentConnection,
  logOffDialer,
  placePreviewCall,
  readyForCalls,
  requestBreak,
  updateCallData,
} from './dialer-commands.js';
export { disconnect, getInteraction, pickup } from './interaction-commands.js';
export type { Operation } from './operation.js';
export { OPERATIONS } from './operation.js';
export { getStatus, getStatusMessages, getUserAccess, setStatus } from './status-commands.js';
export {
  AGENT_QUEUE,
  QUEUE_ATTRIBUTES,
  subscribeQueue,
  subscribeStation,
  subscribeUserStatuses,
} from './subscription-commands.js';
