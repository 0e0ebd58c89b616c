// With each hostile candidate as the shadow of a legacy that serves: every live answer is legacy's, in order, every
// exchange is counted once, and what the lane holds on to is bounded.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type BackendRequest, type Evidence, systemClock } from './core/index.ts';
import { createUpstreams, type Upstreams } from './proxy/index.ts';
import { type AppUnderTest, startApp } from './testing/app.ts';
import { until } from './testing/cli.ts';
import { type Hostile, type HostileKind, type LivelyKind, startHostile } from './testing/hostile-upstreams.ts';
import { assertAllCounted, countsOf, orderedContract, orderedLegacy, sendLiveTraffic } from './testing/live-order.ts';
import { startProxy } from './testing/proxy.ts';
import { startBackend } from './testing/servers.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Bytes that are still in use after a collection. */
function heldBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The same, once it no longer moves. */
function steadyBytes(): Promise<number> {
  let last = Number.NaN;
  return until(() => {
    const before = last;
    last = heldBytes();
    return Math.abs(last - before) < 100_000 ? last : undefined;
  });
}

interface Case {
  readonly kind: HostileKind;
  /** Outcomes that a mirrored exchange may have. */
  readonly outcomes: readonly string[];
}

/** HEAD has no body to break off or to go on for ever, so that it may well be answered. */
const HALF_BROKEN = ['candidate-error', 'equal', 'different'] as const;

const CASES: readonly Case[] = [
  { kind: 'is dead', outcomes: ['candidate-error'] },
  { kind: 'lets nobody connect', outcomes: ['candidate-error'] },
];

/** What the others can do, one after the other, to one proxy. */
const LIVELY: readonly (Case & { readonly kind: LivelyKind })[] = [
  { kind: 'resets every connection', outcomes: ['candidate-error'] },
  { kind: 'closes every connection', outcomes: ['candidate-error'] },
  { kind: 'never answers', outcomes: ['candidate-error'] },
  { kind: 'never reads', outcomes: ['candidate-error'] },
  { kind: 'answers after 30 seconds', outcomes: ['candidate-error'] },
  { kind: 'dribbles a body that never ends', outcomes: HALF_BROKEN },
  { kind: 'dribbles a head that never ends', outcomes: ['candidate-error'] },
  { kind: 'sends a body without end', outcomes: HALF_BROKEN },
  { kind: 'sends a body without end a byte a chunk', outcomes: HALF_BROKEN },
  { kind: 'sends trailers without end', outcomes: HALF_BROKEN },
  { kind: 'sends a chunk extension without end', outcomes: HALF_BROKEN },
  { kind: 'sends 10 MB of headers in one line', outcomes: ['candidate-error'] },
  { kind: 'sends 10 MB of headers in short lines', outcomes: ['candidate-error'] },
  { kind: 'sends interim responses without end', outcomes: ['candidate-error'] },
  { kind: 'sends an interim response now and then', outcomes: ['candidate-error'] },
  { kind: 'resets in the middle of a body', outcomes: HALF_BROKEN },
  { kind: 'promises more than it sends', outcomes: HALF_BROKEN },
  { kind: 'sends more than it promised', outcomes: ['equal', 'candidate-error'] },
  { kind: 'closes after each answer without a word', outcomes: ['equal', 'candidate-error'] },
  { kind: 'closes at random', outcomes: ['candidate-error', 'equal'] },
  { kind: 'talks garbage', outcomes: ['candidate-error'] },
  { kind: 'answers before it is asked', outcomes: HALF_BROKEN },
  { kind: 'switches protocols unasked', outcomes: ['candidate-error'] },
];

const REQUESTS = 240;
/** Of every ten requests one is a POST, which is never mirrored. */
const POSTS = REQUESTS / 10;
const SHADOW = 'shadow: { timeoutMs: 100, concurrency: 8, queue: 8, maxBodyBytes: 200000, connectionsPerSecond: 1000 }';

/** A proxy with an operation for each of these names, before a legacy that answers and this candidate. */
async function startBeside(
  t: TestContext,
  candidate: Hostile,
  { names, more }: { readonly names: readonly string[]; readonly more: string },
): Promise<AppUnderTest> {
  const legacy = await startBackend(t, orderedLegacy);
  return startApp(t, {
    contract: orderedContract(names),
    legacy: legacy.origin,
    candidate: candidate.origin,
    operations: ['createThing', ...names.map((name) => `get-${name}`)],
    more,
  });
}

interface LaneStatus {
  readonly inFlight: number;
  readonly queued: number;
  readonly dropped: number;
}

