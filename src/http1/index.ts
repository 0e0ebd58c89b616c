export type { Dial } from './connection.ts';
export { type Connections, type ConnectionsOptions, createConnections, type Exchange } from './connections.ts';
export type { Failure, OutgoingRequest, ReplyHandler, Timeouts } from './exchange.ts';
export type { ReplyHead } from './reply-head.ts';
