// The connections: for each backend and lane its own, so that a shadow that hangs can never take a live connection.
import { connect, isIP } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { BackendRequest, Clock, Side, SideResult } from '../core/index.ts';
import { type Connections, createConnections, type Dial, type Timeouts } from '../http1/index.ts';
import { collectReply } from './shadow-reply.ts';

/** The two backends of a group; a candidate may be missing until there is one. */
export interface BackendPair {
  readonly legacy: URL;
  readonly candidate: URL | undefined;
}

export interface UpstreamsOptions {
  /** Backends by group name; the empty name is for operations in no group and for requests that match none. */
  readonly groups: ReadonlyMap<string, BackendPair>;
  readonly live: Timeouts;
  readonly shadow: { readonly timeoutMs: number; readonly maxBodyBytes: number };
  readonly clock: Clock;
}

/** The way to one backend for live requests. */
export interface Upstream {
  readonly connections: Connections;
  readonly timeouts: Timeouts;
}

export interface Upstreams {
  /** The live lane of a side, or undefined when the group has no such backend. */
  live(group: string | undefined, side: Side): Upstream | undefined;
  /** The address behind it. */
  origin(group: string | undefined, side: Side): URL | undefined;
  /** Fetches a whole response over the shadow lane's own connections. Never rejects. */
  send(side: Side, request: BackendRequest): Promise<SideResult>;
  stop(): Promise<void>;
}

export function createUpstreams({ groups, live, shadow, clock }: UpstreamsOptions): Upstreams {
  const liveLane = createLane(groups, clock);
  const shadowLane = createLane(groups, clock);
  const liveUpstreams = mapPairs(groups, (origin) => ({ connections: liveLane.to(origin), timeouts: live }));
  const { timeoutMs, maxBodyBytes } = shadow;
  const timeouts = { connectMs: timeoutMs, headersMs: timeoutMs, idleMs: timeoutMs, totalMs: timeoutMs };
  const shadowConnections = mapPairs(groups, shadowLane.to);
  return {
    live: (group = '', side) => liveUpstreams.get(group)?.[side],
    origin: (group = '', side) => groups.get(group)?.[side],
    send: (side, request) => {
      const connections = shadowConnections.get(request.group ?? '')?.[side];
      return collectReply({ connections, request, timeouts, maxBodyBytes, clock });
    },
    stop: async () => {
      liveLane.stop();
      shadowLane.stop();
    },
  };
}

interface Lane {
  readonly to: (origin: URL) => Connections;
  stop(): void;
}

/** Groups with the same backend share its connections. */
function createLane(groups: UpstreamsOptions['groups'], clock: Clock): Lane {
  const origins = [...groups.values()].flatMap(({ legacy, candidate }) => (candidate ? [legacy, candidate] : [legacy]));
  const byOrigin = new Map(
    origins.map((url) => [url.origin, createConnections({ dial: dialOf(url), now: clock.monotonicMs })]),
  );
  return {
    to: (origin) => byOrigin.get(origin.origin) ?? createConnections({ dial: dialOf(origin), now: clock.monotonicMs }),
    stop: () => {
      for (const connections of byOrigin.values()) connections.stop();
    },
  };
}

function mapPairs<To>(
  groups: UpstreamsOptions['groups'],
  map: (origin: URL) => To,
): ReadonlyMap<string, { readonly legacy: To; readonly candidate: To | undefined }> {
  return new Map(
    [...groups].map(([name, { legacy, candidate }]) => [
      name,
      { legacy: map(legacy), candidate: candidate && map(candidate) },
    ]),
  );
}

function dialOf(origin: URL): Dial {
  const isTls = origin.protocol === 'https:';
  const host = origin.hostname.replace(/^\[|\]$/g, '');
  const port = Number(origin.port) || (isTls ? 443 : 80);
  if (!isTls) return { ready: 'connect', open: (onread) => connect({ host, port, onread }) };
  // RFC 6066, section 3: a server name is no address.
  const servername = isIP(host) === 0 ? host : '';
  // The library reads `onread` as a plain socket does; its type leaves it out.
  const options = { host, port, servername } as ConnectionOptions;
  return { ready: 'secureConnect', open: (onread) => connectTls({ ...options, ...({ onread } as object) }) };
}
