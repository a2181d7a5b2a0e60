import { createHmac, scrypt } from 'node:crypto';

/** Memory-hard on purpose: 16 MiB and some 50 ms, in the thread pool, against guessing a password from its fingerprint. */
const COST = { N: 16_384, r: 8, p: 1 };
const BYTES = 24;

/**
 * Recognises a secret without keeping it: the same secret and salt give the same text, and nothing leads back. Give each
 * user a salt of its own (`salt/user`), so that equal secrets do not show.
 */
export function fingerprint(secret: string, salt: string): Promise<string> {
  return new Promise((resolve, reject) => {
    scrypt(secret, salt, BYTES, COST, (error, key) => {
      if (error) reject(error);
      else resolve(key.toString('base64url'));
    });
  });
}

/** A cheap keyed hash for things that are private but no secrets, such as a contact's identity. */
export function keyedHash(text: string, key: string): string {
  return createHmac('sha256', key).update(text).digest('base64url').slice(0, 22);
}
