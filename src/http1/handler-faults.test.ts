// A fault in what handles a response is one failed exchange: not the process, not the connection's next request.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { dialTo, HELLO, OK, Recorder, requestFor, startScript, until, type Visit } from '../testing/http1-exchange.ts';
import { type Connections, createConnections } from './connections.ts';

const TIMEOUTS = { connectMs: 1000, headersMs: 1000, idleMs: 1000 };

interface Setup {
  readonly clock: { now: number };
  readonly connections: Connections;
  readonly visits: readonly Visit[];
  readonly faults: readonly unknown[];
}

async function start(t: TestContext, onRequest: (visit: Visit, line: string) => void): Promise<Setup> {
  const { origin, visits } = await startScript(t, onRequest);
  const clock = { now: 0 };
  const faults: unknown[] = [];
  const connections = createConnections({
    dial: dialTo(origin),
    now: () => clock.now,
    onFault: (error) => void faults.push(error),
  });
  t.after(() => connections.stop());
  return { clock, connections, visits, faults };
}

const FAULT = new Error('a fault of ours');

function fail(): never {
  throw FAULT;
}

/** Keeps what it is told, and throws when it is told this. */
function faulty(callback: 'onHead' | 'onData' | 'onReadDone' | 'onEnd' | 'onFailure'): Recorder {
  const recorder = new Recorder();
  const inner = recorder[callback].bind(recorder) as (...told: unknown[]) => void; // called with what it was called with
  recorder[callback] = (...told: unknown[]) => {
    inner(...told);
    fail();
  };
  return recorder;
}

const CASES = [
  ['onHead', `${OK}Content-Length: 10\r\n\r\nhello`, ['head 200']],
  ['onData', `${OK}Content-Length: 10\r\n\r\nhello`, ['head 200', 'data']],
  ['onReadDone', `${OK}Content-Length: 10\r\n\r\nhello`, ['head 200', 'data']],
  ['onHead', `${OK}Content-Length: 0\r\n\r\n`, ['head 200']],
  ['onHead', HELLO, ['head 200']],
  ['onData', HELLO, ['head 200', 'data']],
  ['onEnd', HELLO, ['head 200', 'data', 'end']],
] as const;

for (const [callback, bytes, calls] of CASES)
  test(`what ${callback} throws at ${JSON.stringify(bytes.slice(-7))} fails this exchange and no other`, async (t) => {
    const { connections, visits, faults } = await start(t, ({ socket }, line) =>
      socket.write(line.includes('/faulty') ? bytes : HELLO),
    );
    const recorder = faulty(callback);
    connections.send(requestFor('/faulty'), recorder, TIMEOUTS);
    await recorder.settled;
    await until(() => recorder.failure !== undefined);
    assert.deepEqual([recorder.calls, faults], [[...calls, 'failure PG_HANDLER_FAULT'], [FAULT]]);
    await visits[0]?.gone;
    await until(() => connections.status().busy === 0);
    assert.deepEqual(connections.status(), { busy: 0, idle: 0 });
    const next = new Recorder();
    connections.send(requestFor('/'), next, TIMEOUTS);
    await next.settled;
    assert.deepEqual([next.body, visits.length], ['hello', 2]);
  });

test('what onEnd throws of a body that ends with the connection fails the exchange', async (t) => {
  const { connections, faults } = await start(t, ({ socket }) => socket.end(`${OK}\r\nhello`));
  const recorder = faulty('onEnd');
  connections.send(requestFor('/'), recorder, TIMEOUTS);
  await recorder.settled;
  await until(() => connections.status().busy === 0);
  assert.deepEqual([recorder.calls, faults], [['head 200', 'data', 'end', 'failure PG_HANDLER_FAULT'], [FAULT]]);
});

