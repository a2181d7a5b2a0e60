import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../src/base/clock.js';
import type { JournalFiles } from '../../src/journal/files.js';
import { isRecord } from '../../src/journal/line.js';
import { memoryFiles } from '../../src/journal/memory-files.js';
import { nodeFiles } from '../../src/journal/node-files.js';
import { nodeProcesses } from '../../src/journal/processes.js';
import type { Fact, JournalRecord } from '../../src/journal/record.js';
import { foldOpenWork } from '../../src/journal/recovery.js';
import { FakeClock } from '../support/fake-clock.js';
import {
  callNamed,
  crashed,
  errorCode,
  FOLDER,
  fullDisk,
  linesOf,
  nextLife,
  openWith,
  processTable,
  segmentOf,
  story,
  THEIRS,
  wholeCall,
} from './support.js';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'journal-'));
  folders.push(folder);
  return folder;
}

const at = Date.UTC(2026, 0, 5, 9);
const intent: JournalRecord = { at, user: 'bot1', kind: 'intent', command: 'disposition', label: 'Success' };
const problem = (message: string): JournalRecord => ({ at, user: 'bot1', kind: 'problem', code: 'x', message });

describe('writing', () => {
  test('an intent of a disposition, a callback or a placed preview waits for the disk, and a refused secret does; nothing else', async () => {
    const journal = await openWith({ files: memoryFiles() });
    const waits = (fact: Fact): boolean => journal.write({ at, user: 'bot1', ...fact }) instanceof Promise;
    expect(
      ['disposition', 'callback', 'place-preview-call', 'disconnect', 'request-break'].filter((command) =>
        waits({ kind: 'intent', command }),
      ),
    ).toEqual(['disposition', 'callback', 'place-preview-call']);
    expect(waits({ kind: 'credentials.refused', code: 'icws/credentials-refused', fingerprint: 'f' })).toBe(true);
    const call = callNamed('1');
    expect(
      [
        { kind: 'pop', call },
        { kind: 'call.closed', call, label: 'A', result: 'accepted', basis: 'answer', seconds: 1 },
        { kind: 'event', event: { type: 'link.up' } },
      ].some((fact) => waits(fact as Fact)),
    ).toBe(false);
    await journal.close();
  });

  test('when an intent is safe, it and all that was written before it is on the disk', async () => {
    const files = memoryFiles();
    const journal = await openWith({ files });
    journal.write(problem('first'));
    await journal.write(intent);
    const kinds = (await linesOf(crashed(files))).map(({ kind }) => kind);
    expect(kinds).toEqual(['journal', 'problem', 'intent']);
    await journal.close();
  });

  test('records that arrive while the disk is busy share the next commit', async () => {
    const commits: number[] = [];
    const journal = await openWith({ files: memoryFiles(), onCommit: ({ records }) => commits.push(records) });
    await Promise.all(Array.from({ length: 300 }, () => journal.write(intent)));
    expect(commits).toEqual([300]);
    const first = journal.write(intent);
    await Promise.resolve();
    const later = Array.from({ length: 2_500 }, () => journal.write(intent));
    expect(journal.pending).toBe(2_501);
    await Promise.all([first, ...later]);
    expect(commits.slice(1).reduce((sum, records) => sum + records)).toBe(2_501);
    expect(Math.max(...commits)).toBeLessThanOrEqual(1_000);
    await journal.close();
  });

  test('commits begin some milliseconds apart, and the first after a pause at once', async () => {
    const clock = new FakeClock();
    const commits: number[] = [];
    const journal = await openWith({
      files: memoryFiles(),
      clock,
      pace: { gatherMs: 8 },
      onCommit: () => commits.push(clock.monotonic()),
    });
    await clock.advance(100);
    await journal.write(intent);
    const second = journal.write(intent);
    const third = journal.write(intent);
    await clock.advance(20);
    await Promise.all([second, third]);
    expect(commits).toEqual([100, 108]);
    await journal.close();
  });

  test('what nobody waits for is on the disk within 150 ms, what recovery needs within 10', async () => {
    const clock = new FakeClock();
    const files = memoryFiles();
    const journal = await openWith({ files, clock });
    const count = async (): Promise<number> => (await linesOf(crashed(files))).length - 1;
    journal.write({ at, user: 'bot1', kind: 'event', event: { type: 'link.up' } });
    await clock.advance(149);
    expect(await count()).toBe(0);
    await clock.advance(1);
    expect(await count()).toBe(1);
    journal.write({ at, user: 'bot1', kind: 'pop', call: callNamed('1') });
    await clock.advance(10);
    expect(await count()).toBe(2);
    await journal.close();
    expect(clock.pending).toBe(0);
  });

  test('of a contact only the configured columns are kept', async () => {
    const files = memoryFiles();
    const journal = await openWith({ files, columns: ['TZ', 'is_attr_segment'] });
    const columns = { is_attr_tz: 'America/Denver', segment: 'gold', phone: '+15550100' };
    journal.write({ at, user: 'bot1', kind: 'pop', call: callNamed('1'), columns });
    await journal.close();
    const bare = await openWith({ files });
    bare.write({ at, user: 'bot2', kind: 'pop', call: callNamed('2'), columns });
    await bare.close();
    const pops = (await linesOf(files)).filter(isRecord).map((line) => line.kind === 'pop' && line.columns);
    expect(pops).toEqual([{ is_attr_tz: 'America/Denver', segment: 'gold' }, undefined]);
  });

  test('files are the owner’s alone', async () => {
    const path = join(temporaryFolder(), 'deep', 'journal');
    const journal = await openWith({ files: nodeFiles(), clock: systemClock(), path });
    await journal.write(intent);
    const modes = readdirSync(path).map((name) => [name, (statSync(join(path, name)).mode & 0o777).toString(8)]);
    expect(Object.fromEntries([['.', (statSync(path).mode & 0o777).toString(8)], ...modes])).toEqual({
      '.': '700',
      'journal-00000001.ndjson': '600',
      'lock-1': '600',
    });
    await journal.close();
    expect(readdirSync(path)).toEqual(['journal-00000001.ndjson']);
    const [header, line] = readFileSync(join(path, 'journal-00000001.ndjson'), 'utf8').split('\n');
    expect(JSON.parse(header ?? '')).toMatchObject({
      format: 'icws-dialer-agent journal',
      v: 2,
      seed: 7,
      salt: 'salt',
    });
    expect(JSON.parse(line ?? '')).toEqual({ seq: 2, kind: 'batch', records: [intent] });
  });
});

