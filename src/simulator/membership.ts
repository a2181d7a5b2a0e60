import { type AvailableCampaign, CampaignStatusType, CampaignType } from '../wire/index.js';
import { deliverAll, tellAgent } from './delivery.js';
import type { Agent, Campaign, Session, User, World } from './world.js';

const TYPES = { predictive: CampaignType.Predictive, power: CampaignType.Power, preview: CampaignType.Preview };

/** Whether a campaign is for this user: one of his workgroups. */
export function isEligible(user: User, campaign: Campaign): boolean {
  return user.workgroups === null || user.workgroups.has(campaign.config.workgroup.toLowerCase());
}

/** Whether a campaign exists for agents. */
export function isOffered({ state }: Campaign): boolean {
  return state !== 'removed' && state !== 'withdrawn';
}

/** The campaigns offered to a user. */
export function offeredTo(world: World, user: User): Campaign[] {
  return [...world.campaigns.values()].filter((campaign) => isOffered(campaign) && isEligible(user, campaign));
}

/** State flags of a campaign (reference §4.9: a list). */
export function statusFlags(campaign: Campaign): number[] {
  if (campaign.state === 'running') return [CampaignStatusType.On, CampaignStatusType.Auto];
  return campaign.state === 'paused' ? [CampaignStatusType.On, CampaignStatusType.Paused] : [CampaignStatusType.Off];
}

/** A campaign as an agent is told of it. */
export function describeCampaign(agent: Agent, campaign: Campaign): AvailableCampaign {
  return {
    __type: 'urn:inin.com:dialer:availableCampaign',
    id: campaign.id,
    name: campaign.config.name,
    workgroup: campaign.config.workgroup,
    status: statusFlags(campaign),
    hasBaseScript: true,
    isLoggedIn: agent.joined.has(campaign),
    campaignType: TYPES[campaign.config.type],
  };
}

/** Sends the two messages that answer a Dialer log-in (reference §4.3), to the session that logged in. */
export function sendDialerState(world: World, agent: Agent, session: Session): void {
  deliverAll(world, [session], {
    __type: 'urn:inin.com:dialer:breakStatusMessage',
    isDelta: false,
    breakStatus: agent.breakStatus,
  });
  deliverAll(world, [session], {
    __type: 'urn:inin.com:dialer:availableCampaignsMessage',
    isDelta: false,
    campaignsAdded: offeredTo(world, agent.user).map((campaign) => describeCampaign(agent, campaign)),
    agentHasLogonCampaignRight: agent.user.logonCampaign,
  });
}

/** Puts the agent into a campaign; ready-for-calls has to follow (reference §4.4). */
export function joinCampaign(agent: Agent, campaign: Campaign): void {
  agent.joined.add(campaign);
  campaign.agents.add(agent);
  agent.leavingCampaigns.delete(campaign);
}

/** Takes the agent out of a campaign. */
export function leaveCampaign(agent: Agent, campaign: Campaign): void {
  agent.joined.delete(campaign);
  agent.ready.delete(campaign);
  agent.joinedUnheard.delete(campaign);
  agent.leavingCampaigns.delete(campaign);
  campaign.agents.delete(agent);
  campaign.idle.delete(agent);
  campaign.waiting.delete(agent);
  if (agent.allotted === campaign) agent.allotted = null;
}

/** Tells every agent in Dialer that a campaign is offered anew; those without the right are in it at once. */
export function announceCampaign(world: World, campaign: Campaign): void {
  for (const agent of dialerAgents(world, campaign)) {
    if (!agent.user.logonCampaign) joinCampaign(agent, campaign);
    tellAgent(world, agent, {
      __type: 'urn:inin.com:dialer:availableCampaignsMessage',
      isDelta: true,
      campaignsAdded: [describeCampaign(agent, campaign)],
      agentHasLogonCampaignRight: agent.user.logonCampaign,
    });
  }
}

/** Tells every agent in Dialer that a campaign changed its state. */
export function announceChange(world: World, campaign: Campaign): void {
  for (const agent of dialerAgents(world, campaign)) {
    tellAgent(world, agent, {
      __type: 'urn:inin.com:dialer:availableCampaignsMessage',
      isDelta: true,
      campaignsChanged: [
        {
          __type: 'urn:inin.com:dialer:changedCampaign',
          id: campaign.id,
          name: campaign.config.name,
          status: statusFlags(campaign),
        },
      ],
      agentHasLogonCampaignRight: agent.user.logonCampaign,
    });
  }
}

/** Tells every agent in Dialer that a campaign is no longer offered, and takes him out of it. */
export function announceRemoval(world: World, campaign: Campaign): Agent[] {
  const agents = dialerAgents(world, campaign);
  for (const agent of agents) {
    leaveCampaign(agent, campaign);
    tellAgent(world, agent, {
      __type: 'urn:inin.com:dialer:availableCampaignsMessage',
      isDelta: true,
      campaignsRemoved: [{ id: campaign.id }],
      agentHasLogonCampaignRight: agent.user.logonCampaign,
    });
  }
  return agents;
}

function dialerAgents(world: World, campaign: Campaign): Agent[] {
  const agents: Agent[] = [];
  for (const user of world.users.values()) {
    if (!isEligible(user, campaign)) continue;
    for (const agent of user.agents.values()) if (agent.loggedIn) agents.push(agent);
  }
  return agents;
}
