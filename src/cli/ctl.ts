import type { Command } from 'commander';
import { UsageError } from '../base/errors.js';
import { matchesGlob } from '../base/glob.js';
import { printable } from '../base/printable.js';
import { whyUnreadable } from '../config/index.js';
import type { AgentStatus } from '../fleet/http-server.js';
import type { AgentAnswer } from '../fleet/operate.js';
import type { ReloadReport } from '../fleet/reload-report.js';
import { agentLines, answerLines, reloadLines } from './ctl-text.js';
import { flag } from './flag.js';
import { EXIT, type ExitCode, type Io } from './io.js';

/** What every subcommand has. What is asked for comes by the command line alone: no variable of a shell may change it. */
interface CtlFlags {
  readonly url: string;
  readonly tokenEnv: string;
  readonly tokenFile?: string;
  readonly json?: boolean;
  readonly campaigns?: string;
  readonly for?: string;
  readonly reason?: string;
  readonly as?: string;
}

/** An answer of the worker; `body` is undefined where it is no JSON. */
interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const DEFAULT_URL = 'http://127.0.0.1:9464';
const ANSWER_MS = 15_000;

/** Adds `ctl` with its subcommands. */
export function addCtl(program: Command, io: Io, done: (code: ExitCode) => void): void {
  const ctl = program
    .command('ctl')
    .description('ask a running worker for something: breaks, log-offs, reload, drain (docs/control.md)')
    .addHelpText(
      'after',
      `
Exit codes: 0 done · 1 refused, or nobody was meant · 2 bad usage · 3 the worker could not be reached, or wants another token

Examples:
  dialer-agent ctl status
  dialer-agent ctl break 'bot00*' --for 10m --reason 'team meeting'
  dialer-agent ctl log-off bot007 --campaigns 'Collections*'
  dialer-agent ctl reload`,
    );
  const add = (usage: string, description: string): Command =>
    withConnection(ctl.command(usage).description(description));
  const act = (name: string, body: (flags: CtlFlags) => object) => async (agents: string[], flags: CtlFlags) =>
    done(await ask(name, agents, body(flags), flags, io));
  const saying = (command: Command): Command =>
    command
      .option('--reason <text>', 'for the record')
      .option('--as <name>', 'who asks, for the record; nobody checks it ($USER)');

  saying(add('break <agents...>', 'request a break; agents are names, globs, or all'))
    .option('--for <time>', 'how long it lasts from the grant on (10m)')
    .action(act('break', ({ for: time }) => ({ for: time })));
  saying(add('end-break <agents...>', 'end a break early, or withdraw a request')).action(act('end-break', () => ({})));
  saying(add('log-off <agents...>', 'finish the call and leave Dialer until called back, or leave some campaigns only'))
    .option('--campaigns <names>', 'names, globs or ids with commas: leave only these and stay in Dialer')
    .action(act('log-off', campaignsOf));
  saying(add('log-in <agents...>', 'come back to Dialer, and into campaigns that were left'))
    .option('--campaigns <names>', 'names, globs or ids with commas: only these')
    .action(act('log-in', campaignsOf));
  saying(
    add('drain [agents...]', 'finish the calls and leave for good: these agents, or without any the whole worker'),
  ).action(act('drain', () => ({})));
  saying(add('reload', 'read the worker file and its policies anew')).action(async (flags: CtlFlags) =>
    done(await ask('reload', [], {}, flags, io)),
  );
  add('status [agents...]', 'where the agents stand; needs no token').action(
    async (agents: string[], flags: CtlFlags) => done(await status(agents, flags, io)),
  );
}

function withConnection(command: Command): Command {
  return command
    .addOption(flag('--url <url>', 'address of the worker').default(DEFAULT_URL))
    .addOption(flag('--token-env <name>', 'environment variable that holds the token').default('DIALER_AGENT_TOKEN'))
    .addOption(flag('--token-file <file>', 'file that holds the token'))
    .option('--json', 'what the worker answered, as JSON');
}

function campaignsOf({ campaigns }: CtlFlags): object {
  return campaigns === undefined ? {} : { campaigns: campaigns.split(',').map((name) => name.trim()) };
}

