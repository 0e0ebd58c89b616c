import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { systemClock } from '../core/index.ts';
import { createFakeTime, type FakeTime } from '../testing/fake-time.ts';
import { startProxy } from '../testing/proxy.ts';
import { sendRaw, startBackend, startRawBackend } from '../testing/servers.ts';
import { collectReply } from './shadow-reply.ts';
import { createUpstreams, type Upstreams, type UpstreamsOptions, type UpstreamTimeouts } from './upstreams.ts';

const LONG: UpstreamTimeouts = { connectMs: 60_000, headersMs: 60_000, idleMs: 60_000, totalMs: 0, resolveMs: 60_000 };

/** Two groups before one backend: `patient`, and `hasty` with a limit of its own. */
function startGroups(
  t: TestContext,
  url: URL,
  { hasty, ...more }: { hasty: Partial<UpstreamTimeouts> } & Partial<UpstreamsOptions>,
): Upstreams {
  const backends = { legacy: { url }, candidate: undefined };
  const upstreams = createUpstreams({
    groups: new Map([
      ['patient', { ...backends, timeouts: LONG }],
      ['hasty', { ...backends, timeouts: { ...LONG, ...hasty } }],
    ]),
    shadow: { timeoutMs: 60_000, maxBodyBytes: 1 << 20, connectionsPerSecond: 1000 },
    clock: systemClock,
    ...more,
  });
  t.after(() => upstreams.stop());
  return upstreams;
}

/** What a group gets: the body, or the code of the failure. */
async function get(upstreams: Upstreams, group: string): Promise<string> {
  const { connections, timeouts } = upstreams.live(group, 'legacy') ?? assert.fail('there is no such group');
  const result = await collectReply({
    connections,
    timeouts,
    request: { group, method: 'GET', target: '/things', headers: ['Host', 'a'], body: undefined },
    maxBodyBytes: 1 << 20,
    clock: systemClock,
    turns: { wait: (onTurn) => void setTimeout(onTurn) },
  });
  return result.kind === 'reply' ? Buffer.from(result.reply.body).toString() : result.code;
}

/** A backend that keeps every response open, and hands them out. */
async function heldBackend(
  t: TestContext,
  begin: (response: ServerResponse) => void,
): Promise<{ readonly origin: URL; readonly held: ServerResponse[] }> {
  const held: ServerResponse[] = [];
  const { origin } = await startBackend(t, (_, response) => {
    begin(response);
    held.push(response);
  });
  return { origin, held };
}

function begin(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Length': 5 }).write('be');
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setImmediate();
}

const OF_A_GROUP: readonly (readonly [
  limit: keyof UpstreamTimeouts,
  code: string,
  (response: ServerResponse) => void,
])[] = [
  ['headersMs', 'PG_HEADERS_TIMEOUT', () => {}],
  ['idleMs', 'PG_IDLE_TIMEOUT', begin],
  ['totalMs', 'PG_TOTAL_TIMEOUT', begin],
];

for (const [limit, code, first] of OF_A_GROUP) {
  test(`${limit} of a group ends its requests with ${code}, and not those of another group with the same backend`, async (t) => {
    const { origin, held } = await heldBackend(t, first);
    const upstreams = startGroups(t, origin, { hasty: { [limit]: 50 } });
    const patient = get(upstreams, 'patient');
    await until(() => held.length === 1);
    assert.equal(await get(upstreams, 'hasty'), code);
    held[0]?.end(first === begin ? 'gun' : 'begun');
    assert.equal(await patient, 'begun');
  });
}

test('connectMs of a group ends its requests, and not those of another group with the same backend', async (t) => {
  const { origin } = await startBackend(t, (_, response) => void response.end('connected'));
  const answers: ((addresses: { address: string; family: number }[]) => void)[] = [];
  // Of all that keeps a connection from being made, a name service that says nothing is the one that a test can end.
  const lookup = (): Promise<{ address: string; family: number }[]> =>
    new Promise((resolve) => void answers.push(resolve));
  const named = new URL(`http://legacy.internal:${origin.port}`);
  const upstreams = startGroups(t, named, { hasty: { connectMs: 50 }, lookup });
  const patient = get(upstreams, 'patient');
  assert.equal(await get(upstreams, 'hasty'), 'PG_CONNECT_TIMEOUT');
  for (const answer of answers) answer([{ address: '127.0.0.1', family: 4 }]);
  assert.equal(await patient, 'connected');
});

test('groups that connect in the same way share connections, whatever their other limits', async (t) => {
  const { origin, server } = await startBackend(t, (_, response) => void response.end('shared'));
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  const upstreams = startGroups(t, origin, { hasty: { headersMs: 500, idleMs: 500, totalMs: 500 } });
  for (const group of ['patient', 'hasty', 'patient', 'hasty']) {
    assert.equal(await get(upstreams, group), 'shared');
    // A connection takes its next request a turn of the event loop after its last answer.
    for (let turn = 0; turn < 3; turn += 1) await setImmediate();
  }
  assert.equal(connections, 1);
});

interface Stalled {
  readonly time: FakeTime;
  readonly port: number;
  readonly held: readonly ServerResponse[];
  readonly exchanges: Awaited<ReturnType<typeof startProxy>>['exchanges'];
}

