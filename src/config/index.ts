export { whyUnreadable } from './complaints.js';
export {
  type ConfigContext,
  configFromFlags,
  type LoadedConfig,
  loadWorkerConfig,
  resolveWorkerConfig,
} from './load.js';
export type { RunFlags } from './run-flags.js';
export { workerSchema } from './schema.js';
export { Secret } from './secret.js';
export { besideFile } from './server.js';
export type { Shift, ShiftBreak } from './shift.js';
export type {
  AgentSeat,
  Environment,
  IcwsServer,
  JournalConfig,
  LogLevel,
  ReadFile,
  ServerConfig,
  SimulatedServer,
  Station,
  WorkerConfig,
} from './worker-config.js';
