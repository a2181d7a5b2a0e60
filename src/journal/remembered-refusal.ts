import { type JournalIdentity, sameIdentity } from './line.js';
import { type ReadOptions, readJournal } from './reader.js';

/** A secret that a server refused for good, as the journal tells it from its successor (design §4.1, rule 14). */
export interface RememberedRefusal {
  readonly fingerprint: string;
  readonly salt: string;
}

/**
 * What the journal remembers of this user's refused secret; null for nothing. Reads the newest segment, which begins with
 * all that is remembered, and takes no lock.
 * @throws JournalError `journal/corrupt`
 */
export async function rememberedRefusal(
  source: Pick<ReadOptions, 'files' | 'path'>,
  { identity, user, now }: { identity: JournalIdentity; user: string; now: number },
): Promise<RememberedRefusal | null> {
  let found: string | null = null;
  let salt = '';
  let isOurs = true;
  for await (const lines of readJournal({ ...source, since: now })) {
    for (const line of lines) {
      if (line.kind === 'journal') {
        isOurs = sameIdentity(line.identity, identity);
        if (isOurs) salt = line.salt;
      } else if (isOurs && line.user === user) {
        if (line.kind === 'checkpoint') found = line.work.refused?.fingerprint ?? null;
        else if (line.kind === 'credentials.refused') found = line.fingerprint;
        else if (line.kind === 'session.opened') found = null;
      }
    }
  }
  return found === null ? null : { fingerprint: found, salt };
}
