import { FilterGroupType, type FilterItem, type QueueContentsMessage } from '../wire/index.js';
import { deliver } from './delivery.js';
import { attributeOf, attributesOf } from './interaction-attributes.js';
import type { Interaction, QueueWatch, Session, World } from './world.js';

/** Whether an interaction passes a subscription's filter (reference §5.3). */
export function filterOf(item: FilterItem | undefined): QueueWatch['admits'] {
  if (!item) return () => true;
  if (item.__type === 'urn:inin.com:queues:filterValue') {
    const { attribute, comparisonType, value } = item;
    return (read) => (read(attribute) === value) === (comparisonType === 1);
  }
  const parts = item.filterItemsList.map(filterOf);
  if (item.filterGroupType === FilterGroupType.None) return (read) => !parts.some((part) => part(read));
  if (item.filterGroupType === FilterGroupType.Any) return (read) => parts.some((part) => part(read));
  return (read) => parts.every((part) => part(read));
}

/** Starts (or replaces) a queue subscription and sends its first content. */
export function startQueueWatch(world: World, watch: QueueWatch): void {
  stopQueueWatch(watch.session, watch.subscriptionId);
  watch.session.queueWatches.set(watch.subscriptionId, watch);
  for (const user of watch.users) user.queueWatches.add(watch);
  const present = watch.users
    .flatMap((user) => [...user.interactions.values()])
    .filter((item) => admitted(watch, item));
  for (const interaction of present) watch.members.add(interaction.id);
  tell(world, watch, false, {
    interactionsAdded: present.map((item) => ({
      interactionId: item.id,
      attributes: attributesOf(item, watch.attributeNames),
    })),
  });
}

/** Ends a queue subscription, if there is one of this name. */
export function stopQueueWatch(session: Session, subscriptionId: string): void {
  const watch = session.queueWatches.get(subscriptionId);
  if (!watch) return;
  session.queueWatches.delete(subscriptionId);
  for (const user of watch.users) user.queueWatches.delete(watch);
}

/** An interaction came to its user's queue, or `changed` attributes of it did change. */
export function tellQueues(world: World, interaction: Interaction, changed: readonly string[]): void {
  for (const watch of interaction.user.queueWatches) tellWatch(world, watch, interaction, changed);
  for (const [session, names] of interaction.watchers) {
    const attributes = pick(interaction, names, changed);
    if (Object.keys(attributes).length === 0) continue;
    deliver(world, session, {
      __type: 'urn:inin.com:interactions:interactionChangedMessage',
      isDelta: true,
      interactionID: interaction.id,
      attributes,
    });
  }
}

/** An interaction left its user's queue for good. */
export function tellQueuesGone(world: World, interaction: Interaction): void {
  for (const watch of interaction.user.queueWatches) {
    if (watch.members.delete(interaction.id)) tell(world, watch, true, { interactionsRemoved: [interaction.id] });
  }
  for (const session of interaction.watchers.keys()) {
    session.watchedInteractions.delete(interaction);
    deliver(world, session, {
      __type: 'urn:inin.com:interactions:interactionDeallocatedMessage',
      isDelta: false,
      interactionID: interaction.id,
    });
  }
}

function tellWatch(world: World, watch: QueueWatch, interaction: Interaction, changed: readonly string[]): void {
  const { id: interactionId } = interaction;
  const known = watch.members.has(interactionId);
  if (!admitted(watch, interaction)) {
    if (watch.members.delete(interactionId)) tell(world, watch, true, { interactionsRemoved: [interactionId] });
    return;
  }
  if (!known) {
    watch.members.add(interactionId);
    const attributes = attributesOf(interaction, watch.attributeNames);
    tell(world, watch, true, { interactionsAdded: [{ interactionId, attributes }] });
    return;
  }
  const attributes = pick(interaction, watch.attributeNames, changed);
  if (Object.keys(attributes).length > 0) {
    tell(world, watch, true, { interactionsChanged: [{ interactionId, attributes }] });
  }
}

function admitted(watch: QueueWatch, interaction: Interaction): boolean {
  return watch.admits((name) => attributeOf(interaction, name)[1]);
}

function pick(interaction: Interaction, wanted: readonly string[], changed: readonly string[]): Record<string, string> {
  const lower = changed.map((name) => name.toLowerCase());
  return attributesOf(
    interaction,
    wanted.filter((name) => lower.includes(name.toLowerCase())),
  );
}

function tell(world: World, watch: QueueWatch, isDelta: boolean, content: Partial<QueueContentsMessage>): void {
  deliver(world, watch.session, {
    __type: 'urn:inin.com:queues:queueContentsMessage',
    isDelta,
    subscriptionId: watch.subscriptionId,
    ...content,
  });
}
