/**
 * A strict ICWS + Dialer server written from the reference alone, to judge clients by. It depends on nothing of the
 * product. It keeps its own truth (`truth`) and notes every rule that a client breaks.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Agent, type Answer, Dialer } from './dialer.js';
import { dice, politeness, type Quirks, type StrangerOptions, type Trouble, usualWorld } from './quirks.js';
import { Session } from './session.js';
import { features, icwsDate, type Json, statusMessage, statusRows } from './shapes.js';
import { Truth } from './truth.js';

export interface Stranger {
  /** The address to give to clients. */
  readonly url: string;
  readonly truth: Truth;
  readonly liveSessions: () => number;
  close(): Promise<void>;
}

interface Ask {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly body: Json;
  readonly raw: string;
}

const mediaType = 'application/vnd.inin.icws+JSON; charset=utf-8';
const ok: Answer = { status: 200 };

/** Starts a strange server on loopback, on a free port. */
export async function startStranger(given: Partial<StrangerOptions>): Promise<Stranger> {
  const server = new StrangeServer({ ...usualWorld, ...given });
  return server.listen();
}

/** The name by which troubles and counts know an operation. */
export function operationOf(method: string, path: string): string {
  if (path === '/icws/connection') return 'connection';
  const rest = path.replace(/^\/icws\/[^/]+/, '');
  const dialer = /^\/dialer\/([a-z-]+)$/.exec(rest);
  if (dialer) return `dialer.${dialer[1]}`;
  const interaction = /^\/interactions\/[^/]+(?:\/([a-z-]+))?$/.exec(rest);
  if (interaction) return `interaction.${interaction[1] ?? 'get'}`;
  if (rest.startsWith('/messaging/subscriptions/')) return 'subscription';
  if (rest === '/messaging/messages') return 'messages';
  if (rest === '/messaging/heartbeat') return 'heartbeat';
  if (rest === '/connection/station') return 'station';
  if (rest === '/connection') return method === 'DELETE' ? 'delete' : 'connection.get';
  if (rest.startsWith('/status/user-statuses/')) return method === 'PUT' ? 'status.put' : 'status.get';
  if (rest.startsWith('/status/')) return 'status.list';
  return 'other';
}

