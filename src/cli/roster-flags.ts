import type { Command } from 'commander';
import { collect, flag } from './flag.js';
import { LOG_LEVELS } from './log.js';

/** The flags that say where the server is, who works there, and by what rules it may be talked to. */
export function withRosterFlags(command: Command): Command {
  return command
    .addOption(flag('-c, --config <file>', 'worker file; flags override it'))
    .addOption(flag('--server <url>', 'address of the ICWS server, such as https://cic1.example.com:8019'))
    .addOption(flag('--users <names>', 'CIC users: bot{001..050}, or a list with commas'))
    .addOption(flag('--agents <n>', 'only the first n of the roster'))
    .addOption(flag('--password-env <name>', 'environment variable that holds the password'))
    .addOption(flag('--password-file <file>', 'file that holds the password'))
    .addOption(flag('--policy <file>', 'policy file; without it a built-in one'))
    .addOption(flag('--station <id>', 'workstation id, such as {user}-ws, or none'))
    .addOption(flag('--campaigns <names>', 'campaigns to join: names, globs or ids with commas (all)'))
    .addOption(flag('--messaging <mode>', 'auto, stream or poll'))
    .addOption(flag('--application-name <name>', 'name of the ICWS sessions'))
    .addOption(flag('--allow-host <host>', 'a further host that may be talked to (repeatable)').argParser(collect))
    .addOption(flag('--allow-plaintext', 'permit http to a host that is not this machine'))
    .addOption(flag('--log-level <level>', LOG_LEVELS.join(', ')))
    .addOption(flag('--log-file <file>', 'append the log to this file as JSON lines'));
}