describe('one writer', () => {
  test('a second one is told that the journal is in use, also in the same process', async () => {
    const files = memoryFiles();
    const journal = await openWith({ files });
    await expect(openWith({ files })).rejects.toMatchObject({
      code: 'journal/locked',
      message: /in use by process 100/,
    });
    await journal.close();
    await (await openWith({ files })).close();
  });

  test('a lock that kill -9 left behind is no hindrance, nor is another process with its number', async () => {
    const files = memoryFiles();
    await openWith({ files });
    await (await openWith({ files: crashed(files), processes: nextLife })).close();
    const reused = processTable(200, { 100: 'another life', 200: 'later' });
    await (await openWith({ files: crashed(files), processes: reused })).close();
    const living = processTable(200, { 100: 'boot', 200: 'later' });
    await expect(openWith({ files: crashed(files), processes: living })).rejects.toThrow('in use by process 100');
  });

  test('of many that find a dead holder, exactly one takes over', async () => {
    const files = memoryFiles();
    await openWith({ files });
    const pids = [201, 202, 203, 204, 205];
    const living = Object.fromEntries(pids.map((pid) => [pid, `life of ${pid}`]));
    const attempts = await Promise.allSettled(
      pids.map((pid) => openWith({ files, processes: processTable(pid, living) })),
    );
    const outcomes = attempts.map((attempt) => (attempt.status === 'fulfilled' ? 'held' : errorCode(attempt.reason)));
    expect(outcomes.sort()).toEqual(['held', ...Array<string>(4).fill('journal/locked')]);
    const names = await files.list(FOLDER);
    expect(names.filter((name) => name.startsWith('lock'))).toHaveLength(1);
  });

  test('whether a holder in another container lives is seen by its heartbeat', async () => {
    const clock = new FakeClock();
    const files = memoryFiles();
    const elsewhere = await openWith({ files, clock, processes: processTable(1, { 1: 'boot' }, 'container a') });
    const processes = processTable(1, { 1: 'boot' }, 'container b');
    const refused = expect(openWith({ files, clock, processes })).rejects.toMatchObject({ code: 'journal/locked' });
    await clock.advance(30_000);
    await refused;
    const left = crashed(files);
    await elsewhere.close();
    const waiting = openWith({ files: left, clock, processes });
    await clock.advance(20_000);
    await (await waiting).close();
    expect(clock.pending).toBe(0);
  });

  test('real processes are told apart: the living, the killed, and one that had the number before', async () => {
    const table = nodeProcesses(process);
    expect(table.lifeOf(process.pid)).toEqual(expect.stringMatching(/./));
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await once(child, 'spawn');
    const pid = child.pid as number;
    const life = table.lifeOf(pid);
    expect(life).not.toBeNull();
    expect(life).not.toBe(table.lifeOf(process.pid));
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(table.lifeOf(pid)).toBeNull();
  });

  test('on a real disk, contenders for one folder leave one holder', async () => {
    const path = join(temporaryFolder(), 'journal');
    const attempts = await Promise.allSettled(
      Array.from({ length: 6 }, () =>
        openWith({ files: nodeFiles(), clock: systemClock(), processes: nodeProcesses(process), path }),
      ),
    );
    const held = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
    expect(held).toHaveLength(1);
    for (const journal of held) await journal.close();
    expect(readdirSync(path)).toEqual(['journal-00000001.ndjson']);
  });

  test('a lock that somebody takes away ends the journal', async () => {
    const clock = new FakeClock();
    const files = memoryFiles();
    const journal = await openWith({ files, clock });
    await files.remove(`${FOLDER}/lock-1`);
    await clock.advance(5_000);
    expect(journal.failures.map(({ code }) => code)).toEqual(['journal/failed']);
    await expect(journal.write(intent)).rejects.toMatchObject({ code: 'journal/failed' });
    await journal.close();
  });
});

