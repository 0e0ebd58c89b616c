// When a connection is used again, and when it must not be: RFC 9112, section 9.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  dialTo,
  HELLO,
  nextTurn,
  OK,
  Recorder,
  requestFor,
  type Script,
  startScript,
  until,
  type Visit,
} from '../testing/http1-exchange.ts';
import { deadOrigin } from '../testing/servers.ts';
import { type Connections, createConnections } from './connections.ts';

const TIMEOUTS = { connectMs: 1000, headersMs: 1000, idleMs: 1000 };

interface Setup extends Script {
  readonly connections: Connections;
  get(target?: string): Recorder;
}

/** Time stands still. */
async function start(t: TestContext, onRequest: (visit: Visit, line: string) => void): Promise<Setup> {
  const script = await startScript(t, onRequest);
  const connections = createConnections({ dial: dialTo(script.origin), now: () => 0 });
  t.after(() => connections.stop());
  const get = (target = '/'): Recorder => {
    const recorder = new Recorder();
    connections.send(requestFor(target), recorder, TIMEOUTS);
    return recorder;
  };
  return { ...script, connections, get };
}

test('requests one after the other share a connection', async (t) => {
  const { get, visits, connections } = await start(t, ({ socket }) => socket.write(HELLO));
  for (let count = 0; count < 20; count++) {
    const recorder = get(`/${count}`);
    assert.deepEqual(connections.status(), { busy: 1, idle: 0 });
    await recorder.settled;
    assert.deepEqual(recorder.calls, ['head 200', 'data', 'end']);
    assert.deepEqual(connections.status(), { busy: 0, idle: 1 });
  }
  assert.equal(visits.length, 1);
});

test('a new connection that may not be opened fails the request, and one that is idle serves it', async (t) => {
  const { origin } = await startScript(t, ({ socket }) => socket.write(HELLO));
  let left = 1;
  const opening = { take: () => left-- > 0, hasOne: () => left > 0 };
  const connections = createConnections({ dial: dialTo(origin), now: () => 0, opening });
  t.after(() => connections.stop());
  const get = (isResend: boolean): Recorder => {
    const recorder = new Recorder();
    connections.send({ ...requestFor('/'), isResend }, recorder, TIMEOUTS);
    return recorder;
  };
  assert.equal(connections.hasRoom(), true);
  const [first, second] = [get(false), get(false)];
  assert.equal(connections.hasRoom(), false, 'the one is busy');
  await Promise.all([first.settled, second.settled]);
  assert.equal(connections.hasRoom(), true, 'and idle again');
  assert.deepEqual([first.calls.at(-1), second.calls], ['end', ['failure PG_NO_CONNECTION_LEFT']]);
  assert.deepEqual(second.failure, { code: 'PG_NO_CONNECTION_LEFT', wasSent: false, isStale: false });
  const third = get(false);
  await third.settled;
  assert.equal(third.calls.at(-1), 'end', 'on the connection that there is');
  const fourth = get(true);
  await fourth.settled;
  assert.equal(fourth.failure?.code, 'PG_NO_CONNECTION_LEFT', 'what is sent anew needs one of its own');
});

test('requests at the same time never share one, and the connection that was used last is used first', async (t) => {
  const { get, visits } = await start(t, () => {});
  const visitOf = (path: string): Visit | undefined => visits.find(({ heard }) => heard.includes(path));
  const recorders = { '/a': get('/a'), '/b': get('/b'), '/c': get('/c') };
  for (const path of ['/b', '/c', '/a'] as const) {
    await until(() => visitOf(path) !== undefined);
    visitOf(path)?.socket.write(HELLO);
    await recorders[path].settled;
  }
  const again = [get('/d'), get('/e'), get('/f')];
  await until(() => visits.every(({ heard }) => heard.split('GET').length === 3));
  assert.deepEqual(visits.map(({ heard }) => heard.match(/\/\w(?= HTTP)/g)?.join()).sort(), [
    '/a,/d',
    '/b,/f',
    '/c,/e',
  ]);
  for (const { socket } of visits) socket.write(HELLO);
  await Promise.all(again.map(({ settled }) => settled));
});

