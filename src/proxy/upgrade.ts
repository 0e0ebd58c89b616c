// WebSocket upgrades, carried by http-proxy-middleware: routed by weight like any request, never mirrored.
import { Agent, type ClientRequestArgs, type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { createProxyMiddleware, type Plugin, type RequestHandler } from 'http-proxy-middleware';
import type { ServedResult, Side } from '../core/index.ts';
import type { Connect } from './dial.ts';
import { gatewayStatus } from './fallback.ts';
import { admit } from './guard.ts';
import { type DataPlane, type Route, routeRequest } from './serve.ts';
import type { Upstream } from './upstreams.ts';

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export function createUpgradeHandler(plane: DataPlane): UpgradeHandler {
  const carriers = new Map<Upstream, RequestHandler>();
  const carrierTo = (upstream: Upstream): RequestHandler => {
    const carrier = carriers.get(upstream) ?? createCarrier(upstream);
    carriers.set(upstream, carrier);
    return carrier;
  };
  return (request, socket, head) => {
    carry(plane, carrierTo, { request, socket, head }).catch(() => socket.destroy());
  };
}

interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

async function carry(
  plane: DataPlane,
  carrierTo: (upstream: Upstream) => RequestHandler,
  upgrade: Upgrade,
): Promise<void> {
  const { request, socket, head } = upgrade;
  const admission = admit(request, plane.wire);
  if (admission.kind !== 'admitted') return answer(socket, admission.status);
  // A body would be read as the first bytes of the other protocol, or as another request by a backend that declines.
  if (admission.hasBody) return answer(socket, 400);
  if (request.headers.upgrade?.toLowerCase() !== 'websocket') return answer(socket, 501);
  const route = routeRequest(plane, request, admission);
  plane.onArrival(route.operationId, route.group);
  const side = await reachableSide(plane, route);
  const upstream = plane.upstreams.live(route.group, side);
  const settle = createSettle(plane, { route, side, method: request.method ?? '', target: admission.target });
  if (!upstream) {
    settle(failed('NO_BACKEND'));
    return answer(socket, 502);
  }
  if (socket.destroyed) return settle(LEFT);
  endings.set(socket, settle);
  socket.once('close', () => settle(LEFT));
  rewriteHeaders(request, admission.headers);
  // Declared by the library for a plain socket only, although it takes what Node's upgrade event hands out.
  carrierTo(upstream).upgrade(request, socket as Parameters<RequestHandler['upgrade']>[1], head);
}

// The library ends the client's socket as soon as its target fails, so legacy could not step in after the attempt:
// whether the candidate is there is asked first.
async function reachableSide(plane: DataPlane, route: Route): Promise<Side> {
  const candidate = plane.upstreams.live(route.group, 'candidate');
  if (route.side === 'legacy' || !candidate) return 'legacy';
  return (await canConnect(candidate.connect)) ? 'candidate' : 'legacy';
}

function canConnect(connect: Connect): Promise<boolean> {
  return new Promise((resolve) => {
    connect((error, socket) => {
      socket?.destroy();
      resolve(error === null);
    });
  });
}

/** The connections of upgrades are made as all others are: the same names, addresses, sockets and certificates. */
class ConnectAgent extends Agent {
  readonly #connect: Connect;

  constructor(connect: Connect) {
    super({ keepAlive: false });
    this.#connect = connect;
  }

  override createConnection(
    _options: ClientRequestArgs,
    callback: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    this.#connect((error, socket) => callback(error, socket as Duplex)); // Node looks at none where there is an error
  }
}

function createCarrier({ connect, timeouts }: Upstream): RequestHandler {
  return createProxyMiddleware({
    // The agent connects, and speaks TLS where it must; the library wants to be told a target all the same.
    target: new URL('http://localhost'),
    agent: new ConnectAgent(connect),
    upgradeTimeout: timeouts.headersMs,
    changeOrigin: false,
    xfwd: false,
    // Its own plugins log and answer with the backend's address in the text.
    ejectPlugins: true,
    plugins: [answerFailures, tieSockets],
  });
}

/** Tells how the upgrade of a client socket ended; only the first word counts. */
type Settle = (result: ServedResult) => void;

const endings = new WeakMap<object, Settle>();

/** Client sockets that have been given their 101. */
const established = new WeakSet<object>();

const answerFailures: Plugin = (server) => {
  server.on('error', (error, _request, response) => {
    // For an upgrade the library hands over the socket in the response's place.
    if (!response || 'writeHead' in response) return;
    endings.get(response)?.(failed('code' in error ? String(error.code) : error.name));
    // Once the protocol is another one, words of HTTP in it would be read as data.
    if (established.has(response)) response.destroy();
    else answer(response, gatewayStatus('code' in error ? String(error.code) : ''));
  });
};

// The library pipes each socket into the other, and a pipe ends its target at `end` only: when one side is destroyed the
// other would stay open for ever.
const tieSockets: Plugin = (server) => {
  server.on('proxyReqWs', (upstream, _request, client) => {
    client.once('close', () => upstream.destroy());
    upstream.once('response', ({ statusCode }) => endings.get(client)?.(replied(statusCode ?? 0)));
    upstream.once('upgrade', (_response, backend) => {
      endings.get(client)?.(replied(101));
      established.add(client);
      client.once('close', () => backend.destroy());
      backend.once('close', () => client.destroy());
    });
  });
};

/** The library copies `headers`, not `rawHeaders`: the one table writes both. */
function rewriteHeaders(request: IncomingMessage, flat: readonly string[]): void {
  const upgrade = request.headers.upgrade;
  // Without a prototype, so that a header named `constructor` is one like any other.
  const headers: Record<string, string> = Object.create(null);
  for (let index = 0; index < flat.length; index += 2) {
    const name = (flat[index] ?? '').toLowerCase();
    const value = flat[index + 1] ?? '';
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  request.headers = { ...headers, connection: 'Upgrade', upgrade };
}

function createSettle(
  plane: DataPlane,
  { route, side, method, target }: { route: Route; side: Side; method: string; target: string },
): Settle {
  const at = plane.clock.now();
  let isSettled = false;
  return (result) => {
    if (isSettled) return;
    isSettled = true;
    plane.onExchange({
      at,
      operationId: route.operationId,
      request: { group: route.group, method, target, headers: [], body: undefined },
      served: side,
      plan: { kind: 'skip', reason: 'streaming' },
      result,
    });
  };
}

const LEFT: ServedResult = { kind: 'client-aborted', totalMs: 0, heldBack: true };

/** How long it took says nothing: the other protocol goes on for as long as it likes. */
function replied(status: number): ServedResult {
  return { kind: 'reply', status, headers: [], body: undefined, totalMs: 0, heldBack: true };
}

function failed(code: string): ServedResult {
  return { kind: 'failed', code, totalMs: 0 };
}

function answer(socket: Duplex, status: number): void {
  if (socket.destroyed || !socket.writable) return;
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
