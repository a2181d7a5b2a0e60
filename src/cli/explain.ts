import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { systemClock } from '../base/clock.js';
import { type Diagnostic, formatPretty, hasErrors } from '../base/diagnostic.js';
import { UsageError } from '../base/errors.js';
import { seededRandom } from '../base/random.js';
import { type AgentSeat, loadWorkerConfig, whyUnreadable } from '../config/index.js';
import { workAfter } from '../fleet/calendar.js';
import {
  type CallFile,
  drawsOfCall,
  explainCall,
  givenCall,
  loadPolicy,
  type OwnerHours,
  type Policy,
  parseInstant,
  testedColumns,
} from '../policy/index.js';
import { WorldSchema } from '../simulator/index.js';
import { explanationText } from './explanation-text.js';
import { flag, wholeNumber } from './flag.js';
import { EXIT, type ExitCode, type Io } from './io.js';
import { DEFAULT_JOURNAL, fromJournal } from './journal-source.js';
import { readCall } from './read-call.js';
import { findRecordedCall, type RecordedCall } from './recorded-call.js';

interface ExplainFlags {
  readonly policy?: string;
  readonly config?: string;
  readonly call?: string;
  readonly journal: string;
  readonly now?: string;
  readonly seed?: string;
  readonly json?: boolean;
}

/** Without a seed of its own: any would do, but it has to be the same each time. */
const DEFAULT_SEED = 1;
const DEFAULT_AGENT = 'bot001';

/** Adds `explain`. */
export function addExplain(program: Command, io: Io, done: (code: ExitCode) => void): void {
  program
    .command('explain')
    .description('say what a policy decides for a call, by which rule, and why the others did not match')
    .argument('[call]', 'a call as JSON file, or - for stdin; without it a connected call of bot001')
    .addOption(flag('-p, --policy <file>', 'the policy'))
    .addOption(flag('-c, --config <file>', "a worker file: the policy is that of the call's agent"))
    .option('--call <id>', 'a call that the journal recorded, by its interaction id')
    .addOption(flag('--journal <folder>', 'the journal').default(DEFAULT_JOURNAL))
    .option('--now <time>', 'when it is: 2026-11-22T15:00:00Z (that of the call, else the real time)')
    .option('--seed <number>', 'the seed of the draws (that of the recorded run or worker file, else 1)')
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  dialer-agent explain -p config/policies/collections.yaml call.json
  echo '{ "kind": "preview", "attributes": { "DNC": "Y" } }' | dialer-agent explain -p config/policies/collections.yaml - --json
  dialer-agent explain -c config/worker.yaml --call 1001 --journal data/journal`,
    )
    .action(async (call: string | undefined, flags: ExplainFlags) => done(await explain(call, flags, io)));
}

async function explain(path: string | undefined, flags: ExplainFlags, io: Io): Promise<ExitCode> {
  if ((flags.policy === undefined) === (flags.config === undefined)) {
    throw new UsageError('name the policy by --policy, or a worker file by --config');
  }
  if (path !== undefined && flags.call !== undefined) throw new UsageError('name a call, or --call, not both');
  const recorded = flags.call === undefined ? undefined : await recordedCall(flags.call, flags.journal);
  const call = recorded?.call ?? (path === undefined ? {} : callFrom(path, io));
  const found = policyFor(call?.agent ?? DEFAULT_AGENT, flags, io);
  if (!call || !found) return EXIT.usage;
  const { facts, ...course } = givenCall(
    flags.now === undefined ? call : { ...call, now: instant(flags.now) },
    systemClock().now(),
  );
  const given = { facts: { ...facts, ...(found.ownerHours && { ownerHours: found.ownerHours }) }, ...course };
  const seed =
    flags.seed === undefined ? (recorded?.seed ?? found.seed ?? DEFAULT_SEED) : wholeNumber(flags.seed, '--seed', 0);
  const { agent, nthCall, campaign, now } = given.facts;
  const explanation = explainCall(found.policy, given, drawsOfCall(seededRandom(seed), agent, nthCall));
  if (recorded) warnOfColumns(found.policy, given.facts.attributes, io);
  if (flags.json) {
    io.out(`${JSON.stringify(explanation, null, 2)}\n`);
    return EXIT.done;
  }
  const kinds = (given.facts.kinds ?? []).join(' and ');
  const head = `Call ${nthCall} of ${agent}, campaign ${campaign.name}, ${kinds}, at ${new Date(now).toISOString()}; policy ${found.policy.name}, seed ${seed}.`;
  io.out(`${[head, explanationText(explanation), ...(recorded ? [recordedText(recorded)] : [])].join('\n\n')}\n`);
  return EXIT.done;
}

async function recordedCall(id: string, path: string): Promise<RecordedCall> {
  const recorded = await fromJournal(path, (journal) => findRecordedCall(journal, id));
  if (!recorded) throw new UsageError(`the journal ${path} knows no call ${id}; \`dialer-agent calls\` lists them`);
  return recorded;
}

