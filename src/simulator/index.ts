/** The embedded ICWS Dialer simulator: a product part of its own, and the other side of the client's tests. */
export type { Answer, SimulatorRequest } from './answer.js';
export type { Control } from './control.js';
export { FAULT_MENU, type FaultName } from './fault-menu.js';
export { type FaultInput, type FaultSpec, isProblem, parseFault, parseFaultText } from './fault-spec.js';
export { MESSAGE_WORDS, OPERATION_WORDS } from './fault-words.js';
export type { Fault, FaultBox, MessageVerdict, MessageView, RequestVerdict, RequestView } from './faults.js';
export type { Injection, Injections } from './injections.js';
export type { CallEntry, Ledger, Violation, ViolationCode } from './ledger.js';
export { type ServerOptions, type SimulatorServer, startSimulatorServer } from './server.js';
export { createSimulator, type Simulator, type SimulatorParts } from './simulator.js';
export type { Sink } from './world.js';
export { defaultWorld, type WorldConfig, type WorldInput, WorldSchema } from './world-config.js';
