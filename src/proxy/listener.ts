import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ParitygateError } from '../core/index.ts';
import { createClientErrorHandler, isOwed } from './client-errors.ts';
import { createDrain, type StopManner } from './drain.ts';
import { FORWARDED_METHODS } from './guard.ts';
import { createLoad, type Load } from './load.ts';
import { OpenList } from './open-list.ts';
import { type DataPlane, serve } from './serve.ts';
import { readTls, type TlsFiles } from './tls.ts';
import { createTurns } from './turns.ts';
import { createUpgradeHandler } from './upgrade.ts';

export interface ListenerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Requests in flight; what comes beyond is turned away. */
  readonly maxInFlight: number;
  /** How long requests in flight may take to end after `stop`. */
  readonly graceMs: number;
  /** Clients are spoken to over TLS; with authorities, only those that show a certificate of theirs. */
  readonly tls?: TlsFiles | undefined;
  /** How long the handshake of TLS may take, default 10 s. */
  readonly handshakeMs?: number;
}

export interface Listener {
  start(): Promise<{ readonly port: number }>;
  /**
   * Takes no new connections, lets requests in flight end, then cuts what is left. Resolves with how many were cut.
   * `graceMs` is that of the options unless given; called again with a shorter one, it ends sooner.
   */
  stop(manner?: Partial<StopManner>): Promise<{ readonly cut: number }>;
  /** True from `start` until `stop`. */
  isReady(): boolean;
  readonly load: Load['status'];
}

const KEEP_ALIVE_MS = 65_000;
const HEADERS_MS = 15_000;
const HANDSHAKE_MS = 10_000;
/** Longer than a request of a busy client is on its way to us. */
const QUIET_MS = 100;
const MAX_HEADER_BYTES = 16_384;

/** The data plane on its own port. */
export function createListener(plane: DataPlane, options: ListenerOptions): Listener {
  const server = createServerFor(options, {
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: HEADERS_MS,
    requestTimeout: 0,
    // Whatever the environment says: a lenient parser reads what another one reads differently.
    insecureHTTPParser: false,
    // The guard asks for it: Node's own refusal does not take its turn, and what came behind it would be carried out.
    requireHostHeader: false,
    maxHeaderSize: MAX_HEADER_BYTES,
    // A stream for a body that is not there goes through a whole life of its own, which costs more than the guard.
    optimizeEmptyRequests: true,
    // Any other protocol may be ignored (RFC 9110, section 7.8), and then the request is one like any other.
    shouldUpgradeCallback: ({ method, headers }) => method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket',
  });
  // Node would hide headers beyond its count and still honour the framing among them; the guard counts them itself.
  server.maxHeadersCount = 0;
  let ready = false;
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const inFlight = new OpenList<ServerResponse>();
  const load = createLoad(options.maxInFlight);
  const takeTurn = createTurns();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    takeTurn(request, response, () => {
      if (!ready) response.shouldKeepAlive = false;
      const place = inFlight.add(response);
      response.on('close', () => inFlight.remove(place));
      serve(plane, request, response, load);
    });
  });
  server.on('clientError', createClientErrorHandler(inFlight));
  server.on('connect', (_request, socket) => {
    socket.on('error', () => {});
    if (!isOwed(inFlight, socket)) refuseTunnel(socket);
  });
  const upgraded = new Set<{ destroy(): unknown }>();
  const upgrade = createUpgradeHandler(plane);
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (isOwed(inFlight, socket)) return;
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    upgrade(request, socket, head);
  });
  const drain = createDrain(server, { sockets, inFlight, upgraded });
  return {
    isReady: () => ready,
    load: load.status,
    start: async () => {
      await listen(server, options);
      ready = true;
      return { port: (server.address() as AddressInfo).port }; // a listening TCP server has an address of this kind
    },
    stop: (manner) => {
      ready = false;
      return drain.stop({ graceMs: options.graceMs, quietMs: QUIET_MS, waitsForUpgraded: false, ...manner });
    },
  };
}

function createServerFor({ tls, handshakeMs = HANDSHAKE_MS }: ListenerOptions, options: ServerOptions): Server {
  if (!tls) return createServer(options);
  const server = createSecureServer({
    ...options,
    ...readTls(tls),
    requestCert: tls.ca !== undefined,
    rejectUnauthorized: true,
    handshakeTimeout: handshakeMs,
    // A client that speaks another protocol only is told so in the handshake.
    ALPNProtocols: ['http/1.1'],
  });
  // Node takes this for a bad request too; but what is answered before the handshake is over never leaves.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return server;
}

/** Without this, CONNECT would be cut off without a word. */
function refuseTunnel(socket: Duplex): void {
  socket.end(
    `HTTP/1.1 405 Method Not Allowed\r\nAllow: ${FORWARDED_METHODS}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  );
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
