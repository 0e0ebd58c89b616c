import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type RequestOptions, request } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { type TestContext, test } from 'node:test';
import { connect } from 'node:tls';
import { createAuthority, namedFiles } from '../testing/certificates.ts';
import { type ProxyUnderTest, startProxy } from '../testing/proxy.ts';
import { startBackend } from '../testing/servers.ts';
import type { TlsFiles } from './tls.ts';

const authority = await createAuthority();
const stranger = await createAuthority('Somebody else');

async function serverFiles(t: TestContext, clients?: string): Promise<TlsFiles> {
  const { cert, key } = namedFiles(t, await authority.certify(['api.example.com', '127.0.0.1']));
  return { cert, key, ca: clients === undefined ? undefined : namedFiles(t, { clients }).clients };
}

/** Answers with the headers that reached the backend. */
async function startSecureProxy(t: TestContext, tls: TlsFiles, graceMs = 1000): Promise<ProxyUnderTest> {
  const legacy = await startBackend(t, (incoming, response) => void response.end(JSON.stringify(incoming.headers)));
  return startProxy(t, { legacy: legacy.origin, listen: { tls, graceMs } });
}

async function get(port: number, options: RequestOptions = {}): Promise<Record<string, string>> {
  const sent = request({ host: '127.0.0.1', port, path: '/things', ca: authority.ca, agent: false, ...options }).end();
  const [answer] = await once(sent, 'response');
  return JSON.parse((await Array.fromAsync(answer.setEncoding('utf8'))).join(''));
}

test('clients are served over TLS, and backends are told so', async (t) => {
  const { port } = await startSecureProxy(t, await serverFiles(t));
  const seen = await get(port, { headers: { 'X-Forwarded-Proto': 'http', Host: 'api.example.com' } });
  assert.deepEqual([seen['x-forwarded-proto'], seen['host']], ['https', 'api.example.com']);
});

test('without TLS backends are told http', async (t) => {
  const legacy = await startBackend(t, (incoming, response) => void response.end(JSON.stringify(incoming.headers)));
  const { port } = await startProxy(t, { legacy: legacy.origin });
  const answer = await fetch(`http://127.0.0.1:${port}/things`, { headers: { 'X-Forwarded-Proto': 'https' } });
  assert.match(await answer.text(), /"x-forwarded-proto":"http"/);
});

test('only HTTP/1.1 is agreed on, and no TLS before 1.2', async (t) => {
  const { port } = await startSecureProxy(t, await serverFiles(t));
  const both = connect({ port, host: '127.0.0.1', ca: authority.ca, ALPNProtocols: ['h2', 'http/1.1'] });
  await once(both, 'secureConnect');
  assert.equal(both.alpnProtocol, 'http/1.1');
  both.destroy();
  const other = connect({ port, host: '127.0.0.1', ca: authority.ca, ALPNProtocols: ['h2'] });
  await assert.rejects(once(other, 'secureConnect'), { code: /NO_APPLICATION_PROTOCOL|ECONNRESET/ });
  const old = connect({ port, host: '127.0.0.1', ca: authority.ca, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' });
  await assert.rejects(once(old, 'secureConnect'));
});

test('a WebSocket over TLS is carried, and its backend is told so', async (t) => {
  const seen: unknown[] = [];
  const legacy = await startBackend(t, () => {});
  legacy.server.on('upgrade', (incoming, socket) => {
    seen.push(incoming.headers['x-forwarded-proto']);
    socket.on('error', () => {});
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    socket.pipe(socket);
  });
  const { port } = await startProxy(t, { legacy: legacy.origin, listen: { tls: await serverFiles(t) } });
  const headers = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Key': 'x' };
  const sent = request({ host: '127.0.0.1', port, path: '/live', ca: authority.ca, agent: false, headers }).end();
  const [, socket] = await once(sent, 'upgrade');
  socket.write('frame');
  assert.equal(String((await once(socket, 'data'))[0]), 'frame');
  socket.destroy();
  assert.deepEqual(seen, ['https']);
});

test('with authorities for clients, only those that show a certificate of theirs are served', async (t) => {
  const { port } = await startSecureProxy(t, await serverFiles(t, authority.ca));
  assert.equal((await get(port, await authority.certify(['a client'])))['x-forwarded-proto'], 'https');
  const refused = { code: /CERTIFICATE_REQUIRED|UNKNOWN_CA|ECONNRESET|EPIPE/ };
  await assert.rejects(get(port), refused);
  await assert.rejects(get(port, await stranger.certify(['a client'])), refused);
});

test('what speaks no TLS is cut off, and others are served', async (t) => {
  const { port } = await startSecureProxy(t, await serverFiles(t));
  const plain = connectTcp({ port, host: '127.0.0.1' });
  plain.on('error', () => {});
  plain.resume().write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await once(plain, 'close');
  assert.equal((await get(port))['x-forwarded-proto'], 'https');
});

// A handshake record that promises more than it holds.
for (const [how, bytes] of [
  ['never comes', []],
  ['stops half way', [0x16, 0x03, 0x01, 0x02, 0x00, 0x01]],
] as const) {
  test(`a connection whose handshake ${how} holds up no stop`, async (t) => {
    const { port, listener } = await startSecureProxy(t, await serverFiles(t), 200);
    const silent = connectTcp({ port, host: '127.0.0.1' });
    silent.on('error', () => {});
    await once(silent, 'connect');
    silent.write(Buffer.from(bytes));
    await get(port);
    const closed = once(silent.resume(), 'close');
    assert.deepEqual(await listener.stop(), { cut: 0 });
    await closed;
  });
}

test('a handshake that takes too long is ended', async (t) => {
  const legacy = await startBackend(t, (_, response) => void response.end());
  const { port } = await startProxy(t, {
    legacy: legacy.origin,
    listen: { tls: await serverFiles(t), handshakeMs: 20 },
  });
  const slow = connectTcp({ port, host: '127.0.0.1' });
  slow.on('error', () => {});
  slow.resume().write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]));
  await once(slow, 'close');
});

test('a request in flight over TLS when the proxy stops gets its whole answer', async (t) => {
  const reached = Promise.withResolvers<() => void>();
  const legacy = await startBackend(t, (_, response) => reached.resolve(() => response.end('"whole"')));
  const tls = await serverFiles(t);
  const { port, listener } = await startProxy(t, { legacy: legacy.origin, listen: { tls, graceMs: 5000 } });
  const pending = get(port);
  const answer = await reached.promise;
  const stopped = listener.stop();
  answer();
  assert.equal(await pending, 'whole');
  assert.deepEqual(await stopped, { cut: 0 });
});
