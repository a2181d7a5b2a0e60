import { afterEach, describe, expect, test } from '@jest/globals';
import { Bench } from './support.js';

let bench: Bench;
afterEach(() => bench.close());

const sure = {
  outcomes: { answer: 1, noAnswer: 0, busy: 0, machine: 0 },
  ring: '2s',
  farSideHangsUpAfter: '10m',
  oneMoreCall: 0,
};

describe('a working day', () => {
  test('a predictive call is popped, dispositioned and followed by the next', async () => {
    bench = new Bench({ campaigns: [{ name: 'Collections', type: 'predictive', contacts: 3 }], dialling: sure });
    const client = await (await bench.logIn()).ready();
    const { call } = await client.until('dataPopMessage');
    expect(call).toMatchObject({ __type: 'urn:inin.com:dialer:dataPop', dialingMode: 2 });
    expect(await client.statusId()).toBe('Campaign Call');
    expect((await client.send('POST', `interactions/${call.interactionId}/disconnect`)).status).toBe(200);
    expect(await client.statusId()).toBe('Follow Up');
    expect((await client.dialer('disposition', { label: 'Success' })).status).toBe(200);
    await client.status('Available');
    const second = await client.until('dataPopMessage');
    expect(second.call.interactionId).not.toBe(call.interactionId);
    expect(bench.simulator.ledger()).toMatchObject({ pops: 2, dispositions: 1, violations: [] });
  });

  test('a preview is placed, connects and is dispositioned; a log-off asked before is granted after', async () => {
    bench = new Bench({ campaigns: [{ name: 'Renewals', type: 'preview', contacts: 3 }], dialling: sure });
    const client = await (await bench.logIn()).ready();
    const { call } = await client.until('dataPopMessage');
    expect(call).toMatchObject({
      __type: 'urn:inin.com:dialer:previewPop',
      callPlaced: false,
      previewTimeout: '20260105T090030Z',
    });
    expect((await client.dialer('place-preview-call', {})).status).toBe(200);
    expect((await client.until('dataPopMessage')).call).toMatchObject({
      interactionId: call.interactionId,
      callPlaced: true,
    });
    await client.until('queueContentsMessage', 5_000, (m) => m.interactionsChanged?.[0]?.attributes.Eic_State === 'C');
    await client.dialer('log-off', { campaignIds: [] });
    await bench.pass(1_000);
    expect((await client.poll()).some((m) => m.__type.endsWith('logoutGrantedMessage'))).toBe(false);
    await client.send('POST', `interactions/${call.interactionId}/disconnect`);
    await client.dialer('disposition', { label: 'Success' });
    expect((await client.until('logoutGrantedMessage')).campaigns).toEqual([{ id: '' }]);
    expect((await client.send('DELETE', 'connection')).status).toBe(200);
    expect(bench.simulator.ledger()).toMatchObject({ pops: 1, dispositions: 1, violations: [] });
  });
});
