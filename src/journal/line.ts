import type { OpenWork } from './open-work.js';
import type { JournalRecord } from './record.js';

/**
 * The version of the format that this program writes. It reads version 1 as well, which had a line for each record, and
 * `"synced":true` on the first one of a batch.
 */
export const FORMAT = 2;
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
  /** Version of the format. */
  readonly v: number;
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

/** A record as it is read again. */
export type RecordLine = JournalRecord & { readonly seq: number };

/** What a journal holds, in its order; `seq` counts on without a gap. */
export type JournalLine = HeaderLine | CheckpointLine | RecordLine;

/** Whether a line is a record of an agent's work. */
export function isRecord(line: JournalLine): line is RecordLine {
  return line.kind !== 'journal' && line.kind !== 'checkpoint';
}

/** The first line of a segment, as text. */
export function headerLine(header: HeaderLine): string {
  return `${JSON.stringify(header)}\n`;
}

/** Completes a header. */
export function headerOf({ seq, ...rest }: Omit<HeaderLine, 'kind' | 'format' | 'v'>): HeaderLine {
  return { seq, kind: 'journal', format: FORMAT_NAME, v: FORMAT, ...rest };
}

export function checkpointLine(seq: number, at: number, work: OpenWork): string {
  return `${JSON.stringify({ seq, kind: 'checkpoint', at, user: work.user, work })}\n`;
}

/**
 * The records that go to the disk together, as one line: made in one go, that costs a third less than a line for each.
 * `seq` is that of the first.
 */
export function batchLine(seq: number, records: readonly JournalRecord[]): string {
  return `{"seq":${seq},"kind":"batch","records":${JSON.stringify(records)}}\n`;
}

/** What one line of a segment holds. */
export interface ParsedLine {
  readonly lines: readonly JournalLine[];
  /** All before it was on the disk when it was written. */
  readonly isLater: boolean;
}

/** Reads a line; undefined for text that is no line of a journal. */
export function parseLine(text: string): ParsedLine | undefined {
  try {
    const value = JSON.parse(text) as Loose | null;
    if (typeof value !== 'object' || value === null || !Number.isSafeInteger(value.seq)) return undefined;
    if (value.kind !== 'batch') return isLine(value) ? single(value) : undefined;
    const { records, seq } = value;
    if (!Array.isArray(records) || records.length === 0 || !records.every(isLine)) return undefined;
    records.forEach((record: Loose, index) => {
      record.seq = (seq as number) + index;
    });
    return { lines: records as unknown as RecordLine[], isLater: true };
  } catch {
    return undefined;
  }
}

interface Loose {
  seq?: unknown;
  kind?: unknown;
  at?: unknown;
  user?: unknown;
  records?: unknown;
  synced?: unknown;
}

function isLine(value: Loose | null): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof value.kind === 'string' &&
    typeof value.at === 'number' &&
    (value.kind === 'journal' || typeof value.user === 'string')
  );
}

/** A header, a checkpoint, or a record of version 1. */
function single({ synced, ...line }: Loose): ParsedLine {
  return { lines: [line as unknown as JournalLine], isLater: synced === true };
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
