import { CSRF_TOKEN_HEADER, ICWS_MEDIA_TYPE, type IcAuthConnectionRequestSettings } from '../wire/index.js';
import type { HostAddress, ServerAddress } from './address.js';
import type { ChannelLimits } from './channel-host.js';
import { classify } from './classify.js';
import { IcwsError } from './errors.js';
import { LiveSession } from './live-session.js';
import { asObject, parseJson, textsOf } from './loose.js';
import type { MessagingMode } from './message-channel.js';
import { exchange, type SessionDeps } from './observation.js';
import type { Session } from './session.js';
import { readFeatures, readGrant, type SessionGrant } from './session-grant.js';
import type { WireResponse } from './transport.js';

export interface SessionOptions {
  /** The gate through which every host goes. */
  readonly address: ServerAddress;
  /** The host to try; left out, the configured one. */
  readonly host?: string | undefined;
  readonly credentials: { readonly user: string; readonly password: string };
  /** Dialer merges sessions of one user and this name (reference §4.1). */
  readonly applicationName: string;
  /** Of all human texts for the life of the session, e.g. `en-us`. */
  readonly language: string;
  readonly messaging: MessagingMode;
  /** Deadline of the log-in; left out, 30 s. */
  readonly timeoutMs?: number;
  readonly limits?: Partial<ChannelLimits>;
  /** Called once with a function that gives the log-in up; the opening is then `failed`. */
  readonly onCancellable?: (cancel: () => void) => void;
}

/** What became of one log-in at one host. Rounds over hosts, pauses and attempts are the caller's (design §3). */
export type Opening =
  /** `refusedHosts`: alternates that the server named and the allow-list forbids. */
  | { readonly kind: 'opened'; readonly session: Session; readonly refusedHosts: readonly string[] }
  /** This host does not serve sessions now; try `hosts`, all of them allowed (reference §1.2: 503; a redirect, too). */
  | {
      readonly kind: 'elsewhere';
      readonly hosts: readonly string[];
      readonly refusedHosts: readonly string[];
      readonly error: IcwsError;
    }
  /** Final for these credentials (400; 401 and 403 likewise): trying again could lock the account. */
  | { readonly kind: 'refused'; readonly error: IcwsError }
  /** Anything else; `error.retryable` tells whether the same host may serve later. */
  | { readonly kind: 'failed'; readonly error: IcwsError };

const LOG_IN_PATH = '/icws/connection?include=features,version,effective-station,server-time';
const LOG_IN_TIMEOUT_MS = 30_000;
const FEATURES_TIMEOUT_MS = 10_000;

/** Logs in once at one host. Never throws. */
export async function openSession(deps: SessionDeps, options: SessionOptions): Promise<Opening> {
  const host = options.host ?? options.address.home;
  const allowed = options.address.allowedHost(host);
  if (allowed === undefined) return { kind: 'failed', error: notAllowed([host]) };
  const address = options.address.addressOf(allowed);
  const startedMs = deps.clock.now();
  const answer = await exchange(deps, 'connect', {
    origin: address.origin,
    path: address.basePath + LOG_IN_PATH,
    method: 'POST',
    headers: {
      accept: ICWS_MEDIA_TYPE,
      'accept-language': options.language,
      'content-type': `${ICWS_MEDIA_TYPE};charset=utf-8`,
    },
    body: JSON.stringify(logInBody(options)),
    timeoutMs: options.timeoutMs ?? LOG_IN_TIMEOUT_MS,
    lane: 'command',
    ...(options.onCancellable ? { onCancellable: options.onCancellable } : {}),
  });
  if ('error' in answer) return { kind: 'failed', error: answer.error };
  if (answer.status < 200 || answer.status >= 300) return refusal(deps, options, allowed, answer);
  const grant = readGrant(answer, options.credentials.user);
  if (!grant) {
    const message = 'connect: the server granted a session without an id or token';
    return { kind: 'failed', error: new IcwsError('icws/protocol', message, { status: answer.status }) };
  }
  const midpointMs = (startedMs + deps.clock.now()) / 2;
  const { hosts, refusedHosts } = sortHosts(options.address, grant.alternates);
  const session = new LiveSession(deps, {
    grant,
    host: allowed,
    address,
    alternates: hosts,
    features: grant.features ?? (await askFeatures(deps, address, grant)),
    clockSkewMs: grant.serverTimeMs === undefined ? 0 : Math.round(grant.serverTimeMs - midpointMs),
    messaging: options.messaging,
    limits: options.limits,
  });
  return { kind: 'opened', session, refusedHosts };
}