/** The call in the file, or undefined when it is told what is wrong with it. */
function callFrom(path: string, io: Io): CallFile | undefined {
  const file = path === '-' ? 'stdin' : path;
  const { call, diagnostics } = readCall(read(path, 'call', io), file);
  tell(diagnostics, io);
  return call;
}

interface FoundPolicy {
  readonly policy: Policy;
  readonly seed?: number;
  /** Known from the shifts of a worker file. */
  readonly ownerHours?: OwnerHours;
}

function policyFor(agent: string, flags: ExplainFlags, io: Io): FoundPolicy | undefined {
  if (flags.policy !== undefined) {
    const { policy, diagnostics } = loadPolicy(read(flags.policy, 'policy', io), flags.policy, io);
    tell(diagnostics, io);
    return policy && { policy };
  }
  const file = flags.config ?? '';
  const context = { readFile: io.readFile, env: io.env, worldSchema: WorldSchema, secretSeverity: 'unneeded' } as const;
  const { config, diagnostics } = loadWorkerConfig({ ...context, text: read(file, 'worker', io), file });
  tell(diagnostics, io);
  if (!config) return undefined;
  const seat = config.agents.find(({ user }) => user.toLowerCase() === agent.toLowerCase()) ?? theOnly(config.agents);
  if (!seat)
    throw new UsageError(`${file} has no agent ${agent}, and more than one policy; name the agent in the call`);
  const ownerHours: OwnerHours = (owner, from) => {
    const shift = config.agents.find(({ user }) => user.toLowerCase() === owner.toLowerCase())?.shift;
    return shift ? workAfter(shift, from) : undefined;
  };
  return { policy: seat.policy, ownerHours, ...(config.seed !== undefined && { seed: config.seed }) };
}

/** Any seat, where all have the same policy. */
function theOnly(seats: readonly AgentSeat[]): AgentSeat | undefined {
  return new Set(seats.map(({ policy }) => policy)).size === 1 ? seats[0] : undefined;
}

/** The journal keeps of a contact's columns only those that it is told to; what the policy asks for may be missing. */
function warnOfColumns(policy: Policy, attributes: Readonly<Record<string, string>>, io: Io): void {
  const kept = new Set(Object.keys(attributes).map((name) => name.toLowerCase().replace(/^is_attr_/, '')));
  const missing = testedColumns(policy).filter((name) => !kept.has(name.toLowerCase().replace(/^is_attr_/, '')));
  if (missing.length === 0) return;
  io.err(
    `The journal has not kept what this policy asks for: ${missing.join(', ')} (journal.columns). They count as missing here.\n`,
  );
}

function recordedText({ decided }: RecordedCall): string {
  const lines = decided.map(({ point, action, rule, policy, details }) => {
    const label = details?.endings?.[0]?.label;
    return `  ${point}: ${action}${label === undefined ? '' : ` "${label}"`}, ${rule === null ? 'by no rule' : `by rule ${rule}`} of policy ${policy}`;
  });
  return ['Recorded then:', ...(lines.length > 0 ? lines : ['  no decision'])].join('\n');
}

function instant(text: string): number {
  const parsed = parseInstant(text);
  if (parsed === undefined) throw new UsageError(`--now must be a time such as 2026-11-22T15:00:00Z, not "${text}"`);
  return parsed;
}

function read(path: string, what: string, io: Io): string {
  try {
    return path === '-' ? readFileSync(0, 'utf8') : io.readFile(path);
  } catch (error) {
    throw new UsageError(`the ${what} file ${path} cannot be read: ${whyUnreadable(error)}`);
  }
}

function tell(diagnostics: readonly Diagnostic[], io: Io): void {
  if (diagnostics.length === 0) return;
  const color = io.stderr.isTTY === true && io.env.NO_COLOR === undefined;
  io.err(`${formatPretty(diagnostics, { color })}\n${hasErrors(diagnostics) ? '' : '\n'}`);
}
