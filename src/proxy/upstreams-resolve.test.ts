import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createFakeTime, type FakeTime } from '../testing/fake-time.ts';
import { type ProxyUnderTest, startProxy } from '../testing/proxy.ts';

// A headless service: a name whose addresses change while its port stays. 127.0.0.2 is this machine too, on Linux; where
// it must be set up first, these tests are skipped.

const OLD = '127.0.0.1';
const NEW = '127.0.0.2';
const NOBODY = '127.0.0.3';
const RESOLVE_MS = 30_000;
/** Less than an idle connection is kept for. */
const STEP_MS = 250;
const LONG_MS = 100 * RESOLVE_MS;

async function listenAt(host: string, port: number, listener: RequestListener): Promise<Server | undefined> {
  const server = createServer(listener);
  server.listen(port, host);
  return once(server, 'listening').then(
    () => server,
    () => undefined,
  );
}

interface Service {
  readonly port: number;
  /** Connections that each address has taken. */
  readonly connections: Map<string, number>;
}

/** The same on both addresses: answers with the one that was reached, at once or when `hold` lets it. */
async function startService(t: TestContext, hold: () => Promise<void> | undefined): Promise<Service | undefined> {
  const connections = new Map([OLD, NEW].map((host) => [host, 0]));
  const listener: RequestListener = async (incoming, response) => {
    const reached = incoming.socket.localAddress ?? '';
    await hold();
    response.end(reached);
  };
  const first = await listenAt(OLD, 0, listener);
  const port = first ? (first.address() as AddressInfo).port : 0; // a listening TCP server has an address of this kind
  const second = await listenAt(NEW, port, listener);
  for (const server of [first, second]) {
    server?.on('connection', ({ localAddress = '' }) => {
      connections.set(localAddress, (connections.get(localAddress) ?? 0) + 1);
    });
    t.after(() => server?.close());
    t.after(() => server?.closeAllConnections());
  }
  return first && second && { port, connections };
}

interface Scene extends ProxyUnderTest {
  readonly service: Service;
  readonly time: FakeTime;
  readonly get: () => Promise<string>;
  names: () => Promise<readonly LookupAddress[]>;
  lookups: number;
}

function addresses(...hosts: readonly string[]): () => Promise<readonly LookupAddress[]> {
  return async () => hosts.map((address) => ({ address, family: 4 }));
}

type Hold = () => Promise<void> | undefined;

