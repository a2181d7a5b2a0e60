import type { OpenWork } from './open-work.js';
import type { JournalRecord } from './record.js';

/** The version of the format that this program writes and reads. */
export const FORMAT = 1;
const FORMAT_NAME = 'icws-dialer-agent journal';

/** Whose work a record is about: agents of another server, application name or simulated world are others. */
export interface JournalIdentity {
  readonly server: string;
  readonly applicationName: string;
  /** Of a simulator, whose interaction ids begin anew with each world. */
  readonly world?: string;
}

/** What was true while a segment was written. */
export interface Circumstances {
  /** Name and version of this program. */
  readonly tool: string;
  /** Version of the statechart: decides whether recorded events can be replayed. */
  readonly chart: string;
  /** Hash of each policy, by name. */
  readonly policies: Readonly<Record<string, string>>;
  readonly seed: number;
}

/** The first line of a segment. */
export interface HeaderLine extends Circumstances {
  readonly seq: number;
  readonly kind: 'journal';
  readonly format: typeof FORMAT_NAME;
  readonly v: typeof FORMAT;
  readonly segment: number;
  /** A run begins with it, or an earlier segment of the same run had grown enough. */
  readonly begins: 'run' | 'rotation';
  /** Epoch milliseconds. */
  readonly at: number;
  readonly identity: JournalIdentity;
  /** Salt of the fingerprints in this journal. */
  readonly salt: string;
  /** How many checkpoint lines follow. */
  readonly checkpoint: number;
}

/** What one agent had open when its segment began. */
export interface CheckpointLine {
  readonly seq: number;
  readonly kind: 'checkpoint';
  readonly at: number;
  readonly user: string;
  readonly work: OpenWork;
}

export type RecordLine = JournalRecord & {
  readonly seq: number;
  /** On the first line of each batch: all lines before it were on the disk when it was written. */
  readonly synced?: true;
};

export type JournalLine = HeaderLine | CheckpointLine | RecordLine;

/** Whether a line is a record of an agent's work. */
export function isRecord(line: JournalLine): line is RecordLine {
  return line.kind !== 'journal' && line.kind !== 'checkpoint';
}

/** One record as a line. `isFirst`: of its batch. */
export function recordLine(seq: number, isFirst: boolean, record: JournalRecord): string {
  return `{"seq":${seq},${isFirst ? '"synced":true,' : ''}${JSON.stringify(record).slice(1)}\n`;
}

/** The first line of a segment, as text. */
export function headerLine(header: Omit<HeaderLine, 'kind' | 'format' | 'v'>): string {
  const { seq, ...rest } = header;
  return `${JSON.stringify({ seq, kind: 'journal', format: FORMAT_NAME, v: FORMAT, ...rest })}\n`;
}

export function checkpointLine(seq: number, at: number, work: OpenWork): string {
  return `${JSON.stringify({ seq, kind: 'checkpoint', at, user: work.user, work })}\n`;
}

/** Reads a line; undefined for text that is no line of a journal. */
export function parseLine(text: string): JournalLine | undefined {
  try {
    const value = JSON.parse(text) as { seq?: unknown; kind?: unknown; at?: unknown; user?: unknown } | null;
    const isLine =
      typeof value === 'object' &&
      value !== null &&
      Number.isSafeInteger(value.seq) &&
      typeof value.kind === 'string' &&
      typeof value.at === 'number' &&
      (value.kind === 'journal' || typeof value.user === 'string');
    return isLine ? (value as unknown as JournalLine) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether `line` is a header of any version of this format. */
export function isHeader(line: JournalLine | undefined): line is HeaderLine {
  return line?.kind === 'journal' && line.format === FORMAT_NAME;
}

export function sameIdentity(a: JournalIdentity, b: JournalIdentity): boolean {
  return a.server === b.server && a.applicationName === b.applicationName && a.world === b.world;
}

/** For a sentence: `http://127.0.0.1:8018 as icws-dialer-agent, world demo-1`. */
export function describeIdentity({ server, applicationName, world }: JournalIdentity): string {
  return `${server} as ${applicationName}${world === undefined ? '' : `, world ${world}`}`;
}
