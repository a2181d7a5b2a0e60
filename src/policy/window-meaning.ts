import type { Diagnostic } from '../base/diagnostic.js';
import type { Locator } from '../base/document.js';
import { parseTimeOfDay } from './window-schema.js';

/** Hours of a window that are written well and are no time at all. Takes the window as read, unchecked. */
export function checkWindow(
  { from: opens, to: closes }: Readonly<Record<string, unknown>>,
  path: readonly PropertyKey[],
  locator: Locator,
): Diagnostic[] {
  const complain = (key: string, message: string, suggestion: string): Diagnostic[] => [
    locator.diagnose([...path, key], { code: 'policy/empty-window', message, suggestion }),
  ];
  const [from, to] = [minuteOf(opens ?? '00:00'), minuteOf(closes ?? '24:00')];
  if (from === 1_440) return complain('from', 'A window cannot open when the day is over.', 'Write from: "00:00".');
  if (from === undefined || from !== to) return [];
  const message = `The window closes at ${String(closes)}, when it opens: it is never open.`;
  return complain('to', message, 'For the whole day leave both out; a "to" before "from" is on the next day.');
}

/** Minutes after midnight, as far as the value is a time of day. */
export function minuteOf(value: unknown): number | undefined {
  return typeof value === 'string' ? parseTimeOfDay(value) : undefined;
}
