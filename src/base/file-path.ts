import { dirname, isAbsolute, join, normalize } from 'node:path';
import { messageOf } from './errors.js';

/** The path of a file that `file` names: relative to it, unless absolute. */
export function besideFile(file: string, path: string): string {
  return isAbsolute(path) ? normalize(path) : join(dirname(file), path);
}

/** The path without detours, by which two namings of one file are known as the same. */
export function plainPath(path: string): string {
  return normalize(path);
}

/** Why a file cannot be read, in words; says nothing of its content. */
export function whyUnreadable(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EISDIR':
      return 'it is a folder';
    case 'EACCES':
    case 'EPERM':
      return 'it may not be read by this user';
    default:
      return code || messageOf(error);
  }
}
