import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { ParitygateError } from '../core/index.ts';
import { assertLoopback, isOurHost } from './loopback.ts';
import { createHandle, type Handle, type Subject } from './operations.ts';
import { problem, writeReply } from './reply.ts';

export interface ControlOptions extends Subject {
  /** Port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** openapi/control.yaml */
  readonly contractFile: string;
  /** Told of what the client only learns as a 500. */
  readonly onError?: (error: unknown) => void;
}

/** The control API's server. */
export interface Control {
  start(): Promise<{ readonly port: number }>;
  /** Closes at once: no answer takes long enough to wait for. */
  stop(): Promise<void>;
}

/** Throws when it would listen on anything but loopback. Opens nothing before `start`. */
export function createControl(options: ControlOptions): Control {
  assertLoopback(options.listen.host);
  let server: Server | undefined;
  return {
    start: async () => {
      const handle = await createHandle(options.contractFile, options);
      server = await listen(appOf(handle, options.onError), options.listen);
      return { port: portOf(server) };
    },
    stop: async () => {
      if (!server?.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function appOf(handle: Handle, onError: ControlOptions['onError']): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use((request, response, next) => {
    if (isOurHost(request.headers.host, request.socket.localPort ?? 0)) return next();
    writeReply(response, problem(403, 'the Host header must be localhost, 127.0.0.1 or [::1], with the port'));
  });
  app.use(async (request, response) => {
    const [path = '', query = ''] = request.url.split('?', 2);
    writeReply(response, await handle({ method: request.method, path, query }));
  });
  app.use(failureHandler(onError));
  return app;
}

/** Four parameters, as Express tells an error handler by their number. */
function failureHandler(onError: ControlOptions['onError']): ErrorRequestHandler {
  return (error, _request, response, next) => {
    onError?.(error);
    if (response.headersSent) return next(error);
    writeReply(response, problem(500, 'the request failed; the log says why'));
  };
}

/** Targets reach Express as path and query: one that it cannot parse it would pass by every handler, into a 404 page. */
function serve(app: Express, request: IncomingMessage, response: ServerResponse): void {
  const target = URL.parse(request.url ?? '', 'http://control.invalid');
  if (!target) return writeReply(response, problem(400, 'the request target is malformed'));
  request.url = target.pathname + target.search;
  app(request, response);
}

async function listen(app: Express, { host, port }: ControlOptions['listen']): Promise<Server> {
  const server = createServer((request, response) => serve(app, request, response));
  try {
    // The host is always given: without it Node listens on every interface.
    server.listen({ host, port });
    await once(server, 'listening');
    return server;
  } catch (cause) {
    throw listenError(cause, { host, port });
  }
}

function listenError(cause: unknown, { host, port }: ControlOptions['listen']): ParitygateError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  if (code === 'EADDRINUSE') {
    const message = `port ${port} of ${host}, for the control API, is in use`;
    const fix = 'stop what listens there, or set control.listen in paritygate.yaml to another port';
    return new ParitygateError('PG_PORT_IN_USE', message, { fix, cause });
  }
  const fix = 'set control.listen in paritygate.yaml to a loopback address and a port that this user may open';
  return new ParitygateError('PG_LISTEN', `the control API cannot listen on ${host}:${port}: ${code}`, { fix, cause });
}

function portOf(server: Server): number {
  // Cast: a server that listens on a host and port has an address of this kind.
  return (server.address() as AddressInfo).port;
}
