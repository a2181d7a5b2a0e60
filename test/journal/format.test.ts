import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CallRow, CallRows } from '../../src/journal/call-rows.js';
import { isRecord, type JournalLine } from '../../src/journal/line.js';
import { type MemoryFiles, memoryFiles } from '../../src/journal/memory-files.js';
import { queryCalls } from '../../src/journal/queries.js';
import { readJournal } from '../../src/journal/reader.js';
import type { JournalRecord } from '../../src/journal/record.js';
import { advance, foldOpenWork } from '../../src/journal/recovery.js';
import { replay } from '../../src/journal/replay.js';
import { anyRecords } from './any-records.js';
import { callNamed, crashed, errorCode, FOLDER, linesOf, nextLife, OURS, openWith, segmentOf } from './support.js';

const at = Date.UTC(2026, 0, 5, 9);

function bare(lines: readonly JournalLine[]): JournalRecord[] {
  return lines.filter(isRecord).map(({ seq: _seq, ...record }) => record);
}

/** Writes batch after batch; each is on the disk before the next begins. */
async function written(files: MemoryFiles, batches: readonly (readonly JournalRecord[])[]): Promise<void> {
  const journal = await openWith({ files });
  for (const batch of batches) {
    for (const record of batch) void journal.write(record);
    await journal.flush();
  }
  await journal.close();
}

/** The calls that records tell of, by the fold of the queries. */
function rowsOf(records: readonly JournalRecord[]): CallRow[] {
  const rows = new CallRows();
  rows.add({ kind: 'journal', identity: OURS } as JournalLine);
  const closed = records.flatMap((record, seq) => rows.add({ ...record, seq }) ?? []);
  return [...closed, ...rows.open()];
}

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of list) found.push(one);
  return found;
}

const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('what is read again is what was written', () => {
  test('torn at any byte, each reader gets the records of all whole batches and no others', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRecords, { minLength: 1, maxLength: 4 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (batches, where) => {
          const files = memoryFiles();
          await written(files, batches);
          const content = files.contentOf(segmentOf(1)) ?? new Uint8Array();
          const headEnd = content.indexOf(10) + 1;
          const cut = headEnd + Math.round(where * (content.length - headEnd));
          files.put(segmentOf(1), content.slice(0, cut));
          const ends = content.slice(headEnd, cut).filter((byte) => byte === 10).length;
          const kept = batches
            .filter(({ length }) => length > 0)
            .slice(0, ends)
            .flat();
          const journal = { files, path: FOLDER };

          const lines = await linesOf(files);
          expect(bare(lines)).toEqual(stored(kept));
          expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index + 1));
          const work = new Map();
          for (const record of kept) advance(work, record);
          expect(stored([...foldOpenWork(lines, OURS).work])).toEqual(stored([...work]));
          expect(stored(await all(queryCalls(journal, {})))).toEqual(stored(rowsOf(kept)));
          const machine = { begin: () => 0, step: (count: number) => count + 1, replaced: (count: number) => count };
          const steps = await all(replay(readJournal(journal), { user: 'bot1' }, machine));
          expect(bare(steps.map(({ line }) => line))).toEqual(stored(kept.filter(({ user }) => user === 'bot1')));
        },
      ),
      { numRuns: 150 },
    );
  });

  test('a batch that would be a very long line becomes several, each on the disk before the next', async () => {
    const files = memoryFiles();
    const records = Array.from({ length: 40 }, (_, index): JournalRecord => {
      return { at, user: 'bot1', kind: 'problem', code: String(index), message: 'ü'.repeat(100_000) };
    });
    await written(files, [records]);
    const text = new TextDecoder().decode(files.contentOf(segmentOf(1)));
    const longest = Math.max(...text.split('\n').map(({ length }) => length));
    expect(longest).toBeLessThanOrEqual(1_024 * 1_024);
    expect(bare(await linesOf(files))).toEqual(records);
  });
});

describe('a journal of format 1', () => {
  const record = (seq: number, synced = false): string =>
    `${JSON.stringify({ seq, ...(synced && { synced }), at, user: 'bot1', kind: 'pop', call: callNamed(String(seq)), nth: seq })}\n`;
  const header = `${JSON.stringify({
    ...{ seq: 1, kind: 'journal', format: 'icws-dialer-agent journal', v: 1, segment: 1, begins: 'run', at },
    ...{ tool: 'old', chart: '1', policies: {}, seed: 1, identity: OURS, salt: 'old salt', checkpoint: 0 },
  })}\n`;
  const disk = (text: string): MemoryFiles => {
    const files = memoryFiles();
    files.put(segmentOf(1), new TextEncoder().encode(text));
    return files;
  };

  test('is read, taken up, and followed by a segment of format 2', async () => {
    const files = disk(header + record(2, true) + record(3));
    const journal = await openWith({ files, processes: nextLife });
    expect([journal.salt, journal.recovery.work.get('bot1')?.call?.ref.interactionId]).toEqual(['old salt', '3']);
    await journal.close();
    const lines = await linesOf(files);
    expect(lines.flatMap((line) => (line.kind === 'journal' ? line.v : []))).toEqual([1, 2]);
    expect(lines.filter(isRecord).map((line) => Object.keys(line))).toEqual([
      ['seq', 'at', 'user', 'kind', 'call', 'nth'],
      ['seq', 'at', 'user', 'kind', 'call', 'nth'],
    ]);
  });

  test('loses the torn end of its last batch, and is refused where an earlier one is damaged', async () => {
    const zeros = '\0'.repeat(40);
    const torn = disk(`${header}${record(2, true)}${record(3, true)}${zeros}\n${record(5)}`);
    const journal = await openWith({ files: torn, processes: nextLife });
    expect(journal.recovery.work.get('bot1')?.calls).toBe(3);
    expect(journal.recovery.tornBytes).toBe(zeros.length + 1 + record(5).length);
    await journal.close();
    const damaged = disk(`${header}${record(2, true)}${zeros}\n${record(4)}${record(5, true)}`);
    const refused = await openWith({ files: crashed(damaged), processes: nextLife }).catch(errorCode);
    expect(refused).toBe('journal/corrupt');
  });
});
