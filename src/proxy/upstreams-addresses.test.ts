import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, request, type Server } from 'node:http';
import type { AddressInfo, ListenOptions } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createAuthority, namedFiles, startSecureBackend } from '../testing/certificates.ts';
import { startProxy } from '../testing/proxy.ts';
import { startBackend } from '../testing/servers.ts';

async function listenOn(
  t: TestContext,
  options: ListenOptions,
  listener: RequestListener,
): Promise<Server | undefined> {
  const server = createServer(listener);
  server.listen(options);
  t.after(() => server.close());
  t.after(() => server.closeAllConnections());
  return once(server, 'listening').then(
    () => server,
    () => undefined,
  );
}

/** Skips where the machine has no IPv6. */
async function listenOnIpv6(t: TestContext, listener: RequestListener): Promise<Server | undefined> {
  const server = await listenOn(t, { port: 0, host: '::1' }, listener);
  if (!server) t.skip('this machine has no IPv6');
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port; // a listening TCP server has an address of this kind
}

/** Where a unix socket may be: its path must be short. */
function socketPath(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'pg-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return join(directory, 's');
}

async function get(port: number): Promise<readonly [status: number, body: string]> {
  const answer = await fetch(`http://127.0.0.1:${port}/things`);
  return [answer.status, await answer.text()];
}

async function upgradeStatus(host: string, port: number): Promise<number> {
  const headers = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Key': 'x' };
  const sent = request({ host, port, path: '/live', headers }).end();
  const [, socket] = await once(sent, 'upgrade');
  socket.destroy();
  return 101;
}

/** Changes the protocol of every connection that asks for it. */
function upgradeAll(server: Server): void {
  server.on('upgrade', (_, socket) => {
    socket.on('error', () => {});
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
  });
}

test('a backend at an IPv6 address', async (t) => {
  const server = await listenOnIpv6(t, (incoming, response) => void response.end(incoming.socket.remoteAddress));
  if (!server) return;
  upgradeAll(server);
  const { port } = await startProxy(t, { legacy: new URL(`http://[::1]:${portOf(server)}`) });
  assert.deepEqual(await get(port), [200, '::1']);
  assert.equal(await upgradeStatus('127.0.0.1', port), 101);
});

test('a backend at an IPv6 address over TLS, whose certificate is for that address', async (t) => {
  if (!(await listenOnIpv6(t, () => {}))) return;
  const authority = await createAuthority();
  const { ca } = namedFiles(t, { ca: authority.ca });
  const tls = { ca, cert: undefined, key: undefined, servername: undefined };
  const certified = await authority.certify(['::1']);
  const backend = await startSecureBackend(t, { ...certified, host: '::1' }, (_, response) => void response.end('six'));
  const { port } = await startProxy(t, { legacy: { url: new URL(`https://[::1]:${backend.port}`), tls } });
  assert.deepEqual(await get(port), [200, 'six']);
  assert.deepEqual(backend.askedFor, [false]);
  const other = await authority.certify(['::2', 'localhost', '127.0.0.1']);
  const wrong = await startSecureBackend(t, { ...other, host: '::1' }, (_, response) => void response.end('never'));
  const refused = await startProxy(t, { legacy: { url: new URL(`https://[::1]:${wrong.port}`), tls } });
  assert.equal((await get(refused.port))[0], 502);
});

test('a name with addresses of both families is reached by the one that answers', async (t) => {
  const { origin } = await startBackend(t, (_, response) => void response.end('four'));
  const lookup = async (): Promise<{ address: string; family: number }[]> => [
    { address: '::1', family: 6 },
    { address: '127.0.0.1', family: 4 },
  ];
  const legacy = new URL(`http://legacy.internal:${origin.port}`);
  const { port } = await startProxy(t, { legacy, upstreams: { lookup } });
  assert.deepEqual(await get(port), [200, 'four']);
});

test('clients at an IPv6 address', async (t) => {
  if (!(await listenOnIpv6(t, () => {}))) return;
  const legacy = await startBackend(
    t,
    (incoming, response) => void response.end(String(incoming.headers['x-forwarded-for'])),
  );
  const { port } = await startProxy(t, { legacy: legacy.origin, listen: { host: '::1' } });
  assert.equal(await (await fetch(`http://[::1]:${port}/things`)).text(), '::1');
});

test('a backend at a unix socket, to which the Host of the client goes as it is', async (t) => {
  const path = socketPath(t);
  const server = await listenOn(t, { path }, (incoming, response) => void response.end(incoming.headers.host));
  assert.ok(server);
  upgradeAll(server);
  const legacy = { url: new URL('http://legacy.internal'), socketPath: path };
  const { port } = await startProxy(t, { legacy });
  assert.deepEqual(await get(port), [200, `127.0.0.1:${port}`]);
  assert.equal(await upgradeStatus('127.0.0.1', port), 101);
});

test('two unix sockets behind one URL are two backends', async (t) => {
  const paths = [socketPath(t), socketPath(t)];
  for (const [index, path] of paths.entries()) {
    await listenOn(t, { path }, (_, response) => void response.end(String(index)));
  }
  const [legacy, candidate] = paths.map((path) => ({ url: new URL('http://localhost'), socketPath: path }));
  assert.ok(legacy && candidate);
  const { port } = await startProxy(t, { legacy, candidate });
  const other = await startProxy(t, { legacy, candidate, serve: 'candidate' });
  assert.deepEqual(
    [await get(port), await get(other.port)],
    [
      [200, '0'],
      [200, '1'],
    ],
  );
});

test('a unix socket that is not there: 502 from legacy, and legacy instead of the candidate', async (t) => {
  const gone = { url: new URL('http://localhost'), socketPath: socketPath(t) };
  const asLegacy = await startProxy(t, { legacy: gone });
  assert.equal((await get(asLegacy.port))[0], 502);
  const legacy = await startBackend(t, (_, response) => void response.end('legacy'));
  const proxy = await startProxy(t, { legacy: legacy.origin, candidate: gone, serve: 'candidate' });
  assert.deepEqual(await get(proxy.port), [200, 'legacy']);
  assert.equal(proxy.exchanges[0]?.fallback?.code, 'ENOENT');
});
