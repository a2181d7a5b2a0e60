import { IcwsError, type IcwsErrorCode } from './errors.js';
import { asNumber, asObject, asText, parseJson } from './loose.js';
import type { Operation } from './operation.js';
import type { TransportError, WireResponse } from './transport.js';

/** An answer that is no success, with what is needed to name it. */
export interface RefusedAnswer {
  readonly operation: Operation;
  readonly status: number;
  readonly headers?: WireResponse['headers'];
  /** The body: JSON with or without a message, HTML from a proxy, or empty (reference §1.9). */
  readonly text?: string;
  /** Texts that must not appear in the error, should the server repeat them: password, token, cookie, session id. */
  readonly secrets?: readonly string[];
  /** Wall time, for a Retry-After that names a date. */
  readonly nowMs?: number;
}

/** Longest piece of a server's sentence that enters our message. */
const LONGEST_QUOTE = 200;

/** Names an answer that is no success. The only place that knows what a status number means. */
export function classify(answer: RefusedAnswer): IcwsError {
  const { operation, status } = answer;
  const body = asObject(parseJson(answer.text ?? ''));
  const errorId = asText(body?.errorId);
  const [code, meaning] = meaningOf(operation, status);
  const quote = body ? quoteOf(asText(body.message) ?? '', answer.secrets ?? []) : '';
  const id = errorId !== undefined && /^[A-Za-z][\w.:-]{0,99}$/.test(errorId) ? errorId : undefined;
  const said = [id, quote].filter((part) => part !== undefined && part !== '').join(': ');
  return new IcwsError(code, `${operation}: ${meaning} (HTTP ${status})${said === '' ? '' : `: ${said}`}`, {
    status,
    errorId: id,
    errorCode: asNumber(body?.errorCode),
    logonError: asNumber(body?.logonError),
    retryAfterMs: retryAfterMs(answer),
    retryable: code === 'icws/unavailable' || code === 'icws/session-lost',
  });
}

function meaningOf(operation: Operation, status: number): [code: IcwsErrorCode, meaning: string] {
  // A wrong password is 400; 401 is not documented here, but to try the same credentials again could lock the account.
  if (operation === 'connect' && (status === 400 || status === 401)) {
    return ['icws/credentials-refused', 'the server refused the credentials'];
  }
  if (status >= 500 || status === 429) return ['icws/unavailable', 'the server is not available'];
  switch (status) {
    case 400:
      return ['icws/bad-request', 'the server did not accept the request'];
    case 401:
      return ['icws/session-lost', 'the session is no longer valid'];
    case 403:
      return ['icws/forbidden', 'the user has no right or no licence for it'];
    case 404:
      return ['icws/not-found', 'there is no such thing on the server'];
    case 410:
      return ['icws/withdrawn', 'the server no longer offers it'];
    default:
      return ['icws/unexpected-status', 'unexpected answer'];
  }
}

/** The server's sentence: one line, short, without secrets and without long numbers (they may be callers). */
function quoteOf(message: string, secrets: readonly string[]): string {
  const line = hideSecrets(message, secrets).replace(/\s+/g, ' ').trim();
  const safe = line.replace(/\+?\d(?:[ ().-]{0,2}\d){6,}/g, '(number)');
  return safe.length > LONGEST_QUOTE ? `${safe.slice(0, LONGEST_QUOTE)}…` : safe;
}

/** The text with each secret replaced. Secrets of fewer than three characters are left: they would shred every text. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  let safe = text;
  for (const secret of secrets) if (secret.length >= 3) safe = safe.replaceAll(secret, '(secret)');
  return safe;
}

function retryAfterMs(answer: RefusedAnswer): number | undefined {
  const header = [answer.headers?.['retry-after']].flat()[0];
  if (header === undefined) return undefined;
  const seconds = asNumber(header);
  if (seconds !== undefined) return seconds >= 0 ? Math.round(seconds * 1_000) : undefined;
  const date = Date.parse(header);
  return Number.isNaN(date) || answer.nowMs === undefined ? undefined : Math.max(0, date - answer.nowMs);
}

/** A transport failure in the client's words; the cause is kept for the log. */
export function classifyTransport(operation: Operation, error: TransportError): IcwsError {
  const code: IcwsErrorCode = `icws/transport-${error.failure}`;
  return new IcwsError(code, `${operation}: ${error.message}`, { retryable: error.retryable, cause: error });
}
