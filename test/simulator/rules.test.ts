import { afterEach, describe, expect, test } from '@jest/globals';
import type { WorldInput } from '../../src/simulator/index.js';
import { operation, struck } from '../support/struck.js';
import { Bench, type Client } from './support.js';

let bench: Bench;
afterEach(() => bench.close());

const ANSWERED = {
  outcomes: { answer: 1, noAnswer: 0, busy: 0, machine: 0 },
  ring: '2s',
  farSideHangsUpAfter: '10m',
  oneMoreCall: 0,
};
const POWER = { name: 'Collections', type: 'power', contacts: 20, allowAgentCallbacks: true } as const;
const PREVIEW = { name: 'Renewals', type: 'preview', contacts: 20, allowSkip: true } as const;
const RIGHT = [{ names: 'bot{001..010}', password: 'demo', logonCampaign: true }];

function world(extra: WorldInput = {}): Bench {
  bench = new Bench({ campaigns: [POWER], dialling: ANSWERED, ...extra });
  return bench;
}
const violations = (): string[] => bench.simulator.ledger().violations.map(({ code }) => code);
const has = (messages: { __type: string }[], type: string): boolean =>
  messages.some((m) => m.__type.endsWith(`:${type}`));

async function onCall(extra: WorldInput = {}): Promise<{ client: Client; id: string }> {
  world(extra);
  const client = await (await bench.logIn()).ready();
  const { call } = await client.until('dataPopMessage');
  return { client, id: call.interactionId };
}

