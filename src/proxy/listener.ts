import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ParitygateError } from '../core/index.ts';
import { type DataPlane, serve } from './serve.ts';
import { createUpgradeHandler } from './upgrade.ts';

export interface ListenerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** How long requests in flight may take to end after `stop`. */
  readonly graceMs: number;
}

export interface Listener {
  start(): Promise<{ readonly port: number }>;
  /** Takes no new connections, lets requests in flight end, then cuts what is left. Resolves with how many were cut. */
  stop(): Promise<{ readonly cut: number }>;
  /** True from `start` until `stop`. */
  isReady(): boolean;
}

const KEEP_ALIVE_MS = 65_000;
const HEADERS_MS = 15_000;

/** The data plane on its own port. */
export function createListener(plane: DataPlane, options: ListenerOptions): Listener {
  const server = createServer({
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: HEADERS_MS,
    requestTimeout: 0,
    // Any other protocol may be ignored (RFC 9110, section 7.8), and then the request is one like any other.
    shouldUpgradeCallback: ({ method, headers }) => method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket',
  });
  // Node would hide headers beyond its count and still honour the framing among them; the guard counts them itself.
  server.maxHeadersCount = 0;
  let ready = false;
  const inFlight = new Set<ServerResponse>();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!ready) response.shouldKeepAlive = false;
    inFlight.add(response);
    response.once('close', () => inFlight.delete(response));
    serve(plane, request, response);
  });
  const upgraded = new Set<{ destroy(): unknown }>();
  const upgrade = createUpgradeHandler(plane);
  server.on('upgrade', (request, socket, head) => {
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    upgrade(request, socket, head);
  });
  return {
    isReady: () => ready,
    start: async () => {
      await listen(server, options);
      ready = true;
      return { port: (server.address() as AddressInfo).port }; // a listening TCP server has an address of this kind
    },
    stop: async () => {
      ready = false;
      return drain(server, { inFlight, upgraded, graceMs: options.graceMs });
    },
  };
}

function listen(server: Server, { host, port }: ListenerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, { host, port })));
    server.listen(port, host, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

function listenError(cause: NodeJS.ErrnoException, { host, port }: { host: string; port: number }): ParitygateError {
  if (cause.code === 'EADDRINUSE') {
    const fix = `stop what listens there (\`lsof -i :${port}\` names it), or choose another port under \`listen\``;
    return new ParitygateError('PG_PORT_IN_USE', `port ${port} on ${host} is already in use`, { cause, fix });
  }
  return new ParitygateError('PG_LISTEN', `cannot listen on ${host}:${port}: ${cause.message}`, {
    cause,
    fix: 'check `listen` in the config',
  });
}

interface Draining {
  readonly inFlight: ReadonlySet<ServerResponse>;
  readonly upgraded: ReadonlySet<{ destroy(): unknown }>;
  readonly graceMs: number;
}

async function drain(server: Server, { inFlight, upgraded, graceMs }: Draining): Promise<{ cut: number }> {
  for (const response of inFlight) {
    if (!response.headersSent) response.shouldKeepAlive = false;
    // A response whose head has already promised to keep the connection: it is idle once the response is over.
    else response.once('close', () => setImmediate(() => server.closeIdleConnections()));
  }
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // An upgraded connection has no end of its own; waiting for it would spend the whole grace period every time.
  for (const socket of upgraded) socket.destroy();
  const timeout = new AbortController();
  await Promise.race([closed, delay(graceMs, undefined, { signal: timeout.signal }).catch(() => {})]);
  timeout.abort();
  const cut = inFlight.size;
  server.closeAllConnections();
  await closed;
  return { cut };
}
