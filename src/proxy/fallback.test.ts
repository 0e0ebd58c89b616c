import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { startProxy } from '../testing/proxy.ts';
import { deadOrigin, startBackend, startRawBackend } from '../testing/servers.ts';
import { nextSide, type Repeat } from './fallback.ts';

test('a dead candidate: legacy answers, and the failure is handed over with the exchange', async (t) => {
  const legacy = await startBackend(t, (_, response) => void response.writeHead(203).end('legacy'));
  const { port, exchanges } = await startProxy(t, {
    legacy: legacy.origin,
    candidate: await deadOrigin(),
    serve: 'candidate',
  });
  const answer = await fetch(`http://127.0.0.1:${port}/things`);
  assert.deepEqual([answer.status, await answer.text()], [203, 'legacy']);
  assert.equal(exchanges[0]?.served, 'legacy');
  assert.equal(exchanges[0]?.fallback?.code, 'ECONNREFUSED');
});

test('a dead candidate: an upload that was not begun goes to legacy whole', async (t) => {
  const legacy = await startBackend(t, (incoming, response) => void incoming.pipe(response));
  const { port } = await startProxy(t, { legacy: legacy.origin, candidate: await deadOrigin(), serve: 'candidate' });
  const answer = await fetch(`http://127.0.0.1:${port}/things`, { method: 'POST', body: 'x'.repeat(300_000) });
  assert.equal((await answer.text()).length, 300_000);
});

test('a candidate that resets before it answers: a read goes to legacy', async (t) => {
  const legacy = await startBackend(t, (_, response) => void response.end('legacy'));
  const candidate = await startRawBackend(t, (socket) => void socket.once('data', () => socket.resetAndDestroy()));
  const { port } = await startProxy(t, { legacy: legacy.origin, candidate: candidate.origin, serve: 'candidate' });
  assert.equal(await (await fetch(`http://127.0.0.1:${port}/things`)).text(), 'legacy');
});

test('a candidate that resets after it got a write: the write is not sent twice', async (t) => {
  let writes = 0;
  const legacy = await startBackend(t, (_, response) => {
    writes += 1;
    response.end();
  });
  const candidate = await startRawBackend(t, (socket) => void socket.once('data', () => socket.resetAndDestroy()));
  const { port, exchanges } = await startProxy(t, {
    legacy: legacy.origin,
    candidate: candidate.origin,
    serve: 'candidate',
  });
  const answer = await fetch(`http://127.0.0.1:${port}/things`, { method: 'POST', body: 'x' });
  assert.equal(answer.status, 502);
  assert.equal(writes, 0);
  assert.equal(exchanges[0]?.result.kind, 'failed');
});

test('a candidate that talks garbage: legacy answers', async (t) => {
  const legacy = await startBackend(t, (_, response) => void response.end('legacy'));
  const candidate = await startRawBackend(
    t,
    (socket) => void socket.once('data', () => socket.end('SSH-2.0-OpenSSH\r\n\r\n')),
  );
  const { port } = await startProxy(t, { legacy: legacy.origin, candidate: candidate.origin, serve: 'candidate' });
  assert.equal(await (await fetch(`http://127.0.0.1:${port}/things`)).text(), 'legacy');
});

test('a candidate that never answers: legacy answers after the deadline', async (t) => {
  const legacy = await startBackend(t, (_, response) => void response.end('legacy'));
  const candidate = await startRawBackend(t, () => {});
  const { port } = await startProxy(t, {
    legacy: legacy.origin,
    candidate: candidate.origin,
    serve: 'candidate',
    headersMs: 100,
  });
  assert.equal(await (await fetch(`http://127.0.0.1:${port}/things`)).text(), 'legacy');
});

test('a response that breaks off reaches the client broken, never as a clean end', async (t) => {
  const candidate = await startRawBackend(t, (socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf');
      setImmediate(() => socket.resetAndDestroy());
    });
  });
  const { port, exchanges } = await startProxy(t, { legacy: candidate.origin });
  await assert.rejects(fetch(`http://127.0.0.1:${port}/things`).then((answer) => answer.text()));
  assert.equal(exchanges[0]?.result.kind, 'failed');
});

