import { type FSWatcher, watch } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Clock } from '../base/clock.js';
import type { ReadFile } from '../config/index.js';
import { type FileDigests, firstChanged } from './tracked-files.js';

/** After the last sign of a change: editors and deployments write in several steps. */
const QUIET_MS = 250;
/** Not every file system tells of changes (network mounts, some containers), so the files are looked at as well. */
const LOOK_MS = 5_000;

export interface FileWatchOptions {
  readonly clock: Clock;
  readonly readFile: ReadFile;
  /** The files that matter, as they were when they were last read for use. Asked again after each change. */
  files(): FileDigests;
  /** The content of this file, and maybe of others, is another now. To read them all is up to whoever hears it. */
  onChange(file: string): void;
}

/**
 * Watches files for other content. The folders are watched, not the files: an editor puts a new file in the place of the
 * old one, and Kubernetes swaps the link that leads to it. What counts is the content, so saving what was there already
 * is no change. Returns a function that ends it.
 */
export function watchFiles(options: FileWatchOptions): () => void {
  const { clock } = options;
  const folders = new Map<string, FSWatcher>();
  let soon: unknown = null;
  let later: unknown = null;

  const look = (): void => {
    clock.clearTimeout(soon);
    clock.clearTimeout(later);
    const changed = firstChanged(options.files(), options.readFile);
    if (changed !== undefined) {
      options.onChange(changed);
      // A folder that was put in the place of another has the same name, and nobody watches it yet.
      stop();
    }
    follow();
    later = clock.setTimeout(look, LOOK_MS);
  };
  const stir = (): void => {
    clock.clearTimeout(soon);
    soon = clock.setTimeout(look, QUIET_MS);
  };

  function follow(): void {
    const wanted = new Set([...options.files().keys()].map((file) => dirname(resolve(file))));
    for (const folder of wanted) if (!folders.has(folder)) watchFolder(folder);
  }
  /** Where that is not to be had, looking at the files now and then has to do. */
  function watchFolder(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, stir);
      folders.set(folder, watcher);
      watcher.on('error', () => {
        watcher.close();
        if (folders.get(folder) === watcher) folders.delete(folder);
      });
    } catch {
      // No such folder, or no more watches to be had.
    }
  }
  function stop(): void {
    for (const watcher of folders.values()) watcher.close();
    folders.clear();
  }

  follow();
  later = clock.setTimeout(look, LOOK_MS);
  return () => {
    clock.clearTimeout(soon);
    clock.clearTimeout(later);
    stop();
  };
}
