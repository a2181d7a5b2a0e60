/** Who may come in: log-ins, sessions, and what each session request must bear. */
import { type Ask, Front, malformed } from './front.js';
import type { Agent, Answer } from './people.js';
import { Session } from './session.js';
import { features, icwsDate, type Json } from './shapes.js';

export abstract class Gate extends Front {
  private readonly refusals = new Map<string, number>();
  private nextSession = 29_113_001;

  protected checkBody(ask: Ask): void {
    if (ask.raw === '') return;
    const type = String(ask.request.headers['content-type'] ?? '').toLowerCase();
    const user = this.userOf(ask);
    if (user !== '-' && !/^application\/(vnd\.inin\.icws\+json|json)/.test(type))
      this.truth.violate('wrong-content-type', user, `${ask.path} ${type}`);
    if (ask.body === malformed) this.truth.violate('malformed-json', user, ask.raw.slice(0, 100));
  }

  protected withoutSession(resource: string): Answer {
    if (resource === 'features') return { status: 200, body: { featureInfoList: this.features() } };
    if (resource.startsWith('features/'))
      return { status: 200, body: this.features().find(({ featureId }) => `features/${featureId}` === resource) };
    if (resource === 'version') return { status: 200, body: version };
    if (resource === 'server-time') return { status: 200, body: { serverUtcTime: icwsDate(Date.now()) } };
    return { status: 200, body: { languages: [], acceptLanguage: 'en-US', authentication: { allowIcAuth: true } } };
  }

  private features(): Json[] {
    const all = [...features, ['messaging', this.options.messaging] as const];
    return all.map(([featureId, number]) => ({ featureId, version: number }));
  }

  protected connect(ask: Ask): Answer & { headers?: Record<string, string | string[]> } {
    const user = String(ask.body.userID ?? '').toLowerCase();
    if (ask.method !== 'POST') return { status: 405, body: { message: 'POST only.' } };
    if (!ask.request.headers['accept-language']) this.truth.violate('no-accept-language', user);
    if (!/json/i.test(String(ask.request.headers.accept ?? 'application/json')))
      this.truth.violate('wrong-accept', user, String(ask.request.headers.accept));
    if (ask.body.__type !== 'urn:inin.com:connection:icAuthConnectionRequestSettings')
      this.truth.violate('wrong-connection-type', user, String(ask.body.__type));
    if (typeof ask.body.applicationName !== 'string' || ask.body.applicationName === '')
      return { status: 400, body: missing('applicationName') };
    const agent = this.dialer.agents.get(user);
    const number = Number(user.slice(3));
    if (!agent || ask.body.password !== this.options.password || this.options.refused.includes(number)) {
      const tries = (this.refusals.get(user) ?? 0) + 1;
      this.refusals.set(user, tries);
      if (tries > 1) this.truth.violate('refused-credentials-retried', user, String(tries));
      return { status: 400, body: badCredentials };
    }
    const other = [...this.sessions.values()].find(
      (session) => session.user === user && session.state === 'live' && !session.orphan,
    );
    if (other) this.truth.violate('two-sessions', user, other.sid);
    return this.admit(agent, ask);
  }

