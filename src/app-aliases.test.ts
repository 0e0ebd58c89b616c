import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type AppUnderTest, startApp } from './testing/app.ts';
import { startBackend } from './testing/servers.ts';

const CONTRACT = `openapi: 3.1.0
info: { title: Things, version: '1' }
paths:
  /things:
    get:
      operationId: listThings
      parameters:
        - { name: cursor, in: query, schema: { type: string, x-parity: { alias: cursor } } }
      responses:
        '200':
          description: ok
          headers: { X-Cart: { schema: { type: string, x-parity: { alias: cart } } } }
          content:
            application/json:
              schema:
                type: object
                properties:
                  items: { type: array, items: { $ref: '#/components/schemas/Thing' } }
                  next: { type: string, x-parity: { alias: cursor } }
        '400': { description: no such cursor }
  /things/{id}:
    parameters:
      - { $ref: '#/components/parameters/Id' }
      - { name: X-Cart, in: header, schema: { type: string, x-parity: { alias: cart } } }
    get:
      operationId: getThing
      responses:
        '200':
          description: ok
          content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } }
        '404': { description: none }
components:
  parameters: { Id: { name: id, in: path, required: true, schema: { $ref: '#/components/schemas/Id' } } }
  schemas:
    Id: { type: integer, x-parity: { alias: thing } }
    Thing: { type: object, properties: { id: { $ref: '#/components/schemas/Id' }, name: { type: string } } }
`;

const PAGES = 4;

/** A side that numbers its things from `from`, and knows no cursor, id, cart or session but its own. */
async function startSide(t: TestContext, side: string, from: number): Promise<URL> {
  const { origin } = await startBackend(t, ({ url = '', headers }, response) => {
    const send = (status: number, body: object): void => {
      response.setHeader('X-Cart', `${side}-cart`).setHeader('Set-Cookie', `sid=${side}-session; Path=/`);
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    };
    const { pathname, searchParams } = new URL(url, 'http://x');
    const { cookie = `sid=${side}-session`, 'x-cart': cart = `${side}-cart` } = headers;
    if (cookie !== `sid=${side}-session` || cart !== `${side}-cart`) return send(400, { side });
    const thing = (id: number) => ({ id, name: `thing ${id - from}` });
    const id = Number(/^\/things\/(\d+)$/.exec(pathname)?.[1] ?? NaN);
    if (id >= from && id < from + 100) return send(200, thing(id));
    if (pathname !== '/things') return send(404, {});
    const cursor = searchParams.get('cursor') ?? `${side}+/0`;
    const page = Number(cursor.split('/')[1]);
    if (!cursor.startsWith(`${side}+/`)) return send(400, { side });
    const next = page + 1 < PAGES ? { next: `${side}+/${page + 1}` } : {};
    send(200, { items: [thing(from + page * 2), thing(from + page * 2 + 1)], ...next });
  });
  return origin;
}

async function startSides(t: TestContext, weight: number): Promise<AppUnderTest> {
  return startApp(t, {
    contract: CONTRACT,
    legacy: await startSide(t, 'old', 100),
    candidate: await startSide(t, 'new', 5000),
    operations: ['listThings', 'getThing'],
    weight,
    more: 'probe: { percent: 100, perSecond: 1000 }',
  });
}

interface Page {
  readonly items: readonly { readonly id: number }[];
  readonly next?: string;
}

/** Follows a list to its end, as fast as the answers come, and looks at each thing with the cart and the cookie. */
async function walk(port: number, user: string): Promise<number> {
  let pages = 0;
  const get = async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { 'x-user-id': user, ...headers } });
    assert.equal(answer.status, 200, path);
    return answer;
  };
  for (let next: string | undefined = ''; next !== undefined; pages++) {
    const answer = await get(next === '' ? '/things' : `/things?cursor=${encodeURIComponent(next)}`);
    const page = (await answer.json()) as Page; // as the sides above write it
    const [cart = '', cookie = ''] = [answer.headers.get('x-cart') ?? '', answer.headers.getSetCookie()[0] ?? ''];
    for (const { id } of page.items)
      await (await get(`/things/${id}`, { 'x-cart': cart, cookie: cookie.split(';')[0] ?? '' })).arrayBuffer();
    next = page.next;
  }
  return pages;
}

for (const [served, weight] of [
  ['legacy', 0],
  ['candidate', 100],
] as const)
  test(`a client that is served by ${served} follows its pages and ids, and the other side is asked with its own`, async (t) => {
    const app = await startSides(t, weight);
    const pages = await Promise.all(['jane', 'joe'].map((user) => walk(app.port, user)));
    assert.deepEqual(pages, [PAGES, PAGES]);
    const { evidence, clusters } = await app.finish();
    const outcomes = evidence.operations.map(({ operationId, outcomes, served: by }) => {
      const counted = Object.entries(outcomes).filter(([, count]) => count > 0);
      return [operationId, by[served], Object.fromEntries(counted)];
    });
    assert.deepEqual(outcomes, [
      ['getThing', 16, { equivalent: 16 }],
      ['listThings', 8, { equivalent: 8 }],
    ]);
    // Also legacy's second answers, which a probe asks for with legacy's own cursor.
    assert.deepEqual(
      evidence.operations.map(({ probed }) => probed.probes),
      [16, 8],
    );
    assert.deepEqual(
      evidence.operations.flatMap(({ probed }) => probed.kinds),
      [],
    );
    assert.deepEqual(new Set(clusters.map(({ rule }) => rule)), new Set(['volatile-value']));
  });

test('what the other side never issued is not compared, and said to be so', async (t) => {
  const app = await startSides(t, 0);
  const get = async (path: string) =>
    (await fetch(`http://127.0.0.1:${app.port}${path}`, { headers: { 'x-user-id': 'jane' } })).arrayBuffer();
  await get('/things');
  await get('/things/100');
  // Legacy knows it, and has not told this client of it.
  await get('/things/150');
  await get('/things?cursor=old%2B%2F3');
  const { evidence } = await app.finish();
  const [getThing, listThings] = evidence.operations;
  assert.deepEqual([getThing?.uncompared['unknown-alias'], getThing?.outcomes.equivalent], [1, 1]);
  assert.deepEqual([listThings?.uncompared['unknown-alias'], listThings?.outcomes.equivalent], [1, 1]);
});
