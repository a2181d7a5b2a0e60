import { sample } from '../base/distribution.js';
import { DialingMode } from '../wire/index.js';
import { type Contact, nameOf, phoneOf } from './contact-list.js';
import { finishContact, giveBack } from './contact-supply.js';
import { addInteraction, changeState, hasEnded } from './interactions.js';
import { drawPromise, grantWhatCanBe } from './leaving.js';
import { sendPop } from './pops.js';
import { assignStatus, notePhone, publishPhone } from './presence.js';
import { refreshReadiness, refreshUser, takeOut } from './readiness.js';
import { AVAILABLE, AWAITING_CALLBACK, CAMPAIGN_CALL, FOLLOW_UP, findStatus, statusNamed } from './status-catalogue.js';
import type { Agent, Call, Callback, CallKind, Campaign, Interaction, User, World } from './world.js';

/** How long after its end a preview is taken back when the client did not place it. */
export const PREVIEW_GRACE_MS = 5_000;

export interface NewCall {
  readonly campaign: Campaign;
  readonly contact: Contact;
  readonly agent: Agent;
  readonly kind: CallKind;
  readonly callback: Callback | null;
  readonly isPreview: boolean;
  readonly isLate?: boolean;
}

const MODES: Record<CallKind, number> = {
  regular: DialingMode.Regular,
  preview: DialingMode.Preview,
  'own-callback': DialingMode.OwnAgentCallback,
  manual: DialingMode.Manual,
};

/** Whether the agent's client should have known of the call: without faults, whoever has not read it should have. */
export function shouldKnow(world: World, call: Call): boolean {
  return call.isTold || !world.faults.wereUsed;
}

/** Hands a contact to an agent: status Campaign Call, the call on his queue (not for a preview), and the pop. */
export function popCall(world: World, parts: NewCall): Call {
  const { agent, campaign, contact, isPreview, kind, callback } = parts;
  const id = String(1_000 + world.nextNumber('interaction'));
  const dialingMode = isPreview && kind === 'own-callback' ? DialingMode.OwnAgentCallback_Preview : MODES[kind];
  const timeoutMs = isPreview ? campaign.config.previewTimeout : null;
  const call: Call = {
    ...parts,
    isLate: parts.isLate ?? false,
    isTold: false,
    id,
    dialingMode,
    entry: {
      interactionId: id,
      campaign: campaign.config.name,
      contact: contact.key,
      agent: agent.user.id,
      kind: isPreview ? 'preview' : kind,
      dialingMode,
      callback: callback !== null,
      poppedAt: world.ledger.stamp(),
      placed: !isPreview,
      connected: !isPreview,
      endedBy: null,
      dispositions: [],
      outcome: 'open',
      wrapUp: null,
    },
    // Whole seconds travel on the wire: rounded up, so that nobody who reads them is early.
    previewEndsMs: timeoutMs === null ? null : Math.ceil((world.clock.now() + timeoutMs) / 1_000) * 1_000,
    previewTimer: null,
    interaction: null,
  };
  if (callback && isPreview) world.ledger.callbacks.honoured += 1;
  closeEarlierCall(world, agent);
  takeOut(world, agent);
  agent.call = call;
  agent.excused = false;
  world.calls.set(id, call);
  if (isPreview) waitForPlacing(world, call);
  else connectToAgent(world, call);
  assignStatus(world, agent.user, findStatus(CAMPAIGN_CALL) ?? agent.user.status, 'dialer');
  sendPop(world, call, agent.sessions);
  world.ledger.popped(call.entry);
  refreshUser(world, agent.user);
  return call;
}

/** A second call while one awaits its disposition: Dialer closes the first itself (reference §6.2, §6.9). */
function closeEarlierCall(world: World, agent: Agent): void {
  if (agent.call) closeByDialer(world, agent.call, 'Ambiguous - Agent Received a New Call');
}

function waitForPlacing(world: World, call: Call): void {
  if (call.previewEndsMs === null) return;
  call.previewTimer = world.timers.at(call.previewEndsMs + PREVIEW_GRACE_MS, () => withdrawPreview(world, call));
}

/** The call's telephone side, on the agent's queue. */
export function newInteraction(world: World, call: Call, state: 'S' | 'C'): Interaction {
  const interaction = addInteraction(world, {
    id: call.id,
    user: call.agent.user,
    origin: 'dialer',
    state,
    campaign: call.campaign,
    contact: call.contact,
    remoteId: phoneOf(call.contact),
    remoteName: nameOf(call.contact),
    workgroup: call.campaign.config.workgroup,
  });
  interaction.call = call;
  call.interaction = interaction;
  return interaction;
}

