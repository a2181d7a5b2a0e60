import { afterEach, describe, expect, test } from '@jest/globals';
import { Bench, type Client } from './support.js';

let bench: Bench;
afterEach(() => bench.close());

const CREDENTIALS = {
  __type: 'urn:inin.com:connection:icAuthConnectionRequestSettings',
  applicationName: 'bench',
  userID: 'BOT001',
  password: 'demo',
};
const ENGLISH = { 'accept-language': 'en-us' };
const PREVIEW = { name: 'Renewals', type: 'preview', contacts: 3, allowSkip: true } as const;
const ANSWERED = {
  outcomes: { answer: 1, noAnswer: 0, busy: 0, machine: 0 },
  ring: '2s',
  farSideHangsUpAfter: '10m',
  oneMoreCall: 0,
};

async function onPreview(): Promise<{ client: Client; id: string; campaignId: string }> {
  bench = new Bench({ campaigns: [PREVIEW], dialling: ANSWERED });
  const client = await (await bench.logIn()).ready();
  const { call } = await client.until('dataPopMessage');
  return { client, id: call.interactionId, campaignId: call.campaignId };
}

describe('the log-in', () => {
  test('answers 201 with id and token in body and headers, the cookie, and what include asked for', async () => {
    bench = new Bench();
    const include = 'version,features,server-time,default-workstation,effective-station,purecloud-integration';
    const reply = await bench.send('POST', `/icws/connection/?include=${include}`, CREDENTIALS, ENGLISH);
    expect(reply.status).toBe(201);
    expect(reply.headers['content-type']).toBe('application/vnd.inin.icws+JSON');
    expect(reply.headers['ININ-ICWS-Session-ID']).toBe(reply.body.sessionId);
    expect(reply.headers['ININ-ICWS-CSRF-Token']).toBe(reply.body.csrfToken);
    expect(reply.headers['Set-Cookie']).toMatch(/^icws_\d+=[0-9A-F-]+\|languageId=en-us; Path=\/icws\/\d+; HttpOnly$/);
    expect(reply.body).toMatchObject({
      userID: 'bot001',
      alternateHostList: [],
      serverTimeInfo: { serverUtcTime: '20260105T090000Z' },
      effectiveStation: null,
      defaultWorkstationId: null,
    });
    expect(reply.body.features).toContainEqual({ featureId: 'messaging', version: 2 });
  });

  test('refuses wrong credentials with 400 and the documented error', async () => {
    bench = new Bench();
    const reply = await bench.send('POST', '/icws/connection', { ...CREDENTIALS, password: 'no' }, ENGLISH);
    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject({
      errorId: 'error.request.connection.authenticationFailure',
      errorCode: -2147221503,
    });
    expect(bench.simulator.ledger().sessions.refused).toBe(1);
  });

  test('names the property that is missing, and refuses what is not JSON', async () => {
    bench = new Bench();
    const missing = await bench.send(
      'POST',
      '/icws/connection',
      { ...CREDENTIALS, applicationName: undefined },
      ENGLISH,
    );
    expect([missing.status, missing.body.propertyName]).toEqual([400, 'applicationName']);
    expect((await bench.send('POST', '/icws/connection', '{', ENGLISH)).status).toBe(400);
    expect((await bench.send('POST', '/icws/connection', '[]', ENGLISH)).status).toBe(400);
  });

  test('takes a one-time token once, for seven seconds', async () => {
    bench = new Bench();
    const first = await bench.logIn();
    const seed = '6f1c2a8e-4b0d-4e37-9a55-2d8c7b3e1f90';
    const { body } = await first.send('POST', 'connection/unique-auth-token', { authTokenSeed: seed });
    const request = {
      __type: 'urn:inin.com:connection:authTokenConnectionRequestSettings',
      applicationName: 'other',
      authTokenSeed: seed,
      authToken: body.authToken,
      authTokenSourceSession: first.sid,
    };
    expect((await bench.send('POST', '/icws/connection', request, ENGLISH)).status).toBe(201);
    expect((await bench.send('POST', '/icws/connection', request, ENGLISH)).status).toBe(400);
    const late = await first.send('POST', 'connection/unique-auth-token', { authTokenSeed: seed });
    await bench.pass(8_000);
    const again = { ...request, authToken: late.body.authToken };
    expect((await bench.send('POST', '/icws/connection', again, ENGLISH)).status).toBe(400);
  });
});

