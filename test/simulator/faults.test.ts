import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatDiagnostics } from '../../src/base/diagnostic.js';
import { loadDocument } from '../../src/base/document.js';
import { seededRandom } from '../../src/base/random.js';
import {
  FAULT_MENU,
  type FaultInput,
  type FaultName,
  parseFault,
  parseFaultText,
  WorldSchema,
} from '../../src/simulator/index.js';
import { createStriker, type StrikeRule } from '../../src/simulator/strike.js';
import { FakeClock } from '../support/fake-clock.js';
import { Bench } from './support.js';

const PREVIEW = { name: 'R', type: 'preview', contacts: 50 } as const;
const world = (faults: FaultInput[] = []) => ({ campaigns: [PREVIEW], faults });

function complaints(yaml: string): string {
  const { diagnostics } = loadDocument(yaml, 'world.yaml', WorldSchema, { area: 'world', what: 'world file' });
  return formatDiagnostics(diagnostics, 'pretty', { color: false });
}

describe('a fault as it is written', () => {
  test('is the same in a file, in a flag and in a request', () => {
    const spec = parseFault({ fault: 'lost-response', on: 'disposition', rate: '5%', at: '30s' });
    expect(spec).toEqual({ fault: 'lost-response', on: ['disposition'], rate: 0.05, at: 30_000 });
    expect(parseFaultText('lost-response:on=disposition,rate=5%,at=30s')).toEqual(spec);
    expect(parseFaultText('no-new-sessions:hosts=cic1,alternates=cic2|cic3')).toMatchObject({
      hosts: ['cic1'],
      alternates: ['cic2', 'cic3'],
    });
    const file = 'faults:\n  - { fault: lost-response, on: disposition, rate: 5%, at: 30s }\n';
    const { value } = loadDocument(file, 'world.yaml', WorldSchema, { area: 'world', what: 'world file' });
    expect(value?.faults).toEqual([spec]);
  });

  test('has defaults, lists of words and numbers', () => {
    expect(parseFaultText('switchover')).toEqual({ fault: 'switchover', at: 0, gap: 0, told: true });
    expect(parseFaultText(' server-error : on = disposition|request-break, status=500, for=5s ')).toEqual({
      fault: 'server-error',
      on: ['disposition', 'request-break'],
      status: 500,
      at: 0,
      for: 5_000,
    });
    expect(parseFaultText('clock-skew:by=-45s')).toMatchObject({ by: -45_000 });
    expect(parseFaultText('hang:acts=true')).toMatchObject({ acts: true, on: ['commands'] });
  });

  test.each([
    ['lost-respons', 'did you mean "lost-response"?'],
    ['lost-response:on=dispositon', 'did you mean "disposition"?'],
    ['lost-response:rat=5%', 'Did you mean "rate"?'],
    ['lost-response:delay=5s', 'Its keys are fault, on, user, rate'],
    ['lost-response:rate=5%,every=2', 'only one of "rate" and "every"'],
    ['lost-response:rate=120%', 'must be a share'],
    ['server-error:status=200', 'from 500 to 599'],
    ['slow-answer:delay=2', 'must be a duration'],
    ['clock-skew', '"by" is missing'],
    ['hang:acts', 'key=value'],
  ])('%s is refused with a sentence', (text, sentence) => {
    const problems = parseFaultText(text);
    expect(Array.isArray(problems) ? problems.join('\n') : problems).toContain(sentence);
  });

  test('is placed by line and column where it is wrong in a file', () => {
    const text = complaints(
      'version: 1\nfaults:\n  - { fault: cut-streem }\n  - { fault: hang, on: [disposition, brake] }\n',
    );
    expect(text).toContain('world.yaml:3:14');
    expect(text).toContain('did you mean "cut-stream"?');
    expect(text).toContain('world.yaml:4');
  });
});

