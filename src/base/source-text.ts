import type { Diagnostic, Frame } from './diagnostic.js';

/** A run of characters, as offsets; `end` is one past the last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What is wrong somewhere in a text. */
export interface Complaint {
  readonly severity?: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
  readonly suggestion?: string;
}

/** A file's text that can say where an offset is and show the lines around it. */
export interface SourceText {
  readonly file: string;
  diagnose(span: Span, complaint: Complaint): Diagnostic;
  /** Hides these characters in every frame shown from now on. */
  mask(span: Span): void;
}

const MASK = '•';
/** Longer lines are cut in frames; the columns of a cut line would not agree, so it is shown without carets. */
const WIDEST = 200;
const LINES_BEFORE = 1;
const LINES_AFTER = 0;
const SECRET_KEY = /(?:password|passphrase|passwd|secret|token)/i;
const SECRET_VALUE =
  /((?:password|passphrase|passwd|secret|token)[\w-]*["']?\s*:\s*)(?!["']?\s*$|\{\s*["']?(?:env|file)["']?\s*:)(\S.*)$/i;
const URL_CREDENTIALS = /(:\/\/)[^\s/@"']+(?=@)/g;

/** Whether a key of this name holds something that must not be shown. */
export function isSecretKey(key: PropertyKey | undefined): boolean {
  return typeof key === 'string' && SECRET_KEY.test(key);
}

/** The text with credentials inside URLs and the values of secret-looking keys hidden, same length. */
export function maskSecrets(line: string): string {
  return line
    .replace(SECRET_VALUE, (_all, key: string, value: string) => key + MASK.repeat(value.length))
    .replace(URL_CREDENTIALS, (all) => '://' + MASK.repeat(all.length - 3));
}

/** Characters that could move a terminal's cursor are shown as spaces. */
export function printable(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ');
}

/** Wraps a file's text for diagnostics. */
export function sourceText(file: string, text: string): SourceText {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const masked: Span[] = [];

  /** Index of the line that holds `offset`, from 0. */
  const lineAt = (offset: number): number => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  };

  const lineText = (index: number): string => {
    const start = starts[index]!;
    let line = text.slice(start, (starts[index + 1] ?? text.length + 1) - 1);
    for (const span of masked) {
      const [from, to] = [Math.max(0, span.start - start), Math.min(line.length, span.end - start)];
      if (from < to) line = line.slice(0, from) + MASK.repeat(to - from) + line.slice(to);
    }
    const shown = printable(maskSecrets(line)).trimEnd();
    return shown.length > WIDEST ? `${shown.slice(0, WIDEST)}…` : shown;
  };

  const frameAround = (index: number, column: number): Frame | undefined => {
    if (column > WIDEST) return undefined;
    const first = Math.max(0, index - LINES_BEFORE);
    const last = Math.min(starts.length - 1, index + LINES_AFTER);
    const lines = Array.from({ length: last - first + 1 }, (_, i) => lineText(first + i));
    return { firstLine: first + 1, lines };
  };

  return {
    file,
    mask: (span) => void masked.push(span),
    diagnose: (span, { severity = 'error', code, message, suggestion }) => {
      const start = Math.max(0, Math.min(span.start, text.length));
      const index = lineAt(start);
      const column = start - starts[index]! + 1;
      const lineEnd = (starts[index + 1] ?? text.length + 1) - 1;
      const end = Math.max(start + 1, Math.min(span.end, lineEnd));
      const frame = frameAround(index, column);
      return {
        severity,
        code,
        message: printable(message),
        file,
        line: index + 1,
        column,
        endColumn: Math.min(end - starts[index]! + 1, Math.max(WIDEST, column + 1)),
        ...(suggestion === undefined ? {} : { suggestion: printable(suggestion) }),
        ...(frame ? { frame } : {}),
      };
    },
  };
}
