import type { Command } from 'commander';
import { systemClock } from '../base/clock.js';
import { UsageError } from '../base/errors.js';
import { formatZoned } from '../base/zoned-time.js';
import type { AgentSeat, Shift } from '../config/index.js';
import { ALWAYS, type Duty, type DutyState, dutyAt } from '../fleet/calendar.js';
import { flag } from './flag.js';
import { EXIT, type ExitCode, type Io } from './io.js';
import { loadServerlessConfig } from './serverless-config.js';
import { readTime } from './time-flag.js';

interface ShiftsFlags {
  readonly config: string;
  readonly at?: string;
  readonly json?: boolean;
}

/** Adds `shifts`. */
export function addShifts(program: Command, io: Io, done: (code: ExitCode) => void): void {
  program
    .command('shifts')
    .description('say who should be working at a time, why, until when, and what comes next')
    .addOption(flag('-c, --config <file>', 'worker file').makeOptionMandatory())
    .addOption(
      flag('--at <time>', 'time such as 2026-11-26T12:00-05:00; without offset by the clock of each shift (now)'),
    )
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      `
No server is asked and no secret is read. What a running worker does now: /api/agents.

Examples:
  dialer-agent shifts -c config/worker.yaml
  dialer-agent shifts -c config/worker.yaml --at 2026-12-25T10:00 --json`,
    )
    .action((flags: ShiftsFlags) => done(shiftsCommand(flags, io)));
}

/** The agents of one shift, one after the other in the roster, and what they are to do. */
interface Group {
  readonly shift: Shift | null;
  readonly users: string[];
  readonly at: number;
  readonly duty: Duty;
  /** What comes after `duty.until`. */
  readonly next: DutyState | null;
}

/** `dialer-agent shifts`: who should be working. */
function shiftsCommand(flags: ShiftsFlags, io: Io): ExitCode {
  const at = flags.at === undefined ? undefined : readTime(flags.at);
  if (flags.at !== undefined && !at) {
    throw new UsageError(
      `--at must be a time such as 2026-11-26T12:00-05:00, or 2026-11-26T12:00 by the clock of each shift, not "${flags.at}"`,
    );
  }
  const config = loadServerlessConfig({ config: flags.config }, io);
  if (!config) return EXIT.usage;
  const now = systemClock().now();
  const groups = groupsOf(config.agents, (zone) => at?.(zone) ?? now);
  io.out(flags.json ? `${JSON.stringify(asJson(groups))}\n` : asText(groups));
  return EXIT.done;
}

function groupsOf(seats: readonly AgentSeat[], instantIn: (zone: string) => number): Group[] {
  const groups: Group[] = [];
  for (const { user, shift } of seats) {
    const last = groups.at(-1);
    if (last && last.shift === shift) {
      last.users.push(user);
      continue;
    }
    const at = instantIn(shift?.zone ?? 'UTC');
    const duty = shift ? dutyAt(shift, at) : ALWAYS;
    const next = shift && duty.until !== null ? dutyAt(shift, duty.until).state : null;
    groups.push({ shift, users: [user], at, duty, next });
  }
  return groups;
}

function asJson(groups: readonly Group[]) {
  const iso = (instant: number | null): string | null => (instant === null ? null : new Date(instant).toISOString());
  const agents = groups.flatMap(({ shift, users, at, duty, next }) =>
    users.map((user) => ({
      user,
      shift: shift?.name ?? null,
      timezone: shift?.zone ?? null,
      at: iso(at),
      state: duty.state,
      since: iso(duty.since),
      until: iso(duty.until),
      next,
      why: duty.why,
    })),
  );
  return { version: 1, total: agents.length, ...totalsOf(groups), agents };
}

function totalsOf(groups: readonly Group[]): Record<DutyState, number> {
  const totals = { working: 0, break: 0, off: 0 };
  for (const { duty, users } of groups) totals[duty.state] += users.length;
  return totals;
}

function asText(groups: readonly Group[]): string {
  const { working, break: resting, off } = totalsOf(groups);
  const times = [...new Set(groups.map(({ at }) => new Date(at).toISOString().replace('.000', '')))];
  const head = `${working} working, ${resting} on break, ${off} off at ${times.join(' and ')}\n`;
  return [head, ...groups.map(groupText)].join('\n');
}

function groupText({ shift, users, duty, next }: Group): string {
  const zone = shift?.zone ?? 'UTC';
  const time = (instant: number | null, otherwise: string): string =>
    instant === null ? otherwise : formatZoned(zone, instant);
  return [
    `${namesOf(users)}: ${duty.state === 'break' ? 'on break' : duty.state}`,
    `  since  ${time(duty.since, 'ever')}`,
    `  until  ${time(duty.until, 'ever')}${next ? `, then ${next === 'break' ? 'a break' : next}` : ''}`,
    `  why    ${duty.why}`,
    '',
  ].join('\n');
}

function namesOf(users: readonly string[]): string {
  const [first = '', last = ''] = [users[0], users.at(-1)];
  return users.length < 3 ? users.join(', ') : `${first} … ${last} (${users.length})`;
}
