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

/**
 * Puts the agent into, or takes him out of, the sets of idle agents; to be called after anything that may matter. Somebody
 * who became free is shown to the dialler.
 */
export function refreshReadiness(world: World, agent: Agent): void {
  if (agent.promised && mayTakePromised(world, agent)) world.serve(agent);
  if (!mayTakeNew(world, agent)) {
    takeOut(world, agent);
    return;
  }
  world.idle.add(agent);
  if (agent.ownCallbacks.length > 0) world.serve(agent);
  if (agent.allotted && takesCallsOf(agent, agent.allotted)) return;
  unallot(world, agent);
}

/** Lets a free agent wait for the answered calls of one predictive campaign, and for no other's. */
export function allot(agent: Agent, campaign: Campaign): void {
  for (const other of agent.joined) other.idle.delete(agent);
  agent.allotted = campaign;
  campaign.waiting.add(agent);
}

/** Lets a free agent be taken by any of his campaigns again. */
export function unallot(world: World, agent: Agent): void {
  agent.allotted?.waiting.delete(agent);
  agent.allotted = null;
  for (const campaign of agent.joined) {
    if (!takesCallsOf(agent, campaign)) campaign.idle.delete(agent);
    else if (!campaign.idle.has(agent)) {
      campaign.idle.add(agent);
      world.serve(agent);
    }
  }
}

/** The same for all Dialer sessions of a user: they share status, station and telephone. */
export function refreshUser(world: World, user: User): void {
  for (const agent of user.agents.values()) refreshReadiness(world, agent);
}

/** Takes the agent out of all idle sets at once: a call is on its way to him. */
export function takeOut(world: World, agent: Agent): void {
  for (const campaign of agent.joined) campaign.idle.delete(agent);
  agent.allotted?.waiting.delete(agent);
  agent.allotted = null;
  world.idle.delete(agent);
}
