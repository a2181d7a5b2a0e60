import type { Contact } from './contact-list.js';
import { deliverAll } from './delivery.js';
import { attributesOf, STATE_ATTRIBUTES } from './interaction-attributes.js';
import { notePhone } from './presence.js';
import { tellQueues, tellQueuesGone } from './queue-watch.js';
import type { Campaign, EicState, Interaction, User, World } from './world.js';

/** How long an ended call stays on the queue (reference §5.3: for a while). */
const LINGER_MS = 3_000;

export interface NewInteraction {
  readonly id: string;
  readonly user: User;
  readonly origin: 'dialer' | 'acd';
  readonly state: EicState;
  readonly campaign: Campaign | null;
  readonly contact: Contact | null;
  readonly remoteId: string;
  readonly remoteName: string;
  readonly workgroup: string;
}

/** Whether the call is over (reference §5.1). */
export function hasEnded(interaction: Interaction): boolean {
  return interaction.state === 'E' || interaction.state === 'I';
}

/** Whether the user has a call that is not over: neither Dialer nor ACD gives him another one then. */
export function isBusy(user: User): boolean {
  for (const interaction of user.interactions.values()) if (!hasEnded(interaction)) return true;
  return false;
}

/** Puts a call on its user's queue. `user.onPhone` is up to date afterwards, but not yet published. */
export function addInteraction(world: World, parts: NewInteraction): Interaction {
  const now = world.clock.now();
  const interaction: Interaction = {
    ...parts,
    direction: parts.origin === 'acd' ? 'I' : 'O',
    startedMs: now,
    connectedMs: parts.state === 'C' ? now : null,
    endedMs: null,
    muted: false,
    written: new Map(),
    watchers: new Map(),
    call: null,
    timer: null,
  };
  world.interactions.set(interaction.id, interaction);
  parts.user.interactions.set(interaction.id, interaction);
  notePhone(world, parts.user);
  tellQueues(world, interaction, STATE_ATTRIBUTES);
  if (parts.state === 'A' || parts.state === 'C') tellAlert(world, interaction, 1);
  return interaction;
}

/** Changes the state of a call that is not over; an ended one leaves the queue after a while. */
export function changeState(world: World, interaction: Interaction, state: EicState): void {
  if (interaction.state === state || hasEnded(interaction)) return;
  const before = interaction.state;
  interaction.state = state;
  if (state === 'C') interaction.connectedMs ??= world.clock.now();
  if (hasEnded(interaction)) {
    interaction.endedMs = world.clock.now();
    world.timers.cancel(interaction.timer);
    interaction.timer = world.timers.after(LINGER_MS, () => removeInteraction(world, interaction));
  }
  notePhone(world, interaction.user);
  tellQueues(world, interaction, STATE_ATTRIBUTES);
  if (before === 'A') tellAlert(world, interaction, 2);
}

/** Mutes the call or lets it be heard again. */
export function setMuted(world: World, interaction: Interaction, muted: boolean): void {
  if (interaction.muted === muted) return;
  interaction.muted = muted;
  tellQueues(world, interaction, ['Eic_Muted']);
}

/** Writes attributes; `separator` null replaces, else the value is appended. */
export function writeAttributes(
  world: World,
  interaction: Interaction,
  attributes: Readonly<Record<string, string>>,
  separator: string | null,
): void {
  for (const [name, value] of Object.entries(attributes)) {
    const before = attributesOf(interaction, [name]);
    const [proper = name, old = ''] = Object.entries(before)[0] ?? [];
    const text = separator === null || old === '' ? value : `${old}${separator}${value}`;
    interaction.written.set(name.toLowerCase(), [proper, text]);
  }
  tellQueues(world, interaction, Object.keys(attributes));
}

/** Takes a call off the queue. */
export function removeInteraction(world: World, interaction: Interaction): void {
  world.timers.cancel(interaction.timer);
  if (!world.interactions.delete(interaction.id)) return;
  interaction.user.interactions.delete(interaction.id);
  tellQueuesGone(world, interaction);
}

/** Tells the sessions that asked for alerts (reference §5.4); 1 starts, 2 stops. */
function tellAlert(world: World, interaction: Interaction, alertAction: 1 | 2): void {
  const { user } = interaction;
  for (const session of user.sessions) {
    if (session.alertAttributes === null) continue;
    deliverAll(world, [session], {
      __type: 'urn:inin.com:interactions:interactionAlertingMessage',
      isDelta: false,
      alertingInteractionDetails: [
        {
          interactionId: interaction.id,
          interactionType: 'Call',
          name: interaction.remoteName,
          address: interaction.remoteId,
          alertType: 5,
          alertAction,
          autoAnswer: true,
          attributes: attributesOf(interaction, session.alertAttributes),
        },
      ],
    });
  }
}