async function readLane({ controlPort }: AppUnderTest): Promise<LaneStatus> {
  const answer = await fetch(`http://127.0.0.1:${controlPort}/v1/status`);
  const { shadow } = (await answer.json()) as { readonly shadow: LaneStatus }; // held to this by openapi/control.yaml
  return shadow;
}

/** Waits until nothing is being mirrored any more. */
function settled(app: AppUnderTest): Promise<LaneStatus> {
  return until(async () => {
    const lane = await readLane(app);
    return lane.inFlight + lane.queued === 0 ? lane : undefined;
  });
}

/** Sends traffic past the candidate; resolves with how many mirrored requests the lane has dropped since its start. */
async function sendPast(app: AppUnderTest, name: string): Promise<number> {
  const before = await steadyBytes();
  assert.equal(await sendLiveTraffic(app.port, REQUESTS, name), REQUESTS);
  const { dropped } = await settled(app);
  // What the lane held is let go.
  await until(() => heldBytes() - before < 32e6 || undefined);
  return dropped;
}

const PROBE = 'probe';

/** Asks until it is so, and tells how often. */
function probeUntil({ port }: AppUnderTest, isSo: () => boolean): Promise<number> {
  let probes = 0;
  return until(async () => {
    probes += 1;
    await (await fetch(`http://127.0.0.1:${port}/${PROBE}/1`)).arrayBuffer();
    return isSo() ? probes : undefined;
  });
}

/** Every exchange of these operations is in one outcome that is allowed, and the drops are those that the lane told of. */
function assertCounted(evidence: Evidence, name: string, { outcomes, drops }: Counted): void {
  const operations = evidence.operations.filter(({ operationId }) => operationId === `get-${name}`);
  assertAllCounted({ ...evidence, operations }, REQUESTS - POSTS);
  const { 'shadow-dropped': dropped = 0, ...mirrored } = countsOf({ ...evidence, operations });
  assert.equal(dropped, drops);
  const names = Object.keys(mirrored);
  assert.ok(names.length > 0, 'some were mirrored');
  assert.ok(
    names.every((outcome) => outcomes.includes(outcome)),
    JSON.stringify(mirrored),
  );
}

interface Counted extends Pick<Case, 'outcomes'> {
  readonly drops: number;
}

for (const { kind, outcomes } of CASES) {
  test(`a candidate that ${kind}: live answers are legacy's, and every exchange is counted`, async (t) => {
    const candidate = await startHostile(t, kind);
    const app = await startBeside(t, candidate, { names: ['a'], more: SHADOW });
    const drops = await sendPast(app, 'a');
    const { evidence } = await app.finish();
    assertAllCounted(evidence, REQUESTS);
    assertCounted(evidence, 'a', { outcomes, drops });
    assert.equal(candidate.connections(), 0);
  });
}

test("a candidate with other manners each time: live answers are legacy's, and every exchange is counted", async (t) => {
  const candidate = await startHostile(t, 'never answers');
  const names = LIVELY.map((_, index) => `a${index}`);
  const app = await startBeside(t, candidate, { names: [...names, PROBE], more: SHADOW });
  const drops: number[] = [];
  let before = 0;
  let probes = 0;
  for (const [index, { kind }] of LIVELY.entries()) {
    await t.test(`one that ${kind}`, async () => {
      const connections = candidate.connections();
      await candidate.become(kind);
      // One that was out under its last kind is not asked at once.
      probes += await probeUntil(app, () => candidate.connections() > connections);
      before = (await settled(app)).dropped;
      const total = await sendPast(app, `a${index}`);
      drops[index] = total - before;
      before = total;
      assert.ok(candidate.connections() > connections, 'it was there to do harm');
    });
  }
  const { evidence } = await app.finish();
  assertAllCounted(evidence, LIVELY.length * REQUESTS + probes);
  for (const [index, { kind, outcomes }] of LIVELY.entries()) {
    await t.test(`one that ${kind} is counted`, () => {
      assertCounted(evidence, `a${index}`, { outcomes, drops: drops[index] ?? 0 });
    });
  }
});

test('beyond its places and its queue the lane drops, and a stop drops the rest; all of it is counted', async (t) => {
  const more = 'shadow: { timeoutMs: 60000, concurrency: 4, queue: 8 }\ngraceMs: 0';
  const app = await startBeside(t, await startHostile(t, 'never answers'), { names: ['a'], more });
  const sent = await sendLiveTraffic(app.port, REQUESTS, 'a');
  const { inFlight, queued, dropped } = await readLane(app);
  assert.deepEqual([inFlight, queued, dropped], [4, 8, sent - POSTS - 12]);
  const { evidence } = await app.finish();
  assertAllCounted(evidence, sent);
  assert.deepEqual(countsOf(evidence), { 'unsafe-method': POSTS, 'shadow-dropped': sent - POSTS });
});

