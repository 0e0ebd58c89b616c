import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { startProxy } from '../testing/proxy.ts';
import { sendRaw, startBackend, startRawBackend } from '../testing/servers.ts';

interface Received {
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly trailers: readonly string[];
}

function get(port: number, path: string, method = 'GET'): Promise<Received> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { port, host: '127.0.0.1', path, method, agent: false, headers: { host: 'things.example' } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            reason: response.statusMessage ?? '',
            headers: endToEnd(response.rawHeaders),
            body: Buffer.concat(chunks),
            trailers: response.rawTrailers,
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

/** Without what belongs to one hop only. */
function endToEnd(raw: readonly string[]): readonly string[] {
  const hop = new Set(['connection', 'keep-alive', 'transfer-encoding']);
  return raw.filter((_, index) => !hop.has((raw[index & ~1] ?? '').toLowerCase()));
}

async function sameThroughProxy(
  t: TestContext,
  path: string,
  listener: Parameters<typeof startBackend>[1],
  method = 'GET',
): Promise<Received> {
  const { origin } = await startBackend(t, listener);
  const { port } = await startProxy(t, { legacy: origin });
  const [direct, proxied] = [await get(Number(origin.port), path, method), await get(port, path, method)];
  assert.deepEqual(
    { ...proxied, body: proxied.body.toString('hex') },
    { ...direct, body: direct.body.toString('hex') },
  );
  return proxied;
}

test('status, reason, header order, case and repeats pass unchanged', async (t) => {
  await sameThroughProxy(t, '/things', (_, response) => {
    response.sendDate = false;
    response.writeHead(207, 'Many Things', [
      'X-b',
      '1',
      'Set-Cookie',
      'a=1; Domain=example.com',
      'set-cookie',
      'b=2',
      'X-A',
      'x',
      'X-b',
      '2',
      'ETag',
      'W/"1"',
    ]);
    response.end('many');
  });
});

test('a response without Date gets none', async (t) => {
  const { headers } = await sameThroughProxy(t, '/things', (_, response) => {
    response.sendDate = false;
    response.end('x');
  });
  assert.ok(!headers.some((name) => name.toLowerCase() === 'date'));
});

test('latin1 bytes in a header value survive', async (t) => {
  await sameThroughProxy(t, '/things', (_, response) => {
    response.sendDate = false;
    response.setHeader('X-Name', 'caf\u00e9');
    response.end();
  });
});

test('a chunked body with trailers arrives with its trailers', async (t) => {
  const { trailers } = await sameThroughProxy(t, '/things', (_, response) => {
    response.sendDate = false;
    response.writeHead(200, { Trailer: 'X-Sum' });
    response.write('part one');
    response.addTrailers({ 'X-Sum': '8' });
    response.end();
  });
  assert.deepEqual(trailers, ['X-Sum', '8']);
});

test('compressed bytes are not touched', async (t) => {
  await sameThroughProxy(t, '/things', (_, response) => {
    response.sendDate = false;
    response.setHeader('Content-Encoding', 'gzip');
    response.end(gzipSync('x'.repeat(10_000)));
  });
});

test('HEAD keeps the length of the body it does not send', async (t) => {
  const { headers } = await sameThroughProxy(
    t,
    '/things',
    (_, response) => {
      response.sendDate = false;
      response.setHeader('Content-Length', 1234);
      response.end();
    },
    'HEAD',
  );
  assert.ok(headers.includes('1234'));
});

for (const status of [204, 304]) {
  test(`${status} has no body and leaves the connection usable`, async (t) => {
    await sameThroughProxy(t, '/things', (_, response) => {
      response.sendDate = false;
      response.writeHead(status, { ETag: '"1"' });
      response.end();
    });
  });
}

test('the path reaches the backend as it was sent', async (t) => {
  const seen: (string | undefined)[] = [];
  const { origin } = await startBackend(t, (incoming, response) => {
    seen.push(incoming.url);
    response.end();
  });
  const { port } = await startProxy(t, { legacy: origin });
  for (const path of ['/things/a%2Fb?x=1&x=%20', '/a/../b/%2e%2e//c', '/things/%7Bid%7D?']) await get(port, path);
  assert.deepEqual(seen, ['/things/a%2Fb?x=1&x=%20', '/a/../b/%2e%2e//c', '/things/%7Bid%7D?']);
});

test('a large upload arrives whole, also while its copy is kept for the mirror', async (t) => {
  const { origin } = await startBackend(t, (incoming, response) => {
    let bytes = 0;
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    incoming.on('end', () => response.end(String(bytes)));
  });
  const { port, exchanges } = await startProxy(t, { legacy: origin, plan: { kind: 'mirror', maxBodyBytes: 8 << 20 } });
  const body = Buffer.alloc(4 << 20, 'x');
  const answer = await fetch(`http://127.0.0.1:${port}/things`, { method: 'POST', body });
  assert.equal(await answer.text(), String(body.length));
  assert.equal(exchanges[0]?.request.body?.length, body.length);
});

test('a chunked upload arrives whole', async (t) => {
  const { origin } = await startBackend(t, (incoming, response) => void incoming.pipe(response));
  const { port } = await startProxy(t, { legacy: origin });
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const part of ['one ', 'two ', 'three']) controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });
  // `duplex` is required by the fetch standard for streams and missing in the type.
  const answer = await fetch(`http://127.0.0.1:${port}/things`, {
    method: 'POST',
    body: stream,
    duplex: 'half',
  } as RequestInit);
  assert.equal(await answer.text(), 'one two three');
});

