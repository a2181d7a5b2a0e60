import { CHART_VERSION } from '../../src/agent/chart.js';
import { JournalError } from '../../src/journal/errors.js';
import type { AppendableFile, JournalFiles } from '../../src/journal/files.js';
import type { JournalIdentity, JournalLine } from '../../src/journal/line.js';
import { type MemoryFiles, memoryFiles } from '../../src/journal/memory-files.js';
import type { Processes } from '../../src/journal/processes.js';
import { readJournal } from '../../src/journal/reader.js';
import type { Fact, JournalRecord } from '../../src/journal/record.js';
import { type Journal, type JournalOptions, openJournal } from '../../src/journal/store.js';
import { FakeClock } from '../support/fake-clock.js';

export const FOLDER = 'data/journal';
export const OURS: JournalIdentity = { server: 'http://127.0.0.1:8018', applicationName: 'bots', world: 'demo-1' };
export const THEIRS: JournalIdentity = { ...OURS, world: 'demo-2' };

/** Processes of a make-believe machine: those in `living` run, by their pid. */
export function processTable(pid = 100, living: Record<number, string> = { [pid]: 'boot' }, place = 'here'): Processes {
  return { pid, place, lifeOf: (asked) => living[asked] ?? null };
}

/** A journal in memory whose commits wait for nothing, and what it was opened with. */
export async function openWith(
  overrides: Partial<JournalOptions> & { files: JournalFiles },
): Promise<Journal & { readonly failures: JournalError[] }> {
  const failures: JournalError[] = [];
  const journal = await openJournal({
    path: FOLDER,
    clock: new FakeClock(),
    processes: processTable(),
    identity: OURS,
    circumstances: { tool: 'test', chart: CHART_VERSION, policies: { demo: 'abc' }, seed: 7 },
    freshSalt: 'salt',
    pace: { gatherMs: 0 },
    onFailure: (error) => failures.push(error),
    ...overrides,
  });
  return Object.assign(journal, { failures });
}

/** Every line of a journal. */
export async function linesOf(files: JournalFiles, since?: number): Promise<JournalLine[]> {
  const all: JournalLine[] = [];
  for await (const lines of readJournal({ files, path: FOLDER, since })) all.push(...lines);
  return all;
}

/** A copy of a disk as a crash leaves it: the lock stays, and so does what was written. */
export function crashed(files: MemoryFiles): MemoryFiles {
  const copy = memoryFiles();
  for (const name of files.names()) copy.put(name, files.contentOf(name) ?? new Uint8Array());
  return copy;
}

/** The next life of a worker that was killed: another process, on the same disk. */
export const nextLife = processTable(200, { 200: 'later' });

export const segmentOf = (number: number): string => `${FOLDER}/journal-${String(number).padStart(8, '0')}.ndjson`;

export function errorCode(error: unknown): string {
  return error instanceof JournalError ? error.code : String(error);
}

/** A disk that ends after `bytes` bytes: what fits is written, the rest fails with `code`. */
export function fullDisk(inner: JournalFiles, bytes: number, code = 'ENOSPC'): JournalFiles & { freed(): void } {
  let left = bytes;
  const limited = (file: AppendableFile): AppendableFile => ({
    append: async (all) => {
      const fits = all.subarray(0, left);
      left -= fits.length;
      if (fits.length > 0) await file.append(fits);
      if (fits.length < all.length) throw Object.assign(new Error(`${code}: no space left on device, write`), { code });
    },
    close: () => file.close(),
  });
  return {
    ...inner,
    create: async (path) => limited(await inner.create(path)),
    freed: () => {
      left = Number.POSITIVE_INFINITY;
    },
  };
}

export const callNamed = (interactionId: string) => ({
  interactionId,
  campaignId: 'c1',
  campaign: 'Collections',
  kind: 'regular',
});

/** Records of one agent, a second apart from each other. */
export function story(user: string, facts: readonly Fact[], from = Date.UTC(2026, 0, 5, 9)): JournalRecord[] {
  return facts.map((fact, index) => ({ at: from + index * 1_000, user, ...fact }));
}

/** A whole regular call, from its pop to its accepted disposition. */
export function wholeCall(interactionId: string, nth: number, label = 'Success'): Fact[] {
  const call = callNamed(interactionId);
  const command = 'disposition';
  return [
    { kind: 'pop', call, nth, preview: false, placed: false, previewEndsInMs: null },
    {
      kind: 'decision',
      call,
      point: 'connect',
      policy: 'demo',
      rule: null,
      action: 'talk',
      nth,
      details: { talkMs: 9_000 },
    },
    {
      kind: 'decision',
      call,
      point: 'end',
      policy: 'demo',
      rule: 'outcomes',
      action: 'disposition',
      nth,
      details: {
        wrapUpMs: 500,
        endings: [{ label }, { label: 'No Answer' }],
        connected: true,
        endedBy: 'far-side',
        talkedMs: 1_000,
      },
    },
    { kind: 'intent', command, call, label, order: 5, nth, choice: 0 },
    { kind: 'outcome', command, call, answer: 'ok', verdict: 'ok', status: 200, order: 5, nth },
    { kind: 'call.closed', call, label, result: 'accepted', basis: 'answer', seconds: 5 },
  ];
}
