import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { startProxy } from '../testing/proxy.ts';
import { startBackend } from '../testing/servers.ts';

test('beyond the limit a request is turned away at once, and those in flight are answered', async (t) => {
  const held: ServerResponse[] = [];
  const legacy = await startBackend(t, (_, response) => void held.push(response));
  const { port, listener, arrivals } = await startProxy(t, { legacy: legacy.origin, maxInFlight: 2 });
  const url = `http://127.0.0.1:${port}/things`;
  const first = [fetch(url), fetch(url)];
  while (held.length < 2) await setImmediate();
  const third = await fetch(url);
  assert.deepEqual([third.status, third.headers.get('retry-after')], [503, '1']);
  assert.deepEqual(listener.load(), { inFlight: 2, shed: 1 });
  for (const response of held.splice(0)) response.end('ok');
  for (const answer of await Promise.all(first)) assert.deepEqual([answer.status, await answer.text()], [200, 'ok']);
  assert.equal(arrivals.length, 2, 'what was turned away is no exchange');
  const fourth = fetch(url);
  while (held.length < 1) await setImmediate();
  held[0]?.end('again');
  assert.equal(await (await fourth).text(), 'again');
});
