export { type AcceptanceState, type AcceptanceUse, type Accepted, applyAcceptances, isAbout } from './acceptances.ts';
export { evaluateGate, type GateScope } from './evaluate.ts';
export { baselineRequestsOf } from './latency.ts';
export { judgeNoise, type NoisePlace } from './noise.ts';
