import { AgentType, ManualOutboundCallStatus } from '../wire/index.js';
import { type Answer, DONE, forbidden, invalidProperty, json, notFound, Refusal, TAKEN } from './answer.js';
import { hangUp } from './calls.js';
import { phoneColumns, writeBack } from './contact-list.js';
import { tellAgent } from './delivery.js';
import { findCampaign, logIn, makeReady } from './dialer-sessions.js';
import { dialManual, placePreview, tellManual } from './dialling.js';
import { disposition } from './dispositions.js';
import { endBreak, requestBreak, requestCampaignLogOff, requestLogOff } from './leaving.js';
import { formOf } from './pops.js';
import { mayTakeNew } from './readiness.js';
import type { SessionExchange, SessionRoutes } from './router.js';
import type { Agent, Call, Campaign } from './world.js';

/** While the link to the Dialer server is down no request works (reference §4.9). */
function needsLink({ world }: SessionExchange): void {
  if (world.dialerUp) return;
  throw new Refusal(500, {
    errorId: 'error.server.unavailable',
    message: 'There is no connection to the outbound server.',
  });
}

/** 403 without the Dialer add-on licence (reference §4.2). */
function needsLicence(exchange: SessionExchange): void {
  needsLink(exchange);
  if (!exchange.session.user.licence) throw forbidden('No Dialer add-on licence for the agent or the station.');
}

function refuseOrder(message: string): Refusal {
  return new Refusal(400, { errorId: 'error.request.dialer.notLoggedIn', message });
}

function campaignOf(exchange: SessionExchange, campaignId: string, property = 'campaignId'): Campaign {
  const campaign = findCampaign(exchange.world, campaignId);
  if (!campaign) throw invalidProperty(property, 'names no campaign');
  return campaign;
}

/** The agent's open call, when the request names it. */
function openCall(agent: Agent, callId: string): Call | null {
  return agent.call?.id === callId ? agent.call : null;
}

/** An agent's day in Dialer (reference §4.2 to §4.7). */
export const dialerRoutes: SessionRoutes = {
  'POST dialer/log-in': (exchange) => {
    needsLicence(exchange);
    const campaignId = exchange.body.optionalText('campaignId');
    logIn(exchange.world, exchange.session, campaignId === '' ? undefined : campaignId);
    return DONE;
  },
  'POST dialer/log-off': (exchange) => logOff(exchange),
  'POST dialer/ready-for-calls': (exchange) => {
    needsLicence(exchange);
    const { world, session, body } = exchange;
    if (!session.agent.loggedIn) {
      world.ledger.violation('ready-before-log-in', session.user.id);
      throw refuseOrder('The agent is not logged in to Dialer.');
    }
    makeReady(world, session.agent, body.optionalTexts('campaignIds'));
    return DONE;
  },
  'POST dialer/request-break': (exchange) => {
    needsLink(exchange);
    const { world, session } = exchange;
    if (!session.agent.loggedIn) {
      // Whoever lost his log-in with the link may not have read of it yet.
      if (!session.agent.excused) world.ledger.violation('break-before-log-in', session.user.id);
      throw refuseOrder('The agent is not logged in to Dialer.');
    }
    requestBreak(world, session.agent);
    return TAKEN;
  },
  'POST dialer/end-break': (exchange) => {
    needsLink(exchange);
    endBreak(exchange.world, exchange.session.agent);
    return TAKEN;
  },
  'POST dialer/disposition': (exchange) => {
    needsLicence(exchange);
    disposition(exchange.world, exchange.session.agent, exchange.body);
    return DONE;
  },
  'POST dialer/place-preview-call': (exchange) => place(exchange),
  'POST dialer/establish-persistent-connection': (exchange) => {
    needsLink(exchange);
    return TAKEN;
  },
};

/** Both an empty list and none mean: out of Dialer (reference §4.8). Somebody who is out already is told so again. */
function logOff(exchange: SessionExchange): Answer {
  needsLicence(exchange);
  const { world, session, body } = exchange;
  const { agent } = session;
  const campaignIds = body.optionalTexts('campaignIds') ?? [];
  if (!agent.loggedIn) {
    tellAgent(world, agent, {
      __type: 'urn:inin.com:dialer:logoutGrantedMessage',
      isDelta: false,
      campaigns: [{ id: '' }],
    });
    return DONE;
  }
  if (campaignIds.length === 0) {
    requestLogOff(world, agent);
    return DONE;
  }
  if (!session.user.logonCampaign) {
    throw forbidden('The Logon Campaign right is needed to log off from single campaigns.');
  }
  requestCampaignLogOff(
    world,
    agent,
    campaignIds.map((id) => campaignOf(exchange, id, 'campaignIds')),
  );
  return DONE;
}