test('the head of a response is not held until its body comes', async (t) => {
  let sendBody = (): void => {};
  const { origin } = await startBackend(t, (_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.flushHeaders();
    sendBody = () => void response.end('data: 1\n\n');
  });
  const { port } = await startProxy(t, { legacy: origin });
  const answer = await fetch(`http://127.0.0.1:${port}/things`);
  assert.equal(answer.status, 200);
  sendBody();
  assert.equal(await answer.text(), 'data: 1\n\n');
});

for (const [what, head, method] of [
  ['with a length', 'Content-Length: 4\r\nTrailer: X-Sum\r\n\r\nbody', 'GET'],
  ['to HEAD', 'Trailer: X-Sum\r\nContent-Length: 4\r\n\r\n', 'HEAD'],
] as const) {
  test(`a response ${what} that announces trailers it cannot carry arrives without the announcement`, async (t) => {
    const { origin } = await startRawBackend(
      t,
      (socket) => void socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\n${head}`)),
    );
    const { port } = await startProxy(t, { legacy: origin });
    const { status, headers } = await get(port, '/things', method);
    assert.deepEqual([status, headers.includes('Trailer')], [200, false]);
  });
}

test('an answer that comes before the upload is over reaches a client that writes all before it reads', async (t) => {
  const { origin } = await startBackend(t, (_, response) => void response.writeHead(413).end('too much'));
  const { port } = await startProxy(t, { legacy: origin });
  const socket = connect({ port, host: '127.0.0.1' });
  socket.pause();
  const size = 16 << 20;
  socket.write(`PUT /things HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\n\r\n`);
  await new Promise<void>((resolve) => socket.write(Buffer.alloc(size), () => resolve()));
  const [answer] = (await once(socket.resume(), 'data')) as [Buffer]; // the argument of a data event
  assert.match(answer.toString(), /^HTTP\/1\.1 413 /);
  socket.destroy();
});

test('an upgrade that is not for a WebSocket is ignored, and the request served', async (t) => {
  const { origin } = await startBackend(t, (_, response) => void response.end('plain'));
  const { port } = await startProxy(t, { legacy: origin });
  const answer = await sendRaw(
    port,
    'GET /things HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n',
  );
  assert.match(answer, /^HTTP\/1\.1 200 [\s\S]*plain/);
});
