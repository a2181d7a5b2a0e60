import { sample } from '../base/distribution.js';
import type { Draw } from '../base/random.js';
import { ManualOutboundCallStatus } from '../wire/index.js';
import { awaitFarSide, farSideDelayMs, hangUp, newInteraction, popCall, setByDialer } from './calls.js';
import { type Contact, countAttempt } from './contact-list.js';
import { finishContact, hasContact, noteRanOut, takeContact } from './contact-supply.js';
import { tellAgent } from './delivery.js';
import { changeState, isBusy } from './interactions.js';
import { grantWhatCanBe, takePromise } from './leaving.js';
import { sendPop } from './pops.js';
import { notePhone, publishPhone } from './presence.js';
import { allot, mayTakeNew, mayTakePromised, refreshReadiness, takeOut, takesCallsOf, unallot } from './readiness.js';
import { AVAILABLE, AWAITING_CALLBACK } from './status-catalogue.js';
import type { Agent, Attempt, Call, Campaign, DialOutcome, World } from './world.js';

/** The telephone network's verdict on one attempt, drawn from the contact's own stream. */
function drawAttempt(world: World, campaign: Campaign, contact: Contact): { ringMs: number; outcome: DialOutcome } {
  const draw = world.random(`dial/${campaign.config.name}/${contact.key}/${contact.attempts}`);
  return { ringMs: sample(world.config.dialling.ring, draw), outcome: drawOutcome(world, draw) };
}

function drawOutcome(world: World, draw: Draw): DialOutcome {
  const { answer, noAnswer, busy, machine } = world.config.dialling.outcomes;
  let left = draw() * (answer + noAnswer + busy + machine);
  for (const [outcome, share] of [
    ['answer', answer],
    ['noAnswer', noAnswer],
    ['busy', busy],
    ['machine', machine],
  ] as const) {
    left -= share;
    if (left < 0) return outcome;
  }
  return 'answer';
}

/** Looks at a campaign: offers it its idle agents, and keeps its numbers ringing. */
export function workCampaign(world: World, campaign: Campaign): void {
  if (campaign.state !== 'running' || !world.dialerUp) return;
  for (const agent of campaign.idle) if (!offer(world, agent, campaign)) break;
  if (campaign.config.type !== 'predictive') return;
  dialAhead(world, campaign);
  if (!hasContact(campaign)) releaseWaiting(world, campaign);
}

/** Finds work for a free agent: his campaigns take turns in being asked. */
function findWork(world: World, agent: Agent): void {
  if (agent.allotted || !mayTakeNew(world, agent)) return;
  const campaigns = [...agent.joined].filter((campaign) => takesCallsOf(agent, campaign));
  const taker = campaigns.findIndex((_, index) => {
    const campaign = campaigns[(agent.turn + index) % campaigns.length];
    return campaign !== undefined && offer(world, agent, campaign);
  });
  if (taker >= 0) agent.turn += taker + 1;
}

/** Gives a campaign a free agent: a preview pops, a number rings for him, or he waits for an answered call. */
function offer(world: World, agent: Agent, campaign: Campaign): boolean {
  if (campaign.config.type === 'predictive') {
    if (!hasContact(campaign) && campaign.inFlight <= campaign.waiting.size) {
      noteRanOut(world, campaign);
      return false;
    }
    allot(agent, campaign);
    dialAhead(world, campaign);
    return true;
  }
  const supply = takeContact(world, campaign);
  if (!supply) return false;
  const parts = { campaign, agent, ...supply };
  if (campaign.config.type === 'preview') popCall(world, { ...parts, kind: 'preview', isPreview: true });
  else dial(world, { ...parts, kind: 'regular' });
  return true;
}

/** Predictive: keeps the paced number of attempts in the air for the agents who wait. */
function dialAhead(world: World, campaign: Campaign): void {
  const { size } = campaign.waiting;
  const wanted = size === 0 ? 0 : Math.max(1, Math.floor(size * world.config.dialling.pacing));
  while (campaign.inFlight < wanted) {
    const supply = takeContact(world, campaign);
    if (!supply) return;
    dial(world, { campaign, agent: null, ...supply, kind: 'regular' });
  }
}

/** Nobody is left to call: agents for whom no number rings any more may work for other campaigns. */
function releaseWaiting(world: World, campaign: Campaign): void {
  let ringing = campaign.inFlight;
  for (const agent of [...campaign.waiting]) if (ringing-- <= 0) unallot(world, agent);
}

/** Lets a contact's number ring. An attempt for one agent reserves him. */
function dial(world: World, attempt: Attempt): void {
  const { campaign, contact, agent } = attempt;
  countAttempt(contact);
  if (attempt.callback) world.ledger.callbacks.honoured += 1;
  if (agent) {
    takeOut(world, agent);
    agent.reserved = attempt;
  } else {
    campaign.inFlight += 1;
  }
  const { ringMs, outcome } = drawAttempt(world, campaign, contact);
  world.timers.after(ringMs, () => finishAttempt(world, attempt, outcome));
}

function finishAttempt(world: World, attempt: Attempt, outcome: DialOutcome): void {
  const { campaign, agent } = attempt;
  world.ledger.dialling.add(outcome);
  if (!agent) campaign.inFlight -= 1;
  else if (agent.reserved === attempt) agent.reserved = null;
  if (outcome === 'answer') connectAttempt(world, attempt);
  else {
    finishContact(world, campaign, attempt.contact, outcome);
    if (agent) releaseAgent(world, agent, attempt);
  }
  world.poke(campaign);
}

