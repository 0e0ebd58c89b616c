import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { OperationEvidence } from './core/index.ts';
import { startApp } from './testing/app.ts';
import { startBackend } from './testing/servers.ts';

const CONTRACT = `openapi: 3.1.0
info: { title: Streams, version: '1' }
paths:
  /events:
    get:
      operationId: getEvents
      responses:
        '200': { description: ok, content: { text/event-stream: {} } }
`;

/** Sends so many events, each after a pause, and then ends, unless it never does. */
function streamOf(count: number, { pauseMs = 0, isEndless = false } = {}): RequestListener {
  return async (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    for (let number = 0; number < count; number += 1) {
      response.write(`data: {"n":${number}}\n\n`);
      if (pauseMs > 0) await delay(pauseMs);
    }
    if (!isEndless) response.end();
  };
}

/** What was counted of one request, and how long its client waited. */
async function countOf(
  t: TestContext,
  legacy: RequestListener,
  candidate: RequestListener,
): Promise<OperationEvidence> {
  const app = await startApp(t, {
    contract: CONTRACT,
    legacy: (await startBackend(t, legacy)).origin,
    candidate: (await startBackend(t, candidate)).origin,
    operations: ['getEvents'],
    more: 'shadow: { timeoutMs: 400 }',
  });
  const answer = await fetch(`http://127.0.0.1:${app.port}/events`);
  assert.match(await answer.text(), /^(?:data: \{"n":\d\}\n\n)+$/);
  const { evidence } = await app.finish();
  const [operation] = evidence.operations;
  assert.ok(operation);
  return operation;
}

const ofCandidate = { isEndless: true };

test('two streams that end are compared event by event', async (t) => {
  assert.equal((await countOf(t, streamOf(3), streamOf(3))).outcomes.equal, 1);
});

test('a stream with fewer events differs', async (t) => {
  assert.equal((await countOf(t, streamOf(3), streamOf(2))).outcomes.different, 1);
});

test('a stream that does not end where that of legacy does is a difference, found in bounded time', async (t) => {
  assert.equal((await countOf(t, streamOf(3), streamOf(3, ofCandidate))).outcomes.different, 1);
});

test('a stream that takes longer than a mirrored request may is not compared, and counted', async (t) => {
  const slow = streamOf(6, { pauseMs: 50 });
  const { outcomes, uncompared } = await countOf(t, slow, slow);
  assert.deepEqual([outcomes.uncompared, uncompared.streaming], [1, 1]);
});

test('a stream where legacy answers otherwise is a difference, whether or not it ends', async (t) => {
  const plain: RequestListener = (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/plain' }).end('data: {"n":1}\n\n');
  };
  assert.equal((await countOf(t, plain, streamOf(1, ofCandidate))).outcomes.different, 1);
  assert.equal((await countOf(t, streamOf(1), plain)).outcomes.different, 1);
});
