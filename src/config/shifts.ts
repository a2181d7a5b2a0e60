import { type Cron, parseCron } from '../base/cron.js';
import { nextTime, soonest } from '../base/cron-times.js';
import { nearest } from '../base/suggestion.js';
import { isoDate, isZone, plusDays } from '../base/zoned-time.js';
import type { Stretch } from '../policy/index.js';
import type { Complaints } from './complaints.js';
import type { Shift, ShiftBreak } from './shift.js';
import type { ShiftFile, ShiftsFile } from './shift-schema.js';
import { shiftAt } from './shift-times.js';

export interface Shifts {
  /** The checked shifts; undefined where one has mistakes, of which all is said. */
  readonly byName: ReadonlyMap<string, Shift | undefined>;
  /** False where the file has more that could not be read. */
  readonly areAll: boolean;
}

type Path = readonly PropertyKey[];

/** Names of zones that people write for places with daylight saving, and that have none. */
const WITHOUT_SUMMER: Readonly<Record<string, string>> = { EST: 'America/New_York', MST: 'America/Denver' };
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Any moment will do to see whether a shift is ever on, as long as it is the same one each time. */
const SAMPLE_FROM = Date.UTC(2026, 0, 1);
/** Starts looked at, of each line: more than a year of them, one a day. */
const SAMPLE_STARTS = 400;
const SAMPLE_STRETCHES = 100;

/**
 * Checks what the shifts of a worker file mean. `used`: the names that the roster has; null where that is not known. `areAll`:
 * the whole block could be read.
 */
export function resolveShifts(
  file: ShiftsFile | undefined,
  { used, areAll }: { readonly used: ReadonlySet<string> | null; readonly areAll: boolean },
  complaints: Complaints,
): Shifts {
  const names = new Set(Object.keys(file ?? {}));
  // One that is misspelt in the roster is told there.
  const areKnown = areAll && used !== null && [...used].every((name) => names.has(name));
  for (const name of names) {
    if (!areKnown || used.has(name)) continue;
    const message = `Nobody works by the shift "${name}".`;
    const suggestion = `Name it where it is meant: agents: [ { users: …, shift: ${name} } ].`;
    complaints.add(['shifts', name], { severity: 'warning', code: 'worker/unused-shift', message, suggestion }, 'key');
  }
  const resolved = Object.entries(file ?? {}).map(
    ([name, shift]) => [name, resolveShift(name, shift, ['shifts', name], complaints)] as const,
  );
  return { byName: new Map(resolved), areAll };
}

/**
 * The shift that an agent group names; null where it names none. Undefined where the name is unknown, which is said, or
 * the shift has mistakes of its own.
 */
export function shiftNamed(
  name: string | undefined,
  at: Path,
  { byName, areAll }: Shifts,
  complaints: Complaints,
): Shift | null | undefined {
  if (name === undefined) return null;
  if (byName.has(name) || !areAll) return byName.get(name);
  const known = [...byName.keys()];
  const meant = nearest(name, known);
  const message =
    known.length === 0
      ? `There is no shift "${name}": the file has no "shifts".`
      : `There is no shift "${name}"; "shifts" has ${known.map((each) => `"${each}"`).join(', ')}.`;
  const suggestion = meant === undefined ? undefined : `Did you mean "${meant}"?`;
  return complaints.add(at, { code: 'worker/unknown-shift', message, ...(suggestion && { suggestion }) });
}

function resolveShift(name: string, file: ShiftFile, at: Path, complaints: Complaints): Shift | undefined {
  const before = complaints.list.length;
  const starts = cronsOf(file.start, [...at, 'start'], complaints);
  const ends = cronsOf(file.end, [...at, 'end'], complaints);
  checkZone(file.timezone, [...at, 'timezone'], complaints);
  const holidays = holidaysOf(file.holidays ?? [], [...at, 'holidays'], complaints);
  const breaks = (file.breaks ?? []).map((each, nth) => breakOf(each, [...at, 'breaks', nth], complaints));
  const isFaulty = complaints.list.slice(before).some(({ severity }) => severity === 'error');
  if (isFaulty) return undefined;
  const shift: Shift = { name, zone: file.timezone, starts, ends, breaks, holidays };
  const sample = sampleOf(shift);
  if (sample.length === 0) {
    const message = `The shift "${name}" is never on: each of its starts is cancelled or comes together with an end.`;
    const suggestion = 'It is on from a "start" until the next "end"; give them different times.';
    return complaints.add([...at, 'start'], { code: 'worker/shift-never-on', message, suggestion });
  }
  for (const [nth, each] of breaks.entries()) warnOfVainBreak(shift, each, sample, [...at, 'breaks', nth], complaints);
  return shift;
}

