import { scryptSync } from 'node:crypto';

/**
 * Tells whether a secret has changed without telling the secret: slow on purpose (tens of milliseconds), so that a stolen
 * journal is no list of passwords to try.
 */
export function fingerprint(secret: string, salt: string): string {
  return scryptSync(secret, salt, 16).toString('base64url');
}