describe('reference §4.10', () => {
  test('rule 1: no call before log-in, ready-for-calls and an ACD status are all given', async () => {
    world();
    const client = await bench.logIn();
    expect((await client.dialer('ready-for-calls')).status).toBe(400);
    await client.status('Available');
    await client.dialer('log-in');
    await bench.pass(60_000);
    expect(has(await client.poll(), 'dataPopMessage')).toBe(false);
    await client.status('At Lunch');
    await client.dialer('ready-for-calls');
    await bench.pass(60_000);
    expect(has(await client.poll(), 'dataPopMessage')).toBe(false);
    await client.status('Available');
    await client.until('dataPopMessage');
    expect(violations()).toEqual(['ready-before-log-in']);
  });

  test('rule 1: one more call, already dialled, comes after the log-off request once the agent is Available again', async () => {
    const { client } = await onCall({ dialling: { ...ANSWERED, oneMoreCall: '100%' } });
    await client.dialer('log-off', { campaignIds: [] });
    const calls = [...client.seen].length;
    await client.send('POST', `interactions/${await openId(client)}/disconnect`);
    await client.dialer('disposition', { label: 'Success' });
    await bench.pass(2_000);
    expect(has(await client.poll(), 'logoutGrantedMessage')).toBe(false);
    await client.status('Available');
    const { call } = await client.until('dataPopMessage');
    await client.send('POST', `interactions/${call.interactionId}/disconnect`);
    await client.dialer('disposition', { label: 'Success' });
    expect((await client.until('logoutGrantedMessage')).campaigns).toEqual([{ id: '' }]);
    expect(bench.simulator.ledger()).toMatchObject({ pops: 2, dispositions: 2, violations: [] });
    expect(calls).toBeGreaterThan(0);
  });

  test('rule 1: the promised call is given back when the agent does not become Available, and the log-off granted', async () => {
    const { client, id } = await onCall({ dialling: { ...ANSWERED, oneMoreCall: 1 } });
    await client.dialer('log-off', {});
    await client.send('POST', `interactions/${id}/disconnect`);
    await client.dialer('disposition', { label: 'Success' });
    await client.until('logoutGrantedMessage', 15_000);
    expect(bench.simulator.ledger()).toMatchObject({ pops: 1, logOffs: { oneMoreCalls: 1, granted: 1 } });
    expect(bench.simulator.idle()).toBe(true);
  });

  test('rule 2: without the right an agent is in all running campaigns at once', async () => {
    world({ campaigns: [POWER, PREVIEW] });
    const client = await bench.logIn();
    await client.dialer('log-in');
    const offered = await client.until('availableCampaignsMessage', 0);
    expect(offered).toMatchObject({ isDelta: false, agentHasLogonCampaignRight: false });
    expect(offered.campaignsAdded).toEqual([
      expect.objectContaining({ name: 'Collections', isLoggedIn: true, campaignType: 2, status: [1, 8] }),
      expect.objectContaining({ name: 'Renewals', isLoggedIn: true, campaignType: 3 }),
    ]);
    expect(client.seen).toContainEqual(expect.objectContaining({ breakStatus: 0 }));
    expect((await client.dialer('log-in', { campaignId: offered.campaignsAdded[0].id })).status).toBe(403);
  });

  test('rule 2: with the right an agent is in none, and gets calls only of campaigns he logged in to and is ready for', async () => {
    world({ users: RIGHT, campaigns: [POWER, { ...PREVIEW, workgroup: 'Other' }] });
    const client = await (await bench.logIn()).ready();
    const offered = await client.until('availableCampaignsMessage', 0);
    const [power, preview] = offered.campaignsAdded;
    expect(power.isLoggedIn).toBe(false);
    await bench.pass(30_000);
    expect(has(await client.poll(), 'dataPopMessage')).toBe(false);
    expect((await client.dialer('log-in', { campaignId: preview.id })).status).toBe(200);
    await bench.pass(30_000);
    expect(has(await client.poll(), 'dataPopMessage')).toBe(false);
    await client.dialer('ready-for-calls', { campaignIds: [preview.id] });
    expect((await client.until('dataPopMessage')).call.campaignId).toBe(preview.id);
    expect((await client.dialer('log-in', { campaignId: 'NOPE' })).body.logonError).toBe(2);
    expect((await client.dialer('ready-for-calls', { campaignIds: [power.id] })).status).toBe(400);
    bench.simulator.control.stopCampaign(power.id);
    expect((await client.dialer('log-in', { campaignId: power.id })).body.logonError).toBe(3);
    await client.dialer('log-in', { campaignId: preview.id });
    expect(violations()).toEqual(['campaign-log-in-twice']);
  });

  describe('a campaign log-in that is repeated after a call is no mistake', () => {
    async function inBoth(): Promise<{ client: Client; power: string; preview: string }> {
      world({ users: RIGHT, campaigns: [POWER, PREVIEW] });
      const client = await (await bench.logIn()).ready();
      const { campaignsAdded } = await client.until('availableCampaignsMessage', 0);
      const [power, preview] = campaignsAdded.map(({ id }: { id: string }) => id);
      return { client, power, preview };
    }

    test('when its answer was lost; the next one is', async () => {
      const { client, preview } = await inBoth();
      const lost = struck('lost-response', { when: operation('POST dialer/log-in'), times: 1 });
      bench.simulator.faults.add(lost);
      await client.dialer('log-in', { campaignId: preview });
      await client.dialer('ready-for-calls', { campaignIds: [preview] });
      await client.until('dataPopMessage');
      expect((await client.dialer('log-in', { campaignId: preview })).status).toBe(200);
      expect(violations()).toEqual([]);
      await client.dialer('log-in', { campaignId: preview });
      expect(violations()).toEqual(['campaign-log-in-twice']);
    });

    test('when another process took over', async () => {
      const { client, power, preview } = await inBoth();
      for (const campaignId of [power, preview]) await client.dialer('log-in', { campaignId });
      const successor = await bench.logIn();
      await successor.dialer('log-in', { campaignId: preview });
      await successor.dialer('ready-for-calls', { campaignIds: [preview] });
      await successor.until('dataPopMessage');
      await client.send('DELETE', 'connection');
      expect((await successor.dialer('log-in', { campaignId: power })).status).toBe(200);
      expect(violations()).toEqual([]);
    });
  });

  test('a campaign named in the first log-in works for an agent with the right; a foreign workgroup does not', async () => {
    world({
      users: [{ names: 'bot001', password: 'demo', logonCampaign: true, workgroups: ['Outbound'] }],
      campaigns: [POWER, { ...PREVIEW, workgroup: 'Other' }],
    });
    const ids = Object.keys(bench.simulator.ledger().campaigns);
    const client = await bench.logIn();
    expect((await client.dialer('log-in', { campaignId: ids[1] })).body).toMatchObject({ logonError: 1 });
    expect((await client.dialer('log-in', { campaignId: ids[0] })).status).toBe(200);
    await client.dialer('ready-for-calls');
    await client.status('Available');
    await client.until('dataPopMessage');
  });

  test('rule 3: a break is pending during a call and granted after its disposition', async () => {
    const { client, id } = await onCall();
    expect((await client.dialer('request-break')).status).toBe(202);
    expect(await client.until('breakStatusMessage', 0)).toMatchObject({ breakStatus: 1 });
    await client.send('POST', `interactions/${id}/disconnect`);
    await bench.pass(5_000);
    expect(has(await client.poll(), 'breakStatusMessage')).toBe(false);
    await client.dialer('disposition', { label: 'Success' });
    expect(await client.until('breakStatusMessage', 1_000)).toMatchObject({ breakStatus: 2 });
    await client.status('Available');
    await bench.pass(30_000);
    const later = await client.poll();
    expect([has(later, 'dataPopMessage'), has(later, 'breakStatusMessage')]).toEqual([false, false]);
  });

  test('rule 3: a call that rings for an agent when he asks for a break still comes, and the break after it', async () => {
    world();
    const client = await (await bench.logIn()).ready();
    await bench.pass(1_000);
    await client.dialer('request-break');
    await client.until('dataPopMessage', 3_000);
    expect(client.seen.filter((m) => m.__type.endsWith('breakStatusMessage')).at(-1)).toMatchObject({ breakStatus: 1 });
    await client.dialer('disposition', { label: 'Success' });
    expect(await client.until('breakStatusMessage')).toMatchObject({ breakStatus: 2 });
  });

  test('rule 4: a break is ended at once, a request withdrawn; from a break one can log off', async () => {
    world({ campaigns: [PREVIEW] });
    const client = await bench.logIn();
    await client.dialer('log-in');
    await client.dialer('request-break');
    expect(await client.until('breakStatusMessage', 1_000, (m) => m.breakStatus === 2)).toBeDefined();
    expect((await client.dialer('end-break')).status).toBe(202);
    expect(await client.until('breakStatusMessage', 0)).toMatchObject({ breakStatus: 0 });
    await client.dialer('request-break', {});
    await client.dialer('log-off', { campaignIds: [] });
    await client.until('logoutGrantedMessage', 1_000);
  });

  test('rule 5: a status set by hand to non-ACD puts the agent on break, and an ACD one off it', async () => {
    world({ campaigns: [{ ...POWER, contacts: 0 }] });
    const client = await (await bench.logIn()).ready();
    await client.poll();
    bench.simulator.control.setStatus('bot001', 'At Lunch');
    expect(await client.until('breakStatusMessage', 0, (m) => m.breakStatus === 2)).toBeDefined();
    bench.simulator.control.setStatus('bot001', 'Available');
    expect(await client.until('breakStatusMessage', 0)).toMatchObject({ breakStatus: 0 });
    bench.simulator.control.setStatus('bot001', 'ACD - Agent Not Answering');
    expect(has(await client.poll(), 'breakStatusMessage')).toBe(false);
  });

  test('rule 5: statuses that Dialer sets put nobody on break', async () => {
    const { client, id } = await onCall();
    await client.send('POST', `interactions/${id}/disconnect`);
    await client.dialer('disposition', { label: 'Success' });
    await client.poll();
    expect(client.seen.filter((m) => m.__type.endsWith('breakStatusMessage'))).toHaveLength(1);
    expect(await client.statusId()).toBe('Follow Up');
  });

  test('rule 6: a foreign label is refused, the call stays open, and no next call comes before Available', async () => {
    const { client, id } = await onCall();
    expect((await client.dialer('disposition', { label: 'Nonsense' })).status).toBe(400);
    expect((await client.dialer('disposition', { label: 'Success' })).status).toBe(200);
    await bench.pass(30_000);
    expect(has(await client.poll(), 'dataPopMessage')).toBe(false);
    // Nobody hangs up for the agent: while the line is open there is no next call either.
    await client.status('Available');
    await bench.pass(30_000);
    expect(has(await client.poll(), 'dataPopMessage')).toBe(false);
    await client.send('POST', `interactions/${id}/disconnect`);
    await client.until('dataPopMessage');
    expect(violations()).toEqual(['foreign-label']);
  });

  test('rules 7 and 8: from another campaign one is let go at once, from the campaign on call after the disposition', async () => {
    world({ users: RIGHT, campaigns: [POWER, { ...PREVIEW, contacts: 0 }] });
    const client = await bench.logIn();
    await client.dialer('log-in');
    const { campaignsAdded } = await client.until('availableCampaignsMessage', 0);
    const [power, preview] = campaignsAdded;
    await client.dialer('log-in', { campaignId: power.id });
    await client.dialer('log-in', { campaignId: preview.id });
    await client.dialer('ready-for-calls');
    await client.status('Available');
    await client.until('dataPopMessage');
    await client.dialer('log-off', { campaignIds: [preview.id] });
    expect((await client.until('logoutGrantedMessage', 1_000)).campaigns).toEqual([
      { id: preview.id, name: 'Renewals' },
    ]);
    await client.dialer('log-off', { campaignIds: [power.id] });
    await bench.pass(1_000);
    expect(has(await client.poll(), 'logoutGrantedMessage')).toBe(false);
    await client.dialer('disposition', { label: 'Success' });
    expect((await client.until('logoutGrantedMessage', 1_000)).campaigns).toEqual([
      { id: power.id, name: 'Collections' },
    ]);
    // Out of all campaigns, still in Dialer.
    await client.dialer('log-off');
    expect((await client.until('logoutGrantedMessage', 1_000)).campaigns).toEqual([{ id: '' }]);
    expect(violations()).toEqual([]);
  });

  test('rule 7: without the right single campaigns cannot be left', async () => {
    world();
    const client = await bench.logIn();
    await client.dialer('log-in');
    const { campaignsAdded } = await client.until('availableCampaignsMessage', 0);
    expect((await client.dialer('log-off', { campaignIds: [campaignsAdded[0].id] })).status).toBe(403);
  });

  test('rule 9: a blended agent gets an inbound call and no Dialer call beside it; both are told apart', async () => {
    world({
      campaigns: [POWER],
      acd: { workgroup: 'Support', every: '1h', talk: '20s' },
      dialling: { ...ANSWERED, ring: '5s' },
    });
    const client = await bench.logIn();
    await client.send('PUT', 'messaging/subscriptions/interaction-alerting', { attributeNames: ['Eic_State'] });
    await client.send('PUT', 'messaging/subscriptions/queues/q', {
      queueIds: [{ queueType: 1, queueName: 'bot001' }],
      attributeNames: ['Eic_State', 'is_attr_campaignid', 'Eic_CallDirection'],
    });
    await client.dialer('log-in');
    await client.status('Available');
    const id = bench.simulator.control.startAcdCall('bot001');
    await client.dialer('ready-for-calls');
    expect(await client.until('interactionAlertingMessage', 0)).toMatchObject({
      alertingInteractionDetails: [{ interactionId: id, alertAction: 1 }],
    });
    expect((await client.send('POST', `interactions/${id}/pickup`)).status).toBe(200);
    await bench.pass(15_000);
    expect(has(await client.poll(), 'dataPopMessage')).toBe(false);
    await client.until('dataPopMessage');
    const added = client.seen.flatMap((m) => ('interactionsAdded' in m ? (m.interactionsAdded ?? []) : []));
    expect(added[0]).toMatchObject({
      interactionId: id,
      attributes: { is_attr_campaignid: '', Eic_CallDirection: 'I' },
    });
    expect(bench.simulator.ledger().acdCalls).toBe(1);
  });
});

