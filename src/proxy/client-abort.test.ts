import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { startProxy } from '../testing/proxy.ts';
import { startBackend } from '../testing/servers.ts';

test('a client that goes away before the answer: the backend is told, and the exchange says so', async (t) => {
  const closed = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const { origin } = await startBackend(t, (_, response) => {
    response.once('close', () => closed.resolve());
    reached.resolve();
  });
  const { port, exchanges, handedOver } = await startProxy(t, { legacy: origin });
  const client = new AbortController();
  const pending = fetch(`http://127.0.0.1:${port}/things`, { signal: client.signal });
  await reached.promise;
  client.abort();
  await assert.rejects(pending);
  await closed.promise;
  await handedOver(1);
  assert.equal(exchanges[0]?.result.kind, 'client-aborted');
});

test('a client that goes away in the middle of the body: the backend is told', async (t) => {
  const closed = Promise.withResolvers<void>();
  const { origin } = await startBackend(t, (_, response) => {
    response.once('close', () => closed.resolve());
    response.write('x'.repeat(100_000));
  });
  const { port, exchanges, handedOver } = await startProxy(t, { legacy: origin });
  const client = new AbortController();
  const answer = await fetch(`http://127.0.0.1:${port}/things`, { signal: client.signal });
  client.abort();
  await assert.rejects(answer.text());
  await closed.promise;
  await handedOver(1);
  assert.equal(exchanges[0]?.result.kind, 'client-aborted');
});

test('a client that does not read holds the backend back instead of filling memory', async (t) => {
  let written = 0;
  const stalled = Promise.withResolvers<void>();
  const { origin } = await startBackend(t, (_, response) => {
    const chunk = Buffer.alloc(1 << 20);
    const fill = (): void => {
      while (written < 256 << 20) {
        written += chunk.length;
        if (!response.write(chunk)) {
          response.once('drain', fill);
          return;
        }
      }
    };
    fill();
    response.socket?.once('close', () => stalled.resolve());
  });
  const { port, listener } = await startProxy(t, {
    legacy: origin,
    graceMs: 0,
    plan: { kind: 'skip', reason: 'sampled-out' },
  });
  const { connect } = await import('node:net');
  const socket = connect({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  socket.pause();
  socket.write('GET /things HTTP/1.1\r\nHost: x\r\n\r\n');
  await new Promise<void>((resolve) => waitUntilSteady(() => written, resolve));
  assert.ok(written < 64 << 20, `${written} bytes were taken from the backend for a client that reads none`);
  await listener.stop();
  await stalled.promise;
  socket.destroy();
});

/** Calls back once a number has been the same, and above zero, for some turns of the event loop with timers in between. */
function waitUntilSteady(read: () => number, done: () => void, last = -1, same = 0): void {
  const now = read();
  if (same >= 20) return done();
  setTimeout(() => waitUntilSteady(read, done, now, now === last && now > 0 ? same + 1 : 0), 10);
}