test('a candidate that closes idle connections, as it may at any time (RFC 9112, section 9.3.1), has made no error', async (t) => {
  const candidate = await startHostile(t, 'closes after each answer without a word');
  const app = await startBeside(t, candidate, { names: ['a'], more: SHADOW });
  const sent = await sendLiveTraffic(app.port, 480, 'a');
  await settled(app);
  const { evidence } = await app.finish();
  assertAllCounted(evidence, sent);
  assert.equal(countsOf(evidence)['candidate-error'], undefined);
});

const GET: BackendRequest = { group: undefined, method: 'GET', target: '/things/1', headers: [], body: undefined };

const TIMEOUTS = { connectMs: 1000, headersMs: 1000, idleMs: 1000, totalMs: 0, resolveMs: 60_000 };

/** The lane's connections alone, to a candidate of this kind. */
async function startLaneTo(t: TestContext, kind: HostileKind, timeoutMs: number): Promise<Upstreams> {
  const { origin } = await startHostile(t, kind);
  const upstreams = createUpstreams({
    groups: new Map([['', { legacy: { url: origin }, candidate: { url: origin }, timeouts: TIMEOUTS }]]),
    shadow: { timeoutMs, maxBodyBytes: 1 << 20, connectionsPerSecond: 1000 },
    clock: systemClock,
  });
  t.after(() => upstreams.stop());
  return upstreams;
}

test('a mirrored request that was given up is not kept', async (t) => {
  const upstreams = await startLaneTo(t, 'lets nobody connect', 20);
  const before = await steadyBytes();
  for (let round = 0; round < 20; round += 1) {
    const sent = Array.from({ length: 4 }, () => upstreams.send('candidate', { ...GET, body: Buffer.alloc(1 << 20) }));
    for (const { kind } of await Promise.all(sent)) assert.equal(kind, 'failed');
  }
  const held = (await steadyBytes()) - before;
  assert.ok(held < 20e6, `${held} bytes are held of 80 requests of 1 MB each, of which none is in flight`);
});

test('what the lane keeps of a body is of the size of the body, whatever its chunks', async (t) => {
  const upstreams = await startLaneTo(t, 'sends 500 KB a byte a chunk and stops', 60_000);
  const before = await steadyBytes();
  const sent = upstreams.send('candidate', GET);
  const held = await until(async () => {
    const grown = (await steadyBytes()) - before;
    return grown > 400_000 ? grown : undefined;
  });
  await upstreams.stop();
  await sent;
  assert.ok(held < 16e6, `${held} bytes were held for a body of 500 KB`);
});

const ENDLESS: readonly LivelyKind[] = [
  'sends 10 MB of headers in short lines',
  'sends interim responses without end',
  'sends trailers without end',
  'sends a chunk extension without end',
];

async function costOf(t: TestContext, kind: LivelyKind): Promise<number> {
  const upstreams = await startLaneTo(t, kind, 60_000);
  await upstreams.send('candidate', GET);
  const before = process.threadCpuUsage();
  for (let round = 0; round < 20; round += 1) {
    const result = await upstreams.send('candidate', GET);
    assert.ok(result.kind === 'failed' && result.totalMs < 60_000, result.kind);
  }
  const { user, system } = process.threadCpuUsage(before);
  return user + system;
}

for (const kind of ENDLESS) {
  test(`a candidate that ${kind} is given up early, and costs little more than one long line`, async (t) => {
    const oneLine = await costOf(t, 'sends 10 MB of headers in one line');
    const cost = await costOf(t, kind);
    assert.ok(cost < 8 * oneLine, `${cost} microseconds of CPU against ${oneLine}`);
  });
}

test('a serving candidate that sends nothing but interim responses: legacy answers after the deadline', async (t) => {
  const legacy = await startBackend(t, (_, response) => void response.end('legacy'));
  const candidate = await startHostile(t, 'sends an interim response now and then');
  const { port } = await startProxy(t, {
    legacy: legacy.origin,
    candidate: candidate.origin,
    serve: 'candidate',
    headersMs: 100,
  });
  const answer = await fetch(`http://127.0.0.1:${port}/things`);
  assert.equal(await answer.text(), 'legacy');
});
