import type { Clock } from '../base/clock.js';
import { formatDuration } from '../base/duration.js';
import { AGENT_STATES } from '../journal/record.js';
import { agentsWorking, type RunView } from './run-view.js';

const EVERY_MS = 10_000;

/** The run in one line. */
export function progressLine(view: RunView): string {
  const { tally } = view;
  const left = view.remainingMs === undefined ? '' : ` (${seconds(Math.max(0, view.remainingMs))} left)`;
  const states = AGENT_STATES.filter((state) => state !== 'logged-out' && tally.states[state] > 0)
    .map((state) => `${state} ${tally.states[state]}`)
    .join(', ');
  const { accepted, failed, unknown } = tally.dispositions;
  const errors = Object.values(tally.errors).reduce((sum, count) => sum + count, 0);
  return [
    `${seconds(view.elapsedMs)}${left}${view.phase ? ` ${view.phase}` : ''}`,
    `agents ${agentsWorking(tally)} of ${view.desired}${states ? ` (${states})` : ''}`,
    `calls ${tally.calls.total} (${tally.calls.perSecond.toFixed(1)}/s), ${tally.calls.open} open`,
    `dispositions ${accepted}${failed ? `, ${failed} failed` : ''}${unknown ? `, ${unknown} unknown` : ''}`,
    `callbacks ${tally.callbacks.scheduled}`,
    `errors ${errors}`,
  ].join(' · ');
}

function seconds(ms: number): string {
  return formatDuration(Math.round(ms / 1_000) * 1_000);
}

/** Writes the progress line each 10 s. Returns a function that stops it. */
export function startProgress(options: {
  readonly clock: Clock;
  readonly view: () => RunView;
  readonly write: (line: string) => void;
}): () => void {
  const { clock, view, write } = options;
  let timer: unknown;
  const arm = (): void => {
    timer = clock.setTimeout(() => {
      write(progressLine(view()));
      arm();
    }, EVERY_MS);
  };
  arm();
  return () => clock.clearTimeout(timer);
}
