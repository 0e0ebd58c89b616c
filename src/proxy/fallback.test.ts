import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startProxy } from '../testing/proxy.ts';
import { deadOrigin, startBackend, startRawBackend } from '../testing/servers.ts';
import { nextSide } from './fallback.ts';

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
  for (const code of ['ECONNREFUSED', 'ECONNRESET', 'UND_ERR_HEADERS_TIMEOUT']) {
    assert.notEqual(
      nextSide({ side: 'legacy', attempt: 1, method: 'GET', hasBody: false, bodyTouched: false, code }),
      'candidate',
    );
  }
});
