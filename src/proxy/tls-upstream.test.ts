import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { type TestContext, test } from 'node:test';
import { TLSSocket } from 'node:tls';
import {
  type Authority,
  createAuthority,
  namedFiles,
  type SecureBackend,
  startSecureBackend,
} from '../testing/certificates.ts';
import { startProxy } from '../testing/proxy.ts';
import { startBackend } from '../testing/servers.ts';
import type { Backend, BackendTls } from './backend.ts';

const authority = await createAuthority();
const stranger = await createAuthority('Somebody else');

const NO_TLS: BackendTls = { ca: undefined, cert: undefined, key: undefined, servername: undefined };

interface SecureSetup {
  readonly names: readonly string[];
  readonly by?: Authority;
  readonly endedMsAgo?: number;
}

async function secureBackend(
  t: TestContext,
  { names, by = authority, endedMsAgo }: SecureSetup,
): Promise<SecureBackend> {
  const certified = await by.certify(names, endedMsAgo === undefined ? {} : { endedMsAgo });
  return startSecureBackend(t, certified, (_, response) => void response.end('secure'));
}

/** At a port, under a name that only these tests know, trusting the authority. */
function backendAt(t: TestContext, host: string, { port }: SecureBackend, tls: Partial<BackendTls> = {}): Backend {
  const { ca } = namedFiles(t, { ca: authority.ca });
  return { url: new URL(`https://${host}:${port}`), tls: { ...NO_TLS, ca, ...tls } };
}

const lookup = async (): Promise<{ address: string; family: number }[]> => [{ address: '127.0.0.1', family: 4 }];
const upstreams = { lookup };

async function get(port: number, host = 'api.example.com'): Promise<{ status: number | undefined; body: string }> {
  const sent = request({ host: '127.0.0.1', port, path: '/things', headers: { host } }).end();
  const [answer] = await once(sent, 'response');
  const body = await Array.fromAsync(answer.setEncoding('latin1'));
  return { status: answer.statusCode, body: body.join('') };
}

test('a backend whose authority is named in the config is trusted, and asked for by its own name', async (t) => {
  const backend = await secureBackend(t, { names: ['legacy.internal'] });
  const { port } = await startProxy(t, { legacy: backendAt(t, 'legacy.internal', backend), upstreams });
  assert.deepEqual(await get(port), { status: 200, body: 'secure' });
  assert.deepEqual(backend.askedFor, ['legacy.internal']);
});

test('what the client calls the proxy decides neither which certificate is right nor whether a connection is kept', async (t) => {
  const backend = await secureBackend(t, { names: ['legacy.internal'] });
  const { port } = await startProxy(t, { legacy: backendAt(t, 'legacy.internal', backend), upstreams });
  for (const host of ['a.example.com', 'b.example.com', '127.0.0.1', 'legacy.internal']) {
    assert.equal((await get(port, host)).status, 200);
  }
  assert.deepEqual(backend.askedFor, ['legacy.internal']);
});

test('an address is asked for by no name (RFC 6066), and the certificate must be for it', async (t) => {
  const right = await secureBackend(t, { names: ['127.0.0.1'] });
  const trusted = await startProxy(t, { legacy: backendAt(t, '127.0.0.1', right), upstreams });
  assert.equal((await get(trusted.port)).status, 200);
  assert.deepEqual(right.askedFor, [false]);
  const wrong = await secureBackend(t, { names: ['127.0.0.2', 'api.example.com'] });
  const refused = await startProxy(t, { legacy: backendAt(t, '127.0.0.1', wrong), upstreams });
  assert.equal((await get(refused.port)).status, 502);
});

test('a name may be given for a backend that is reached by address', async (t) => {
  const backend = await secureBackend(t, { names: ['legacy.internal'] });
  const legacy = backendAt(t, '127.0.0.1', backend, { servername: 'legacy.internal' });
  const { port } = await startProxy(t, { legacy, upstreams });
  assert.equal((await get(port)).status, 200);
  assert.deepEqual(backend.askedFor, ['legacy.internal']);
});

