import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { systemClock } from '../../src/base/clock.js';
import type { CallRow } from '../../src/journal/call-rows.js';
import { memoryFiles } from '../../src/journal/memory-files.js';
import { nodeFiles } from '../../src/journal/node-files.js';
import type { OpenWork } from '../../src/journal/open-work.js';
import { type CallFilter, queryCallbacks, queryCalls } from '../../src/journal/queries.js';
import { readJournal } from '../../src/journal/reader.js';
import { type LedgerCall, reconcile } from '../../src/journal/reconcile.js';
import type { Fact } from '../../src/journal/record.js';
import { replay } from '../../src/journal/replay.js';
import { CALL_COLUMNS, CALLBACK_COLUMNS, csvLine, formatRows } from '../../src/journal/table.js';
import { FakeClock } from '../support/fake-clock.js';
import { callNamed, crashed, FOLDER, nextLife, openWith, story, wholeCall } from './support.js';

const START = Date.UTC(2026, 0, 5, 9);
const HOUR = 3_600_000;
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const row of rows) list.push(row);
  return list;
}

const LOCAL = '2026-01-05T04:00:00-07:00[America/Denver]';

/** A journal of a morning: three calls of bot1, a callback of bot2, and a call of bot2 that nobody ended. */
async function morning(): Promise<ReturnType<typeof memoryFiles>> {
  const files = memoryFiles();
  const clock = new FakeClock(START);
  const journal = await openWith({ files, clock, columns: ['tz'], segmentBytes: 1_500 });
  const write = async (user: string, facts: readonly Fact[], from: number): Promise<void> => {
    await clock.advance(from - clock.now());
    for (const record of story(user, facts, from)) journal.write(record);
  };
  await write('bot1', wholeCall('1', 1), START);
  await write('bot1', wholeCall('2', 2, 'Wrong Party'), START + HOUR);
  const call = { ...callNamed('3'), campaign: 'Renewals', campaignId: 'c2', kind: 'preview' };
  const callback = {
    label: 'Callback',
    scheduledTime: START / 1_000 + 7_200,
    scheduledAgent: 'bot2',
    owner: 'self' as const,
  };
  const endings = [callback, { label: 'No Answer' }];
  await write(
    'bot2',
    [
      { kind: 'pop', call, nth: 1, preview: true, columns: { tz: 'America/Denver', phone: '+15550100' } },
      { kind: 'preview', call, outcome: 'placed' },
      {
        kind: 'decision',
        call,
        point: 'end',
        policy: 'demo',
        rule: 'call-again',
        action: 'callback',
        details: { endings, connected: true, endedBy: 'us', talkedMs: 31_000, local: LOCAL },
      },
      { kind: 'intent', command: 'callback', call, choice: 0, ...callback },
      { kind: 'call.closed', call, label: 'Callback', result: 'accepted', basis: 'answer', seconds: 40 },
    ],
    START + 2 * HOUR,
  );
  await write('bot1', [{ kind: 'pop', call: callNamed('4'), nth: 3, preview: false }], START + 3 * HOUR);
  await write(
    'bot1',
    [{ kind: 'call.closed', call: callNamed('4'), label: '', result: 'void', basis: 'not-found', seconds: 60 }],
    START + 4 * HOUR,
  );
  await write('bot2', [{ kind: 'pop', call: callNamed('5'), nth: 2, preview: false }], START + 4 * HOUR);
  await journal.close();
  return files;
}

async function idsFor(filter: CallFilter): Promise<string[]> {
  const rows = await all(queryCalls({ files: await morning(), path: FOLDER }, filter));
  return rows.map(({ interactionId }) => interactionId);
}

