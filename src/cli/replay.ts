import { CHART_VERSION } from '../agent/chart.js';
import { type Rerun, type RerunStep, rerunAgent } from '../agent/rerun.js';
import { UsageError } from '../base/errors.js';
import { resumptionOf } from '../fleet/resume.js';
import {
  type HeaderLine,
  type ReplayMachine,
  type ReplaySpan,
  type ReplayStep,
  readJournal,
  replay,
} from '../journal/index.js';
import { EXIT, type ExitCode, type Io } from './io.js';
import { fromJournal, type JournalSource } from './journal-source.js';
import { type ReplayLine, replayText } from './replay-text.js';

/** The flags of `replay`, as typed. */
export interface ReplayFlags {
  readonly journal: string;
  readonly json?: boolean;
}

/**
 * `dialer-agent replay`: what an agent, or the agent of a call, was told, and what the chart made of it. Where the chart
 * goes another way than the recorded one went, that is said, and the exit code is 1.
 */
export async function replayJournal(subject: string, { journal, json }: ReplayFlags, io: Io): Promise<ExitCode> {
  let differences = 0;
  await fromJournal(journal, async (source) => {
    for (const span of await spansOf(source, subject)) {
      let run: HeaderLine | null = null;
      for await (const step of replay(readJournal(source), span, MACHINE)) {
        const { header, agent } = step.after;
        if (header !== run && !json) io.out(heading(step.line.user, header, agent !== null));
        run = header;
        const line = lineOf(step);
        if (line.diverges) differences++;
        io.out(json ? `${JSON.stringify(line)}\n` : replayText(line));
      }
    }
  });
  if (differences === 0) return EXIT.done;
  io.err(`The chart goes another way than the record at ${differences} ${differences === 1 ? 'place' : 'places'}.\n`);
  return EXIT.failed;
}

function heading(user: string, { at, tool, seed }: HeaderLine, isStepped: boolean): string {
  const note = isStepped ? '' : '; by another version of the chart, so its states are not told';
  return `\n${user} in the run of ${new Date(at).toISOString()} (${tool}, seed ${seed}${note})\n`;
}

/** One agent in one run. */
interface Stepped {
  readonly header: HeaderLine;
  /** Null where another version of the chart wrote the events: their meaning may have changed. */
  readonly agent: Rerun | null;
  readonly place: string;
  readonly step: RerunStep | null;
  readonly transitions: Transitions;
}

interface Transition {
  readonly from: string;
  readonly to: string;
}

/** Transitions between the seven states that the chart made, and of which the journal tells a little later. */
class Transitions {
  private made: Transition[] = [];

  note(from: string, to: string): void {
    if (from !== to) this.made = [...this.made.slice(1 - MOST_UNTOLD), { from, to }];
  }

  /** Whether the chart made the one that the journal tells of now. */
  told({ from, to }: Transition): boolean {
    const found = this.made.findIndex((made) => made.from === from && made.to === to);
    this.made = this.made.slice(found + 1);
    return found >= 0;
  }
}

/** An event that follows in the same breath is recorded first. Those before the shown call are never asked for. */
const MOST_UNTOLD = 4;

const MACHINE: ReplayMachine<Stepped> = {
  begin: (user, header, work) => {
    const transitions = new Transitions();
    if (header.chart !== CHART_VERSION) return { header, agent: null, place: '?', step: null, transitions };
    const moment = { now: header.at, monotonic: header.at };
    const agent = rerunAgent(work ? { user, memory: resumptionOf(work, moment).memory } : { user }, header.at);
    return { header, agent, place: agent.place, step: null, transitions };
  },
  step: (before, event, at) => {
    if (!before.agent) return before;
    const step = before.agent.hear(event, at);
    before.transitions.note(topOf(step.before), topOf(step.after));
    return { ...before, place: step.after, step };
  },
  replaced: (before) => ({ ...before, agent: null, place: '?', step: null }),
};

function topOf(place: string): string {
  return place.split('.', 1)[0] ?? '';
}

function lineOf({ line, before, after }: ReplayStep<Stepped>): ReplayLine {
  const { seq, at, user } = line;
  const common = { at: new Date(at).toISOString(), agent: user, seq };
  if (line.kind !== 'event') {
    const isOther = line.kind === 'transition' && after.agent && !after.transitions.told(line);
    const diverges = isOther && `the chart did not go from ${line.from} to ${line.to}; it is in ${after.place}`;
    return { ...common, record: line, state: after.place, ...(diverges && { diverges }) };
  }
  const { event } = line;
  if (!after.step) return { ...common, event, name: event.type, before: '?', after: '?', orders: [], facts: [] };
  const { event: name, orders, facts, isStrange } = after.step;
  const diverges = isStrange && { diverges: 'the chart has set no such timer' };
  return { ...common, event, name, before: before.place, after: after.place, orders, facts, ...diverges };
}

/** An agent by its user, or each agent that had a call of this id. */
async function spansOf(source: JournalSource, subject: string): Promise<ReplaySpan[]> {
  const wanted = subject.toLowerCase();
  const callers = new Set<string>();
  for await (const lines of readJournal(source)) {
    for (const line of lines) {
      if (line.kind === 'journal') continue;
      if (line.user.toLowerCase() === wanted) return [{ user: line.user }];
      if ('call' in line && line.call?.interactionId === subject) callers.add(line.user);
    }
  }
  if (callers.size > 0) return [...callers].map((user) => ({ user, call: subject }));
  throw new UsageError(`the journal ${source.path} knows neither an agent nor a call "${subject}"`);
}
