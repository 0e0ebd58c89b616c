import assert from 'node:assert/strict';
import type { IncomingMessage, RequestListener } from 'node:http';
import { test } from 'node:test';
import express, { type Express } from 'express';
import { parseConfig } from './config/index.ts';
import { paritygate } from './middleware.ts';
import { startMountedApp } from './testing/mounted.ts';
import { THINGS } from './testing/proxy.ts';
import { deadOrigin, startBackend, startRawBackend } from './testing/servers.ts';

const OPERATIONS = ['listThings', 'createThing', 'getThing', 'deleteThing'];
const SETUP = { contract: THINGS, operations: OPERATIONS };

/** The app's own routes; each request that reached them is kept. */
function ownRoutes(seen: IncomingMessage[] = []): (app: Express) => void {
  return (app) => {
    app.set('etag', false);
    app.use((request, _response, next) => {
      seen.push(request);
      next();
    });
    app.get('/things/:id', (request, response) => void response.json({ id: request.params.id, owner: 'a' }));
    app.get('/things', (_, response) => void response.json({ all: [] }));
    app.post('/things', express.json(), (request, response) => void response.status(201).json(request.body));
  };
}

/** Answers as the app does, but for one thing. */
const rewritten: RequestListener = (request, response) => {
  const id = request.url?.split('/')[2];
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('x-from', 'candidate');
  response.end(JSON.stringify(id ? { id, owner: id === '2' ? 'b' : 'a' } : { all: [] }));
};

