import { createHash } from 'node:crypto';
import type { ReadFile } from '../config/index.js';

/** What was read, path to digest of the content. Digests, for passwords may be among the files; none: it was not there. */
export type FileDigests = ReadonlyMap<string, string>;

/** Reads files and remembers them: what the configuration was made of is what a watch has to look at. */
export interface TrackedFiles {
  readonly read: ReadFile;
  readonly digests: FileDigests;
}

export function trackFiles(read: ReadFile): TrackedFiles {
  const digests = new Map<string, string>();
  return {
    digests,
    read: (path) => {
      digests.set(path, '');
      const text = read(path);
      digests.set(path, digestOf(text));
      return text;
    },
  };
}

/** The first file whose content is another than it was. */
export function firstChanged(before: FileDigests, read: ReadFile): string | undefined {
  for (const [path, digest] of before) {
    let now = '';
    try {
      now = digestOf(read(path));
    } catch {
      // Not there, as it may have been before.
    }
    if (now !== digest) return path;
  }
  return undefined;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
