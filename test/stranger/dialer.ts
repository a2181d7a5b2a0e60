/**
 * The strange server's Dialer: campaigns, contacts, agents and their calls, by the rules of the reference (§4.10).
 * It knows nothing of HTTP: the server calls it with what a client asked, it posts messages to the agent's session.
 */
import { Disturbing } from './disturbing.js';
import type { Agent, Answer, Call } from './people.js';
import { type Disposition, type Json, skipLabel, statusRows, usualDispositions } from './shapes.js';

/** A pop that was delivered a moment ago may have crossed the client's request on its way. */
const raceMs = 250;

export class Dialer extends Disturbing {
  private nextRequest = 1;
  private firstLogoffAt: number | null = null;

  /** The client has been sent a pop of this agent's call just now. */
  delivered(agent: Agent, interactionId: string): void {
    if (agent.open?.id === interactionId) agent.open.deliveredAt ??= Date.now();
  }

  /** Whether the client can have known the open call when its request came. */
  private known(call: Call | null): boolean {
    return call?.deliveredAt != null && Date.now() - call.deliveredAt > raceMs;
  }

  logIn(agent: Agent, campaignId: unknown): Answer {
    this.begin();
    if (campaignId === undefined || campaignId === null || campaignId === '') return this.logInToDialer(agent);
    const campaign = this.campaigns.find(({ id }) => id === campaignId);
    if (!this.options.logonCampaign) {
      this.truth.violate('campaign-log-in-without-right', agent.user, String(campaignId));
      return { status: 403, body: { message: 'No Logon Campaign right.' } };
    }
    if (!agent.dialer) this.truth.violate('campaign-log-in-before-dialer', agent.user);
    if (!campaign?.offered) {
      this.truth.violate('campaign-not-offered', agent.user, String(campaignId));
      return refusal(2);
    }
    if (agent.campaigns.has(campaign.id)) {
      if (!agent.unsure.has('dialer.log-in'))
        this.truth.violate('campaign-log-in-twice', agent.user, campaign.spec.name);
      return refusal(0);
    }
    agent.campaigns.set(campaign.id, { ready: false });
    // Half of the servers tell the new state, the others find the 200 enough.
    const tells = agent.user.charCodeAt(agent.user.length - 1) % 2 === 0;
    return {
      status: 200,
      then: () =>
        tells && this.availableCampaigns(agent, { isDelta: true, campaignsAdded: [this.campaignRow(agent, campaign)] }),
    };
  }

  private logInToDialer(agent: Agent): Answer {
    agent.dialer = true;
    agent.logoff = null;
    agent.loggedOffAt = null;
    const offered = this.campaigns.filter((campaign) => campaign.offered);
    if (!this.options.logonCampaign)
      for (const campaign of offered)
        if (!agent.campaigns.has(campaign.id)) agent.campaigns.set(campaign.id, { ready: false });
    return {
      status: 200,
      then: () => {
        const rows = offered.map((campaign) => this.campaignRow(agent, campaign));
        const steps = [
          () => this.breakMessage(agent, agent.breakState),
          () => this.availableCampaigns(agent, { campaignsAdded: rows }),
        ];
        if (this.quirks.oddGrants) steps.push(() => this.breakMessage(agent, agent.breakState));
        for (const step of this.shuffled(steps)) step();
        if (agent.open) {
          this.truth.note('re-pop after log-in');
          this.pop(agent, agent.open);
        }
      },
    };
  }

