import type { JournalRecord } from './record.js';

/**
 * Where records go. `write` resolves when the record is as safe as the recorder makes it; intents of dispositions,
 * callbacks and placed previews wait for that before their request leaves (design §3).
 */
export interface Recorder {
  /** It wants what the chart was told as well, for `replay`. */
  readonly keepsEvents?: boolean;
  write(record: JournalRecord): void | Promise<void>;
}

/** Hands each record to several folds in order. */
export function teeRecorder(...sinks: readonly ((record: JournalRecord) => void)[]): Recorder {
  return {
    write: (record) => {
      for (const sink of sinks) sink(record);
    },
  };
}
