export type { CallRow } from './call-rows.js';
export { allowedColumns, withAllowedColumns } from './columns.js';
export { type Commit, type CommitPace, DEFAULT_PACE } from './commit-queue.js';
export { JournalError, type JournalErrorCode } from './errors.js';
export type { JournalFiles } from './files.js';
export {
  type Circumstances,
  describeIdentity,
  type HeaderLine,
  isRecord,
  type JournalIdentity,
  type JournalLine,
} from './line.js';
export { type MemoryFiles, memoryFiles } from './memory-files.js';
export { nodeFiles } from './node-files.js';
export {
  type OpenBreak,
  type OpenLeave,
  type OpenWork,
  overtakenResult,
  type SettledBy,
  type UnsettledCall,
} from './open-work.js';
export { nodeProcesses, type Processes } from './processes.js';
export { type CallbackRow, type CallFilter, callbackRow, callsOf, queryCallbacks, queryCalls } from './queries.js';
export { readJournal } from './reader.js';
export { type Difference, type Explanation, type LedgerView, type Reconciliation, reconcile } from './reconcile.js';
export type { JournalRecord } from './record.js';
export { foldOpenWork, ofIdentity, type Recovery } from './recovery.js';
export { type RememberedRefusal, rememberedRefusal } from './remembered-refusal.js';
export { type Moment, type ReopenedCall, reopenedCall } from './reopened-call.js';
export { type ReplayMachine, type ReplaySpan, type ReplayStep, replay } from './replay.js';
export { type Journal, type JournalOptions, mustBeSafe, openJournal } from './store.js';
export { CALL_COLUMNS, CALLBACK_COLUMNS, formatRows, type RowFormat } from './table.js';
