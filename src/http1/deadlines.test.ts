// How long each step may take. Time is what the test says; only the look at it comes round by itself.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startHostile } from '../testing/hostile-upstreams.ts';
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
import { type Connections, createConnections, type Exchange } from './connections.ts';
import type { Timeouts } from './exchange.ts';

const TIMEOUTS = { connectMs: 100, headersMs: 1000, idleMs: 500 };

interface Clock {
  now: number;
}

interface Setup extends Script {
  readonly clock: Clock;
  readonly connections: Connections;
  send(target: string, timeouts?: Partial<Timeouts>): { readonly recorder: Recorder; readonly exchange: Exchange };
  /** Returns when deadlines that lie before now have been seen to pass. */
  swept(): Promise<void>;
}

/** At `/marker` nothing ever answers. */
async function start(t: TestContext, onRequest: (visit: Visit, line: string) => void, origin?: URL): Promise<Setup> {
  const script = await startScript(t, (visit, line) => (line.includes('/marker') ? undefined : onRequest(visit, line)));
  const clock = { now: 1_000_000 };
  const connections = createConnections({ dial: dialTo(origin ?? script.origin), now: () => clock.now });
  const markers = createConnections({ dial: dialTo(script.origin), now: () => clock.now });
  t.after(() => {
    connections.stop();
    markers.stop();
  });
  const send: Setup['send'] = (target, timeouts = {}) => {
    const recorder = new Recorder();
    return { recorder, exchange: connections.send(requestFor(target), recorder, { ...TIMEOUTS, ...timeouts }) };
  };
  const swept = async (): Promise<void> => {
    // A request that is late at once, on a timer of the same period that begins later, so that it comes round later.
    const marker = new Recorder();
    markers.send(requestFor('/marker'), marker, { connectMs: 1e9, headersMs: 1e9, idleMs: 1e9, totalMs: 0 });
    await marker.settled;
  };
  return { ...script, clock, connections, send, swept };
}

test('a connection that is not made in time is given up, and nothing was sent', async (t) => {
  const hostile = await startHostile(t, 'lets nobody connect');
  const { clock, connections, send, swept } = await start(t, () => {}, hostile.origin);
  const { recorder } = send('/');
  clock.now += 99;
  await swept();
  assert.deepEqual(recorder.calls, []);
  clock.now += 1;
  await recorder.settled;
  assert.deepEqual([recorder.calls, recorder.failure?.wasSent], [['failure PG_CONNECT_TIMEOUT'], false]);
  await until(() => connections.status().busy === 0);
});

test('a head that does not come in time is given up, and the backend sees it', async (t) => {
  const { clock, send, swept, visit } = await start(t, ({ socket }) => socket.write('HTTP/1.1 200 OK\r\nX-'));
  const { recorder } = send('/');
  const backend = await visit(0);
  await until(() => backend.heard !== '');
  clock.now += 999;
  await swept();
  assert.deepEqual(recorder.calls, []);
  clock.now += 1;
  await recorder.settled;
  assert.deepEqual([recorder.calls, recorder.failure?.wasSent], [['failure PG_HEADERS_TIMEOUT'], true]);
  await backend.gone;
});

test('interim responses and a dribbling head do not put it off', async (t) => {
  const { clock, send, swept, visit } = await start(t, () => {});
  const { recorder } = send('/');
  const { socket } = await visit(0);
  for (const bytes of ['HTTP/1.1 103 X\r\n\r\n', 'HTTP/1.1 102 X\r\n\r\n', 'HTTP/1.1 200', ' OK\r\n', 'X-A: b\r\n']) {
    clock.now += 190;
    socket.write(bytes);
    await swept();
  }
  assert.deepEqual(recorder.calls, []);
  clock.now += 50;
  await recorder.settled;
  assert.deepEqual(recorder.calls, ['failure PG_HEADERS_TIMEOUT']);
});

test('the time for a head begins when the connection is there', async (t) => {
  const { clock, send, swept, visit } = await start(t, ({ socket }) => socket.write(HELLO));
  await send('/').recorder.settled;
  // The connection is known now: its next request has the time for a head and not that for connecting.
  const backend = await visit(0);
  backend.socket.removeAllListeners('data');
  const { recorder } = send('/');
  clock.now += 999;
  await swept();
  assert.deepEqual(recorder.calls, []);
  clock.now += 1;
  await recorder.settled;
  assert.deepEqual(recorder.calls, ['failure PG_HEADERS_TIMEOUT']);
});

