import { close, constants, fdatasync, ftruncate, open, write } from 'node:fs';
import {
  link,
  mkdir,
  mkdtemp,
  open as openHandle,
  readdir,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { systemCode } from './errors.js';
import type { AppendableFile, JournalFiles, ReadableFile } from './files.js';

const OWNER_ONLY = 0o600;
const FOLDER_OWNER_ONLY = 0o700;
/** Each write returns when its bytes are on the disk: one trip to the thread pool instead of two. Windows has none. */
const DURABLE: number | undefined = constants.O_DSYNC;

const openFile = promisify(open);
const closeFile = promisify(close);
const syncData = promisify(fdatasync);
const cut = promisify(ftruncate);

/** The disk, by node:fs. Files are 0600 and folders 0700. */
export function nodeFiles(): JournalFiles {
  return {
    makeFolder: (folder) => makeFolder(folder),
    list: (folder) => readdir(folder),
    openToRead,
    create: async (path) => {
      const flags = constants.O_CREAT | constants.O_TRUNC | constants.O_WRONLY | constants.O_APPEND | (DURABLE ?? 0);
      return appendable(await openFile(path, flags, OWNER_ONLY));
    },
    rename: (from, to) => rename(from, to),
    remove: (path) => rm(path),
    truncate: async (path, bytes) => {
      const file = await openFile(path, 'r+');
      try {
        await cut(file, bytes);
        await syncData(file);
      } finally {
        await closeFile(file);
      }
    },
    syncFolder,
    claim,
    touchedAt: async (path) => (await stat(path)).mtimeMs,
    touch: (path, at) => utimes(path, at / 1_000, at / 1_000),
  };
}

/** Not by `recursive`: node tries for ever in a folder that exists and takes no new one, such as /proc. */
async function makeFolder(folder: string, hasParent = false): Promise<void> {
  try {
    await mkdir(folder, { mode: FOLDER_OWNER_ONLY });
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST' && (await stat(folder)).isDirectory()) return;
    if (code !== 'ENOENT' || hasParent) throw error;
    await makeFolder(dirname(folder));
    await makeFolder(folder, true);
  }
}

async function openToRead(path: string): Promise<ReadableFile> {
  const handle = await openHandle(path, 'r');
  const { size } = await handle.stat();
  return {
    size,
    read: async (buffer, position) => (await handle.read(buffer, 0, buffer.length, position)).bytesRead,
    close: () => handle.close(),
  };
}

function appendable(file: number): AppendableFile {
  return {
    append: async (bytes) => {
      for (let rest = bytes; rest.length > 0; ) {
        const written = await writeSome(file, rest);
        rest = rest.subarray(written);
      }
      if (DURABLE === undefined) await syncData(file);
    },
    close: () => closeFile(file),
  };
}

/** node:fs by callback: half the cost of a FileHandle, and this runs for every batch. */
function writeSome(file: number, bytes: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    write(file, bytes, 0, bytes.length, null, (error, written) => {
      if (error) reject(error);
      else resolve(written);
    });
  });
}

async function syncFolder(folder: string): Promise<void> {
  let handle: Awaited<ReturnType<typeof openHandle>> | undefined;
  try {
    handle = await openHandle(folder, 'r');
    await handle.sync();
  } catch (error) {
    // Windows opens no folder, and some network file systems sync none: their names are safe, or nothing can be done.
    if (!['EISDIR', 'EPERM', 'EINVAL', 'ENOTSUP', 'EBADF'].includes(systemCode(error))) throw error;
  } finally {
    await handle?.close();
  }
}

/** A hard link appears whole or not at all, so nobody ever reads half a claim; each claimant drafts in a folder of its own. */
async function claim(path: string, text: string): Promise<boolean> {
  const desk = await mkdtemp(`${path}.`);
  const draft = `${desk}/draft`;
  try {
    await writeFile(draft, text, { mode: OWNER_ONLY });
    await link(draft, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP', 'EMLINK'].includes(systemCode(error))) throw error;
    return claimWithoutLinks(path, text);
  } finally {
    await rm(desk, { recursive: true, force: true });
  }
}

async function claimWithoutLinks(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { mode: OWNER_ONLY, flag: 'wx' });
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}
