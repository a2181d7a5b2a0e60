import { systemClock } from '../base/clock.js';
import { CALL_COLUMNS, formatRows, queryCalls } from '../journal/index.js';
import { EXIT, type ExitCode, type Io } from './io.js';
import { filterOf, formatOf, lastRows, type QueryFlags, words } from './journal-filter.js';
import { fromJournal } from './journal-source.js';

/** What a table shows of a call; JSON and CSV have everything. */
const IN_TABLE = new Set([
  'poppedAt',
  'agent',
  'campaign',
  'interactionId',
  'kind',
  'label',
  'result',
  'basis',
  'seconds',
  'callbackAt',
]);

/** `dialer-agent calls`: the calls that a journal knows, in the order of their ends; open ones last. */
export async function calls(flags: QueryFlags, io: Io): Promise<ExitCode> {
  const filter = filterOf(flags, systemClock());
  const format = formatOf(flags);
  const columns = format === 'table' ? CALL_COLUMNS.filter(({ name }) => IN_TABLE.has(name)) : CALL_COLUMNS;
  await fromJournal(flags.journal, async (journal) => {
    const rows = lastRows(queryCalls(journal, filter), flags.limit);
    for await (const text of formatRows(rows, columns, format, flags.columns?.flatMap(words))) io.out(text);
  });
  return EXIT.done;
}