const SPENT: readonly (readonly [title: string, bytes: string])[] = [
  ['that asks for its end', `${OK}Connection: close\r\nContent-Length: 5\r\n\r\nhello`],
  ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello'],
  ['with bytes behind the response', `${HELLO}\r\n`],
  ['with a second response', HELLO + HELLO],
  [
    'whose backend keeps it for no longer than it takes to notice',
    `${OK}Keep-Alive: timeout=1\r\nContent-Length: 5\r\n\r\nhello`,
  ],
  ['with a 204 that announces a body', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n'],
];

for (const [title, bytes] of SPENT)
  test(`a connection ${title} is closed and not used again`, async (t) => {
    const { get, visits, visit, connections } = await start(t, ({ socket }) => socket.write(bytes));
    const first = get();
    await first.settled;
    assert.equal(first.calls.at(-1), 'end');
    await (await visit(0)).gone;
    await until(() => connections.status().busy === 0);
    assert.deepEqual(connections.status(), { busy: 0, idle: 0 });
    await get().settled;
    assert.equal(visits.length, 2);
  });

test('bytes that nobody asked for close an idle connection, and no request takes them for its answer', async (t) => {
  const { get, visits, connections } = await start(t, ({ socket }) => socket.write(HELLO));
  await get().settled;
  visits[0]?.socket.write(`${OK}Content-Length: 8\r\n\r\npoisoned`);
  await visits[0]?.gone;
  await until(() => connections.status().idle === 0);
  const next = get();
  await next.settled;
  assert.deepEqual([next.body, visits.length], ['hello', 2]);
});

const ENDINGS: readonly (readonly [title: string, end: (visit: Visit) => void])[] = [
  ['ends', ({ socket }) => void socket.end()],
  ['resets', ({ socket }) => void socket.resetAndDestroy()],
];

for (const [title, end] of ENDINGS)
  test(`an idle connection that its backend ${title} is forgotten`, async (t) => {
    const { get, visits, connections } = await start(t, ({ socket }) => socket.write(HELLO));
    await get().settled;
    for (const visit of visits) end(visit);
    await until(() => connections.status().busy + connections.status().idle === 0);
    const next = get();
    await next.settled;
    assert.deepEqual([next.calls.at(-1), visits.length], ['end', 2]);
  });

const LAST_WORDS: readonly (readonly [title: string, answer: (visit: Visit) => void])[] = [
  ['an end', ({ socket }) => void socket.end(HELLO)],
  ['an end, of a body without a length', ({ socket }) => void socket.end(`${OK}\r\nhello`)],
  [
    'an end, of chunks',
    ({ socket }) => void socket.end(`${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`),
  ],
  ['a reset', ({ socket }) => void socket.write(HELLO, () => socket.resetAndDestroy())],
];

for (const [title, answer] of LAST_WORDS)
  test(`a response that comes with ${title} is whole`, async (t) => {
    const { get, connections } = await start(t, answer);
    for (let count = 0; count < 20; count++) {
      const recorder = get();
      await recorder.settled;
      assert.deepEqual([recorder.calls.at(-1), recorder.body], ['end', 'hello']);
      await until(() => connections.status().busy + connections.status().idle === 0);
    }
  });

const CUT: readonly (readonly [title: string, answer: (visit: Visit) => void, code: string])[] = [
  ['before the head', ({ socket }) => void socket.end(), 'PG_CLOSED_BY_BACKEND'],
  ['within the head', ({ socket }) => void socket.end('HTTP/1.1 200'), 'PG_CLOSED_BY_BACKEND'],
  ['within the body', ({ socket }) => void socket.end(HELLO.slice(0, -1)), 'PG_CLOSED_BY_BACKEND'],
  [
    'within the chunks',
    ({ socket }) => void socket.end(`${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`),
    'PG_CLOSED_BY_BACKEND',
  ],
  ['by a reset', ({ socket }) => void socket.resetAndDestroy(), 'ECONNRESET'],
  [
    'by a reset within a body without a length',
    ({ socket }) => void socket.write(`${OK}\r\nhello`, () => socket.resetAndDestroy()),
    'ECONNRESET',
  ],
  ['by what is no HTTP', ({ socket }) => void socket.write('SSH-2.0-OpenSSH_9.9\r\n'), 'PG_MALFORMED_RESPONSE'],
];

for (const [title, answer, code] of CUT)
  test(`a response that is cut off ${title} is a failure, told once`, async (t) => {
    const { get, visit, connections } = await start(t, answer);
    const recorder = get();
    await recorder.settled;
    await (await visit(0)).gone;
    await until(() => connections.status().busy === 0);
    assert.deepEqual([recorder.calls.at(-1), recorder.failure?.wasSent], [`failure ${code}`, true]);
    assert.equal(recorder.calls.filter((call) => call.startsWith('failure')).length, 1);
    assert.deepEqual(connections.status(), { busy: 0, idle: 0 });
  });

test('a request that reached nobody says so', async () => {
  const connections = createConnections({ dial: dialTo(await deadOrigin()), now: () => 0 });
  const recorder = new Recorder();
  connections.send({ method: 'POST', target: '/', headers: [], body: Buffer.from('x') }, recorder, TIMEOUTS);
  await recorder.settled;
  assert.deepEqual([recorder.calls, recorder.failure?.wasSent], [['failure ECONNREFUSED'], false]);
  await until(() => connections.status().busy === 0);
});

test('a response may be asked for while another one ends', async (t) => {
  const { connections, visits } = await start(t, ({ socket }) => socket.write(HELLO));
  const bodies: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const sendNext = (left: number): void => {
      const recorder = new Recorder();
      recorder.onEnd = () => {
        bodies.push(recorder.body);
        if (left === 0) resolve();
        else sendNext(left - 1);
      };
      recorder.onFailure = reject;
      connections.send(requestFor(`/${left}`), recorder, TIMEOUTS);
    };
    sendNext(9);
  });
  assert.deepEqual(bodies, Array(10).fill('hello'));
  assert.ok(visits.length <= 2, `${visits.length} connections`);
});

