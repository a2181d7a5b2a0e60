/**
 * An independent ICWS Dialer client that plays one agent's whole shift against any server, written from the reference
 * alone. What a server does otherwise than the reference says becomes a surprise; the shift goes on as far as it can.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { AgentView, basicDate, type Pop } from './agent-view.js';
import { type Json, skipLabel } from './shapes.js';
import type { Dialect } from './wire-client.js';

export interface ShiftPlan {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly messaging: 'stream' | 'poll';
  readonly dialect: Dialect;
  /** After so many calls the agent asks to leave (before it dispositions the last one). */
  readonly calls: number;
  /** Without a pop for so long while Available, the agent leaves. */
  readonly idleMs: number;
  readonly talkMs: number;
  /** During this call a break is asked for. */
  readonly breakAtCall?: number;
  /** Each n-th call is put off: to anyone, or to this agent where that is allowed. */
  readonly callbackEvery?: number;
  readonly callbackInSeconds?: number;
  readonly skipEvery?: number;
  readonly station?: string;
  /** Names its campaign in the very first log-in and leaves by campaign log-off and DELETE (one production client does). */
  readonly campaignFirst?: string;
  readonly applicationName?: string;
}

export interface HandledCall {
  readonly interactionId: string;
  readonly campaignId: string;
  readonly kind: 'preview' | 'data';
  readonly dialingMode: number;
  readonly label: string;
  readonly scheduledTime: number | null;
  readonly scheduledAgent: string | null;
  readonly connected: boolean;
  readonly farSide: boolean;
}

export interface ShiftReport {
  readonly user: string;
  readonly right: boolean;
  readonly calls: HandledCall[];
  readonly breaks: number;
  readonly granted: boolean;
  readonly messageTypes: Record<string, number>;
  readonly surprises: readonly string[];
  /** The shift could not go on, and why. */
  readonly failure: string | null;
}

/** Plays the shift; never throws: what went wrong is in the report. */
export async function playShift(plan: ShiftPlan): Promise<ShiftReport> {
  const shift = new Shift(plan);
  return shift.play();
}

class Shift extends AgentView {
  private readonly plan: ShiftPlan;
  private readonly calls: HandledCall[] = [];
  private userId = '';
  private configuredRight: unknown;
  private breaks = 0;
  private leaving = false;

  constructor(plan: ShiftPlan) {
    super(plan.url, plan.dialect, plan.user);
    this.plan = plan;
  }

  async play(): Promise<ShiftReport> {
    let failure: string | null = null;
    try {
      await this.open();
      await this.enterDialer();
      await this.work();
      await this.leave();
    } catch (error) {
      failure = (error as Error).message;
      await this.wire.send('DELETE', '/connection').catch(() => {});
    }
    this.wire.stopReading();
    return {
      user: this.plan.user,
      right: this.right,
      calls: this.calls,
      breaks: this.breaks,
      granted: this.granted.length > 0,
      messageTypes: this.types,
      surprises: this.wire.surprises,
      failure,
    };
  }

  private async open(): Promise<void> {
    const { plan, wire } = this;
    const body = await wire.connect(plan.user, plan.password, plan.applicationName ?? 'a-stranger');
    const features = new Map(
      (body.features as { featureId: string; version: number }[]).map((f) => [f.featureId, f.version]),
    );
    this.userId = encodeURIComponent(String(body.userID ?? plan.user));
    if (plan.messaging === 'stream') {
      if ((features.get('messaging') ?? 0) < 2) throw new Error('no stream is offered');
      await wire.startStream();
    } else wire.startPolling();
    await this.subscribe();
    await this.readAround();
  }