describe('which are struck', () => {
  const striker = (rule: Partial<StrikeRule>, clock = new FakeClock(), seed = 1) =>
    createStriker({ at: 0, ...rule }, { clock, random: seededRandom(seed), stream: 'fault/f1' });

  test('depends on the seed and on what each user did, not on how users fall between each other', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 60 }), fc.integer(), (order, seed) => {
        const strikes = striker({ rate: 0.4 }, new FakeClock(), seed);
        const mixed = order.map((user) => [user, strikes(user)] as const);
        const again = striker({ rate: 0.4 }, new FakeClock(), seed);
        const sorted = [...order].sort().map((user) => [user, again(user)] as const);
        for (const user of ['a', 'b', 'c']) {
          expect(mixed.filter(([name]) => name === user)).toEqual(sorted.filter(([name]) => name === user));
        }
      }),
    );
  });

  test('is about the share that was asked for', () => {
    const strikes = striker({ rate: 0.05 });
    const hits = Array.from({ length: 20_000 }, (_, i) => strikes(`bot${i % 50}`)).filter(Boolean).length;
    expect(hits).toBeGreaterThan(850);
    expect(hits).toBeLessThan(1_150);
  });

  test('every third of a user, at most so many, only these users', () => {
    const every = striker({ every: 3 });
    expect(['a', 'a', 'b', 'a', 'a', 'b', 'b'].map(every)).toEqual([false, false, false, true, false, false, true]);
    const few = striker({ times: 2, user: 'bot*' });
    expect(['x', 'bot1', 'BOT2', 'bot3'].map(few)).toEqual([false, true, true, false]);
    expect(few(null)).toBe(false);
  });

  test('only in its span, which may come again', async () => {
    const clock = new FakeClock();
    const strikes = striker({ at: 10_000, for: 5_000, again: 20_000, times: 1 }, clock);
    const seen: boolean[] = [];
    for (const ms of [0, 9_999, 1, 1, 4_998, 1, 15_000, 1]) {
      await clock.advance(ms);
      seen.push(strikes('a'));
    }
    expect(seen).toEqual([false, false, true, false, false, false, true, false]);
  });
});

describe('at run time', () => {
  const page = (bench: Bench, method: string, path = '', body?: string, peer?: string) =>
    bench.simulator.handle({
      method,
      path: `/simulator/faults${path}`,
      headers: {},
      ...(body !== undefined && { body }),
      ...(peer !== undefined && { peer }),
    });

  test('faults are laid, listed with what they did, and lifted', async () => {
    const bench = new Bench(world());
    const laid = await page(bench, 'POST', '', '{"fault":"server-error","status":500}', '127.0.0.1');
    expect([laid.status, JSON.parse(laid.body)]).toEqual([
      201,
      { id: 'f1', fault: 'server-error', strikes: 0, status: 500, on: ['commands'], at: 0 },
    ]);
    await expect(bench.logIn()).rejects.toThrow('500');
    expect(JSON.parse((await page(bench, 'GET')).body).faults).toMatchObject([{ id: 'f1', strikes: 1 }]);
    expect((await page(bench, 'DELETE', '/f1', undefined, '::ffff:127.0.0.1')).status).toBe(204);
    expect((await page(bench, 'DELETE', '/f1')).status).toBe(404);
    await bench.logIn();
    await page(bench, 'POST', '', '{"fault":"hang"}');
    expect((await page(bench, 'DELETE')).status).toBe(204);
    expect(bench.simulator.injections.list()).toEqual([]);
    expect(bench.simulator.ledger().faults).toEqual({ 'server-error': 1 });
    bench.close();
  });

  test('nobody from elsewhere may, and nonsense is answered with sentences', async () => {
    const bench = new Bench(world());
    expect((await page(bench, 'POST', '', '{"fault":"hang"}', '10.1.2.3')).status).toBe(403);
    expect((await page(bench, 'GET', '', undefined, '2001:db8::1')).status).toBe(403);
    expect((await page(bench, 'POST', '', 'hang')).status).toBe(400);
    const misspelt = await page(bench, 'POST', '', '{"fault":"hangs"}');
    expect(JSON.parse(misspelt.body).problems).toEqual([expect.stringContaining('did you mean "hang"?')]);
    const lonely = await page(bench, 'POST', '', '{"fault":"switchover"}');
    expect([lonely.status, lonely.body]).toEqual([400, expect.stringContaining('alternateHost')]);
    expect((await page(bench, 'PUT', '/f1')).status).toBe(405);
    expect(bench.simulator.injections.list()).toEqual([]);
    bench.close();
  });

  test('a break asked for by one who has not read that the link broke is refused, and held against nobody', async () => {
    const bench = new Bench(world());
    const client = await (await bench.logIn()).ready();
    bench.simulator.injections.add({ fault: 'dialer-link-down', for: '5s' });
    await bench.pass(6_000);
    expect((await client.dialer('request-break')).status).toBe(400);
    expect(bench.simulator.ledger().violations).toEqual([]);
    bench.close();
  });

  test('the late call of a break is not handed to one who has left Dialer since', async () => {
    const bench = new Bench({
      campaigns: [{ ...PREVIEW, type: 'power' }],
      dialling: { oneMoreCall: 0, ring: { fixed: '1h' } },
      faults: [{ fault: 'late-pop', after: 'break', every: 1, delay: '2s' }],
    });
    const client = await (await bench.logIn()).ready();
    await client.dialer('request-break');
    await bench.pass(1_000);
    await client.dialer('log-off');
    await bench.pass(5_000);
    expect(bench.simulator.ledger().pops).toBe(0);
    bench.close();
  });

  test('what is lifted ends what it brought', async () => {
    const bench = new Bench(world());
    const client = await bench.logIn();
    const id = bench.simulator.injections.add({ fault: 'dialer-link-down', for: '1h' });
    await bench.pass(10);
    expect((await client.dialer('log-in')).status).toBe(500);
    bench.simulator.injections.lift(id);
    expect((await client.dialer('log-in')).status).toBe(200);
    bench.close();
  });
});

