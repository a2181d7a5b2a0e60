import type { AgentOrder } from '../agent/orders.js';
import { printable } from '../base/printable.js';
import type { Fact, JournalRecord, RecordedEvent } from '../journal/record.js';

/** What is said of one recorded line. */
export type ReplayLine = ReplayedEvent | ReplayedRecord;

interface AnyLine {
  /** ISO 8601. */
  readonly at: string;
  readonly agent: string;
  readonly seq: number;
  /** In what the chart goes another way here than the record says. */
  readonly diverges?: string;
}

interface ReplayedEvent extends AnyLine {
  readonly event: RecordedEvent;
  /** Of the event; of a timer, what it was set for. */
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly orders: readonly { readonly command: number; readonly order: AgentOrder }[];
  readonly facts: readonly Fact[];
}

interface ReplayedRecord extends AnyLine {
  readonly record: JournalRecord & { readonly seq?: number };
  readonly state: string;
}

const EVENT_WIDTH = 28;

/** One recorded line for people: an event with the state before and after it, or a fact where it happened. */
export function replayText(shown: ReplayLine): string {
  const time = shown.at.slice(11, 23);
  const lines: string[] = [];
  if ('event' in shown) {
    const { type: _type, timer: _timer, ...more } = shown.event as { type: string; timer?: number };
    const states = shown.before === shown.after ? `${shown.after}` : `${shown.before} → ${shown.after}`;
    lines.push(`${time}  ${shown.name.padEnd(EVENT_WIDTH)}  ${states}${tail(more)}`);
    for (const { command, order } of shown.orders) {
      const { do: what, ...rest } = order;
      lines.push(`${INDENT}order ${command}: ${what}${tail(rest)}`);
    }
  } else {
    const { kind, at: _at, user: _user, seq: _seq, ...more } = shown.record;
    lines.push(`${time}    ${kind}${tail(more)}`);
  }
  if (shown.diverges) lines.push(`${INDENT}! ${shown.diverges}`);
  return `${lines.join('\n')}\n`;
}

const INDENT = ' '.repeat(16);

/** `  name=value …`: a call is named by its id, a number has no more than three decimals, other maps are JSON. */
function tail(more: object): string {
  return Object.entries(more)
    .map(([name, value]) => `  ${name}=${printable(name === 'call' ? idOf(value) : textOf(value))}`)
    .join('');
}

function idOf(call: unknown): string {
  return typeof call === 'object' && call !== null && 'interactionId' in call
    ? String(call.interactionId)
    : String(call);
}

function textOf(value: unknown): string {
  if (typeof value === 'number') return String(Math.round(value * 1_000) / 1_000);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