async function startScene(t: TestContext, hold: Hold = () => undefined): Promise<Scene | undefined> {
  const service = await startService(t, hold);
  if (!service) {
    t.skip('127.0.0.2 is not set up');
    return undefined;
  }
  const time = createFakeTime(t);
  const lookup = (): Promise<readonly LookupAddress[]> => {
    scene.lookups += 1;
    return scene.names();
  };
  const proxy = await startProxy(t, {
    legacy: new URL(`http://legacy.internal:${service.port}`),
    timeouts: { connectMs: LONG_MS, headersMs: LONG_MS, idleMs: LONG_MS, resolveMs: RESOLVE_MS },
    upstreams: { ...time, lookup },
  });
  const get = async (): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${proxy.port}/things`);
    return answer.status === 200 ? answer.text() : String(answer.status);
  };
  const scene: Scene = { ...proxy, service, time, get, names: addresses(OLD), lookups: 0 };
  return scene;
}

/** Until a condition holds, with the event loop turning: what happens on sockets has no event that a test could see. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await setImmediate();
}

test('no request looks a name up: a connection does, and only where the answer is old', async (t) => {
  const scene = await startScene(t);
  if (!scene) return;
  for (let count = 0; count < 20; count += 1) assert.equal(await scene.get(), OLD);
  await Promise.all(Array.from({ length: 20 }, scene.get));
  assert.equal(scene.lookups, 1);
});

/** Sends request after request until one goes to a host, and tells how much time went by; gives up after a while. */
async function timeUntil({ time, get }: Scene, host: string): Promise<number> {
  let passedMs = 0;
  while (passedMs < 3 * RESOLVE_MS && (await get()) !== host) {
    time.advance(STEP_MS);
    passedMs += STEP_MS;
  }
  return passedMs;
}

// The shortest and the longest life that a connection may have.
for (const random of [0, 0.999]) {
  test(`a connection that is never idle gives way to a new address within the time (${random})`, async (t) => {
    t.mock.method(Math, 'random', () => random);
    const scene = await startScene(t);
    if (!scene) return;
    assert.equal(await scene.get(), OLD);
    scene.names = addresses(NEW);
    const passedMs = await timeUntil(scene, NEW);
    assert.ok(passedMs >= RESOLVE_MS / 4 && passedMs <= RESOLVE_MS + 2 * STEP_MS, `${passedMs} ms`);
    assert.equal(scene.service.connections.get(NEW), 1);
  });
}

test('the time holds for a connection that was made from an answer about to be old', async (t) => {
  t.mock.method(Math, 'random', () => 0.999);
  const released = Promise.withResolvers<void>();
  const holds: Promise<void>[] = [];
  const scene = await startScene(t, () => holds.pop());
  if (!scene) return;
  assert.equal(await scene.get(), OLD);
  scene.names = addresses(NEW);
  for (let passedMs = 0; passedMs < RESOLVE_MS / 2 - STEP_MS; passedMs += STEP_MS) {
    scene.time.advance(STEP_MS);
    assert.equal(await scene.get(), OLD);
  }
  holds.push(released.promise);
  const first = scene.get();
  await until(() => holds.length === 0);
  // The first connection is busy, so this is a second one, from the old answer.
  assert.equal(await scene.get(), OLD);
  released.resolve();
  assert.equal(await first, OLD);
  assert.ok((await timeUntil(scene, NEW)) <= RESOLVE_MS / 2 + 3 * STEP_MS);
});

test('a request in flight on an old connection gets its whole answer, and the next one goes to the new address', async (t) => {
  const released = Promise.withResolvers<void>();
  const holds = [released.promise];
  const scene = await startScene(t, () => holds.pop());
  if (!scene) return;
  const pending = scene.get();
  await until(() => holds.length === 0);
  scene.names = addresses(NEW);
  scene.time.advance(RESOLVE_MS);
  await until(() => scene.lookups > 0);
  await setImmediate();
  scene.time.advance(STEP_MS);
  released.resolve();
  assert.equal(await pending, OLD);
  assert.equal(await scene.get(), NEW);
  assert.equal(scene.exchanges[0]?.result.kind, 'reply');
});

test('many connections that are never idle move too, there and back, and no request is lost', async (t) => {
  const scene = await startScene(t);
  if (!scene) return;
  const answers: string[] = [];
  let isOver = false;
  const client = async (): Promise<void> => {
    while (!isOver) answers.push(await scene.get());
  };
  const clients = Array.from({ length: 8 }, client);
  for (const host of [NEW, OLD, NEW]) {
    scene.names = addresses(host);
    const hasMoved = (): boolean => answers.length > 40 && answers.slice(-40).every((answer) => answer === host);
    for (let passedMs = 0; passedMs < 4 * RESOLVE_MS && !hasMoved(); passedMs += STEP_MS) {
      const before = answers.length;
      scene.time.advance(STEP_MS);
      await until(() => answers.length > before + 8);
    }
    assert.ok(hasMoved(), host);
  }
  isOver = true;
  await Promise.all(clients);
  assert.deepEqual(new Set(answers), new Set([OLD, NEW]));
  assert.ok(scene.exchanges.every(({ result }) => result.kind === 'reply'));
});

test('all addresses of a name are used', async (t) => {
  const released = Promise.withResolvers<void>();
  const scene = await startScene(t, () => released.promise);
  if (!scene) return;
  scene.names = addresses(OLD, NEW);
  const pending = Array.from({ length: 4 }, scene.get);
  await until(() => [...scene.service.connections.values()].reduce((sum, count) => sum + count) === 4);
  released.resolve();
  assert.deepEqual((await Promise.all(pending)).sort(), [OLD, OLD, NEW, NEW]);
});

test('an address that refuses is passed over for the next', async (t) => {
  const released = Promise.withResolvers<void>();
  const scene = await startScene(t, () => released.promise);
  if (!scene) return;
  scene.names = addresses(NOBODY, NEW);
  const pending = Array.from({ length: 4 }, scene.get);
  await until(() => scene.service.connections.get(NEW) === 4);
  released.resolve();
  assert.deepEqual(new Set(await Promise.all(pending)), new Set([NEW]));
});

test('a name service that fails costs no connection, and new ones go to the addresses last known', async (t) => {
  const released = Promise.withResolvers<void>();
  const holds: Promise<void>[] = [];
  const scene = await startScene(t, () => holds.pop());
  if (!scene) return;
  assert.equal(await scene.get(), OLD);
  scene.names = () => Promise.reject(Object.assign(new Error('no answer'), { code: 'EAI_AGAIN' }));
  assert.equal(await timeUntil(scene, NEW), 3 * RESOLVE_MS);
  // The answer was still good when the first one was old; the second is kept, since nobody knows a better address.
  assert.ok((scene.service.connections.get(OLD) ?? 0) <= 2);
  assert.ok(scene.lookups > 2);
  holds.push(released.promise);
  const pending = scene.get();
  await until(() => holds.length === 0);
  assert.equal(await scene.get(), OLD);
  released.resolve();
  assert.equal(await pending, OLD);
});

test('a name that is not there is 502 at once', async (t) => {
  const scene = await startScene(t);
  if (!scene) return;
  scene.names = () => Promise.reject(Object.assign(new Error('unknown'), { code: 'ENOTFOUND' }));
  assert.equal(await scene.get(), '502');
  const [exchange] = scene.exchanges;
  assert.equal(exchange?.result.kind === 'failed' && exchange.result.code, 'ENOTFOUND');
});

test('the shadow lane moves with the name as well', async (t) => {
  const scene = await startScene(t);
  if (!scene) return;
  const request = { group: 'things', method: 'GET', target: '/things', headers: ['Host', 'a'], body: undefined };
  const mirrored = async (): Promise<string> => {
    const result = await scene.upstreams.send('legacy', request);
    return result.kind === 'reply' ? Buffer.from(result.reply.body).toString() : result.code;
  };
  assert.equal(await timeUntil({ ...scene, get: mirrored }, OLD), 0);
  scene.names = addresses(NEW);
  assert.ok((await timeUntil({ ...scene, get: mirrored }, NEW)) <= RESOLVE_MS + 2 * STEP_MS);
});