describe('credentials of a session', () => {
  test('a whole Set-Cookie line sent back is a cookie; messages need no token', async () => {
    bench = new Bench();
    const reply = await bench.send('POST', '/icws/connection', CREDENTIALS, ENGLISH);
    const cookie = `affinity=1; ${reply.headers['Set-Cookie']}`;
    const path = `/icws/${reply.body.sessionId}`;
    expect((await bench.send('GET', `${path}/messaging/messages`, {}, { cookie })).status).toBe(200);
    const token = { 'inin-icws-csrf-token': reply.body.csrfToken };
    expect((await bench.send('GET', `${path}/connection/`, {}, { cookie, ...token })).body).toEqual({
      connectionState: 1,
    });
  });

  test('a missing cookie, a missing token and an unknown session answer 401 with the challenge', async () => {
    bench = new Bench();
    const client = await bench.logIn();
    const path = `/icws/${client.sid}/connection`;
    const { cookie = '' } = client.headers;
    const noToken = await bench.send('GET', path, undefined, { cookie });
    const noCookie = await bench.send('GET', path, undefined, {
      'inin-icws-csrf-token': client.headers['inin-icws-csrf-token'] ?? '',
    });
    const nobody = await bench.send('GET', '/icws/1/connection', undefined, client.headers);
    for (const reply of [noToken, noCookie, nobody]) {
      expect(reply.status).toBe(401);
      expect(reply.headers['www-authenticate']).toBe('ICWS realm="ICWS" location="/ICWS/connection"');
    }
    expect(noToken.body.errorCode).toBe(2);
    expect(nobody.body.errorCode).toBe(1);
    expect(bench.simulator.ledger().violations.map(({ code }) => code)).toEqual(['missing-token', 'missing-cookie']);
  });

  test('a log-in without Accept-Language is served and noted', async () => {
    bench = new Bench();
    expect((await bench.send('POST', '/icws/connection', CREDENTIALS)).status).toBe(201);
    expect(bench.simulator.ledger().violationsByCode).toEqual({ 'missing-accept-language': 1 });
  });

  test('a session that is over answers 401, and GET connection tells how it ended', async () => {
    bench = new Bench();
    const client = await bench.logIn();
    expect((await client.send('DELETE', 'connection', {})).status).toBe(200);
    expect((await client.send('GET', 'connection')).body).toMatchObject({ connectionState: 2, shouldReconnect: false });
    expect((await client.dialer('log-in')).status).toBe(401);
  });
});