  ready(agent: Agent, campaignIds: unknown): Answer {
    if (!agent.dialer) {
      this.truth.violate('ready-before-log-in', agent.user);
      return { status: 400, body: { message: 'Not logged in to Dialer.' } };
    }
    if (campaignIds !== undefined && !(Array.isArray(campaignIds) && campaignIds.length > 0))
      this.truth.violate('ready-with-bad-list', agent.user, JSON.stringify(campaignIds));
    const ids = Array.isArray(campaignIds) ? campaignIds : [...agent.campaigns.keys()];
    for (const id of ids) {
      const state = agent.campaigns.get(String(id));
      const campaign = this.campaigns.find((candidate) => candidate.id === id);
      if (state) state.ready = true;
      else if (campaign?.offered && !this.quirks.supervisorLogout)
        this.truth.violate('ready-for-foreign-campaign', agent.user, String(id));
    }
    this.wake(agent);
    return { status: 200 };
  }

  putStatus(agent: Agent, wanted: unknown): Answer {
    const requestId = String(this.nextRequest++);
    const completed = (error: Json | null) =>
      this.post(agent, 'messaging:asyncOperationCompletedMessage', { requestId, error });
    const accepted = (then: () => void): Answer => ({ status: 202, body: { requestId }, then });
    const row = statusRows(this.options.statuses).find(({ id }) => id.toLowerCase() === String(wanted).toLowerCase());
    if (!row?.selectable) {
      this.truth.violate('status-not-selectable', agent.user, String(wanted));
      return accepted(() => completed({ message: 'The status may not be set.' }));
    }
    agent.breakUnused = false;
    agent.statusChanges += 1;
    if (this.quirks.statusRefused && agent.statusChanges % 3 === 0) {
      this.truth.note('status refused');
      return accepted(() => completed({ message: 'The status may not be set now.' }));
    }
    if (row.acd) this.judgeAvailable(agent);
    else if (this.known(agent.open) && agent.dialer) this.truth.violate('non-acd-during-call', agent.user, row.id);
    const popped = agent.open !== null;
    const breaks = !row.acd && agent.dialer && agent.breakState === 0 && agent.logoff === null;
    if (breaks) agent.breakState = 2;
    if (breaks) agent.breakGrantedAt = 0;
    if (!popped && !(row.acd && agent.supervised)) agent.status = row.id;
    return accepted(() => {
      const steps = [
        () => completed(null),
        () => {
          if (!popped) this.setStatus(agent, agent.status);
        },
      ];
      for (const step of this.shuffled(steps)) step();
      if (row.acd) this.endBreakByStatus(agent);
      else if (breaks) this.breakMessage(agent, 2);
      this.wake(agent);
    });
  }

  private endBreakByStatus(agent: Agent): void {
    if (agent.breakState !== 2 || agent.supervised || Date.now() - agent.breakGrantedAt < raceMs) return;
    agent.breakState = 0;
    this.breakMessage(agent, 0);
  }

  private judgeAvailable(agent: Agent): void {
    const { open, last } = agent;
    if (agent.supervised) this.truth.violate('available-over-supervisor', agent.user);
    if (!agent.dialer && agent.loggedOffAt === null) this.truth.violate('available-before-dialer', agent.user);
    else if (agent.campaigns.size > 0 && ![...agent.campaigns.values()].some(({ ready }) => ready)) {
      if (!this.quirks.supervisorLogout && this.quirks.expiry === 'none')
        this.truth.violate('available-before-ready', agent.user);
    }
    if (open && this.known(open)) {
      this.truth.violate('available-before-disposition', agent.user, open.id);
      open.truth.outcome = 'ambiguous';
      agent.open = null;
      agent.last = open;
    }
    const item = last?.item;
    const lingering = item && agent.items.has(item.id) && !item.hangingUp && (item.state === 'C' || item.state === 'R');
    if (lingering && !agent.unsure.has('interaction.disconnect'))
      this.truth.violate('available-while-connected', agent.user, last.id);
  }

