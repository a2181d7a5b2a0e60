import { zoneNamed } from '../base/zone-name.js';
import { formatZoned } from '../base/zoned-time.js';
import type { Shift } from '../config/index.js';
import { dutyAt } from '../fleet/calendar.js';
import { type PlannedWork, plannedWork } from '../fleet/planned-work.js';
import { type CallingHours, callingHours } from '../policy/index.js';
import type { AgreedCallback } from '../report/agreed-callbacks.js';
import type { PlacedCallback, Rehearsal, RehearsedSeat, RehearsedWorld } from '../report/rehearsal.js';
import { rehearsedAgents, rehearsedCallbacks } from '../report/rehearsal.js';
import { rehearsalWarnings } from '../report/rehearsal-warnings.js';
import { ledgerTotals } from './ledger-totals.js';
import type { RehearsalPlan, Rehearsed } from './rehearsal.js';
import { TOOL } from './version.js';

/** How it came about, for the head of the report. */
export interface RehearsalSetting {
  readonly plan: RehearsalPlan;
  readonly days: number;
  readonly file: string;
  readonly origin: string;
  readonly notes: readonly string[];
}

/** Makes one object of all that a rehearsal found. */
export function rehearsalReport(rehearsed: Rehearsed, setting: RehearsalSetting): Rehearsal {
  const { plan, days, file, origin, notes } = setting;
  const { tally, workload, timetables, ledger } = rehearsed;
  const seats = seatsOf(plan);
  const bySeat = new Map(seats.map((seat) => [seat.user, seat]));
  const world = worldOf(plan, ledger, origin);
  const ofCallbacks = new Set(ledger.calls.filter((call) => call.callback).map((call) => call.interactionId));
  const agreedOnes = rehearsed.callbacks.read((interactionId) => ofCallbacks.has(interactionId));
  const callbacks = agreedOnes.map(
    (one): PlacedCallback => ({ ...one, zone: hoursOf(plan, one)?.zone ?? guessedZone(one.columns) }),
  );
  const totals = ledgerTotals(ledger);
  const { callbacks: agreed } = tally;
  return {
    version: 1,
    tool: TOOL,
    file,
    seed: plan.seed,
    from: formatZoned(plan.zone, plan.from),
    to: formatZoned(plan.zone, plan.until),
    zone: plan.zone,
    days,
    ended: endOf(rehearsed),
    world,
    notes,
    agents: rehearsedAgents(timetables, bySeat),
    calls: { total: tally.calls.total, open: tally.calls.open, byCampaign: tally.calls.byCampaign },
    dispositions: tally.dispositions,
    previews: tally.previews,
    breaks: tally.breaks,
    sessions: tally.sessions,
    campaigns: workload.byCampaign(),
    rules: workload.byRule(),
    callbacks: {
      agreed: agreed.scheduled,
      byOwner: agreed.byOwner,
      dialled: ledger.callbacks.honoured,
      calledBack: callbacks.filter(({ calledAt }) => calledAt !== null).length,
      dueLater: callbacks.filter(({ dueAt }) => dueAt >= plan.until).length,
      list: rehearsedCallbacks(callbacks, bySeat),
    },
    warnings: rehearsalWarnings({
      seats,
      timetables,
      workload,
      callbacks,
      policies: policiesOf(plan),
      world,
      tally,
      ledger: totals,
      violations: ledger.violationsByCode,
      isComplete: rehearsed.isComplete,
      cutCalls: rehearsed.end.kind === 'drained' ? rehearsed.end.cutCalls : 0,
      isAtWork: (user, instant) => isAtWork(plan, user, instant),
      permits: (callback, instant) => hoursOf(plan, callback)?.permits(instant),
    }),
    ledger: totals,
  };
}

function endOf({ isComplete, end }: Rehearsed): string {
  if (isComplete) return 'complete';
  return end.kind === 'refused' ? `every agent stopped (${end.reason})` : 'call limit';
}

function seatsOf({ config, users, from, until }: RehearsalPlan): RehearsedSeat[] {
  const zones = new Map(users.map(({ user, zone }) => [user, zone]));
  const plans = new Map<Shift, PlannedWork>();
  const planOf = (shift: Shift): PlannedWork => {
    const known = plans.get(shift) ?? plannedWork(shift, from, until);
    plans.set(shift, known);
    return known;
  };
  return config.agents.map(({ user, policy, shift }) => ({
    user,
    zone: zones.get(user) ?? 'UTC',
    policy: policy.name,
    shift: shift?.name ?? null,
    planned: shift && planOf(shift),
  }));
}

function isAtWork({ config }: RehearsalPlan, name: string, instant: number): boolean | undefined {
  const shift = config.agents.find(({ user }) => user.toLowerCase() === name.toLowerCase())?.shift;
  return shift ? dutyAt(shift, instant).state === 'working' : undefined;
}

/** The hours of the rule that agreed the callback. */
function hoursOf({ config }: RehearsalPlan, { agent, rule, columns }: AgreedCallback): CallingHours | null {
  const seat = config.agents.find(({ user }) => user === agent);
  return seat ? callingHours(seat.policy, rule, columns) : null;
}

function policiesOf({ config }: RehearsalPlan): { name: string; rules: string[] }[] {
  const policies = [...new Set(config.agents.map(({ policy }) => policy))];
  return policies.map(({ name, rules }) => ({ name, rules: rules.map((rule) => rule.name) }));
}

function worldOf(
  { config, zone, recycled }: RehearsalPlan,
  ledger: Rehearsed['ledger'],
  origin: string,
): RehearsedWorld {
  const { server } = config;
  const types = new Map(
    server.kind === 'simulator' ? server.world.campaigns.map(({ name, type }) => [name, type]) : [],
  );
  const campaigns = Object.values(ledger.campaigns).map(({ name, contacts, remaining, ranOutAt }) => ({
    name,
    type: types.get(name) ?? 'predictive',
    contacts,
    remaining,
    ranOutAt: ranOutAt === null ? null : formatZoned(zone, Date.parse(ranOutAt)),
  }));
  return { origin, recycled, campaigns };
}

/** The zone that a column named like one tells, else the first other column that holds an IANA name; null where none does. */
function guessedZone(columns: Readonly<Record<string, string>>): string | null {
  const names = Object.keys(columns).sort();
  const named = names.filter(isZoneName).map((name) => zoneNamed(columns[name] ?? ''));
  const others = names.map((name) => columns[name] ?? '').filter((value) => /^[A-Za-z]+\/[A-Za-z_/]+$/.test(value));
  return [...named, ...others.map(zoneNamed)].find((zone) => zone !== undefined) ?? null;
}

function isZoneName(column: string): boolean {
  return /^(?:is_attr_)?(?:tz|time_?zone|zone)$/i.test(column);
}