describe('every resource answers as the contract says', () => {
  test('without a session', async () => {
    bench = new Bench();
    for (const path of ['version', 'features', 'features/messaging', 'server-info', 'server-time']) {
      expect((await bench.send('GET', `/icws/connection/${path}`, undefined, ENGLISH)).status).toBe(200);
    }
    expect((await bench.send('GET', '/icws/connection/features/nothing')).status).toBe(404);
  });

  test('of the session: state, licences, password, switchover, rights', async () => {
    bench = new Bench({ users: [{ names: 'bot001', password: 'demo', licence: false, logonCampaign: true }] });
    const client = await bench.logIn();
    const { body } = await client.send('POST', 'licenses', {
      licenseList: ['I3_ACCESS_CLIENT', 'I3_ACCESS_DIALER_ADDON', 'X'],
    });
    expect(body.licenseOperationResultList.map((r: { isAvailable: boolean }) => r.isAvailable)).toEqual([
      true,
      false,
      false,
    ]);
    expect((await client.send('PUT', 'licenses', { licenseList: ['I3_ACCESS_CLIENT'] })).status).toBe(200);
    expect((await client.send('DELETE', 'licenses')).status).toBe(200);
    expect((await client.send('GET', 'connection/switchover-status')).status).toBe(200);
    expect((await client.send('POST', 'messaging/heartbeat')).status).toBe(200);
    const rights = await client.send('GET', 'configuration/users/BOT001?select=*&rightsFilter=loggedInUser');
    expect(rights.body.securityRights.loginCampaign.effectiveValue).toBe(true);
    const wrong = await client.send('POST', 'security/password', { oldPassword: 'no', newPassword: 'x' });
    expect([wrong.status, wrong.body.__type]).toEqual([400, 'urn:inin.com:security:passwordError']);
    expect((await client.send('POST', 'security/password', { oldPassword: 'demo', newPassword: 'other' })).status).toBe(
      200,
    );
    await bench.logIn('bot001', { password: 'other' });
  });

  test('of the station: all four forms; one in use by somebody else is refused; the messages tell of it', async () => {
    bench = new Bench();
    const one = await bench.logIn('bot001', { include: 'effective-station' });
    const two = await bench.logIn('bot002');
    const base = 'urn:inin.com:connection:';
    const put = (client: Client, type: string, rest: object) =>
      client.send('PUT', 'connection/station', {
        __type: `${base}${type}`,
        supportedMediaTypes: [1],
        readyForInteractions: true,
        ...rest,
      });
    await one.send('PUT', 'messaging/subscriptions/connection/station');
    expect((await put(one, 'workstationSettings', { workstation: 'WS1' })).status).toBe(200);
    expect((await put(two, 'workstationSettings', { workstation: 'ws1' })).status).toBe(400);
    expect(
      (await put(two, 'remoteNumberSettings', { remoteNumber: '+15550100777', persistentConnection: true })).status,
    ).toBe(200);
    expect((await one.send('GET', 'connection/station')).body).toMatchObject({ id: 'WS1', stationSetting: 1 });
    expect(await one.until('stationConnectionStateChangeMessage')).toMatchObject({ newStationInfo: { id: 'WS1' } });
    bench.simulator.control.takeStationAway('bot001');
    expect(await one.until('effectiveStationChangeMessage')).toMatchObject({ effectiveStation: null });
    expect((await put(two, 'remoteWorkstationSettings', { workstation: 'WS1', remoteNumber: '1' })).status).toBe(200);
    expect((await put(two, 'stationlessSettings', {})).status).toBe(200);
    expect((await put(two, 'workstationSettings', {})).body).toMatchObject({ propertyName: 'workstation' });
    expect((await one.send('DELETE', 'connection/station')).status).toBe(200);
    expect((await one.send('DELETE', 'messaging/subscriptions/connection/station')).status).toBe(200);
  });

  test('of statuses: lists, the own status in any letter case, completion and message, refusals', async () => {
    bench = new Bench();
    const client = await bench.logIn();
    expect((await client.send('GET', 'status/status-messages')).status).toBe(200);
    expect((await client.send('GET', 'status/status-messages-user-access/bot001')).status).toBe(200);
    expect((await client.send('GET', 'status/user-statuses/nobody')).status).toBe(404);
    expect(
      (await client.send('PUT', 'messaging/subscriptions/status/user-statuses', { userIds: ['BOT001'] })).status,
    ).toBe(200);
    expect(
      (await client.send('PUT', 'messaging/subscriptions/status/user-statuses', { userIds: ['nobody'] })).status,
    ).toBe(404);
    expect((await client.send('PUT', 'messaging/subscriptions/status/status-messages')).status).toBe(200);
    expect(
      (await client.send('PUT', 'messaging/subscriptions/status/status-messages-user-access', { userIds: ['bot001'] }))
        .status,
    ).toBe(200);
    expect((await client.until('userStatusMessage')).userStatusList[0]).toMatchObject({
      statusId: 'Do Not disturb',
      loggedIn: true,
    });
    const taken = await client.status('AVAILABLE');
    expect(taken.status).toBe(202);
    const messages = await client.poll();
    expect(messages).toContainEqual(expect.objectContaining({ requestId: taken.body.requestId, error: null }));
    expect(messages).toContainEqual(
      expect.objectContaining({ isDelta: true, userStatusList: [expect.objectContaining({ statusId: 'Available' })] }),
    );
    const refused = await client.status('Campaign Call');
    expect(refused.status).toBe(202);
    expect(await client.until('asyncOperationCompletedMessage')).toMatchObject({
      error: { message: 'The status may not be set.' },
    });
    expect((await client.send('PUT', 'status/user-statuses/bot002', { statusId: 'Available' })).status).toBe(403);
    expect((await client.send('DELETE', 'messaging/subscriptions/status/user-statuses', {})).status).toBe(204);
    await client.status('Gone Home');
    expect((await client.poll()).map((m) => m.__type)).toEqual([
      'urn:inin.com:messaging:asyncOperationCompletedMessage',
    ]);
  });

  test('of interactions: attributes, actions and subscriptions', async () => {
    const { client, id, campaignId } = await onPreview();
    expect((await client.send('GET', `interactions/${id}`)).status).toBe(404);
    expect((await client.send('PUT', 'messaging/subscriptions/interaction-alerting', {})).status).toBe(204);
    await client.dialer('place-preview-call');
    await bench.pass(3_000);
    expect((await client.send('GET', `interactions/${id}`)).body).toEqual({ attributes: { Eic_CallId: id } });
    const { body } = await client.send(
      'GET',
      `interactions/${id}?select=eic_state,is_attr_CampaignId,is_attr_TZ,Eic_CallDirection`,
    );
    expect(body.attributes).toMatchObject({ Eic_State: 'C', is_attr_campaignid: campaignId, Eic_CallDirection: 'O' });
    expect(body.attributes.is_attr_TZ).toContain('/');
    const watch = `messaging/subscriptions/interactions/${id}`;
    expect((await client.send('PUT', watch, { attributeNames: ['Eic_State', 'note'] })).status).toBe(204);
    expect((await client.send('POST', `interactions/${id}`, { attributes: { note: 'a' } })).status).toBe(200);
    expect((await client.send('POST', `interactions/${id}`, { attributes: { note: 'b' }, appendMode: 1 })).status).toBe(
      200,
    );
    expect(await client.until('interactionChangedMessage', 0, (m) => m.attributes.note === 'ab')).toBeDefined();
    expect((await client.send('POST', `interactions/${id}/pickup`)).status).toBe(200);
    expect((await client.send('POST', `interactions/${id}/hold`, { on: true })).status).toBe(200);
    expect(await client.until('interactionChangedMessage', 0, (m) => m.attributes.Eic_State === 'H')).toBeDefined();
    expect((await client.send('POST', `interactions/${id}/hold`, { on: false })).status).toBe(200);
    expect((await client.send('POST', `interactions/${id}/mute`, { on: true })).status).toBe(200);
    expect((await client.send('POST', `interactions/${id}/mute`, {})).status).toBe(400);
    expect((await client.send('POST', `interactions/${id}/send-digits`, { dtmfDigits: '12' })).status).toBe(200);
    const other = await bench.logIn('bot002');
    expect((await other.send('POST', `interactions/${id}/disconnect`)).status).toBe(403);
    expect((await client.send('POST', `interactions/${id}/disconnect`, {})).status).toBe(200);
    expect((await client.send('POST', `interactions/${id}/hold`, { on: true })).status).toBe(404);
    expect(await client.until('interactionDeallocatedMessage')).toMatchObject({ interactionID: id });
    expect((await client.send('POST', `interactions/${id}/disconnect`)).status).toBe(404);
    expect((await client.send('DELETE', watch)).status).toBe(204);
    expect((await client.send('DELETE', 'messaging/subscriptions/interaction-alerting')).status).toBe(204);
  });

  test('of Dialer: forms, contact data, numbers, stages and write-back', async () => {
    const { client, id: callId, campaignId } = await onPreview();
    expect((await client.dialer('request-form-definition', { campaignId })).status).toBe(200);
    expect(
      (await client.dialer('update-call-data', { callId, campaignId, callAttributes: { is_attr_NOTES: 'x' } })).status,
    ).toBe(202);
    const data = await client.dialer('request-contact-data', { callId, campaignId });
    expect(data.body.contacts[0].contactdata).toMatchObject({ notes: 'x', attempts: '0' });
    const numbers = await client.dialer('request-phone-number-details', { campaignId, interactionId: callId });
    expect(numbers.body.records).toHaveLength(1);
    expect((await client.dialer('update-stage', { campaignId, newStageId: 1 })).status).toBe(200);
    expect((await client.dialer('set-agent-type', { agentType: 1, campaignIds: [campaignId] })).status).toBe(200);
    expect((await client.dialer('mark-call-for-finishing', { callId, campaignId })).status).toBe(200);
    expect((await client.dialer('establish-persistent-connection')).status).toBe(202);
    await client.dialer('place-preview-call', { callInitiatedByTimer: true });
    await bench.pass(3_000);
    expect((await client.dialer('transfer-to-attendant-profile', { callId, campaignId, target: 't' })).status).toBe(
      200,
    );
    expect((await client.dialer('disposition', { label: 'Success', callAttributes: { notes: 'y' } })).status).toBe(200);
  });

  test('an unknown resource answers 404 with an ICWS error and is counted; a wrong method 405', async () => {
    bench = new Bench();
    const client = await bench.logIn();
    const reply = await client.send('POST', 'dialer/dance');
    expect([reply.status, typeof reply.body.message, reply.headers['content-type']]).toEqual([
      404,
      'string',
      'application/vnd.inin.icws+JSON',
    ]);
    expect((await client.send('GET', 'dialer/log-in')).status).toBe(405);
    expect((await bench.send('GET', '/elsewhere')).status).toBe(404);
    expect(bench.simulator.ledger().unknownRoutes).toBe(3);
  });

  test('a proxy prefix is ignored', async () => {
    bench = new Bench();
    expect((await bench.send('GET', '/webroot/api/cic1/icws/connection/version')).status).toBe(200);
  });
});

