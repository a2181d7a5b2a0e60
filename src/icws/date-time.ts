const FORM =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?Z$|^(\d{4})(\d\d)(\d\d)T?(\d\d)(\d\d)(?:(\d\d)(?:\.(\d{1,9}))?)?Z$/;

/**
 * Reads a server's UTC time in either form of reference §1.1, extended (`2021-07-06T19:32:29Z`) or compact
 * (`20210706T193229Z`). Returns milliseconds since the epoch, or undefined when the text is neither or names no real time.
 */
export function parseDateTime(text: string): number | undefined {
  const match = FORM.exec(text.trim());
  if (!match) return undefined;
  const at = match[1] === undefined ? 8 : 1;
  const part = (index: number): number => Number(match[at + index] ?? 0);
  const [year, month, day, hour, minute, second] = [part(0), part(1), part(2), part(3), part(4), part(5)];
  const millisecond = Math.floor(Number(`0.${match[at + 6] ?? '0'}`) * 1_000);
  const time = Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
  const read = new Date(time);
  // Date.UTC rolls the 31st of February over and reads years below 100 as 19xx: both are no real time.
  const isReal =
    read.getUTCFullYear() === year && read.getUTCMonth() === month - 1 && read.getUTCDate() === day && hour < 24;
  return isReal && minute < 60 && second < 60 ? time : undefined;
}