describe('segments', () => {
  test('under load they turn without a gap, and each begins with all that is open', async () => {
    const files = memoryFiles();
    const journal = await openWith({ files, segmentBytes: 2_000 });
    await Promise.all(
      Array.from({ length: 20 }, async (_, agent) => {
        const user = `bot${agent}`;
        for (let nth = 1; nth <= 5; nth++) {
          for (const record of story(user, wholeCall(`${agent}-${nth}`, nth))) await journal.write(record);
          if (agent % 2 > 0) await journal.flush();
        }
        for (const record of story(user, wholeCall(`${agent}-open`, 6).slice(0, 3 + (agent % 3))))
          await journal.write(record);
      }),
    );
    await journal.close();
    const lines = await linesOf(files);
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index + 1));
    const starts = lines.flatMap((line, index) => (line.kind === 'journal' ? [index] : []));
    expect(starts.length).toBeGreaterThan(8);
    const whole = foldOpenWork(
      lines.filter((line) => isRecord(line) || line === lines[0]),
      journalIdentity(lines),
    );
    for (const start of starts)
      expect(foldOpenWork(lines.slice(start), journalIdentity(lines)).work).toEqual(whole.work);
    expect([...whole.work.values()].filter(({ call }) => call)).toHaveLength(20);
  });

  test('a day ends a segment too', async () => {
    const files = memoryFiles();
    const journal = await openWith({ files });
    journal.write(problem('today'));
    await journal.flush();
    journal.write({ ...problem('tomorrow'), at: at + 86_400_000 });
    await journal.close();
    expect((await linesOf(files)).map(({ kind }) => kind)).toEqual(['journal', 'problem', 'journal', 'problem']);
  });

  test('a segment under construction when the worker was killed is swept away', async () => {
    const files = memoryFiles();
    files.put(`${segmentOf(1)}.new`, new TextEncoder().encode('{"seq":1,"kind":"jour'));
    await (await openWith({ files })).close();
    expect(files.names()).toEqual([segmentOf(1)]);
  });

  test('old ones go by age, unless they hold the last word on an open call', async () => {
    const clock = new FakeClock(at);
    const files = memoryFiles();
    const day = 86_400_000;
    const run = async (identity: Partial<Parameters<typeof openWith>[0]>, facts: readonly Fact[]): Promise<void> => {
      const journal = await openWith({ files, clock, retainMs: 30 * day, ...identity });
      for (const record of story('bot1', facts, clock.now())) journal.write(record);
      await journal.close();
    };
    await run({ identity: THEIRS }, wholeCall('theirs', 1).slice(0, 4));
    await run({ identity: { ...THEIRS, world: 'settled' } }, wholeCall('settled', 1));
    await run({}, wholeCall('ours', 1).slice(0, 4));
    await clock.advance(31 * day);
    await run({}, []);
    await clock.advance(31 * day);
    await run({}, []);
    const lines = await linesOf(files);
    expect(lines.flatMap((line) => (line.kind === 'journal' ? line.segment : []))).toEqual([1, 4, 5]);
    expect(foldOpenWork(lines, THEIRS).work.get('bot1')?.call?.ref.interactionId).toBe('theirs');
    expect((await openWith({ files, clock })).recovery.work.get('bot1')?.call?.ref.interactionId).toBe('ours');
  });

  test('the oldest go when all together are too large', async () => {
    const files = memoryFiles();
    const journal = await openWith({ files, segmentBytes: 2_000, retainBytes: 6_000 });
    for (let n = 1; n <= 40; n++)
      for (const record of story('bot1', wholeCall(String(n), n))) await journal.write(record);
    await journal.close();
    const sizes = files.names().map((name) => files.contentOf(name)?.length ?? 0);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(9_000);
    expect((await openWith({ files })).recovery.work.get('bot1')?.calls).toBe(40);
  });
});

