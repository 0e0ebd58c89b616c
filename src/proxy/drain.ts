// How a listener ends: what has begun is answered, what is idle is closed once it is quiet, and the rest is cut in time.
import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import type { OpenList } from './open-list.ts';

export interface StopManner {
  /** How long requests in flight may take to end. */
  readonly graceMs: number;
  /**
   * How long idle connections are kept. The next request may be on its way on one of them, and closing it would lose that
   * request without the client knowing; answered with `Connection: close` it is the last (RFC 9112, section 9.6).
   */
  readonly quietMs: number;
  /** An upgraded connection has no end of its own: waiting for one may spend the whole grace period. */
  readonly waitsForUpgraded: boolean;
}

/** What is open at a server; all of it goes on changing while it drains. */
export interface OpenEnds {
  readonly sockets: ReadonlySet<Socket>;
  readonly inFlight: OpenList<ServerResponse>;
  readonly upgraded: ReadonlySet<{ destroy(): unknown }>;
}

export interface Drain {
  /** Resolves with how many requests were cut. Called again with less patience it ends sooner. */
  stop(manner: StopManner): Promise<{ readonly cut: number }>;
}

export function createDrain(server: Server, open: OpenEnds): Drain {
  let cut = 0;
  let closed: Promise<void> | undefined;
  const cutAll = (): void => {
    cut += open.inFlight.size;
    destroyAll(open.upgraded);
    // Not `closeAllConnections()`, which knows none whose TLS handshake is not over.
    destroyAll(open.sockets);
  };
  return {
    stop: async ({ graceMs, quietMs, waitsForUpgraded }) => {
      closed ??= closeGently(server, open.inFlight);
      if (!waitsForUpgraded) destroyAll(open.upgraded);
      const sweeper = sweepWhenQuiet(server, open, quietMs);
      const limit = setTimeout(cutAll, graceMs);
      await closed;
      clearTimeout(sweeper);
      clearTimeout(limit);
      return { cut };
    },
  };
}

/** Takes no new connection. By net's method: http's own would close idle connections at once. */
async function closeGently(server: Server, inFlight: OpenEnds['inFlight']): Promise<void> {
  for (const response of inFlight) if (!response.headersSent) response.shouldKeepAlive = false;
  await new Promise<void>((resolve) => void NetServer.prototype.close.call(server, () => resolve()));
  // Also ends the timer of http's own that looks for slow requests.
  server.close();
}

/** Closes what is idle, and again whenever a response whose head had promised to keep its connection is over. */
function sweepWhenQuiet(server: Server, open: OpenEnds, quietMs: number): NodeJS.Timeout {
  const sweep = (): void => {
    server.closeIdleConnections();
    // Node counts a connection as busy until its first request has come, which for some never does.
    for (const socket of open.sockets) if (socket.bytesRead === 0) socket.destroy();
  };
  // After a look at what has come in meanwhile: timers run before it.
  const timer = setTimeout(() => setImmediate(sweep), quietMs);
  for (const response of open.inFlight) if (response.headersSent) response.once('close', () => timer.refresh());
  return timer;
}

function destroyAll(sockets: OpenEnds['upgraded']): void {
  for (const socket of sockets) socket.destroy();
}
