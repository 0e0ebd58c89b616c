export { type BackendChild, startBackend } from './backend-child.ts';
export { DRIFTS, type Drift } from './drifts.ts';
export { type DriftResult, type Found, judgeDrifts } from './judge-drifts.ts';
export { runTraffic, type TrafficResult } from './traffic.ts';