/** A candidate that stalls, in front of a legacy that does not, with a total of 1 s that passes when told to. */
async function startStalled(t: TestContext, first: (response: ServerResponse) => void): Promise<Stalled> {
  const time = createFakeTime(t);
  const candidate = await heldBackend(t, first);
  const legacy = await startBackend(t, (_, response) => void response.end('legacy'));
  const proxy = await startProxy(t, {
    legacy: legacy.origin,
    candidate: candidate.origin,
    serve: 'candidate',
    timeouts: { ...LONG, totalMs: 1_000 },
    upstreams: time,
  });
  return { time, port: proxy.port, held: candidate.held, exchanges: proxy.exchanges };
}

test('a read whose candidate has said nothing when its time is up goes to legacy', async (t) => {
  const { time, port, held, exchanges } = await startStalled(t, () => {});
  const pending = fetch(`http://127.0.0.1:${port}/things`);
  await until(() => held.length === 1);
  time.advance(999);
  await setImmediate();
  assert.equal(exchanges.length, 0);
  const isCut = once(held[0] ?? assert.fail('nothing is held'), 'close');
  time.advance(1);
  assert.equal(await (await pending).text(), 'legacy');
  assert.equal(exchanges[0]?.fallback?.code, 'PG_TOTAL_TIMEOUT');
  await isCut;
});

test('a write whose candidate has said nothing when its time is up is answered with 504', async (t) => {
  const { time, port, held, exchanges } = await startStalled(t, () => {});
  const pending = fetch(`http://127.0.0.1:${port}/things`, { method: 'POST', body: 'x' });
  await until(() => held.length === 1);
  time.advance(1_000);
  assert.equal((await pending).status, 504);
  assert.equal(exchanges[0]?.served, 'candidate');
});

test('an answer that has begun when its time is up is cut, never ended', async (t) => {
  const { time, port, held, exchanges } = await startStalled(t, begin);
  const answer = await fetch(`http://127.0.0.1:${port}/things`);
  await until(() => held.length === 1);
  time.advance(1_000);
  await assert.rejects(answer.text());
  await until(() => exchanges.length === 1);
  assert.equal(exchanges[0]?.result.kind === 'failed' && exchanges[0].result.code, 'PG_TOTAL_TIMEOUT');
});

test('an answer that is over in time is left alone, and so is its connection', async (t) => {
  const { time, port, held } = await startStalled(t, () => {});
  for (const answer of ['one', 'two']) {
    const before = held.length;
    const pending = fetch(`http://127.0.0.1:${port}/things`);
    await until(() => held.length === before + 1);
    time.advance(600);
    held[before]?.end(answer);
    assert.equal(await (await pending).text(), answer);
  }
  assert.equal(new Set(held.map(({ req }) => req.socket)).size, 1);
});

test('a write that got no connection in all its time was never sent: legacy gets it', async (t) => {
  const time = createFakeTime(t);
  let looked = false;
  const legacy = await startBackend(t, (incoming, response) => void incoming.pipe(response));
  const proxy = await startProxy(t, {
    legacy: legacy.origin,
    candidate: new URL('http://candidate.internal'),
    serve: 'candidate',
    timeouts: { ...LONG, totalMs: 1_000 },
    upstreams: {
      ...time,
      lookup: () => {
        looked = true;
        return new Promise(() => {});
      },
    },
  });
  const body = 'x'.repeat(100_000);
  const pending = fetch(`http://127.0.0.1:${proxy.port}/things`, { method: 'POST', body });
  await until(() => looked);
  time.advance(1_000);
  assert.equal((await (await pending).text()).length, body.length);
  assert.equal(proxy.exchanges[0]?.fallback?.code, 'PG_TOTAL_TIMEOUT');
});

test('an answer of the name service that comes after the time is up sends nothing of the request', async (t) => {
  const time = createFakeTime(t);
  let answer: (() => void) | undefined;
  let requests = 0;
  const candidate = await startBackend(t, (_, response) => {
    requests += 1;
    response.end('late');
  });
  const legacy = await heldBackend(t, () => {});
  const proxy = await startProxy(t, {
    legacy: legacy.origin,
    candidate: new URL(`http://candidate.internal:${candidate.origin.port}`),
    serve: 'candidate',
    timeouts: { ...LONG, totalMs: 1_000 },
    upstreams: {
      ...time,
      lookup: () =>
        new Promise((resolve) => {
          answer = () => resolve([{ address: '127.0.0.1', family: 4 }]);
        }),
    },
  });
  const pending = fetch(`http://127.0.0.1:${proxy.port}/things`, { method: 'POST', body: 'x' });
  await until(() => answer !== undefined);
  time.advance(1_000);
  await until(() => legacy.held.length === 1);
  answer?.();
  assert.equal(await (await fetch(`http://127.0.0.1:${proxy.port}/things`)).text(), 'late');
  legacy.held[0]?.end('legacy');
  assert.equal(await (await pending).text(), 'legacy');
  assert.equal(requests, 1);
});

const UPGRADE =
  'GET /live HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n';

test('an upgrade that its backend never answers, or that gets no connection, is answered with 504', async (t) => {
  const silent = await startRawBackend(t, (socket) => void socket.resume());
  const answering = await startProxy(t, { legacy: silent.origin, timeouts: { headersMs: 50 } });
  assert.match(await sendRaw(answering.port, UPGRADE), /^HTTP\/1\.1 504 Gateway Timeout\r\n/);
  const connecting = await startProxy(t, {
    legacy: new URL('http://legacy.internal'),
    timeouts: { connectMs: 50 },
    upstreams: { lookup: () => new Promise(() => {}) },
  });
  assert.match(await sendRaw(connecting.port, UPGRADE), /^HTTP\/1\.1 504 Gateway Timeout\r\n/);
});
