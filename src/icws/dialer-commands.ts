import type {
  DispositionParameters,
  LogInParameters,
  LogOffParameters,
  PlacePreviewCallParameters,
  StartReceivingParameters,
  UpdateCallDataParameters,
} from '../wire/index.js';
import type { Answer } from './answer.js';
import type { Command } from './command.js';
import type { Operation } from './operation.js';

/** Commands below `/dialer/` (reference §4.2): all of them POST, none has an answer worth reading. */

function dialer(operation: Operation, resource: string, retry: Command['retry'], body: unknown = {}): Command {
  return { operation, method: 'POST', path: `/dialer/${resource}`, body, retry };
}

/** The global log-in; Dialer's messages start with it (reference §4.3). */
export function dialerLogIn(): Command {
  return dialer('dialer-log-in', 'log-in', 'if-not-sent');
}

/** Log-in to one offered campaign: only with the Logon Campaign right and never twice for one campaign (reference §4.3). */
export function campaignLogIn(campaignId: string): Command {
  const body: LogInParameters = { campaignId };
  return dialer('dialer-log-in', 'log-in', 'if-not-sent', body);
}

/** A request to leave the campaigns; left out, to leave Dialer with a body without the member (see `logOffDialer`). */
export function dialerLogOff(campaignIds?: readonly string[]): Command {
  const body: LogOffParameters = campaignIds ? { campaignIds: [...campaignIds] } : {};
  return dialer('dialer-log-off', 'log-off', 'always', body);
}

/**
 * Requests to leave Dialer altogether. The sources differ on how (reference §4.8): an empty list first, and where the
 * server takes that for a bad request, once more without the list. A 200 is no log-off yet: the grant comes as a message.
 */
export async function logOffDialer(session: {
  run<T>(command: Command<T>): Promise<Answer<T>>;
}): Promise<Answer<undefined>> {
  const answer = await session.run(dialerLogOff([]));
  return answer.kind === 'refused' && answer.status === 400 ? session.run(dialerLogOff()) : answer;
}

/**
 * Starts the calls, of `campaignIds` only where given (reference §4.4). Servers below dialer 4 do not know the list: pass
 * `dialerVersion` = `session.features.get('dialer')`, and the list is left out for them. Repeating it is harmless.
 */
export function readyForCalls(campaignIds?: readonly string[], dialerVersion = 0): Command {
  const withList = campaignIds !== undefined && campaignIds.length > 0 && dialerVersion >= 4;
  const body: StartReceivingParameters = withList ? { campaignIds: [...campaignIds] } : {};
  return dialer('ready-for-calls', 'ready-for-calls', 'always', body);
}

/** Asks for a break; granted by message (reference §4.5). */
export function requestBreak(): Command {
  return dialer('request-break', 'request-break', 'always');
}

/** Ends the break or withdraws the request; nobody needs to wait for the answer (reference §4.10 rule 4). */
export function endBreak(): Command {
  return dialer('end-break', 'end-break', 'always');
}

/** What a disposition says. Optional members are sent only where given: old servers do not know them all (reference §4.7). */
export interface DispositionDetails {
  /** A label of the pop, or SKIP_LABEL. */
  readonly label: string;
  /** Unix seconds, not milliseconds; only with a disposition of category Scheduled. */
  readonly scheduledTime?: number | undefined;
  /** Owner of the callback; needs `scheduledTime`. */
  readonly scheduledAgent?: string | undefined;
  /** A wire RelativeTo. */
  readonly relativeTo?: number | undefined;
  /** Contact columns to write back. */
  readonly callAttributes?: Readonly<Record<string, string>> | undefined;
}

/** Dispositions the agent's last Dialer call: it names no call, so a repeated one could hit the next (reference §4.1). */
export function disposition(details: DispositionDetails): Command {
  const body: DispositionParameters = { label: details.label };
  if (details.scheduledTime !== undefined) body.scheduledTime = Math.round(details.scheduledTime);
  if (details.scheduledAgent !== undefined) body.scheduledAgent = details.scheduledAgent;
  if (details.relativeTo !== undefined) body.relativeTo = details.relativeTo;
  if (details.callAttributes !== undefined) body.callAttributes = { ...details.callAttributes };
  return dialer('disposition', 'disposition', 'never', body);
}

/** Places the previewed call; `byTimer` when the preview timer, not the agent, did it (reference §4.6). Names no call either. */
export function placePreviewCall(options: { readonly byTimer: boolean }): Command {
  const body: PlacePreviewCallParameters = options.byTimer ? { callInitiatedByTimer: true } : {};
  return dialer('place-preview-call', 'place-preview-call', 'never', body);
}

/** Writes contact columns while the call lasts (dialer 3). */
export function updateCallData(details: {
  readonly callId: string;
  readonly campaignId: string;
  readonly callAttributes: Readonly<Record<string, string>>;
}): Command {
  const body: UpdateCallDataParameters = { ...details, callAttributes: { ...details.callAttributes } };
  return dialer('update-call-data', 'update-call-data', 'always', body);
}

/**
 * For remote-number stations with a persistent connection: after the log-in to a campaign and before ready-for-calls
 * (reference §4.8).
 */
export function establishPersistentConnection(): Command {
  return dialer('establish-persistent-connection', 'establish-persistent-connection', 'if-not-sent');
}
