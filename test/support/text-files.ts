/** Reads from a table instead of the disk; what is not in it is missing as node:fs would say. */
export function filesOf(table: Readonly<Record<string, string>>): (path: string) => string {
  return (path) => {
    const text = table[path];
    if (text === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
    return text;
  };
}
