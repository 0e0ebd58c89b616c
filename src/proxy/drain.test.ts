import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startProxy } from '../testing/proxy.ts';
import { startBackend } from '../testing/servers.ts';

test('a request in flight when the proxy stops gets its whole answer', async (t) => {
  let answer = (): void => {};
  const reached = new Promise<void>((resolve) => {
    void startBackend(t, (_, response) => {
      answer = () => void response.end('whole');
      resolve();
    }).then(async ({ origin }) => begin(origin));
  });
  let pending: Promise<Response> | undefined;
  let stopped: Promise<{ readonly cut: number }> | undefined;
  let stop = (): void => {};
  const begin = async (origin: URL): Promise<void> => {
    const { port, listener } = await startProxy(t, { legacy: origin, graceMs: 5000 });
    stop = () => {
      stopped = listener.stop();
    };
    pending = fetch(`http://127.0.0.1:${port}/things`);
  };
  await reached;
  stop();
  answer();
  assert.equal(await (await pending)?.text(), 'whole');
  assert.deepEqual(await stopped, { cut: 0 });
});

test('what does not end within the grace period is cut and counted', async (t) => {
  let reached = (): void => {};
  const isReached = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const { origin } = await startBackend(t, () => reached());
  const { port, listener } = await startProxy(t, { legacy: origin, graceMs: 50 });
  const pending = fetch(`http://127.0.0.1:${port}/things`);
  const failed = assert.rejects(pending);
  await isReached;
  assert.deepEqual(await listener.stop(), { cut: 1 });
  await failed;
});

test('a stopped proxy takes no new connection', async (t) => {
  const { origin } = await startBackend(t, (_, response) => void response.end('x'));
  const { port, listener } = await startProxy(t, { legacy: origin });
  await listener.stop();
  await assert.rejects(fetch(`http://127.0.0.1:${port}/things`));
});

test('a port in use is one clear error', async (t) => {
  const { origin } = await startBackend(t, (_, response) => void response.end('x'));
  const { createListener } = await import('./listener.ts');
  // The data plane is never reached: listening fails first.
  const listener = createListener({} as Parameters<typeof createListener>[0], {
    host: '127.0.0.1',
    port: Number(origin.port),
    graceMs: 0,
    maxInFlight: 1,
  });
  await assert.rejects(listener.start(), { code: 'PG_PORT_IN_USE', exitCode: 4 });
});