describe('a disk in trouble', () => {
  const facts = [...wholeCall('1', 1), ...wholeCall('2', 2).slice(0, 4)];

  /** Writes until the disk fails; says what was promised to be safe. */
  async function writeUntilFull(files: JournalFiles): Promise<{ promised: number; code: string; failures: number }> {
    const journal = await openWith({ files, segmentBytes: 1_500 });
    let promised = 0;
    let code = '';
    for (const [index, record] of story('bot1', facts).entries()) {
      try {
        const safe = journal.write(record);
        if (!safe) continue;
        await safe;
        promised = index + 1;
      } catch (error) {
        code = errorCode(error);
      }
    }
    await journal.flush().catch((error) => {
      code = errorCode(error);
    });
    await journal.close();
    return { promised, code, failures: journal.failures.length };
  }

  test('wherever it becomes full, everybody who waits is told, and all that was promised is found again', async () => {
    for (let space = 0; space < 5_000; space += 7) {
      const inner = memoryFiles();
      const files = fullDisk(inner, space);
      let told: Awaited<ReturnType<typeof writeUntilFull>>;
      try {
        told = await writeUntilFull(files);
      } catch (error) {
        expect(errorCode(error)).toBe('journal/full');
        expect(inner.names().filter((name) => name.includes('lock'))).toEqual([]);
        continue;
      }
      if (told.code === '') break;
      expect(told).toMatchObject({ code: 'journal/full', failures: 1 });
      files.freed();
      const again = await openWith({ files });
      await again.close();
      const found = (await linesOf(files)).filter(isRecord).length;
      expect(found).toBeGreaterThanOrEqual(told.promised);
    }
  });

  test('one that refuses to sync or is read-only fails the journal once, and the file is not touched again', async () => {
    const inner = memoryFiles();
    let appends = 0;
    const files: JournalFiles = {
      ...inner,
      create: async (path) => {
        const file = await inner.create(path);
        return {
          ...file,
          append: async (bytes) => {
            appends++;
            if (appends > 1) throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
            await file.append(bytes);
          },
        };
      },
    };
    const journal = await openWith({ files });
    const both = [journal.write(intent), journal.write(intent)];
    const outcomes = await Promise.allSettled(both);
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && errorCode(outcome.reason))).toEqual([
      'journal/failed',
      'journal/failed',
    ]);
    await expect(journal.write(intent)).rejects.toMatchObject({ code: 'journal/failed' });
    expect(journal.write(problem('after'))).toBeUndefined();
    expect([appends, journal.failures.length, journal.failure?.code]).toEqual([2, 1, 'journal/failed']);
    await journal.close();

    const readOnly = {
      ...memoryFiles(),
      claim: () => Promise.reject(Object.assign(new Error('EROFS'), { code: 'EROFS' })),
    };
    await expect(openWith({ files: readOnly })).rejects.toMatchObject({ code: 'journal/failed' });
  });

  test('one that does not answer is given up after 30 s', async () => {
    const clock = new FakeClock();
    const inner = memoryFiles();
    let isHung = false;
    const files: JournalFiles = {
      ...inner,
      create: async (path) => {
        const file = await inner.create(path);
        return { ...file, append: (bytes) => (isHung ? new Promise(() => {}) : file.append(bytes)) };
      },
    };
    const journal = await openWith({ files, clock });
    isHung = true;
    const refused = expect(journal.write(intent)).rejects.toThrow('did not answer');
    await clock.advance(30_000);
    await refused;
    expect(journal.failures).toHaveLength(1);
    await journal.close();
    expect(clock.pending).toBe(0);
  });

  test('what is written after the close is refused', async () => {
    const journal = await openWith({ files: memoryFiles() });
    await journal.close();
    expect(journal.write(problem('late'))).toBeUndefined();
    await expect(journal.write(intent)).rejects.toMatchObject({ code: 'journal/failed' });
    expect(journal.failures).toEqual([]);
  });

  test('a journal of a newer program is not touched', async () => {
    const files = memoryFiles();
    await (await openWith({ files })).close();
    const text = new TextDecoder().decode(files.contentOf(segmentOf(1)));
    files.put(segmentOf(1), new TextEncoder().encode(text.replace('"v":2', '"v":3')));
    await expect(openWith({ files })).rejects.toMatchObject({ code: 'journal/version' });
  });

  test('a folder that cannot be one is told by its path', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    await expect(openWith({ files: nodeFiles(), path: join(file, 'journal') })).rejects.toThrow(file);
  });
});

function journalIdentity(lines: Awaited<ReturnType<typeof linesOf>>) {
  const [first] = lines;
  if (first?.kind !== 'journal') throw new Error('a journal begins with its header');
  return first.identity;
}
