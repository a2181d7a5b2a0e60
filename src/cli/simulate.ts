import { systemClock } from '../base/clock.js';
import { UsageError } from '../base/errors.js';
import { seededRandom } from '../base/random.js';
import { besideFile } from '../config/index.js';
import {
  createSimulator,
  defaultWorld,
  type FaultSpec,
  isProblem,
  parseFaultText,
  startSimulatorServer,
  type WorldConfig,
} from '../simulator/index.js';
import { EXIT, type ExitCode, type Io } from './io.js';
import { LOG_LEVELS, type LogLevel, openLog } from './log.js';
import { loadWorldFile } from './world-file.js';

/** The flags of `simulate`, as typed. */
export interface SimulateFlags {
  readonly config?: string;
  readonly host: string;
  readonly port: string;
  readonly seed?: string;
  readonly alternateHost?: string;
  /** Faults in one line each, as `lost-response:on=disposition,rate=5%`. */
  readonly fault?: readonly string[];
  readonly logLevel: string;
}

/** `dialer-agent simulate`: the ICWS Dialer simulator on its own, until a signal; then its ledger on stdout. */
export async function simulate(flags: SimulateFlags, io: Io): Promise<ExitCode> {
  const world = flags.config === undefined ? defaultWorld() : loadWorldFile(flags.config, io);
  if (!world) return EXIT.usage;
  const faults = [...world.faults, ...(flags.fault ?? []).map(readFault)];
  const port = wholeNumber(flags.port, '--port', 65_535);
  const seed = flags.seed === undefined ? world.seed : wholeNumber(flags.seed, '--seed', 2 ** 53 - 1);
  const { log, close } = await openLog({
    level: 'info',
    console: { form: 'json', level: levelOf(flags.logLevel), colour: false, print: (text) => io.err(`${text}\n`) },
  });
  const { config } = flags;
  const readFile = (path: string): string => io.readFile(config === undefined ? path : besideFile(config, path));
  const simulator = createSimulator({
    world: { ...world, seed, faults, alternateHost: alternateHostOf(flags, world, faults) },
    clock: systemClock(),
    random: seededRandom(seed),
    readFile,
    log,
  });
  const server = await startSimulatorServer(simulator, { host: flags.host, port });
  io.err(`ICWS Dialer simulator at ${server.url} (seed ${seed}); ledger at ${server.url}/simulator/ledger\n`);
  if (simulator.alternateHost !== undefined) io.err(`also at ${simulator.alternateHost}, port ${server.port}\n`);
  await new Promise<void>((resolve) => {
    const stop = io.onSignal(() => {
      stop();
      resolve();
    });
  });
  const ledger = simulator.ledger();
  await server.close();
  simulator.close();
  await close();
  io.out(`${JSON.stringify(ledger)}\n`);
  return EXIT.done;
}

function readFault(text: string): FaultSpec {
  const spec = parseFaultText(text);
  if (isProblem(spec)) throw new UsageError(`--fault ${text}: ${spec.join(' ')}`);
  return spec;
}

/** A switchover needs a second address; where none is named, the next one of this machine's own. */
function alternateHostOf(flags: SimulateFlags, world: WorldConfig, faults: readonly FaultSpec[]): string | undefined {
  const named = flags.alternateHost ?? world.alternateHost;
  if (named !== undefined || !faults.some(({ fault }) => fault === 'switchover')) return named;
  if (flags.host !== '127.0.0.1') throw new UsageError('a switchover needs a second address: --alternate-host');
  return '127.0.0.2';
}

function wholeNumber(text: string, flag: string, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > most)
    throw new UsageError(`${flag} must be a whole number up to ${most}, not "${text}"`);
  return value;
}

function levelOf(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text);
  if (!level) throw new UsageError(`--log-level must be one of ${LOG_LEVELS.join(', ')}, not "${text}"`);
  return level;
}
