// The thread that compares is killed, hangs, or is given bodies that are made to break it: live answers stay legacy's.
import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { type TestContext, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { type AppUnderTest, startApp } from './testing/app.ts';
import { until } from './testing/cli.ts';
import {
  answerOf,
  assertAllCounted,
  countsOf,
  ORDERED_CONTRACT,
  ORDERED_OPERATIONS,
  orderedLegacy,
  sendLiveTraffic,
  startLiveTraffic,
} from './testing/live-order.ts';
import { startBackend } from './testing/servers.ts';

/** The threads that this process starts from now on, in order: an app begins with the one that writes. */
function watchThreads(t: TestContext): readonly Worker[] {
  const threads: Worker[] = [];
  const onThread = (thread: Worker): void => void threads.push(thread);
  process.on('worker', onThread);
  t.after(() => process.off('worker', onThread));
  return threads;
}

async function startPair(
  t: TestContext,
  candidate: RequestListener,
  { contract = ORDERED_CONTRACT, more = '' } = {},
): Promise<AppUnderTest> {
  const legacySide = await startBackend(t, orderedLegacy);
  const candidateSide = await startBackend(t, candidate);
  return startApp(t, {
    contract,
    legacy: legacySide.origin,
    candidate: candidateSide.origin,
    operations: ORDERED_OPERATIONS,
    more: `confirm: { perSecond: 0 }\n${more}`,
  });
}

/** Legacy's answers with the body that is made of each. */
function answering(change: (target: string) => string): RequestListener {
  return (request, response) => {
    request.resume();
    const { status } = answerOf(request.url ?? '');
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(request.method === 'HEAD' ? '' : change(request.url ?? ''));
  };
}

async function readShadow({ controlPort }: AppUnderTest): Promise<{ inFlight: number; queued: number }> {
  const answer = await fetch(`http://127.0.0.1:${controlPort}/v1/status`);
  const { shadow } = (await answer.json()) as { shadow: { inFlight: number; queued: number } }; // openapi/control.yaml
  return shadow;
}

function assertOnly(counts: Readonly<Record<string, number>>, names: readonly string[]): void {
  assert.deepEqual(
    Object.keys(counts).filter((name) => !names.includes(name)),
    [],
    JSON.stringify(counts),
  );
}

const PLACES = 8;
const LANE = `shadow: { concurrency: ${PLACES}, queue: ${PLACES} }`;

test('a thread that is killed while it compares costs the pair it was on, and is replaced each time', async (t) => {
  const threads = watchThreads(t);
  const app = await startPair(
    t,
    answering((target) => `{"other":"${target}"}`),
    { more: LANE },
  );
  const traffic = startLiveTraffic(t, app.port);
  for (const started of [2, 3, 4]) {
    await until(() => threads.length === started || undefined);
    await threads.at(-1)?.terminate();
  }
  await until(() => threads.length === 5 || undefined);
  const sent = await traffic.stop();
  await until(async () => {
    const { inFlight, queued } = await readShadow(app);
    return inFlight + queued === 0 || undefined;
  });
  const { evidence } = await app.finish();
  assertAllCounted(evidence, sent);
  const counts = countsOf(evidence);
  assertOnly(counts, ['different', 'equal', 'unsafe-method', 'shadow-dropped', 'budget']);
  assert.ok((counts['different'] ?? 0) > 0, 'the thread that came last compared');
  assert.ok((counts['budget'] ?? 0) <= 3, JSON.stringify(counts));
  assert.equal(app.warnings.filter((warning) => /analysis worker ended/.test(warning)).length, 3);
});

/** `a+` within `+` takes time exponential in the length of a text that does not match. */
const CATASTROPHE = `openapi: 3.1.0
info: { title: Things, version: '1' }
paths:
  /things:
    post: { operationId: createThing, responses: { '201': { description: ok } } }
  /things/{id}:
    get:
      operationId: get-things
      responses:
        default: { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } } }
components:
  schemas:
    Thing: { type: object, properties: { other: { type: string, pattern: '^(a+)+$' } } }
`;

test('a thread that hangs holds the places of the lane and no live request, and a stop does not wait for it', async (t) => {
  const app = await startPair(
    t,
    answering(() => JSON.stringify({ other: `${'a'.repeat(50)}!` })),
    { contract: CATASTROPHE, more: `${LANE}\ngraceMs: 100` },
  );
  const sent = await sendLiveTraffic(app.port, 240);
  await until(async () => {
    const { inFlight, queued } = await readShadow(app);
    return (inFlight === PLACES && queued === PLACES) || undefined;
  });
  const more = await sendLiveTraffic(app.port, 60);
  const { evidence } = await app.finish();
  assertAllCounted(evidence, sent + more);
  const counts = countsOf(evidence);
  assertOnly(counts, ['budget', 'equal', 'unsafe-method', 'shadow-dropped']);
  assert.ok((counts['budget'] ?? 0) >= PLACES, JSON.stringify(counts));
});

const BODIES: readonly (readonly [what: string, body: string | Buffer])[] = [
  ['half a million arrays in each other', '['.repeat(500_000) + ']'.repeat(500_000)],
  ['a hundred thousand keys', `{${Array.from({ length: 100_000 }, (_, key) => `"k${key}":${key}`).join()}}`],
  ['a number of two million digits', '1'.repeat(2_000_000)],
  ['a number with an exponent of nine digits', '[1e999999999,1e-999999999]'],
  ['half a character', '"\\ud800"'],
  ['the name of the prototype', '{"__proto__":{"target":1},"constructor":{"prototype":null}}'],
  ['200 MB in 200 KB of gzip', gzipSync(Buffer.alloc(200_000_000))],
  ['a promise of gzip that is not kept', Buffer.from('no gzip')],
];

test('bodies that are made to break the comparison cost live traffic nothing, and each is counted', async (t) => {
  let turn = 0;
  const app = await startPair(
    t,
    (request, response) => {
      const [, body = ''] = BODIES[turn++ % BODIES.length] ?? [];
      request.resume();
      const coding = typeof body === 'string' ? {} : { 'Content-Encoding': 'gzip' };
      response.writeHead(200, { 'Content-Type': 'application/json', ...coding });
      response.end(request.method === 'HEAD' ? '' : body);
    },
    { more: 'shadow: { concurrency: 2, queue: 10, timeoutMs: 60000 }' },
  );
  const sent = await sendLiveTraffic(app.port, 60);
  await until(async () => {
    const { inFlight, queued } = await readShadow(app);
    return inFlight + queued === 0 || undefined;
  });
  assert.ok(turn >= BODIES.length, 'each body was sent');
  const { evidence } = await app.finish();
  assertAllCounted(evidence, sent);
  const { 'unsafe-method': posts, ...mirrored } = countsOf(evidence);
  assert.ok(posts);
  assertOnly(mirrored, ['different', 'equal', 'budget', 'undecodable', 'shadow-dropped']);
  assert.ok((mirrored['different'] ?? 0) > 0);
});
