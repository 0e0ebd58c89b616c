// With the middleware mounted an app sends the very bytes that it sends without it, and what is compared is what was sent.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse, request as sendRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { createGzip, gzipSync } from 'node:zlib';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { startMountedApp, startPlainApp } from './testing/mounted.ts';
import { startBackend } from './testing/servers.ts';

const PATHS = [
  ...['/json', '/stream', '/gzip', '/compressed', '/empty', '/raw-head', '/latin1', '/throws', '/next-error', '/odd'],
  ...['/early', '/large', '/redirect', '/string-end', '/void'],
];

const CONTRACT = `openapi: 3.1.0
info: { title: Everything, version: '1' }
paths:
${PATHS.map((path) => `  ${path}: { get: { operationId: ${idOf(path)}, responses: { default: { description: any } } } }`).join('\n')}
`;

function idOf(path: string): string {
  return path.slice(1).replaceAll('-', '');
}

/** Answers of every kind that Node can give. */
function routes(app: Express): void {
  app.get('/json', (_, response) => void response.json({ some: 'thing', list: [1, 2.5, 'ü'] }));
  app.get('/stream', (_, response) => {
    response.write('first,');
    setImmediate(() => {
      response.write(Buffer.from('second,'), () => {
        response.addTrailers({ 'X-Sum': '3' });
        response.end('dGhpcmQ=', 'base64');
      });
    });
  });
  app.get('/gzip', (_, response) => {
    response.setHeader('Content-Encoding', 'gzip');
    pipeline(Readable.from(['a'.repeat(5000), 'b']), createGzip(), response, () => {});
  });
  app.get('/compressed', (_, response) => {
    response.set({ 'content-encoding': 'gzip', 'content-type': 'text/plain' }).send(gzipSync('packed'));
  });
  app.get('/empty', (_, response) => void response.status(204).end());
  app.get('/raw-head', (_, response) => {
    response.writeHead(207, 'Very Well', { 'X-Twice': ['1', '2'], 'x-Case': 'Kept', 'Content-Length': 2 });
    response.write('o');
    response.end('k');
  });
  app.get('/latin1', (_, response) => void response.setHeader('X-Name', 'M\xfcller').end(Buffer.from('x')));
  app.get('/throws', () => {
    throw new Error('thrown');
  });
  app.get('/next-error', (_request, _response, next) => next(new Error('passed on')));
  app.get(
    '/odd',
    (_, response) =>
      void response
        .writeHead(
          299,
          [
            ['X-A', '1'],
            ['X-B', '2'],
          ].flat(),
        )
        .end('odd'),
  );
  app.get('/early', (_, response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' });
    response.end('early');
  });
  app.get('/large', (_, response) => void response.end(Buffer.alloc(400_000, 'l')));
  app.get('/redirect', (_, response) => void response.redirect('/json'));
  app.get('/string-end', (_, response) => void response.end('6869', 'hex'));
  app.get('/void', (_, response) => void response.send());
  app.post('/echo', express.json(), (request, response) => void response.json(request.body));
  app.use((error: Error, _request: Request, response: Response, _next: NextFunction) => {
    response.status(500).json({ error: error.message });
  });
}

/** All that a server sends for one request, but the time of day. */
async function bytesFor(port: number, text: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.write(text, 'latin1');
  await once(socket, 'close');
  return Buffer.concat(chunks)
    .toString('latin1')
    .replace(/^Date: .*$/m, 'Date: *');
}

function head(method: string, path: string, ...fields: readonly string[]): string {
  return [`${method} ${path} HTTP/1.1`, 'Host: app.example', 'Connection: close', ...fields, '', ''].join('\r\n');
}

const BODY = '{"sent":[1,2,3]}';

const REQUESTS: readonly string[] = [
  ...PATHS.flatMap((path) => [head('GET', path), head('HEAD', path)]),
  ...PATHS.map((path) => `GET ${path} HTTP/1.0\r\nHost: app.example\r\n\r\n`),
  head('GET', '/nowhere'),
  head('OPTIONS', '/json'),
  head('TRACE', '/json'),
  head('GET', '/json', 'X_Forwarded_For: 1.2.3.4'),
  head('POST', '/echo', 'Content-Type: application/json', `Content-Length: ${BODY.length}`) + BODY,
  `${head('POST', '/echo', 'Content-Type: application/json', 'Transfer-Encoding: chunked')}4\r\n{"a"\r\n3\r\n:1}\r\n0\r\n\r\n`,
  `${head('POST', '/echo', 'Content-Type: application/json', 'Content-Length: 1', 'Expect: 100-continue')}{`,
];

