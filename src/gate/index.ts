export { type AcceptanceState, type AcceptanceUse, type Accepted, applyAcceptances } from './acceptances.ts';
export { evaluateGate, type GateScope } from './evaluate.ts';
export { baselineRequestsOf } from './latency.ts';
