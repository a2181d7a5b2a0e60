import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { OpenCall } from '../../src/agent/context.js';
import { fingerprint } from '../../src/base/fingerprint.js';
import { LateWork } from '../../src/journal/late-work.js';
import { isRecord, parseLine } from '../../src/journal/line.js';
import { memoryFiles } from '../../src/journal/memory-files.js';
import { type OpenWork, overtakenResult, type UnsettledCall } from '../../src/journal/open-work.js';
import type { Fact, JournalRecord } from '../../src/journal/record.js';
import { advance, foldOpenWork } from '../../src/journal/recovery.js';
import { reopenedCall } from '../../src/journal/reopened-call.js';
import { broken } from '../../src/journal/work-fold.js';
import { anyRecords } from './any-records.js';
import {
  callNamed,
  crashed,
  errorCode,
  FOLDER,
  linesOf,
  nextLife,
  OURS,
  openWith,
  segmentOf,
  story,
  THEIRS,
  wholeCall,
} from './support.js';

const START = Date.UTC(2026, 0, 5, 9);
const call = callNamed('1');
const [pop, connect, end, sent, answered] = wholeCall('1', 1) as [Fact, Fact, Fact, Fact, Fact];
const disposition = { command: 'disposition', call, nth: 1 } as const;
const outcome = (fields: Partial<Extract<Fact, { kind: 'outcome' }>>): Fact => ({
  kind: 'outcome',
  ...disposition,
  answer: 'refused',
  ...fields,
});
const resent: Fact = { kind: 'intent', ...disposition, label: 'Success', choice: 0 };
const lost = outcome({ answer: 'lost', verdict: 'lost' });
const sessionLost: Fact = { kind: 'session.lost', session: 's1', reason: 'stream' };

/** What is left of one agent's records. */
function workAfter(...facts: Fact[]): OpenWork {
  const work = new Map<string, OpenWork>();
  for (const record of story('bot1', facts)) advance(work, record);
  return work.get('bot1') as OpenWork;
}

function callAfter(...facts: Fact[]): UnsettledCall {
  const left = workAfter(...facts).call;
  if (!left) throw new Error('no call is open');
  return left;
}