test('a request that cannot be written is thrown back and takes no connection', async (t) => {
  const { connections } = await start(t, () => {});
  const request = { method: 'GET', target: '/', headers: ['X', 'a\r\nY: b'], body: undefined };
  assert.throws(() => connections.send(request, new Recorder(), TIMEOUTS), TypeError);
  assert.deepEqual(connections.status(), { busy: 0, idle: 0 });
});

test('a stop fails what is in flight or is being connected, closes what is idle, and lets nothing begin', async (t) => {
  const { get, visits, visit, connections } = await start(t, ({ socket }, line) => {
    if (line.includes('/idle')) socket.write(HELLO);
    else if (line.includes('/half')) socket.write(HELLO.slice(0, -1));
  });
  const [idle, half, silent] = [get('/idle'), get('/half'), get('/silent')];
  await Promise.all([idle.settled, half.begun, visit(2)]);
  const connecting = [get('/connecting'), get('/connecting')];
  connections.stop();
  const late = get('/late');
  assert.deepEqual(late.calls, [], 'not before send has returned');
  await Promise.all([half, silent, late, ...connecting].map(({ settled }) => settled));
  const stopped = 'failure PG_CLIENT_STOPPED';
  assert.deepEqual(half.calls, ['head 200', 'data', stopped]);
  assert.deepEqual(
    [silent, late].map(({ calls }) => calls),
    [[stopped], [stopped]],
  );
  // One of them went over the connection that was idle.
  assert.deepEqual(
    connecting.map(({ failure }) => failure?.wasSent),
    [true, false],
  );
  await Promise.all(visits.map(({ gone }) => gone));
  await until(() => connections.status().busy === 0);
  assert.deepEqual(connections.status(), { busy: 0, idle: 0 });
});

test('a request that comes too late can still be aborted, and hears nothing', async (t) => {
  const { connections } = await start(t, () => {});
  connections.stop();
  const recorder = new Recorder();
  connections.send(requestFor('/'), recorder, TIMEOUTS).abort();
  await nextTurn();
  assert.deepEqual(recorder.calls, []);
});

test('a handler that tries again whenever it fails does not keep a stop from ending', async (t) => {
  const { connections, visit } = await start(t, () => {});
  let failures = 0;
  const trySend = (): void => {
    const recorder = new Recorder();
    recorder.onFailure = () => {
      failures += 1;
      if (failures < 1000) trySend();
    };
    connections.send(requestFor('/'), recorder, TIMEOUTS);
  };
  trySend();
  await visit(0);
  connections.stop();
  assert.equal(failures, 1);
  assert.deepEqual(connections.status(), { busy: 1, idle: 0 });
  await until(() => failures === 1000);
  assert.deepEqual(connections.status(), { busy: 0, idle: 0 });
});
