import { WorkerError } from '../base/errors.js';
import type { TransportFailure } from './transport.js';

/** Every name that a failure of the client can bear. Closed list: metric label and key of docs/errors.md. */
export type IcwsErrorCode =
  /** The log-in was refused: final for these credentials (reference §1.2: any 400). */
  | 'icws/credentials-refused'
  /** A 401, or the session ended otherwise: log in again. */
  | 'icws/session-lost'
  /** We closed the session ourselves before the command could be sent. */
  | 'icws/session-closed'
  /** No right, or no Dialer add-on licence: an administrator must act (reference §6.11). */
  | 'icws/forbidden'
  | 'icws/not-found'
  /** 410: the server no longer offers this resource; not a lost session (reference §7 #22). */
  | 'icws/withdrawn'
  | 'icws/bad-request'
  /** 5xx or 429. */
  | 'icws/unavailable'
  | 'icws/unexpected-status'
  /** A 2xx whose content cannot be used. */
  | 'icws/protocol'
  /** The allow-list or the plaintext rule forbids this host. */
  | 'icws/host-not-allowed'
  /** No (whole) answer came. */
  | `icws/transport-${TransportFailure}`;

/** What the server told about a failure, as far as it told anything. */
export interface IcwsErrorDetails {
  readonly status?: number | undefined;
  /** The server's own stable name, e.g. `error.request.connection.authenticationFailure`. */
  readonly errorId?: string | undefined;
  readonly errorCode?: number | undefined;
  /** How long the server asked us to wait. */
  readonly retryAfterMs?: number | undefined;
  /** Of a campaignLogonError: a wire CampaignLogonErrorCode (reference §4.3). */
  readonly logonError?: number | undefined;
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/** A failure of a command, classified once; nobody above tests status numbers or message texts. */
export class IcwsError extends WorkerError {
  declare readonly code: IcwsErrorCode;
  readonly status: number | undefined;
  readonly errorId: string | undefined;
  readonly errorCode: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly logonError: number | undefined;

  constructor(code: IcwsErrorCode, message: string, details: IcwsErrorDetails = {}) {
    super(code, message, { retryable: details.retryable ?? false, cause: details.cause });
    this.status = details.status;
    this.errorId = details.errorId;
    this.errorCode = details.errorCode;
    this.retryAfterMs = details.retryAfterMs;
    this.logonError = details.logonError;
  }
}