test('a name with its final dot is asked for without it', async (t) => {
  const backend = await secureBackend(t, { names: ['legacy.internal'] });
  const { port } = await startProxy(t, { legacy: backendAt(t, 'legacy.internal.', backend), upstreams });
  assert.equal((await get(port)).status, 200);
  assert.deepEqual(backend.askedFor, ['legacy.internal']);
});

const UNTRUSTED: readonly (readonly [title: string, code: string, setup: SecureSetup])[] = [
  ['an unknown authority', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', { names: ['backend.internal'], by: stranger }],
  ['a certificate that has expired', 'CERT_HAS_EXPIRED', { names: ['backend.internal'], endedMsAgo: 1_000 }],
  ['a certificate for another name', 'ERR_TLS_CERT_ALTNAME_INVALID', { names: ['other.internal', 'api.example.com'] }],
];

for (const [title, code, setup] of UNTRUSTED) {
  test(`${title}: 502 from legacy, and legacy instead of the candidate, with ${code}`, async (t) => {
    const backend = await secureBackend(t, setup);
    const asLegacy = await startProxy(t, { legacy: backendAt(t, 'backend.internal', backend), upstreams });
    assert.equal((await get(asLegacy.port)).status, 502);
    const [failed] = asLegacy.exchanges;
    assert.deepEqual([failed?.result.kind, failed?.result.kind === 'failed' && failed.result.code], ['failed', code]);

    const legacy = await startBackend(t, (_, response) => void response.end('legacy'));
    const candidate = backendAt(t, 'backend.internal', backend);
    const asCandidate = await startProxy(t, { legacy: legacy.origin, candidate, serve: 'candidate', upstreams });
    assert.deepEqual(await get(asCandidate.port), { status: 200, body: 'legacy' });
    assert.equal(asCandidate.exchanges[0]?.fallback?.code, code);
  });
}

test('a write for a candidate that cannot be trusted goes to legacy: nothing of it was sent', async (t) => {
  const backend = await secureBackend(t, { names: ['backend.internal'], by: stranger });
  const legacy = await startBackend(t, (incoming, response) => void incoming.pipe(response));
  const candidate = backendAt(t, 'backend.internal', backend);
  const { port } = await startProxy(t, { legacy: legacy.origin, candidate, serve: 'candidate', upstreams });
  const answer = await fetch(`http://127.0.0.1:${port}/things`, { method: 'POST', body: 'written' });
  assert.equal(await answer.text(), 'written');
});

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`${maxVersion}: a session is resumed, but none of a backend whose certificate was refused`, async (t) => {
    const reused: boolean[] = [];
    const statusesOf = async (names: readonly string[]): Promise<readonly (number | undefined)[]> => {
      const options = { ...(await authority.certify(names)), maxVersion };
      const backend = await startSecureBackend(t, options, (_, response) => {
        response.writeHead(200, { Connection: 'close' }).end();
      });
      backend.server.on('secureConnection', (socket) => reused.push(socket.isSessionReused()));
      const { port } = await startProxy(t, { legacy: backendAt(t, 'legacy.internal', backend), upstreams });
      return [(await get(port)).status, (await get(port)).status, (await get(port)).status];
    };
    assert.deepEqual(await statusesOf(['legacy.internal']), [200, 200, 200]);
    assert.deepEqual(reused, [false, true, true]);
    assert.deepEqual(await statusesOf(['other.internal']), [502, 502, 502]);
  });
}

