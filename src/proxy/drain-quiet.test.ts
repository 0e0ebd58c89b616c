import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { startProxy } from '../testing/proxy.ts';
import { startBackend, startRawBackend } from '../testing/servers.ts';

const REQUEST = 'GET /things HTTP/1.1\r\nHost: a\r\n\r\n';
/** No test may wait for it. */
const LONG_MS = 60_000;

interface Client {
  readonly socket: Socket;
  readonly closed: Promise<unknown>;
  /** What came since the last call, once it ends so. */
  until(end: string): Promise<string>;
}

async function open(t: TestContext, port: number): Promise<Client> {
  const socket = connect({ port, host: '127.0.0.1' }).on('error', () => {});
  t.after(() => socket.destroy());
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  const until = async (end: string): Promise<string> => {
    while (!text.endsWith(end)) await once(socket, 'data');
    const found = text;
    text = '';
    return found;
  };
  return { socket, closed, until };
}

test('a request on its way on a kept connection when the proxy stops is answered, and is the last', async (t) => {
  const { origin } = await startBackend(t, (_, response) => void response.end('whole'));
  const { port, listener } = await startProxy(t, { legacy: origin, graceMs: LONG_MS });
  const { socket, until, closed } = await open(t, port);
  socket.write(REQUEST);
  assert.doesNotMatch(await until('whole'), /connection: close/i);
  const stopped = listener.stop({ quietMs: LONG_MS });
  socket.write(REQUEST);
  assert.match(await until('whole'), /^HTTP\/1\.1 200 OK\r\n[\s\S]*connection: close\r\n/i);
  await closed;
  assert.deepEqual(await stopped, { cut: 0 });
});

test('a connection that is idle is closed once it was quiet', async (t) => {
  const { origin } = await startBackend(t, (_, response) => void response.end('whole'));
  const { port, listener } = await startProxy(t, { legacy: origin, graceMs: LONG_MS });
  const { socket, until, closed } = await open(t, port);
  socket.write(REQUEST);
  await until('whole');
  assert.deepEqual(await listener.stop({ quietMs: 10 }), { cut: 0 });
  await closed;
});

test('a connection on which nothing was ever sent does not hold up the stop', async (t) => {
  const { origin } = await startBackend(t, (_, response) => void response.end('whole'));
  const { port, listener } = await startProxy(t, { legacy: origin, graceMs: LONG_MS });
  const { closed } = await open(t, port);
  assert.deepEqual(await listener.stop({ quietMs: 10 }), { cut: 0 });
  await closed;
});

/** A proxy that stops while an answer is half out, on a connection that its head has promised to keep. */
async function stopInAnswer(t: TestContext) {
  const { promise: isReleased, resolve: release } = Promise.withResolvers<void>();
  let asked = 0;
  const { origin } = await startBackend(t, async (_, response) => {
    asked += 1;
    if (asked === 2) return void response.end('last');
    response.write('first');
    await isReleased;
    response.end('whole');
  });
  const { port, listener } = await startProxy(t, { legacy: origin, graceMs: LONG_MS });
  const idle = await open(t, port);
  const client = await open(t, port);
  client.socket.write(REQUEST);
  await client.until('first\r\n');
  const stopped = listener.stop({ quietMs: 1_000 });
  // The quiet time is over before the answer is: it begins again with the end of the answer.
  await idle.closed;
  release();
  await client.until('0\r\n\r\n');
  return { ...client, stopped };
}

test('an answer whose head promised to keep the connection may be followed by one more request', async (t) => {
  const { socket, until, closed, stopped } = await stopInAnswer(t);
  socket.write(REQUEST);
  assert.match(await until('last'), /connection: close[\s\S]*last$/i);
  await closed;
  assert.deepEqual(await stopped, { cut: 0 });
});

test('and when none follows, its connection is closed once it was quiet', async (t) => {
  const { closed, stopped } = await stopInAnswer(t);
  await closed;
  assert.deepEqual(await stopped, { cut: 0 });
});

test('asked again with less patience, the stop ends sooner', async (t) => {
  const { promise: isReached, resolve: reached } = Promise.withResolvers<void>();
  const { origin } = await startBackend(t, () => reached());
  const { port, listener } = await startProxy(t, { legacy: origin, graceMs: LONG_MS });
  const { socket, closed } = await open(t, port);
  socket.write(REQUEST);
  await isReached;
  const patient = listener.stop();
  assert.deepEqual(await listener.stop({ graceMs: 10 }), { cut: 1 });
  assert.deepEqual(await patient, { cut: 1 });
  await closed;
});

test('an upgraded connection is cut by a stop, unless it is to be waited for', async (t) => {
  const { origin } = await startRawBackend(t, (socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
      socket.on('data', (chunk: Buffer) => socket.write(chunk));
    });
  });
  for (const waitsForUpgraded of [false, true]) {
    const { port, listener } = await startProxy(t, { legacy: origin, graceMs: LONG_MS });
    const { socket, until, closed } = await open(t, port);
    socket.write('GET /things HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await until('\r\n\r\n');
    const stopped = listener.stop({ waitsForUpgraded, quietMs: 10 });
    if (waitsForUpgraded) {
      socket.write('echo');
      await until('echo');
      socket.destroy();
    }
    await closed;
    assert.deepEqual(await stopped, { cut: 0 });
  }
});
