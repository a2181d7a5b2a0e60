import { hangUp } from './calls.js';
import { addInteraction, changeState, hasEnded } from './interactions.js';
import { notePhone, publishPhone } from './presence.js';
import { refreshUser } from './readiness.js';
import type { Interaction, User, World } from './world.js';

/** An alerting call is answered by the station itself after this. */
const AUTO_ANSWER_MS = 1_000;

/**
 * Gives a user an inbound ACD call: it alerts, is answered by the client or by the station itself, and ends after the
 * talk. Dialer gives him nothing meanwhile; nobody dispositions it.
 */
export function startAcdCall(world: World, user: User, options: { workgroup: string; talkMs: number }): Interaction {
  const number = world.nextNumber('interaction');
  world.ledger.acdCalls += 1;
  const interaction = addInteraction(world, {
    id: String(1_000 + number),
    user,
    origin: 'acd',
    state: 'A',
    campaign: null,
    contact: null,
    remoteId: `+1555${String(number).padStart(7, '0')}`,
    remoteName: 'Inbound caller',
    workgroup: options.workgroup,
  });
  interaction.timer = world.timers.after(AUTO_ANSWER_MS, () => {
    if (hasEnded(interaction)) return;
    if (interaction.state === 'A') {
      changeState(world, interaction, 'C');
      notePhone(world, user);
      publishPhone(world, user);
    }
    interaction.timer = world.timers.after(options.talkMs, () => hangUp(world, interaction, 'far-side'));
  });
  refreshUser(world, user);
  return interaction;
}

/** Lets an inbound call come at the configured interval, for the user who has been free longest. */
export function startAcdTraffic(world: World): void {
  const { acd } = world.config;
  if (!acd) return;
  const next = (): void => {
    const agent = world.idle.values().next().value;
    if (agent) startAcdCall(world, agent.user, { workgroup: acd.workgroup, talkMs: acd.talk });
    world.timers.after(acd.every, next);
  };
  world.timers.after(acd.every, next);
}
