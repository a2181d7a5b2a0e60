import { columnsOf } from './attributes.js';
import { contactZone } from './contact-zone.js';
import type { Policy } from './policy.js';
import { isInWindow } from './window.js';

/** At which hours a rule lets a contact be called back, and on whose clock. */
export interface CallingHours {
  readonly zone: string;
  /** Whether it may be called at the instant (epoch milliseconds). */
  permits(instant: number): boolean;
}

/** The hours of a rule's callbacks for a contact with these columns; null where the rule sets none. */
export function callingHours(
  policy: Policy,
  ruleName: string | null,
  attributes: Readonly<Record<string, string>>,
): CallingHours | null {
  const end = policy.rules.find(({ name }) => name === ruleName)?.end;
  if (end?.action !== 'callback' || !end.window) return null;
  const { window } = end;
  const { zone = 'UTC' } = contactZone(window.timezone, () => columnsOf(attributes), policy.timezone);
  return { zone, permits: (instant) => isInWindow(window, zone, instant) };
}
