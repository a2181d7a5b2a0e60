import { whyUnreadable } from '../base/file-path.js';
import type { Complaints } from './complaints.js';
import { Secret } from './secret.js';
import type { Environment, ReadFile } from './worker-config.js';

/** Where a secret is. */
export type SecretSource = { readonly env: string } | { readonly file: string };

export interface SecretContext {
  readonly env: Environment;
  readonly readFile: ReadFile;
  readonly complaints: Complaints;
  readonly secretSeverity: SecretSeverity;
}

/** A missing secret is an error for a run, a warning for a check on another machine, and not even looked for in a rehearsal. */
export type SecretSeverity = 'error' | 'warning' | 'unneeded';

/** Stands for every secret where none is needed. */
export const STAND_IN = new Secret('rehearsal');

/** What a sentence calls the secret, where the configuration names it, and the path of a file that is named there. */
export interface SecretPlace {
  readonly what: 'password' | 'token';
  readonly at: readonly PropertyKey[];
  readonly locateFile: (path: string) => string;
}

/** Fetches a secret from its environment variable or file; one line end at the end of the file is no part of it. */
export function readSecret(source: SecretSource, place: SecretPlace, context: SecretContext): Secret | undefined {
  const { env, readFile, complaints, secretSeverity: severity } = context;
  const { what, at, locateFile } = place;
  if (severity === 'unneeded') return STAND_IN;
  const complain = (message: string): undefined => complaints.add(at, { severity, code: 'worker/no-secret', message });
  if ('env' in source) {
    const text = env[source.env];
    if (text) return new Secret(text);
    const state = text === '' ? 'is empty' : 'is not set';
    return complain(`The environment variable ${source.env} ${state}; it should hold the ${what}.`);
  }
  const path = locateFile(source.file);
  try {
    const text = readFile(path).replace(/\r?\n$/, '');
    return text === '' ? complain(`The ${what} file ${path} is empty.`) : new Secret(text);
  } catch (error) {
    return complain(`The ${what} file ${path} cannot be read: ${whyUnreadable(error)}.`);
  }
}