  private admit(agent: Agent, ask: Ask): Answer & { headers: Record<string, string | string[]> } {
    const sid = String(this.nextSession);
    this.nextSession += 1 + Math.floor(this.random() * 1000);
    const csrf = `${Buffer.from(`X${agent.user}X$ICWS ${sid}`).toString('base64')}==`;
    const cookie = `icws_${sid}={8f${sid}-11aa-4b}|languageId=en-us=1`;
    const session = new Session(
      sid,
      csrf,
      cookie,
      agent.user,
      this.quirks,
      this.truth,
      this.random,
      (interactionId) => this.dialer.delivered(agent, interactionId),
      (ms, act) => this.dialer.later(ms, act),
    );
    for (const former of this.sessions.values()) if (former.user === agent.user && former.orphan) former.end('deleted');
    this.sessions.set(sid, session);
    this.truth.sessionsOpened += 1;
    agent.post = (message) => session.post(message);
    const include = (ask.query.get('include') ?? '').split(',');
    const cookies = [`${cookie}; Path=/icws/${sid}; HttpOnly`];
    if (this.quirks.cookies) {
      cookies.unshift(`AWSALB=a/b+c=${sid}==; Expires=Wed, 09 Jun 2038 10:18:14 GMT; Path=/`);
      cookies.push('route="node 7"; Path=/; SameSite=None; Secure');
    }
    return {
      status: 201,
      headers: { 'Set-Cookie': cookies, 'ININ-ICWS-CSRF-Token': csrf, 'ININ-ICWS-Session-ID': sid },
      body: {
        csrfToken: csrf,
        sessionId: sid,
        alternateHostList:
          this.options.switchoversMs.length > 0 ? ['127.0.0.2'] : this.options.frontDoor ? ['127.0.0.1'] : [],
        userID: agent.canonical,
        userDisplayName: `Agent ${agent.user}`,
        icServer: 'STRANGER1',
        ...(include.includes('features') ? { features: this.features() } : {}),
        ...(include.includes('version') ? { version } : {}),
        ...(include.includes('server-time') ? { serverTimeInfo: { serverUtcTime: icwsDate(Date.now()) } } : {}),
        ...(include.includes('effective-station') ? { effectiveStation: null } : {}),
        ...(include.includes('default-workstation') ? { defaultWorkstationId: null } : {}),
      },
    };
  }

  /** 401 and the reason, or null when the request may pass. */
  protected authorise(ask: Ask, operation: string): Answer | null {
    const session = this.sessionOf(ask);
    if (!session) {
      this.truth.violate('unknown-session', '-', ask.path);
      return noSession;
    }
    const { user } = session;
    if (session.state !== 'live') {
      if (operation === 'connection.get') return { status: 200, body: { connectionState: 2, shouldReconnect: true } };
      const late = session.endedAt !== null && Date.now() - session.endedAt > 1000;
      if (session.state === 'deleted' && session.endedAt !== null && Date.now() - session.endedAt > 100)
        this.truth.violate('request-after-delete', user, ask.path);
      else if (late && operation !== 'delete') this.truth.violate('request-to-lost-session', user, `${operation}`);
      return noSession;
    }
    const cookies = String(ask.request.headers.cookie ?? '')
      .split(';')
      .map((part) => part.trim());
    if (!cookies.includes(session.cookie)) {
      this.truth.violate('no-session-cookie', user, `${operation} ${ask.request.headers.cookie ?? ''}`);
      return noSession;
    }
    if (
      this.quirks.cookies &&
      !(cookies.includes(`AWSALB=a/b+c=${session.sid}==`) && cookies.includes('route="node 7"'))
    )
      this.truth.violate('affinity-cookie-missing', user, String(ask.request.headers.cookie));
    if (operation !== 'messages' && ask.request.headers['inin-icws-csrf-token'] !== session.csrf) {
      this.truth.violate('no-csrf-token', user, operation);
      return { status: 401, body: { errorCode: 2, message: 'No valid token came with the request.' } };
    }
    return null;
  }

  protected expire(agent: Agent): void {
    for (const session of this.sessions.values())
      if (session.user === agent.user && session.state === 'live') session.end('expired');
    agent.post = null;
  }
}

/** 400 for a body that lacks a member. */
export function missing(propertyName: string): Json {
  return { __type: 'urn:inin.com:common:missingPropertyError', message: 'A property is required.', propertyName };
}

export const noSession: Answer = {
  status: 401,
  body: { errorCode: 1, message: 'A session id is needed for this request.' },
};
export const notAllowed: Answer = {
  status: 405,
  body: { errorId: 'error.request.accessDenied.httpMethodNotAllowed', message: 'Method not allowed.' },
};
const badCredentials: Json = {
  errorId: 'error.request.connection.authenticationFailure',
  errorCode: -2147221503,
  message: 'The user or password was refused.',
};
const version: Json = {
  majorVersion: '22',
  minorVersion: '2',
  su: '0',
  build: '118',
  productId: '1',
  codebaseId: '1',
};