  private async subscribe(): Promise<void> {
    const { wire, plan } = this;
    const base = '/messaging/subscriptions';
    await wire.expect(200, null, 'PUT', `${base}/status/user-statuses`, { userIds: [plan.user.toUpperCase()] });
    await wire.expect(200, null, 'PUT', `${base}/status/status-messages`);
    await wire.expect(200, null, 'PUT', `${base}/status/status-messages-user-access`, { userIds: [plan.user] });
    await wire.expect(200, null, 'PUT', `${base}/connection/station`);
    if (plan.station) {
      const station = {
        __type: 'urn:inin.com:connection:workstationSettings',
        workstation: plan.station,
        supportedMediaTypes: [1],
        readyForInteractions: true,
      };
      await wire.expect(200, null, 'PUT', '/connection/station', station);
      await wire.expect(200, 'StationInformation', 'GET', '/connection/station');
    }
    const queueType = plan.dialect === 'vendor' ? 0 : 1;
    await wire.expect(200, null, 'PUT', `${base}/queues/${this.subscription}`, {
      queueIds: [{ queueType, queueName: plan.user }],
      attributeNames: ['Eic_State', 'Eic_CallStateString', 'Eic_ObjectType', 'Eic_RemoteId', 'is_attr_campaignid'],
    });
    await this.needed(() => this.types['queues:queueContentsMessage'] !== undefined, 3000, 'the first queue contents');
    await this.needed(() => this.status !== '', 3000, 'the first user status');
  }

  /** The reads that clients in the field do beside the flow. */
  private async readAround(): Promise<void> {
    const { wire, userId } = this;
    await wire.expect(200, 'ConnectionSettings', 'GET', '/connection');
    await wire.expect(200, 'StatusMessages', 'GET', '/status/status-messages');
    await wire.expect(200, 'StatusMessagesUserAccess', 'GET', `/status/status-messages-user-access/${userId}`);
    const status = await wire.expect(200, 'UserStatus', 'GET', `/status/user-statuses/${userId}`);
    const { statusChanged } = (status.json ?? {}) as Json;
    if (statusChanged !== undefined)
      wire.demand(basicDate.test(String(statusChanged)), `GET user status: statusChanged ${String(statusChanged)}`);
    const user = await wire.send('GET', `/configuration/users/${userId}?select=*&rightsFilter=loggedInUser`);
    const rights = (user.json as { securityRights?: { loginCampaign?: { effectiveValue?: unknown } } } | null)
      ?.securityRights;
    this.configuredRight = rights?.loginCampaign?.effectiveValue;
    if (user.status === 200)
      wire.demand(
        typeof this.configuredRight === 'boolean',
        'configuration/users without securityRights.loginCampaign.effectiveValue',
      );
    else wire.demand(false, `GET configuration/users: ${user.status}`);
    for (const [path, schema] of [
      ['/icws/connection/version', 'VersionInfo'],
      ['/icws/connection/features', 'FeatureInfos'],
      ['/icws/connection/features/messaging', 'FeatureInfo'],
      ['/icws/connection/server-time', 'ServerTimeInfo'],
    ] as const)
      await wire.expect(200, schema, 'GET', path);
  }

  private async enterDialer(): Promise<void> {
    const { wire, plan } = this;
    if (plan.campaignFirst) await this.enterByCampaign();
    else await wire.expect(200, null, 'POST', '/dialer/log-in', {});
    const told = () => this.types['dialer:availableCampaignsMessage'] !== undefined && this.breakStatus !== null;
    if (!(await this.needed(told, 4000, 'break status and campaigns after the log-in')))
      throw new Error('no campaigns');
    wire.demand(this.breakStatus === 0, `break status ${this.breakStatus} after the log-in`);
    wire.demand(
      this.configuredRight === this.right,
      `right is ${String(this.configuredRight)} in the configuration, ${this.right} in the message`,
    );
    const running = [...this.campaigns.values()].filter(({ on }) => on);
    if (this.right && !plan.campaignFirst)
      for (const campaign of running) {
        wire.demand(!campaign.loggedIn, `${campaign.name} is logged in before anybody asked`);
        await wire.expect(200, null, 'POST', '/dialer/log-in', { campaignId: campaign.id });
      }
    else
      for (const campaign of running)
        wire.demand(campaign.loggedIn || plan.campaignFirst !== undefined, `${campaign.name} is not logged in`);
    await wire.expect(200, null, 'POST', '/dialer/ready-for-calls', {});
    await this.setStatus('Available');
  }

  /** As the one production client: the campaign is known beforehand and named in the very first log-in. */
  private async enterByCampaign(): Promise<void> {
    const probe = await this.wire.send('POST', '/dialer/log-in', { campaignId: this.plan.campaignFirst ?? '' });
    this.wire.demand(
      probe.status === 200,
      `campaign log-in as the first one: ${probe.status} ${probe.text.slice(0, 100)}`,
    );
  }