function logInBody({ credentials, applicationName }: SessionOptions): IcAuthConnectionRequestSettings {
  return {
    __type: 'urn:inin.com:connection:icAuthConnectionRequestSettings',
    applicationName,
    userID: credentials.user,
    password: credentials.password,
  };
}

function refusal(deps: SessionDeps, options: SessionOptions, host: string, answer: WireResponse): Opening {
  const { status } = answer;
  const error = classify({
    operation: 'connect',
    ...answer,
    secrets: [options.credentials.password],
    nowMs: deps.clock.now(),
  });
  if (status === 400 || status === 401 || status === 403) return { kind: 'refused', error };
  const named =
    status >= 500 ? textsOf(asObject(parseJson(answer.text))?.alternateHostList) : redirectOf(options, host, answer);
  const { hosts, refusedHosts } = sortHosts(options.address, named);
  const asked = options.address.addressOf(host);
  const others = hosts.filter((other) => !isSame(options.address.addressOf(other), asked));
  if (others.length > 0) return { kind: 'elsewhere', hosts: others, refusedHosts, error };
  // The host itself may serve again later, so this is worth another try where a wrong configuration is not.
  return { kind: 'failed', error: refusedHosts.length > 0 ? notAllowed(refusedHosts, true) : error };
}

const isSame = (a: HostAddress, b: HostAddress): boolean => a.origin === b.origin && a.basePath === b.basePath;

function redirectOf(options: SessionOptions, host: string, answer: WireResponse): string[] {
  const location = [answer.headers.location].flat()[0];
  if (answer.status < 300 || answer.status >= 400 || location === undefined) return [];
  return [options.address.hostOfRedirect(location, host) ?? []].flat();
}

/** Names that a server told, split by the allow-list; the allowed ones as they are to be used, each once. */
function sortHosts(address: ServerAddress, names: readonly string[]): { hosts: string[]; refusedHosts: string[] } {
  const hosts = new Set<string>();
  const refusedHosts = new Set<string>();
  for (const name of names) {
    const host = address.allowedHost(name);
    if (host === undefined) refusedHosts.add(name.slice(0, 100));
    else hosts.add(host);
  }
  return { hosts: [...hosts], refusedHosts: [...refusedHosts] };
}

function notAllowed(hosts: readonly string[], retryable = false): IcwsError {
  const names = hosts.map((host) => JSON.stringify(host)).join(', ');
  const message = `connect: ${names} is not an allowed host (--allow-host adds one)`;
  return new IcwsError('icws/host-not-allowed', message, { retryable });
}

/** The features where the log-in told none (reference §1.3); none at all when even that fails: then messages are polled. */
async function askFeatures(
  deps: SessionDeps,
  address: HostAddress,
  grant: SessionGrant,
): Promise<ReadonlyMap<string, number>> {
  const answer = await exchange(deps, 'features', {
    origin: address.origin,
    path: `${address.basePath}/icws/connection/features`,
    method: 'GET',
    headers: { accept: ICWS_MEDIA_TYPE, cookie: grant.cookie, [CSRF_TOKEN_HEADER]: grant.csrfToken },
    timeoutMs: FEATURES_TIMEOUT_MS,
    lane: 'command',
  });
  if ('error' in answer || answer.status !== 200) return new Map();
  return readFeatures(parseJson(answer.text)) ?? new Map();
}
