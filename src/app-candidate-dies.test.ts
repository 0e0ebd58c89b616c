import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pool } from 'undici';
import { startApp } from './testing/app.ts';
import { THINGS } from './testing/proxy.ts';
import { startBackend } from './testing/servers.ts';

test('a candidate killed under load: legacy answers every request with its own status', async (t) => {
  const legacy = await startBackend(t, (request, response) => {
    response.writeHead(request.url === '/things/missing' ? 404 : 200, {
      'Content-Type': 'application/json',
      'X-From': 'legacy',
    });
    setImmediate(() => response.end('{}'));
  });
  let killed = false;
  let served = 0;
  const candidate = await startBackend(t, (_, response) => {
    served += 1;
    response.writeHead(200, { 'Content-Type': 'application/json', 'X-From': 'candidate' });
    if (served < 100) setImmediate(() => response.end('{}'));
    else if (!killed) {
      // Dies with requests in its hands: this one never gets an answer.
      killed = true;
      candidate.server.close();
      candidate.server.closeAllConnections();
    }
  });
  const { port, finish } = await startApp(t, {
    contract: THINGS,
    legacy: legacy.origin,
    candidate: candidate.origin,
    operations: ['listThings', 'getThing'],
    weight: 100,
  });
  const client = new Pool(`http://127.0.0.1:${port}`, { connections: 16 });
  t.after(() => client.destroy());
  const sent = Array.from({ length: 600 }, async (_, index) => {
    const { statusCode, headers, body } = await client.request({
      method: 'GET',
      path: index % 3 === 0 ? '/things/missing' : '/things',
    });
    await body.dump();
    return { expected: index % 3 === 0 ? 404 : 200, statusCode, from: headers['x-from'] };
  });
  const answers = await Promise.all(sent);
  assert.ok(killed);
  assert.ok(answers.some(({ from }) => from === 'candidate') && answers.some(({ from }) => from === 'legacy'));
  for (const { expected, statusCode, from } of answers) if (from === 'legacy') assert.equal(statusCode, expected);
  const { evidence } = await finish();
  const total = (pick: (operation: (typeof evidence.operations)[number]) => number): number =>
    evidence.operations.reduce((sum, operation) => sum + pick(operation), 0);
  assert.equal(
    total(({ eligible }) => eligible),
    600,
  );
  assert.equal(
    total(({ outcomes }) => Object.values(outcomes).reduce((left, right) => left + right, 0)),
    600,
  );
  assert.ok(total(({ fallbacks }) => fallbacks) > 0, 'fallbacks are counted');
  assert.equal(
    total(({ fallbacks }) => fallbacks),
    answers.filter(({ from }) => from === 'legacy').length,
  );
});
