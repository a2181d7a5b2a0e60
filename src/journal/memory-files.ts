import type { AppendableFile, JournalFiles, ReadableFile } from './files.js';

interface MemoryFile {
  bytes: Uint8Array;
  length: number;
  touchedAt: number;
}

/** A disk that is memory only: for rehearsals, which leave nothing behind, and for tests. */
export interface MemoryFiles extends JournalFiles {
  /** A copy of what the file holds; undefined where there is none. */
  contentOf(path: string): Uint8Array | undefined;
  put(path: string, bytes: Uint8Array): void;
  names(): readonly string[];
}

/** An empty one. */
export function memoryFiles(): MemoryFiles {
  const files = new Map<string, MemoryFile>();
  const existing = (path: string): MemoryFile => {
    const file = files.get(path);
    if (!file) throw Object.assign(new Error(`ENOENT: no such file, ${path}`), { code: 'ENOENT' });
    return file;
  };
  const put = (path: string, bytes: Uint8Array): void => {
    files.set(path, { bytes: bytes.slice(), length: bytes.length, touchedAt: 0 });
  };

  return {
    contentOf: (path) => {
      const file = files.get(path);
      return file?.bytes.slice(0, file.length);
    },
    put,
    names: () => [...files.keys()],
    makeFolder: async () => {},
    list: async (folder) => {
      const prefix = folder.endsWith('/') ? folder : `${folder}/`;
      return [...files.keys()].filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
    },
    openToRead: async (path) => readable(existing(path)),
    create: async (path) => {
      put(path, new Uint8Array(0));
      return appendable(existing(path));
    },
    rename: async (from, to) => {
      const file = existing(from);
      files.delete(from);
      files.set(to, file);
    },
    remove: async (path) => {
      existing(path);
      files.delete(path);
    },
    truncate: async (path, bytes) => {
      existing(path).length = bytes;
    },
    syncFolder: async () => {},
    claim: async (path, text) => {
      if (files.has(path)) return false;
      put(path, new TextEncoder().encode(text));
      return true;
    },
    touchedAt: async (path) => existing(path).touchedAt,
    touch: async (path, at) => {
      existing(path).touchedAt = at;
    },
  };
}

function readable(file: MemoryFile): ReadableFile {
  return {
    size: file.length,
    read: async (buffer, position) => {
      const piece = file.bytes.subarray(position, Math.min(file.length, position + buffer.length));
      buffer.set(piece);
      return piece.length;
    },
    close: async () => {},
  };
}

function appendable(file: MemoryFile): AppendableFile {
  return {
    append: async (bytes) => {
      const length = file.length + bytes.length;
      if (length > file.bytes.length) {
        const grown = new Uint8Array(Math.max(length, 2 * file.bytes.length));
        grown.set(file.bytes.subarray(0, file.length));
        file.bytes = grown;
      }
      file.bytes.set(bytes, file.length);
      file.length = length;
    },
    close: async () => {},
  };
}
