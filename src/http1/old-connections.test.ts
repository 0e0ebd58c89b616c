// What becomes of connections with the time: the backend closes one just as it is used again, or it has lived its life.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  dialTo,
  HELLO,
  OK,
  Recorder,
  requestFor,
  type Script,
  startScript,
  until,
  type Visit,
} from '../testing/http1-exchange.ts';
import { deadOrigin } from '../testing/servers.ts';
import { type Connections, type ConnectionsOptions, createConnections } from './connections.ts';

const TIMEOUTS = { connectMs: 1000, headersMs: 1000, idleMs: 1000 };

interface Setup extends Script {
  readonly clock: { now: number };
  readonly connections: Connections;
  get(target: string): Recorder;
  /** Returns when deadlines that have passed have been seen to: its own timer, of the same period, began later. */
  swept(): Promise<void>;
}

async function start(
  t: TestContext,
  onRequest: (visit: Visit, line: string) => void,
  options: Partial<ConnectionsOptions> = {},
): Promise<Setup> {
  const script = await startScript(t, (visit, line) => (line.includes('/silent') ? undefined : onRequest(visit, line)));
  const clock = { now: 0 };
  const connections = createConnections({ dial: dialTo(script.origin), now: () => clock.now, ...options });
  const markers = createConnections({ dial: dialTo(script.origin), now: () => 0 });
  t.after(() => {
    connections.stop();
    markers.stop();
  });
  const get = (target: string): Recorder => {
    const recorder = new Recorder();
    connections.send(requestFor(target), recorder, TIMEOUTS);
    return recorder;
  };
  const swept = async (): Promise<void> => {
    const marker = new Recorder();
    markers.send(requestFor('/silent'), marker, { ...TIMEOUTS, totalMs: 0 });
    await marker.settled;
  };
  return { ...script, clock, connections, get, swept };
}

const CLOSINGS: readonly (readonly [title: string, close: (visit: Visit) => void, isStale: boolean])[] = [
  ['ends it', ({ socket }) => void socket.end(), true],
  ['resets it', ({ socket }) => void socket.resetAndDestroy(), true],
  ['ends it within a head', ({ socket }) => void socket.end('HTTP/1.1 2'), false],
  ['ends it behind an interim response', ({ socket }) => void socket.end('HTTP/1.1 103 X\r\n\r\n'), false],
  ['ends it within a body', ({ socket }) => void socket.end(HELLO.slice(0, -1)), false],
  ['talks nonsense', ({ socket }) => void socket.end('nonsense'), false],
];

for (const [title, close, isStale] of CLOSINGS)
  test(`a connection that was used before is ${isStale ? '' : 'not '}stale when its backend ${title}`, async (t) => {
    const { get, visits } = await start(t, (visit, line) => {
      if (line.includes('/first')) visit.socket.write(HELLO);
      else close(visit);
    });
    await get('/first').settled;
    const second = get('/second');
    await second.settled;
    assert.deepEqual([second.failure?.isStale, second.failure?.wasSent, visits.length], [isStale, true, 1]);
  });

test('a connection that is new is not stale, whatever becomes of it', async (t) => {
  const { get } = await start(
    t,
    ({ socket }, line) => void (line.includes('/end') ? socket.end() : socket.resetAndDestroy()),
  );
  const refused = createConnections({ dial: dialTo(await deadOrigin()), now: () => 0 });
  const recorders = [get('/end'), get('/reset'), new Recorder()];
  refused.send(requestFor('/'), recorders[2] ?? new Recorder(), TIMEOUTS);
  await Promise.all(recorders.map(({ settled }) => settled));
  assert.deepEqual(
    recorders.map(({ failure }) => failure?.isStale),
    [false, false, false],
  );
});

test('a late answer is not a stale connection', async (t) => {
  const { get, clock, visits } = await start(t, ({ socket }) => void socket.write(HELLO));
  await get('/').settled;
  const late = get('/silent');
  await until(() => visits[0]?.heard.includes('/silent') === true);
  clock.now = 1000;
  await late.settled;
  assert.deepEqual([late.calls, late.failure?.isStale], [['failure PG_HEADERS_TIMEOUT'], false]);
});

test('an idle connection ends when it has lived its life, and not before', async (t) => {
  const { get, clock, swept, connections, visits } = await start(t, ({ socket }) => void socket.write(HELLO), {
    lifetimeMs: () => 3000,
  });
  await get('/').settled;
  clock.now = 2999;
  await swept();
  await get('/').settled;
  assert.deepEqual(connections.status(), { busy: 0, idle: 1 });
  clock.now = 3000;
  await visits[0]?.gone;
  await until(() => connections.status().idle === 0);
});

test('one that is in use ends behind its response', async (t) => {
  const { get, clock, swept, connections, visits } = await start(
    t,
    ({ socket }) => void socket.write(`${OK}Content-Length: 10\r\n\r\nhello`),
    { lifetimeMs: () => 500 },
  );
  const recorder = get('/');
  await recorder.begun;
  clock.now = 999;
  await swept();
  assert.deepEqual(recorder.calls, ['head 200', 'data']);
  visits[0]?.socket.write('hello');
  await recorder.settled;
  assert.deepEqual([recorder.calls.at(-1), connections.status().idle], ['end', 0]);
  await visits[0]?.gone;
});

test('one that has lived its life is kept for as long as there is none better', async (t) => {
  let may = false;
  const { get, clock, swept, connections, visits } = await start(t, ({ socket }) => void socket.write(HELLO), {
    lifetimeMs: () => 100,
    mayRetire: () => may,
  });
  await get('/').settled;
  clock.now = 1000;
  await swept();
  await get('/').settled;
  assert.deepEqual([connections.status(), visits.length], [{ busy: 0, idle: 1 }, 2]);
  may = true;
  await until(() => connections.status().idle === 0);
});
