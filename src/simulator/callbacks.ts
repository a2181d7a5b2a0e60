import { finishContact } from './contact-supply.js';
import { refreshReadiness } from './readiness.js';
import type { Agent, Callback, User, World } from './world.js';

/** Books a callback; at its time it goes to its owner, or to anyone (reference §6.5). */
export function bookCallback(world: World, callback: Callback, dueMs: number): void {
  world.ledger.callbacks[callback.owner ? 'scheduledByOwner' : 'scheduled'] += 1;
  world.timers.at(dueMs, () => comeDue(world, callback));
  world.ledger.changed();
}

function comeDue(world: World, callback: Callback): void {
  const { campaign, owner } = callback;
  if (campaign.state === 'removed') {
    finishContact(world, campaign, callback.contact, 'campaign-removed');
    return;
  }
  world.ledger.callbacks.due += 1;
  if (!owner) {
    campaign.dueCallbacks.push(callback);
    world.poke(campaign);
    return;
  }
  offerToOwner(world, callback, owner);
}

/** Hands a due callback to its owner: it waits while he is busy, and is tried again later when he is out. */
function offerToOwner(world: World, callback: Callback, owner: User): void {
  for (const agent of owner.agents.values()) {
    if (!agent.loggedIn || !agent.joined.has(callback.campaign)) continue;
    agent.ownCallbacks.push(callback);
    refreshReadiness(world, agent);
    return;
  }
  rebook(world, callback);
}

/** The owner is out: tried again after the reschedule delay. */
export function rebook(world: World, callback: Callback): void {
  if (callback.campaign.state === 'removed') {
    finishContact(world, callback.campaign, callback.contact, 'campaign-removed');
    return;
  }
  world.ledger.callbacks.rescheduled += 1;
  world.timers.after(world.config.dialling.rescheduleDelay, () => comeDue(world, callback));
  world.ledger.changed();
}

/** The agent goes: his due callbacks of campaigns he is no longer in are tried again later. */
export function releaseCallbacks(world: World, agent: Agent): void {
  const waiting = agent.ownCallbacks.splice(0);
  for (const callback of waiting) {
    if (agent.loggedIn && agent.joined.has(callback.campaign)) agent.ownCallbacks.push(callback);
    else rebook(world, callback);
  }
}