describe('incidents', () => {
  test('a switchover: sessions die, the first host names the second, which serves the same world', async () => {
    const bench = new Bench({ ...world(), alternateHost: '127.0.0.2' });
    bench.simulator.listensOn(['127.0.0.1', '127.0.0.2']);
    const first = await bench.logIn();
    expect((await first.dialer('log-in')).status).toBe(200);
    bench.simulator.injections.add({ fault: 'switchover', gap: '2s' });
    await bench.pass(1);
    expect((await first.dialer('ready-for-calls')).status).toBe(401);
    const at = (host: string) =>
      bench.send(
        'POST',
        '/icws/connection',
        {
          __type: 'urn:inin.com:connection:icAuthConnectionRequestSettings',
          applicationName: 'x',
          userID: 'bot001',
          password: 'demo',
        },
        { host: `${host}:8018`, 'accept-language': 'en-us' },
      );
    expect([(await at('127.0.0.1')).body, (await at('127.0.0.2')).body].map((body) => body.alternateHostList)).toEqual([
      [],
      [],
    ]);
    await bench.pass(2_000);
    expect((await at('127.0.0.1')).body.alternateHostList).toEqual(['127.0.0.2']);
    expect((await at('127.0.0.2')).status).toBe(201);
    bench.simulator.injections.add({ fault: 'switchover' });
    await bench.pass(1);
    expect((await at('127.0.0.2')).body.alternateHostList).toEqual(['127.0.0.1']);
    expect((await at('127.0.0.1')).status).toBe(201);
    expect(bench.simulator.ledger().faults).toEqual({ switchover: 2 });
    bench.close();
  });

  test.each([
    ['30s', 29_000, 'open'],
    ['30s', 31_000, 'ambiguous'],
    ['0s', 0, 'ambiguous'],
    ['5m', 240_000, 'open'],
  ] as const)(
    'a lost call is kept for keepLostCalls: of %s, after %d ms it is %s',
    async (keepLostCalls, ms, outcome) => {
      const bench = new Bench({ campaigns: [{ ...PREVIEW, previewTimeout: 'none' }], keepLostCalls });
      const client = await (await bench.logIn()).ready();
      await client.until('dataPopMessage');
      bench.simulator.control.expireSession('bot001');
      await bench.pass(ms);
      const [call] = bench.simulator.ledger().calls;
      expect(call?.outcome).toBe(outcome);
      expect(call?.wrapUp).toBe(outcome === 'open' ? null : 'Ambiguous - Agent Connection Broken');
      const again = await bench.logIn();
      await again.dialer('log-in');
      const pops = (await again.poll()).filter(({ __type }) => __type.endsWith(':dataPopMessage'));
      expect(pops.length).toBe(outcome === 'open' ? 1 : 0);
      expect((await again.dialer('disposition', { label: 'Success' })).status).toBe(outcome === 'open' ? 200 : 404);
      expect(bench.simulator.ledger().violations).toEqual([]);
      bench.close();
    },
  );

  test('a wrong clock shows in server-time and previewTimeout, and goes right again', async () => {
    const bench = new Bench({ ...world([{ fault: 'clock-skew', by: '-90s', for: '1m' }]) });
    await bench.pass(1);
    const time = async () => (await bench.send('GET', '/icws/connection/server-time')).body.serverUtcTime;
    expect(await time()).toBe('20260105T085830Z');
    const client = await (await bench.logIn()).ready();
    const { call } = await client.until('dataPopMessage');
    expect(call.previewTimeout).toBe('20260105T085901Z');
    await bench.pass(60_000);
    expect(await time()).toMatch(/^20260105T09/);
    bench.close();
  });

  test('a campaign is withdrawn with its contacts kept, and offered anew', async () => {
    const bench = new Bench(world());
    const client = await bench.logIn();
    await client.dialer('log-in');
    await client.poll();
    bench.simulator.injections.add({ fault: 'campaign-withdrawn', for: '5s' });
    const gone = await client.until('availableCampaignsMessage');
    expect(gone.campaignsRemoved).toHaveLength(1);
    const back = await client.until('availableCampaignsMessage');
    expect(back.campaignsAdded).toMatchObject([{ id: gone.campaignsRemoved[0].id, isLoggedIn: true }]);
    expect(Object.values(bench.simulator.ledger().campaigns)).toMatchObject([{ remaining: 50 }]);
    bench.close();
  });
});