describe('calls and callbacks', () => {
  test('a call is told whole, from its pop to its result', async () => {
    const rows = await all(queryCalls({ files: await morning(), path: FOLDER }, {}));
    expect(rows.map(({ interactionId, result }) => [interactionId, result])).toEqual([
      ['1', 'accepted'],
      ['2', 'accepted'],
      ['3', 'accepted'],
      ['4', 'void'],
      ['5', 'open'],
    ]);
    expect(rows[2]).toEqual({
      server: 'http://127.0.0.1:8018',
      world: 'demo-1',
      agent: 'bot2',
      interactionId: '3',
      campaign: 'Renewals',
      campaignId: 'c2',
      kind: 'preview',
      poppedAt: START + 2 * HOUR,
      closedAt: START + 2 * HOUR + 4_000,
      result: 'accepted',
      basis: 'answer',
      label: 'Callback',
      policy: 'demo',
      rule: 'call-again',
      connected: true,
      endedBy: 'us',
      talkSeconds: 31,
      seconds: 40,
      preview: 'placed',
      callback: { scheduledTime: START / 1_000 + 7_200, owner: 'self', scheduledAgent: 'bot2' },
      local: LOCAL,
      sends: 1,
      columns: { tz: 'America/Denver' },
    } satisfies CallRow);
  });

  test('filters by agent, campaign, label, time and result', async () => {
    expect(await idsFor({ agent: 'BOT1' })).toEqual(['1', '2', '4']);
    expect(await idsFor({ campaign: 'renew*' })).toEqual(['3']);
    expect(await idsFor({ campaign: 'c2' })).toEqual(['3']);
    expect(await idsFor({ label: 'wrong ?arty' })).toEqual(['2']);
    expect(await idsFor({ since: START + HOUR, until: START + 3 * HOUR })).toEqual(['2', '3']);
    expect(await idsFor({ results: ['void', 'open'] })).toEqual(['4', '5']);
    expect(await idsFor({ agent: 'bot1', results: ['accepted'], since: START + 1 })).toEqual(['2']);
  });

  test('a call whose pop is in a segment that is gone is told from the checkpoint', async () => {
    const files = memoryFiles();
    const journal = await openWith({ files });
    for (const record of story('bot1', wholeCall('1', 1).slice(0, 4))) journal.write(record);
    await journal.flush();
    const next = crashed(files);
    const again = await openWith({ files: next, processes: nextLife });
    const closed: Fact = {
      kind: 'call.closed',
      call: callNamed('1'),
      label: '',
      result: 'unknown',
      basis: 'no-re-pop',
      seconds: 30,
    };
    for (const record of story('bot1', [closed], START + 9_000)) again.write(record);
    await again.close();
    await next.remove(`${FOLDER}/journal-00000001.ndjson`);
    const rows = await all(queryCalls({ files: next, path: FOLDER }, {}));
    expect(rows).toMatchObject([
      {
        interactionId: '1',
        poppedAt: START,
        label: 'Success',
        result: 'unknown',
        sends: 1,
        talkSeconds: 1,
        connected: true,
      },
    ]);
  });

  test('callbacks are those that were scheduled, with their time and owner', async () => {
    const rows = await all(queryCallbacks({ files: await morning(), path: FOLDER }, {}));
    expect(
      rows.map(({ interactionId, scheduledTime, owner, result }) => [interactionId, scheduledTime, owner, result]),
    ).toEqual([['3', START / 1_000 + 7_200, 'self', 'accepted']]);
  });

  test('a journal that is being written can be read', async () => {
    const files = memoryFiles();
    const journal = await openWith({ files });
    for (const record of story('bot1', wholeCall('1', 1))) await journal.write(record);
    await journal.flush();
    const segment = `${FOLDER}/journal-00000001.ndjson`;
    const half = crashed(files);
    half.put(
      segment,
      new Uint8Array([...(files.contentOf(segment) ?? []), ...new TextEncoder().encode('{"seq":8,"at":17')]),
    );
    expect(await all(queryCalls({ files: half, path: FOLDER }, {}))).toHaveLength(1);
    await journal.close();
  });

  test('a hundred thousand records are read with the memory of a few', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'journal-')), 'journal');
    folders.push(path);
    const inner = nodeFiles();
    const journal = await openWith({ files: inner, clock: systemClock(), path, segmentBytes: 8 << 20 });
    const writers = Array.from({ length: 50 }, async (_, agent) => {
      for (let n = 0; n < 334; n++) {
        for (const record of story(`bot${agent}`, wholeCall(`${agent}-${n}`, n + 1))) journal.write(record);
        if (n % 20 === 0) await journal.flush();
      }
    });
    await Promise.all(writers);
    await journal.close();
    let largest = 0;
    const files: typeof inner = {
      ...inner,
      openToRead: async (name) => {
        const file = await inner.openToRead(name);
        return {
          ...file,
          read: (buffer, position) => {
            largest = Math.max(largest, buffer.length);
            return file.read(buffer, position);
          },
        };
      },
    };
    const collect = collector();
    collect();
    const before = process.memoryUsage().heapUsed;
    let rows = 0;
    let grown = 0;
    for await (const row of queryCalls({ files, path }, {})) {
      rows += row.result === 'accepted' ? 1 : 0;
      if (rows % 4_000 > 0) continue;
      collect();
      grown = Math.max(grown, process.memoryUsage().heapUsed - before);
    }
    expect(rows).toBe(50 * 334);
    expect(largest).toBeLessThanOrEqual(256 * 1_024);
    expect(grown).toBeLessThan(8e6);
  });
});

