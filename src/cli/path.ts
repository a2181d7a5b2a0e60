import { dirname, resolve } from 'node:path';

/** A path as named in `file`: relative to that file's folder, or to the working folder where there is no file. */
export function besideFile(file: string | undefined, path: string): string {
  return file === undefined ? path : resolve(dirname(file), path);
}
