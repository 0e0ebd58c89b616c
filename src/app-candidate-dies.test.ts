import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Pool } from 'undici';
import { startApp } from './testing/app.ts';
import { THINGS } from './testing/proxy.ts';
import { startBackend } from './testing/servers.ts';

const REQUESTS = 600;

interface Answer {
  readonly method: string;
  readonly expected: number;
  readonly status: number;
  readonly from: unknown;
}

const WRITE = { method: 'POST', path: '/things', body: '{"name":"a"}', status: 201 } as const;
const READ = { method: 'GET', path: '/things', body: null, status: 200 } as const;
const MISSING = { method: 'GET', path: '/things/missing', body: null, status: 404 } as const;

/** Every answer of 600 requests over 16 connections, a third of them writes; the candidate dies with some in its hands. */
async function killUnderLoad(t: TestContext, more: string) {
  const legacy = await startBackend(t, (request, response) => {
    const status = request.method === 'POST' ? 201 : request.url === '/things/missing' ? 404 : 200;
    response.writeHead(status, { 'Content-Type': 'application/json', 'X-From': 'legacy' });
    setImmediate(() => response.end('{}'));
  });
  let taken = 0;
  const candidate = await startBackend(t, (_, response) => {
    taken += 1;
    // From here on nothing is answered until it dies with a full hand, reads and writes.
    if (taken > 100) return void (taken === 110 && candidate.server.close().closeAllConnections());
    response.writeHead(200, { 'Content-Type': 'application/json', 'X-From': 'candidate' }).end('{}');
  });
  const operations = ['listThings', 'getThing', 'createThing'];
  const setup = { contract: THINGS, legacy: legacy.origin, candidate: candidate.origin, operations, weight: 100, more };
  const { port, finish } = await startApp(t, setup);
  const client = new Pool(`http://127.0.0.1:${port}`, { connections: 16 });
  t.after(() => client.destroy());
  const send = async (index: number): Promise<Answer> => {
    const { method, path, body, status: expected } = [WRITE, READ, MISSING][index % 3] ?? READ;
    const answer = await client.request({ method, path, body });
    await answer.body.dump();
    return { method, expected, status: answer.statusCode, from: answer.headers['x-from'] };
  };
  const answers = await Promise.all(Array.from({ length: REQUESTS }, (_, index) => send(index)));
  assert.equal(taken, 110);
  return { answers, ...(await finish()) };
}

test('a candidate killed under load, `repeat: any`: legacy answers every request with its own status', async (t) => {
  const { answers, evidence } = await killUnderLoad(t, 'fallback: { repeat: any }');
  const byLegacy = answers.filter(({ from }) => from === 'legacy');
  assert.equal(byLegacy.length, REQUESTS - answers.filter(({ from }) => from === 'candidate').length);
  assert.ok(byLegacy.length >= REQUESTS - 100, 'the candidate answered at most 100 before it died');
  for (const { expected, status } of byLegacy) assert.equal(status, expected);
  const total = (pick: (operation: (typeof evidence.operations)[number]) => number): number =>
    evidence.operations.reduce((sum, operation) => sum + pick(operation), 0);
  assert.deepEqual(
    {
      eligible: total(({ eligible }) => eligible),
      outcomes: total(({ outcomes }) => Object.values(outcomes).reduce((left, right) => left + right, 0)),
    },
    { eligible: REQUESTS, outcomes: REQUESTS },
  );
  // The first ones fall back, each counted against the candidate; then the breaker sends the others to legacy at once.
  const fallbacks = total((operation) => operation.fallbacks);
  assert.ok(fallbacks >= 10 && fallbacks < byLegacy.length, `${fallbacks} fallbacks`);
});

test('a candidate killed under load: unasked, only a write that it had in its hands is not repeated', async (t) => {
  const { answers } = await killUnderLoad(t, '');
  const refused = answers.filter(({ from }) => from === undefined);
  assert.ok(refused.length > 0 && refused.length <= 10, `${refused.length} writes were in its hands`);
  for (const { method, status } of refused) assert.deepEqual([method, status], ['POST', 502]);
  for (const { from, expected, status } of answers) if (from === 'legacy') assert.equal(status, expected);
});
