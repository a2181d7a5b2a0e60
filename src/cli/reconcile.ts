import { z } from 'zod';
import { messageOf, UsageError } from '../base/errors.js';
import { whyUnreadable } from '../config/index.js';
import { type CallRow, type LedgerView, queryCalls, type Reconciliation, reconcile } from '../journal/index.js';
import { EXIT, type ExitCode, type Io } from './io.js';
import { fromJournal } from './journal-source.js';

/** The flags of `reconcile`, as typed. */
export interface ReconcileFlags {
  readonly journal: string;
  readonly ledger: string;
  readonly json?: boolean;
}

const LEDGER_TIMEOUT_MS = 30_000;

/** The part of a ledger (design §10) that matters here; whatever else it has is let be. */
const LedgerSchema = z.object({
  world: z.string().optional(),
  startedAt: z.string().optional(),
  at: z.string().optional(),
  calls: z.array(
    z.object({
      interactionId: z.string(),
      campaign: z.string(),
      agent: z.string(),
      dispositions: z.array(
        z.object({ label: z.string(), scheduledTime: z.number().nullable(), scheduledAgent: z.string().nullable() }),
      ),
      outcome: z.string(),
      wrapUp: z.string().nullish(),
    }),
  ),
});

/** `dialer-agent reconcile`: holds a journal against the ledger of a simulator, and tells every difference. */
export async function reconcileJournal({ journal, ledger, json }: ReconcileFlags, io: Io): Promise<ExitCode> {
  const truth = readLedger(ledger, isUrl(ledger) ? await fetchLedger(ledger) : readLedgerFile(ledger, io));
  const rows: CallRow[] = [];
  await fromJournal(journal, async (source) => {
    for await (const row of queryCalls(source, {})) rows.push(row);
  });
  const found = reconcile(rows, truth);
  io.out(json ? `${JSON.stringify(found, null, 2)}\n` : describe(found));
  return found.differences.length > 0 ? EXIT.failed : EXIT.done;
}

function describe({ differences, explained, compared, otherWorlds }: Reconciliation): string {
  const others = otherWorlds === 0 ? '' : ` ${count(otherWorlds, 'call')} of other worlds left out.`;
  return [
    ...differences.map(({ sentence }) => sentence),
    ...explained.map(({ sentence }) => `(unknown) ${sentence}`),
    `${count(compared, 'call')} compared: ${count(differences.length, 'difference')}, ${explained.length} unknown.${others}`,
    '',
  ].join('\n');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

/** The address of a simulator stands for that of its ledger. */
async function fetchLedger(text: string): Promise<string> {
  if (!URL.canParse(text)) throw new UsageError(`--ledger ${text} is no address`);
  const url = new URL(text);
  if (url.pathname === '/') url.pathname = '/simulator/ledger';
  let answer: Response;
  try {
    answer = await fetch(url, { signal: AbortSignal.timeout(LEDGER_TIMEOUT_MS) });
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new UsageError(`the ledger ${url.href} cannot be fetched: ${messageOf(cause)}`, error);
  }
  if (!answer.ok) throw new UsageError(`the ledger ${url.href} cannot be fetched: status ${answer.status}`);
  return answer.text();
}

function readLedgerFile(path: string, io: Io): string {
  try {
    return io.readFile(path);
  } catch (error) {
    throw new UsageError(`the ledger ${path} cannot be read: ${whyUnreadable(error)}`, error);
  }
}

function readLedger(source: string, text: string): LedgerView {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${source} is no ledger: it is not JSON`, error);
  }
  const { data, error } = LedgerSchema.safeParse(value);
  if (data) return data as LedgerView;
  const path = error.issues[0]?.path.join('.') || 'the whole';
  throw new UsageError(`${source} is no ledger: ${path} is missing or not what a ledger holds`);
}
