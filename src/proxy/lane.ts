import type { Budget, Clock } from '../core/index.ts';
import { type Connections, createConnections } from '../http1/index.ts';
import { type Backend, hostnameOf, identityOf } from './backend.ts';
import { type BackendDial, createDial, hasName } from './dial.ts';
import { lookupFunction, type Resolver } from './resolve.ts';

/** The way to one backend in one lane. */
export interface Way {
  readonly connections: Connections;
  readonly dial: BackendDial;
}

export interface LaneParts {
  readonly resolver: Resolver;
  readonly clock: Clock;
  /** Of new connections, to whichever backend. */
  readonly opening?: Budget;
  readonly onFault?: (error: unknown) => void;
}

/** All connections of one lane. Groups share those to the same place that are made in the same way. */
export class Lane {
  readonly #ways = new Map<string, Way>();
  readonly #parts: LaneParts;

  constructor(parts: LaneParts) {
    this.#parts = parts;
  }

  to(backend: Backend, { resolveMs }: { readonly resolveMs: number }): Way {
    const key = JSON.stringify([...identityOf(backend), resolveMs]);
    const way = this.#ways.get(key) ?? this.#open(backend, resolveMs);
    this.#ways.set(key, way);
    return way;
  }

  // Together at most `resolveMs`: an answer of the name service that is used, and the connection that is made from it.
  #open(backend: Backend, resolveMs: number): Way {
    const maxAgeMs = resolveMs / 2;
    const { resolver, clock, ...limits } = this.#parts;
    const dial = createDial(backend, lookupFunction(resolver, maxAgeMs));
    const options = { dial, now: clock.monotonicMs, ...limits };
    if (!hasName(backend)) return { dial, connections: createConnections(options) };
    const hostname = hostnameOf(backend);
    const connections = createConnections({
      ...options,
      // Not the same for all: those that were made together would end together.
      lifetimeMs: () => maxAgeMs * (0.5 + Math.random() / 2),
      // While the name service fails a connection that works is better than none.
      mayRetire: () => resolver.isFresh(hostname, maxAgeMs),
    });
    return { dial, connections };
  }

  stop(): void {
    for (const { connections } of this.#ways.values()) connections.stop();
  }
}