  private async setStatus(statusId: string): Promise<void> {
    const written = this.plan.dialect === 'vendor' ? statusId : statusId.toUpperCase();
    const reply = await this.wire.expect(202, 'AsyncOperationAccepted', 'PUT', `/status/user-statuses/${this.userId}`, {
      statusId: written,
    });
    const requestId = String((reply.json as Json | null)?.requestId);
    const came = await this.needed(() => this.completed.has(requestId), 3000, `completion of status ${statusId}`);
    if (came)
      this.wire.demand(
        this.completed.get(requestId) === null,
        `status ${statusId}: ${JSON.stringify(this.completed.get(requestId))}`,
      );
    await this.needed(
      () => this.status.toLowerCase() === statusId.toLowerCase() || this.pops.length > 0,
      3000,
      `status message ${statusId} (is ${this.status})`,
    );
  }

  private async work(): Promise<void> {
    for (;;) {
      const patience = this.leaving ? 5000 : this.plan.idleMs;
      const came = await this.until(() => this.pops.length > 0 || (this.leaving && this.granted.length > 0), patience);
      const pop = this.pops.shift();
      if (pop) await this.handle(pop);
      else if (this.leaving) {
        this.wire.demand(came, 'no logout was granted in 5 s after the last disposition');
        return;
      } else await this.logOff();
    }
  }

  private async handle(pop: Pop): Promise<void> {
    const number = this.calls.length + 1;
    const preview = pop.__type === 'urn:inin.com:dialer:previewPop';
    this.wire.demand(this.campaigns.has(pop.campaignId), `pop of unknown campaign ${pop.campaignId}`);
    this.wire.demand(preview ? pop.dialingMode <= 1 : true, `previewPop with dialingMode ${pop.dialingMode}`);
    const { skipEvery } = this.plan;
    if (preview && pop.allowSkip && !pop.callPlaced && skipEvery && number % skipEvery === 0) {
      await this.finish(pop, { label: skipLabel }, false, false);
      return;
    }
    if (preview && pop.callPlaced !== true) await this.place(pop);
    const connected = await this.connect(pop);
    if (number === this.plan.breakAtCall) {
      const body = this.plan.dialect === 'vendor' ? {} : undefined;
      await this.wire.expect(202, null, 'POST', '/dialer/request-break', body);
      await this.needed(() => this.breakStatus === 1 || this.breakStatus === 2, 2000, 'BreakPending');
      this.wire.demand(this.breakStatus !== 2, 'break granted with an undispositioned call');
    }
    if (connected) await this.until(() => this.ended.has(pop.interactionId), this.plan.talkMs);
    if (number >= this.plan.calls && !this.leaving) await this.logOff();
    if (!this.ended.has(pop.interactionId)) await this.hangUp(pop);
    const farSide = this.ended.get(pop.interactionId) === 'E';
    await this.finish(pop, this.choose(pop, number, connected), connected, farSide);
  }

  private async place(pop: Pop): Promise<void> {
    await this.wire.expect(200, null, 'POST', '/dialer/place-preview-call', { callInitiatedByTimer: false });
    await this.needed(
      () => this.placed.has(pop.interactionId),
      3000,
      `the pop ${pop.interactionId} again with callPlaced`,
    );
  }

  private async connect(pop: Pop): Promise<boolean> {
    const id = pop.interactionId;
    const decided = () => this.connected.has(id) || this.ended.has(id);
    await this.needed(decided, 15_000, `call ${id} to connect or end (queue says ${this.queue.get(id)?.eic_state})`);
    const item = this.queue.get(id);
    if (item && item.eic_state === 'C')
      this.wire.demand(
        item.is_attr_campaignid === pop.campaignId,
        `is_attr_campaignid ${item.is_attr_campaignid} on a call of ${pop.campaignId}`,
      );
    return this.connected.has(id);
  }

