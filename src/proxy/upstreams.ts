// The connections: for each backend and lane its own, so that a shadow that hangs can never take a live connection.
import {
  type BackendRequest,
  type Clock,
  createBudget,
  type LikelyBody,
  type Side,
  type SideResult,
} from '../core/index.ts';
import type { Connections, Timeouts } from '../http1/index.ts';
import type { Backend, BackendPair } from './backend.ts';
import { type Connect, createConnect } from './dial.ts';
import { Lane } from './lane.ts';
import { createReadTurns } from './read-turns.ts';
import { createResolver, type Lookup, lookupAll } from './resolve.ts';
import { collectReply } from './shadow-reply.ts';
import { systemTimers, type Timers } from './timers.ts';

export interface UpstreamTimeouts {
  /** To a connection that can be written to: TLS is included. */
  readonly connectMs: number;
  /** Until the head of the response. */
  readonly headersMs: number;
  /** Between two pieces of the body. */
  readonly idleMs: number;
  /** From the first try to connect to the last byte, for each attempt; 0 sets no limit. */
  readonly totalMs: number;
  /** Until a name's new addresses are used, also where connections are never idle. */
  readonly resolveMs: number;
}

export interface UpstreamGroup extends BackendPair {
  readonly timeouts: UpstreamTimeouts;
}

export interface ShadowLimits {
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  readonly connectionsPerSecond: number;
}

export interface UpstreamsOptions {
  /** By group name; the empty name is for operations in no group and for requests that match none. */
  readonly groups: ReadonlyMap<string, UpstreamGroup>;
  readonly shadow: ShadowLimits;
  readonly clock: Clock;
  readonly timers?: Timers;
  readonly lookup?: Lookup;
  /** Told what a leg of ours threw; must not throw. */
  readonly onFault?: (error: unknown) => void;
}

/** The way to one backend for live requests. */
export interface Upstream {
  readonly connections: Connections;
  readonly timeouts: Timeouts;
  /** Opens a connection that is not pooled, for a protocol that takes it over. */
  readonly connect: Connect;
}

export interface Upstreams {
  /** The live lane of a side, or undefined when the group has no such backend. */
  live(group: string | undefined, side: Side): Upstream | undefined;
  /**
   * Fetches a whole response over the shadow lane's own connections. Never rejects. `likely`: the body that it will be
   * compared with.
   */
  send(side: Side, request: BackendRequest, likely?: LikelyBody): Promise<SideResult>;
  /** Whether `send` would find a connection now, or open one, or fail for another reason. */
  hasRoom(side: Side, request: Pick<BackendRequest, 'group'>): boolean;
  stop(): Promise<void>;
}

/** A lane that fills after a pause needs its connections at once, and then no more. */
const SECONDS_SAVED_UP = 8;

/** Reads the certificates and keys that the backends name; opens no connection. */
export function createUpstreams(options: UpstreamsOptions): Upstreams {
  const { groups, shadow, clock, timers = systemTimers, lookup = lookupAll, onFault } = options;
  const resolver = createResolver({ lookup, clock, timers });
  const parts = { resolver, clock, ...(onFault && { onFault }) };
  const live = new Lane(parts);
  const perSecond = shadow.connectionsPerSecond;
  const mirrored = new Lane({ ...parts, opening: createBudget(perSecond, clock, perSecond * SECONDS_SAVED_UP) });
  const liveUpstreams = mapPairs(groups, (backend, timeouts): Upstream => {
    const { connections, dial } = live.to(backend, timeouts);
    return { connections, timeouts: limitsOf(timeouts), connect: createConnect(dial, timeouts.connectMs) };
  });
  const mirrorConnections = mapPairs(groups, (backend, timeouts) => mirrored.to(backend, timeouts).connections);
  const { timeoutMs, maxBodyBytes } = shadow;
  const turns = createReadTurns(timers);
  const timeouts = { connectMs: timeoutMs, headersMs: timeoutMs, idleMs: timeoutMs, totalMs: timeoutMs };
  return {
    live: (group = '', side) => liveUpstreams.get(group)?.[side],
    send: (side, request, likely) => {
      const connections = mirrorConnections.get(request.group ?? '')?.[side];
      return collectReply({ connections, request, timeouts, maxBodyBytes, likely, clock, turns });
    },
    hasRoom: (side, { group = '' }) => mirrorConnections.get(group)?.[side]?.hasRoom() ?? true,
    stop: async () => {
      live.stop();
      mirrored.stop();
    },
  };
}

function limitsOf({ connectMs, headersMs, idleMs, totalMs }: UpstreamTimeouts): Timeouts {
  return { connectMs, headersMs, idleMs, totalMs: totalMs === 0 ? undefined : totalMs };
}

function mapPairs<To>(
  groups: UpstreamsOptions['groups'],
  map: (backend: Backend, timeouts: UpstreamTimeouts) => To,
): ReadonlyMap<string, Record<Side, To | undefined>> {
  return new Map(
    [...groups].map(([name, { legacy, candidate, timeouts }]) => [
      name,
      { legacy: map(legacy, timeouts), candidate: candidate && map(candidate, timeouts) },
    ]),
  );
}
