import { type HeaderLine, isRecord, type JournalLine, type RecordLine } from './line.js';
import { noWork, type OpenWork } from './open-work.js';
import { type JournalRecord, type RecordedEvent, WHOLE_WORKER } from './record.js';

/** Whose records to step through: those of an agent, or those of one call from its first pop to its end. */
export interface ReplaySpan {
  readonly user?: string | undefined;
  readonly call?: string | undefined;
}

/** How to step. The chart is handed in: the journal knows no states. */
export interface ReplayMachine<State> {
  /**
   * An agent as it is born when a run begins, with what an earlier run left it (null: nothing); throws where the header
   * names a chart that it cannot step through. Also called for a run whose first segments are no longer there.
   */
  begin(user: string, header: HeaderLine, work: OpenWork | null): State;
  /** The state after the event, which came at `at` (epoch milliseconds); what timers did until then comes first. */
  step(state: State, event: RecordedEvent, at: number): State;
  /** The state of an agent that was replaced in mid-run by one with its memory, which no record tells in full. */
  replaced(state: State): State;
}

/** One record, and the state of its agent before and after it. */
export interface ReplayStep<State> {
  readonly line: RecordLine;
  readonly before: State;
  readonly after: State;
}

/**
 * Steps through what was recorded: each input of the chart advances its agent, every other record is shown where it
 * happened. A run begins with agents anew; a later segment of the same run goes on. Each agent is stepped from the
 * beginning of its run, also where only one call is shown, so that the state is the one that it was in.
 */
export async function* replay<State>(
  lines: AsyncIterable<readonly JournalLine[]>,
  span: ReplaySpan,
  machine: ReplayMachine<State>,
): AsyncGenerator<ReplayStep<State>> {
  const agents = new Map<string, State>();
  const left = new Map<string, OpenWork>();
  let header: HeaderLine | null = null;
  let inCallOf: string | null = null;
  for await (const chunk of lines) {
    for (const line of chunk) {
      if (line.kind === 'journal') {
        if (line.begins === 'run') agents.clear();
        left.clear();
        header = line;
        continue;
      }
      if (!header || (span.user !== undefined && line.user !== span.user)) continue;
      if (!isRecord(line)) {
        left.set(line.user, line.work);
        continue;
      }
      // What concerns the whole worker is no agent's.
      if (line.user === WHOLE_WORKER) continue;
      if (line.kind === 'roster.joined') {
        agents.delete(line.user);
        left.set(line.user, { ...noWork(line.user, line.at), calls: line.calls });
      }
      const before = agents.get(line.user) ?? machine.begin(line.user, header, left.get(line.user) ?? null);
      const after = stepped(machine, before, line);
      agents.set(line.user, after);
      if (span.call !== undefined) {
        if (inCallOf === null && names(line, span.call)) inCallOf = line.user;
        if (inCallOf !== line.user) continue;
      }
      yield { line, before, after };
      if (line.kind === 'call.closed' && line.call.interactionId === span.call) inCallOf = null;
    }
  }
}

function stepped<State>(machine: ReplayMachine<State>, before: State, line: RecordLine): State {
  if (line.kind === 'event') return machine.step(before, line.event, line.at);
  return line.kind === 'restarted' && line.how === 'agent' ? machine.replaced(before) : before;
}

/** Whether a record tells of the call: its facts do, and so do the inputs that name it. */
function names(record: JournalRecord, interactionId: string): boolean {
  if ('call' in record && record.call?.interactionId === interactionId) return true;
  if (record.kind !== 'event') return false;
  const { call, pop } = record.event as { call?: unknown; pop?: { interactionId?: unknown } };
  return call === interactionId || pop?.interactionId === interactionId;
}
