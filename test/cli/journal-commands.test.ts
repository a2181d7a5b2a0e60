import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { EXIT } from '../../src/cli/io.js';
import { type Journal, nodeFiles } from '../../src/journal/index.js';
import type { Fact, JournalRecord } from '../../src/journal/record.js';
import { callNamed, openWith, story, wholeCall } from '../journal/support.js';
import { ask } from '../support/ask.js';
import { PLAIN_POLICY, startRig } from '../support/rig.js';

const START = Date.UTC(2026, 0, 5, 9);
const releases: (() => unknown)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'journal-commands-'));
  releases.push(() => rmSync(path, { recursive: true }));
  return path;
}

const lines = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/** A worker that is at work: its journal is open and locked. */
async function atWork(): Promise<{ path: string; journal: Journal }> {
  const path = join(folder(), 'journal');
  const journal = await openWith({ files: nodeFiles(), path, columns: ['tz'] });
  releases.push(() => journal.close());
  return { path, journal };
}

const scheduledTime = START / 1_000 + 7_200;
const callback = { label: 'Callback', scheduledTime, scheduledAgent: 'bot2', owner: 'self' as const };

/** Two calls of bot1, a callback of bot2, and a call that bot1 has open. */
async function morning(): Promise<{ path: string; journal: Journal }> {
  const { path, journal } = await atWork();
  const call = { ...callNamed('3'), campaign: 'Renewals', campaignId: 'c2' };
  const third: Fact[] = [
    { kind: 'pop', call, nth: 1, preview: false, columns: { tz: 'America/Denver' } },
    {
      kind: 'decision',
      call,
      point: 'end',
      policy: 'demo',
      rule: 'call-again',
      action: 'callback',
      details: { endings: [callback], local: '2026-01-05T04:00:00-07:00[America/Denver]' },
    },
    { kind: 'intent', command: 'callback', call, choice: 0, ...callback },
    { kind: 'call.closed', call, label: 'Callback', result: 'accepted', basis: 'answer', seconds: 40 },
  ];
  const records = [
    ...story('bot1', wholeCall('1', 1), START),
    ...story('bot1', wholeCall('2', 2, 'Wrong Party'), START + 3_600_000),
    ...story('bot2', third, START + 7_200_000),
    ...story('bot1', [{ kind: 'pop', call: callNamed('4'), nth: 3, preview: false }], START + 10_800_000),
  ];
  for (const record of records) await journal.write(record);
  await journal.flush();
  return { path, journal };
}

