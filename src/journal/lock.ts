import type { Clock } from '../base/clock.js';
import { diskError, JournalError, systemCode } from './errors.js';
import { type JournalFiles, pathIn, readWhole } from './files.js';
import type { Processes } from './processes.js';

/** A holder of another machine or container shows that it lives by touching its lock so often. */
const BEAT_MS = 5_000;
/** One that was not touched for so long is dead. */
const SILENT_MS = 20_000;

export interface LockDeps {
  readonly files: JournalFiles;
  readonly clock: Clock;
  readonly processes: Processes;
}

/** The right to write a journal, held until `release`. */
export interface JournalLock {
  release(): Promise<void>;
}

interface Holder {
  readonly pid: number;
  readonly life: string;
  readonly place: string;
}

/**
 * Takes the right to write the journal in `folder`. The lock is a file `lock-N`; the highest N holds. A holder that is
 * dead (no such process, or another one with its number) is succeeded by making `lock-(N+1)`, which only one contender
 * can; so a lock left behind by `kill -9` never stands in the way and is never taken twice. Whether a holder in another
 * container lives can only be seen by its touching the file: that takes up to 20 s.
 * @throws JournalError `journal/locked` while another worker holds it
 */
export async function lockJournal(
  deps: LockDeps,
  folder: string,
  onLost: (error: JournalError) => void,
): Promise<JournalLock> {
  const { files, processes } = deps;
  const self: Holder = { pid: processes.pid, life: processes.lifeOf(processes.pid) ?? '', place: processes.place };
  for (;;) {
    const taken = await locksIn(files, folder);
    const last = taken.at(-1) ?? 0;
    if (last > 0) await succeed(deps, folder, last);
    const number = last + 1;
    if (!(await files.claim(pathIn(folder, nameOf(number)), JSON.stringify(self)))) continue;
    const path = pathIn(folder, nameOf(number));
    await files.touch(path, deps.clock.now());
    // A successor of ours that came and went between our look and our claim holds the journal, not we.
    if ((await locksIn(files, folder)).at(-1) !== number) {
      await files.remove(path);
      continue;
    }
    for (const old of taken) await removeIfThere(files, pathIn(folder, nameOf(old)));
    return beating(deps, path, onLost);
  }
}

/** Returns when lock `number` may be succeeded; throws while its holder lives. */
async function succeed({ files, clock, processes }: LockDeps, folder: string, number: number): Promise<void> {
  const path = pathIn(folder, nameOf(number));
  const locked = (who: string): JournalError =>
    new JournalError('journal/locked', `the journal ${folder} is in use by ${who}; two workers cannot share one`);
  const holder = await holderOf(files, path);
  if (holder === 'gone') return;
  if (holder && holder.place === processes.place) {
    if (processes.lifeOf(holder.pid) === holder.life) throw locked(`process ${holder.pid}`);
    return;
  }
  const before = await touchedAt(files, path);
  const silentFor = clock.now() - before;
  if (silentFor >= SILENT_MS) return;
  await new Promise<void>((resolve) => {
    clock.setTimeout(resolve, SILENT_MS - Math.max(0, silentFor));
  });
  if ((await touchedAt(files, path)) > before) throw locked('a worker on another machine or in another container');
}

/** Null: the file cannot be read as a holder, so only its age tells. */
async function holderOf(files: JournalFiles, path: string): Promise<Holder | null | 'gone'> {
  let text: string;
  try {
    text = await readWhole(files, path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 'gone';
    throw error;
  }
  try {
    const { pid, life, place } = JSON.parse(text) as Partial<Holder>;
    return typeof pid === 'number' && typeof life === 'string' && typeof place === 'string'
      ? { pid, life, place }
      : null;
  } catch {
    return null;
  }
}

async function touchedAt(files: JournalFiles, path: string): Promise<number> {
  try {
    return await files.touchedAt(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 0;
    throw error;
  }
}

/** Touches the lock while it is held, and says so once it is no longer there to be touched. */
function beating({ files, clock }: LockDeps, path: string, onLost: (error: JournalError) => void): JournalLock {
  let isHeld = true;
  let timer: unknown;
  const beat = (): void => {
    timer = clock.setTimeout(() => {
      files.touch(path, clock.now()).then(
        () => {
          if (isHeld) beat();
        },
        (error) => {
          if (isHeld) onLost(diskError(path, error));
        },
      );
    }, BEAT_MS);
  };
  beat();
  return {
    release: async () => {
      if (!isHeld) return;
      isHeld = false;
      clock.clearTimeout(timer);
      await removeIfThere(files, path);
    },
  };
}

async function removeIfThere(files: JournalFiles, path: string): Promise<void> {
  try {
    await files.remove(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}

async function locksIn(files: JournalFiles, folder: string): Promise<number[]> {
  const numbers = (await files.list(folder)).flatMap((name) => /^lock-(\d{1,9})$/.exec(name)?.[1] ?? []);
  return numbers.map(Number).sort((a, b) => a - b);
}

function nameOf(number: number): string {
  return `lock-${number}`;
}
