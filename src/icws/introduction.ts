import { ICWS_MEDIA_TYPE } from '../wire/index.js';
import type { HostAddress } from './address.js';
import { classify } from './classify.js';
import type { IcwsError } from './errors.js';
import { asObject, asText, parseJson, textsOf } from './loose.js';
import { exchange, type SessionDeps } from './observation.js';
import { readFeatures } from './session-grant.js';

/** What a host says of itself to somebody without a session (reference §1.3). */
export type Introduction =
  /** It speaks ICWS. `release` is what it calls its version, where it told one. */
  | { readonly kind: 'icws'; readonly release?: string; readonly features?: ReadonlyMap<string, number> }
  /** It answers, but not as an ICWS server does: HTML, or no JSON at all. */
  | { readonly kind: 'foreign'; readonly status: number; readonly html: boolean }
  /** It points elsewhere. */
  | { readonly kind: 'redirect'; readonly status: number; readonly location: string }
  /** It serves no sessions now; it may have named hosts that do. */
  | { readonly kind: 'unavailable'; readonly status: number; readonly alternates: readonly string[] }
  | { readonly kind: 'refused'; readonly error: IcwsError }
  | { readonly kind: 'failed'; readonly error: IcwsError };

const TIMEOUT_MS = 10_000;

/** Asks a host for version and features, without credentials. Never throws. */
export async function introduce(deps: SessionDeps, address: HostAddress, language: string): Promise<Introduction> {
  const ask = (resource: 'version' | 'features') =>
    exchange(deps, resource, {
      origin: address.origin,
      path: `${address.basePath}/icws/connection/${resource}`,
      method: 'GET',
      headers: { accept: ICWS_MEDIA_TYPE, 'accept-language': language },
      timeoutMs: TIMEOUT_MS,
      lane: 'command',
    });
  const answer = await ask('version');
  if ('error' in answer) return { kind: 'failed', error: answer.error };
  const { status, text } = answer;
  const html = /^\s*<(?:!doctype|html|head|body)/i.test(text);
  const body = asObject(parseJson(text));
  const location = [answer.headers.location].flat()[0];
  if (status >= 300 && status < 400 && location !== undefined) return { kind: 'redirect', status, location };
  if (html || (status >= 200 && status < 300 && !body)) return { kind: 'foreign', status, html };
  if (status >= 500) return { kind: 'unavailable', status, alternates: textsOf(body?.alternateHostList) };
  if (status < 200 || status >= 300) {
    return { kind: 'refused', error: classify({ operation: 'version', ...answer, nowMs: deps.clock.now() }) };
  }
  const release =
    asText(body?.productReleaseDisplayString) ||
    [body?.majorVersion, body?.minorVersion].flatMap((part) => asText(part) ?? []).join('.');
  const listed = await ask('features');
  const features = 'error' in listed || listed.status !== 200 ? undefined : readFeatures(parseJson(listed.text));
  return { kind: 'icws', ...(release ? { release } : {}), ...(features ? { features } : {}) };
}