async function openId(client: Client): Promise<string> {
  const pop = client.seen.filter((m) => m.__type.endsWith('dataPopMessage')).at(-1) as unknown as {
    call: { interactionId: string };
  };
  return pop.call.interactionId;
}

describe('violations', () => {
  test('an available status before the disposition makes the call ambiguous, the late disposition meets 404', async () => {
    const { client } = await onCall();
    await client.status('Available');
    expect((await client.dialer('disposition', { label: 'Success' })).status).toBe(404);
    expect(bench.simulator.ledger()).toMatchObject({
      dispositions: 0,
      calls: [{ outcome: 'ambiguous', wrapUp: 'Ambiguous' }],
      violations: [{ code: 'available-before-disposition', user: 'bot001', at: '2026-01-05T09:00:02.000Z' }],
    });
  });

  test('a disposition with nothing open is one', async () => {
    world();
    const client = await bench.logIn();
    await client.dialer('log-in');
    expect((await client.dialer('disposition', { label: 'Success' })).status).toBe(404);
    expect((await client.dialer('place-preview-call')).status).toBe(404);
    expect((await client.dialer('disposition', {})).body.propertyName).toBe('label');
    expect(violations()).toEqual(['disposition-without-call', 'place-without-preview']);
  });

  test('callbacks: a time without the category, an owner without a time, an owner where none is allowed', async () => {
    const { client } = await onCall({ campaigns: [{ ...POWER, allowAgentCallbacks: false }] });
    const scheduledTime = 1_767_610_000;
    expect((await client.dialer('disposition', { label: 'Success', scheduledTime })).status).toBe(400);
    expect((await client.dialer('disposition', { label: 'Callback', scheduledAgent: 'bot001' })).status).toBe(400);
    expect(
      (await client.dialer('disposition', { label: 'Callback', scheduledTime, scheduledAgent: 'bot001' })).status,
    ).toBe(400);
    expect((await client.dialer('disposition', { label: 'Callback', scheduledTime: '1' })).status).toBe(400);
    expect((await client.dialer('disposition', { label: 'Callback', scheduledTime })).status).toBe(200);
    expect(violations()).toEqual([
      'callback-not-scheduled',
      'callback-owner-without-time',
      'callback-owner-not-allowed',
    ]);
  });

  test('skips: where they are not allowed, and after the call was placed', async () => {
    const { client } = await onCall({ campaigns: [PREVIEW] });
    await client.dialer('place-preview-call');
    expect((await client.dialer('disposition', { label: 'Skipped - Agent Skip' })).status).toBe(400);
    expect((await client.dialer('place-preview-call')).status).toBe(404);
    expect(violations()).toEqual(['skip-after-placed', 'placed-twice']);
    bench.close();
    const second = await onCall();
    expect((await second.client.dialer('disposition', { label: 'Skipped - Agent Skip' })).status).toBe(400);
    expect(violations()).toEqual(['skip-not-allowed']);
  });

  test('leaving in mid-call by deleting the session', async () => {
    const { client } = await onCall();
    await client.send('DELETE', 'connection');
    expect(bench.simulator.ledger()).toMatchObject({
      calls: [{ outcome: 'ambiguous', wrapUp: 'Ambiguous - Agent Logout', endedBy: 'agent' }],
    });
    expect(violations()).toEqual(['session-deleted-in-call']);
  });

  test('two application names of one user in Dialer; the same name twice is one Dialer session', async () => {
    world();
    const one = await (await bench.logIn()).ready();
    const same = await bench.logIn('bot001', { application: 'BENCH' });
    const { call } = await same.until('dataPopMessage');
    expect((await one.until('dataPopMessage', 0)).call.interactionId).toBe(call.interactionId);
    expect((await same.dialer('disposition', { label: 'Success' })).status).toBe(200);
    expect(violations()).toEqual([]);
    const other = await bench.logIn('bot001', { application: 'other' });
    await other.dialer('log-in');
    expect(violations()).toEqual(['double-session']);
  });

  test('another call taken before the disposition', async () => {
    const { client } = await onCall();
    const id = bench.simulator.control.startAcdCall('bot001');
    await client.send('POST', `interactions/${id}/pickup`);
    expect(violations()).toEqual(['second-call-before-disposition']);
    expect(bench.simulator.ledger().calls[0]).toMatchObject({ wrapUp: 'Ambiguous - Agent Received a New Call' });
  });

  test('no licence: 403 on Dialer methods, and nothing else', async () => {
    world({ users: [{ names: 'bot001', password: 'demo', licence: false }] });
    const client = await bench.logIn();
    for (const method of [
      'log-in',
      'log-off',
      'ready-for-calls',
      'disposition',
      'place-preview-call',
      'request-form-definition',
    ]) {
      expect((await client.dialer(method, { label: 'Success' })).status).toBe(403);
    }
    expect((await client.status('Available')).status).toBe(202);
    expect(violations()).toEqual([]);
  });
});

