import type { AgentState, JournalRecord, RequestObservation } from '../journal/record.js';
import type { Metrics } from '../metrics/registry.js';
import type { IcwsMessage } from '../wire/index.js';

/** Where a new agent stands. */
const FIRST_STATE: AgentState = 'logged-out';

/**
 * The fold that feeds the metrics. `users` are counted as logged out from the start; a user who is not among them is
 * counted from the first record on. Memory: one state per agent and one key per open call.
 */
export function recordMetrics(metrics: Metrics, users: readonly string[] = []): (record: JournalRecord) => void {
  const states = new Map<string, AgentState>();
  const open = new Set<string>();
  const stateOf = (user: string): AgentState => {
    const known = states.get(user);
    if (known) return known;
    states.set(user, FIRST_STATE);
    metrics.agents(FIRST_STATE, 1);
    return FIRST_STATE;
  };
  /** Moves from the state we last saw, whatever the record says: the gauges always add up to the number of agents. */
  const move = (user: string, to: AgentState): void => {
    metrics.agents(stateOf(user), -1);
    metrics.agents(to, 1);
    states.set(user, to);
  };
  const openCalls = (): void => metrics.callsOpen(open.size);
  for (const user of users) stateOf(user);

  return (record) => {
    if (record.kind === 'control') {
      metrics.controlled(record.act, record.accepted);
      return;
    }
    stateOf(record.user);
    switch (record.kind) {
      case 'transition':
        move(record.user, record.to);
        metrics.transition(record.from, record.to, record.event, record.seconds);
        return;
      case 'roster.left':
        metrics.agents(stateOf(record.user), -1);
        states.delete(record.user);
        return;
      case 'pop':
        open.add(callKey(record.user, record.call.interactionId));
        openCalls();
        metrics.callPopped(record.call.campaign, record.call.kind);
        return;
      case 'call.renamed':
        open.delete(callKey(record.user, record.was));
        open.add(callKey(record.user, record.call.interactionId));
        openCalls();
        return;
      case 'call.closed':
        open.delete(callKey(record.user, record.call.interactionId));
        openCalls();
        metrics.callClosed(record.call.campaign, record.label, record.result, record.seconds);
        return;
      default:
        countFact(metrics, record);
    }
  };
}

function callKey(user: string, interactionId: string): string {
  return `${user}\n${interactionId}`;
}

/** The facts that only count and need no memory. */
function countFact(
  metrics: Metrics,
  record: Exclude<
    JournalRecord,
    { kind: 'control' | 'roster.left' | 'transition' | 'pop' | 'call.renamed' | 'call.closed' }
  >,
): void {
  switch (record.kind) {
    case 'session.opened':
      metrics.session('opened');
      return;
    case 'session.refused':
      metrics.session('refused');
      return;
    case 'session.lost':
      metrics.session('lost');
      return;
    case 'session.closed':
      metrics.session('closed');
      return;
    case 'reconnect':
      metrics.reconnect(record.reason);
      return;
    case 'decision':
      metrics.decision(record.policy, record.rule, record.action);
      return;
    case 'preview':
      metrics.preview(record.call.campaign, record.outcome);
      return;
    case 'callback':
      metrics.callback(record.call.campaign, record.owner, record.delaySeconds);
      return;
    case 'break.granted':
      metrics.breakGranted(record.reason, record.waitSeconds);
      return;
    case 'logoff.granted':
      metrics.logoffGranted(record.waitSeconds);
      return;
    case 'stopped':
      metrics.agentStopped(record.reason);
      return;
    case 'problem':
      metrics.problem(record.code);
      return;
    case 'session.unreached':
      metrics.problem(record.code);
      return;
    case 'restarted':
      metrics.agentRestarted(record.reason);
      return;
    case 'roster.joined':
    case 'intent':
    case 'outcome':
    case 'break.asked':
    case 'break.ended':
    case 'break.dropped':
    case 'logoff.asked':
    case 'credentials.refused':
    case 'event':
      return; // nothing of their own: what came of them is a fact above, and requests are observed one by one
    default:
      record satisfies never;
  }
}

/** Feeds the request figures. */
export function observeRequest(metrics: Metrics): (observation: RequestObservation) => void {
  return ({ operation, status, seconds }) => metrics.request(operation, status, seconds);
}

/** All message types we know; the compiler complains when the wire gains one. */
const KNOWN_MESSAGES: Record<IcwsMessage['__type'], true> = {
  'urn:inin.com:connection:connectionStateChangeMessage': true,
  'urn:inin.com:connection:effectiveStationChangeMessage': true,
  'urn:inin.com:connection:stationConnectionStateChangeMessage': true,
  'urn:inin.com:dialer:autoLoginMessage': true,
  'urn:inin.com:dialer:autoLogoutMessage': true,
  'urn:inin.com:dialer:availableCampaignsMessage': true,
  'urn:inin.com:dialer:breakStatusMessage': true,
  'urn:inin.com:dialer:dataPopMessage': true,
  'urn:inin.com:dialer:logoutGrantedMessage': true,
  'urn:inin.com:dialer:manualOutboundCallStatusMessage': true,
  'urn:inin.com:dialer:outboundServerConnectionStateChangeMessage': true,
  'urn:inin.com:dialer:setFormDefinitionMessage': true,
  'urn:inin.com:interactions:interactionAlertingMessage': true,
  'urn:inin.com:interactions:interactionChangedMessage': true,
  'urn:inin.com:interactions:interactionDeallocatedMessage': true,
  'urn:inin.com:interactions:interactionLostRightsMessage': true,
  'urn:inin.com:interactions:interactionMorphedMessage': true,
  'urn:inin.com:messaging:asyncOperationCompletedMessage': true,
  'urn:inin.com:messaging:subscriptionStateMessage': true,
  'urn:inin.com:queues:queueContentsMessage': true,
  'urn:inin.com:queues:queueSubscriptionStateMessage': true,
  'urn:inin.com:status:statusMessagesMessage': true,
  'urn:inin.com:status:statusMessagesUserAccessMessage': true,
  'urn:inin.com:status:userStatusMessage': true,
};

/** The known message types as the metrics name them, for `createMetrics({ known: { messageTypes } })`. */
export const MESSAGE_TYPES: readonly string[] = Object.keys(KNOWN_MESSAGES).map((type) =>
  type.replace('urn:inin.com:', ''),
);
