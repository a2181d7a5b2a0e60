/**
 * A strict ICWS + Dialer server written from the reference alone, to judge clients by. It depends on nothing of the
 * product. It keeps its own truth (`truth`) and notes every rule that a client breaks.
 */
import type { ServerResponse } from 'node:http';
import type { Ask, Stranger } from './front.js';
import { Gate, missing, noSession, notAllowed } from './gate.js';
import type { Agent, Answer } from './people.js';
import { type StrangerOptions, usualWorld } from './quirks.js';
import type { Session } from './session.js';
import { type Json, statusMessage, statusRows } from './shapes.js';

const ok: Answer = { status: 200 };

/** Starts a strange server on loopback, on a free port. */
export async function startStranger(given: Partial<StrangerOptions>): Promise<Stranger> {
  const server = new StrangeServer({ ...usualWorld, ...given });
  return server.listen();
}

class StrangeServer extends Gate {
  private readonly unlicensedTries = new Map<string, number>();
  private nextStation = 7001;

  constructor(options: StrangerOptions) {
    super(options);
    this.dialer.expireSession = (agent) => this.expire(agent);
  }

  protected route(ask: Ask, operation: string, response: ServerResponse): Answer | null {
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
}
