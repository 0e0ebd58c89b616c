import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startProxy } from '../testing/proxy.ts';
import { sendRaw, startBackend, startRawBackend } from '../testing/servers.ts';

interface Case {
  readonly title: string;
  readonly bytes: string;
  readonly status: number;
  /** Request lines that may reach the backend. */
  readonly upstream: number;
}

const HOST = 'Host: things.example\r\n';
const CLOSE = 'Connection: close\r\n';

const cases: readonly Case[] = [
  {
    title: 'Content-Length and Transfer-Encoding together',
    bytes: `POST /things HTTP/1.1\r\n${HOST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    status: 400,
    upstream: 0,
  },
  {
    title: 'two lengths',
    bytes: `POST /things HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx`,
    status: 400,
    upstream: 0,
  },
  {
    title: 'a length with a leading zero',
    bytes: `POST /things HTTP/1.1\r\n${HOST}Content-Length: 010\r\n\r\n0123456789`,
    status: 400,
    upstream: 0,
  },
  {
    title: 'a transfer coding besides chunked',
    bytes: `POST /things HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    status: 501,
    upstream: 0,
  },
  {
    title: 'Transfer-Encoding in HTTP/1.0',
    bytes: `POST /things HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    status: 400,
    upstream: 0,
  },
  {
    title: 'a length hidden behind 1,100 headers (CVE-2026-58044)',
    bytes: `GET /things HTTP/1.1\r\n${HOST}${'a: b\r\n'.repeat(1100)}Content-Length: 27\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n`,
    status: 431,
    upstream: 0,
  },
  {
    title: 'Connection that names Content-Length',
    bytes: `POST /things HTTP/1.1\r\n${HOST}Connection: content-length\r\nContent-Length: 2\r\n\r\nxx`,
    status: 400,
    upstream: 0,
  },
  {
    title: 'Connection that names Authorization',
    bytes: `GET /things HTTP/1.1\r\n${HOST}Connection: close, authorization\r\nAuthorization: x\r\n\r\n`,
    status: 400,
    upstream: 0,
  },
  { title: 'two hosts', bytes: `GET /things HTTP/1.1\r\n${HOST}Host: other\r\n\r\n`, status: 400, upstream: 0 },
  { title: 'no host', bytes: 'GET /things HTTP/1.1\r\n\r\n', status: 400, upstream: 0 },
  { title: 'a host that is a list', bytes: 'GET /things HTTP/1.1\r\nHost: a, b\r\n\r\n', status: 400, upstream: 0 },
  { title: 'a host with user info', bytes: 'GET /things HTTP/1.1\r\nHost: user@h\r\n\r\n', status: 400, upstream: 0 },
  {
    title: 'an underscore alias of a framing header',
    bytes: `GET /things HTTP/1.1\r\n${HOST}Content_Length: 5\r\n\r\n`,
    status: 400,
    upstream: 0,
  },
  {
    title: 'an underscore alias of a forwarding header',
    bytes: `GET /things HTTP/1.1\r\n${HOST}X_Forwarded_For: 6.6.6.6\r\n\r\n`,
    status: 400,
    upstream: 0,
  },
  { title: 'TRACE', bytes: `TRACE /things HTTP/1.1\r\n${HOST}\r\n`, status: 405, upstream: 0 },
  {
    title: 'absolute-form with another authority',
    bytes: `GET http://evil.example/things HTTP/1.1\r\n${HOST}\r\n`,
    status: 400,
    upstream: 0,
  },
  {
    title: 'absolute-form with our own authority',
    bytes: `GET http://things.example/things HTTP/1.1\r\n${HOST}${CLOSE}\r\n`,
    status: 200,
    upstream: 1,
  },
  { title: 'asterisk-form', bytes: `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`, status: 400, upstream: 0 },
  { title: 'a fragment in the target', bytes: `GET /things#x HTTP/1.1\r\n${HOST}\r\n`, status: 400, upstream: 0 },
  {
    title: 'DELETE with a chunked body that hides a request (CVE-2026-29057)',
    bytes: `DELETE /things/1 HTTP/1.1\r\n${HOST}${CLOSE}Transfer-Encoding: chunked\r\n\r\n1c\r\nGET /smuggled HTTP/1.1\r\n\r\n12\r\n0\r\n\r\n`,
    status: 200,
    upstream: 1,
  },
  {
    title: 'a header named __proto__',
    bytes: `GET /things HTTP/1.1\r\n${HOST}${CLOSE}__proto__: x\r\nconstructor: y\r\n\r\n`,
    status: 200,
    upstream: 1,
  },
];

for (const { title, bytes, status, upstream } of cases) {
  test(`${title}: ${status}, ${upstream} upstream`, async (t) => {
    const seen: (string | undefined)[] = [];
    const backend = await startBackend(t, (incoming, response) => {
      seen.push(incoming.url);
      response.end();
    });
    const { port, arrivals } = await startProxy(t, { legacy: backend.origin });
    const answer = await sendRaw(port, bytes);
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
    assert.equal(seen.length, upstream, `the backend saw ${seen.join(', ')}`);
    assert.equal(arrivals.length, upstream, 'a refused request is not an eligible exchange');
  });
}

test('a request that comes back through its own proxy is stopped with 508', async (t) => {
  const seen: string[] = [];
  const backend = await startRawBackend(t, (socket) => {
    socket.once('data', (chunk: Buffer) => {
      seen.push(chunk.toString('latin1'));
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
  });
  const { port } = await startProxy(t, { legacy: backend.origin });
  await sendRaw(port, `GET /things HTTP/1.1\r\n${HOST}${CLOSE}\r\n`);
  const via = /^via: (.+)\r$/im.exec(seen.join(''))?.[1];
  assert.ok(via);
  assert.match(await sendRaw(port, `GET /things HTTP/1.1\r\n${HOST}Via: 1.0 fred, ${via}\r\n\r\n`), /^HTTP\/1\.1 508 /);
});

test('what a client says about itself is replaced by what is known, and hop-by-hop headers stay behind', async (t) => {
  const seen: string[] = [];
  const backend = await startRawBackend(t, (socket) => {
    socket.once('data', (chunk: Buffer) => {
      seen.push(chunk.toString('latin1'));
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
  });
  const { port } = await startProxy(t, { legacy: backend.origin });
  const spoofed =
    'X-Forwarded-For: 6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\nX-Paritygate-Shadow: 1\r\n';
  const hop =
    'Keep-Alive: timeout=5\r\nTE: trailers\r\nProxy-Authorization: x\r\nX-Hop: secret\r\nExpect: 100-continue\r\nConnection: close, x-hop\r\n';
  await sendRaw(port, `GET /things HTTP/1.1\r\n${HOST}${spoofed}${hop}X-Mine: kept\r\n\r\n`);
  const forwarded = seen.join('');
  assert.doesNotMatch(
    forwarded,
    /6\.6\.6\.6|x-paritygate-shadow|keep-alive: timeout|proxy-authorization|x-hop|expect|\nte:/i,
  );
  assert.match(forwarded, /X-Mine: kept\r\n/);
  assert.match(forwarded, /^x-forwarded-for: 127\.0\.0\.1\r$/im);
  assert.match(forwarded, /^x-forwarded-host: things\.example\r$/im);
});