async function ask(act: string, agents: readonly string[], more: object, flags: CtlFlags, io: Io): Promise<ExitCode> {
  const { reason, as = io.env.USER?.slice(0, 64) || undefined } = flags;
  const sent = { ...(agents.length > 0 && { agents }), ...more, reason, as };
  const token = tokenOf(flags, io);
  warnOfPlaintext(flags.url, io);
  const answer = await request(flags.url, `/control/${act}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(sent),
  });
  if (!('status' in answer)) return unreachable(answer.why, io);
  const { status, body } = answer;
  if (status === 400 || status === 413) throw new UsageError(errorIn(body) ?? 'the worker did not understand that');
  if (flags.json && body !== undefined) io.out(`${JSON.stringify(body)}\n`);
  if (status === 202) return drained(flags, io);
  if (act === 'reload' && isReport(body)) return reloaded(body, flags, io);
  if (isAnswers(body)) return answered(body.agents, agents, flags, io);
  return unreachable(whyNot(status, body, flags), io);
}

function drained({ json }: CtlFlags, io: Io): ExitCode {
  if (!json) io.out('the worker is draining: agents finish their calls and log off\n');
  return EXIT.done;
}

function reloaded(report: ReloadReport, { json }: CtlFlags, io: Io): ExitCode {
  if (!json) io.out(reloadLines(report));
  return report.result === 'refused' ? EXIT.failed : EXIT.done;
}

/** What each agent answered; a name or glob that means nobody is a failure too. */
function answered(answers: readonly AgentAnswer[], asked: readonly string[], { json }: CtlFlags, io: Io): ExitCode {
  const vain = asked.filter((pattern) => pattern !== 'all' && !answers.some(({ user }) => matchesGlob(pattern, user)));
  if (!json) {
    io.out(answerLines(answers));
    for (const pattern of vain) io.err(`${printable(pattern)}: no agent is meant by that\n`);
  }
  const isDone = answers.length > 0 && vain.length === 0 && answers.every(({ accepted }) => accepted);
  return isDone ? EXIT.done : EXIT.failed;
}

async function status(wanted: readonly string[], flags: CtlFlags, io: Io): Promise<ExitCode> {
  const answer = await request(flags.url, '/api/agents', {});
  if (!('status' in answer)) return unreachable(answer.why, io);
  const { body } = answer;
  if (!isAgents(body)) return unreachable(whyNot(answer.status, body, flags), io);
  const isMeant = ({ user }: AgentStatus): boolean =>
    wanted.length === 0 || wanted.some((pattern) => pattern === 'all' || matchesGlob(pattern, user));
  const agents = body.agents.filter(isMeant);
  if (flags.json) io.out(`${JSON.stringify({ ...body, agents })}\n`);
  else {
    io.out(agentLines(agents));
    for (const reason of body.reasons) io.err(`not ready: ${printable(reason)}\n`);
  }
  return agents.length > 0 ? EXIT.done : EXIT.failed;
}

async function request(base: string, path: string, init: RequestInit): Promise<Answer | { readonly why: string }> {
  if (!URL.canParse(base)) throw new UsageError(`--url must be an address such as ${DEFAULT_URL}, not "${base}"`);
  const url = new URL(base.replace(/\/+$/, '') + path);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new UsageError('--url must begin with http:// or https://');
  if (url.username || url.password) throw new UsageError('--url must not hold a user name or a password');
  try {
    // A redirect would carry the token to wherever it leads.
    const response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(ANSWER_MS) });
    const text = await response.text();
    return { status: response.status, body: parsed(text) };
  } catch (error) {
    return { why: `no worker answers at ${url.origin}: ${causeOf(error)}` };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function causeOf(error: unknown): string {
  const { cause, name, message } = error as {
    cause?: { code?: string; message?: string };
    name?: string;
    message?: string;
  };
  if (name === 'TimeoutError') return `nothing came within ${ANSWER_MS / 1_000} s`;
  return cause?.code ?? cause?.message ?? message ?? 'it cannot be reached';
}

function tokenOf({ tokenEnv, tokenFile }: CtlFlags, io: Io): string {
  let token = '';
  if (tokenFile === undefined) {
    token = io.env[tokenEnv] ?? '';
    if (token === '') {
      throw new UsageError(
        `the environment variable ${tokenEnv} should hold the token of the worker; or name another with --token-env, or a file with --token-file`,
      );
    }
  } else {
    try {
      token = io.readFile(tokenFile).replace(/\r?\n$/, '');
    } catch (error) {
      throw new UsageError(`the token file ${tokenFile} cannot be read: ${whyUnreadable(error)}`);
    }
  }
  if (!/^[\x21-\x7e][\x20-\x7e]*$/.test(token))
    throw new UsageError('the token holds characters that no header can carry');
  return token;
}

function warnOfPlaintext(url: string, io: Io): void {
  if (!URL.canParse(url)) return;
  const { protocol, hostname } = new URL(url);
  const isNear = hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
  if (protocol === 'http:' && !isNear) io.err(`warning: the token goes to ${hostname} in plain text\n`);
}

/** Why an answer is none to the question. */
function whyNot(status: number, body: unknown, { url }: CtlFlags): string {
  if (status === 401) return 'the worker wants another token';
  const said = errorIn(body);
  return `${url} answered ${status}${said === undefined ? '; is it a worker?' : `: ${said}`}`;
}

function unreachable(why: string, io: Io): ExitCode {
  io.err(`dialer-agent: ${printable(why)}\n`);
  return EXIT.refused;
}

function errorIn(body: unknown): string | undefined {
  const { error } = (body ?? {}) as { error?: unknown };
  return typeof error === 'string' ? error : undefined;
}

function isAnswers(body: unknown): body is { agents: AgentAnswer[] } {
  return isAgentList(body, (agent) => typeof agent.accepted === 'boolean');
}

function isAgents(body: unknown): body is { agents: AgentStatus[]; reasons: string[] } {
  return (
    isAgentList(body, (agent) => typeof agent.state === 'string') &&
    Array.isArray((body as { reasons?: unknown }).reasons)
  );
}

function isAgentList(body: unknown, isOne: (agent: Record<string, unknown>) => boolean): boolean {
  const { agents } = (body ?? {}) as { agents?: unknown };
  return Array.isArray(agents) && agents.every((agent) => typeof agent?.user === 'string' && isOne(agent));
}

function isReport(body: unknown): body is ReloadReport {
  const { result, diagnostics } = (body ?? {}) as { result?: unknown; diagnostics?: unknown };
  return typeof result === 'string' && Array.isArray(diagnostics);
}
