/**
 * All that the journal asks of a disk. Failures are thrown as node:fs throws them, with a `code` such as `ENOENT`; nothing
 * here is tried again.
 */
export interface JournalFiles {
  /** Makes `folder` and its parents, readable by the owner alone. */
  makeFolder(folder: string): Promise<void>;
  /** Names of the files in `folder`, in no order. */
  list(folder: string): Promise<readonly string[]>;
  openToRead(path: string): Promise<ReadableFile>;
  /** A new, empty file, readable by the owner alone; one of that name is replaced. */
  create(path: string): Promise<AppendableFile>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Cuts the file to its first `bytes` bytes, on the disk when it resolves. */
  truncate(path: string, bytes: number): Promise<void>;
  /** Makes names in `folder` that were created, renamed or removed survive a loss of power. */
  syncFolder(folder: string): Promise<void>;
  /** Makes the file with its whole text at once; false where the name is taken. */
  claim(path: string, text: string): Promise<boolean>;
  /** When the file was last modified or touched, epoch milliseconds. */
  touchedAt(path: string): Promise<number>;
  touch(path: string, at: number): Promise<void>;
}

export interface ReadableFile {
  readonly size: number;
  /** Fills `buffer` from `position` on; returns how many bytes there were, 0 at the end. */
  read(buffer: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

export interface AppendableFile {
  /** Resolves when all of `bytes` are on the disk. */
  append(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Joins a folder and a name, as all paths of the journal are made. */
export function pathIn(folder: string, name: string): string {
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`;
}

/** The whole text of a small file. */
export async function readWhole(files: JournalFiles, path: string, mostBytes = 64 * 1_024): Promise<string> {
  const file = await files.openToRead(path);
  try {
    const buffer = new Uint8Array(Math.min(file.size, mostBytes));
    let filled = 0;
    for (;;) {
      const count = await file.read(buffer.subarray(filled), filled);
      if (count === 0) break;
      filled += count;
    }
    return new TextDecoder().decode(buffer.subarray(0, filled));
  } finally {
    await file.close();
  }
}
