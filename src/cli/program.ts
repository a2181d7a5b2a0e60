import { Command, CommanderError, Option } from 'commander';
import { messageOf, UsageError, WorkerError } from '../base/errors.js';
import type { RunFlags } from '../config/index.js';
import { WorldSchema } from '../simulator/index.js';
import { checkFiles } from './check.js';
import { addCtl } from './ctl.js';
import { diagram } from './diagram.js';
import { addDoctor } from './doctor.js';
import { addExplain } from './explain.js';
import { collect, flag } from './flag.js';
import { EXIT, type ExitCode, type Io } from './io.js';
import { addJournalCommands } from './journal-commands.js';
import { LOG_LEVELS } from './log.js';
import { addPolicyTest } from './policy-test.js';
import { addRehearse } from './rehearse.js';
import { withRosterFlags } from './roster-flags.js';
import { run } from './run.js';
import { addShifts } from './shifts.js';
import { type SimulateFlags, simulate } from './simulate.js';
import { VERSION } from './version.js';

/** Runs one command line. `argv` is without node and script. Never throws. */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  let exit: ExitCode = EXIT.done;
  const program = createProgram(io, (code) => {
    exit = code;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    if (error instanceof UsageError) {
      io.err(`dialer-agent: ${error.message}\n`);
      return EXIT.usage;
    }
    const code = error instanceof WorkerError ? ` (${error.code})` : '';
    io.err(`dialer-agent: ${messageOf(error)}${code}\n`);
    if (io.env.DIALER_AGENT_DEBUG && error instanceof Error) io.err(`${error.stack}\n`);
    return EXIT.failed;
  }
}

function createProgram(io: Io, done: (code: ExitCode) => void): Command {
  const program = new Command('dialer-agent')
    .description('Headless contact-centre agents for Genesys PureConnect Interaction Dialer, over ICWS.')
    .version(VERSION)
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .exitOverride()
    .showHelpAfterError('(dialer-agent --help lists the commands)')
    .addHelpText(
      'after',
      `
Exit codes: 0 done · 1 failed, or a drain that cut a call · 2 bad usage, configuration or policy
            3 the server refused or could not be reached · 130 stopped by a second signal`,
    );

  addRun(program, io, done);

  program
    .command('simulate')
    .description('run the ICWS Dialer simulator on its own; ends by a signal and prints its ledger as JSON')
    .addOption(flag('-c, --config <world>', 'world file; without it a small world of two campaigns'))
    .addOption(flag('--host <host>', 'address to listen on').default('127.0.0.1'))
    .addOption(flag('--port <port>', 'port to listen on; 0 takes any free one').default('8018'))
    .addOption(flag('--alternate-host <host>', 'a second address that serves the same world on the same port'))
    .addOption(flag('--seed <number>', 'seed of the world; overrides the file'))
    .addOption(
      flag('--fault <fault>', 'a fault to inject, as name:key=value,… (repeatable; docs/faults.md)').argParser(collect),
    )
    .addOption(flag('--log-level <level>', LOG_LEVELS.join(', ')).default('warn'))
    .addHelpText(
      'after',
      `
Examples:
  dialer-agent simulate
  dialer-agent simulate -c config/worlds/blended.yaml --port 9018
  dialer-agent simulate --fault lost-response:on=disposition,rate=5% --fault switchover:at=30s`,
    )
    .action(async (flags: SimulateFlags) => done(await simulate(flags, io)));

  program
    .command('check')
    .description('validate worker, policy and world files; all problems at once')
    .argument('<file...>', 'YAML files')
    .addOption(
      new Option('--format <format>', 'form of the findings').choices(['pretty', 'json', 'github']).default('pretty'),
    )
    .addHelpText(
      'after',
      `
Examples:
  dialer-agent check config/demo.yaml
  dialer-agent check --format github config/policies/*.yaml`,
    )
    .action((files: string[], { format }: { format: 'pretty' | 'json' | 'github' }) => {
      const color = io.stderr.isTTY === true && io.env.NO_COLOR === undefined;
      const result = checkFiles(files, { format, color, readFile: io.readFile, env: io.env, worldSchema: WorldSchema });
      if (result.text !== '') io.out(`${result.text}\n`);
      done(result.errors > 0 ? EXIT.usage : EXIT.done);
    });

  program
    .command('diagram')
    .description('print the statechart of an agent as Mermaid')
    .action(() => io.out(`${diagram()}\n`));

  addJournalCommands(program, io, done);
  addExplain(program, io, done);
  addPolicyTest(program, io, done);
  addDoctor(program, io, done);
  addShifts(program, io, done);
  addRehearse(program, io, done);
  addCtl(program, io, done);

  return program;
}

function addRun(program: Command, io: Io, done: (code: ExitCode) => void): void {
  withRosterFlags(
    program.command('run').description('log the agents in and work until the duration, the call limit or a signal'),
  )
    .addOption(flag('--duration <time>', 'drain and end after this time, such as 30s or 8h'))
    .addOption(flag('--max-calls <n>', 'drain and end after so many calls'))
    .addOption(flag('--seed <number>', 'the same seed gives the same decisions; printed when drawn'))
    .addOption(flag('--logins <rate>', 'log-ins of the whole fleet, such as 5/s'))
    .addOption(flag('--summary <file>', 'write the summary of the run as JSON'))
    .addOption(flag('--http-host <host>', 'address of metrics, health and live page'))
    .addOption(flag('--metrics-port <port>', 'port of metrics, health and live page; 0 takes any free one'))
    .addOption(flag('--no-metrics', 'no metrics, health and live page'))
    .addOption(
      flag('--journal <folder>', 'where the durable record is kept (data/journal; embedded simulator: temporary)'),
    )
    .addOption(flag('--no-journal', 'keep no durable record: a restarted worker knows nothing of its calls'))
    .addOption(flag('--retry-credentials', 'try again credentials that the journal knows as refused'))
    .addOption(flag('--drain-timeout <time>', 'how long calls get to end'))
    .addOption(flag('--quiet', 'nothing on stderr but errors'))
    .addHelpText(
      'after',
      `
Examples:
  dialer-agent run -c config/demo.yaml
  dialer-agent run --server http://127.0.0.1:8018 --users 'bot{001..050}' --password-env BOT_PASSWORD \\
    --policy config/policies/collections.yaml --duration 30s --seed 7 --summary summary.json`,
    )
    .action(async (options: Record<string, unknown>) => done(await run(runFlags(options), io)));
}

/** commander's option names are those of RunFlags but for `--no-X`, which it tells as `X: false`. */
function runFlags({ metrics, journal, campaigns, ...rest }: Record<string, unknown>): RunFlags {
  return {
    ...rest,
    ...(metrics === false && { noMetrics: true }),
    ...(journal === false ? { noJournal: true } : { journal: journal as string | undefined }),
    ...(typeof campaigns === 'string' && { campaigns: [campaigns] }),
  };
}