describe('exports', () => {
  const rowsOf = async function* (...rows: CallRow[]) {
    yield* rows;
  };
  const first = async (): Promise<CallRow> => {
    const [row] = await all(queryCalls({ files: await morning(), path: FOLDER }, { label: 'Callback' }));
    return row as CallRow;
  };

  test('a table has aligned columns and shows no control characters', async () => {
    const row = await first();
    const lines = (await all(formatRows(rowsOf(row, { ...row, label: 'x\u001b[2Jy' }), CALL_COLUMNS, 'table')))
      .join('')
      .split('\n');
    expect(lines).toHaveLength(4);
    const column = lines[0]?.indexOf('label') ?? -1;
    expect([lines[1]?.slice(column, column + 8), lines[2]?.slice(column, column + 4).trim()]).toEqual([
      'Callback',
      'x y',
    ]);
    expect(lines[1]).toMatch(/^2026-01-05T11:00:00.000Z {2}bot2 {3}Renewals/);
  });

  test('JSON is one object a line, with times as ISO 8601', async () => {
    const lines = await all(formatRows(rowsOf(await first()), CALL_COLUMNS, 'json'));
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      {
        poppedAt: '2026-01-05T11:00:00.000Z',
        callbackAt: '2026-01-05T11:00:00.000Z',
        talkSeconds: 31,
        columns: { tz: 'America/Denver' },
      },
    ]);
  });

  test('CSV is RFC 4180, with the contact columns that were asked for', async () => {
    const row = { ...(await first()), label: 'Say "no", or\nyes' };
    const text = (await all(formatRows(rowsOf(row), CALL_COLUMNS, 'csv', ['tz']))).join('');
    const [record] = parse(text, { columns: true, record_delimiter: '\r\n' }) as Record<string, string>[];
    expect(record).toMatchObject({
      label: 'Say "no", or\nyes',
      'column.tz': 'America/Denver',
      endedBy: 'us',
      seconds: '40',
    });
    const callbacks = await all(
      formatRows(queryCallbacks({ files: await morning(), path: FOLDER }, {}), CALLBACK_COLUMNS, 'csv'),
    );
    expect(callbacks.join('').split('\r\n')[1]).toBe(
      `2026-01-05T11:00:00.000Z,self,bot2,Renewals,Callback,bot2,3,accepted,2026-01-05T11:00:04.000Z,${LOCAL}`,
    );
  });

  test('no text of a contact or a server ever begins a formula, and all text comes back whole', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 2, maxLength: 5 }), (cells) => {
        const [back] = parse(csvLine(cells), { relax_column_count: true, record_delimiter: '\r\n' }) as string[][];
        for (const [index, cell] of cells.entries()) {
          const read = back?.[index] ?? '';
          expect(read).not.toMatch(/^[=+\-@\t\r]/);
          expect(read.replace(/^'(?=[=+\-@\t\r\n])/, '')).toBe(cell.replace(/^'(?=[=+\-@\t\r\n])/, ''));
        }
      }),
      { numRuns: 80 },
    );
    expect(csvLine(['=1+1', '+1', '-1', '@x', -1.5, null, true])).toBe("'=1+1,'+1,'-1,'@x,-1.5,,true\r\n");
  });
});

