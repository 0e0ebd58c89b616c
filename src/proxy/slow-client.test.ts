// Clients that are slow on purpose, and clients that leave: neither holds more than its own connection.
import assert from 'node:assert/strict';
import diagnostics from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { RequestListener, Server, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { until } from '../testing/cli.ts';
import { startHostile } from '../testing/hostile-upstreams.ts';
import { type ProxyUnderTest, startProxy } from '../testing/proxy.ts';
import { sendRaw, startBackend } from '../testing/servers.ts';

const SIZE = 100 * 2 ** 20;
const BLOCK = Buffer.alloc(2 ** 20, 'paritygate ');

interface Download {
  readonly listener: RequestListener;
  /** Bytes that the backend got rid of. */
  taken(): number;
}

/** Writes as much as it is allowed to. */
function download(): Download {
  let taken = 0;
  const listener: RequestListener = (_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': SIZE });
    const fill = (): void => {
      while (taken < SIZE) {
        taken += BLOCK.length;
        if (!response.write(BLOCK)) return void response.once('drain', fill);
      }
      response.end();
    };
    fill();
  };
  return { listener, taken: () => taken };
}

function connectTo({ port }: Pick<ProxyUnderTest, 'port'>, t: TestContext): Socket {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  return socket;
}

/** Resolves with the number once it has been the same, and above zero, for some time. */
function steady(read: () => number): Promise<number> {
  let [last, same] = [-1, 0];
  return until(() => {
    const now = read();
    same = now === last && now > 0 ? same + 1 : 0;
    last = now;
    return same === 10 ? now : undefined;
  });
}

test('a client that does not read 100 MB holds the backend back, and gets all of it when it reads', async (t) => {
  const { listener, taken } = download();
  const { origin } = await startBackend(t, listener);
  const proxy = await startProxy(t, { legacy: origin, plan: { kind: 'mirror', maxBodyBytes: 2 ** 21 } });
  const socket = connectTo(proxy, t);
  socket.write('GET /things HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  const before = process.memoryUsage().arrayBuffers;
  assert.ok((await steady(taken)) < SIZE / 2, `${taken()} bytes were taken for a client that reads none`);
  assert.ok(process.memoryUsage().arrayBuffers - before < SIZE / 5);
  let [bytes, sum] = [0, 0];
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    const body = bytes === 0 ? chunk.subarray(chunk.indexOf('\r\n\r\n') + 4) : chunk;
    bytes += body.length;
    sum = crc32(body, sum);
  }
  let expected = 0;
  for (let sent = 0; sent < SIZE; sent += BLOCK.length) expected = crc32(BLOCK, expected);
  assert.deepEqual([bytes, sum], [SIZE, expected]);
  await proxy.handedOver(1);
  const [exchange] = proxy.exchanges;
  assert.ok(
    exchange?.result.kind === 'reply' && exchange.result.heldBack,
    'its time is not taken for the backend\u2019s',
  );
});

test('a client that leaves without having read takes the backend connection with it', async (t) => {
  const { listener, taken } = download();
  const closed = Promise.withResolvers<void>();
  const { origin } = await startBackend(t, (request, response) => {
    response.once('close', () => closed.resolve());
    listener(request, response);
  });
  const proxy = await startProxy(t, { legacy: origin });
  const socket = connectTo(proxy, t);
  socket.write('GET /things HTTP/1.1\r\nHost: x\r\n\r\n');
  await steady(taken);
  socket.destroy();
  await closed.promise;
  await proxy.handedOver(1);
  assert.deepEqual(
    proxy.exchanges.map(({ result }) => result.kind),
    ['client-aborted'],
  );
});

/** The HTTP server of the proxy, which it shows to nobody. */
async function serverOf({ port }: ProxyUnderTest, backend: Server): Promise<Server> {
  const servers = new Set<Server>();
  const onRequest = (message: unknown): void => {
    servers.add((message as { readonly server: Server }).server); // documented for this channel
  };
  diagnostics.subscribe('http.server.request.start', onRequest);
  await (await fetch(`http://127.0.0.1:${port}/things`)).text();
  diagnostics.unsubscribe('http.server.request.start', onRequest);
  servers.delete(backend);
  const [server] = servers;
  assert.ok(server);
  return server;
}

const SLOW_HEADS: Readonly<Record<string, string>> = {
  nothing: '',
  'half a line': 'GET /thi',
  'headers without end': 'GET /things HTTP/1.1\r\nHost: x\r\nX-Slow: 1\r\n',
};

for (const [what, bytes] of Object.entries(SLOW_HEADS)) {
  test(`a client that sends ${what} and waits is answered with 408 and cut, and others are served`, async (t) => {
    const { origin, server: backend } = await startBackend(t, (_, response) => void response.end('x'));
    const proxy = await startProxy(t, { legacy: origin });
    const server = await serverOf(proxy, backend);
    assert.ok(server.headersTimeout > 0 && server.headersTimeout <= 60_000, 'there is a limit');
    // The same limit and the same look at all connections, only sooner.
    Object.assign(server, { headersTimeout: 100, connectionsCheckingInterval: 20 });
    server.emit('listening');
    const slow = sendRaw(proxy.port, bytes);
    assert.equal(await (await fetch(`http://127.0.0.1:${proxy.port}/things`)).text(), 'x');
    assert.match(await slow, /^HTTP\/1\.1 408 /);
    assert.equal(proxy.arrivals.length, 2, 'what never came is no exchange');
  });
}

for (const length of [10, 1_000_000]) {
  test(`an upload of ${length} bytes that comes to a halt is given up, and the client told`, async (t) => {
    const { origin } = await startBackend(t, (incoming) => void incoming.resume());
    const proxy = await startProxy(t, { legacy: origin, uploadLimit: { graceMs: 100, bytesPerSecond: 500 } });
    const answer = await sendRaw(
      proxy.port,
      `POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\nhalf`,
    );
    if (length === 10) assert.match(answer, /^HTTP\/1\.1 408 /);
    else assert.equal(answer, '', 'the backend has a part of it already, so there is nothing to say');
  });
}

test('clients that never end what they send do not use up the bound on requests in flight', async (t) => {
  const { origin } = await startBackend(t, (_, response) => void response.end('x'));
  const proxy = await startProxy(t, { legacy: origin, maxInFlight: 2 });
  const sent = [1, 2, 3].map(async () => {
    const socket = connectTo(proxy, t);
    await once(socket, 'connect');
    socket.write('POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf');
  });
  await Promise.all(sent);
  for (let each = 0; each < 5; each += 1)
    assert.equal((await fetch(`http://127.0.0.1:${proxy.port}/things`)).status, 200);
  assert.deepEqual(proxy.arrivals, Array(5).fill('listThings'));
});

test('a client that takes nothing of its answer for ever is cut off', async (t) => {
  const { origin } = await startBackend(t, (_, response) => void response.end(Buffer.alloc(50_000_000)));
  const proxy = await startProxy(t, { legacy: origin, timeouts: { idleMs: 200 } });
  const socket = connectTo(proxy, t);
  socket.write('GET /things HTTP/1.1\r\nHost: x\r\n\r\n');
  socket.pause();
  await proxy.handedOver(1);
  assert.deepEqual([proxy.exchanges[0]?.result.kind, proxy.listener.load().inFlight], ['client-aborted', 0]);
});

const UPLOAD = 'POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nbegin';

for (const [how, leave] of [
  ['ends its side', (socket: Socket) => socket.end()],
  ['closes', (socket: Socket) => socket.destroy()],
  ['resets', (socket: Socket) => socket.resetAndDestroy()],
] as const) {
  test(`a client that ${how} in the middle of its upload: the backend is told, and it is nobody's error`, async (t) => {
    const reached = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    const { origin } = await startBackend(t, (incoming, response) => {
      incoming.on('error', () => {}).once('data', () => reached.resolve());
      response.once('close', () => closed.resolve());
    });
    const proxy = await startProxy(t, { legacy: origin });
    const socket = connectTo(proxy, t);
    socket.write(UPLOAD);
    await reached.promise;
    leave(socket);
    await closed.promise;
    await proxy.handedOver(1);
    assert.deepEqual(
      proxy.exchanges.map(({ result }) => result.kind),
      ['client-aborted'],
    );
  });
}

test('a client that leaves while the backend lets nobody connect: it is counted as having left', async (t) => {
  const { origin } = await startHostile(t, 'lets nobody connect');
  const proxy = await startProxy(t, { legacy: origin });
  const socket = connectTo(proxy, t);
  socket.write('GET /things HTTP/1.1\r\nHost: x\r\n\r\n');
  await until(() => proxy.arrivals.length === 1 || undefined);
  socket.destroy();
  await proxy.handedOver(1);
  assert.deepEqual(
    proxy.exchanges.map(({ result }) => result.kind),
    ['client-aborted'],
  );
});

test('of requests that were sent at once, none outlives its client', async (t) => {
  const open = new Set<ServerResponse>();
  const { origin } = await startBackend(t, (_, response) => {
    open.add(response);
    response.once('close', () => open.delete(response));
  });
  const proxy = await startProxy(t, { legacy: origin });
  const socket = connectTo(proxy, t);
  socket.write('GET /things HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3));
  await until(() => open.size > 0 || undefined);
  socket.destroy();
  await once(socket, 'close');
  await until(() => (open.size === 0 && proxy.exchanges.length === proxy.arrivals.length) || undefined);
  assert.ok(proxy.exchanges.every(({ result }) => result.kind === 'client-aborted'));
});
