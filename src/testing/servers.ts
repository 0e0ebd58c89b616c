import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** A real HTTP server on a free port, closed when the test ends. */
export async function startBackend(
  t: TestContext,
  listener: RequestListener,
): Promise<{ readonly origin: URL; readonly server: Server }> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: originOf(server), server };
}

/** A TCP server that does what no HTTP server would: the handler gets the raw socket. */
export async function startRawBackend(
  t: TestContext,
  onSocket: (socket: Socket) => void,
): Promise<{ readonly origin: URL }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { origin: originOf(server) };
}

/** An address at which nothing listens. */
export async function deadOrigin(): Promise<URL> {
  const server = createTcpServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = originOf(server);
  server.close();
  await once(server, 'close');
  return origin;
}

function originOf(server: { address(): unknown }): URL {
  const { port } = server.address() as AddressInfo; // a listening TCP server has an address of this kind
  return new URL(`http://127.0.0.1:${port}`);
}

/** Writes bytes to a port and returns everything that came back until the peer closed, as latin1. */
export async function sendRaw(port: number, bytes: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => {});
  socket.write(bytes, 'latin1');
  await once(socket, 'close');
  return Buffer.concat(chunks).toString('latin1');
}
