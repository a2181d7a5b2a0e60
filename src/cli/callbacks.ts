import { systemClock } from '../base/clock.js';
import { CALLBACK_COLUMNS, formatRows, queryCallbacks } from '../journal/index.js';
import { EXIT, type ExitCode, type Io } from './io.js';
import { filterOf, formatOf, lastRows, type QueryFlags, words } from './journal-filter.js';
import { fromJournal } from './journal-source.js';

/** `dialer-agent callbacks`: the callbacks that a journal knows, in the order in which they were scheduled. */
export async function callbacks(flags: QueryFlags, io: Io): Promise<ExitCode> {
  const filter = filterOf(flags, systemClock());
  const format = formatOf(flags);
  await fromJournal(flags.journal, async (journal) => {
    const rows = lastRows(queryCallbacks(journal, filter), flags.limit);
    for await (const text of formatRows(rows, CALLBACK_COLUMNS, format, flags.columns?.flatMap(words))) io.out(text);
  });
  return EXIT.done;
}
