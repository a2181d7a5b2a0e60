import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { UsageError } from '../../src/base/errors.js';
import { createServerAddress } from '../../src/icws/address.js';
import { readCallState } from '../../src/icws/call-state.js';
import { createCampaignList } from '../../src/icws/campaign-list.js';
import { classify } from '../../src/icws/classify.js';
import { parseDateTime } from '../../src/icws/date-time.js';
import { IcwsError } from '../../src/icws/errors.js';
import { createEventStreamDecoder } from '../../src/icws/event-stream.js';
import { readMessage } from '../../src/icws/messages.js';
import { createQueueWatch } from '../../src/icws/queue-watch.js';
import { cookieOf, readFeatures, readGrant } from '../../src/icws/session-grant.js';
import { createStatusCatalog, sharedStatusCatalogs } from '../../src/icws/status-catalog.js';
import type { AvailableCampaignsMessage, QueueContentsMessage, StatusMessage } from '../../src/wire/index.js';

const EXAMPLES = 'test/icws/examples';
// biome-ignore lint/suspicious/noExplicitAny: examples are of every shape
const example = (name: string): any => JSON.parse(readFileSync(`${EXAMPLES}/${name}.json`, 'utf8'));

describe('date and time', () => {
  test.each([
    ['2021-07-06T19:32:29Z', Date.UTC(2021, 6, 6, 19, 32, 29)],
    ['2021-07-06T19:32Z', Date.UTC(2021, 6, 6, 19, 32)],
    ['2021-07-06T19:32:29.5Z', Date.UTC(2021, 6, 6, 19, 32, 29, 500)],
    ['20210706T193229Z', Date.UTC(2021, 6, 6, 19, 32, 29)],
    ['202107061932Z', Date.UTC(2021, 6, 6, 19, 32)],
    ['20210706T193229.125Z', Date.UTC(2021, 6, 6, 19, 32, 29, 125)],
  ])('reads %s', (text, ms) => expect(parseDateTime(text)).toBe(ms));

  test.each([
    '',
    'now',
    '2021-07-06',
    '2021-07-06T19:32:29',
    '2021-07-06T19:32:29+02:00',
    '20210230T000000Z',
    '20210706T250000Z',
    '20210706T1932Zx',
  ])('takes "%s" for no time', (text) => expect(parseDateTime(text)).toBeUndefined());

  test('reads what Date writes, in both forms', () => {
    const instant = fc.integer({ min: Date.UTC(1970, 0), max: Date.UTC(2100, 0) });
    fc.assert(
      fc.property(instant, (ms) => {
        const text = new Date(ms).toISOString();
        expect(parseDateTime(text)).toBe(ms);
        expect(parseDateTime(text.replace(/[-:]/g, ''))).toBe(ms);
      }),
    );
  });
});

