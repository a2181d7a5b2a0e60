/**
 * A cron expression of five fields, taken apart. It says which minutes of which local dates are meant; `cron-times.ts`
 * makes instants of them.
 */
export interface Cron {
  readonly text: string;
  /** Minutes of the day (0 to 1439), ascending. */
  readonly minutesOfDay: readonly number[];
  readonly daysOfMonth: ReadonlySet<number>;
  /** 1 to 12. */
  readonly months: ReadonlySet<number>;
  /** 1 (Monday) to 7 (Sunday). */
  readonly weekdays: ReadonlySet<number>;
  /** Day of month and day of week are both restricted: then either of them will do, as in crontab(5). */
  readonly eitherDay: boolean;
}

/** What is wrong with an expression: a whole sentence, and what to write instead where that is known. */
export interface CronFault {
  readonly fault: string;
  readonly remedy?: string;
}

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
/** Sunday is 0 and 7. */
const FIELDS = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'day of week', min: 0, max: 7, names: WEEKDAYS },
] as const satisfies readonly Field[];
/** Longest month of all years: day 31 of April never comes. */
const LONGEST = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const EXAMPLE = 'Write five fields: minute, hour, day of month, month, day of week, such as "0 9 * * 1-5".';
const NICKNAMES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/**
 * Reads `minute hour day-of-month month day-of-week`, each `*`, a value, a range, a list of these, with steps; months and
 * weekdays also by their English names of three letters; Sunday is 0 or 7. The rules are those of crontab(5).
 */
export function parseCron(text: string): Cron | CronFault {
  const parts = text.trim().split(/\s+/);
  const nickname = NICKNAMES[text.trim().toLowerCase()];
  if (nickname) return { fault: `"${text}" is a nickname, which is not supported.`, remedy: `Write "${nickname}".` };
  if (parts.length !== FIELDS.length) return wrongCount(text, parts);
  const sets: Set<number>[] = [];
  for (const [index, field] of FIELDS.entries()) {
    const read = readField(parts[index]!, field);
    if (!(read instanceof Set)) return { ...read, fault: `${read.fault} (in "${text}").` };
    sets.push(read);
  }
  const [minutes, hours, daysOfMonth, months, days] = sets as [
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
  ];
  const isOpen = (part: string): boolean => part.startsWith('*');
  const eitherDay = !isOpen(parts[2]!) && !isOpen(parts[4]!);
  const everComes =
    eitherDay || [...months].some((month) => [...daysOfMonth].some((day) => day <= LONGEST[month - 1]!));
  if (!everComes) {
    return { fault: `"${text}" never comes: month ${parts[3]} has no day ${parts[2]}.` };
  }
  return {
    text: parts.join(' '),
    minutesOfDay: ascending(hours).flatMap((hour) => ascending(minutes).map((minute) => hour * 60 + minute)),
    daysOfMonth,
    months,
    weekdays: new Set([...days].map((day) => (day === 0 ? 7 : day))),
    eitherDay,
  };
}

/** Whether the expression means this local date. `weekday` is 1 (Monday) to 7. */
export function meansDate(cron: Cron, { month, day }: { month: number; day: number }, weekday: number): boolean {
  if (!cron.months.has(month)) return false;
  const [byDay, byWeekday] = [cron.daysOfMonth.has(day), cron.weekdays.has(weekday)];
  return cron.eitherDay ? byDay || byWeekday : byDay && byWeekday;
}

function wrongCount(text: string, parts: readonly string[]): CronFault {
  const { length } = parts;
  if (text.trim() === '') return { fault: 'The cron expression is empty.', remedy: EXAMPLE };
  const seconds = length === 6 ? ' Seconds are not supported: leave the first field out.' : '';
  return {
    fault: `"${text}" has ${length} field${length === 1 ? '' : 's'} instead of five.${seconds}`,
    remedy: EXAMPLE,
  };
}

function readField(part: string, field: Field): Set<number> | CronFault {
  const values = new Set<number>();
  for (const item of part.split(',')) {
    const range = readItem(item, field);
    if ('fault' in range) return range;
    for (let value = range.from; value <= range.to; value += range.step) values.add(value);
  }
  return values;
}

interface Run {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** `*`, `5`, `1-5`, each with `/step`. */
function readItem(item: string, field: Field): Run | CronFault {
  const { name, min, max } = field;
  const [span = '', stepText, ...more] = item.split('/');
  const shown = item === '' ? 'is empty between two commas' : `"${item}" is not understood`;
  const notUnderstood: CronFault = { fault: `The ${name} ${shown}`, remedy: remedyFor(item, field) };
  if (more.length > 0) return notUnderstood;
  let step = 1;
  if (stepText !== undefined) {
    if (!/^\d{1,4}$/.test(stepText) || Number(stepText) === 0) {
      return { fault: `The step "${stepText}" of the ${name} "${item}" must be a whole number above 0` };
    }
    step = Number(stepText);
  }
  if (span === '*') return { from: min, to: name === 'day of week' ? 6 : max, step };
  const [first = '', last, ...rest] = span.split('-');
  if (rest.length > 0) return notUnderstood;
  const from = readValue(first, field);
  // "10/20" means from 10 on; sat-sun ends on day 7.
  let to = last === undefined ? (stepText === undefined ? from : max) : readValue(last, field);
  if (last !== undefined && to === 0 && name === 'day of week' && from !== 0) to = 7;
  if (from === undefined || to === undefined) return outside(item, field) ?? notUnderstood;
  if (from > to) {
    return {
      fault: `The ${name} "${item}" runs backwards`,
      remedy: `Write two ranges: "${first}-${field.names?.[max] ?? max},${min}-${last}".`,
    };
  }
  return { from, to, step };
}

function readValue(text: string, { min, max, names }: Field): number | undefined {
  const named = names?.indexOf(text.toLowerCase()) ?? -1;
  if (named >= 0) return named + min;
  if (!/^\d{1,4}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}

function outside(item: string, { name, min, max }: Field): CronFault | undefined {
  const isNumeric = /^[\d-]+(?:\/\d+)?$/.test(item);
  if (!isNumeric) return undefined;
  const fault = `The ${name} "${item}" must be from ${min} to ${max}`;
  return name === 'hour' && item === '24' ? { fault, remedy: 'Midnight is hour 0 of the next day.' } : { fault };
}

function remedyFor(item: string, { name, names }: Field): string {
  if (/[LW#?]/i.test(item) && /^[\dLW#?-]+$/i.test(item)) {
    return 'L, W, # and ? are not supported; name the days, or put dates where none is worked into "holidays".';
  }
  const words = names ? ` or a name such as ${names[1]}` : '';
  return `A ${name} is *, a number${words}, a range such as ${names ? `${names[1]}-${names[5]}` : '1-5'}, or a list with commas.`;
}

function ascending(values: Iterable<number>): number[] {
  return [...values].sort((a, b) => a - b);
}