describe('calls and callbacks', () => {
  const idsOf = async (path: string, ...more: string[]): Promise<unknown[]> =>
    lines((await ask(['calls', '--journal', path, '--json', ...more])).out).map(({ interactionId }) => interactionId);

  test('are listed while the worker is at work, as a table for people', async () => {
    const { path } = await morning();
    const { exit, out, err } = await ask(['calls', '--journal', path]);
    expect([exit, err]).toEqual([EXIT.done, '']);
    expect(out.split('\n').map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['poppedAt', 'agent', 'campaign', 'interactionId', 'kind', 'label', 'result', 'basis', 'seconds', 'callbackAt'],
      ['2026-01-05T09:00:00.000Z', 'bot1', 'Collections', '1', 'regular', 'Success', 'accepted', 'answer', '5'],
      ['2026-01-05T10:00:00.000Z', 'bot1', 'Collections', '2', 'regular', 'Wrong Party', 'accepted', 'answer', '5'],
      [
        ...['2026-01-05T11:00:00.000Z', 'bot2', 'Renewals', '3', 'regular', 'Callback', 'accepted', 'answer', '40'],
        '2026-01-05T11:00:00.000Z',
      ],
      ['2026-01-05T12:00:00.000Z', 'bot1', 'Collections', '4', 'regular', 'open'],
      [''],
    ]);
  });

  test.each<[string[], string[]]>([
    [
      ['--agent', 'BOT1'],
      ['1', '2', '4'],
    ],
    [['--agent', '*2'], ['3']],
    [['--campaign', 'renew*'], ['3']],
    [
      ['--campaign', 'c1'],
      ['1', '2', '4'],
    ],
    [['--label', 'w*'], ['2']],
    [
      ['--since', '2026-01-05T10:00:00Z'],
      ['2', '3', '4'],
    ],
    [['--since', '2026-01-05 10:30', '--until', '2026-01-05T14:00:00+02:00'], ['3']],
    [['--since', '2h'], []],
    [['--result', 'open,void'], ['4']],
    [
      ['--result', 'open', '--result', 'accepted', '--limit', '2'],
      ['3', '4'],
    ],
  ])('%j', async (flags, expected) => {
    expect(await idsOf((await morning()).path, ...flags)).toEqual(expected);
  });

  test('go into other programs as JSON lines and CSV, with the contact columns that were recorded', async () => {
    const { path } = await morning();
    const json = lines((await ask(['callbacks', '--journal', path, '--json'])).out);
    expect(json).toEqual([
      {
        callbackAt: '2026-01-05T11:00:00.000Z',
        owner: 'self',
        scheduledAgent: 'bot2',
        campaign: 'Renewals',
        label: 'Callback',
        agent: 'bot2',
        interactionId: '3',
        result: 'accepted',
        at: '2026-01-05T11:00:03.000Z',
        local: '2026-01-05T04:00:00-07:00[America/Denver]',
        columns: { tz: 'America/Denver' },
      },
    ]);
    const csv = (await ask(['callbacks', '--journal', path, '--csv', '--columns', 'tz'])).out.split('\r\n');
    expect(csv[0]).toMatch(/^callbackAt,.*,column\.tz$/);
    expect(csv[1]).toMatch(/^2026-01-05T11:00:00\.000Z,self,bot2,Renewals,.*,America\/Denver$/);
    expect((await ask(['calls', '--journal', path, '--csv'])).out.split('\r\n')).toHaveLength(6);
  });

  test('read over a record that is only half on the disk', async () => {
    const { path } = await morning();
    const segment = readdirSync(path).findLast((name) => name.endsWith('.ndjson')) ?? '';
    appendFileSync(join(path, segment), '{"seq":99,"kind":"po');
    expect(await idsOf(path)).toHaveLength(4);
  });

  test.each<[string[], string]>([
    [['--since', 'yesterday'], '--since must be a time such as 2026-11-22T09:00:00Z, or a duration back such as 2h'],
    [['--until', '2026-13-45'], '--until must be a time'],
    [['--result', 'good'], '--result must be of accepted, void, failed, unknown, open, not "good"'],
    [['--limit', '0'], '--limit must be a whole number, 1 or more, not "0"'],
    [['--json', '--csv'], '--json and --csv exclude each other'],
  ])('refuse %j', async (flags, sentence) => {
    const { exit, out, err } = await ask(['calls', '--journal', (await morning()).path, ...flags]);
    expect([exit, out]).toEqual([EXIT.usage, '']);
    expect(err).toContain(sentence);
  });
});