function at(port: number, path: string, init?: RequestInit): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${path}`, init);
}

async function textAt(port: number, path: string, init?: RequestInit): Promise<string> {
  return (await at(port, path, init)).text();
}

test('the app answers, the candidate is asked besides, and a difference is found', async (t) => {
  const candidate = await startBackend(t, rewritten);
  const { port, finish, warnings } = await startMountedApp(t, {
    ...SETUP,
    candidate: candidate.origin,
    routes: ownRoutes(),
  });
  for (const path of ['/things', '/things/1', '/things/2']) assert.equal((await at(port, path)).status, 200);
  assert.equal(await textAt(port, '/things', { method: 'POST', headers: JSON_TYPE, body: '{"a":1}' }), '{"a":1}');
  assert.equal((await at(port, '/other')).status, 404);
  const { evidence, clusters } = await finish();
  const counts = Object.fromEntries(evidence.operations.map((operation) => [operation.operationId, operation]));
  assert.equal(counts['listThings']?.outcomes.equal, 1);
  assert.equal(counts['getThing']?.outcomes.equal, 1);
  assert.equal(counts['getThing']?.outcomes.different, 1);
  assert.equal(counts['createThing']?.uncompared['unsafe-method'], 1);
  assert.equal(counts['unmatched']?.uncompared['not-in-contract'], 1);
  assert.deepEqual(
    clusters.map(({ rule, exemplars }) => [rule, exemplars[0]?.pointer]),
    [['value-changed', '/owner']],
  );
  assert.deepEqual(warnings, []);
});

test('a request that was answered is no longer in flight, whoever answered it', async (t) => {
  const candidate = await startBackend(t, rewritten);
  const setup = { ...SETUP, candidate: candidate.origin, routes: ownRoutes() };
  for (const weight of [0, 100]) {
    const { port, handler } = await startMountedApp(t, { ...setup, weight });
    for (const path of ['/things', '/things/1', '/other']) await textAt(port, path);
    const status = (await (await at(handler.controlPort, '/v1/status')).json()) as { live: { inFlight: number } }; // openapi/control.yaml
    assert.equal(status.live.inFlight, 0, `weight ${weight}`);
  }
});

const JSON_TYPE = { 'content-type': 'application/json' };

test('below a path, the whole path is what is matched and forwarded', async (t) => {
  const candidate = await startBackend(t, rewritten);
  const { port, finish } = await startMountedApp(t, {
    ...SETUP,
    candidate: candidate.origin,
    routes: ownRoutes(),
    path: '/things',
  });
  assert.equal(await textAt(port, '/things/2'), '{"id":"2","owner":"a"}');
  const { evidence } = await finish();
  assert.equal(evidence.operations[0]?.outcomes.different, 1);
});

test('at 100 percent the candidate serves as itself, and the app is asked for what it would have answered', async (t) => {
  const names: Record<'app' | 'candidate', string[]> = { app: [], candidate: [] };
  const candidate = await startBackend(t, (request, response) => {
    names.candidate.push(...request.rawHeaders);
    rewritten(request, response);
  });
  const seen: IncomingMessage[] = [];
  const { port, finish } = await startMountedApp(t, {
    ...SETUP,
    candidate: candidate.origin,
    before: (app) => {
      app.use((request, _response, next) => {
        names.app.push(...request.rawHeaders);
        next();
      });
    },
    routes: ownRoutes(seen),
    weight: 100,
  });
  const answer = await at(port, '/things/2');
  assert.equal(await answer.text(), '{"id":"2","owner":"b"}');
  assert.equal(answer.headers.get('x-from'), 'candidate');
  assert.equal(answer.headers.get('x-powered-by'), null, 'what the app says of its own answers is not said');
  const { evidence } = await finish();
  const [found] = evidence.operations;
  assert.deepEqual([found?.eligible, found?.served.candidate, found?.outcomes.different], [1, 1, 1]);
  assert.equal(names.app.filter((name) => name === 'x-paritygate-own').length, 2);
  assert.ok(!names.candidate.includes('x-paritygate-own'), 'the secret is told to the app alone');
  // The first read and the second: neither was measured as a request, and neither shows how it was known.
  assert.equal(seen.length, 2);
  for (const { headers, rawHeaders } of seen) {
    assert.equal(headers['x-paritygate-own'], undefined);
    assert.ok(!rawHeaders.includes('x-paritygate-own'));
    assert.ok(headers['x-paritygate-shadow']);
  }
});

test('a dead candidate: the own routes answer reads and writes, and each is counted as a fallback', async (t) => {
  const { port, finish } = await startMountedApp(t, {
    ...SETUP,
    candidate: await deadOrigin(),
    routes: ownRoutes(),
    weight: 100,
    more: 'fallback: { budgetPercent: 100 }',
  });
  const read = await at(port, '/things/1');
  assert.equal(await read.text(), '{"id":"1","owner":"a"}');
  assert.equal(read.headers.get('x-powered-by'), 'Express');
  assert.equal(await textAt(port, '/things', { method: 'POST', headers: JSON_TYPE, body: '{"a":1}' }), '{"a":1}');
  const { evidence } = await finish();
  assert.deepEqual(
    evidence.operations.map(({ fallbacks, outcomes }) => [fallbacks, outcomes['candidate-error']]),
    [
      [1, 1],
      [1, 1],
    ],
  );
});

test('a candidate that dies with a write in its hands: the client is told, and the app does not do it again', async (t) => {
  const candidate = await startRawBackend(t, (socket) => {
    socket.on('data', (data) => void (data.includes('{') && socket.resetAndDestroy()));
  });
  const seen: IncomingMessage[] = [];
  const { port } = await startMountedApp(t, {
    ...SETUP,
    candidate: candidate.origin,
    routes: ownRoutes(seen),
    weight: 100,
  });
  const answer = await at(port, '/things', { method: 'POST', headers: JSON_TYPE, body: '{"a":1}' });
  assert.deepEqual([answer.status, seen.length], [502, 0]);
});

test('nobody else gets past with the header of our own requests', async (t) => {
  const candidate = await startBackend(t, rewritten);
  const seen: IncomingMessage[] = [];
  const { port, finish } = await startMountedApp(t, {
    ...SETUP,
    candidate: candidate.origin,
    routes: ownRoutes(seen),
    weight: 100,
  });
  for (const forged of ['', 'x', 'f'.repeat(64), '0'.repeat(64)]) {
    const answer = await at(port, '/things/2', { headers: { 'X-Paritygate-Own': forged } });
    assert.equal(answer.headers.get('x-from'), 'candidate', forged);
    await answer.text();
  }
  const { evidence } = await finish();
  assert.equal(evidence.operations[0]?.eligible, 4);
  // The app was asked by us all the same: the forged header did not stand in the way of the real one.
  assert.equal(evidence.operations[0]?.outcomes.different, 4);
  assert.ok(seen.every(({ rawHeaders }) => !rawHeaders.some((name) => name.toLowerCase() === 'x-paritygate-own')));
});

test('a body parser before it: legacy serves what was read, and it is said once', async (t) => {
  const candidate = await startBackend(t, rewritten);
  const { port, warnings, finish } = await startMountedApp(t, {
    ...SETUP,
    candidate: candidate.origin,
    before: (app) => void app.use(express.json()),
    routes: ownRoutes(),
    weight: 100,
  });
  for (const body of ['{"a":1}', '{"a":2}'])
    assert.equal(await textAt(port, '/things', { method: 'POST', headers: JSON_TYPE, body }), body);
  assert.equal((await at(port, '/things/1')).headers.get('x-from'), 'candidate', 'what has no body is not concerned');
  assert.deepEqual(
    warnings.map((message) => message.split(':')[1]),
    [' mount paritygate before body parsers'],
  );
  const { evidence } = await finish();
  const created = evidence.operations.find(({ operationId }) => operationId === 'createThing');
  assert.deepEqual([created?.eligible, created?.served.legacy], [2, 2]);
});

test('something before it that rewrites responses: nothing is compared, and it is said once', async (t) => {
  const candidate = await startBackend(t, rewritten);
  const { port, warnings, finish } = await startMountedApp(t, {
    ...SETUP,
    candidate: candidate.origin,
    before: (app) => {
      app.use((_, response, next) => {
        const { write } = response;
        response.write = ((...args: Parameters<typeof write>) => Reflect.apply(write, response, args)) as typeof write;
        next();
      });
    },
    routes: ownRoutes(),
  });
  for (const path of ['/things', '/things']) assert.equal(await textAt(port, path), '{"all":[]}');
  assert.equal(warnings.length, 1);
  const { evidence } = await finish();
  assert.equal(evidence.operations[0]?.uncompared.undecodable, 2);
});

test('what the guard keeps from backends is answered by the app', async (t) => {
  const candidate = await startBackend(t, rewritten);
  const { port } = await startMountedApp(t, {
    ...SETUP,
    candidate: candidate.origin,
    routes: ownRoutes(),
    weight: 100,
  });
  const answer = await at(port, '/things/2', { headers: { X_Forwarded_For: '10.0.0.1' } });
  assert.equal(await answer.text(), '{"id":"2","owner":"a"}');
});

test('stop waits for what a backend serves; after it the app answers all', async (t) => {
  let answerNow = (): void => {};
  let onAsked = (): void => {};
  const asked = new Promise<void>((resolve) => {
    onAsked = resolve;
  });
  const candidate = await startBackend(t, (_, response) => {
    answerNow = () => void response.end('late');
    onAsked();
  });
  const { port, handler, finish } = await startMountedApp(t, {
    ...SETUP,
    candidate: candidate.origin,
    routes: ownRoutes(),
    weight: 100,
    more: 'shadow: { percent: 0 }',
  });
  const waiting = textAt(port, '/things/1');
  await asked;
  const stopped = handler.stop();
  assert.equal(await textAt(port, '/things/1'), '{"id":"1","owner":"a"}');
  answerNow();
  assert.equal(await waiting, 'late');
  await stopped;
  const { evidence } = await finish();
  assert.deepEqual([evidence.operations[0]?.eligible, evidence.operations[0]?.served.candidate], [1, 1]);
});

test('stop does not wait for ever: an answer of the app goes on, and its request is counted', async (t) => {
  const candidate = await startBackend(t, rewritten);
  let end = (): void => {};
  const { port, finish } = await startMountedApp(t, {
    ...SETUP,
    candidate: candidate.origin,
    routes: (app) =>
      void app.get('/things', (_, response) => {
        response.write('begun,');
        end = () => void response.end('ended');
      }),
    graceMs: 1,
  });
  const answer = await at(port, '/things');
  const { evidence } = await finish();
  assert.equal(evidence.operations[0]?.uncompared['client-aborted'], 1);
  end();
  assert.equal(await answer.text(), 'begun,ended');
});

test('the control API answers, and status counts what each side served', async (t) => {
  const candidate = await startBackend(t, rewritten);
  const { port, handler } = await startMountedApp(t, { ...SETUP, candidate: candidate.origin, routes: ownRoutes() });
  await textAt(port, '/things');
  const status: unknown = await (await fetch(`http://127.0.0.1:${handler.controlPort}/v1/status`)).json();
  assert.match(JSON.stringify(status), /"observed":\{"legacy":1,"candidate":0\}/);
});

test('a group with a legacy of its own is refused: the app is legacy for all', async () => {
  const text = `contract: openapi.yaml
backends: { legacy: "http://127.0.0.1:3000", candidate: "http://127.0.0.1:4000" }
groups:
  all: { operations: [listThings], flag: all, legacy: "http://127.0.0.1:3001" }
flags: { file: flags.json }
`;
  const config = parseConfig(text, { file: 'paritygate.yaml', env: {} });
  await assert.rejects(paritygate({ config }), {
    code: 'PG_CONFIG_INVALID',
    at: { file: 'paritygate.yaml', line: 4, column: 55 },
  });
});
