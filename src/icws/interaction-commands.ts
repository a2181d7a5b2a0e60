import type { InteractionAttributes } from '../wire/index.js';
import type { Command } from './command.js';
import { asObject, asTextMap } from './loose.js';

/** Commands on one interaction (reference §5.1, §5.2). An answer means taken; the queue message tells the new state. */

const pathOf = (interactionId: string, rest: string): string =>
  `/interactions/${encodeURIComponent(interactionId)}${rest}`;

/** Picks an alerting call up. Tolerate any 4xx: the station may have answered by itself (reference §6.13). */
export function pickup(interactionId: string): Command {
  return { operation: 'pickup', method: 'POST', path: pathOf(interactionId, '/pickup'), body: {}, retry: 'always' };
}

/** Hangs up. A 404 is success for our purpose: the call is over (reference §5.2). */
export function disconnect(interactionId: string): Command {
  return {
    operation: 'disconnect',
    method: 'POST',
    path: pathOf(interactionId, '/disconnect'),
    body: {},
    retry: 'always',
  };
}

/** Reads attributes of an interaction; a 404 says that it is gone (reference §5.1). */
export function getInteraction(
  interactionId: string,
  attributeNames: readonly string[] = ['Eic_State'],
): Command<InteractionAttributes> {
  return {
    operation: 'get-interaction',
    method: 'GET',
    path: pathOf(interactionId, `?select=${attributeNames.map(encodeURIComponent).join(',')}`),
    retry: 'always',
    read: (body) => {
      const object = asObject(body);
      return object && { attributes: asTextMap(object.attributes) };
    },
  };
}
