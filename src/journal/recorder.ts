import type { JournalRecord } from './record.js';

/**
 * Where records go. `write` resolves when the record is as safe as the recorder makes it; intents of dispositions,
 * callbacks and placed previews wait for that before their request leaves (design §3).
 */
export interface Recorder {
  /** It wants what the chart was told as well, for `replay`. */
  readonly keepsEvents?: boolean;
  /** It wants the contact's columns with each pop, as every recorder that keeps events does. */
  readonly wantsColumns?: boolean;
  write(record: JournalRecord): void | Promise<void>;
}

/** Hands each record to the folds in order, then to the journal, if there is one; what the journal keeps alone goes there. */
export function recorderOf(
  folds: readonly ((record: JournalRecord) => void)[],
  journal?: (record: JournalRecord) => void | Promise<void>,
): Recorder {
  return {
    keepsEvents: journal !== undefined,
    write: (record) => {
      if (record.kind !== 'event') for (const fold of folds) fold(record);
      return journal?.(record);
    },
  };
}