async function both(t: TestContext): Promise<{ readonly plain: number; readonly mounted: number }> {
  const candidate = await startBackend(t, (_, response) => void response.writeHead(201).end('the candidate'));
  const setup = { contract: CONTRACT, operations: PATHS.map(idOf), candidate: candidate.origin };
  const [plain, mounted] = await Promise.all([startPlainApp(t, routes), startMountedApp(t, { ...setup, routes })]);
  return { plain: plain.port, mounted: mounted.port };
}

test('every answer is the same, byte for byte, with the middleware and without', async (t) => {
  const { plain, mounted } = await both(t);
  for (const text of REQUESTS) assert.equal(await bytesFor(mounted, text), await bytesFor(plain, text), text);
  const { etag } = Object.fromEntries((await fetch(`http://127.0.0.1:${plain}/json`)).headers);
  const conditional = head('GET', '/json', `If-None-Match: ${etag}`);
  const answer = await bytesFor(mounted, conditional);
  assert.match(answer, /^HTTP\/1\.1 304 /);
  assert.equal(answer, await bytesFor(plain, conditional));
});

test('what was sent is what is compared: a candidate that answers the same is equal on every operation', async (t) => {
  const app = express();
  routes(app);
  const server = createServer(app);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.after(() => void server.close());
  const { port: candidatePort } = server.address() as AddressInfo; // a listening TCP server has an address of this kind
  const { port, finish } = await startMountedApp(t, {
    contract: CONTRACT,
    operations: PATHS.map(idOf),
    candidate: new URL(`http://127.0.0.1:${candidatePort}`),
    routes,
  });
  const compared = PATHS.filter((path) => !['/throws', '/next-error'].includes(path));
  for (const path of compared) await bytesFor(port, head('GET', path));
  for (const path of compared) await bytesFor(port, head('HEAD', path));
  const { evidence } = await finish();
  for (const path of compared) {
    const found = evidence.operations.find(({ operationId }) => operationId === idOf(path));
    assert.equal(found?.outcomes.equal, 2, `${path} ${JSON.stringify(found?.outcomes)}`);
  }
});

test('write says whether there is room, and drain and finish come, as without the middleware', async (t) => {
  const seen: string[][] = [];
  const write = (app: Express): void => {
    app.get('/large', (_: Request, response: ServerResponse) => {
      const events: string[] = [];
      seen.push(events);
      const chunk = Buffer.alloc(300_000, 'x');
      events.push(`write ${response.write(chunk)}`, `again ${response.write('small', 'utf8')}`);
      response.once('drain', () => {
        events.push('drain');
        response.end('the end', () => events.push('called back'));
      });
      response.once('finish', () => events.push('finish'));
    });
  };
  const candidate = await startBackend(t, (_, response) => void response.end());
  const plain = await startPlainApp(t, write);
  const setup = { contract: CONTRACT, operations: PATHS.map(idOf), candidate: candidate.origin };
  const mounted = await startMountedApp(t, { ...setup, routes: write });
  const answers = [
    await bytesFor(plain.port, head('GET', '/large')),
    await bytesFor(mounted.port, head('GET', '/large')),
  ];
  assert.equal(answers[1], answers[0]);
  assert.deepEqual(seen[0]?.slice(0, 3), ['write false', 'again false', 'drain']);
  assert.deepEqual(seen[1], seen[0]);
});

test("a client that leaves is told to the app, and is nobody's error", async (t) => {
  const candidate = await startBackend(t, (_, response) => void response.end());
  let onLeft = (): void => {};
  const left = new Promise<void>((resolve) => {
    onLeft = resolve;
  });
  const { port, finish } = await startMountedApp(t, {
    contract: CONTRACT,
    operations: PATHS.map(idOf),
    candidate: candidate.origin,
    routes: (app) =>
      app.get('/stream', (_: IncomingMessage, response: ServerResponse) => {
        response.once('close', onLeft);
        response.write('begun');
      }),
  });
  const sent = sendRequest({ port, host: '127.0.0.1', path: '/stream' });
  sent.on('error', () => {});
  sent.on('response', (response) => response.once('data', () => sent.destroy()).on('error', () => {}));
  sent.end();
  await left;
  const { evidence } = await finish();
  assert.equal(evidence.operations[0]?.uncompared['client-aborted'], 1);
});

test('an app that cuts its own answer off is an error of legacy', async (t) => {
  const candidate = await startBackend(t, (_, response) => void response.end());
  const { port, finish } = await startMountedApp(t, {
    contract: CONTRACT,
    operations: PATHS.map(idOf),
    candidate: candidate.origin,
    routes: (app) =>
      app.get('/stream', (_: IncomingMessage, response: ServerResponse) => {
        response.write('begun', () => response.destroy());
      }),
  });
  await bytesFor(port, head('GET', '/stream'));
  const { evidence } = await finish();
  assert.equal(evidence.operations[0]?.outcomes['legacy-error'], 1);
});