describe('reconciliation with a ledger', () => {
  const row: CallRow = {
    server: 's',
    world: 'w',
    agent: 'bot1',
    interactionId: '1',
    campaign: 'Collections',
    campaignId: 'c1',
    kind: 'regular',
    poppedAt: START,
    closedAt: START,
    result: 'accepted',
    basis: 'answer',
    label: 'Success',
    policy: null,
    rule: null,
    connected: true,
    endedBy: 'us',
    talkSeconds: 1,
    seconds: 1,
    preview: null,
    callback: null,
    local: null,
    sends: 1,
    columns: {},
  };
  const taken = { label: 'Success', scheduledTime: null, scheduledAgent: null };
  const entry: LedgerCall = {
    interactionId: '1',
    campaign: 'Collections',
    agent: 'bot1',
    dispositions: [taken],
    outcome: 'dispositioned',
    wrapUp: null,
  };
  const kinds = (rows: Partial<CallRow>[], calls: Partial<LedgerCall>[]): string[] =>
    reconcile(
      rows.map((fields) => ({ ...row, ...fields })),
      { world: 'w', calls: calls.map((fields) => ({ ...entry, ...fields })) },
    ).differences.map(({ kind }) => kind);
  const none = { dispositions: [], outcome: 'ambiguous', wrapUp: 'Ambiguous - Agent Logout' };

  test.each<[string, Partial<CallRow>[], Partial<LedgerCall>[], string[]]>([
    ['agrees', [{}], [{}], []],
    ['misses a call in the journal', [], [{}], ['not-in-journal']],
    ['misses a call in the ledger', [{}], [], ['not-in-ledger']],
    ['sees a double disposition', [{}], [{ dispositions: [taken, taken] }], ['double-disposition']],
    ['sees an accepted one that was never taken', [{}], [none], ['missing-disposition']],
    ['sees one taken that the journal calls void', [{ result: 'void' }], [{}], ['unrecorded-disposition']],
    ['sees one taken that the journal calls failed', [{ result: 'failed' }], [{}], ['unrecorded-disposition']],
    ['agrees on a void call', [{ result: 'void' }], [none], []],
    ['agrees on an unknown result, whatever the ledger took', [{ result: 'unknown' }], [{}], []],
    ['sees another label', [{ label: 'Busy' }], [{}], ['other-label']],
    ['sees another agent', [{ agent: 'bot9' }], [{}], ['other-agent']],
    ['sees an open call', [{ result: 'open' }], [{ ...none, outcome: 'open' }], ['no-result']],
    ['sees two acceptances', [{}, {}], [{}], ['accepted-twice']],
    ['takes a call that came again as one', [{ result: 'unknown' }, {}], [{}], []],
    ['leaves other worlds out', [{}, { world: 'other', interactionId: '7' }], [{}], []],
    [
      'compares callbacks',
      [{ callback: { scheduledTime: 100, owner: 'self', scheduledAgent: 'bot1' } }],
      [{ dispositions: [{ ...taken, scheduledTime: 200 }] }],
      ['other-callback-time', 'other-callback-owner'],
    ],
  ])('%s', (_name, rows, calls, expected) => {
    expect(kinds(rows, calls)).toEqual(expected);
  });

  test('leaves out what an unnamed world gave before it began, or after its ledger was read', () => {
    const began = Date.parse('2026-11-22T09:00:00.000Z');
    const unnamed = (poppedAt: number): CallRow => ({ ...row, world: null, poppedAt });
    const rows = [unnamed(began - 1_000), unnamed(began + 1_000), unnamed(began + 60_000)];
    const startedAt = '2026-11-22T09:00:00.000Z';
    const ledger = { world: 'w', startedAt, at: '2026-11-22T09:00:30.000Z', calls: [entry] };
    expect(reconcile(rows, ledger)).toMatchObject({ differences: [], compared: 1, otherWorlds: 2 });
    expect(reconcile(rows, { calls: [entry] }).differences.map(({ kind }) => kind)).toEqual(['accepted-twice']);
  });

  test('each difference is a sentence, and each unknown is explained', () => {
    const { differences, explained, compared } = reconcile(
      [
        { ...row, label: 'Busy' },
        { ...row, interactionId: '2', result: 'unknown', basis: 'no-re-pop' },
        { ...row, interactionId: '3', result: 'unknown', basis: 'no-answer', sends: 2 },
      ],
      { calls: [entry, { ...entry, interactionId: '2' }, { ...entry, ...none, interactionId: '3' }] },
    );
    expect(differences.map(({ sentence }) => sentence)).toEqual([
      'Call 1 (Collections) of bot1 was dispositioned "Success"; the journal says "Busy".',
    ]);
    expect(explained.map(({ sentence }) => sentence)).toEqual([
      'Call 2 (Collections) of bot1 is unknown (no-re-pop; "Success" was sent once); the ledger took "Success": it had arrived.',
      'Call 3 (Collections) of bot1 is unknown (no-answer; "Success" was sent 2 times); the ledger took none and closed it as Ambiguous - Agent Logout.',
    ]);
    expect(compared).toBe(3);
  });
});