describe('queue subscriptions', () => {
  test('begin with a snapshot, know filters, and end', async () => {
    const { client, id } = await onPreview();
    const queue = { queueIds: [{ queueType: 0, queueName: 'bot001' }], attributeNames: ['eic_state'] };
    const filter = { attribute: 'Eic_CallDirection', comparisonType: 1, value: 'I' };
    await client.send('PUT', 'messaging/subscriptions/queues/inbound', { ...queue, attributeFilter: filter });
    await client.dialer('place-preview-call');
    await client.send('PUT', 'messaging/subscriptions/queues/all', queue);
    await bench.pass(3_000);
    const messages = (await client.poll()) as {
      subscriptionId?: string;
      isDelta: boolean;
      interactionsAdded?: unknown;
    }[];
    expect(messages.filter((m) => m.subscriptionId === 'inbound')).toEqual([
      expect.objectContaining({ isDelta: false, interactionsAdded: [] }),
    ]);
    expect(messages.find((m) => m.subscriptionId === 'all')).toMatchObject({
      isDelta: false,
      interactionsAdded: [{ interactionId: id, attributes: { Eic_State: 'S' } }],
    });
    expect((await client.send('DELETE', 'messaging/subscriptions/queues/all')).status).toBe(204);
    await client.send('PUT', 'messaging/subscriptions/queues/other', {
      ...queue,
      queueIds: [{ queueType: 1, queueName: 'bot002' }],
    });
    expect(await client.until('queueSubscriptionStateMessage')).toMatchObject({ state: 3, subscriptionId: 'other' });
  });
});
