import { type JournalFiles, type JournalIdentity, ofIdentity, readJournal } from '../journal/index.js';
import type { Policy } from '../policy/index.js';
import { CallbackBook } from './callback-book.js';

/**
 * The callbacks that earlier runs have made, for the policies that count theirs (`capPerHour`); an empty book where none
 * does, for then nothing is read. `now`: epoch milliseconds.
 * @throws JournalError `journal/corrupt` with file and line
 */
export async function rememberedCallbacks(
  journal: { readonly files: JournalFiles; readonly path: string; readonly identity: JournalIdentity },
  policies: Iterable<Policy>,
  now: number,
): Promise<CallbackBook> {
  const book = new CallbackBook();
  const since = earliestOf(policies, now);
  if (since === null) return book;
  const isOurs = ofIdentity(journal.identity);
  for await (const lines of readJournal({ ...journal, since: Number.isFinite(since) ? since : undefined })) {
    for (const line of lines) if (isOurs(line)) book.heard(line);
  }
  return book;
}

/** When the oldest callback that may be still to come was decided; null where no rule counts its callbacks. */
function earliestOf(policies: Iterable<Policy>, now: number): number | null {
  const counted = [...policies]
    .flatMap(({ rules }) => rules.flatMap(({ end }) => (end?.action === 'callback' ? [end] : [])))
    .filter(({ capPerHour }) => capPerHour !== undefined);
  if (counted.length === 0) return null;
  return now - Math.max(...counted.map(({ withinMs = Number.POSITIVE_INFINITY }) => withinMs));
}