  disposition(agent: Agent, body: Json): Answer {
    const unsure = agent.unsure.has('dialer.disposition');
    const call = agent.open;
    if (!call) {
      const excused =
        unsure || ['agent-lost', 'withdrawn', 'ambiguous', 'superseded'].includes(agent.last?.truth.outcome ?? '');
      const code = agent.dialer ? 'disposition-without-call' : 'disposition-outside-dialer';
      if (!excused) this.truth.violate(code, agent.user, String(body.label));
      return { status: 404, body: { message: 'There is no call.' } };
    }
    if (call.deliveredAt === null) this.truth.violate('disposition-before-pop', agent.user, call.id);
    const chosen = usualDispositions.find(({ label }) => label === body.label);
    const problem = this.dispositionProblem(call, body, chosen);
    if (problem) {
      this.truth.violate(problem, agent.user, JSON.stringify(body));
      return { status: 400, body: { message: problem } };
    }
    if (this.firstLogoffAt !== null && agent.logoff === null && Date.now() - this.firstLogoffAt > 1500)
      this.truth.violate('disposition-before-log-off', agent.user, call.id);
    return this.take(agent, call, body, chosen);
  }

  private dispositionProblem(call: Call, body: Json, chosen: Disposition | undefined): string | null {
    const { scheduledTime, scheduledAgent } = body;
    if (body.label === skipLabel) {
      if (!call.preview || !call.campaign.spec.allowSkip) return 'skip-not-allowed';
      return call.truth.placed ? 'skip-after-place' : null;
    }
    if (!chosen) return 'foreign-label';
    if (scheduledTime !== undefined) {
      if (!Number.isInteger(scheduledTime)) return 'scheduled-time-not-integer';
      if ((scheduledTime as number) > 1e11 || (scheduledTime as number) < 1e9) return 'scheduled-time-not-seconds';
      if (chosen.wrapUpCategory !== 'Scheduled') return 'scheduled-time-on-other-category';
    }
    if (scheduledAgent !== undefined && scheduledAgent !== null) {
      if (scheduledTime === undefined) return 'scheduled-agent-without-time';
      if (!call.campaign.spec.agentCallbacks) return 'scheduled-agent-not-allowed';
      if (!this.agents.has(String(scheduledAgent).toLowerCase())) return 'scheduled-agent-unknown';
    }
    return null;
  }

  private take(agent: Agent, call: Call, body: Json, chosen: Disposition | undefined): Answer {
    const scheduledTime = typeof body.scheduledTime === 'number' ? body.scheduledTime : null;
    const scheduledAgent = typeof body.scheduledAgent === 'string' ? body.scheduledAgent : null;
    call.truth.dispositions.push({
      label: String(body.label),
      category: chosen?.wrapUpCategory ?? '',
      scheduledTime,
      scheduledAgent,
    });
    call.truth.outcome = body.label === skipLabel ? 'skipped' : 'dispositioned';
    if (scheduledTime !== null)
      call.campaign.callbacks.push({ contact: call.contact, dueAt: scheduledTime * 1000, owner: scheduledAgent });
    agent.open = null;
    agent.last = call;
    const { status } = agent;
    if (this.quirks.oddGrants && !agent.owesOneMore) this.grantWhatIsDue(agent, 0);
    return {
      status: 200,
      then: () => {
        if (!agent.supervised && agent.open === null && agent.status === status) this.setStatus(agent, 'Follow Up');
        this.wake(agent);
      },
    };
  }

  place(agent: Agent): Answer {
    const call = agent.open;
    if (!call) {
      const excused = agent.last?.truth.outcome === 'withdrawn' || agent.unsure.has('dialer.place-preview-call');
      if (!excused) this.truth.violate('place-without-preview', agent.user);
      return { status: 404, body: { message: 'There is no such call.' } };
    }
    if (!call.preview || call.truth.placed) {
      if (!agent.unsure.has('dialer.place-preview-call'))
        this.truth.violate(call.preview ? 'place-twice' : 'place-of-no-preview', agent.user, call.id);
      return { status: 404, body: { message: 'There is no such preview.' } };
    }
    call.truth.placed = true;
    return { status: 200, then: () => this.afterPlacing(agent, call) };
  }

