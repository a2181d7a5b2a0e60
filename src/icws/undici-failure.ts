import { TransportError, type TransportFailure } from './transport.js';

const FAILURES: Readonly<Record<string, TransportFailure>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  EHOSTDOWN: 'refused',
  EADDRNOTAVAIL: 'refused',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  EAI_NODATA: 'dns',
  EAI_NONAME: 'dns',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  EPROTO: 'tls',
  UND_ERR_ABORTED: 'aborted',
  UND_ERR_DESTROYED: 'aborted',
  UND_ERR_CLOSED: 'aborted',
};

const TLS_CODE = /^ERR_(?:TLS|SSL)_|CERT|^UNABLE_TO_|SELF_SIGNED|^HOSTNAME_MISMATCH|^INVALID_CA|_CRL_/;
const TLS_ALERT = /before secure TLS connection/;

/**
 * A failure of undici or the socket in the port's words. `sent` = the request had been handed to a connected socket;
 * until then (queue, name look-up, TCP and TLS handshake) nothing of it has left this process.
 */
export function transportErrorOf(error: Error, sent: boolean): TransportError {
  if (error instanceof TransportError) return error;
  const code = codeOf(error);
  const failure = failureOf(error, code, sent);
  // Never the error's own sentence: it may quote what was sent.
  return new TransportError(failure, sent, `${MEANINGS[failure]}${code === '' ? '' : ` (${code})`}`, error);
}

function codeOf(error: Error): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : '';
}

function failureOf(error: Error, code: string, sent: boolean): TransportFailure {
  if (TLS_CODE.test(code) || (!sent && TLS_ALERT.test(error.message))) return 'tls';
  return FAILURES[code] ?? 'broken';
}

const MEANINGS: Readonly<Record<TransportFailure, string>> = {
  timeout: 'the server did not answer in time',
  refused: 'the host accepts no connection',
  reset: 'the connection was cut',
  dns: 'the host name cannot be resolved',
  tls: 'the TLS handshake failed',
  aborted: 'the request was given up',
  'too-large': 'the answer is too large',
  broken: 'the exchange failed',
};
