/** A column of a table for people. */
export interface Column {
  readonly name: string;
  readonly right?: boolean;
}

/** Lays rows out under their headings, two spaces between columns, without trailing space. Cells are safe to show. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map(({ name }, index) =>
    Math.max(name.length, ...rows.map((row) => [...(row[index] ?? '')].length)),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ right = false }, index) => {
        const cell = cells[index] ?? '';
        const gap = ' '.repeat(Math.max(0, (widths[index] ?? 0) - [...cell].length));
        return right ? gap + cell : cell + gap;
      })
      .join('  ')
      .trimEnd();
  return [line(columns.map(({ name }) => name)), ...rows.map(line)];
}
