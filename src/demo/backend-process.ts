import { createServer, type RequestListener, type Server } from 'node:http';
import { describeError, ParitygateError } from '../core/index.ts';
import { type BackendOptions, parseBackendOptions } from './backend-options.ts';

const HOST = '127.0.0.1';

/** Open requests get this long once the process was told to end. */
const DRAIN_MS = 1_000;

/** Runs a backend as this process until SIGTERM or SIGINT comes, or the parent that started it is gone. */
export async function runBackend(createHandler: (options: BackendOptions) => RequestListener): Promise<void> {
  try {
    const options = parseBackendOptions(process.argv.slice(2));
    const server = createBackendServer(createHandler(options));
    const origin = await startServer(server, options.port);
    process.stdout.write(`listening on ${origin}\n`);
    stopWithParent(server);
  } catch (error) {
    if (!(error instanceof ParitygateError)) throw error;
    process.stderr.write(`${describeError(error)}\n`);
    process.exitCode = error.exitCode;
    // An open IPC channel would keep the process alive without a server.
    if (process.connected) process.disconnect();
  }
}

/** Keeps idle connections longer than any pause of the traffic, so that none is closed under a request. */
export function createBackendServer(handler: RequestListener): Server {
  return createServer({ keepAliveTimeout: 60_000 }, handler);
}

/** Listens on loopback; resolves with the origin. */
export function startServer(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(describeListenError(cause, port)));
    server.listen(port, HOST, () => {
      const address = server.address();
      const actual = typeof address === 'object' && address !== null ? address.port : port;
      resolve(`http://${HOST}:${actual}`);
    });
  });
}

export function stopServer(server: Server): Promise<void> {
  const kill = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  return new Promise((resolve) => {
    server.close(() => {
      clearTimeout(kill);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function stopWithParent(server: Server): void {
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await stopServer(server);
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.once('disconnect', stop);
}

function describeListenError(cause: NodeJS.ErrnoException, port: number): ParitygateError {
  if (cause.code !== 'EADDRINUSE') {
    return new ParitygateError('PG_LISTEN', `cannot listen on ${HOST}:${port}: ${cause.message}`, { cause });
  }
  const fix = 'stop the process that has it, or give another --port';
  return new ParitygateError('PG_PORT_IN_USE', `port ${port} is taken`, { fix, cause });
}