describe('what a crash leaves of a call (the rows of docs/exactly-once.md)', () => {
  test('A1: popped, and nothing decided: the stage is open and a decision is asked for anew', () => {
    expect(callAfter(pop)).toMatchObject({
      stage: 'talking',
      connectedAt: START,
      talkMs: null,
      sent: 'never',
      sends: 0,
    });
    expect(reopenedCall(callAfter(pop), { now: START + 5_000, monotonic: 50 })).toMatchObject({ deadline: Infinity });
  });

  test('A2: talking: the talk goes on until the moment that was decided', () => {
    const left = callAfter(pop, connect);
    expect(left).toMatchObject({ stage: 'talking', talkMs: 9_000 });
    const taken = reopenedCall(left, { now: START + 5_000, monotonic: 50 });
    expect([taken.deadline, taken.connectedAt, taken.poppedAt]).toEqual([4_050, -4_950, -4_950]);
  });

  test('A3: hanging up: it was us who ended it, and for how long it lasted', () => {
    const left = callAfter(pop, connect, { kind: 'intent', command: 'disconnect', call });
    expect(left).toMatchObject({ stage: 'hanging-up', endedBy: 'us', talkedMs: 2_000 });
  });

  test('A4: the end is decided and nothing was sent: the decision stands', () => {
    const left = callAfter(pop, connect, end);
    expect(left).toMatchObject({
      stage: 'wrapping-up',
      endedBy: 'far-side',
      talkedMs: 1_000,
      endings: [{ label: 'Success' }, { label: 'No Answer' }],
      label: 'Success',
      sent: 'never',
      sends: 0,
    });
    expect(reopenedCall(left, { now: START + 60_000, monotonic: 0 }).deadline).toBeLessThan(0);
  });

  test('B1: an intent and no outcome: in doubt', () => {
    const left = callAfter(pop, connect, end, sent);
    expect(left).toMatchObject({ stage: 'dispositioning', underWay: true, sends: 1, settled: null });
    expect(reopenedCall(left, { now: START, monotonic: 0 })).toMatchObject({
      stage: 'redispositioning',
      sent: 'doubt',
    });
  });

  test('B2: the answer was lost: in doubt', () => {
    const left = callAfter(pop, connect, end, sent, lost);
    expect(reopenedCall(left, { now: START, monotonic: 0 })).toMatchObject({
      stage: 'redispositioning',
      sent: 'doubt',
    });
    const wordless = callAfter(pop, end, sent, outcome({ answer: 'lost' }));
    expect(wordless.sent).toBe('doubt');
  });

  test('B3: it never left, or the server could not take it: not in doubt, and due once more', () => {
    for (const fields of [
      { answer: 'lost', verdict: 'unsent' } as const,
      { status: 503, verdict: 'unavailable' } as const,
      { status: 503 },
      { status: 401 },
    ]) {
      const left = callAfter(pop, connect, end, sent, outcome(fields));
      expect(left).toMatchObject({ stage: 'redispositioning', sent: 'never', underWay: false, settled: null });
    }
  });

  test('B4: once in doubt, it stays in doubt, whatever becomes of the next try', () => {
    expect(callAfter(pop, end, sent, lost, resent, outcome({ verdict: 'unsent' })).sent).toBe('doubt');
    expect(callAfter(pop, end, sent, resent, outcome({ verdict: 'unsent' })).sent).toBe('doubt');
  });

  test('C1: accepted, and the result not yet written: accepted', () => {
    expect(callAfter(pop, end, sent, answered).settled).toEqual({ result: 'accepted', basis: 'answer' });
  });

  test('C2: 404 to a first send: void', () => {
    expect(callAfter(pop, end, sent, outcome({ status: 404 })).settled).toEqual({ result: 'void', basis: 'not-found' });
  });

  test('C3: 404 to a re-send on an unbroken session: the first one had arrived', () => {
    expect(callAfter(pop, end, sent, lost, resent, outcome({ verdict: 'gone' })).settled).toEqual({
      result: 'accepted',
      basis: 'resend-404',
    });
  });

  test('C4: 404 to a re-send after the session or the Dialer link broke: unknown', () => {
    const unknown = { result: 'unknown', basis: 'not-found-after-a-break' };
    const linkDown: Fact = { kind: 'event', event: { type: 'link.down' } };
    for (const gap of [sessionLost, linkDown]) {
      expect(callAfter(pop, end, sent, lost, gap, resent, outcome({ verdict: 'gone' })).settled).toEqual(unknown);
    }
    // What broke before anything was sent does not matter.
    expect(callAfter(pop, end, sessionLost, sent, lost, resent, outcome({ verdict: 'gone' })).settled).toEqual({
      result: 'accepted',
      basis: 'resend-404',
    });
  });

  test('C5: refused: the next label is due; after the last one, or a 403, it has failed', () => {
    const refused = outcome({ status: 400 });
    const next = callAfter(pop, end, sent, refused);
    expect(next).toMatchObject({
      stage: 'redispositioning',
      choice: 1,
      label: 'No Answer',
      sent: 'never',
      settled: null,
    });
    const second: Fact = { kind: 'intent', ...disposition, label: 'No Answer', choice: 1 };
    const failed = { result: 'failed', basis: 'refused' };
    expect(callAfter(pop, end, sent, refused, second, refused).settled).toEqual(failed);
    expect(callAfter(pop, end, sent, outcome({ status: 403 })).settled).toEqual(failed);
  });

  test('D1: a later pop overtakes a call that has no result: it is told, and closing it ends that', () => {
    const other: Fact = { kind: 'pop', call: callNamed('2'), nth: 2, preview: false };
    const work = workAfter(pop, connect, end, sent, other);
    expect(work.call?.ref.interactionId).toBe('2');
    expect(work.overtaken.map(({ ref }) => ref.interactionId)).toEqual(['1']);
    const resultAfter = (...facts: Fact[]) =>
      workAfter(...facts, other).overtaken.map((left) => overtakenResult(left).result);
    expect([resultAfter(pop, end), resultAfter(pop, end, sent), resultAfter(pop, end, sent, answered)]).toEqual([
      ['void'],
      ['unknown'],
      ['accepted'],
    ]);
    const closed: Fact = { kind: 'call.closed', call, label: '', result: 'unknown', basis: 'no-answer', seconds: 1 };
    expect(workAfter(pop, end, sent, other, closed)).toMatchObject({
      overtaken: [],
      call: { ref: { interactionId: '2' } },
    });
  });

  test('D2: a call that goes on under a new id is the same call', () => {
    const renamed = callNamed('9');
    const left = callAfter(pop, connect, { kind: 'call.renamed', call: renamed, was: '1' });
    expect([left.ref.interactionId, left.talkMs]).toEqual(['9', 9_000]);
    const closed: Fact = {
      kind: 'call.closed',
      call: renamed,
      label: 'A',
      result: 'accepted',
      basis: 'answer',
      seconds: 1,
    };
    expect(workAfter(pop, { kind: 'call.renamed', call: renamed, was: '1' }, closed).call).toBeNull();
  });

  const offered: Fact = { kind: 'pop', call, nth: 1, preview: true, placed: false, previewEndsInMs: 30_000 };
  const toPlace: Fact = {
    kind: 'decision',
    call,
    point: 'offer',
    policy: 'demo',
    rule: null,
    action: 'place',
    nth: 1,
    details: { place: true, thinkMs: 2_000, ringForMs: 40_000 },
  };
  const place: Fact = { kind: 'intent', command: 'place-preview-call', call, byTimer: false };
  const placed = (fields: object): Fact =>
    ({ kind: 'outcome', command: 'place-preview-call', call, answer: 'ok', ...fields }) as Fact;

  test('P1: a preview that is not placed goes on being looked at, until its own timer at the latest', () => {
    const left = callAfter(offered, toPlace);
    expect(left).toMatchObject({ stage: 'previewing', offer: { place: true }, placeInDoubt: false });
    const moment = { now: START + 1_000, monotonic: 0 };
    expect(reopenedCall(left, moment)).toMatchObject({ deadline: 2_000, previewEndsAt: 29_000, place: true });
    expect(reopenedCall(callAfter(offered), moment)).toMatchObject({ deadline: Infinity, place: false });
  });

  test('P2: a place request without an answer, or with a lost one, is in doubt', () => {
    expect(callAfter(offered, toPlace, place)).toMatchObject({ stage: 'placing', placeInDoubt: true, placeTries: 1 });
    const left = callAfter(offered, toPlace, place, placed({ answer: 'lost', verdict: 'lost' }));
    expect(left).toMatchObject({ stage: 'placing', placeInDoubt: true, placed: false });
  });

  test('P3: one that never left is a preview still', () => {
    const left = callAfter(offered, toPlace, place, placed({ answer: 'lost', verdict: 'unsent' }));
    expect(left).toMatchObject({ stage: 'previewing', placeInDoubt: false, placeTries: 1 });
  });

  test('P4: placed: it rings as long as was decided', () => {
    const left = callAfter(offered, toPlace, place, placed({ status: 200 }));
    expect(left).toMatchObject({ stage: 'ringing', placed: true, ringingSince: START + 3_000 });
    expect(reopenedCall(left, { now: START + 13_000, monotonic: 0 }).deadline).toBe(30_000);
    const byPop = callAfter(offered, toPlace, { kind: 'preview', call, outcome: 'placed' });
    expect(byPop).toMatchObject({ stage: 'ringing', placed: true, previewOutcome: 'placed' });
  });

  test('P5: one that is to be skipped has its endings, and is skipped before its own timer', () => {
    const skip: Fact = {
      ...(toPlace as Extract<Fact, { kind: 'decision' }>),
      action: 'skip',
      details: { place: false, thinkMs: 60_000, endings: [{ label: 'Skipped - Agent Skip' }] },
    };
    const taken = reopenedCall(callAfter(offered, skip), { now: START, monotonic: 0 });
    expect(taken).toMatchObject({ place: false, choices: 1, label: 'Skipped - Agent Skip', deadline: 29_000 });
  });

  test('what is taken up is an open call as the agent knows it', () => {
    const taken: OpenCall = reopenedCall(callAfter(pop, connect, end, sent), { now: START, monotonic: 0 });
    expect(taken).toMatchObject({ unbroken: false, giveUpAt: Infinity, choices: 2, choice: 0, dispositionTries: 1 });
  });
});