describe('replay', () => {
  const event = (type: string, more: object = {}): Fact => ({ kind: 'event', event: { type, ...more } });
  const machine = {
    begin: (user: string, _header: unknown, work: OpenWork | null) =>
      work?.call ? [user, 'with', work.call.ref.interactionId] : [user],
    step: (state: string[], { type }: { type: string }) => [...state, type],
    replaced: (state: string[]) => [...state, 'replaced'],
  };

  async function recorded(): Promise<ReturnType<typeof memoryFiles>> {
    const files = memoryFiles();
    const clock = new FakeClock();
    const life = async (facts: Fact[], user = 'bot1'): Promise<void> => {
      const journal = await openWith({ files, clock, segmentBytes: 700 });
      for (const record of story(user, facts)) journal.write(record);
      await journal.close();
    };
    await life([
      event('shift.began'),
      event('call.popped', { pop: { interactionId: '1' } }),
      { kind: 'pop', call: callNamed('1'), nth: 1 },
      event('call.ended', { call: '1' }),
      event('call.disposition-answered', { command: 4 }),
      { kind: 'call.closed', call: callNamed('1'), label: 'A', result: 'accepted', basis: 'answer', seconds: 1 },
      event('available.confirmed'),
    ]);
    await life([event('shift.began')], 'bot2');
    await life([event('session.opened'), { kind: 'pop', call: callNamed('2'), nth: 2, preview: false }]);
    await life([event('session.opened')]);
    return files;
  }
  const steps = async (span: { user?: string; call?: string }) =>
    all(replay(readJournal({ files: await recorded(), path: FOLDER }), span, machine));

  test('steps through an agent’s inputs, and begins anew with each run', async () => {
    const states = (await steps({ user: 'bot1' })).map(({ line, after }) => `${line.kind}: ${after.join(' ')}`);
    expect(states).toEqual([
      'event: bot1 shift.began',
      'event: bot1 shift.began call.popped',
      'pop: bot1 shift.began call.popped',
      'event: bot1 shift.began call.popped call.ended',
      'event: bot1 shift.began call.popped call.ended call.disposition-answered',
      'call.closed: bot1 shift.began call.popped call.ended call.disposition-answered',
      'event: bot1 shift.began call.popped call.ended call.disposition-answered available.confirmed',
      'event: bot1 session.opened',
      'pop: bot1 session.opened',
      'event: bot1 with 2 session.opened',
    ]);
  });

  test('shows one call from its pop to its end, in the state that its agent was in', async () => {
    const shown = await steps({ call: '1' });
    expect(shown.map(({ line }) => (line.kind === 'event' ? line.event.type : line.kind))).toEqual([
      'call.popped',
      'pop',
      'call.ended',
      'call.disposition-answered',
      'call.closed',
    ]);
    expect(shown[0]?.before).toEqual(['bot1', 'shift.began']);
  });
});

/** Forces a full collection; jest hides `gc` from tests. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
