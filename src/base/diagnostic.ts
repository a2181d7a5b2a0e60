/** A few lines of the file around a problem, secrets masked. */
export interface Frame {
  readonly firstLine: number;
  readonly lines: readonly string[];
}

/**
 * One thing that is wrong, or doubtful, in a file. Lines and columns count from 1, and are 0 where it is about the file as
 * a whole; `endColumn` is one past the last.
 */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** `area/reason`, stable: docs and editors refer to it. */
  readonly code: string;
  /** A sentence for a person. Holds no secret. */
  readonly message: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endColumn?: number;
  /** What to do about it: "Did you mean …?" */
  readonly suggestion?: string;
  readonly frame?: Frame;
}

/** Whether anything in the list forbids using the file. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}

/** By place within each file; files keep the order in which they came. The same complaint is told once. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const files = [...new Set(diagnostics.map((diagnostic) => diagnostic.file))];
  const told = new Set<string>();
  return [...diagnostics]
    .sort((a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column)
    .filter((diagnostic) => {
      const key = `${diagnostic.file}:${diagnostic.line}:${diagnostic.column}:${diagnostic.message}`;
      return !told.has(key) && told.add(key);
    });
}

export type DiagnosticFormat = 'pretty' | 'json' | 'github';

/** Writes diagnostics for people (`pretty`), programs (`json`) or the annotations of a pull request (`github`). */
export function formatDiagnostics(
  diagnostics: readonly Diagnostic[],
  format: DiagnosticFormat,
  options: { readonly color?: boolean } = {},
): string {
  if (format === 'json') return formatJson(diagnostics);
  if (format === 'github') return formatGithub(diagnostics);
  return formatPretty(diagnostics, options);
}

/** `file:line:column  error  code  sentence`, then the lines concerned with carets beneath. */
export function formatPretty(diagnostics: readonly Diagnostic[], options: { readonly color?: boolean } = {}): string {
  const paint = options.color ? (code: string, text: string) => `\u001b[${code}m${text}\u001b[0m` : plain;
  return diagnostics.map((diagnostic) => pretty(diagnostic, paint)).join('\n\n');
}

/** A JSON array, one object per diagnostic, without the frames. */
export function formatJson(diagnostics: readonly Diagnostic[]): string {
  return JSON.stringify(
    diagnostics.map(({ frame: _frame, ...rest }) => rest),
    null,
    2,
  );
}

/** GitHub workflow commands, one line each. */
export function formatGithub(diagnostics: readonly Diagnostic[]): string {
  const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
  return diagnostics
    .map((diagnostic) => {
      const { severity, file, line, column, endColumn, code } = diagnostic;
      const end = endColumn === undefined ? '' : `,endColumn=${endColumn}`;
      const where = line === 0 ? '' : `,line=${line},col=${column}${end}`;
      const place = `file=${property(file)}${where},title=${property(code)}`;
      return `::${severity} ${place}::${data(sentence(diagnostic))}`;
    })
    .join('\n');
}

type Paint = (code: string, text: string) => string;
const plain: Paint = (_code, text) => text;

function sentence({ message, suggestion }: Diagnostic): string {
  return suggestion === undefined ? message : `${message} ${suggestion}`;
}

function pretty(diagnostic: Diagnostic, paint: Paint): string {
  const { severity, code, file, line, column, endColumn = column + 1, frame } = diagnostic;
  const color = severity === 'error' ? '31' : '33';
  const place = line === 0 ? file : `${file}:${line}:${column}`;
  const head = `${place}  ${paint(color, severity)}  ${code}  ${sentence(diagnostic)}`;
  if (!frame) return head;
  const width = String(frame.firstLine + frame.lines.length - 1).length + 2;
  const rows = frame.lines.flatMap((text, index) => {
    const number = frame.firstLine + index;
    const shown = `${String(number).padStart(width)} | ${text}`.trimEnd();
    if (number !== line) return [shown];
    const carets = '^'.repeat(Math.max(1, endColumn - column));
    return [shown, `${' '.repeat(width)} | ${' '.repeat(column - 1)}${paint(color, carets)}`];
  });
  return [head, ...rows].join('\n');
}