/** Dialer closed the attempt itself: its agent is free again. */
function releaseAgent(world: World, agent: Agent, attempt: Attempt): void {
  if (agent.user.status.statusId === AWAITING_CALLBACK && agent.call === null)
    setByDialer(world, agent.user, AVAILABLE);
  if (attempt.kind === 'manual') tellManual(world, agent, attempt, ManualOutboundCallStatus.CallComplete);
  refreshReadiness(world, agent);
  grantWhatCanBe(world, agent);
}

/** Somebody answered: the reserved agent gets the call, else the longest idle one, else it is abandoned. */
function connectAttempt(world: World, attempt: Attempt): void {
  const { campaign, contact, kind, callback } = attempt;
  const reserved = attempt.agent && canTake(world, attempt.agent, attempt) ? attempt.agent : null;
  const agent = reserved ?? (kind === 'regular' ? longestWaiting(campaign) : undefined);
  if (attempt.agent && attempt.agent !== agent) releaseAgent(world, attempt.agent, attempt);
  if (!agent) {
    world.ledger.abandoned += 1;
    finishContact(world, campaign, contact, 'abandoned');
    return;
  }
  popCall(world, { campaign, contact, agent, kind, callback, isPreview: false });
}

function longestWaiting(campaign: Campaign): Agent | undefined {
  return campaign.waiting.values().next().value ?? campaign.idle.values().next().value;
}

/** Whether the agent for whom it rang can still be given the call: his asking to leave meanwhile does not matter. */
function canTake(world: World, agent: Agent, attempt: Attempt): boolean {
  const awaiting = attempt.kind === 'own-callback' && agent.user.status.statusId === AWAITING_CALLBACK;
  return mayTakePromised(world, agent) || (awaiting && agent.loggedIn && agent.call === null && !isBusy(agent.user));
}

/** Looks at one agent: the call promised before he asked to leave, then his own callbacks, then any work. */
export function workAgent(world: World, agent: Agent): void {
  if (agent.promised && mayTakePromised(world, agent)) {
    const promised = takePromise(world, agent);
    if (promised) popCall(world, { ...promised, agent, kind: 'regular', callback: null, isPreview: false });
    return;
  }
  if (!mayTakeNew(world, agent)) return;
  if (!startOwnCallback(world, agent)) findWork(world, agent);
}

function startOwnCallback(world: World, agent: Agent): boolean {
  const index = agent.ownCallbacks.findIndex((callback) => takesCallsOf(agent, callback.campaign));
  const [callback] = index < 0 ? [] : agent.ownCallbacks.splice(index, 1);
  if (!callback) return false;
  const { campaign, contact } = callback;
  setByDialer(world, agent.user, AWAITING_CALLBACK);
  if (campaign.config.type === 'preview') {
    popCall(world, { campaign, contact, agent, kind: 'own-callback', callback, isPreview: true });
  } else {
    dial(world, { campaign, contact, agent, kind: 'own-callback', callback });
  }
  return true;
}

/** place-preview-call: the number rings on the agent's own queue; the pop comes again with callPlaced (reference §4.6). */
export function placePreview(world: World, call: Call): void {
  const { campaign, contact } = call;
  world.timers.cancel(call.previewTimer);
  call.entry.placed = true;
  countAttempt(contact);
  sendPop(world, call, call.agent.sessions);
  const { ringMs, outcome } = drawAttempt(world, campaign, contact);
  const interaction = newInteraction(world, call, 'S');
  const dialMs = Math.min(200, Math.floor(ringMs / 4));
  interaction.timer = world.timers.after(dialMs, () => {
    changeState(world, interaction, 'R');
    interaction.timer = world.timers.after(ringMs - dialMs, () => finishPlaced(world, call, outcome));
  });
  world.ledger.changed();
}

function finishPlaced(world: World, call: Call, outcome: DialOutcome): void {
  const { interaction } = call;
  if (!interaction) return;
  world.ledger.dialling.add(outcome);
  if (outcome !== 'answer') {
    hangUp(world, interaction, 'far-side');
    return;
  }
  call.entry.connected = true;
  changeState(world, interaction, 'C');
  notePhone(world, interaction.user);
  publishPhone(world, interaction.user);
  awaitFarSide(world, interaction, farSideDelayMs(world, call));
  world.ledger.changed();
}

/** A manual call for an agent who is free (reference §4.8); tells him how it goes. */
export function dialManual(world: World, agent: Agent, campaign: Campaign, contact: Contact): void {
  const attempt: Attempt = { campaign, contact, agent, kind: 'manual', callback: null };
  dial(world, attempt);
  tellManual(world, agent, attempt, ManualOutboundCallStatus.CallPlaced);
}

/** Tells the agent how his manual call goes. */
export function tellManual(
  world: World,
  agent: Agent,
  about: { readonly campaign: { readonly id: string }; readonly contact: { readonly key: string } },
  status: ManualOutboundCallStatus,
): void {
  tellAgent(world, agent, {
    __type: 'urn:inin.com:dialer:manualOutboundCallStatusMessage',
    isDelta: false,
    campaignId: about.campaign.id,
    agentId: agent.user.id,
    identity: about.contact.key,
    status,
    filterblocked: false,
    zoneblocked: false,
    skillblocked: false,
    dailylimitblocked: false,
    minimumspacingblocked: false,
    campaignownershipblocked: false,
    donotcallblocked: false,
    querytimefilterblocked: false,
    previouslydialed: false,
    uncallablestatus: '',
  });
}