  private async hangUp(pop: Pop): Promise<void> {
    const reply = await this.wire.send('POST', `/interactions/${pop.interactionId}/disconnect`, {});
    // The far side may have been first by a hair.
    const raced = reply.status !== 200 && (await this.until(() => this.ended.has(pop.interactionId), 1500));
    this.wire.demand(reply.status === 200 || raced, `disconnect: ${reply.status} although the call lives`);
    await this.needed(() => this.ended.has(pop.interactionId), 3000, `the end of ${pop.interactionId} on the queue`);
  }

  private choose(pop: Pop, number: number, connected: boolean): Json {
    const { callbackEvery, callbackInSeconds } = this.plan;
    const scheduled = pop.dispositions.find(({ wrapUpCategory }) => wrapUpCategory === 'Scheduled');
    if (scheduled && callbackEvery && number % callbackEvery === 0) {
      const body: Json = {
        label: scheduled.label,
        scheduledTime: Math.floor(Date.now() / 1000) + (callbackInSeconds ?? 3600),
      };
      if (pop.allowAgentCallbacks) body.scheduledAgent = this.plan.user;
      return body;
    }
    const plain = pop.dispositions.filter(({ wrapUpCategory, abandon }) => wrapUpCategory !== 'Scheduled' && !abandon);
    const chosen = connected ? plain[0] : plain.at(-1);
    return { label: chosen?.label ?? pop.dispositions[0]?.label ?? '' };
  }

  private async finish(pop: Pop, body: Json, connected: boolean, farSide: boolean): Promise<void> {
    const reply = await this.wire.expect(200, null, 'POST', '/dialer/disposition', body);
    if (reply.status === 200)
      this.calls.push({
        interactionId: pop.interactionId,
        campaignId: pop.campaignId,
        kind: pop.__type.endsWith('previewPop') ? 'preview' : 'data',
        dialingMode: pop.dialingMode,
        label: String(body.label),
        scheduledTime: typeof body.scheduledTime === 'number' ? body.scheduledTime : null,
        scheduledAgent: typeof body.scheduledAgent === 'string' ? body.scheduledAgent : null,
        connected,
        farSide,
      });
    if (this.breakStatus === 1 || (this.calls.length === this.plan.breakAtCall && this.breakStatus === 2))
      await this.takeBreak();
    if (!this.leaving && this.pops.length === 0) await this.setStatus('Available');
  }

  private async takeBreak(): Promise<void> {
    if (
      !(await this.needed(() => this.breakStatus === 2 || this.pops.length > 0, 5000, 'OnBreak')) ||
      this.breakStatus !== 2
    )
      return;
    this.breaks += 1;
    await this.setStatus('Do Not Disturb');
    await pause(150);
    this.wire.demand(this.pops.length === 0, 'a pop during the break');
    const reply = await this.wire.send('POST', '/dialer/end-break', this.plan.dialect === 'vendor' ? {} : undefined);
    this.wire.demand(reply.status === 202, `end-break: ${reply.status}`);
    await this.needed(() => this.breakStatus === 0, 3000, 'NotOnBreak');
  }

  private async logOff(): Promise<void> {
    this.leaving = true;
    if (this.plan.campaignFirst)
      await this.wire.expect(200, null, 'POST', '/dialer/log-off', { campaignIds: [...this.campaigns.keys()] });
    else
      await this.wire.expect(
        200,
        null,
        'POST',
        '/dialer/log-off',
        this.plan.dialect === 'vendor' ? { campaignIds: [] } : {},
      );
  }

  private async leave(): Promise<void> {
    const ids = this.granted.flatMap((grant) => ((grant.campaigns as { id?: unknown }[]) ?? []).map(({ id }) => id));
    if (!this.plan.campaignFirst)
      this.wire.demand(ids.includes(''), `grants name ${JSON.stringify(ids)}, not the empty id`);
    await this.wire.expect(204, null, 'DELETE', `/messaging/subscriptions/queues/${this.subscription}`);
    await this.wire.expect(204, null, 'DELETE', '/messaging/subscriptions/status/user-statuses');
    this.wire.stopReading();
    await this.wire.expect(200, null, 'DELETE', '/connection');
    const after = await this.wire.send('GET', '/connection');
    const down = after.status === 200 && (after.json as Json).connectionState === 2;
    this.wire.demand(down || after.status === 401, `GET connection after DELETE: ${after.status} ${after.text}`);
  }
}