describe('messages', () => {
  const names = readdirSync(EXAMPLES).filter((name) => name.startsWith('message.'));

  test.each(names)('%s keeps all that it says', (file) => {
    const message = example(file.replace(/\.json$/, ''));
    expect(readMessage(message)).toMatchObject(message);
  });

  test('an unknown type passes as it came', () => {
    const message = { __type: 'urn:inin.com:future:thingMessage', isDelta: false, x: 1 };
    expect(readMessage(message)).toEqual(message);
  });

  test.each([
    [null],
    [7],
    ['text'],
    [[]],
    [{}],
    [{ __type: 7 }],
    [{ __type: 'urn:inin.com:dialer:dataPopMessage', isDelta: false }],
    [{ __type: 'urn:inin.com:dialer:dataPopMessage', isDelta: false, call: { __type: 'urn:inin.com:dialer:dataPop' } }],
    [{ __type: 'urn:inin.com:dialer:breakStatusMessage', isDelta: false, breakStatus: 'soon' }],
    [{ __type: 'urn:inin.com:messaging:asyncOperationCompletedMessage', error: null }],
    [{ __type: 'urn:inin.com:status:userStatusMessage', userStatusList: 'none' }],
  ])('%j is no message', (value) => expect(readMessage(value)).toBeUndefined());

  test('enums come as number, numeric text or name', () => {
    for (const breakStatus of [2, '2', 'OnBreak', 'onbreak']) {
      const message = { __type: 'urn:inin.com:dialer:breakStatusMessage', isDelta: true, breakStatus };
      expect(readMessage(message)).toMatchObject({ breakStatus: 2 });
    }
  });

  test('a pop that lacks members gets harmless ones, and its kind is told by its type', () => {
    const call = {
      __type: 'urn:inin.com:dialer:previewPop',
      interactionId: 77,
      dispositions: [{ label: 'A' }, null, {}],
    };
    expect(readMessage({ __type: 'urn:inin.com:dialer:dataPopMessage', call })).toEqual({
      __type: 'urn:inin.com:dialer:dataPopMessage',
      isDelta: true,
      call: {
        __type: 'urn:inin.com:dialer:previewPop',
        interactionId: '77',
        campaignId: '',
        attributes: {},
        autoDisconnectOnDisposition: false,
        allowAgentCallbacks: false,
        dispositions: [{ label: 'A', wrapUpCategory: '', wrapUpCode: '', abandon: false }],
        dialingMode: 0,
        callPlaced: false,
        allowSkip: false,
      },
    });
  });

  test.each([[[]], [undefined], [null], [[{ id: '' }]], [[{ id: null }]], [[{}]]])(
    'a log-out grant with campaigns %j reads as out of Dialer',
    (campaigns) => {
      const message = readMessage({ __type: 'urn:inin.com:dialer:logoutGrantedMessage', campaigns });
      const ids = (message as unknown as { campaigns: { id: string }[] }).campaigns.map(({ id }) => id);
      expect(ids.length === 0 || ids.includes('')).toBe(true);
    },
  );

  test('nothing that JSON can hold makes it throw', () => {
    const type = fc.constantFrom(...names.map((file) => example(file.replace(/\.json$/, '')).__type as string));
    const noise = fc.dictionary(
      fc.constantFrom(
        'call',
        'campaigns',
        'campaignsAdded',
        'userStatusList',
        'interactionsAdded',
        'breakStatus',
        'requestId',
      ),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(type, noise, (__type, members) => {
        readMessage({ ...members, __type });
      }),
    );
  });
});