function place(exchange: SessionExchange): Answer {
  needsLicence(exchange);
  const { world, session, body } = exchange;
  const { agent } = session;
  body.optionalFlag('callInitiatedByTimer');
  const attributes = body.optionalMap('callAttributes') ?? {};
  const { call } = agent;
  if (!call?.isPreview || call.entry.placed) {
    if (!agent.excused) {
      world.ledger.violation(call?.isPreview ? 'placed-twice' : 'place-without-preview', session.user.id);
    }
    throw notFound('There is no preview to place.');
  }
  writeBack(call.contact, attributes);
  placePreview(world, call);
  return DONE;
}

/** Data, stages and manual calls of Dialer (reference §4.8). */
export const dialerDataRoutes: SessionRoutes = {
  'POST dialer/request-form-definition': (exchange) => {
    needsLicence(exchange);
    const campaignId = exchange.body.optionalText('campaignId');
    const [first] = exchange.session.agent.joined;
    const campaign = campaignId === undefined ? first : campaignOf(exchange, campaignId);
    if (!campaign) throw invalidProperty('campaignId', 'is needed: the agent is in no campaign');
    return json(200, formOf(campaign));
  },
  'POST dialer/update-call-data': (exchange) => {
    needsLink(exchange);
    const { session, body } = exchange;
    campaignOf(exchange, body.text('campaignId'));
    const call = openCall(session.agent, body.text('callId'));
    const attributes = body.map('callAttributes');
    if (call) writeBack(call.contact, attributes);
    return TAKEN;
  },
  'POST dialer/request-contact-data': (exchange) => {
    needsLicence(exchange);
    campaignOf(exchange, exchange.body.text('campaignId'));
    const call = openCall(exchange.session.agent, exchange.body.text('callId'));
    return json(200, { contacts: call ? [{ contactdata: { ...call.contact.columns } }] : [] });
  },
  'POST dialer/request-phone-number-details': (exchange) => {
    needsLicence(exchange);
    const { body, session } = exchange;
    body.optionalText('campaignId');
    const wanted = body.optionalText('interactionId');
    const { call } = session.agent;
    const shown = call && (wanted === undefined || wanted === call.id) ? call : null;
    const records = (shown ? phoneColumns(shown.contact) : []).map(([name, phonenumber], index) => ({
      ccid: index + 1,
      name,
      phonenumbertype: name.replace(/^phone_?/i, '') || 'Home',
      phonenumber,
      attempts: shown?.contact.attempts ?? 0,
      blockingresult: '',
    }));
    return json(200, { records });
  },
  'POST dialer/update-stage': (exchange) => {
    needsLicence(exchange);
    campaignOf(exchange, exchange.body.text('campaignId'));
    exchange.body.integer('newStageId');
    return DONE;
  },
  'POST dialer/set-agent-type': (exchange) => {
    needsLicence(exchange);
    const type = exchange.body.integer('agentType');
    if (!Object.values<number>(AgentType).includes(type)) throw invalidProperty('agentType', 'must be 1, 2 or 3');
    for (const id of exchange.body.texts('campaignIds')) campaignOf(exchange, id, 'campaignIds');
    return DONE;
  },
  'POST dialer/mark-call-for-finishing': (exchange) => {
    needsLicence(exchange);
    const { body, session } = exchange;
    campaignOf(exchange, body.text('campaignId'));
    const call = openCall(session.agent, body.text('callId'));
    if (!call) throw invalidProperty('callId', "is not the agent's call");
    writeBack(call.contact, body.optionalMap('callAttributes') ?? {});
    return DONE;
  },
  'POST dialer/transfer-to-attendant-profile': (exchange) => {
    needsLicence(exchange);
    const { body, session, world } = exchange;
    campaignOf(exchange, body.text('campaignId'));
    body.text('target');
    const call = openCall(session.agent, body.text('callId'));
    if (!call?.interaction) throw invalidProperty('callId', "is not the agent's call");
    hangUp(world, call.interaction, 'agent');
    return DONE;
  },
  'POST dialer/initiate-manual-outbound-call': (exchange) => manualCall(exchange),
};

/** A manual Dialer call (reference §4.8; all names in lower case). A message tells how it goes. */
function manualCall(exchange: SessionExchange): Answer {
  needsLicence(exchange);
  const { world, session, body } = exchange;
  const { agent } = session;
  const campaignId = body.text('campaignid');
  const agentId = body.text('agentid');
  const identity = body.text('identity');
  body.integer('type');
  const campaign = findCampaign(world, campaignId);
  const contact = campaign?.contacts.find((one) => one.columns.i3_identity === identity);
  const problem = !campaign
    ? ManualOutboundCallStatus.InvalidCampaign
    : agentId.toLowerCase() !== session.user.id.toLowerCase()
      ? ManualOutboundCallStatus.InvalidAgent
      : !contact
        ? ManualOutboundCallStatus.ContactNotFound
        : !mayTakeNew(world, agent)
          ? ManualOutboundCallStatus.AgentNotIdle
          : null;
  if (problem !== null || !campaign || !contact) {
    tellManual(world, agent, { campaign: { id: campaignId }, contact: { key: identity } }, problem ?? 0);
    return json(200, { response: false });
  }
  dialManual(world, agent, campaign, contact);
  return json(200, { response: true });
}
