import { type CallbackFacts, callbackWarnings } from './callback-warnings.js';
import { shortLocal } from './local-days.js';
import type { RehearsalWarning, RehearsedSeat, RehearsedWorld } from './rehearsal.js';
import type { LedgerTotals } from './summary-text.js';
import type { TallySnapshot } from './tally.js';
import { type AgentTimetable, lengthOf } from './timetable.js';
import type { Workload } from './workload.js';

/** Who is logged in for less of its shift than this is told of. */
const LEAST_OF_SHIFT = 0.9;

const LABELS = 'Hold the labels of the policy against the dispositions that the campaigns offer.';

/** What mends the fallbacks of a policy. */
const FALLBACK_REMEDIES: Readonly<Record<string, string>> = {
  'policy/label-not-offered': LABELS,
  'policy/no-acceptable-label': LABELS,
  'policy/callback-not-scheduled': LABELS,
  'policy/owner-not-allowed': 'Let the campaign allow callbacks of agents, or write owner: anyone.',
  'policy/owner-off-shift':
    'Hold the window of the callback against the shift of its owner; ownerFallback says who calls then.',
  'policy/no-slot': 'Widen window, within or capPerHour of the callback.',
  'policy/zone-unknown': 'Give the contacts a column with their zone, or the policy a timezone.',
};

/** All that warnings are made of. */
export interface WarningFacts extends CallbackFacts {
  readonly seats: readonly RehearsedSeat[];
  readonly timetables: readonly AgentTimetable[];
  readonly workload: Workload;
  /** Rules of each policy in use, in the order of the file. */
  readonly policies: readonly { readonly name: string; readonly rules: readonly string[] }[];
  readonly world: RehearsedWorld;
  readonly tally: TallySnapshot;
  readonly ledger: LedgerTotals;
  readonly violations: Readonly<Record<string, number>>;
  /** The agents worked to the end of the span. */
  readonly isComplete: boolean;
  /** Calls that were still open when the time for ending them had run out. */
  readonly cutCalls: number;
}

/** What somebody should look at, the gravest first; the order and the words depend on the facts alone. */
export function rehearsalWarnings(facts: WarningFacts): RehearsalWarning[] {
  return [
    ...callbackWarnings(facts),
    ...agentWarnings(facts),
    ...problemWarnings(facts),
    ...supplyWarnings(facts),
    ...ruleWarnings(facts),
    ...endWarnings(facts),
  ];
}

function agentWarnings({ seats, timetables, workload, tally, isComplete }: WarningFacts): RehearsalWarning[] {
  const planned = new Map(seats.map(({ user, planned: plan }) => [user, plan]));
  const worksAtAll = ({ user }: AgentTimetable): boolean => planned.get(user)?.workMs !== 0;
  const users = (list: readonly { user: string }[]): string[] => list.map(({ user }) => user);
  const idleShifts = timetables.filter((agent) => !worksAtAll(agent));
  const stopped = new Set(users(tally.stopped));
  const neverReady = timetables.filter((agent) => worksAtAll(agent) && !agent.wasReady && !stopped.has(agent.user));
  const nowhere = workload.agentsWith('agent/no-campaign');
  const short = timetables.filter(({ user, days, wasReady }) => {
    const worked = days.reduce((sum, day) => sum + lengthOf(day.worked), 0);
    return (
      isComplete && wasReady && !stopped.has(user) && worked < LEAST_OF_SHIFT * (planned.get(user)?.onShiftMs ?? 0)
    );
  });
  const noCalls = timetables.filter((agent) => agent.wasReady && agent.calls === 0);
  return [
    ...about(
      users(idleShifts),
      'shift-never-starts',
      'no work in these days by the shift',
      'See start, holidays and timezone of the shift, or rehearse other days.',
    ),
    ...stopReasons(tally),
    ...about(
      [...nowhere.keys()].sort(),
      'no-campaign',
      'on shift but in no campaign',
      'See `campaigns` of these agents, their workgroup, and their right to log on to single campaigns.',
    ),
    ...about(
      users(neverReady).filter((user) => !nowhere.has(user)),
      'never-ready',
      'never ready for calls',
      'See the problems below, `statuses.available` and the station.',
    ),
    ...about(
      users(short),
      'short-of-shift',
      'logged in for less than nine tenths of the shift',
      'See load.logins, the problems below, and the faults of the world.',
    ),
    ...about(
      users(noCalls),
      'no-call',
      'ready, and not a single call',
      'See the contact lists, and who else works the same campaigns.',
    ),
  ];
}

function stopReasons(tally: TallySnapshot): RehearsalWarning[] {
  const reasons = [...new Set(tally.stopped.map(({ reason }) => reason))].sort();
  return reasons.flatMap((reason) => {
    const agents = tally.stopped.filter((one) => one.reason === reason).map(({ user }) => user);
    return about(agents.sort(), 'agent-stopped', `stopped for good, ${reason}`, 'docs/errors.md says what it means.');
  });
}

