import type { Command } from 'commander';
import { callbacks } from './callbacks.js';
import { calls } from './calls.js';
import { collect, flag } from './flag.js';
import type { ExitCode, Io } from './io.js';
import type { QueryFlags } from './journal-filter.js';
import { DEFAULT_JOURNAL } from './journal-source.js';
import { type ReconcileFlags, reconcileJournal } from './reconcile.js';
import { type ReplayFlags, replayJournal } from './replay.js';

/** Adds the commands that read a journal. */
export function addJournalCommands(program: Command, io: Io, done: (code: ExitCode) => void): void {
  withFilters(program.command('calls').description('list the calls that a journal knows, as table, JSON lines or CSV'))
    .addHelpText(
      'after',
      `
Examples:
  dialer-agent calls --since 2h --campaign 'Collections*'
  dialer-agent calls --journal data/journal --result unknown,failed --json`,
    )
    .action(async (flags: QueryFlags) => done(await calls(flags, io)));

  withFilters(
    program.command('callbacks').description('list the callbacks that a journal knows, as table, JSON lines or CSV'),
  )
    .addHelpText(
      'after',
      `
Examples:
  dialer-agent callbacks --since 8h
  dialer-agent callbacks --agent 'bot0*' --csv`,
    )
    .action(async (flags: QueryFlags) => done(await callbacks(flags, io)));

  journalOf(program.command('reconcile').description('hold a journal against the ledger of a simulator'))
    .requiredOption('--ledger <url|file>', 'address of the simulator, or a file with its ledger')
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      `
Exit code 1 where they differ.

Examples:
  dialer-agent reconcile --journal data/journal --ledger http://127.0.0.1:8018
  dialer-agent reconcile --journal data/journal --ledger ledger.json --json`,
    )
    .action(async (flags: ReconcileFlags) => done(await reconcileJournal(flags, io)));

  journalOf(program.command('replay').description('step through what an agent was told, state by state'))
    .argument('<agent|call>', 'a CIC user, or the id of a call')
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      `
Exit code 1 where the chart goes another way than the record.

Examples:
  dialer-agent replay bot007
  dialer-agent replay 1001 --journal data/journal --json`,
    )
    .action(async (subject: string, flags: ReplayFlags) => done(await replayJournal(subject, flags, io)));
}

function journalOf(command: Command): Command {
  return command.addOption(flag('--journal <folder>', 'the journal').default(DEFAULT_JOURNAL));
}

function withFilters(command: Command): Command {
  return journalOf(command)
    .option('--agent <glob>', 'of these agents')
    .option('--campaign <glob>', 'of these campaigns, by name or id')
    .option('--label <glob>', 'with these labels')
    .option('--since <time>', 'handed out since then: 2026-11-22T09:00:00Z, or back from now: 2h')
    .option('--until <time>', 'handed out before then')
    .option('--result <words>', 'accepted, void, failed, unknown or open (several with commas)', collect)
    .option('--limit <n>', 'no more than the last n')
    .option('--json', 'one JSON object a line')
    .option('--csv', 'comma-separated values')
    .option('--columns <names>', 'recorded contact columns to add to the CSV (several with commas)', collect);
}