function connectToAgent(world: World, call: Call): void {
  awaitFarSide(world, newInteraction(world, call, 'C'), farSideDelayMs(world, call));
}

/** When the far side of this call will hang up, drawn from the contact's own stream. */
export function farSideDelayMs(world: World, call: Call): number {
  const { campaign, contact } = call;
  const draw = world.random(`talk/${campaign.config.name}/${contact.key}/${contact.attempts}`);
  return sample(world.config.dialling.farSideHangsUpAfter, draw);
}

/** Lets the far side hang up after a while. */
export function awaitFarSide(world: World, interaction: Interaction, ms: number): void {
  interaction.timer = world.timers.after(ms, () => hangUp(world, interaction, 'far-side'));
}

/** A call ends on one side or the other. With its disposition still open the agent falls into Follow Up (reference §3.1). */
export function hangUp(world: World, interaction: Interaction, by: 'agent' | 'far-side' | 'server'): void {
  if (hasEnded(interaction)) return;
  const { user, call } = interaction;
  const wasOnPhone = user.onPhone;
  changeState(world, interaction, by === 'far-side' ? 'E' : 'I');
  if (call) call.entry.endedBy = by;
  notePhone(world, user);
  const open = call !== null && call.agent.call === call;
  if (open && user.statusIsDialers) setByDialer(world, user, FOLLOW_UP);
  else if (user.onPhone !== wasOnPhone) publishPhone(world, user);
  refreshUser(world, user);
  world.ledger.changed();
}

/** Dialer sets a status; a follow-up one may return to Available by itself, as the world is configured. */
export function setByDialer(world: World, user: User, statusName: string): void {
  const status = statusNamed(statusName);
  assignStatus(world, user, status, 'dialer');
  const { followUpTimeout } = world.config;
  if (followUpTimeout === null || status.isAcdStatus || status.statusId === AWAITING_CALLBACK) return;
  user.followUpTimer = world.timers.after(followUpTimeout, () => {
    user.followUpTimer = null;
    for (const agent of user.agents.values()) {
      if (agent.call) closeByDialer(world, agent.call, 'Failure - Timeout');
    }
    assignStatus(world, user, statusNamed(AVAILABLE), 'dialer');
    refreshUser(world, user);
  });
}

/** The agent's call is off him: what he asked for meanwhile may be granted. */
function takeOff(world: World, call: Call): void {
  const { agent } = call;
  world.timers.cancel(call.previewTimer);
  world.calls.delete(call.id);
  if (agent.call === call) agent.call = null;
  drawPromise(world, agent);
  refreshReadiness(world, agent);
  world.timers.soon(() => grantWhatCanBe(world, agent));
}

/** The call got its disposition: Dialer sets the campaign's follow-up status, and hangs nothing up (reference §4.7). */
export function closeDispositioned(world: World, call: Call): void {
  takeOff(world, call);
  const { user } = call.agent;
  const byHand = !user.statusIsDialers && !user.status.isAcdStatus;
  if (!byHand) setByDialer(world, user, call.campaign.config.followUpStatus);
  refreshUser(world, user);
}

/** Dialer closes a call itself: a later disposition finds nothing, and that is not held against the client again. */
export function closeByDialer(world: World, call: Call, wrapUp: string): void {
  call.agent.excused = true;
  takeOff(world, call);
  world.ledger.closedByDialer(call.entry, 'ambiguous', wrapUp);
  finishContact(world, call.campaign, call.contact, wrapUp);
}

/** The preview ran out and the client neither placed nor skipped it: the contact goes back, the agent into follow-up. */
export function withdrawPreview(world: World, call: Call): void {
  const { agent, campaign } = call;
  if (agent.call !== call || call.entry.placed) return;
  agent.excused = true;
  takeOff(world, call);
  world.ledger.closedByDialer(call.entry, 'withdrawn', null);
  giveBack(world, campaign, call.contact);
  if (agent.user.statusIsDialers) setByDialer(world, agent.user, campaign.config.followUpStatus);
  refreshUser(world, agent.user);
}

/** Ends everything on a user's telephone: his station went with his last session. */
export function hangUpAll(world: World, user: User): void {
  for (const interaction of user.interactions.values()) hangUp(world, interaction, 'agent');
}