  private afterPlacing(agent: Agent, call: Call): void {
    if (this.quirks.placed === 'preview-pop') {
      agent.post?.(this.popMessage(call));
      this.putOnQueue(agent, call);
      return;
    }
    if (this.quirks.placed === 'data-pop-new-id') call.id = this.newId();
    this.putOnQueue(agent, call);
    const message = this.popMessage(call);
    const { callPlaced: _placed, allowSkip: _skip, previewTimeout: _timeout, ...rest } = message.call as Json;
    this.truth.trace(agent.user, `   data pop ${call.id} for the placed preview`);
    agent.post?.({ ...message, call: { ...rest, __type: 'urn:inin.com:dialer:dataPop' } });
  }

  requestBreak(agent: Agent): Answer {
    if (!agent.dialer) this.truth.violate('break-outside-dialer', agent.user);
    if (agent.breakState !== 0) return { status: 202 };
    agent.breakState = 1;
    agent.owesOneMore = this.quirks.oneMore && agent.open === null && this.isAcd(agent.status);
    return {
      status: 202,
      then: () => {
        if (!this.quirks.oddGrants) this.breakMessage(agent, 1);
        if (agent.owesOneMore) this.oneMore(agent);
        else this.wake(agent);
      },
    };
  }

  endBreak(agent: Agent): Answer {
    if (agent.breakState === 0) this.truth.note('end-break without break');
    agent.breakState = 0;
    return {
      status: 202,
      then: () => {
        this.breakMessage(agent, 0);
        this.wake(agent);
      },
    };
  }

  logOff(agent: Agent, campaignIds: unknown): Answer {
    this.firstLogoffAt ??= Date.now();
    agent.logoffs += 1;
    if (agent.breakUnused) this.truth.breaksCrossed += 1;
    agent.breakUnused = false;
    if (agent.logoffs > 6) this.truth.violate('log-off-repeated', agent.user, String(agent.logoffs));
    if (!agent.dialer && agent.loggedOffAt === null) this.truth.violate('log-off-outside-dialer', agent.user);
    const ids = Array.isArray(campaignIds) ? campaignIds.map(String) : [];
    if (ids.length > 0 && !this.options.logonCampaign) {
      this.truth.violate('campaign-log-off-without-right', agent.user);
      return { status: 400, body: { message: 'No Logon Campaign right.' } };
    }
    if (ids.length > 0) agent.logoff = agent.logoff === 'all' ? 'all' : new Set(ids);
    else {
      agent.logoff = 'all';
      agent.owesOneMore = this.quirks.oneMore && agent.open !== null && agent.open.campaign.spec.type === 'predictive';
    }
    return { status: 200, then: () => this.grantWhatIsDue(agent) };
  }

  pickup(agent: Agent, id: string): Answer {
    const item = agent.items.get(id);
    if (!item) return gone;
    if (!item.call) this.truth.violate('touched-foreign-interaction', agent.user, `pickup ${id}`);
    if (item.state !== 'A') return { status: 400, body: { message: 'Not alerting.' } };
    return {
      status: 200,
      then: () => {
        if (item.state !== 'A' || !item.call) return;
        this.itemChanged(agent, item, 'C');
        this.connected(agent, item.call);
      },
    };
  }

  disconnect(agent: Agent, id: string): Answer {
    const item = agent.items.get(id);
    if (!item) return gone;
    if (!item.call) this.truth.violate('touched-foreign-interaction', agent.user, `disconnect ${id}`);
    if (item.state === 'E' || item.state === 'I') return gone;
    item.hangingUp = true;
    return { status: 200, then: () => this.end(agent, item, 'I') };
  }
}

const gone: Answer = { status: 404, body: { message: 'The interaction does not exist.' } };

function refusal(logonError: number): Answer {
  return {
    status: 400,
    body: { __type: 'urn:inin.com:dialer:campaignLogonError', message: 'Refused.', logonError },
  };
}