describe('the agent and his sessions', () => {
  test('a session that nobody reads dies; its call is kept for the same user and name, and popped again as it stands', async () => {
    const { client, id } = await onCall({ campaigns: [PREVIEW], sessionTimeout: '1m' });
    await client.dialer('place-preview-call');
    await bench.pass(80_000);
    expect((await client.send('GET', 'connection')).body).toMatchObject({ connectionState: 2, shouldReconnect: true });
    const again = await bench.logIn();
    await again.dialer('log-in');
    expect((await again.until('dataPopMessage', 0)).call).toMatchObject({ interactionId: id, callPlaced: true });
    expect((await again.dialer('disposition', { label: 'Success' })).status).toBe(200);
    expect((await again.dialer('disposition', { label: 'Success' })).status).toBe(404);
    expect(bench.simulator.ledger()).toMatchObject({ pops: 1, repops: 1, dispositions: 1, sessions: { expired: 1 } });
  });

  test('when he does not return within half a minute, the connection counts as broken', async () => {
    const { client } = await onCall();
    bench.simulator.control.expireSession('bot001');
    await bench.pass(31_000);
    expect(bench.simulator.ledger().calls[0]).toMatchObject({
      outcome: 'ambiguous',
      wrapUp: 'Ambiguous - Agent Connection Broken',
    });
    const again = await bench.logIn();
    await again.dialer('log-in');
    expect((await again.dialer('disposition', { label: 'Success' })).status).toBe(404);
    expect(violations()).toEqual([]);
    expect((await client.dialer('log-in')).status).toBe(401);
  });

  test('a read session lives on', async () => {
    world({ sessionTimeout: '1m' });
    const client = await bench.logIn();
    for (let i = 0; i < 10; i++) {
      await bench.pass(20_000);
      await client.poll();
    }
    expect(bench.simulator.ledger().sessions).toMatchObject({ expired: 0 });
  });

  test('without a station no call comes where the world requires one', async () => {
    world({ requireStation: true });
    const client = await (await bench.logIn()).ready();
    await bench.pass(30_000);
    expect(has(await client.poll(), 'dataPopMessage')).toBe(false);
    await client.send('PUT', 'connection/station', {
      __type: 'urn:inin.com:connection:workstationSettings',
      workstation: 'WS1',
    });
    await client.until('dataPopMessage');
  });

  test('the link to Dialer goes down and up: requests fail, the agent logs in again and finds his call', async () => {
    const { client, id } = await onCall();
    bench.simulator.control.dialerLinkDown();
    expect(await client.until('outboundServerConnectionStateChangeMessage', 0)).toMatchObject({
      newConnectionState: 2,
    });
    expect((await client.dialer('disposition', { label: 'Success' })).status).toBe(500);
    bench.simulator.control.dialerLinkUp();
    await client.dialer('log-in');
    expect((await client.until('dataPopMessage', 0)).call.interactionId).toBe(id);
    expect((await client.dialer('disposition', { label: 'Success' })).status).toBe(200);
    expect(violations()).toEqual([]);
  });

  test('campaigns come, pause and go; supervisors put agents in and take them out', async () => {
    world({ users: RIGHT, campaigns: [{ ...POWER, contacts: 0 }] });
    const { control } = bench.simulator;
    const client = await (await bench.logIn()).ready();
    const id = control.addCampaign({ name: 'New', type: 'power', contacts: 5 });
    expect(await client.until('availableCampaignsMessage', 0, (m) => m.isDelta)).toMatchObject({
      campaignsAdded: [{ id, isLoggedIn: false }],
    });
    control.autoLogin('bot001', 'New', 'Boss');
    expect(await client.until('autoLoginMessage', 0)).toMatchObject({ campaignId: id, initiatorName: 'Boss' });
    await bench.pass(10_000);
    expect(has(await client.poll(), 'dataPopMessage')).toBe(false);
    await client.dialer('ready-for-calls');
    await client.until('dataPopMessage');
    control.pauseCampaign('New');
    expect(await client.until('availableCampaignsMessage', 0)).toMatchObject({
      campaignsChanged: [{ id, status: [1, 16] }],
    });
    control.resumeCampaign('New');
    control.autoLogout('bot001', ['New']);
    expect(await client.until('autoLogoutMessage', 0)).toMatchObject({ campaignIds: [id] });
    await client.dialer('disposition', { label: 'Success' });
    expect((await client.until('logoutGrantedMessage')).campaigns).toEqual([{ id, name: 'New' }]);
    control.removeCampaign('New');
    expect(await client.until('availableCampaignsMessage', 0, (m) => m.campaignsRemoved)).toMatchObject({
      campaignsRemoved: [{ id }],
    });
    expect(bench.simulator.finished()).toBe(true);
  });

  test('a follow-up status may end by itself, and closes the call it was for', async () => {
    const { client, id } = await onCall({ followUpTimeout: '30s' });
    await client.send('POST', `interactions/${id}/disconnect`);
    await bench.pass(31_000);
    expect(bench.simulator.ledger().calls[0]).toMatchObject({ outcome: 'ambiguous', wrapUp: 'Failure - Timeout' });
    expect((await client.dialer('disposition', { label: 'Success' })).status).toBe(404);
    expect(violations()).toEqual([]);
    await client.until('dataPopMessage', 5_000, (m) => m.call.interactionId !== id);
  });
});
