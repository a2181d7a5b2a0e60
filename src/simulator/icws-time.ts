let last = { second: Number.NaN, text: '' };

/**
 * Writes an instant the way servers do: compact, UTC, whole seconds, `20260105T091530Z` (reference §1.1, §10.5). What was
 * written last is known still: most of what happens at all happens in the same second.
 */
export function compactTime(epochMs: number): string {
  const second = Math.floor(epochMs / 1_000);
  if (second === last.second) return last.text;
  const iso = new Date(epochMs).toISOString();
  const text = `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`;
  last = { second, text };
  return text;
}

/** The same as the server's clock shows it, which may be wrong (a fault). */
export function toldTime(world: { readonly skewMs: number }, epochMs: number): string {
  return compactTime(epochMs + world.skewMs);
}

const formats = new Map<string, Intl.DateTimeFormat | null>();

function formatOf(zone: string): Intl.DateTimeFormat | null {
  let format = formats.get(zone);
  if (format === undefined) {
    try {
      format = new Intl.DateTimeFormat('en-US', {
        timeZone: zone,
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      });
    } catch {
      format = null;
    }
    formats.set(zone, format);
  }
  return format;
}

/** What the wall clock of `zone` shows at an instant, as if it were UTC; the instant itself where the zone is unknown. */
function wallOf(epochMs: number, zone: string): number {
  const format = formatOf(zone);
  if (!format) return epochMs;
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(epochMs)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/**
 * The instant at which the wall clock of `zone` shows `wallMs` (written as if it were UTC): how a scheduledTime relative
 * to the contact is read (reference §7, question 15). An unknown zone counts as UTC.
 */
export function instantOfWall(wallMs: number, zone: string): number {
  const first = wallMs - (wallOf(wallMs, zone) - wallMs);
  return wallMs - (wallOf(first, zone) - first);
}