describe('a journal that cannot be read is told in one sentence', () => {
  const commands = [['calls'], ['callbacks'], ['reconcile', '--ledger', 'LEDGER'], ['replay', 'bot1']];

  test.each(commands)('%s', async (...command) => {
    const place = folder();
    const ledger = join(place, 'ledger.json');
    writeFileSync(ledger, '{"version":1,"calls":[]}');
    const at = (path: string) => ask([...command.map((word) => word.replace('LEDGER', ledger)), '--journal', path]);
    const missing = join(place, 'missing');
    expect(await at(missing)).toEqual({
      exit: EXIT.usage,
      out: '',
      err: `dialer-agent: the journal ${missing} cannot be read: there is no such folder; name one with --journal\n`,
    });
    expect((await at(ledger)).err).toBe(`dialer-agent: the journal ${ledger} cannot be read: it is no folder\n`);
    mkdirSync(missing);
    const none = await at(missing);
    expect([none.exit, none.err]).toEqual([
      EXIT.usage,
      `dialer-agent: the folder ${missing} holds no journal; name one with --journal\n`,
    ]);
    const { path } = await morning();
    const segment = join(path, readdirSync(path).find((name) => name.endsWith('.ndjson')) ?? '');
    const text = readFileSync(segment, 'utf8').split('\n');
    text[1] = text[1]?.replace('"kind"', '"knd"') ?? '';
    writeFileSync(segment, text.join('\n'));
    const corrupt = await at(path);
    expect(corrupt.exit).toBe(EXIT.usage);
    expect(corrupt.err).toBe(
      `dialer-agent: ${segment}, line 2: the record cannot be read; it was on the disk once, so the journal cannot be trusted\n`,
    );
  });
});

describe('replay', () => {
  /** A recorded shift with previews, breaks, lost answers and lost sessions; the journal of it, and its records. */
  async function recordedShift(): Promise<{ path: string; records: readonly JournalRecord[] }> {
    const rig = startRig({
      world: {
        version: 1,
        users: [{ names: 'bot{1..2}', password: 'demo' }],
        campaigns: [
          { name: 'Renewals', type: 'preview', contacts: 20, previewTimeout: '30s' },
          { name: 'Collections', type: 'power', contacts: 20 },
        ],
        dialling: { outcomes: { answer: 3, noAnswer: 1 }, farSideHangsUpAfter: { exponential: { mean: '5s' } } },
        faults: [
          { fault: 'lost-response', on: 'disposition', every: 3 },
          { fault: 'expired-session', on: 'disposition', every: 7 },
        ],
      },
      users: ['bot1', 'bot2'],
      policy: `${PLAIN_POLICY}breaks: { afterCalls: 4, for: 20s }\n`,
      keepsEvents: true,
    });
    await rig.until('calls', () => rig.facts('call.closed').length >= 14, 600_000);
    await rig.finish();
    expect(rig.facts('session.lost').length).toBeGreaterThan(0);
    const { path, journal } = await atWork();
    for (const record of rig.records) void journal.write(record);
    await journal.flush();
    return { path, records: rig.records };
  }

  test('goes with the chart the way that the agents went, timers included', async () => {
    const { path, records } = await recordedShift();
    for (const user of ['bot1', 'BOT2']) {
      const { exit, out, err } = await ask(['replay', user, '--journal', path, '--json']);
      expect([exit, err]).toEqual([EXIT.done, '']);
      const own = records.filter((record) => record.user === user.toLowerCase());
      const shown = lines(out);
      expect(shown).toHaveLength(own.length);
      expect(shown.at(-1)).toMatchObject({ agent: user.toLowerCase() });
      const made = shown.flatMap(({ facts }) => (facts as Fact[] | undefined) ?? []).map(({ kind }) => kind);
      const told = own.map(({ kind }) => kind).filter((kind) => kind === 'call.closed' || kind === 'break.granted');
      expect(made.filter((kind) => kind === 'call.closed' || kind === 'break.granted')).toEqual(told);
    }
  });

  test('shows one call from its pop to its end, with what was ordered', async () => {
    const { path, records } = await recordedShift();
    const call = records.find((record) => record.kind === 'call.closed')?.call.interactionId ?? '';
    const { exit, out } = await ask(['replay', call, '--journal', path]);
    expect(exit).toBe(EXIT.done);
    const [heading, first, ...rest] = out.trim().split('\n');
    expect(heading).toMatch(/^bot\d in the run of 20.* \(test, seed 7\)$/);
    expect(first).toMatch(/^\d\d:\d\d:\d\d\.\d{3} {2}call\.popped +ready\.\w+ → on-call\.\w+ /);
    expect(rest.filter((line) => /order \d+: disposition {2}call=/.test(line))).toHaveLength(1);
    expect(rest.at(-1)).toContain(`call.closed  call=${call}`);
  });

  test('says where the chart goes another way than the record, and exits with 1', async () => {
    const { path } = await recordedShift();
    const segment = join(path, readdirSync(path).find((name) => name.endsWith('.ndjson')) ?? '');
    const text = readFileSync(segment, 'utf8');
    writeFileSync(segment, text.replace(/"from":"ready","to":"on-call"/, '"from":"ready","to":"on-break"'));
    const user = /"user":"(bot\d)","kind":"transition","from":"ready","to":"on-break"/.exec(
      readFileSync(segment, 'utf8'),
    );
    const { exit, out, err } = await ask(['replay', user?.[1] ?? '', '--journal', path]);
    expect(exit).toBe(EXIT.failed);
    expect(out).toContain('! the chart did not go from ready to on-break; it is in on-call.');
    expect(err).toBe('The chart goes another way than the record at 1 place.\n');
  });

  test('tells the events of another version of the chart without their states', async () => {
    const { path } = await recordedShift();
    const segment = join(path, readdirSync(path).find((name) => name.endsWith('.ndjson')) ?? '');
    writeFileSync(segment, readFileSync(segment, 'utf8').replace(/"chart":"\d+"/, '"chart":"0"'));
    const { exit, out } = await ask(['replay', 'bot1', '--journal', path]);
    expect(exit).toBe(EXIT.done);
    expect(out).toContain('by another version of the chart, so its states are not told');
    expect(out).toMatch(/shift\.began +\?\n/);
  });

  test('knows only whom the journal knows', async () => {
    const { path } = await morning();
    expect(await ask(['replay', 'bot9', '--journal', path])).toEqual({
      exit: EXIT.usage,
      out: '',
      err: `dialer-agent: the journal ${path} knows neither an agent nor a call "bot9"\n`,
    });
  });
});

