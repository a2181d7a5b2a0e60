/**
 * Text that is safe to show in a terminal: control characters, escape sequences and direction marks that a server or a
 * file may hold become spaces, runs of white space become one.
 */
export function printable(text: string): string {
  return text
    .replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
}
