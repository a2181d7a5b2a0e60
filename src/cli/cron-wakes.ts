import cron, { type ScheduledTask } from 'node-cron';
import type { Cron } from '../base/cron.js';
import type { Log } from '../base/log.js';
import type { WakeSource } from '../fleet/wakes.js';

/**
 * Wakes the rota at the times of shifts, by node-cron: one task for each distinct expression and zone, whatever the number of
 * agents. What is true at a wake is asked of the calendar. So it does no harm that node-cron leaves a time out that daylight
 * saving skips, or comes at the second pass of one that comes twice: the rota's own timer wakes as well.
 */
export function cronWakes(log: Log): WakeSource {
  const tasks = new Map<string, { readonly task: ScheduledTask; readonly wakes: Set<() => void> }>();
  const quiet = {
    info: () => {},
    debug: () => {},
    warn: () => {},
    error: (error: unknown) => log.warn({ err: error }, 'node-cron'),
  };

  const add = (expression: string, timezone: string, wake: () => void): void => {
    const key = `${expression} ${timezone}`;
    const known = tasks.get(key);
    if (known) {
      known.wakes.add(wake);
      return;
    }
    const wakes = new Set([wake]);
    const wakeAll = (): void => {
      for (const each of wakes) each();
    };
    const task = cron.createTask(expression, wakeAll, { timezone, logger: quiet, suppressMissedWarning: true });
    // The loop was blocked, or the machine slept: the time is past, what it was for is not.
    task.on('execution:missed', () => {
      log.warn({ expression, timezone }, 'a time of a shift was missed; the shift is looked at now');
      wakeAll();
    });
    void task.start();
    tasks.set(key, { task, wakes });
  };

  return {
    add: ({ zone, starts, ends, breaks }, wake) => {
      const lines = [...starts, ...ends, ...breaks.flatMap((each) => (each.kind === 'at' ? each.times : []))];
      for (const line of lines) for (const expression of spelledOut(line)) add(expression, zone, wake);
    },
    close: () => {
      for (const { task } of tasks.values()) void task.destroy();
      tasks.clear();
    },
  };
}

/**
 * The expression as node-cron reads it the same way as we do: every value written out. Where day of month and day of week are
 * both restricted, either will do (crontab); to node-cron both have to, so it gets one expression for each.
 */
export function spelledOut({ minutesOfDay, daysOfMonth, months, weekdays, eitherDay }: Cron): string[] {
  const list = (values: Iterable<number>): string => [...new Set(values)].join(',');
  const minutes = list(minutesOfDay.map((minute) => minute % 60));
  const hours = list(minutesOfDay.map((minute) => Math.floor(minute / 60)));
  const [days, names] = [list(daysOfMonth), list(weekdays)];
  const fields = eitherDay
    ? [`${days} ${list(months)} *`, `* ${list(months)} ${names}`]
    : [`${days} ${list(months)} ${names}`];
  return fields.map((field) => `${minutes} ${hours} ${field}`).filter((expression) => cron.validate(expression));
}
