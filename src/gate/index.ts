export { evaluateGate, type GateScope } from './evaluate.ts';
export { baselineRequestsOf } from './latency.ts';