describe('what else outlives a crash', () => {
  test('the numbers of calls and of decided ends go on', () => {
    expect(workAfter(...wholeCall('1', 1), ...wholeCall('2', 2))).toMatchObject({
      calls: 2,
      endsDecided: 2,
      call: null,
    });
    const untaken: Fact = { kind: 'pop', call: callNamed('3') };
    expect(workAfter(...wholeCall('1', 1), untaken).calls).toBe(1);
  });

  test('a break, with the moment of its grant, until it ends or is dropped', () => {
    const asked: Fact = { kind: 'break.asked', reason: 'after-calls', forMs: 600_000 };
    const granted: Fact = { kind: 'break.granted', reason: 'after-calls', waitSeconds: 1 };
    const pause = { by: 'us', reason: 'after-calls', forMs: 600_000, askedAt: START, grantedAt: START + 1_000 };
    expect(workAfter(asked, granted).pause).toEqual(pause);
    expect(workAfter(pop, asked, { kind: 'break.dropped', reason: 'refused' }).pause).toBeNull();
    expect(workAfter(pop, asked, granted, { kind: 'break.ended', reason: 'after-calls' }).pause).toBeNull();
    expect(workAfter({ kind: 'break.granted', reason: 'person', waitSeconds: 0 }).pause?.by).toBe('person');
  });

  test('a log-off, which overrides a break, until the agent is out', () => {
    const asked: Fact = { kind: 'break.asked', reason: 'after-calls' };
    const leave: Fact = { kind: 'logoff.asked', reason: 'station-lost', forGood: true };
    expect(workAfter(asked, leave)).toMatchObject({ pause: null, leave: { reason: 'station-lost', forGood: true } });
    expect(workAfter(leave, { kind: 'logoff.granted', waitSeconds: 1 }).leave?.granted).toBe(true);
    expect(workAfter(pop, leave, sessionLost).leave).not.toBeNull();
    expect(workAfter(...wholeCall('1', 1), leave, { kind: 'session.closed', session: 's1' }).leave).toBeNull();
  });

  test('refused credentials, until a session opens with others', () => {
    const refused: Fact = { kind: 'credentials.refused', code: 'icws/credentials-refused', fingerprint: 'abc' };
    expect(workAfter(refused).refused).toEqual({ code: 'icws/credentials-refused', fingerprint: 'abc', at: START });
    expect(workAfter(refused, { kind: 'session.opened', session: 's2', host: 'cic1' }).refused).toBeNull();
  });

  test('a fingerprint knows a secret again, differs by salt, and does not hold it', () => {
    const one = fingerprint('correct horse', 'salt/bot1');
    expect(fingerprint('correct horse', 'salt/bot1')).toBe(one);
    expect(fingerprint('correct horse', 'salt/bot2')).not.toBe(one);
    expect(fingerprint('battery staple', 'salt/bot1')).not.toBe(one);
    expect(one).toMatch(/^[\w-]{16,}$/);
  });

  test('records of another server, application or world are read over, and told', async () => {
    const files = memoryFiles();
    const theirs = await openWith({ files, identity: THEIRS });
    for (const record of story('bot1', wholeCall('7', 9).slice(0, 4))) theirs.write(record);
    await theirs.close();
    const ours = await openWith({ files });
    expect([ours.recovery.work.size, ours.recovery.others]).toEqual([0, [THEIRS]]);
    for (const record of story('bot1', wholeCall('1', 1).slice(0, 2))) ours.write(record);
    await ours.close();
    const again = await openWith({ files, identity: THEIRS });
    expect(again.recovery.work.get('bot1')?.call?.ref.interactionId).toBe('7');
    await again.close();
    expect(foldOpenWork(await linesOf(files), OURS)).toMatchObject({ ignored: 4, others: [THEIRS] });
  });
});

