import { printable } from '../base/printable.js';
import { dayName, shortLocal } from './local-days.js';
import type { Counts } from './named-counts.js';
import type { Rehearsal, RehearsalWarning, RehearsedAgent, RehearsedCallback, RehearsedDay } from './rehearsal.js';
import { compareWithLedger } from './summary-text.js';
import { type Column, textTable } from './text-table.js';

/** More callbacks than this are left to `--json`. */
const MOST_CALLBACKS = 200;
const MOST_NAMES = 8;
const MOST_BREAKS = 5;

/** The rehearsal for people, ending with a newline. The same rehearsal gives the same text. */
export function formatRehearsal(rehearsal: Rehearsal): string {
  const parts = [
    headLines(rehearsal),
    timetableLines(rehearsal.agents),
    campaignLines(rehearsal),
    ruleLines(rehearsal),
    callbackLines(rehearsal),
    warningLines(rehearsal.warnings),
    [
      `ledger: ${compareWithLedger({ ...rehearsal, callbacks: { ...rehearsal.callbacks, scheduled: rehearsal.callbacks.agreed } }, rehearsal.ledger)}`,
    ],
  ];
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function headLines({ file, seed, tool, from, to, zone, days, ended, world, notes, agents }: Rehearsal): string[] {
  const campaigns = world.campaigns.map(
    ({ name, type, contacts }) => `${printable(name)} (${type}, ${contacts} contacts)`,
  );
  return [
    `${tool} · rehearsal of ${printable(file)} · seed ${seed}`,
    `${shortLocal(from)} to ${shortLocal(to)} ${zone} (${days} ${days === 1 ? 'day' : 'days'}) · ${agents.length} ${agents.length === 1 ? 'agent' : 'agents'}${ended === 'complete' ? '' : ` · ended early: ${ended}`}`,
    `world: ${printable(world.origin)}: ${campaigns.join(', ') || 'no campaign'}${world.recycled ? '; lists begin anew each day' : ''}`,
    ...notes.map((note) => `note: ${printable(note)}`),
  ];
}

const DAY_COLUMNS: readonly Column[] = [
  { name: '' },
  { name: 'worked' },
  { name: 'hours', right: true },
  { name: 'breaks' },
  { name: 'calls', right: true },
  { name: 'on calls', right: true },
];

function timetableLines(agents: readonly RehearsedAgent[]): string[] {
  return agents.flatMap((agent, index) => {
    const { user, zone, shift, policy, days, calls } = agent;
    const title = `${printable(user)} · ${shift === null ? 'no shift' : `shift ${printable(shift)}`} · policy ${printable(policy)} · ${zone} · ${calls} calls`;
    const rows = days.map((day) => [
      `  ${dayOf(day)}`,
      day.worked.map(clockOf).join(', ') || '–',
      day.workedSeconds > 0 ? hours(day.workedSeconds) : '',
      breaksOf(day),
      day.calls > 0 ? String(day.calls) : '',
      day.utilisation === null ? '' : percent(day.utilisation),
    ]);
    return [...(index === 0 ? [] : ['']), title, ...textTable(DAY_COLUMNS, rows)];
  });
}

function dayOf({ date }: RehearsedDay): string {
  return shortLocal(`${date}T00:00`).slice(0, dayName({ weekday: 1, date }).length);
}

/** Many breaks are counted, not listed. */
function breaksOf({ breaks, breakSeconds }: RehearsedDay): string {
  if (breaks.length === 0) return '';
  if (breaks.length > MOST_BREAKS) return `${breaks.length} breaks, ${hours(breakSeconds)}`;
  return breaks.map(clockOf).join(', ');
}

/** `09:00–17:30`; an end at midnight is 24:00. */
function clockOf({ from, to }: { readonly from: string; readonly to: string }): string {
  const end = to.slice(11, 16);
  return `${from.slice(11, 16)}–${end === '00:00' && to.slice(0, 10) > from.slice(0, 10) ? '24:00' : end}`;
}

function campaignLines({ campaigns, calls, dispositions, callbacks, previews, breaks }: Rehearsal): string[] {
  const { accepted, void: voided, failed, unknown } = dispositions;
  const { self, anyone, other } = callbacks.byOwner;
  return [
    `calls: ${calls.total}, ${calls.open} still open · dispositions: ${accepted} accepted, ${voided} void, ${failed} failed, ${unknown} unknown`,
    `callbacks: ${callbacks.agreed} (self ${self}, anyone ${anyone}, other ${other}) · previews: ${previews.placed} placed, ${previews.skipped} skipped, ${previews.timedOut} timed out, ${previews.withdrawn} withdrawn · breaks: ${breaks.granted}`,
    ...campaigns.flatMap((campaign) => [
      `  ${printable(campaign.name)}: ${campaign.calls} calls (${list(campaign.byKind)}), ${campaign.callbacks} callbacks`,
      `    ${list(campaign.byDisposition)}`,
    ]),
  ];
}

const RULE_COLUMNS: readonly Column[] = [
  { name: 'policy' },
  { name: 'rule' },
  { name: 'offer', right: true },
  { name: 'connect', right: true },
  { name: 'end', right: true },
];

function ruleLines({ rules }: Rehearsal): string[] {
  const rows = rules.map(({ policy, rule, offer, connect, end }) => [
    printable(policy),
    rule === null ? '(no rule)' : printable(rule),
    ...[offer, connect, end].map((count) => (count === 0 ? '' : String(count))),
  ]);
  return ['decisions by rule', ...textTable(RULE_COLUMNS, rows)];
}

const CALLBACK_COLUMNS: readonly Column[] = [
  { name: "due (contact's clock)" },
  { name: "owner's clock" },
  { name: 'owner' },
  { name: 'campaign' },
  { name: 'contact' },
  { name: 'rule' },
  { name: 'called (contact)' },
];

function callbackLines({ callbacks }: Rehearsal): string[] {
  const { agreed, dialled, calledBack, dueLater } = callbacks;
  const head = `callbacks: ${agreed} agreed, ${dialled} dialled, ${calledBack} given to an agent, ${dueLater} due later than this`;
  if (agreed === 0) return [head];
  const shown = callbacks.list.slice(0, MOST_CALLBACKS);
  const more = agreed - shown.length;
  return [
    head,
    ...textTable(CALLBACK_COLUMNS, shown.map(callbackRow)),
    ...(more > 0 ? [`and ${more} more: --json has them all`] : []),
  ];
}

function callbackRow(callback: RehearsedCallback): string[] {
  const { due, contactLocal, ownerLocal, owner, ownerUser, calledContactLocal, calledAt } = callback;
  return [
    contactLocal === null ? `${shortLocal(due)} UTC` : zoned(contactLocal),
    ownerLocal === null ? '' : zoned(ownerLocal),
    owner === 'anyone' ? 'anyone' : printable(ownerUser ?? ''),
    printable(callback.campaign),
    printable(callback.contact),
    printable(callback.rule ?? '(no rule)'),
    calledAt === null ? '–' : shortLocal(calledContactLocal ?? calledAt),
  ];
}

/** `Sun 2026-03-08 09:00 America/New_York`. */
function zoned(local: string): string {
  return `${shortLocal(local)} ${/\[(.*)\]$/.exec(local)?.[1] ?? ''}`.trim();
}

function warningLines(warnings: readonly RehearsalWarning[]): string[] {
  if (warnings.length === 0) return ['warnings: none'];
  return [
    `warnings: ${warnings.length}`,
    ...warnings.flatMap(({ code, message, remedy, count, agents }) => [
      `  ${code}${count > 1 ? ` ×${count}` : ''}: ${printable(message)}`,
      `    ${remedy}${agents.length > 1 ? ` [${names(agents)}]` : ''}`,
    ]),
  ];
}

function names(agents: readonly string[]): string {
  const shown = agents.slice(0, MOST_NAMES).map(printable).join(', ');
  return agents.length > MOST_NAMES ? `${shown}, …` : shown;
}

function list(counts: Counts): string {
  return (
    Object.entries(counts)
      .map(([name, count]) => `${printable(name)} ${count}`)
      .join(', ') || 'none'
  );
}

/** `7h 58m`. */
function hours(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, '0')}m`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}
