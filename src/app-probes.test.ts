import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { judgeNoise } from './gate/index.ts';
import { startApp } from './testing/app.ts';
import { startBackend } from './testing/servers.ts';

const CONTRACT = `openapi: 3.1.0
info: { title: Things, version: '1' }
paths:
  /things/{id}:
    get:
      operationId: getThing
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema:
                type: object
                properties:
                  id: { type: string }
                  requestId: { $ref: '#/components/schemas/Name' }
                  owner: { $ref: '#/components/schemas/Name' }
components: { schemas: { Name: { type: string } } }
`;

interface Lab {
  readonly get: (id: string, method?: string) => Promise<string>;
  readonly finish: Awaited<ReturnType<typeof startApp>>['finish'];
  /** Requests that reached each side, in order. */
  readonly asked: string[];
}

/** Both sides make up a request id for each answer; the candidate has another owner for what is called odd. */
async function startLab(t: TestContext, weight: number, probe = '{ percent: 100, perSecond: 10000 }'): Promise<Lab> {
  const asked: string[] = [];
  const start = async (side: string): Promise<URL> => {
    const { origin } = await startBackend(t, ({ url = '' }, response) => {
      asked.push(side);
      const owner = side === 'candidate' && url.endsWith('odd') ? 'joe' : 'jane';
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ id: url, requestId: randomUUID(), owner }));
    });
    return origin;
  };
  const [legacy, candidate] = [await start('legacy'), await start('candidate')];
  const more = `probe: ${probe}\nconfirm: { perSecond: 0 }`;
  const app = await startApp(t, { contract: CONTRACT, legacy, candidate, operations: ['getThing'], weight, more });
  const get: Lab['get'] = async (id, method = 'GET') =>
    (await fetch(`http://127.0.0.1:${app.port}/things/${id}`, { method })).text();
  return { get, finish: app.finish, asked };
}

for (const [served, weight] of [
  ['legacy', 0],
  ['candidate', 100],
] as const)
  test(`where ${served} serves, legacy is asked twice and the candidate once, and what both make up is told from what one does`, async (t) => {
    const lab = await startLab(t, weight);
    for (let n = 0; n < 20; n++) await lab.get(n % 2 ? 'odd' : 'even');
    const { evidence } = await lab.finish();
    assert.equal(lab.asked.filter((side) => side === 'legacy').length, 40);
    assert.equal(lab.asked.filter((side) => side === 'candidate').length, 20);
    const [operation] = evidence.operations;
    assert.equal(operation?.outcomes.different, 20);
    assert.equal(operation.probed.probes, 20);
    // Both places are of one schema, and so of one fingerprint.
    const kinds = operation.probed.kinds.map((kind) => [kind.pointer, kind.both, kind.candidateOnly, kind.legacyOnly]);
    assert.deepEqual(kinds.toSorted(), [
      ['/owner', 0, 10, 0],
      ['/requestId', 20, 0, 0],
    ]);
    assert.equal(new Set(operation.probed.kinds.map(({ fingerprint }) => fingerprint)).size, 1);
    // 20 probes are enough for a limit that is generous.
    assert.deepEqual(
      judgeNoise(evidence, 0.9).map(({ pointer, state }) => [pointer, state]),
      [['/requestId', 'forgiven']],
    );
  });

test('no more probes are made than legacy is asked to bear, and none where they are turned off', async (t) => {
  for (const [probe, most] of [
    ['{ percent: 100, perSecond: 3 }', 10],
    ['{ percent: 0 }', 0],
  ] as const) {
    const lab = await startLab(t, 0, probe);
    for (let n = 0; n < 40; n++) await lab.get('even');
    const { evidence } = await lab.finish();
    const probes = lab.asked.filter((side) => side === 'legacy').length - 40;
    assert.ok(probes >= (most > 0 ? 1 : 0) && probes <= most, `${probes} probes`);
    assert.equal(evidence.operations[0]?.probed.probes, probes);
  }
});

test('what must not be sent twice is not: no write is ever a probe', async (t) => {
  const lab = await startLab(t, 0);
  for (const method of ['POST', 'DELETE', 'PUT']) await lab.get('1', method);
  await lab.finish();
  assert.deepEqual(lab.asked, ['legacy', 'legacy', 'legacy']);
});
