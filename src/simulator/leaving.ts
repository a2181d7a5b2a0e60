import { BreakStatusType } from '../wire/index.js';
import { releaseCallbacks } from './callbacks.js';
import { type Contact, countAttempt } from './contact-list.js';
import { giveBack, hasContact, takeContact } from './contact-supply.js';
import { tellAgent } from './delivery.js';
import { leaveCampaign } from './membership.js';
import { refreshReadiness, takeOut } from './readiness.js';
import type { Agent, Campaign, World } from './world.js';

/** How long a promised call waits for its agent to become available before somebody else gets the contact. */
const PROMISE_MS = 3_000;

/** Sets the break state and tells the agent. */
export function setBreak(world: World, agent: Agent, breakStatus: BreakStatusType): void {
  if (agent.breakStatus === breakStatus) return;
  agent.breakStatus = breakStatus;
  if (breakStatus === BreakStatusType.NotOnBreak) agent.breakIsByStatus = false;
  tellBreak(world, agent);
}

function tellBreak(world: World, agent: Agent): void {
  const { breakStatus } = agent;
  tellAgent(world, agent, { __type: 'urn:inin.com:dialer:breakStatusMessage', isDelta: false, breakStatus });
}

/** request-break: pending at once, granted when no call is left on him (reference §4.5, §4.10 rule 3). */
export function requestBreak(world: World, agent: Agent): void {
  if (agent.breakStatus !== BreakStatusType.NotOnBreak) {
    tellBreak(world, agent);
    return;
  }
  world.ledger.breaks.requested += 1;
  setBreak(world, agent, BreakStatusType.BreakPending);
  startLeaving(world, agent);
}

/** end-break: always granted at once; also withdraws a request (rule 4). */
export function endBreak(world: World, agent: Agent): void {
  if (agent.breakStatus === BreakStatusType.NotOnBreak) tellBreak(world, agent);
  else world.ledger.breaks.ended += 1;
  setBreak(world, agent, BreakStatusType.NotOnBreak);
  if (!agent.leavingDialer) {
    dropPromise(world, agent);
    agent.promiseDrawn = false;
  }
  refreshReadiness(world, agent);
}

/** log-off from Dialer as a whole: granted when no call is left on him (rules 7 and 8). */
export function requestLogOff(world: World, agent: Agent): void {
  world.ledger.logOffs.requested += 1;
  agent.leavingDialer = true;
  startLeaving(world, agent);
}

/** log-off from single campaigns: at once, except from the one whose call is on him (rule 8). */
export function requestCampaignLogOff(world: World, agent: Agent, campaigns: readonly Campaign[]): void {
  world.ledger.logOffs.requested += 1;
  for (const campaign of campaigns) agent.leavingCampaigns.add(campaign);
  startLeaving(world, agent);
}

function startLeaving(world: World, agent: Agent): void {
  agent.leaveRequests += 1;
  refreshReadiness(world, agent);
  drawPromise(world, agent);
  world.timers.soon(() => grantWhatCanBe(world, agent));
}

/**
 * The dialler may already have one more call for an agent who asks to leave (rule 1). Chance speaks once for each request,
 * when no call is on him; such a call is delivered when he is Available, else given back after a while.
 */
export function drawPromise(world: World, agent: Agent): void {
  if (agent.promiseDrawn || agent.call || agent.reserved || agent.promised || !agent.loggedIn) return;
  const wantsBreak = agent.breakStatus === BreakStatusType.BreakPending && !agent.breakIsByStatus;
  const leavesAll = agent.leavingDialer || wantsBreak;
  if (!leavesAll && agent.leavingCampaigns.size === 0) return;
  agent.promiseDrawn = true;
  const campaign = [...agent.joined].find(
    (candidate) =>
      candidate.config.type !== 'preview' &&
      candidate.state === 'running' &&
      agent.ready.has(candidate) &&
      (leavesAll || agent.leavingCampaigns.has(candidate)) &&
      hasContact(candidate),
  );
  const { oneMoreCall } = world.config.dialling;
  if (!campaign || world.random(`one-more/${agent.user.id}/${agent.leaveRequests}`)() >= oneMoreCall) return;
  const supply = takeContact(world, campaign);
  if (!supply) return;
  countAttempt(supply.contact);
  world.ledger.logOffs.oneMoreCalls += 1;
  const timer = world.timers.after(PROMISE_MS, () => {
    dropPromise(world, agent);
    grantWhatCanBe(world, agent);
  });
  agent.promised = { campaign, contact: supply.contact, timer };
  refreshReadiness(world, agent);
}

/** Takes the promised contact for delivery. */
export function takePromise(world: World, agent: Agent): { campaign: Campaign; contact: Contact } | null {
  const promised = agent.promised;
  if (!promised) return null;
  world.timers.cancel(promised.timer);
  agent.promised = null;
  return promised;
}

/** The promised call is not delivered: its contact is called again. */
export function dropPromise(world: World, agent: Agent): void {
  const promised = takePromise(world, agent);
  if (promised) giveBack(world, promised.campaign, promised.contact);
}

/** Grants what the agent asked for and nothing stands against any more; to be called when a call is off him. */
export function grantWhatCanBe(world: World, agent: Agent): void {
  if (!agent.loggedIn) return;
  const engaged = agent.call?.campaign ?? agent.reserved?.campaign ?? agent.promised?.campaign ?? null;
  if (engaged === null && agent.leavingDialer) {
    logOut(world, agent);
    world.ledger.logOffs.granted += 1;
    tellAgent(world, agent, {
      __type: 'urn:inin.com:dialer:logoutGrantedMessage',
      isDelta: false,
      campaigns: [{ id: '' }],
    });
    world.ledger.changed();
    return;
  }
  const free = [...agent.leavingCampaigns].filter((campaign) => campaign !== engaged);
  if (free.length > 0) grantCampaigns(world, agent, free);
  if (engaged === null && agent.breakStatus === BreakStatusType.BreakPending) {
    setBreak(world, agent, BreakStatusType.OnBreak);
    if (!agent.breakIsByStatus) world.ledger.breakGranted(agent.user.id);
  }
  if (engaged === null) agent.promiseDrawn = false;
  refreshReadiness(world, agent);
}

function grantCampaigns(world: World, agent: Agent, campaigns: readonly Campaign[]): void {
  for (const campaign of campaigns) leaveCampaign(agent, campaign);
  releaseCallbacks(world, agent);
  world.ledger.logOffs.campaignsGranted += campaigns.length;
  tellAgent(world, agent, {
    __type: 'urn:inin.com:dialer:logoutGrantedMessage',
    isDelta: false,
    campaigns: campaigns.map((campaign) => ({ id: campaign.id, name: campaign.config.name })),
  });
  world.ledger.changed();
}

/** Takes the agent out of Dialer, without a message. An open call stays as it is. */
export function logOut(world: World, agent: Agent): void {
  takeOut(world, agent);
  dropPromise(world, agent);
  for (const campaign of [...agent.joined]) leaveCampaign(agent, campaign);
  agent.loggedIn = false;
  agent.leavingDialer = false;
  agent.leavingCampaigns.clear();
  agent.breakStatus = BreakStatusType.NotOnBreak;
  agent.breakIsByStatus = false;
  agent.promiseDrawn = false;
  releaseCallbacks(world, agent);
}
