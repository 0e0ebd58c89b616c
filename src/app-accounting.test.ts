import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { test } from 'node:test';
import { startApp } from './testing/app.ts';
import { THINGS } from './testing/proxy.ts';
import { startBackend, startRawBackend } from './testing/servers.ts';

const OPERATIONS = ['listThings', 'createThing', 'getThing', 'deleteThing'];

function things(respond: (path: string) => unknown): RequestListener {
  return (request, response) => {
    const body = JSON.stringify(respond(request.url ?? ''));
    response.writeHead(request.method === 'POST' ? 201 : 200, { 'Content-Type': 'application/json' });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
}

async function sendMix(port: number): Promise<void> {
  const at = (path: string, init?: RequestInit): Promise<unknown> =>
    fetch(`http://127.0.0.1:${port}${path}`, init).then((answer) => answer.arrayBuffer());
  await Promise.all([
    at('/things'),
    at('/things', { method: 'HEAD' }),
    at('/things', { method: 'POST', body: '{}' }),
    at('/things/1'),
    at('/things/2'),
    at('/favicon.ico'),
  ]);
}

test('every request falls into one outcome, and what was not compared says why', async (t) => {
  const legacy = await startBackend(
    t,
    things((path) => ({ path, owner: 'a' })),
  );
  const candidate = await startBackend(
    t,
    things((path) => (path === '/things/2' ? { path, owner: 'b' } : { path, owner: 'a' })),
  );
  const { port, finish } = await startApp(t, {
    contract: THINGS,
    legacy: legacy.origin,
    candidate: candidate.origin,
    operations: OPERATIONS,
  });
  await sendMix(port);
  const { evidence, clusters } = await finish();
  const counts = Object.fromEntries(evidence.operations.map((operation) => [operation.operationId, operation]));
  assert.equal(counts['listThings']?.outcomes.equal, 2);
  assert.equal(counts['createThing']?.uncompared['unsafe-method'], 1);
  assert.equal(counts['getThing']?.outcomes.equal, 1);
  assert.equal(counts['getThing']?.outcomes.different, 1);
  assert.equal(counts['unmatched']?.uncompared['not-in-contract'], 1);
  for (const operation of evidence.operations) {
    const sum = Object.values(operation.outcomes).reduce((left, right) => left + right, 0);
    assert.equal(sum, operation.eligible, operation.operationId);
    assert.equal(
      Object.values(operation.uncompared).reduce((left, right) => left + right, 0),
      operation.outcomes.uncompared,
    );
  }
  assert.deepEqual(
    clusters.map(({ rule, exchanges, exemplars }) => [rule, exchanges, exemplars[0]?.pointer]),
    [['value-changed', 1, '/owner']],
  );
});

test('a candidate that answers 5xx is an error of the candidate, not a difference', async (t) => {
  const legacy = await startBackend(
    t,
    things(() => ({ ok: true })),
  );
  const candidate = await startBackend(t, (_, response) => void response.writeHead(500).end());
  const { port, finish } = await startApp(t, {
    contract: THINGS,
    legacy: legacy.origin,
    candidate: candidate.origin,
    operations: OPERATIONS,
  });
  await (await fetch(`http://127.0.0.1:${port}/things`)).arrayBuffer();
  const { evidence, clusters } = await finish();
  const [operation] = evidence.operations;
  assert.equal(operation?.outcomes['candidate-error'], 1);
  assert.equal(operation?.onlyCandidateFailed, 1);
  assert.deepEqual(
    clusters.map(({ rule, types }) => [rule, types]),
    [['server-error', '200→500']],
  );
});

test('a candidate whose answer has no end is bounded, and differs from a legacy whose answer has one', async (t) => {
  const legacy = await startBackend(
    t,
    things(() => ({ ok: true })),
  );
  const candidate = await startRawBackend(t, (socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n');
      const flood = (): void => {
        while (socket.writable && socket.write(`10000\r\n${'x'.repeat(0x10000)}\r\n`));
        if (socket.writable) socket.once('drain', flood);
      };
      flood();
    });
  });
  const more = 'shadow: { maxBodyBytes: 1000000 }';
  const { port, finish } = await startApp(t, {
    contract: THINGS,
    legacy: legacy.origin,
    candidate: candidate.origin,
    operations: OPERATIONS,
    more,
  });
  assert.equal((await fetch(`http://127.0.0.1:${port}/things`)).status, 200);
  const { evidence, clusters } = await finish();
  assert.equal(evidence.operations[0]?.outcomes.different, 1);
  assert.deepEqual(
    clusters.map(({ rule }) => rule),
    ['response-body-unreadable'],
  );
});

test('when the candidate serves, legacy is the shadow', async (t) => {
  const shadowMarks: (string | string[] | undefined)[] = [];
  const legacy = await startBackend(t, (request, response) => {
    shadowMarks.push(request.headers['x-paritygate-shadow']);
    things(() => ({ from: 'legacy' }))(request, response);
  });
  const candidate = await startBackend(
    t,
    things(() => ({ from: 'candidate' })),
  );
  const { port, finish } = await startApp(t, {
    contract: THINGS,
    legacy: legacy.origin,
    candidate: candidate.origin,
    operations: OPERATIONS,
    weight: 100,
  });
  const answer = await fetch(`http://127.0.0.1:${port}/things`);
  assert.deepEqual(await answer.json(), { from: 'candidate' });
  const { evidence, clusters } = await finish();
  assert.deepEqual(evidence.operations[0]?.served, { legacy: 0, candidate: 1 });
  assert.equal(evidence.operations[0]?.outcomes.different, 1);
  assert.ok(shadowMarks.length > 0 && shadowMarks.every((mark) => mark !== undefined));
  assert.deepEqual(
    [clusters[0]?.exemplars[0]?.legacy, clusters[0]?.exemplars[0]?.candidate],
    [{ from: 'legacy' }, { from: 'candidate' }],
  );
});

test('values that legacy itself answers differently each time are noise', async (t) => {
  let clock = 0;
  const ticking: RequestListener = things(() => ({ now: `t${clock++}`, id: 1 }));
  const legacy = await startBackend(t, ticking);
  const candidate = await startBackend(t, ticking);
  const { port, finish } = await startApp(t, {
    contract: THINGS,
    legacy: legacy.origin,
    candidate: candidate.origin,
    operations: OPERATIONS,
  });
  await (await fetch(`http://127.0.0.1:${port}/things`)).arrayBuffer();
  const { evidence } = await finish();
  assert.equal(evidence.operations[0]?.outcomes.noise, 1);
});

test('a serving candidate that breaks off in the middle counts against it, though legacy was never asked', async (t) => {
  const legacy = await startBackend(
    t,
    things(() => ({ ok: true })),
  );
  const candidate = await startRawBackend(t, (socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{');
      setImmediate(() => socket.resetAndDestroy());
    });
  });
  const { port, finish } = await startApp(t, {
    contract: THINGS,
    legacy: legacy.origin,
    candidate: candidate.origin,
    operations: OPERATIONS,
    weight: 100,
  });
  await assert.rejects(fetch(`http://127.0.0.1:${port}/things`).then((answer) => answer.text()));
  const { evidence } = await finish();
  const [operation] = evidence.operations;
  assert.deepEqual(
    [operation?.outcomes['candidate-error'], operation?.paired, operation?.onlyCandidateFailed],
    [1, 1, 1],
  );
});