describe('messages', () => {
  const seen = async (faults: FaultInput[]) => {
    const bench = new Bench(world(faults));
    const client = await bench.logIn();
    await client.dialer('log-in');
    await bench.pass(5_000);
    const reply = await bench.send('GET', `/icws/${client.sid}/messaging/messages`, undefined, {
      cookie: client.headers.cookie ?? '',
    });
    bench.simulator.close();
    return {
      bodies: reply.body as Record<string, unknown>[],
      types: (reply.body as { __type: string }[]).map(({ __type }) => __type.split(':').at(-1)),
    };
  };

  test('are preceded by unknown ones, have unknown members, numbers that nobody knows', async () => {
    expect((await seen([{ fault: 'unknown-message', on: 'break' }])).types).toEqual([
      'noveltyMessage',
      'breakStatusMessage',
      'availableCampaignsMessage',
    ]);
    expect((await seen([{ fault: 'unknown-field', on: 'break' }])).bodies[0]).toHaveProperty('novelty');
    const { bodies } = await seen([{ fault: 'unknown-enum' }]);
    expect(bodies.map(({ breakStatus }) => breakStatus)).toEqual([0, 4_711, undefined]);
    expect(bodies[2]).toMatchObject({ campaignsAdded: [{ campaignType: 4_711 }] });
  });

  test('come twice, the copy later; late; overtaken; or never', async () => {
    expect((await seen([{ fault: 'duplicate-message', on: 'break', after: '2s' }])).types).toEqual([
      'breakStatusMessage',
      'availableCampaignsMessage',
      'breakStatusMessage',
    ]);
    const late = ['availableCampaignsMessage', 'breakStatusMessage'];
    expect((await seen([{ fault: 'slow-message', on: 'break' }])).types).toEqual(late);
    expect((await seen([{ fault: 'reordered-message', on: 'break' }])).types).toEqual(late);
    expect((await seen([{ fault: 'lost-message', on: 'campaigns' }])).types).toEqual(['breakStatusMessage']);
  });
});

test('the menu tells what the server does and what the agent should do, and each name is written in one way', () => {
  for (const name of Object.keys(FAULT_MENU) as FaultName[]) {
    const { server, agent } = FAULT_MENU[name];
    expect(name).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
    expect([server, agent].every((text) => /^[A-Z].*\.$/s.test(text))).toBe(true);
  }
});

test('the worlds that are shipped can be read', () => {
  const folder = new URL('../../config/worlds/', import.meta.url);
  for (const name of readdirSync(folder)) expect(complaints(readFileSync(new URL(name, folder), 'utf8'))).toBe('');
});
