export type { Backend, BackendPair, BackendTls } from './backend.ts';
export type { BreakerStatus } from './breaker.ts';
export type { StopManner } from './drain.ts';
export { createWire, type Wire } from './guard.ts';
export { shadowHeaders, VIA_TOKEN, VIA_VARIABLE } from './header-table.ts';
export { createListener, type Listener, type ListenerOptions } from './listener.ts';
export { createMount, type Handler, type Mount } from './mount.ts';
export { createOwnPass, type OwnPass } from './own-pass.ts';
export { createProtection, type FallbackPolicy, type Protection } from './protection.ts';
export { type DataPlane, type MirrorQuestion, serve } from './serve.ts';
export type { Timers } from './timers.ts';
export { type NamedFile, readTls, type TlsFiles } from './tls.ts';
export type { UploadLimit } from './upload-limit.ts';
export {
  createUpstreams,
  type UpstreamGroup,
  type Upstreams,
  type UpstreamsOptions,
  type UpstreamTimeouts,
} from './upstreams.ts';