test('the mirrored request is as strict, and its failure has the same code', async (t) => {
  const backend = await secureBackend(t, { names: ['backend.internal'], by: stranger });
  const legacy = await startBackend(t, (_, response) => void response.end('legacy'));
  const candidate = backendAt(t, 'backend.internal', backend);
  const proxy = await startProxy(t, { legacy: legacy.origin, candidate, upstreams });
  const mirrored = { group: 'things', method: 'GET', target: '/things', headers: ['Host', 'a'], body: undefined };
  const result = await proxy.upstreams.send('candidate', mirrored);
  assert.deepEqual(
    [result.kind, result.kind === 'failed' && result.code],
    ['failed', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  );
});

test('a backend that asks for a certificate is shown the one in the config', async (t) => {
  const names: string[] = [];
  const backend = await startSecureBackend(
    t,
    { ...(await authority.certify(['legacy.internal'])), ca: authority.ca, requestCert: true },
    (incoming, response) => {
      if (incoming.socket instanceof TLSSocket) names.push(String(incoming.socket.getPeerCertificate().subject.CN));
      response.end('secure');
    },
  );
  const client = namedFiles(t, await authority.certify(['proxy.internal']));
  const { port } = await startProxy(t, { legacy: backendAt(t, 'legacy.internal', backend, client), upstreams });
  assert.equal((await get(port)).status, 200);
  assert.deepEqual(names, ['proxy.internal']);
});

test('a backend that asks for a certificate in vain: 502 from legacy, and legacy instead of the candidate', async (t) => {
  const backend = await startSecureBackend(
    t,
    { ...(await authority.certify(['legacy.internal'])), ca: authority.ca, requestCert: true },
    (_, response) => void response.end('never'),
  );
  const asLegacy = await startProxy(t, { legacy: backendAt(t, 'legacy.internal', backend), upstreams });
  assert.equal((await get(asLegacy.port)).status, 502);
  const legacy = await startBackend(t, (_, response) => void response.end('legacy'));
  const candidate = backendAt(t, 'legacy.internal', backend);
  const proxy = await startProxy(t, { legacy: legacy.origin, candidate, serve: 'candidate', upstreams });
  assert.equal((await get(proxy.port)).body, 'legacy');
  assert.match(proxy.exchanges[0]?.fallback?.code ?? '', /CERTIFICATE_REQUIRED/);
});

for (const side of ['legacy', 'candidate'] as const) {
  test(`a WebSocket goes over TLS to ${side}, with the same authority, name and certificate`, async (t) => {
    const backend = await startSecureBackend(
      t,
      { ...(await authority.certify(['ws.internal'])), ca: authority.ca, requestCert: true },
      (_, response) => void response.writeHead(426).end(),
    );
    backend.server.on('upgrade', (incoming, socket) => {
      const accept = createHash('sha1')
        .update(`${incoming.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
        .digest('base64');
      socket.on('error', () => {});
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      socket.write(Buffer.from([0x81, 2, ...Buffer.from('hi')]));
    });
    const secure = backendAt(t, 'ws.internal', backend, namedFiles(t, await authority.certify(['proxy.internal'])));
    const plain = await startBackend(t, (_, response) => void response.writeHead(500).end());
    const { port } = await startProxy(t, {
      legacy: side === 'legacy' ? secure : plain.origin,
      ...(side === 'candidate' ? { candidate: secure } : {}),
      serve: side,
      upstreams,
    });
    const client = new WebSocket(`ws://127.0.0.1:${port}/things/live`);
    const [event] = await once(client, 'message');
    assert.equal(event.data, 'hi');
    client.close();
    assert.ok(backend.askedFor.every((name) => name === 'ws.internal'));
  });
}

test('a WebSocket for a candidate that cannot be trusted goes to legacy', async (t) => {
  const backend = await secureBackend(t, { names: ['ws.internal'], by: stranger });
  const legacy = await startBackend(t, () => {});
  legacy.server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n'));
  const candidate = backendAt(t, 'ws.internal', backend);
  const { port } = await startProxy(t, { legacy: legacy.origin, candidate, serve: 'candidate', upstreams });
  const headers = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Key': 'x' };
  const [answer] = await once(request({ host: '127.0.0.1', port, path: '/things/live', headers }).end(), 'response');
  assert.equal(answer.statusCode, 403);
  answer.resume();
});