const FAILURES: readonly (readonly [title: string, answer: (visit: Visit) => void, code: string])[] = [
  ['the backend closes', ({ socket }) => void socket.end(), 'PG_CLOSED_BY_BACKEND'],
  ['the backend resets', ({ socket }) => void socket.resetAndDestroy(), 'ECONNRESET'],
  ['the backend talks nonsense', ({ socket }) => void socket.write('nonsense'), 'PG_MALFORMED_RESPONSE'],
];

for (const [title, answer, code] of FAILURES)
  test(`what onFailure throws when ${title} is told, and forgotten`, async (t) => {
    const { connections, faults } = await start(t, answer);
    const recorder = faulty('onFailure');
    connections.send(requestFor('/'), recorder, TIMEOUTS);
    await recorder.settled;
    await until(() => connections.status().busy === 0);
    assert.deepEqual([recorder.calls, faults], [[`failure ${code}`], [FAULT]]);
  });

test('who fails at a fault of its own and then again is told of once, and both are reported', async (t) => {
  const { connections, faults } = await start(t, ({ socket }) => socket.write(HELLO));
  const recorder = faulty('onHead');
  const inner = recorder.onFailure.bind(recorder);
  recorder.onFailure = (failure) => {
    inner(failure);
    fail();
  };
  connections.send(requestFor('/'), recorder, TIMEOUTS);
  await recorder.settled;
  assert.deepEqual(
    [recorder.calls, faults],
    [
      ['head 200', 'failure PG_HANDLER_FAULT'],
      [FAULT, FAULT],
    ],
  );
});

test('one that aborts and then throws hears nothing more', async (t) => {
  const { connections, visits, faults } = await start(t, ({ socket }) => socket.write(HELLO));
  const recorder = new Recorder();
  recorder.onHead = () => {
    exchange.abort();
    fail();
  };
  const exchange = connections.send(requestFor('/'), recorder, TIMEOUTS);
  await until(() => faults.length > 0);
  await visits[0]?.gone;
  await until(() => connections.status().busy === 0);
  assert.deepEqual([recorder.calls, faults], [[], [FAULT]]);
});

test('when several are late at once, the fault of one does not keep the others waiting', async (t) => {
  const { clock, connections, visits, faults } = await start(t, () => {});
  const recorders = [new Recorder(), faulty('onFailure'), new Recorder()];
  for (const recorder of recorders) connections.send(requestFor('/'), recorder, TIMEOUTS);
  await until(() => visits.length === 3 && visits.every(({ heard }) => heard !== ''));
  clock.now = 1000;
  await Promise.all(recorders.map(({ settled }) => settled));
  assert.deepEqual(
    [recorders.map(({ calls }) => calls.join()), faults],
    [Array(3).fill('failure PG_HEADERS_TIMEOUT'), [FAULT]],
  );
});

test('when all are stopped, the fault of one keeps none from being stopped', async (t) => {
  const { connections, visits, faults } = await start(t, () => {});
  const recorders = [new Recorder(), faulty('onFailure'), new Recorder()];
  for (const recorder of recorders) connections.send(requestFor('/'), recorder, TIMEOUTS);
  await until(() => visits.length === 3);
  connections.stop();
  const late = faulty('onFailure');
  connections.send(requestFor('/'), late, TIMEOUTS);
  await Promise.all([...recorders, late].map(({ settled }) => settled));
  await Promise.all(visits.map(({ gone }) => gone));
  await until(() => connections.status().busy === 0);
  assert.deepEqual([connections.status(), faults], [{ busy: 0, idle: 0 }, [FAULT, FAULT]]);
});

test('where nobody listens for faults, they are warnings of the process', async (t) => {
  const { origin } = await startScript(t, ({ socket }) => socket.write(HELLO));
  const warned = t.mock.method(process, 'emitWarning', () => {});
  const connections = createConnections({ dial: dialTo(origin), now: () => 0 });
  t.after(() => connections.stop());
  const recorder = faulty('onHead');
  connections.send(requestFor('/'), recorder, TIMEOUTS);
  await recorder.settled;
  assert.deepEqual(
    warned.mock.calls.map((call) => call.arguments),
    [[FAULT]],
  );
});