/** Problems that agents met, and breaks that were asked for in vain. */
function problemWarnings({ workload, seats, timetables }: WarningFacts): RehearsalWarning[] {
  const problems = workload
    .codes()
    .filter((code) => code.includes('/') && !code.startsWith('stopped/') && code !== 'agent/no-campaign')
    .flatMap((code) => {
      const agents = workload.agentsWith(code);
      const count = [...agents.values()].reduce((sum, times) => sum + times, 0);
      const isFallback = code.startsWith('policy/');
      const name = isFallback ? 'label-fallback' : 'problem';
      const message = isFallback
        ? `The policy fell back ${times(count)}: ${code}.`
        : `${count === 1 ? 'A problem' : `${count} problems`} of the kind ${code} came up.`;
      const remedy = FALLBACK_REMEDIES[code] ?? 'docs/errors.md says what it means.';
      return [{ code: name, message, remedy, count, agents: [...agents.keys()].sort() }];
    });
  const granted = workload.agentsWith('break.granted');
  const vain = [...workload.agentsWith('break.asked').keys()].filter((user) => !granted.has(user)).sort();
  const plans = new Map(seats.map(({ user, planned }) => [user, planned]));
  const unasked = timetables
    .filter(({ user, wasReady }) => wasReady && (plans.get(user)?.breaks ?? 0) > 0)
    .map(({ user }) => user)
    .filter((user) => !workload.agentsWith('break.asked').has(user));
  return [
    ...problems,
    ...about(
      vain,
      'break-never-granted',
      'breaks asked for, and none granted',
      'See how long its calls last against the length of the break.',
    ),
    ...about(
      unasked,
      'break-never-asked',
      'breaks planned for these days, and none asked for',
      'See `breaks` of its shift.',
    ),
  ];
}

function supplyWarnings({ world }: WarningFacts): RehearsalWarning[] {
  return world.campaigns.flatMap(({ name, ranOutAt, contacts }) => {
    if (ranOutAt === null || world.recycled) return [];
    const message = `The ${contacts} contacts of ${name} had all been called by ${shortLocal(ranOutAt)}.`;
    const remedy = 'Give it more contacts, or rehearse with --recycle: then every list begins anew each day.';
    return [{ code: 'contacts-ran-out', message, remedy, count: 1, agents: [] }];
  });
}

function ruleWarnings({ policies, workload }: WarningFacts): RehearsalWarning[] {
  const used = new Set(workload.byRule().map(({ policy, rule }) => `${policy}\n${rule}`));
  return policies.flatMap(({ name, rules }) =>
    rules
      .filter((rule) => !used.has(`${name}\n${rule}`))
      .map((rule) => ({
        code: 'rule-never-used',
        message: `Rule ${rule} of policy ${name} decided nothing in these days.`,
        remedy: 'See `when` of the rule, the rules above it, and whether the contacts have the columns that it tests.',
        count: 1,
        agents: [],
      })),
  );
}

function endWarnings({ tally, ledger, violations, cutCalls }: WarningFacts): RehearsalWarning[] {
  const { failed, unknown } = tally.dispositions;
  const one = (count: number, code: string, message: string, remedy: string): RehearsalWarning[] =>
    count === 0 ? [] : [{ code, message, remedy, count, agents: [] }];
  const broken = Object.entries(violations)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, count]) => `${code} ${count}`)
    .join(', ');
  return [
    ...one(
      tally.sessions.lost,
      'sessions-lost',
      `${tally.sessions.lost} sessions were lost.`,
      'See the faults of the world: nothing else takes a session away here.',
    ),
    ...one(
      failed + unknown,
      'call-without-result',
      `${failed} calls failed and of ${unknown} the result is unknown.`,
      'See `problem` above, and the faults of the world.',
    ),
    ...one(
      cutCalls,
      'calls-cut',
      `${cutCalls} calls were still open when the time to end them ran out.`,
      'Raise drain.timeout, or shorten talk and wrapUp.',
    ),
    ...one(
      ledger.violations,
      'violations',
      `The simulator noted ${ledger.violations} violations of the protocol: ${broken}.`,
      'A mistake in this program, or a fault of the world: please report it.',
    ),
  ];
}

/** One warning about some agents; none about nobody. */
function about(agents: readonly string[], code: string, what: string, remedy: string): RehearsalWarning[] {
  if (agents.length === 0) return [];
  const [first = ''] = agents;
  const rest = agents.length - 1;
  const who = rest === 0 ? first : `${first} and ${rest} more`;
  return [{ code, message: `${who}: ${what}.`, remedy, count: agents.length, agents }];
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
