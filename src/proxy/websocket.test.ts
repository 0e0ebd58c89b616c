import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { test } from 'node:test';
import { startProxy } from '../testing/proxy.ts';
import { deadOrigin, sendRaw, startBackend } from '../testing/servers.ts';

/** A backend that speaks just enough WebSocket to echo one small text message, marked with its name. */
async function echoBackend(
  t: Parameters<typeof startBackend>[0],
  name: string,
  seen: Record<string, unknown>[] = [],
): Promise<URL> {
  const { origin, server } = await startBackend(t, (_, response) => void response.writeHead(426).end());
  server.on('upgrade', (request, socket) => {
    seen.push(request.headers);
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.on('error', () => {});
    socket.on('data', (frame: Buffer) => {
      const mask = frame.subarray(2, 6);
      const text = Buffer.from(
        frame.subarray(6, 6 + ((frame[1] ?? 0) & 0x7f)).map((byte, index) => byte ^ (mask[index % 4] ?? 0)),
      );
      const reply = Buffer.from(`${name}:${text.toString()}`);
      socket.write(Buffer.concat([Buffer.from([0x81, reply.length]), reply]));
    });
  });
  return origin;
}

async function echoThrough(port: number, text: string): Promise<string> {
  const client = new WebSocket(`ws://127.0.0.1:${port}/things/live`);
  await once(client, 'open');
  const answered = once(client, 'message');
  client.send(text);
  const [event] = (await answered) as [{ readonly data: string }]; // the only argument of a message event
  client.close();
  return event.data;
}

test('a WebSocket goes to the side that the weight chooses', async (t) => {
  const [legacy, candidate] = [await echoBackend(t, 'legacy'), await echoBackend(t, 'candidate')];
  const atLegacy = await startProxy(t, { legacy, candidate });
  assert.equal(await echoThrough(atLegacy.port, 'hello'), 'legacy:hello');
  const atCandidate = await startProxy(t, { legacy, candidate, serve: 'candidate' });
  assert.equal(await echoThrough(atCandidate.port, 'hello'), 'candidate:hello');
  assert.deepEqual(
    [atCandidate.exchanges[0]?.plan, atCandidate.arrivals.length],
    [{ kind: 'skip', reason: 'streaming' }, 1],
  );
});

test('a WebSocket for a dead candidate goes to legacy', async (t) => {
  const { port } = await startProxy(t, {
    legacy: await echoBackend(t, 'legacy'),
    candidate: await deadOrigin(),
    serve: 'candidate',
  });
  assert.equal(await echoThrough(port, 'hello'), 'legacy:hello');
});

test('a WebSocket for a dead legacy is answered with 502', async (t) => {
  const { port } = await startProxy(t, { legacy: await deadOrigin() });
  const answer = await sendRaw(
    port,
    'GET /things/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  );
  assert.match(answer, /^HTTP\/1\.1 502 /);
});

test('an upgrade carries no forwarding header of the client', async (t) => {
  const seen: Record<string, unknown>[] = [];
  const { port } = await startProxy(t, { legacy: await echoBackend(t, 'legacy', seen) });
  const socket = new WebSocket(`ws://127.0.0.1:${port}/things/live`, {
    headers: { 'X-Forwarded-For': '6.6.6.6', 'X-Paritygate-Shadow': '1' },
  } as never); // undici's option, missing in the DOM type
  await once(socket, 'open');
  socket.close();
  assert.equal(seen[0]?.['x-forwarded-for'], '127.0.0.1');
  assert.equal(seen[0]?.['x-paritygate-shadow'], undefined);
});

test('a backend that breaks off after the upgrade cuts the client, and writes no HTTP into its stream', async (t) => {
  const { origin, server } = await startBackend(t, () => {});
  server.on('upgrade', (_, socket) => {
    socket.on('error', () => {});
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    setImmediate(() => (socket as Socket).resetAndDestroy()); // the upgrade event hands out the TCP socket
  });
  const { port } = await startProxy(t, { legacy: origin });
  const answer = await sendRaw(
    port,
    'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n',
  );
  assert.doesNotMatch(answer, /502/);
});

test('a proxy that stops closes both ends of what it carried', async (t) => {
  const { origin, server } = await startBackend(t, () => {});
  const atBackend = Promise.withResolvers<Duplex>();
  server.on('upgrade', (_, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    atBackend.resolve(socket);
  });
  const { port, listener } = await startProxy(t, { legacy: origin });
  const client = connect({ port, host: '127.0.0.1' });
  client.write(
    'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n',
  );
  const backend = await atBackend.promise;
  for (const socket of [backend, client]) socket.on('error', () => socket.destroy()).resume();
  backend.on('error', () => {});
  const closed = Promise.all([ended(backend), ended(client)]);
  await listener.stop();
  await closed;
  backend.destroy();
});

function ended(socket: Duplex): Promise<void> {
  return new Promise((resolve) => {
    socket.once('end', resolve);
    socket.once('close', resolve);
  });
}
