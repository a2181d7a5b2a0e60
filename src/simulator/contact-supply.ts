import type { Contact } from './contact-list.js';
import type { Callback, Campaign, World } from './world.js';

/** A contact to call, and the callback that asks for it, if any. */
export interface Supply {
  readonly contact: Contact;
  readonly callback: Callback | null;
}

/** Takes the next contact to call: due callbacks first, then what came back, then the list. */
export function takeContact(world: World, campaign: Campaign): Supply | undefined {
  const callback = campaign.dueCallbacks.shift();
  if (callback) return { contact: callback.contact, callback };
  for (;;) {
    const contact = campaign.givenBack.shift() ?? campaign.contacts[campaign.nextContact++];
    if (!contact) {
      campaign.nextContact = campaign.contacts.length;
      noteRanOut(world, campaign);
      return undefined;
    }
    // A manual call may have closed it meanwhile.
    if (contact.outcome === null) return { contact, callback: null };
  }
}

/** Whether somebody is left to call at this moment. */
export function hasContact(campaign: Campaign): boolean {
  return (
    campaign.dueCallbacks.length > 0 || campaign.givenBack.length > 0 || campaign.nextContact < campaign.contacts.length
  );
}

/** Somebody could be called, and nobody is left to call. */
export function noteRanOut(world: World, campaign: Campaign): void {
  campaign.ranOutMs ??= world.clock.now();
}

/**
 * The contacts that are done with are called anew, as when Dialer recycles its list; what is still under way, callbacks
 * among it, stays as it is.
 */
export function recycleContacts(world: World, campaign: Campaign): void {
  for (const contact of campaign.contacts) {
    if (contact.outcome === null) continue;
    contact.outcome = null;
    campaign.remaining += 1;
    campaign.givenBack.push(contact);
  }
  world.poke(campaign);
}

/** A contact was taken and not called, or not reached through anybody's fault but its own: it is called again. */
export function giveBack(world: World, campaign: Campaign, contact: Contact): void {
  campaign.givenBack.push(contact);
  world.poke(campaign);
}

/** The contact is done with. */
export function finishContact(world: World, campaign: Campaign, contact: Contact, outcome: string): void {
  if (contact.outcome !== null) return;
  contact.outcome = outcome;
  campaign.remaining -= 1;
  campaign.byOutcome.set(outcome, (campaign.byOutcome.get(outcome) ?? 0) + 1);
  world.ledger.changed();
}