test('legacy failing is told as it is: 502 when it refuses, 504 when it is silent', async (t) => {
  const refusing = await startProxy(t, { legacy: await deadOrigin() });
  assert.equal((await fetch(`http://127.0.0.1:${refusing.port}/things`)).status, 502);
  const silent = await startRawBackend(t, () => {});
  const waiting = await startProxy(t, { legacy: silent.origin, headersMs: 100 });
  assert.equal((await fetch(`http://127.0.0.1:${waiting.port}/things`)).status, 504);
});

test('a 5xx of legacy is its own answer', async (t) => {
  const legacy = await startBackend(
    t,
    (_, response) => void response.writeHead(503, { 'Retry-After': '7' }).end('down'),
  );
  const { port } = await startProxy(t, { legacy: legacy.origin });
  const answer = await fetch(`http://127.0.0.1:${port}/things`);
  assert.deepEqual([answer.status, answer.headers.get('retry-after'), await answer.text()], [503, '7', 'down']);
});

test('a failing legacy never sends a request to the candidate', () => {
  for (const [wasSent, isStale] of [
    [false, false],
    [true, false],
    [true, true],
  ] as const) {
    const failed = { side: 'legacy', attempt: 1, method: 'GET', bodyLost: false, wasSent, isStale } as const;
    assert.notEqual(nextSide(failed, 'any'), 'candidate');
  }
});

const FAILED = {
  side: 'candidate',
  attempt: 1,
  bodyLost: false,
  wasSent: true,
  isStale: false,
} as const;

const REPEATS: Readonly<Record<Repeat, readonly string[]>> = {
  safe: ['GET', 'HEAD', 'OPTIONS'],
  idempotent: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'],
  any: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'POST', 'PATCH'],
};

for (const repeat of ['safe', 'idempotent', 'any'] as const) {
  test(`what a candidate had and did not answer goes to legacy with \`repeat: ${repeat}\`: ${REPEATS[repeat]}`, () => {
    const repeated = REPEATS.any.filter((method) => {
      const failed = { ...FAILED, method };
      return nextSide(failed, repeat) === 'legacy';
    });
    assert.deepEqual(repeated, REPEATS[repeat]);
  });
}

test('a closed idle connection is no failure of its backend: what is safe is sent to it again, and no more than twice', () => {
  for (const side of ['legacy', 'candidate'] as const) {
    const failed = { ...FAILED, side, method: 'GET', isStale: true };
    assert.equal(nextSide(failed, 'safe'), side);
    assert.equal(nextSide({ ...failed, attempt: 3 }, 'safe'), side === 'legacy' ? undefined : 'legacy');
    assert.notEqual(nextSide({ ...failed, method: 'POST' }, 'safe'), side);
  }
});

test('a body that is not kept is never sent by halves, whatever may be repeated', () => {
  const failed = { ...FAILED, method: 'PUT', bodyLost: true };
  assert.equal(nextSide(failed, 'any'), undefined);
});

for (const bytes of [1, 65_536]) {
  test(`\`repeat: any\`: legacy gets a write of ${bytes} bytes whole when the candidate died with it in its hands`, async (t) => {
    const legacy = await startBackend(t, (incoming, response) => void incoming.pipe(response));
    const candidate = await startRawBackend(t, (socket) => void socket.once('data', () => socket.resetAndDestroy()));
    const { port, exchanges } = await startProxy(t, {
      legacy: legacy.origin,
      candidate: candidate.origin,
      serve: 'candidate',
      repeat: 'any',
    });
    const body = 'x'.repeat(bytes);
    const answer = await fetch(`http://127.0.0.1:${port}/things`, { method: 'POST', body });
    assert.deepEqual([answer.status, await answer.text()], [200, body]);
    assert.equal(exchanges[0]?.fallback?.code, 'ECONNRESET');
  });
}

test('a client that leaves before its small body is whole: no backend hears of it, and it was no exchange', async (t) => {
  let asked = 0;
  const legacy = await startBackend(t, () => {
    asked += 1;
  });
  const { port, arrivals, listener } = await startProxy(t, { legacy: legacy.origin });
  const socket = connect(port, '127.0.0.1');
  socket.write('POST /things HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf');
  await once(socket, 'connect');
  socket.destroy();
  await listener.stop();
  assert.deepEqual([arrivals, asked], [[], 0]);
});
