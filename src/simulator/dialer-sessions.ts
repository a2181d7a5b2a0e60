import { CampaignLogonErrorCode } from '../wire/index.js';
import { forbidden, invalidProperty, Refusal } from './answer.js';
import { closeByDialer, hangUpAll, shouldKnow } from './calls.js';
import { tellAgent } from './delivery.js';
import { logOut } from './leaving.js';
import { isEligible, isOffered, joinCampaign, offeredTo, sendDialerState } from './membership.js';
import { sendPop } from './pops.js';
import { refreshReadiness } from './readiness.js';
import type { Agent, Campaign, Session, User, World } from './world.js';

/** The Dialer session of a user and an application name; made at the first ICWS session of that name. */
export function agentOf(world: World, user: User, application: string): Agent {
  const key = application.toLowerCase();
  let agent = user.agents.get(key);
  if (!agent) {
    agent = {
      user,
      application,
      sessions: new Set(),
      loggedIn: false,
      joined: new Set(),
      ready: new Set(),
      joinedUnheard: new Set(),
      breakStatus: 0,
      breakIsByStatus: false,
      leavingDialer: false,
      leavingCampaigns: new Set(),
      leaveRequests: 0,
      call: null,
      allotted: null,
      turn: world.nextNumber('agent'),
      reserved: null,
      promised: null,
      promiseDrawn: false,
      ownCallbacks: [],
      excused: false,
      keepTimer: null,
    };
    user.agents.set(key, agent);
  }
  return agent;
}

/** dialer/log-in (reference §4.3): global without a campaign; with one, the campaign too. Refuses with a Refusal. */
export function logIn(world: World, session: Session, campaignId: string | undefined): void {
  const { agent, user } = session;
  if (campaignId !== undefined && !user.logonCampaign) {
    throw forbidden('The Logon Campaign right is needed to log in to a single campaign.');
  }
  const campaign = campaignId === undefined ? null : joinable(world, user, campaignId);
  const isNew = !agent.loggedIn;
  if (isNew) enterDialer(world, agent);
  // Another process took over: it cannot know what became of the answers to the first one.
  else if (agent.sessions.size > 1) {
    agent.excused = true;
    for (const joined of agent.joined) agent.joinedUnheard.add(joined);
  }
  if (campaign) {
    const isUnheard = agent.joinedUnheard.delete(campaign);
    if (agent.joined.has(campaign) && !isUnheard && !agent.excused)
      world.ledger.violation('campaign-log-in-twice', user.id);
    joinCampaign(agent, campaign);
  }
  sendDialerState(world, agent, session);
  if (isNew || !campaign) resendPop(world, agent, session);
  refreshReadiness(world, agent);
}

function enterDialer(world: World, agent: Agent): void {
  const { user } = agent;
  for (const other of user.agents.values()) {
    if (other !== agent && other.loggedIn && other.sessions.size > 0) world.ledger.violation('double-session', user.id);
  }
  agent.loggedIn = true;
  if (user.logonCampaign) return;
  for (const campaign of offeredTo(world, user)) if (campaign.state !== 'stopping') joinCampaign(agent, campaign);
}

/** The open call comes again, as it stands, to an agent who logs in anew (reference §6.8). */
function resendPop(world: World, agent: Agent, session: Session): void {
  if (!agent.call) return;
  world.ledger.repops += 1;
  sendPop(world, agent.call, [session]);
}

function joinable(world: World, user: User, campaignId: string): Campaign {
  const campaign = findCampaign(world, campaignId);
  if (!campaign) throw logonError(CampaignLogonErrorCode.CampaignNotFound, 'There is no such campaign.');
  if (!isEligible(user, campaign)) {
    throw logonError(CampaignLogonErrorCode.WrongWorkgroup, "The campaign is not one of the agent's workgroups.");
  }
  if (campaign.state === 'stopping')
    throw logonError(CampaignLogonErrorCode.CampaignStopping, 'The campaign is stopping.');
  return campaign;
}

function logonError(logonError: CampaignLogonErrorCode, message: string): Refusal {
  return new Refusal(400, { __type: 'urn:inin.com:dialer:campaignLogonError', message, logonError });
}

/** A campaign that still exists, by its id in any letter case. */
export function findCampaign(world: World, campaignId: string): Campaign | undefined {
  const campaign = world.campaigns.get(campaignId) ?? world.campaigns.get(campaignId.toUpperCase());
  return campaign && isOffered(campaign) ? campaign : undefined;
}

/** ready-for-calls: for these campaigns, or for all that the agent is in now (reference §4.4). */
export function makeReady(world: World, agent: Agent, campaignIds: readonly string[] | undefined): void {
  if (campaignIds === undefined || campaignIds.length === 0) {
    for (const campaign of agent.joined) agent.ready.add(campaign);
  } else {
    const campaigns = campaignIds.map((id) => {
      const campaign = findCampaign(world, id);
      if (!campaign || !agent.joined.has(campaign))
        throw invalidProperty('campaignIds', 'names a campaign the agent is not in');
      return campaign;
    });
    for (const campaign of campaigns) agent.ready.add(campaign);
  }
  refreshReadiness(world, agent);
}

/** A session of this agent came up: whatever was kept for him stays. */
export function returnToAgent(world: World, agent: Agent, session: Session): void {
  agent.sessions.add(session);
  world.timers.cancel(agent.keepTimer);
  agent.keepTimer = null;
}

/**
 * A session of this agent is over. With the last one he is out of Dialer: a call in progress becomes ambiguous at once when
 * his client left on purpose, and is kept for a while (`keepLostCalls`) when the connection broke (reference §6.2, §6.8).
 */
export function departFromAgent(world: World, agent: Agent, session: Session, how: 'deleted' | 'broken'): void {
  agent.sessions.delete(session);
  if (agent.sessions.size > 0) return;
  if (how === 'deleted' && agent.call) {
    if (shouldKnow(world, agent.call) && !agent.call.isLate)
      world.ledger.violation('session-deleted-in-call', agent.user.id);
    closeByDialer(world, agent.call, 'Ambiguous - Agent Logout');
  }
  if (how === 'broken') agent.excused = true;
  logOut(world, agent);
  if (!agent.call) return;
  const { keepLostCalls } = world.config;
  if (keepLostCalls === 0) giveUpCall(world, agent);
  else agent.keepTimer = world.timers.after(keepLostCalls, () => giveUpCall(world, agent));
}

/** Nobody came back for the call: Dialer records it itself. */
function giveUpCall(world: World, agent: Agent): void {
  agent.keepTimer = null;
  if (agent.call) closeByDialer(world, agent.call, 'Ambiguous - Agent Connection Broken');
  if (agent.user.sessions.size === 0) hangUpAll(world, agent.user);
}

/** The link to the Dialer server broke or came back: agents have to log in again (reference §4.9, §6.10). */
export function switchDialerLink(world: World, up: boolean): void {
  if (world.dialerUp === up) return;
  world.dialerUp = up;
  for (const user of world.users.values()) {
    for (const agent of user.agents.values()) {
      if (!up && agent.loggedIn) logOut(world, agent);
      agent.excused = true;
      tellAgent(world, agent, {
        __type: 'urn:inin.com:dialer:outboundServerConnectionStateChangeMessage',
        isDelta: false,
        previousConnectionState: up ? 2 : 1,
        newConnectionState: up ? 1 : 2,
        reason: up ? 'The outbound server is back.' : 'Lost the outbound server.',
      });
    }
  }
}
