import type { Clock } from '../base/clock.js';
import { formatDuration } from '../base/duration.js';
import { printable } from '../base/printable.js';
import { AGENT_STATES, type AgentState } from '../journal/record.js';
import { agentsWorking, type RunView } from './run-view.js';

export interface ViewStyle {
  /** Columns of the terminal; no line is longer. */
  readonly width: number;
  readonly colour: boolean;
}

const REDRAW_MS = 250;
const LONGEST_BAR = 40;
const MOST_PROBLEMS = 5;
const STATE_WIDTH = 14;

const RED = 31;
const GREEN = 32;
const YELLOW = 33;
const GREY = 90;

const STATE_COLOURS: Readonly<Record<AgentState, number>> = {
  'logged-out': GREY,
  'logged-in': 36,
  ready: GREEN,
  'on-call': 34,
  'break-pending': YELLOW,
  'on-break': YELLOW,
  'logoff-pending': 35,
};

/** A piece of a line, with its colour (an SGR code). */
interface Piece {
  readonly text: string;
  readonly colour?: number;
}
type Line = readonly Piece[];

/** The view as lines of at most `width` characters, coloured on demand. Pure. */
export function renderView(view: RunView, style: ViewStyle): string[] {
  const lines: Line[] = [
    titleLine(view),
    [],
    ...stateLines(view, style.width),
    [],
    ...callLines(view),
    ...problemLines(view),
  ];
  return lines.map((line) => paint(line, style));
}

function titleLine({ title, elapsedMs, remainingMs, phase, url }: RunView): Line {
  const left = remainingMs === undefined ? '' : `, ${formatDuration(wholeSeconds(Math.max(0, remainingMs)))} left`;
  return [
    { text: printable(title) },
    { text: ` · ${formatDuration(wholeSeconds(elapsedMs))}${left}` },
    ...(phase ? [{ text: ` · ${phase}`, colour: YELLOW }] : []),
    ...(url ? [{ text: ` · ${url}`, colour: GREY }] : []),
  ];
}

function stateLines({ tally, desired }: RunView, width: number): Line[] {
  const total = Object.values(tally.states).reduce((sum, count) => sum + count, 0);
  const digits = Math.max(4, String(total).length);
  const room = Math.min(LONGEST_BAR, width - STATE_WIDTH - digits - 4);
  const rows = AGENT_STATES.map((state): Line => {
    const count = tally.states[state];
    const colour = STATE_COLOURS[state];
    const blocks = room < 4 || total === 0 ? 0 : Math.ceil((count / total) * room);
    const text = `${state.padEnd(STATE_WIDTH)} ${String(count).padStart(digits)}  `;
    return [count === 0 ? { text, colour: GREY } : { text }, { text: '█'.repeat(blocks), colour }];
  });
  const working = `${'agents'.padEnd(STATE_WIDTH)} ${String(agentsWorking(tally)).padStart(digits)} of ${desired}`;
  return [[{ text: working }], ...rows];
}

function callLines({ tally }: RunView): Line[] {
  const { calls, dispositions, callbacks, previews, breaks } = tally;
  const bad = dispositions.failed + dispositions.unknown;
  const labels = Object.entries(dispositions.byLabel).map(([label, count]) => `${printable(label)} ${count}`);
  return [
    [{ text: `calls ${calls.total} (${calls.perSecond.toFixed(1)}/s), ${calls.open} open` }],
    [
      { text: `dispositions ${dispositions.accepted} accepted, ${dispositions.void} void` },
      { text: `, ${dispositions.failed} failed, ${dispositions.unknown} unknown`, ...(bad > 0 ? { colour: RED } : {}) },
    ],
    [{ text: labels.length > 0 ? `  ${labels.join(', ')}` : '', colour: GREY }],
    [
      {
        text: `callbacks ${callbacks.scheduled} · previews ${previews.placed} placed, ${previews.skipped} skipped · breaks ${breaks.granted}`,
      },
    ],
  ];
}

function problemLines({ tally }: RunView): Line[] {
  if (tally.problems.length === 0) return [];
  const rows = tally.problems.slice(0, MOST_PROBLEMS).map(({ at, user, code, message, count }): Line => {
    const time = new Date(at).toISOString().slice(11, 19);
    const times = count > 1 ? ` ×${count}` : '';
    return [
      { text: `  ${time} ` },
      { text: `${printable(code)}${times}`, colour: RED },
      { text: ` ${printable(user)}: ${printable(message)}` },
    ];
  });
  return [[], [{ text: 'last problems (times in UTC)' }], ...rows];
}

/** Cuts a line to the width, then colours what is left of its pieces. */
function paint(line: Line, { width, colour }: ViewStyle): string {
  let room = Math.max(1, width);
  let painted = '';
  for (const piece of line) {
    const characters = [...piece.text].slice(0, room);
    if (characters.length === 0) continue;
    room -= characters.length;
    const text = characters.join('');
    painted += colour && piece.colour !== undefined ? `\u001b[${piece.colour}m${text}\u001b[0m` : text;
  }
  return painted;
}

function wholeSeconds(ms: number): number {
  return Math.round(ms / 1_000) * 1_000;
}

/** The part of a terminal stream that the view needs. */
export interface Terminal {
  write(text: string): unknown;
  readonly columns?: number;
  readonly rows?: number;
}

export interface LiveViewOptions {
  readonly out: Terminal;
  readonly clock: Clock;
  /** Asked at each redraw. */
  readonly view: () => RunView;
  /** False where NO_COLOR is set. */
  readonly colour: boolean;
}

export interface LiveView {
  /** Prints lines above the view, for good. */
  print(text: string): void;
  /** Erases the view and gives the cursor back. May be called again. */
  close(): void;
}

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
/** Long lines are cut at the edge, so that wide characters cannot push the view out of place. */
const NO_WRAP = '\u001b[?7l';
const WRAP = '\u001b[?7h';
const ERASE_TO_LINE_END = '\u001b[K';
const ERASE_BELOW = '\u001b[J';

/** Draws the view four times a second, in place, until closed. */
export function startLiveView({ out, clock, view, colour }: LiveViewOptions): LiveView {
  let drawn = 0;
  let closed = false;
  let timer: unknown;
  const toTop = (): string => (drawn > 0 ? `\r\u001b[${drawn}A` : '');
  /** The view, in a form that overwrites the one drawn before. */
  const frame = (): string => {
    const lines = renderView(view(), { width: out.columns || 80, colour }).slice(0, Math.max(1, (out.rows || 24) - 1));
    drawn = lines.length;
    return `${NO_WRAP}${lines.map((line) => `${line}${ERASE_TO_LINE_END}\n`).join('')}${WRAP}${ERASE_BELOW}`;
  };
  const draw = (): void => {
    const top = toTop();
    out.write(`${top}${frame()}`);
    timer = clock.setTimeout(draw, REDRAW_MS);
  };
  out.write(HIDE_CURSOR);
  draw();
  return {
    print(text) {
      if (closed) {
        out.write(`${text}\n`);
        return;
      }
      const top = toTop();
      out.write(`${top}${ERASE_BELOW}${text}\n${frame()}`);
    },
    close() {
      if (closed) return;
      closed = true;
      clock.clearTimeout(timer);
      out.write(`${toTop()}${ERASE_BELOW}${SHOW_CURSOR}`);
    },
  };
}
