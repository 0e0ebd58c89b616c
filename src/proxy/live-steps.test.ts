import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startProxy } from '../testing/proxy.ts';
import { deadOrigin, startBackend } from '../testing/servers.ts';

test('a request that comes is a step, and its answer is one', async (t) => {
  const { origin } = await startBackend(t, (_request, response) => response.end('{}'));
  const { port, steps, handedOver } = await startProxy(t, { legacy: origin });
  await fetch(`http://127.0.0.1:${port}/things/1`);
  await handedOver(1);
  assert.equal(steps(), 2);
});

test('each piece of an answer is a step', async (t) => {
  const more = Promise.withResolvers<void>();
  const { origin } = await startBackend(t, async (_request, response) => {
    response.write('one');
    await more.promise;
    response.end('two');
  });
  const { port, steps, handedOver } = await startProxy(t, { legacy: origin });
  const answer = await fetch(`http://127.0.0.1:${port}/things/1`);
  const reader = answer.body?.getReader();
  await reader?.read();
  const before = steps();
  assert.ok(before >= 2, `${before} steps`);
  more.resolve();
  await handedOver(1);
  assert.ok(steps() > before);
});

test('a candidate that fails takes one, and so does legacy in its place', async (t) => {
  const { origin } = await startBackend(t, (_request, response) => response.end('{}'));
  const dead = await deadOrigin();
  const { port, steps, handedOver } = await startProxy(t, { legacy: origin, candidate: dead, serve: 'candidate' });
  await fetch(`http://127.0.0.1:${port}/things/1`);
  await handedOver(1);
  assert.equal(steps(), 3);
});
