import { type AnyError, CSRF_TOKEN_HEADER, ICWS_MEDIA_TYPE, SESSION_ID_HEADER } from '../wire/index.js';

/** A request as the core sees it. Header names in lower case; `path` with its query. */
export interface SimulatorRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: string;
  /** Address of the client; without it the request comes from this process. */
  readonly peer?: string | undefined;
}

/** What the core answers. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /**
   * The client is to get no answer (a fault): the connection is closed, or reset, or stays open and silent (`hung`), or
   * breaks in the middle of the answer (`cut`).
   */
  readonly lost?: 'closed' | 'reset' | 'hung' | 'cut';
  /** The answer is an event stream: attach a sink for this session id with `openStream`. */
  readonly stream?: string;
}

const JSON_HEADERS = { 'content-type': ICWS_MEDIA_TYPE };
const NO_HEADERS = {};
const CHALLENGE = { ...JSON_HEADERS, 'www-authenticate': 'ICWS realm="ICWS" location="/ICWS/connection"' };

/** An answer with a JSON body. */
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = JSON_HEADERS): Answer {
  return { status, headers, body: JSON.stringify(body) };
}

/** An answer whose body is already JSON text. */
export function jsonText(body: string): Answer {
  return { status: 200, headers: JSON_HEADERS, body };
}

/** 200 without a body. */
export const DONE: Answer = { status: 200, headers: NO_HEADERS, body: '' };
/** 202 without a body. */
export const TAKEN: Answer = { status: 202, headers: NO_HEADERS, body: '' };
/** 204. */
export const NOTHING: Answer = { status: 204, headers: NO_HEADERS, body: '' };

/** An error answer (reference §1.9). 401 carries its challenge. */
export function refuse(status: number, error: AnyError): Answer {
  return json(status, error, status === 401 ? CHALLENGE : JSON_HEADERS);
}

/** The 201 of the log-in: id and token in headers as well, and the cookie (reference §10.2). */
export function sessionOpened(
  body: { readonly sessionId: string; readonly csrfToken: string },
  cookie: string,
): Answer {
  return json(201, body, {
    ...JSON_HEADERS,
    [SESSION_ID_HEADER]: body.sessionId,
    [CSRF_TOKEN_HEADER]: body.csrfToken,
    'Set-Cookie': `icws_${body.sessionId}=${cookie}; Path=/icws/${body.sessionId}; HttpOnly`,
    Location: `/icws/${body.sessionId}/connection`,
  });
}

/** A refusal on its way up to the one place that turns it into an answer. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(status: number, error: AnyError) {
    super(error.message);
    this.answer = refuse(status, error);
  }
}

/** 400: a required member is absent. */
export function missingProperty(propertyName: string): Refusal {
  return new Refusal(400, {
    __type: 'urn:inin.com:common:missingPropertyError',
    errorId: 'error.request.invalidRepresentation.missingProperty',
    message: `The property ${propertyName} is required.`,
    propertyName,
  });
}

/** 400: a member has a value that cannot be. */
export function invalidProperty(propertyName: string, why: string): Refusal {
  return new Refusal(400, {
    __type: 'urn:inin.com:common:invalidPropertyError',
    errorId: 'error.request.invalidRepresentation.invalidProperty',
    message: `The property ${propertyName} ${why}.`,
    propertyName,
  });
}

/** 404: no such object. */
export function notFound(message: string): Refusal {
  return new Refusal(404, { errorId: 'error.request.notFound', message });
}

/** 403: no right, or no licence. */
export function forbidden(message: string): Refusal {
  return new Refusal(403, { errorId: 'error.request.accessDenied', errorCode: 7, message });
}
