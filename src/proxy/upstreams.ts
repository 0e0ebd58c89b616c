// The pools: one for each backend and lane, so that a shadow that hangs can never take a live connection.
import { Pool } from 'undici';
import type { BackendRequest, Clock, Side, SideResult } from '../core/index.ts';
import { collectReply } from './shadow-reply.ts';

/** The two backends of a group; a candidate may be missing until there is one. */
export interface BackendPair {
  readonly legacy: URL;
  readonly candidate: URL | undefined;
}

export interface UpstreamTimeouts {
  readonly connectMs: number;
  /** Until the first byte of the response. */
  readonly headersMs: number;
  /** Between two chunks of the body. */
  readonly idleMs: number;
}

export interface UpstreamsOptions {
  /** Backends by group name; the empty name is for operations in no group and for requests that match none. */
  readonly groups: ReadonlyMap<string, BackendPair>;
  readonly live: UpstreamTimeouts;
  readonly shadow: { readonly timeoutMs: number; readonly connections: number; readonly maxBodyBytes: number };
  readonly clock: Clock;
}

export interface Upstreams {
  /** The live pool of a side, or undefined when the group has no such backend. */
  live(group: string | undefined, side: Side): Pool | undefined;
  /** The address behind it. */
  origin(group: string | undefined, side: Side): URL | undefined;
  /** Fetches a whole response over the shadow lane's own connections. Never rejects. */
  send(side: Side, request: BackendRequest): Promise<SideResult>;
  /** Ends idle connections, then all of them. */
  stop(): Promise<void>;
}

export function createUpstreams(options: UpstreamsOptions): Upstreams {
  const live = new PoolsByOrigin({
    connect: { timeout: options.live.connectMs },
    headersTimeout: options.live.headersMs,
    bodyTimeout: options.live.idleMs,
  });
  const shadow = new PoolsByOrigin({
    connect: { timeout: options.shadow.timeoutMs },
    headersTimeout: options.shadow.timeoutMs,
    bodyTimeout: options.shadow.timeoutMs,
    connections: options.shadow.connections,
  });
  const origin = (group: string | undefined, side: Side): URL | undefined => options.groups.get(group ?? '')?.[side];
  return {
    live: (group, side) => live.of(origin(group, side)),
    origin,
    send: (side, request) =>
      collectReply({
        upstream: shadow.of(origin(request.group, side)),
        request,
        ...options.shadow,
        clock: options.clock,
      }),
    stop: async () => {
      await Promise.all([live.stop(), shadow.stop()]);
    },
  };
}

class PoolsByOrigin {
  readonly #pools = new Map<string, Pool>();
  readonly #options: Pool.Options;

  constructor(options: Pool.Options) {
    // HTTP/2 has no header order and no reason phrase to relay; both lanes speak HTTP/1.1 so that they are alike.
    this.#options = { ...options, allowH2: false, pipelining: 1 };
  }

  of(origin: URL | undefined): Pool | undefined {
    if (origin === undefined) return undefined;
    const known = this.#pools.get(origin.origin);
    if (known) return known;
    const pool = new Pool(origin.origin, this.#options);
    this.#pools.set(origin.origin, pool);
    return pool;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
  }
}
