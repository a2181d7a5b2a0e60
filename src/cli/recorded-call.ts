import { isRecord, type JournalRecord, readJournal } from '../journal/index.js';
import { type CallFile, callKinds } from '../policy/index.js';
import type { JournalSource } from './journal-source.js';

/** A call as the journal remembers it, in the form in which calls are written down. */
export interface RecordedCall {
  readonly call: CallFile;
  /** Of the run that took it. */
  readonly seed: number;
  /** What was decided then. */
  readonly decided: readonly RecordedDecision[];
}

export type RecordedDecision = Extract<JournalRecord, { kind: 'decision' }>;

/** The call of this interaction id; the last one where an id came twice. Undefined where the journal has none. */
export async function findRecordedCall(journal: JournalSource, id: string): Promise<RecordedCall | undefined> {
  let seed = 0;
  let pop: Extract<JournalRecord, { kind: 'pop' }> | undefined;
  let decided: RecordedDecision[] = [];
  let ofPop = 0;
  for await (const lines of readJournal(journal)) {
    for (const line of lines) {
      if (line.kind === 'journal') seed = line.seed;
      if (!isRecord(line)) continue;
      if (line.kind === 'pop' && line.call.interactionId === id) {
        [pop, decided, ofPop] = [line, [], seed];
      } else if (line.kind === 'decision' && line.call.interactionId === id && line.user === pop?.user) {
        decided.push(line);
      }
    }
  }
  return pop && { call: callOf(pop, decided), seed: ofPop, decided };
}

function callOf(pop: Extract<JournalRecord, { kind: 'pop' }>, decided: readonly RecordedDecision[]): CallFile {
  const { call, preview = false, dialingMode, columns = {} } = pop;
  const end = decided.findLast(({ point }) => point === 'end');
  const { connected, endedBy, talkedMs } = end?.details ?? {};
  return {
    campaign: { id: call.campaignId, name: call.campaign },
    kind: [...callKinds(preview ? 'previewPop' : 'dataPop', dialingMode)],
    agent: pop.user,
    nthCall: pop.nth ?? 1,
    now: (end ?? decided.at(-1) ?? pop).at,
    attributes: { ...columns },
    ...(connected !== undefined && { connected }),
    ...(endedBy && { endedBy }),
    ...(talkedMs !== undefined && { talked: talkedMs }),
  };
}
