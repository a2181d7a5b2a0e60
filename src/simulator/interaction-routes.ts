import { type Answer, DONE, forbidden, invalidProperty, json, notFound } from './answer.js';
import { closeByDialer, hangUp } from './calls.js';
import { attributesOf } from './interaction-attributes.js';
import { changeState, hasEnded, setMuted, writeAttributes } from './interactions.js';
import { notePhone, publishPhone } from './presence.js';
import type { SessionExchange, SessionRoutes } from './router.js';
import type { Interaction } from './world.js';

/** The interaction of the path: 404 when it is not there, 403 when it is somebody else's (reference §5). */
function interactionOf({ world, session, params }: SessionExchange): Interaction {
  const interaction = world.interactions.get(params.interactionId ?? '');
  if (!interaction) throw notFound('There is no such interaction.');
  if (interaction.user !== session.user) throw forbidden('The interaction is on the queue of another user.');
  return interaction;
}

/** An interaction on which something can still be done; 404 for one that is over. */
function liveInteraction(exchange: SessionExchange): Interaction {
  const interaction = interactionOf(exchange);
  if (hasEnded(interaction)) throw notFound('The interaction is disconnected.');
  return interaction;
}

/** Attributes and actions of single interactions (reference §5.1, §5.2). */
export const interactionRoutes: SessionRoutes = {
  'GET interactions/:interactionId': (exchange) => {
    const select = exchange.query.get('select');
    const names = select
      ? select
          .split(',')
          .map((name) => name.trim())
          .filter((name) => name !== '')
      : ['Eic_CallId'];
    return json(200, { attributes: attributesOf(interactionOf(exchange), names) });
  },
  'POST interactions/:interactionId': (exchange) => {
    const interaction = interactionOf(exchange);
    const mode = exchange.body.optionalInteger('appendMode');
    if (mode !== undefined && mode !== 1 && mode !== 2) throw invalidProperty('appendMode', 'must be 1 or 2');
    const separator = mode === undefined ? null : mode === 1 ? '' : '|';
    writeAttributes(exchange.world, interaction, exchange.body.map('attributes'), separator);
    return DONE;
  },
  'POST interactions/:interactionId/pickup': (exchange) => pickUp(exchange),
  'POST interactions/:interactionId/disconnect': (exchange) => {
    // An ended call that is still on the queue is as disconnected as the client wants it (reference §5.2).
    hangUp(exchange.world, interactionOf(exchange), 'agent');
    return DONE;
  },
  'POST interactions/:interactionId/hold': (exchange) => {
    const interaction = liveInteraction(exchange);
    const on = exchange.body.flag('on');
    if (interaction.state !== 'C' && interaction.state !== 'H') throw notFound('The interaction is not connected.');
    changeState(exchange.world, interaction, on ? 'H' : 'C');
    return DONE;
  },
  'POST interactions/:interactionId/mute': (exchange) => {
    setMuted(exchange.world, liveInteraction(exchange), exchange.body.flag('on'));
    return DONE;
  },
  'POST interactions/:interactionId/send-digits': (exchange) => {
    liveInteraction(exchange);
    exchange.body.text('dtmfDigits');
    return DONE;
  },
};

/** Picks an alerting call up; over an undispositioned Dialer call that makes the latter ambiguous (reference §6.2). */
function pickUp(exchange: SessionExchange): Answer {
  const { world, session } = exchange;
  const interaction = liveInteraction(exchange);
  if (interaction.state !== 'A') return DONE;
  for (const agent of session.user.agents.values()) {
    if (!agent.call || agent.call === interaction.call) continue;
    world.ledger.violation('second-call-before-disposition', session.user.id);
    closeByDialer(world, agent.call, 'Ambiguous - Agent Received a New Call');
  }
  changeState(world, interaction, 'C');
  notePhone(world, session.user);
  publishPhone(world, session.user);
  return DONE;
}
