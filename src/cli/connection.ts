import type { Clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import { type Random, seededRandom } from '../base/random.js';
import { besideFile, type ReadFile, type WorkerConfig } from '../config/index.js';
import type { RoundResult } from '../fleet/host-round.js';
import { createServerAddress, type ServerAddress } from '../icws/address.js';
import type { Transport } from '../icws/transport.js';
import { createUndiciTransport } from '../icws/undici-transport.js';
import type { LedgerTotals } from '../report/summary-text.js';
import { createSimulator, startSimulatorServer, type WorldConfig } from '../simulator/index.js';
import { ledgerTotals } from './ledger-totals.js';
import { sessionOpener } from './session-opener.js';

/** The server that a run works against, reached or embedded. */
export interface Connection {
  /** The server, as a person would name it. */
  readonly name: string;
  /** The simulator's world, whose interaction ids begin anew with each run. */
  readonly world?: string;
  /** One round over the hosts. */
  openSession(user: string): Promise<RoundResult>;
  /** The embedded simulator's own truth. */
  ledger?(): LedgerTotals;
  close(): Promise<void>;
}

interface ConnectionDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly readFile: ReadFile;
  observe(request: { operation: string; status: number | 'error'; seconds: number }): void;
}

/** The way to a server: where it is, and how it is asked. */
export interface Way {
  /** The server, as a person would name it. */
  readonly name: string;
  readonly address: ServerAddress;
  readonly transport: Transport;
  /** PEM text of the authorities to trust instead of the system's. */
  readonly tlsCa: string | undefined;
  readonly simulator: Awaited<ReturnType<typeof embed>> | undefined;
  close(): Promise<void>;
}

/** Makes the transport to the configured server; starts the embedded simulator first where that is the server. */
export async function findWay(
  { server, safety }: Pick<WorkerConfig<WorldConfig>, 'server' | 'safety'>,
  deps: Pick<ConnectionDeps, 'clock' | 'readFile' | 'log'>,
): Promise<Way> {
  const simulator = server.kind === 'simulator' ? await embed(server.world, server.worldFile, deps) : undefined;
  const tlsCa = server.kind === 'icws' ? server.tlsCa : undefined;
  const transport = createUndiciTransport({ clock: deps.clock, ca: tlsCa });
  return {
    name: server.kind === 'icws' ? server.url : 'the embedded simulator',
    address:
      server.kind === 'icws'
        ? createServerAddress({ ...server, allowHosts: safety.allowHosts })
        : createServerAddress({ url: simulator?.url ?? '', alternates: simulator?.alternates }),
    transport,
    tlsCa,
    simulator,
    close: async () => {
      await transport.close();
      await simulator?.close();
    },
  };
}

/** Joins the server to the fleet: sessions of the roster's users, opened at whichever host serves them. */
export async function connect(config: WorkerConfig<WorldConfig>, deps: ConnectionDeps): Promise<Connection> {
  const { name, address, transport, simulator, close } = await findWay(config, deps);
  return {
    name,
    openSession: sessionOpener(config, { ...deps, transport, address }),
    ...(simulator && { ledger: simulator.totals, world: simulator.worldId }),
    close,
  };
}

async function embed(world: WorldConfig, worldFile: string, deps: Pick<ConnectionDeps, 'clock' | 'readFile' | 'log'>) {
  const simulator = createSimulator({
    world,
    clock: deps.clock,
    random: seededRandom(world.seed),
    readFile: (path) => deps.readFile(besideFile(worldFile, path)),
    log: deps.log,
  });
  const server = await startSimulatorServer(simulator, { host: '127.0.0.1', port: 0 });
  deps.log.info({ url: server.url }, 'embedded simulator');
  return {
    url: server.url,
    alternates: simulator.alternateHost === undefined ? [] : [simulator.alternateHost],
    worldId: simulator.worldId,
    totals: () => ledgerTotals(simulator.ledger()),
    close: async () => {
      await server.close();
      await simulator.close();
    },
  };
}
