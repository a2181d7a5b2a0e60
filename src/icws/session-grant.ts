import { CSRF_TOKEN_HEADER, SESSION_ID_HEADER } from '../wire/index.js';
import { parseDateTime } from './date-time.js';
import { asNumber, asObject, asText, objectsOf, parseJson, textsOf } from './loose.js';
import type { WireResponse } from './transport.js';

/** What the 201 of the log-in grants (reference §1.2). */
export interface SessionGrant {
  readonly id: string;
  readonly csrfToken: string;
  /** The whole Cookie header, byte for byte what the server set; '' when it set none. */
  readonly cookie: string;
  readonly userId: string;
  /** As the server named them. */
  readonly alternates: readonly string[];
  /** Undefined when the answer told none: then ask (reference §1.3). */
  readonly features: ReadonlyMap<string, number> | undefined;
  readonly serverTimeMs: number | undefined;
  /** Days until the password runs out, where told. */
  readonly passwordDays: number | undefined;
}

/** Reads the grant, or undefined when id or token are neither in the body nor in the headers. */
export function readGrant(response: WireResponse, user: string): SessionGrant | undefined {
  const body = asObject(parseJson(response.text));
  const id = asText(body?.sessionId) ?? headerOf(response, SESSION_ID_HEADER);
  const csrfToken = asText(body?.csrfToken) ?? headerOf(response, CSRF_TOKEN_HEADER);
  if (!id || csrfToken === undefined) return undefined;
  const time = asText(asObject(body?.serverTimeInfo)?.serverUtcTime);
  return {
    id,
    csrfToken,
    cookie: cookieOf(response.headers['set-cookie']),
    userId: asText(body?.userID) || asText(body?.userId) || user,
    alternates: textsOf(body?.alternateHostList),
    features: readFeatures(body?.features),
    serverTimeMs: time === undefined ? undefined : parseDateTime(time),
    passwordDays: asNumber(body?.daysUntilPasswordExpiration),
  };
}

/** Features in the shape of the log-in (a list) or of the features resource (`featureInfoList`); undefined when neither. */
export function readFeatures(value: unknown): ReadonlyMap<string, number> | undefined {
  const list = Array.isArray(value) ? value : asObject(value)?.featureInfoList;
  if (!Array.isArray(list)) return undefined;
  return new Map(
    objectsOf(list).flatMap((entry): [string, number][] => {
      const id = asText(entry.featureId);
      return id === undefined ? [] : [[id, asNumber(entry.version) ?? 1]];
    }),
  );
}

/**
 * The Cookie header: name and value of every Set-Cookie, the session's own (`icws_…`) first, proxies' affinity cookies
 * after it (reference §1.1). A later cookie of the same name wins. The path is ignored: it does not match behind a proxy.
 */
export function cookieOf(setCookie: string | string[] | undefined): string {
  const pairs = new Map<string, string>();
  for (const line of [setCookie ?? []].flat()) {
    const pair = (line.split(';', 1)[0] as string).trim();
    const equals = pair.indexOf('=');
    if (equals > 0) pairs.set(pair.slice(0, equals), pair);
  }
  const isOwn = (name: string): boolean => name.toLowerCase().startsWith('icws_');
  const ordered = [...pairs].sort(([a], [b]) => Number(isOwn(b)) - Number(isOwn(a)));
  return ordered.map(([, pair]) => pair).join('; ');
}

function headerOf(response: WireResponse, name: string): string | undefined {
  return [response.headers[name.toLowerCase()]].flat()[0];
}
