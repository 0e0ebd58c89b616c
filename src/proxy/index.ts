export type { Repeat } from './fallback.ts';
export { shadowHeaders } from './header-table.ts';
export { createListener, type Listener, type ListenerOptions } from './listener.ts';
export { type DataPlane, type MirrorQuestion, serve } from './serve.ts';
export {
  type BackendPair,
  createUpstreams,
  type Upstreams,
  type UpstreamsOptions,
  type UpstreamTimeouts,
} from './upstreams.ts';
