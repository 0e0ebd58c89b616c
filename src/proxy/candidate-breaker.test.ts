import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startProxy } from '../testing/proxy.ts';
import { deadOrigin, startBackend } from '../testing/servers.ts';

test('a candidate that fails again and again is left alone, and legacy answers without asking it', async (t) => {
  let asked = 0;
  const legacy = await startBackend(t, (_, response) => void response.end('legacy'));
  const candidate = await startBackend(t, (request) => {
    asked += 1;
    request.socket.destroy();
  });
  const setup = { legacy: legacy.origin, candidate: candidate.origin, serve: 'candidate' } as const;
  const { port, exchanges, warnings, protection } = await startProxy(t, setup);
  for (let each = 0; each < 20; each += 1)
    assert.equal(await (await fetch(`http://127.0.0.1:${port}/things`)).text(), 'legacy');
  assert.equal(asked, 5);
  assert.deepEqual(protection.breaker.status(), { state: 'open', opened: 1, diverted: 15 });
  assert.equal(exchanges.filter(({ fallback }) => fallback).length, 5, 'each failure counts against the candidate');
  assert.match(warnings.join(), /group things: .* legacy serves it/);
});

test('a candidate that answers 5xx is passed on as it is, until it does so mostly', async (t) => {
  const legacy = await startBackend(t, (_, response) => void response.end('legacy'));
  const candidate = await startBackend(t, (_, response) => void response.writeHead(500).end('candidate'));
  const setup = { legacy: legacy.origin, candidate: candidate.origin, serve: 'candidate' } as const;
  const { port } = await startProxy(t, setup);
  const bodies: string[] = [];
  for (let each = 0; each < 7; each += 1) bodies.push(await (await fetch(`http://127.0.0.1:${port}/things`)).text());
  assert.deepEqual(bodies, [...Array(5).fill('candidate'), 'legacy', 'legacy']);
});

test('writes that get 4xx and clients that hang up are no failures of the candidate', async (t) => {
  const legacy = await startBackend(t, (_, response) => void response.end('legacy'));
  const candidate = await startBackend(t, (request, response) => {
    if (request.method === 'POST') response.writeHead(409).end('no');
  });
  const setup = { legacy: legacy.origin, candidate: candidate.origin, serve: 'candidate' } as const;
  const { port, handedOver, protection } = await startProxy(t, setup);
  for (let each = 0; each < 6; each += 1) {
    const hangingUp = new AbortController();
    const waiting = fetch(`http://127.0.0.1:${port}/things`, { signal: hangingUp.signal });
    const answer = await fetch(`http://127.0.0.1:${port}/things`, { method: 'POST', body: '{}' });
    assert.equal(answer.status, 409);
    hangingUp.abort();
    await assert.rejects(waiting);
  }
  await handedOver(12);
  assert.equal(protection.breaker.status().state, 'closed');
});

test('an empty retry budget: the failure is told to the client', async (t) => {
  const legacy = await startBackend(t, (_, response) => void response.end('legacy'));
  const setup = { legacy: legacy.origin, candidate: await deadOrigin(), serve: 'candidate', budget: 0 } as const;
  const { port, protection } = await startProxy(t, setup);
  while (protection.budget.take());
  assert.equal((await fetch(`http://127.0.0.1:${port}/things`)).status, 502);
});