class StrangeServer {
  private readonly truth = new Truth();
  private readonly quirks: Quirks;
  private readonly random: () => number;
  private readonly dialer: Dialer;
  private readonly sessions = new Map<string, Session>();
  private readonly servers: Server[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly uses = new Map<string, number>();
  private readonly refusals = new Map<string, number>();
  private readonly unlicensedTries = new Map<string, number>();
  private nextSession = 29_113_001;
  private nextStation = 7001;

  private readonly options: StrangerOptions;

  constructor(options: StrangerOptions) {
    this.options = options;
    this.quirks = { ...politeness, ...options.quirks };
    this.random = dice(options.seed);
    this.dialer = new Dialer(options, this.quirks, this.truth, this.random);
    this.dialer.expireSession = (agent) => this.expire(agent);
  }

  async listen(): Promise<Stranger> {
    const host = this.options.frontDoor ? '127.0.0.2' : '127.0.0.1';
    const port = await this.open(host, 0, (request, response) => void this.serve(request, response));
    if (this.options.frontDoor)
      await this.open('127.0.0.1', port, (request, response) => this.turnAway(request, response));
    return {
      url: `http://127.0.0.1:${port}`,
      truth: this.truth,
      liveSessions: () => [...this.sessions.values()].filter(({ state, orphan }) => state === 'live' && !orphan).length,
      close: () => this.close(),
    };
  }

  private async open(
    host: string,
    port: number,
    handler: (request: IncomingMessage, response: ServerResponse) => void,
  ): Promise<number> {
    const server = createServer({ keepAliveTimeout: 30_000 }, handler);
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => this.sockets.delete(socket));
    });
    this.servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, 4096, resolve);
    });
    return (server.address() as AddressInfo).port;
  }

  private async close(): Promise<void> {
    this.dialer.close();
    for (const session of this.sessions.values()) session.end('deleted');
    for (const socket of this.sockets) socket.destroy();
    await Promise.all(this.servers.map((server) => new Promise((done) => server.close(done))));
  }

  // --- one request ----------------------------------------------------------------------------------------------

  private turnAway(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const path = (request.url ?? '').split('?')[0];
    if (path !== '/icws/connection') this.truth.violate('session-request-to-passive-host', '-', path);
    this.send(response, {
      status: 503,
      body: {
        alternateHostList: [this.options.frontDoorNames],
        errorId: 'error.server.notAcceptingConnections',
        message: 'Connections are not accepted here at the moment.',
      },
    });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => {});
    const url = new URL(request.url ?? '/', 'http://stranger');
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const raw = Buffer.concat(chunks).toString('utf8');
    const path = url.pathname.replace(/\/$/, '');
    const ask: Ask = { method: request.method ?? 'GET', path, query: url.searchParams, request, raw, body: parse(raw) };
    const operation = operationOf(ask.method, path);
    this.truth.request(operation);
    const user = this.userOf(ask);
    this.truth.trace(
      user,
      `${ask.method} ${path.replace(/^\/icws\/\d+/, '')} ${raw.slice(0, 160).replace(/("password":)"[^"]*"/, '$1"…"')}`,
    );
    const trouble = this.trouble(operation, user);
    if (trouble && !trouble.taken) return this.fail(response, trouble, user, operation);
    const session = this.sessionOf(ask);
    const answer = this.route(ask, operation, response);
    if (answer === null) return;
    this.truth.trace(user, `   = ${answer.status} ${trouble ? `(answer becomes ${trouble.status || 'lost'})` : ''}`);
    const agent = this.dialer.agents.get(user);
    if (trouble) {
      agent?.unsure.add(operation);
      if (operation === 'connection') this.orphan(answer);
      answer.then?.();
      return this.fail(response, trouble, user, operation);
    }
    await this.deliver(response, answer, operation);
    if (operation !== 'messages') agent?.unsure.delete(operation);
    if (session && answer.status === 401) session.endedAt ??= Date.now();
  }

  private userOf(ask: Ask): string {
    if (ask.path === '/icws/connection') return String(ask.body.userID ?? '-').toLowerCase();
    return this.sessionOf(ask)?.user ?? '-';
  }

  private sessionOf(ask: Ask): Session | undefined {
    return this.sessions.get(ask.path.split('/')[2] ?? '');
  }

  private trouble(operation: string, user: string): Trouble | null {
    for (const trouble of this.quirks.troubles) {
      if (trouble.operation !== '*' && trouble.operation !== operation) continue;
      const key = `${trouble.operation}/${operation}/${user}`;
      const uses = this.uses.get(key) ?? 0;
      this.uses.set(key, uses + 1);
      const position = uses % (trouble.every + trouble.times);
      if (position >= trouble.every) return trouble;
    }
    return null;
  }

  private fail(response: ServerResponse, trouble: Trouble, user: string, operation: string): void {
    this.truth.note(`trouble ${operation} ${trouble.status || 'lost'}`);
    this.truth.trace(user, `   = ${trouble.status || 'connection lost'} (trouble)`);
    if (trouble.status === 0) response.destroy();
    else this.send(response, { status: trouble.status, body: { message: 'Something is wrong here.' } });
  }

  private orphan(answer: Answer): void {
    const sid = (answer.body as Json | undefined)?.sessionId;
    const session = this.sessions.get(String(sid));
    if (session) session.orphan = true;
  }

  private async deliver(response: ServerResponse, answer: Answer, operation: string): Promise<void> {
    if (this.quirks.overtake && operation !== 'messages') {
      answer.then?.();
      await this.pause(40 + this.random() * 80);
      return this.send(response, answer);
    }
    if (this.quirks.slowMs > 0) await this.pause(this.random() * this.quirks.slowMs);
    this.send(response, answer);
    const { then } = answer;
    if (then) this.dialer.later(this.random() * 15, then);
  }

  private pause(ms: number): Promise<void> {
    return new Promise((done) => setTimeout(done, ms));
  }

  private send(response: ServerResponse, answer: Answer & { headers?: Record<string, string | string[]> }): void {
    if (response.destroyed) return;
    const headers: Record<string, string | string[]> = { ...answer.headers };
    if (answer.status === 401) headers['WWW-Authenticate'] = 'ICWS realm="ICWS" location="/ICWS/connection"';
    if (answer.status >= 400 && this.quirks.html && answer.status !== 503) {
      response.writeHead(answer.status, { ...headers, 'Content-Type': 'text/html' });
      response.end(`<!DOCTYPE html><html><body><h1>${answer.status}</h1><p>Request failed.</p></body></html>`);
      return;
    }
    if (answer.body === undefined) {
      const status = answer.status === 200 && this.quirks.noContent ? 204 : answer.status;
      response.writeHead(status, status === 204 ? headers : { ...headers, 'Content-Length': '0' });
      response.end();
      return;
    }
    response.writeHead(answer.status, { ...headers, 'Content-Type': mediaType });
    response.end(JSON.stringify(answer.body));
  }

  // --- routes ---------------------------------------------------------------------------------------------------

  private route(ask: Ask, operation: string, response: ServerResponse): Answer | null {
    this.checkBody(ask);
    if (operation === 'connection') return this.connect(ask);
    const open = /^\/icws\/connection\/(version|features|server-time|server-info|features\/[a-z]+)$/.exec(ask.path);
    if (open) return this.withoutSession(open[1]!);
    const refused = this.authorise(ask, operation);
    if (refused) return refused;
    const session = this.sessionOf(ask)!;
    const agent = this.dialer.agents.get(session.user)!;
    if (operation === 'messages') return this.messages(ask, session, response);
    if (operation.startsWith('dialer.')) return this.dialerCall(ask, operation, session, agent);
    return this.other(ask, operation, session, agent);
  }

  private checkBody(ask: Ask): void {
    if (ask.raw === '') return;
    const type = String(ask.request.headers['content-type'] ?? '').toLowerCase();
    const user = this.userOf(ask);
    if (user !== '-' && !/^application\/(vnd\.inin\.icws\+json|json)/.test(type))
      this.truth.violate('wrong-content-type', user, `${ask.path} ${type}`);
    if (ask.body === malformed) this.truth.violate('malformed-json', user, ask.raw.slice(0, 100));
  }

  private withoutSession(resource: string): Answer {
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

  private connect(ask: Ask): Answer & { headers?: Record<string, string | string[]> } {
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
        alternateHostList: this.options.frontDoor ? ['127.0.0.1'] : [],
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
  private authorise(ask: Ask, operation: string): Answer | null {
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

  private messages(ask: Ask, session: Session, response: ServerResponse): Answer | null {
    if (/text\/event-stream/i.test(String(ask.request.headers.accept ?? ''))) {
      if (this.options.messaging < 2) {
        this.truth.violate('stream-not-offered', session.user);
        return { status: 400, body: { message: 'No stream here.' } };
      }
      session.openStream(response, {});
      return null;
    }
    session.startPoll();
    response.on('close', () => session.endPoll());
    const delay = this.quirks.slowMs > 0 ? this.random() * this.quirks.slowMs : 0;
    // Messages are taken at the moment of the answer, as a queue would.
    this.dialer.later(delay, () => {
      if (session.state !== 'live') this.send(response, noSession);
      else this.send(response, { status: 200, body: session.drain() });
    });
    return null;
  }

  private dialerCall(ask: Ask, operation: string, session: Session, agent: Agent): Answer {
    if (ask.method !== 'POST') return notAllowed;
    if (this.options.unlicensed.includes(Number(agent.user.slice(3)))) {
      const tries = (this.unlicensedTries.get(agent.user) ?? 0) + 1;
      this.unlicensedTries.set(agent.user, tries);
      if (tries > 2) this.truth.violate('licence-refusal-retried', agent.user, `${operation} ${tries}`);
      return { status: 403, body: { message: 'No Dialer add-on licence for the agent or the station.' } };
    }
    if (agent.unlinked) {
      this.truth.note('Dialer request while the link is down');
      return { status: 500, body: { message: 'The Dialer server cannot be reached.' } };
    }
    const { body } = ask;
    switch (operation.slice('dialer.'.length)) {
      case 'log-in':
        if (!session.reading) this.truth.violate('log-in-before-reading', agent.user);
        return this.dialer.logIn(agent, body.campaignId);
      case 'log-off':
        return this.dialer.logOff(agent, body.campaignIds);
      case 'ready-for-calls':
        return this.dialer.ready(agent, body.campaignIds);
      case 'request-break':
        return this.dialer.requestBreak(agent);
      case 'end-break':
        return this.dialer.endBreak(agent);
      case 'disposition':
        return this.dialer.disposition(agent, body);
      case 'place-preview-call':
        return this.dialer.place(agent);
      case 'update-call-data':
      case 'establish-persistent-connection':
        return { status: 202 };
      default:
        return { status: 404, body: { errorId: 'error.request.unsupported', message: 'No such resource.' } };
    }
  }

  private other(ask: Ask, operation: string, session: Session, agent: Agent): Answer {
    switch (operation) {
      case 'connection.get':
        return { status: 200, body: { connectionState: 1 } };
      case 'delete':
        return this.delete(session, agent);
      case 'station':
        return this.station(ask, session);
      case 'heartbeat':
        return ok;
      case 'subscription':
        return this.subscribe(ask, session, agent);
      case 'status.list':
        return this.statusList(ask, agent);
      case 'status.get':
        return { status: 200, body: this.dialer.statusSnapshot(agent) };
      case 'status.put':
        return this.putStatus(ask, agent);
      case 'interaction.get': {
        const item = agent.items.get(ask.path.split('/').at(-1) ?? '');
        if (!item) return { status: 404, body: { message: 'The interaction does not exist.' } };
        return { status: 200, body: { attributes: this.dialer.attributesOf(item) } };
      }
      case 'interaction.pickup':
        return this.dialer.pickup(agent, ask.path.split('/').at(-2) ?? '');
      case 'interaction.disconnect':
        return this.dialer.disconnect(agent, ask.path.split('/').at(-2) ?? '');
      default:
        if (/\/configuration\/users\/[^/]+$/.test(ask.path)) {
          const loginCampaign = { effectiveValue: this.options.logonCampaign };
          return { status: 200, body: { securityRights: { loginCampaign } } };
        }
        this.truth.note(`unknown resource ${ask.method} ${ask.path.replace(/^\/icws\/\d+/, '')}`);
        return { status: 404, body: { message: 'No such resource.' } };
    }
  }

  private delete(session: Session, agent: Agent): Answer {
    const waited = agent.loggedOffAt !== null;
    if (agent.dialer && !waited) this.truth.violate('delete-before-grant', agent.user);
    session.end('deleted');
    session.endedAt = Date.now();
    agent.post = null;
    this.truth.sessionsDeleted += 1;
    return ok;
  }

  private station(ask: Ask, session: Session): Answer {
    if (ask.method === 'PUT') {
      const forms = ['workstation', 'remoteWorkstation', 'remoteNumber', 'stationless'];
      if (!forms.some((form) => ask.body.__type === `urn:inin.com:connection:${form}Settings`))
        this.truth.violate('wrong-station-type', session.user, String(ask.body.__type));
      if (ask.body.readyForInteractions !== true) this.truth.violate('station-not-ready', session.user);
      if (!(ask.body.supportedMediaTypes as unknown[] | undefined)?.includes?.(1))
        this.truth.violate('station-without-calls', session.user);
      session.station = {
        id: ask.body.workstation ?? '',
        extension: String(this.nextStation++),
        stationSetting:
          Math.max(0, forms.findIndex((form) => String(ask.body.__type).endsWith(`${form}Settings`)) + 1) % 4,
      };
      return ok;
    }
    if (ask.method === 'DELETE') this.truth.note('station deleted');
    return session.station ? { status: 200, body: session.station } : { status: 404, body: { message: 'No station.' } };
  }

  private subscribe(ask: Ask, session: Session, agent: Agent): Answer {
    const what = ask.path.split('/messaging/subscriptions/')[1] ?? '';
    const remove = ask.method === 'DELETE';
    if (!remove && ask.method !== 'PUT') return notAllowed;
    if (remove) session.subscriptions.delete(what);
    else session.subscriptions.add(what);
    const queue = /^queues\/(.+)$/.exec(what);
    if (queue) return this.subscribeQueue(ask, session, agent, remove ? null : decodeURIComponent(queue[1]!));
    if (remove) return { status: 204 };
    if (what === 'status/user-statuses') {
      const ids = ask.body.userIds;
      if (!(Array.isArray(ids) && ids.some((id) => String(id).toLowerCase() === agent.user)))
        this.truth.violate('status-subscription-of-others', agent.user, JSON.stringify(ids));
      return {
        status: 200,
        then: () =>
          agent.post?.({
            __type: 'urn:inin.com:status:userStatusMessage',
            isDelta: false,
            userStatusList: [this.dialer.statusSnapshot(agent)],
          }),
      };
    }
    const interaction = /^interactions\/(.+)$/.exec(what);
    if (interaction && !agent.items.has(interaction[1]!))
      return { status: 404, body: { message: 'No such interaction.' } };
    const known = [
      'status/status-messages',
      'status/status-messages-user-access',
      'connection/station',
      'interaction-alerting',
    ];
    if (!interaction && !known.includes(what)) return { status: 404, body: { message: 'No such subscription.' } };
    return { status: what === 'interaction-alerting' || interaction ? 204 : 200 };
  }

  private subscribeQueue(ask: Ask, session: Session, agent: Agent, id: string | null): Answer {
    if (id === null) {
      session.queueSubscription = null;
      return { status: 204 };
    }
    const { queueIds, attributeNames } = ask.body as { queueIds?: Json[]; attributeNames?: string[] };
    const own = queueIds?.some(
      ({ queueType, queueName }) =>
        (queueType === 0 || queueType === 1) && String(queueName).toLowerCase() === agent.user,
    );
    if (!own) this.truth.violate('queue-subscription-of-others', agent.user, JSON.stringify(queueIds));
    if (!Array.isArray(attributeNames) || attributeNames.length === 0) {
      this.truth.violate('queue-subscription-without-attributes', agent.user);
      return { status: 400, body: missing('attributeNames') };
    }
    session.queueSubscription = id;
    return {
      status: 200,
      then: () =>
        agent.post?.({
          __type: 'urn:inin.com:queues:queueContentsMessage',
          isDelta: false,
          interactionsAdded: [...agent.items.values()].map((item) => ({
            interactionId: item.id,
            attributes: this.dialer.attributesOf(item),
          })),
        }),
    };
  }

  private statusList(ask: Ask, agent: Agent): Answer {
    const rows = statusRows(this.options.statuses);
    if (ask.path.endsWith('/status/status-messages'))
      return { status: 200, body: { statusMessageList: rows.map((row) => statusMessage(row)) } };
    if (ask.path.includes('/status/status-messages-user-access/')) {
      const ids = rows.filter(({ selectable }) => selectable).map(({ id }) => this.dialer.spell(id));
      return { status: 200, body: { userId: agent.canonical, statusMessages: ids } };
    }
    return { status: 404, body: { message: 'No such resource.' } };
  }

  private putStatus(ask: Ask, agent: Agent): Answer {
    const user = decodeURIComponent(ask.path.split('/').at(-1) ?? '').toLowerCase();
    if (user !== agent.user) {
      this.truth.violate('status-of-another-user', agent.user, user);
      return { status: 403, body: { message: 'Not yours.' } };
    }
    if (typeof ask.body.statusId !== 'string') return { status: 400, body: missing('statusId') };
    return this.dialer.putStatus(agent, ask.body.statusId);
  }

  private expire(agent: Agent): void {
    for (const session of this.sessions.values())
      if (session.user === agent.user && session.state === 'live') session.end('expired');
    agent.post = null;
  }
}

const malformed: Json = {};

function parse(raw: string): Json {
  if (raw === '') return {};
  try {
    const value: unknown = JSON.parse(raw);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : malformed;
  } catch {
    return malformed;
  }
}

function missing(propertyName: string): Json {
  return { __type: 'urn:inin.com:common:missingPropertyError', message: 'A property is required.', propertyName };
}

const noSession: Answer = { status: 401, body: { errorCode: 1, message: 'A session id is needed for this request.' } };
const notAllowed: Answer = {
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
