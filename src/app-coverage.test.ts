import assert from 'node:assert/strict';
import { test } from 'node:test';
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
              schema: { type: object, properties: { note: { type: string }, kind: { enum: [a, b] }, seen: { enum: [1, 2, 3] } } }
        '404': { description: none }
`;

test('what pairs agree in is covered, once each, and what they differ in is not', async (t) => {
  let asked = 0;
  const answer = (side: string) => (path: string | undefined) => {
    // Legacy says something else each time: noise, which says nothing about itself, and all about what stands beside it.
    if (path === '/things/noisy')
      return { status: 200, body: { kind: 'a', seen: side === 'legacy' ? (asked++ % 2) + 1 : 3 } };
    if (path === '/things/noted') return { status: 200, body: { note: 'x' } };
    if (path === '/things/other') return { status: 200, body: { kind: side === 'legacy' ? 'a' : 'b' } };
    return { status: 200, body: {} };
  };
  const start = async (side: string): Promise<URL> => {
    const { origin } = await startBackend(t, (request, response) => {
      const { status, body } = answer(side)(request.url);
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    });
    return origin;
  };
  const app = await startApp(t, {
    contract: CONTRACT,
    legacy: await start('legacy'),
    candidate: await start('candidate'),
    operations: ['getThing'],
  });
  for (const path of ['noted', 'other', 'noisy', 'noted'])
    await (await fetch(`http://127.0.0.1:${app.port}/things/${path}`)).arrayBuffer();
  const { covered } = await app.finish();
  const place = '#/paths/~1things~1{id}/get/responses/200';
  const schema = `${place}/content/application~1json/schema/properties`;
  assert.deepEqual([...(covered.get('getThing') ?? [])].toSorted(), [
    `absent ${schema}/kind`,
    `absent ${schema}/note`,
    `absent ${schema}/seen`,
    `member ${schema}/kind "a"`,
    `present ${schema}/kind`,
    `present ${schema}/note`,
    `present ${schema}/seen`,
    `status ${place}`,
  ]);
});
