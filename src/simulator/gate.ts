import { ConnectionState, CSRF_TOKEN_HEADER } from '../wire/index.js';
import { type Answer, json, Refusal, refuse, type SimulatorRequest } from './answer.js';
import { openConnectionRoutes, sessionRoutes } from './connection-routes.js';
import { dialerDataRoutes, dialerRoutes } from './dialer-routes.js';
import { interactionRoutes } from './interaction-routes.js';
import { messagingRoutes } from './messaging-routes.js';
import { readBody } from './request-body.js';
import { type Exchange, type Match, Router, type SessionExchange } from './router.js';
import { statusRoutes } from './status-routes.js';
import type { Session, World } from './world.js';

const openRouter = new Router<(exchange: Exchange) => Answer>().add(openConnectionRoutes);
const sessionRouter = new Router<(exchange: SessionExchange) => Answer>()
  .add(sessionRoutes)
  .add(statusRoutes)
  .add(messagingRoutes)
  .add(interactionRoutes)
  .add(dialerRoutes)
  .add(dialerDataRoutes);

const MESSAGES = 'GET messaging/messages';
const UNKNOWN_ROUTE = 'unknown';
const TOKEN_HEADER = CSRF_TOKEN_HEADER.toLowerCase();

/** Where a request is aimed at, before anything is done about it. */
export interface Target {
  /** The route, as `POST dialer/disposition`; `unknown` for none. */
  readonly operation: string;
  /** Id in the path, whether or not there is such a session; null before a session. */
  readonly sessionId: string | null;
  /** Does what the request asks for. Throws a Refusal. */
  readonly act: () => Answer;
}

/** Splits a path into its segments below `icws`; undefined for another path. A proxy's prefix is ignored (reference §1.8). */
function segmentsOf(path: string): string[] | undefined {
  const segments = path.split('/').filter((segment) => segment !== '');
  const root = segments.findIndex((segment) => segment.toLowerCase() === 'icws');
  if (root !== 0 && (root < 0 || segments[root - 2]?.toLowerCase() !== 'api')) return undefined;
  return segments.slice(root + 1).map(decoded);
}

function decoded(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Finds the route of a request (reference §1.1). */
export function aim(world: World, request: SimulatorRequest): Target {
  const [path = '', search = ''] = splitQuery(request.path);
  const segments = segmentsOf(path);
  const method = request.method.toUpperCase();
  if (!segments || segments.length === 0) return nowhere(world, null);
  const header = (name: string): string => headerOf(request, name);
  const exchangeOf = (params: Readonly<Record<string, string>>): Exchange => ({
    world,
    params,
    query: new URLSearchParams(search),
    body: readBody(method === 'GET' || method === 'DELETE' ? undefined : request.body),
    header,
  });
  const [first = '', ...rest] = segments;
  if (first.toLowerCase() === 'connection') {
    return targetOf(world, openRouter.match(method, segments), null, (handler, params) => handler(exchangeOf(params)));
  }
  const match = sessionRouter.match(method, rest);
  return targetOf(world, match, first, (handler, params) => {
    const operation = match?.route?.operation ?? '';
    if (operation === 'GET connection') {
      const former = formerState(world, first, header);
      if (former) return former;
    }
    const session = authenticate(world, first, header, operation !== MESSAGES);
    return handler({ ...exchangeOf(params), session });
  });
}

function targetOf<Handler>(
  world: World,
  match: Match<Handler> | undefined,
  sessionId: string | null,
  run: (handler: Handler, params: Readonly<Record<string, string>>) => Answer,
): Target {
  if (!match) return nowhere(world, sessionId);
  const { route, params } = match;
  if (!route) return wrongMethod(world, sessionId);
  return { operation: route.operation, sessionId, act: () => run(route.handler, params) };
}

function nowhere(world: World, sessionId: string | null): Target {
  return {
    operation: UNKNOWN_ROUTE,
    sessionId,
    act: () => {
      world.ledger.unknownRoutes += 1;
      throw new Refusal(404, { errorId: 'error.request.notFound', message: 'There is no such resource.' });
    },
  };
}

function wrongMethod(world: World, sessionId: string | null): Target {
  return {
    operation: UNKNOWN_ROUTE,
    sessionId,
    act: () => {
      world.ledger.unknownRoutes += 1;
      throw new Refusal(405, {
        errorId: 'error.request.accessDenied.httpMethodNotAllowed',
        message: 'The resource does not know this method.',
      });
    },
  };
}

function splitQuery(path: string): [string, string] {
  const mark = path.indexOf('?');
  return mark < 0 ? [path, ''] : [path.slice(0, mark), path.slice(mark + 1)];
}

/** The value of a header; several are joined as HTTP joins them. */
export function headerOf(request: SimulatorRequest, name: string): string {
  const value = request.headers[name];
  if (value === undefined) return '';
  return typeof value === 'string' ? value : value.join(name === 'cookie' ? '; ' : ', ');
}

/** The session's cookie, even where a client sends the whole Set-Cookie line back (reference §10.4). */
function cookieOf(header: string, sessionId: string): string {
  const name = `icws_${sessionId}=`;
  for (const part of header.split(';')) {
    const text = part.trim();
    if (text.startsWith(name)) return text.slice(name.length);
  }
  return '';
}

function authenticate(world: World, sessionId: string, header: (name: string) => string, needsToken: boolean): Session {
  const session = world.sessions.get(sessionId);
  if (!session) throw new Refusal(401, { errorCode: 1, message: 'A session id is needed for this request.' });
  if (cookieOf(header('cookie'), sessionId) !== session.cookie) {
    world.ledger.violation('missing-cookie', session.user.id);
    throw new Refusal(401, { errorCode: 1, message: 'The cookie of the session is needed for this request.' });
  }
  if (needsToken && header(TOKEN_HEADER) !== session.token) {
    world.ledger.violation('missing-token', session.user.id);
    throw new Refusal(401, { errorCode: 2, message: 'No valid token came with the request.' });
  }
  return session;
}

/** GET connection still tells how a former session ended (reference §1.4). */
function formerState(world: World, sessionId: string, header: (name: string) => string): Answer | undefined {
  const former = world.former.get(sessionId);
  if (!former || header(TOKEN_HEADER) !== former.token) return undefined;
  const { reason, shouldReconnect } = former;
  return json(200, { connectionState: ConnectionState.Down, reason, shouldReconnect });
}

/** Runs a target; a Refusal becomes its answer, anything else a 500. */
export function perform(world: World, target: Target): Answer {
  try {
    return target.act();
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    world.log.error({ err: error, operation: target.operation }, 'the simulator failed on a request');
    return refuse(500, { errorId: 'error.server.internal', message: 'The server failed on this request.' });
  }
}