test('a body that pauses too long is given up; each piece gives it time anew', async (t) => {
  const { clock, send, swept, visit } = await start(t, ({ socket }) =>
    socket.write(`${OK}Content-Length: 100\r\n\r\n`),
  );
  const { recorder } = send('/');
  await recorder.headed;
  const { socket } = await visit(0);
  for (let piece = 1; piece <= 5; piece++) {
    clock.now += 499;
    await swept();
    socket.write('x');
    await until(() => recorder.dataBytes === piece);
  }
  clock.now += 500;
  await recorder.settled;
  assert.deepEqual(recorder.calls, ['head 200', 'data', 'failure PG_IDLE_TIMEOUT']);
});

test('the total is for all of it, however often a piece comes', async (t) => {
  const { clock, send, swept, visit } = await start(t, ({ socket }) =>
    socket.write(`${OK}Content-Length: 100\r\n\r\n`),
  );
  const { recorder } = send('/', { totalMs: 1200 });
  await recorder.headed;
  const { socket } = await visit(0);
  for (let piece = 1; piece <= 3; piece++) {
    clock.now += 399;
    socket.write('x');
    await until(() => recorder.dataBytes === piece);
  }
  await swept();
  assert.deepEqual(recorder.calls, ['head 200', 'data']);
  clock.now += 3;
  await recorder.settled;
  assert.deepEqual(recorder.calls, ['head 200', 'data', 'failure PG_TOTAL_TIMEOUT']);
});

test('a client that does not read is no silence of the backend, but the total goes on', async (t) => {
  const { clock, send, swept } = await start(t, ({ socket }) => socket.write(`${OK}Content-Length: 100\r\n\r\nhello`));
  const { recorder, exchange } = send('/', { totalMs: 10_000 });
  await recorder.begun;
  exchange.pause();
  clock.now += 9_000;
  await swept();
  assert.deepEqual(recorder.calls, ['head 200', 'data']);
  exchange.resume();
  clock.now += 499;
  await swept();
  assert.deepEqual(recorder.calls, ['head 200', 'data'], 'the silence is counted from when it reads again');
  exchange.pause();
  clock.now += 501;
  await recorder.settled;
  assert.deepEqual(recorder.calls, ['head 200', 'data', 'failure PG_TOTAL_TIMEOUT']);
});

test('no deadline of one request is left for the next on its connection', async (t) => {
  const { clock, send, swept, visits } = await start(t, ({ socket }, line) =>
    socket.write(line.includes('/slow') ? HELLO.slice(0, -1) : HELLO),
  );
  await send('/', { totalMs: 10, idleMs: 10, headersMs: 10 }).recorder.settled;
  const { recorder } = send('/slow');
  await recorder.begun;
  clock.now += 499;
  await swept();
  assert.deepEqual(recorder.calls, ['head 200', 'data']);
  visits[0]?.socket.write('o');
  await recorder.settled;
  assert.equal(recorder.calls.at(-1), 'end');
});

test('no deadline of a request is left for its connection when it is idle', async (t) => {
  const { clock, send, swept, connections } = await start(t, ({ socket }) => socket.write(HELLO));
  await send('/', { totalMs: 10, idleMs: 10, headersMs: 10 }).recorder.settled;
  clock.now += 1000;
  await swept();
  assert.deepEqual(connections.status(), { busy: 0, idle: 1 });
});

const IDLE: readonly (readonly [title: string, head: string, keptMs: number])[] = [
  ['four seconds, where the backend says nothing', OK, 4000],
  ['four seconds, where the backend keeps it longer', `${OK}Keep-Alive: timeout=75\r\n`, 4000],
  ['a second less than the backend says', `${OK}Keep-Alive: timeout=3, max=100\r\n`, 2000],
];

for (const [title, head, keptMs] of IDLE)
  test(`an idle connection is kept for ${title}`, async (t) => {
    const { clock, send, swept, visit, connections } = await start(t, ({ socket }) =>
      socket.write(`${head}Content-Length: 0\r\n\r\n`),
    );
    await send('/').recorder.settled;
    clock.now += keptMs - 1;
    await send('/').recorder.settled;
    assert.deepEqual(connections.status(), { busy: 0, idle: 1 });
    clock.now += keptMs - 1;
    await swept();
    assert.equal(connections.status().idle, 1);
    clock.now += 1;
    await (await visit(0)).gone;
    await until(() => connections.status().idle === 0);
  });
