export type { BookedInHour, CallFacts, CallKind, DrawsOf, OfferedDisposition, OwnerHours, Stretch } from './call.js';
export { CALL_KINDS, callKind, callKinds, drawsOfCall } from './call.js';
export { type CallingHours, callingHours } from './calling-hours.js';
export { decideConnect, decideEnd, decideOffer } from './decide.js';
export type { ConnectDecision, Decision, EndDecision, FellBack, OfferDecision } from './decision.js';
export { defaultPolicy, type LoadedPolicy, loadPolicy } from './load.js';
export type { Condition, Policy, Rule, WeightedLabels } from './policy.js';
export { PolicySchema } from './schema.js';