// ---- properties ----

function foldOf(records: readonly JournalRecord[]): Map<string, OpenWork> {
  const work = new Map<string, OpenWork>();
  for (const record of records) advance(work, record);
  return work;
}

/** What the next life finds: no session of the killed process is left. */
function afterCrash(work: ReadonlyMap<string, OpenWork>): Map<string, OpenWork> {
  return new Map([...work].map(([user, open]) => [user, broken(open)]));
}

const asStored = (work: ReadonlyMap<string, OpenWork>): unknown => JSON.parse(JSON.stringify([...work].sort()));

describe('recovery, whatever was recorded', () => {
  test('the fold that is put off comes to the same as the one that is not, whenever it is asked for', () => {
    const call = (user: string, id: string, nth: number): JournalRecord[] => story(user, wholeCall(id, nth), START);
    const someCall = fc
      .tuple(fc.constantFrom('bot1', 'bot2'), fc.constantFrom('1', '2', '3'), fc.nat(9), fc.nat(6))
      .map(([user, id, nth, length]) => call(user, id, nth).slice(0, length));
    const stretches = fc.array(fc.oneof(someCall, { weight: 2, arbitrary: someCall }, anyRecords), { maxLength: 12 });
    fc.assert(
      fc.property(stretches, fc.nat(40), (parts, asksEvery) => {
        const late = new LateWork(new Map());
        const work = new Map<string, OpenWork>();
        for (const [index, record] of parts.flat().entries()) {
          late.add(record);
          advance(work, record);
          if (index % (asksEvery + 1) === asksEvery) expect(asStored(late.all())).toEqual(asStored(work));
        }
        expect(asStored(late.all())).toEqual(asStored(work));
      }),
      { numRuns: 400 },
    );
  });

  test('the fold over a journal is the fold that lived, over any turn of segments and any number of lives', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRecords, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 200, max: 3_000 }),
        async (lives, segmentBytes) => {
          let files = memoryFiles();
          let expected = new Map<string, OpenWork>();
          for (const records of lives) {
            const journal = await openWith({ files, segmentBytes, processes: nextLife });
            expect(asStored(journal.recovery.work)).toEqual(asStored(expected));
            expected = new Map(expected);
            for (const record of records) {
              journal.write(record);
              advance(expected, record);
            }
            await journal.flush();
            expect(asStored(foldOpenWork(await linesOf(files), OURS).work)).toEqual(asStored(expected));
            expected = afterCrash(expected);
            files = crashed(files);
            for (const name of files.names().filter((path) => path.includes('/lock-'))) await files.remove(name);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('a crash between any two records never makes a disposition out that was not sent, nor one unsent that was', () => {
    fc.assert(
      fc.property(anyRecords, (records) => {
        for (let cut = 0; cut <= records.length; cut++) {
          const seen = records.slice(0, cut);
          for (const { call: left, user } of foldOf(seen).values()) {
            if (!left) continue;
            const sends = seen.filter(
              (record) =>
                record.user === user && record.kind === 'intent' && /^(disposition|callback)$/.test(record.command),
            );
            const { sent: standing } = reopenedCall(left, { now: START, monotonic: 0 });
            if (standing === 'doubt') expect(sends.length).toBeGreaterThan(0);
            if (left.underWay) expect(standing).toBe('doubt');
            if (left.settled) expect([left.underWay, left.sends > 0]).toEqual([false, true]);
            expect(left.sends).toBeLessThanOrEqual(sends.length);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  test('cut at any byte, a journal opens with a beginning of what was written, at least all whole lines, and goes on', async () => {
    const files = memoryFiles();
    const journal = await openWith({ files, segmentBytes: 1_600 });
    const records = story('bot1', [...wholeCall('1', 1), ...wholeCall('ü2', 2), ...wholeCall('3', 3).slice(0, 4)]);
    for (const record of records) await journal.write(record);
    await journal.flush();
    const last = [...files.names()]
      .filter((name) => name.includes('journal-'))
      .sort()
      .at(-1) as string;
    const before = (await linesOf(files)).filter(isRecord).length;
    const content = files.contentOf(last) as Uint8Array;
    const recordsIn = (text: string): number => {
      const whole = text.split('\n').slice(0, -1);
      return whole.flatMap((line) => parseLine(line)?.lines ?? []).filter(isRecord).length;
    };
    const inLast = recordsIn(new TextDecoder().decode(content));
    for (let cut = 0; cut < content.length; cut++) {
      const torn = crashed(files);
      torn.put(last, content.slice(0, cut));
      const opened = await openWith({ files: torn, processes: nextLife });
      const kept = records.slice(0, before - inLast + recordsIn(new TextDecoder().decode(content.slice(0, cut))));
      expect(asStored(opened.recovery.work)).toEqual(asStored(afterCrash(foldOf(kept))));
      if (cut % 50 > 0) continue;
      await opened.write({ at: START, user: 'bot1', kind: 'intent', command: 'disposition', call });
      await opened.close();
      expect((await linesOf(torn)).filter(isRecord)).toHaveLength(kept.length + 1);
      const clean = await openWith({ files: torn });
      expect(clean.recovery.tornBytes).toBe(0);
      await clean.close();
    }
  });

  test('garbage for a last line, and zeros in the batch that power was lost in, are cut and told', async () => {
    const files = memoryFiles();
    const journal = await openWith({ files });
    await Promise.all(story('bot1', wholeCall('1', 1)).map((record) => journal.write(record)));
    await Promise.all(story('bot1', wholeCall('2', 2)).map((record) => journal.write(record)));
    const content = files.contentOf(segmentOf(1)) as Uint8Array;
    const lines = new TextDecoder().decode(content).split('\n');
    expect(lines.filter((line) => line.includes('"kind":"batch"')).length).toBeGreaterThan(1);
    const withBytes = async (bytes: Uint8Array): Promise<number> => {
      const disk = crashed(files);
      disk.put(segmentOf(1), bytes);
      const opened = await openWith({ files: disk, processes: nextLife });
      await opened.close();
      return opened.recovery.tornBytes;
    };
    const junk = new TextEncoder().encode('{"seq":99,"at":oops}\n');
    expect(await withBytes(new Uint8Array([...content, ...junk]))).toBe(junk.length);
    const holed = content.slice();
    const hole = Buffer.from(content).lastIndexOf('"kind":"batch"') + 20;
    holed.fill(0, hole, hole + 30);
    expect(await withBytes(holed)).toBeGreaterThan(30);
  });

  test('any other damage is refused, with file and line, and nothing is changed', async () => {
    const files = memoryFiles();
    const journal = await openWith({ files, segmentBytes: 2_500 });
    for (const record of story('bot1', [...wholeCall('1', 1), ...wholeCall('2', 2)])) {
      journal.write(record);
      await journal.flush();
    }
    const names = files
      .names()
      .filter((name) => name.includes('journal-'))
      .sort();
    const damaged = async (name: string, edit: (lines: string[]) => string[]): Promise<string> => {
      const disk = crashed(files);
      const text = new TextDecoder().decode(disk.contentOf(name));
      disk.put(name, new TextEncoder().encode(edit(text.split('\n')).join('\n')));
      const bytes = disk.contentOf(name);
      const message = await openWith({ files: disk, processes: nextLife }).then(
        (opened) => `opened with ${opened.recovery.work.size}`,
        (error) => `${errorCode(error)} ${(error as Error).message}`,
      );
      expect(disk.contentOf(name)).toEqual(bytes);
      return message;
    };
    const last = names.at(-1) as string;
    const lineCount = new TextDecoder().decode(files.contentOf(last)).split('\n').length;
    expect(lineCount).toBeGreaterThan(4);
    const where = `journal/corrupt ${last}, line 3: `;
    expect(await damaged(last, (lines) => lines.with(2, `${lines[2]?.slice(0, 40)}`))).toContain(where);
    expect(await damaged(last, (lines) => lines.toSpliced(2, 1))).toContain(where);
    expect(await damaged(last, (lines) => lines.with(0, 'no header'))).toContain(`${last}, line 1: `);
    const first = names[0] as string;
    const read = crashed(files);
    read.put(first, new TextEncoder().encode(new TextDecoder().decode(read.contentOf(first)).slice(0, -5)));
    await expect(linesOf(read)).rejects.toMatchObject({
      code: 'journal/corrupt',
      message: expect.stringContaining(FOLDER),
    });
  });
});