/** A planned break that no shift has room for is a slip of the pen, such as 1 for 13 o'clock. */
function warnOfVainBreak(
  shift: Shift,
  planned: ShiftBreak,
  sample: readonly Stretch[],
  at: Path,
  complaints: Complaints,
): void {
  const isTaken = ({ from, until }: Stretch): boolean => {
    if (planned.kind === 'every') return until - from > planned.everyMs;
    return (soonest(planned.times, shift.zone, from - 1) ?? until) < until;
  };
  if (sample.some(isTaken)) return;
  const message =
    planned.kind === 'every'
      ? `This break is never taken: no shift "${shift.name}" lasts so long.`
      : `This break is never taken: at its time the shift "${shift.name}" is off.`;
  const key = planned.kind === 'every' ? 'every' : 'at';
  complaints.add([...at, key], { severity: 'warning', code: 'worker/break-never-taken', message });
}

function cronsOf(lines: readonly string[], at: Path, complaints: Complaints): Cron[] {
  return lines.flatMap((line, nth) => {
    const cron = parseCron(line);
    if (!('fault' in cron)) return cron;
    // A single expression stands at the key itself, one of a list below it.
    complaints.add(lines.length > 1 ? [...at, nth] : at, {
      code: 'worker/bad-cron',
      message: cron.fault,
      ...(cron.remedy && { suggestion: cron.remedy }),
    });
    return [];
  });
}

function checkZone(zone: string, at: Path, complaints: Complaints): void {
  const summer = WITHOUT_SUMMER[zone.toUpperCase()];
  if (summer !== undefined) {
    const message = `${zone} is standard time all the year: its clock is an hour off where daylight saving is kept.`;
    const suggestion = `Write ${summer}, if that is meant.`;
    complaints.add(at, { severity: 'warning', code: 'worker/no-summer-time', message, suggestion });
  }
  if (isZone(zone)) return;
  const meant = nearest(zone, Intl.supportedValuesOf('timeZone'));
  const message = `"${zone}" is no time zone that this machine knows.`;
  const suggestion = meant ? `Did you mean ${meant}?` : 'Write an IANA name such as America/New_York.';
  complaints.add(at, { code: 'worker/unknown-zone', message, suggestion });
}

function holidaysOf(dates: readonly string[], at: Path, complaints: Complaints): Set<string> {
  const known = new Set<string>();
  for (const [nth, date] of dates.entries()) {
    if (!isDate(date)) {
      const message = `"${date}" is no date of the calendar.`;
      const suggestion = 'Write year-month-day, such as 2026-12-25.';
      complaints.add([...at, nth], { code: 'worker/bad-date', message, suggestion });
    } else if (known.has(date)) {
      const message = `The holiday ${date} is named twice.`;
      complaints.add([...at, nth], { severity: 'warning', code: 'worker/double-date', message });
    }
    known.add(date);
  }
  return known;
}

function isDate(text: string): boolean {
  const [year = 0, month = 0, day = 0] = /^\d{4}-\d{2}-\d{2}$/.test(text) ? text.split('-').map(Number) : [];
  return month > 0 && isoDate(plusDays({ year, month, day, hour: 0, minute: 0, second: 0 }, 0)) === text;
}

function breakOf(file: NonNullable<ShiftFile['breaks']>[number], at: Path, complaints: Complaints): ShiftBreak {
  const { for: forMs } = file;
  const complain = (key: string, message: string): void =>
    void complaints.add([...at, key], { code: 'worker/impossible-break', message });
  if (file.at) {
    if (forMs >= DAY_MS) complain('for', 'A planned break must be shorter than a day.');
    return { kind: 'at', times: cronsOf(file.at, [...at, 'at'], complaints), forMs };
  }
  const { every: everyMs = 0 } = file;
  if (everyMs < MINUTE_MS) complain('every', 'A break can come every minute (1m) at most.');
  else if (forMs >= everyMs) complain('for', 'The break lasts as long as the time from one to the next, or longer.');
  return { kind: 'every', everyMs, forMs };
}

/** Its next stretches from a moment that is always the same; none where no start ever puts it on. */
function sampleOf(shift: Shift): Stretch[] {
  const found = new Map<number, Stretch>();
  for (const start of shift.starts) {
    let from: number | null = SAMPLE_FROM;
    for (let nth = 0; nth < SAMPLE_STARTS && found.size < SAMPLE_STRETCHES; nth++) {
      from = nextTime(start, shift.zone, from, shift.holidays);
      if (from === null) break;
      const stretch = shiftAt(shift, from);
      if (stretch) found.set(stretch.from, stretch);
    }
  }
  return [...found.values()];
}
