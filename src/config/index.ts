export { besideFile, whyUnreadable } from '../base/file-path.js';
export {
  type ConfigContext,
  configFromFlags,
  type LoadedConfig,
  loadWorkerConfig,
  resolveWorkerConfig,
} from './load.js';
export { keysForRestart } from './restart-keys.js';
export type { RunFlags } from './run-flags.js';
export { workerSchema } from './schema.js';
export { Secret } from './secret.js';
export type { Shift, ShiftBreak } from './shift.js';
export { shiftAt } from './shift-times.js';
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