describe('reconcile', () => {
  const taken = (label: string, more = {}) => ({ label, at: '', scheduledTime: null, scheduledAgent: null, ...more });
  const ledgerCall = (interactionId: string, dispositions: unknown[], more = {}) => ({
    interactionId,
    campaign: 'Collections',
    agent: 'bot1',
    dispositions,
    outcome: 'dispositioned',
    wrapUp: null,
    ...more,
  });
  const right = [
    ledgerCall('1', [taken('Success')]),
    ledgerCall('2', [taken('Wrong Party')]),
    ledgerCall('3', [taken('Callback', { scheduledTime, scheduledAgent: 'bot2' })], { agent: 'bot2' }),
    ledgerCall('4', [taken('Success')]),
  ];

  async function finished(): Promise<string> {
    const { path, journal } = await morning();
    const [, ...rest] = wholeCall('4', 3);
    for (const record of story('bot1', rest, START + 10_800_000)) void journal.write(record);
    await journal.flush();
    return path;
  }

  function ledgerFile(calls: unknown): string {
    const file = join(folder(), 'ledger.json');
    writeFileSync(file, JSON.stringify({ version: 1, world: 'demo-1', calls }));
    return file;
  }

  test('says that journal and ledger agree', async () => {
    const { exit, out } = await ask(['reconcile', '--journal', await finished(), '--ledger', ledgerFile(right)]);
    expect([exit, out]).toEqual([EXIT.done, '4 calls compared: 0 differences, 0 unknown.\n']);
  });

  test('tells every difference as a sentence, and exits with 1', async () => {
    const calls = [ledgerCall('1', [taken('Success'), taken('Success')]), ...right.slice(1, 3), ledgerCall('9', [])];
    const args = ['reconcile', '--journal', await finished(), '--ledger', ledgerFile(calls)];
    const { exit, out } = await ask(args);
    expect([exit, out.split('\n')]).toEqual([
      EXIT.failed,
      [
        'Call 1 (Collections) of bot1 was dispositioned 2 times: "Success", "Success".',
        'Call 9 (Collections) of bot1 was handed out and is dispositioned in the ledger; the journal does not know it.',
        'Call 4 (Collections) of bot1 is accepted in the journal, but the ledger never handed it out.',
        '4 calls compared: 3 differences, 0 unknown.',
        '',
      ],
    ]);
    const json = JSON.parse((await ask([...args, '--json'])).out);
    expect(json.differences.map(({ kind }: { kind: string }) => kind)).toEqual([
      'double-disposition',
      'not-in-journal',
      'not-in-ledger',
    ]);
    expect(json).toMatchObject({ compared: 4, explained: [], otherWorlds: 0 });
  });

  test('fetches the ledger from the address of a simulator', async () => {
    const server = createServer((request, response) => {
      const isThere = request.url === '/simulator/ledger';
      response.writeHead(isThere ? 200 : 404).end(isThere ? JSON.stringify({ version: 1, calls: right }) : '');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    releases.push(
      () =>
        new Promise((resolve) => {
          server.close(resolve);
          server.closeAllConnections();
        }),
    );
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const path = await finished();
    for (const address of [url, `${url}/`, `${url}/simulator/ledger`]) {
      expect((await ask(['reconcile', '--journal', path, '--ledger', address])).exit).toBe(EXIT.done);
    }
    const { exit, err } = await ask(['reconcile', '--journal', path, '--ledger', `${url}/elsewhere`]);
    expect([exit, err]).toEqual([
      EXIT.usage,
      `dialer-agent: the ledger ${url}/elsewhere cannot be fetched: status 404\n`,
    ]);
  });

  test.each<[string, unknown, string]>([
    ['no calls', { version: 1 }, 'calls is missing or not what a ledger holds'],
    ['a call without dispositions', { calls: [{ ...right[0], dispositions: 1 }] }, 'calls.0.dispositions is missing'],
  ])('refuses %s', async (_name, content, sentence) => {
    const file = join(folder(), 'ledger.json');
    writeFileSync(file, JSON.stringify(content));
    const { exit, err } = await ask(['reconcile', '--journal', await finished(), '--ledger', file]);
    expect(exit).toBe(EXIT.usage);
    expect(err).toContain(`${file} is no ledger: ${sentence}`);
  });
});

describe('explain', () => {
  test('takes a recorded call, says what was decided then, and which columns the journal has not kept', async () => {
    const { path, journal } = await atWork();
    const call = { ...callNamed('7'), campaign: 'Renewals', campaignId: 'c2' };
    const facts: Fact[] = [
      { kind: 'pop', call, nth: 4, preview: false, columns: { tz: 'America/Denver', ssn: '1' } },
      {
        kind: 'decision',
        call,
        point: 'end',
        policy: 'old',
        rule: 'before',
        action: 'disposition',
        nth: 4,
        details: { endings: [{ label: 'Sold' }], connected: true, endedBy: 'far-side', talkedMs: 12_000 },
      },
    ];
    for (const record of story('bot2', facts, START)) await journal.write(record);
    await journal.flush();
    const policy = join(path, '..', 'new.yaml');
    writeFileSync(
      policy,
      `version: 1
rules:
  - { name: now, when: { campaign: c2, nthCall: 4, endedBy: far-side, talked: 12s, attributes: { tz: "*Denver" } }, then: { disposition: Success } }
  - { name: later, when: { attributes: { segment: vip } }, then: { disposition: Busy } }
`,
    );
    const { exit, out, err } = await ask(['explain', '-p', policy, '--call', '7', '--journal', path]);
    expect({ exit, err }).toEqual({
      exit: EXIT.done,
      err: 'The journal has not kept what this policy asks for: segment (journal.columns). They count as missing here.\n',
    });
    expect(out).toContain('At the end: disposition "Success"');
    expect(out).toContain('end: disposition "Sold", by rule before of policy old');
    expect((await ask(['explain', '-p', policy, '--call', '99', '--journal', path])).err).toContain('knows no call 99');
  });
});
