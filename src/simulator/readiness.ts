import { BreakStatusType } from '../wire/index.js';
import { isBusy } from './interactions.js';
import type { Agent, Campaign, User, World } from './world.js';

/** Whether the agent could take any call now: the rules that hold for all campaigns (reference §4.1, §4.4, §6.2). */
function isFree(world: World, agent: Agent): boolean {
  const { user } = agent;
  return (
    world.dialerUp &&
    agent.loggedIn &&
    agent.sessions.size > 0 &&
    agent.call === null &&
    agent.reserved === null &&
    user.status.isAcdStatus &&
    (!world.config.requireStation || user.station !== null) &&
    !isBusy(user)
  );
}

/** Whether the agent takes calls of this campaign, now that he is free. */
export function takesCallsOf(agent: Agent, campaign: Campaign): boolean {
  return (
    campaign.state === 'running' &&
    agent.joined.has(campaign) &&
    agent.ready.has(campaign) &&
    !agent.leavingCampaigns.has(campaign)
  );
}

/** Whether the agent may be given a call that was promised before he asked to leave. */
export function mayTakePromised(world: World, agent: Agent): boolean {
  return isFree(world, agent);
}

/** Whether the agent stays and is free: new calls are only dialled for such agents. */
export function mayTakeNew(world: World, agent: Agent): boolean {
  return (
    isFree(world, agent) &&
    agent.breakStatus === BreakStatusType.NotOnBreak &&
    !agent.leavingDialer &&
    agent.promised === null
  );
}

/** Puts the agent into, or takes him out of, the sets of idle agents; to be called after anything that may matter. */
export function refreshReadiness(world: World, agent: Agent): void {
  if (agent.promised && mayTakePromised(world, agent)) world.serve(agent);
  const free = mayTakeNew(world, agent);
  if (free && agent.ownCallbacks.length > 0) world.serve(agent);
  for (const campaign of agent.joined) {
    if (!free || !takesCallsOf(agent, campaign)) campaign.idle.delete(agent);
    else if (!campaign.idle.has(agent)) {
      campaign.idle.add(agent);
      world.poke(campaign);
    }
  }
  if (!free) world.idle.delete(agent);
  else world.idle.add(agent);
}

/** The same for all Dialer sessions of a user: they share status, station and telephone. */
export function refreshUser(world: World, user: User): void {
  for (const agent of user.agents.values()) refreshReadiness(world, agent);
}

/** Takes the agent out of all idle sets at once: a call is on its way to him. */
export function takeOut(world: World, agent: Agent): void {
  for (const campaign of agent.joined) campaign.idle.delete(agent);
  world.idle.delete(agent);
}
