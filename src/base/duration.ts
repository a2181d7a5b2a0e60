const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof UNITS;

/** Reads `500ms`, `30s`, `5m`, `2h`, `30d` (decimals allowed). Returns milliseconds, or undefined when it is no duration. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h|d)$/.exec(text.trim());
  if (!match) return undefined;
  return Math.round(Number(match[1]) * UNITS[match[2] as Unit]);
}

/** Writes milliseconds the way a person would: `850ms`, `12.3s`, `2m 5s`, `1h 30m`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  if (ms < 60_000) return `${Number((ms / 1_000).toFixed(1))}s`;
  const [big, small]: [Unit, Unit] = ms < UNITS.h ? ['m', 's'] : ms < UNITS.d ? ['h', 'm'] : ['d', 'h'];
  const rest = Math.round((ms % UNITS[big]) / UNITS[small]);
  const whole = Math.floor(ms / UNITS[big]);
  return rest === 0 ? `${whole}${big}` : `${whole}${big} ${rest}${small}`;
}