describe('event stream', () => {
  function decode(chunks: readonly Uint8Array[]): { data: string[]; retry: number[]; id: string | undefined } {
    const data: string[] = [];
    const retry: number[] = [];
    const decoder = createEventStreamDecoder({
      onData: (text) => data.push(text),
      onRetry: (ms) => retry.push(ms),
      onOverflow: () => data.push('overflow'),
    });
    for (const chunk of chunks) decoder.feed(chunk);
    return { data, retry, id: decoder.lastEventId };
  }

  const text =
    '\uFEFF:ping\n\ndata: {"a":"é😀"}\n\nid: 7\r\ndata: {"b":\r\ndata: 2}\r\n\r\n:ping\r\revent: other\rdata: no\r\rdata:\n\n' +
    'retry: 1500\nevent: message\ndata:{"c":3}\nunknown: x\n\ndata: unfinished';
  const bytes = Buffer.from(text, 'utf8');
  const expected = { data: ['{"a":"é😀"}', '{"b":\n2}', '{"c":3}'], retry: [1_500], id: '7' };

  test('reads comments, every line ending, many data lines, ids, retry and a byte-order mark', () => {
    expect(decode([bytes])).toEqual(expected);
  });

  test('reads the same from any chunking, cut characters included', () => {
    expect(decode([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(expected);
    const cuts = fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 30 });
    fc.assert(
      fc.property(cuts, (places) => {
        const at = [0, ...places.sort((a, b) => a - b), bytes.length];
        expect(decode(at.slice(1).map((end, i) => bytes.subarray(at[i], end)))).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  test('an event without end is given up once, not kept', () => {
    const chunk = Buffer.from(`data: ${'x'.repeat(3_000_000)}`);
    expect(decode([chunk, chunk, chunk, chunk]).data).toEqual(['overflow']);
  });
});

describe('the grant of a log-in', () => {
  const response = (body: unknown, headers = {}): Parameters<typeof readGrant>[0] => ({
    status: 201,
    headers,
    text: typeof body === 'string' ? body : JSON.stringify(body),
  });

  test('reads the documented answer', () => {
    const grant = readGrant(response(example('response.connection.201')), 'bot');
    expect(grant).toMatchObject({ id: '412907001', userId: 'bot.agent01', alternates: ['ICSERVER2'] });
    expect(grant?.features?.get('messaging')).toBe(2);
    expect(grant?.serverTimeMs).toBe(Date.UTC(2026, 0, 5, 9));
  });

  test('takes id and token from the headers where the body lacks them, and odd types as they come', () => {
    const headers = { 'inin-icws-session-id': '5', 'inin-icws-csrf-token': 'T' };
    expect(readGrant(response('<html>', headers), 'bot')).toMatchObject({ id: '5', csrfToken: 'T', userId: 'bot' });
    expect(readGrant(response({ sessionId: 9, csrfToken: 'T' }), 'bot')).toMatchObject({ id: '9' });
    expect(readGrant(response({ csrfToken: 'T' }), 'bot')).toBeUndefined();
    expect(readGrant(response({ sessionId: '1' }), 'bot')).toBeUndefined();
  });

  test('keeps the session cookie byte for byte, and proxies’ cookies after it', () => {
    expect(
      cookieOf(['lb=a; Path=/', 'icws_29113001=0b5f|languageId=en-us; Path=/icws/29113001; HttpOnly', 'lb=b; Secure']),
    ).toBe('icws_29113001=0b5f|languageId=en-us; lb=b');
    expect(cookieOf('icws_1=x=y==|z; Path=/')).toBe('icws_1=x=y==|z');
    expect(cookieOf(undefined)).toBe('');
  });

  test('features come in either shape, with versions of any type', () => {
    expect(readFeatures(example('response.features.200'))?.get('dialer')).toBe(9);
    expect(readFeatures([{ featureId: 'messaging', version: '2' }, null, {}])).toEqual(new Map([['messaging', 2]]));
    expect(readFeatures(undefined)).toBeUndefined();
    expect(readFeatures('none')).toBeUndefined();
  });
});

describe('status catalog', () => {
  const list = example('response.status.status-messages.200').statusMessageList as StatusMessage[];
  const status = (statusId: string, messageText: string, more: Partial<StatusMessage> = {}): StatusMessage =>
    ({ statusId, messageText, ...more }) as StatusMessage;

  test('finds a status by id, else systemId, else label, without regard to case', () => {
    const catalog = createStatusCatalog([
      status('Available', 'Gone Home'),
      status('{G1}', 'Zu Hause', { systemId: 'Gone Home' }),
      status('Do Not disturb', 'Nicht stören', { isAcdStatus: false }),
    ]);
    expect(catalog.resolve('available')?.statusId).toBe('Available');
    expect(catalog.resolve('gone home')?.statusId).toBe('{G1}');
    expect(catalog.resolve(' NICHT STÖREN ')?.statusId).toBe('Do Not disturb');
    expect(catalog.find('do not DISTURB')?.messageText).toBe('Nicht stören');
    expect(catalog.resolve('At Lunch')).toBeUndefined();
    expect(catalog.resolve('')).toBeUndefined();
  });

  test('prefers a status that the user may choose where two bear one label', () => {
    const catalog = createStatusCatalog([status('a', 'Break'), status('b', 'Break')], ['B']);
    expect(catalog.resolve('break')?.statusId).toBe('b');
    expect(catalog.isSelectable('A')).toBe(false);
    expect(catalog.isSelectable('b')).toBe(true);
  });

  test('tells what kind a status is, and nothing of unknown ones', () => {
    const catalog = createStatusCatalog(list);
    expect(catalog.isAcd('AVAILABLE')).toBe(true);
    expect(catalog.isAcd('nowhere')).toBeUndefined();
    expect(catalog.isAfterCallWork('nowhere')).toBeUndefined();
    expect(catalog.wordsOf('Nowhere')).toEqual(['nowhere']);
    expect(catalog.all()).toHaveLength(list.length);
  });

  test('is one for all who are told the same, and only so many are shared', () => {
    const catalogs = sharedStatusCatalogs(2);
    const told = (): StatusMessage[] => [status('a', 'Break', { systemId: 'Pause' })];
    expect(catalogs(told(), ['a'])).toBe(catalogs(told(), ['a']));
    expect(catalogs(told())).not.toBe(catalogs(told(), ['a']));
    expect(catalogs([])).not.toBe(catalogs([]));
    expect(catalogs(told()).wordsOf('A')).toEqual(['a', 'pause', 'break']);
  });
});

describe('queue watch', () => {
  const message = (more: Partial<QueueContentsMessage>): QueueContentsMessage => ({
    __type: 'urn:inin.com:queues:queueContentsMessage',
    isDelta: true,
    subscriptionId: 'q',
    ...more,
  });
  const item = (interactionId: string, attributes: Record<string, string>) => ({ interactionId, attributes });
  const brief = (changes: readonly { kind: string; interactionId: string }[]): string[] =>
    changes.map((change) =>
      [
        change.kind,
        change.interactionId,
        (change as { state?: string }).state,
        (change as { endedBy?: string }).endedBy,
      ]
        .filter(Boolean)
        .join(' '),
    );

  test.each([
    ['A', '0', 'alerting'],
    ['C', '1', 'connected'],
    ['H', '2', 'held'],
    ['O', '4', 'offering'],
    ['R', '6', 'proceeding'],
    ['S', '8', 'dialling'],
    ['I', '9', 'ended'],
    ['E', '10', 'ended'],
  ])('Eic_State %s and %s both mean %s', (letter, number, state) => {
    expect(readCallState(letter).state).toBe(state);
    expect(readCallState(number)).toEqual(readCallState(letter));
    expect(readCallState(letter.toLowerCase())).toEqual(readCallState(letter));
  });

  test('an empty, missing or foreign state is unknown', () => {
    for (const value of ['', '11', 'Z', undefined]) expect(readCallState(value).state).toBe('unknown');
  });

  test('follows a call from ringing to the far side’s hang-up and its removal, each told once', () => {
    const watch = createQueueWatch();
    expect(watch.apply(message({ isDelta: false }))).toEqual([]);
    expect(brief(watch.apply(message({ interactionsAdded: [item('1', { Eic_State: 'A', x: '1' })] })))).toEqual([
      'state 1 alerting',
    ]);
    expect(brief(watch.apply(message({ interactionsChanged: [item('1', { EIC_STATE: 'C' })] })))).toEqual([
      'state 1 connected',
    ]);
    expect(watch.known('1')?.attributes).toEqual({ eic_state: 'C', x: '1' });
    expect(watch.apply(message({ interactionsChanged: [item('1', { x: '2' })] }))).toEqual([]);
    expect(brief(watch.apply(message({ interactionsChanged: [item('1', { Eic_State: 'E' })] })))).toEqual([
      'state 1 ended far-side',
    ]);
    expect(watch.apply(message({ interactionsChanged: [item('1', { Eic_State: '10' })] }))).toEqual([]);
    expect(watch.live()).toEqual([]);
    expect(brief(watch.apply(message({ interactionsRemoved: ['1'] })))).toEqual(['removed 1']);
    expect(watch.apply(message({ interactionsRemoved: ['1'] }))).toEqual([]);
  });

  test('a snapshot replaces all: what it lacks is removed, what it repeats is no news', () => {
    const watch = createQueueWatch();
    watch.apply(
      message({ interactionsAdded: [item('1', { Eic_State: 'C' }), item('2', { Eic_State: 'C', gone: 'x' })] }),
    );
    const snapshot = message({
      isDelta: false,
      interactionsAdded: [item('2', { eic_state: '1' }), item('3', { Eic_State: 'O' })],
    });
    expect(brief(watch.apply(snapshot))).toEqual(['removed 1', 'state 3 offering']);
    expect(watch.known('2')?.attributes).toEqual({ eic_state: '1' });
    expect(watch.apply(snapshot)).toEqual([]);
  });

  test('a change of an interaction never added, and members that are missing, are taken', () => {
    const watch = createQueueWatch();
    expect(brief(watch.apply(message({ interactionsChanged: [item('9', { Eic_State: 'I' })] })))).toEqual([
      'state 9 ended us',
    ]);
    expect(brief(watch.apply(message({ interactionsAdded: [{ interactionId: '8' } as never] })))).toEqual([
      'state 8 unknown',
    ]);
    expect(watch.apply({ __type: 'x' } as never)).toEqual([]);
  });

  test('any message split in two, or told twice, leads to the same content', () => {
    const state = fc.constantFrom('A', 'C', 'E', 'I', '1', '10');
    const change = fc.tuple(fc.constantFrom('1', '2', '3'), state);
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
        const together = createQueueWatch();
        const apart = createQueueWatch();
        const items = changes.map(([id, value]) => item(id, { Eic_State: value }));
        together.apply(message({ interactionsChanged: items }));
        for (const one of items) {
          apart.apply(message({ interactionsChanged: [one] }));
          expect(apart.apply(message({ interactionsChanged: [one] }))).toEqual([]);
        }
        expect(apart.live()).toEqual(together.live());
      }),
    );
  });
});

describe('campaign list', () => {
  const message = (more: Partial<AvailableCampaignsMessage>): AvailableCampaignsMessage => ({
    __type: 'urn:inin.com:dialer:availableCampaignsMessage',
    isDelta: true,
    agentHasLogonCampaignRight: false,
    ...more,
  });

  test('follows the documented messages', () => {
    const list = createCampaignList();
    expect(list.hasLogonRight).toBeUndefined();
    const first = list.apply(example('message.dialer.availableCampaigns.initial'));
    expect(first.added.map(({ name, on, isLoggedIn, type }) => ({ name, on, isLoggedIn, type }))).toEqual([
      { name: 'Spring renewals', on: true, isLoggedIn: true, type: 2 },
      { name: 'Preview follow-ups', on: false, isLoggedIn: false, type: 3 },
    ]);
    expect(list.hasLogonRight).toBe(false);
    const second = list.apply(example('message.dialer.availableCampaigns.delta'));
    expect(second.added).toEqual([]);
    expect(second.changed.map(({ name, on, workgroup }) => [name, on, workgroup])).toEqual([
      ['Preview follow-ups', true, 'Outbound'],
    ]);
    expect(second.removed.map(({ name }) => name)).toEqual(['Spring renewals']);
    expect(list.all()).toHaveLength(1);
    expect(list.nameOf('3C0A6F7E-91D2-4B57-A0C4-5E8B1F2D7A90')).toBe('Spring renewals');
  });

  test('a snapshot replaces the list, and a repeated message changes nothing', () => {
    const list = createCampaignList();
    const one = message({ isDelta: false, campaignsAdded: [{ id: 'a', name: 'A', workgroup: 'w', status: [1, 16] }] });
    list.apply(one);
    expect(list.find('a')).toMatchObject({ on: true, paused: true });
    expect(list.apply(one)).toEqual({ added: [], removed: [], changed: [] });
    const next = list.apply(message({ isDelta: false, campaignsAdded: [{ id: 'b', name: 'B', workgroup: 'w' }] }));
    expect([next.added.map(({ id }) => id), next.removed.map(({ id }) => id)]).toEqual([['b'], ['a']]);
  });

  test('a campaign added again with isLoggedIn is a change', () => {
    const list = createCampaignList();
    list.apply(message({ campaignsAdded: [{ id: 'a', name: 'A', workgroup: 'w', isLoggedIn: false }] }));
    const { changed } = list.apply(
      message({ campaignsAdded: [{ id: 'a', name: 'A', workgroup: 'w', isLoggedIn: true }] }),
    );
    expect(changed).toMatchObject([{ id: 'a', isLoggedIn: true }]);
  });
});

describe('server address', () => {
  const at = (url: string, more = {}) => createServerAddress({ url, ...more });

  test('alternates keep scheme, port and prefix', () => {
    const address = at('https://cic1.example.com:8019/proxy/', { alternates: ['cic2.example.com'] });
    expect(address.addressOf('cic1.example.com')).toEqual({
      origin: 'https://cic1.example.com:8019',
      basePath: '/proxy',
    });
    expect(address.addressOf('CIC2')).toEqual({ origin: 'https://cic2.example.com:8019', basePath: '/proxy' });
    expect(address.hosts).toEqual(['cic1.example.com:8019', 'cic2.example.com']);
  });

  test('a template puts the name in its slot, as host or as path segment', () => {
    const proxied = at('https://proxy.example.com/api/{host}', { host: 'CIC1', alternates: ['CIC2'] });
    expect(proxied.addressOf('cic2')).toEqual({ origin: 'https://proxy.example.com', basePath: '/api/cic2' });
    expect(proxied.home).toBe('CIC1');
    const named = at('https://{host}.example.com:8019', { host: 'cic1', alternates: ['cic2'] });
    expect(named.addressOf('cic2').origin).toBe('https://cic2.example.com:8019');
  });

  test('only listed hosts are allowed, in any letter case, and a listed port binds', () => {
    const address = at('https://cic1.example.com:8019', { allowHosts: ['cic1.example.com', 'cic3:9000'] });
    expect(address.isAllowedHost('CIC1.Example.com.')).toBe(true);
    expect(address.isAllowedHost('cic1.example.com:8443')).toBe(true);
    expect(address.allowedHost('CIC1')).toBe('cic1.example.com');
    expect(address.addressOf('cic3').origin).toBe('https://cic3:9000');
    expect(address.isAllowedHost('cic3:9001')).toBe(false);
    for (const host of [
      'cic1.evil.com',
      'evil',
      'cic1.example.com.evil.com',
      'cic1.example.com/x',
      'a@cic1.example.com',
      '',
    ]) {
      expect(address.isAllowedHost(host)).toBe(false);
      expect(() => address.addressOf(host)).toThrow(IcwsError);
    }
  });

  test('plain http goes to this machine alone unless it is allowed', () => {
    expect(() => at('http://cic1.example.com:8018')).toThrow(UsageError);
    expect(at('http://cic1.example.com:8018', { allowPlaintext: true }).isAllowedHost('cic1.example.com')).toBe(true);
    const local = at('http://127.0.0.1:8018', { allowHosts: ['127.0.0.1', 'cic2.example.com'] });
    expect(local.isAllowedHost('localhost:8020')).toBe(true);
    expect(local.addressOf('127.0.0.1:8020').origin).toBe('http://127.0.0.1:8020');
    expect(local.addressOf('[::1]').origin).toBe('http://[::1]:8018');
    expect(local.isAllowedHost('cic2.example.com')).toBe(false);
  });

  test.each([
    ['ftp://x'],
    ['not a url'],
    ['https://user:secret@cic1'],
    ['https://cic1/?a=b'],
    ['https://proxy/api/{host}'],
  ])('refuses %s with a sentence that holds no secret', (url) => {
    expect(() => at(url)).toThrow(UsageError);
    expect(() => at(url)).not.toThrow(/secret@/);
  });

  test('a redirect leads to a host, a relative or foreign-scheme one nowhere', () => {
    const address = at('https://lb.example.com:8019', { alternates: ['cic2.example.com'] });
    expect(address.hostOfRedirect('https://cic2.example.com:8019/icws/connection', 'lb.example.com')).toBe(
      'cic2.example.com',
    );
    expect(address.hostOfRedirect('https://cic2.example.com/icws/connection', 'lb.example.com')).toBe(
      'cic2.example.com:443',
    );
    expect(address.hostOfRedirect('/icws/connection/', 'lb.example.com')).toBeUndefined();
    expect(address.hostOfRedirect('http://cic2.example.com:8019/', 'lb.example.com')).toBeUndefined();
    const proxied = at('https://proxy/api/{host}', { host: 'CIC1', alternates: ['CIC2'] });
    expect(proxied.hostOfRedirect('/api/CIC2/icws/connection', 'CIC1')).toBe('CIC2');
    expect(proxied.hostOfRedirect('/api/CIC1/icws/connection', 'CIC1')).toBeUndefined();
  });
});

describe('classify', () => {
  test.each([
    ['connect', 400, 'icws/credentials-refused', false],
    ['connect', 401, 'icws/credentials-refused', false],
    ['disposition', 400, 'icws/bad-request', false],
    ['disposition', 401, 'icws/session-lost', true],
    ['disposition', 403, 'icws/forbidden', false],
    ['disposition', 404, 'icws/not-found', false],
    ['disposition', 410, 'icws/withdrawn', false],
    ['disposition', 429, 'icws/unavailable', true],
    ['disposition', 500, 'icws/unavailable', true],
    ['connect', 503, 'icws/unavailable', true],
    ['connect', 302, 'icws/unexpected-status', false],
    ['disposition', 418, 'icws/unexpected-status', false],
  ] as const)('%s with %i is %s', (operation, status, code, retryable) => {
    expect(classify({ operation, status })).toMatchObject({ code, status, retryable });
  });

  test('takes what the server tells, from any body', () => {
    const text = JSON.stringify(example('response.connection.400.bad-credentials'));
    expect(classify({ operation: 'connect', status: 400, text })).toMatchObject({
      errorId: 'error.request.connection.authenticationFailure',
    });
    const logon = JSON.stringify(example('response.dialer.log-in.400'));
    expect(classify({ operation: 'dialer-log-in', status: 400, text: logon }).logonError).toBe(3);
    for (const odd of [
      '',
      '<html><body>502 Bad Gateway</body></html>',
      '{"errorId":"x"',
      'null',
      '[]',
      '{"message":7}',
    ]) {
      const error = classify({ operation: 'disposition', status: 500, text: odd });
      expect(error.code).toBe('icws/unavailable');
      expect(error.message).not.toContain('html');
    }
  });

  test('never repeats a secret, a caller number or a long text', () => {
    const secrets = ['hunter2', 'icws_1=abc|languageId=en-us'];
    const message = `no hunter2\n ${secrets[1]} for +49 (170) 123-4567 ${'x'.repeat(5_000)}`;
    const error = classify({
      operation: 'connect',
      status: 400,
      text: JSON.stringify({ message, errorId: 'hunter2 x' }),
      secrets,
    });
    expect(error.message).not.toMatch(/hunter2|abc\||4567|\n/);
    expect(error.message.length).toBeLessThan(400);
    expect(error.errorId).toBeUndefined();
  });

  test('reads how long the server asks to wait', () => {
    const wait = (value: string) =>
      classify({ operation: 'poll', status: 503, headers: { 'retry-after': value }, nowMs: Date.UTC(2026, 0, 1) })
        .retryAfterMs;
    expect(wait('7')).toBe(7_000);
    expect(wait('Thu, 01 Jan 2026 00:00:05 GMT')).toBe(5_000);
    expect(wait('soon')).toBeUndefined();
    expect(wait('-1')).toBeUndefined();
  });
});
