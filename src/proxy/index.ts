export type { BreakerStatus } from './breaker.ts';
export type { StopManner } from './drain.ts';
export { createWire, type Wire } from './guard.ts';
export { shadowHeaders } from './header-table.ts';
export { createListener, type Listener, type ListenerOptions } from './listener.ts';
export { createProtection, type FallbackPolicy, type Protection } from './protection.ts';
export { type DataPlane, type MirrorQuestion, serve } from './serve.ts';
export {
  type BackendPair,
  createUpstreams,
  type Upstreams,
  type UpstreamsOptions,
} from './upstreams.ts';
