// Bodies that are large, slow, partial, coded or framed in odd ways: what arrives is what was sent, as it is sent, and the
// proxy holds little of it.
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import {
  type ClientRequest,
  get,
  type IncomingMessage,
  type RequestListener,
  type RequestOptions,
  request,
} from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, crc32, gzipSync, zstdCompressSync } from 'node:zlib';
import { createWorkspace, filesOf } from '../testing/cli.ts';
import { startProxy } from '../testing/proxy.ts';
import { sendRaw, startBackend, startRawBackend } from '../testing/servers.ts';

const GIB = 2 ** 30;
const BLOCK = Buffer.alloc(2 ** 20, 'paritygate ');

/** One GiB of which no two blocks are the same, and none is kept. */
function* blocks(): Generator<Buffer> {
  for (let at = 0; at < GIB; at += BLOCK.length) {
    const block = Buffer.from(BLOCK);
    block.writeUInt32BE(at, at % (BLOCK.length - 4));
    yield block;
  }
}

function sumOfBlocks(): string {
  let sum = 0;
  for (const block of blocks()) sum = crc32(block, sum);
  return `${GIB} ${sum}`;
}

/** Length and checksum of what a stream brings. */
async function sumOf(stream: AsyncIterable<Buffer>): Promise<string> {
  let [bytes, sum] = [0, 0];
  for await (const chunk of stream) {
    bytes += chunk.length;
    sum = crc32(chunk, sum);
  }
  return `${bytes} ${sum}`;
}

/** Answers GET with a GiB, and anything else with the checksum of what it was sent. */
const largeBackend: RequestListener = (incoming, response) => {
  response.setHeader('Content-Type', 'application/octet-stream');
  if (incoming.method === 'GET') {
    // The mirrored one is cut off by the lane when it has seen enough.
    pipeline(Readable.from(blocks()), response).catch(() => {});
  } else sumOf(incoming).then((sum) => response.end(sum));
};

interface ProxyProcess {
  readonly port: number;
  /** Growth of its resident memory while this runs, in bytes; undefined where there is no /proc to tell. */
  growthDuring(work: () => Promise<void>): Promise<number | undefined>;
}

const MAIN = fileURLToPath(new URL('../cli/main.ts', import.meta.url));

async function startProcess(t: TestContext, origin: string): Promise<ProxyProcess> {
  let child: ChildProcess | undefined;
  // Before its directory goes: what runs in this order is registered in this order.
  t.after(() => child && killed(child));
  const { directory } = createWorkspace(t, filesOf({ legacy: origin, candidate: origin }));
  child = fork(MAIN, ['serve', '--json'], { cwd: directory, stdio: ['ignore', 'pipe', 'ignore', 'ipc'] });
  const [line] = child.stdout ? ((await once(child.stdout, 'data')) as [Buffer]) : []; // the argument of a data event
  const { url } = JSON.parse(String(line)) as { url: string }; // serve.ts prints this
  const { pid = 0 } = child;
  const residentBytes = (): number => (existsSync('/proc') ? residentBytesOf(pid) : Number.NaN);
  const growthDuring: ProxyProcess['growthDuring'] = async (work) => {
    const before = residentBytes();
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, residentBytes());
    }, 20);
    await work().finally(() => clearInterval(watch));
    return Number.isNaN(before) ? undefined : most - before;
  };
  return { port: Number(new URL(url).port), growthDuring };
}

/** Of a process and of those that it started. */
function residentBytesOf(pid: number): number {
  const read = (file: string): string => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'utf8');
    } catch {
      return ''; // one that has ended meanwhile
    }
  };
  const own = Number(/VmRSS:\s+(\d+)/.exec(read('status'))?.[1] ?? 0) * 1024;
  const started = read(`task/${pid}/children`).match(/\d+/g) ?? [];
  return started.reduce((sum, each) => sum + residentBytesOf(Number(each)), own);
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

async function answerTo(sent: ClientRequest): Promise<IncomingMessage> {
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]; // the argument of a response event
  return answer;
}

/** Buffers of the sockets, and garbage that V8 leaves for later; a proxy that kept bodies would grow by a GiB. */
const FLAT = 200e6;

async function startLarge(t: TestContext): Promise<ProxyProcess & { readonly at: RequestOptions }> {
  const { origin } = await startBackend(t, largeBackend);
  const proxy = await startProcess(t, origin.origin);
  await (await fetch(`http://127.0.0.1:${proxy.port}/things/1`, { method: 'POST', body: 'warm' })).text();
  return { ...proxy, at: { port: proxy.port, host: '127.0.0.1', path: '/things/1', agent: false } };
}

test('a GiB down arrives whole, and the memory of the proxy stays flat', async (t) => {
  const { at, growthDuring } = await startLarge(t);
  const grown = await growthDuring(async () => {
    assert.equal(await sumOf(await answerTo(get(at))), sumOfBlocks());
  });
  assert.ok(grown === undefined || grown < FLAT, `grew by ${grown} bytes`);
});

test('a GiB up arrives whole, and the memory of the proxy stays flat', async (t) => {
  const { at, growthDuring } = await startLarge(t);
  const grown = await growthDuring(async () => {
    const sent = request({ ...at, method: 'POST', headers: { 'Content-Length': GIB } });
    const [answer] = await Promise.all([answerTo(sent), pipeline(Readable.from(blocks()), sent)]);
    assert.equal(Buffer.concat(await answer.toArray()).toString(), sumOfBlocks());
  });
  assert.ok(grown === undefined || grown < FLAT, `grew by ${grown} bytes`);
});

test('each event of a stream reaches the client before the next one is sent', async (t) => {
  let send = (_: string): void => {};
  const closed = Promise.withResolvers<void>();
  const { origin } = await startBackend(t, (_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    send = (event) => void response.write(event);
    response.once('close', () => closed.resolve());
    send('data: 0\n\n');
  });
  const { port } = await startProxy(t, { legacy: origin });
  const answer = await answerTo(get({ port, host: '127.0.0.1', path: '/things', agent: false }));
  for (let event = 0; event < 5; event += 1) {
    const [chunk] = (await once(answer, 'data')) as [Buffer]; // the argument of a data event
    assert.equal(chunk.toString(), `data: ${event}\n\n`);
    send(`data: ${event + 1}\n\n`);
  }
  answer.destroy();
  await closed.promise;
});

test('each chunk of an upload reaches the backend before the next one is sent, and its echo comes back', async (t) => {
  const { origin } = await startBackend(t, (incoming, response) => void incoming.pipe(response));
  const { port } = await startProxy(t, { legacy: origin });
  const sent = request({ port, host: '127.0.0.1', path: '/things', method: 'POST', agent: false });
  const answered = answerTo(sent);
  sent.write('chunk 0');
  const answer = await answered;
  for (let chunk = 0; chunk < 5; chunk += 1) {
    const [echo] = (await once(answer, 'data')) as [Buffer]; // the argument of a data event
    assert.equal(echo.toString(), `chunk ${chunk}`);
    if (chunk < 4) sent.write(`chunk ${chunk + 1}`);
  }
  sent.end();
  await once(answer, 'end');
});

const HOST = 'Host: things.example\r\n';
const LAST = `GET /things/last HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`;

test('answers without a body leave the connection at the next answer', async (t) => {
  const { origin } = await startBackend(t, (incoming, response) => {
    response.sendDate = false;
    response.writeHead(Number(incoming.url?.split('/')[2]) || 200, { 'X-For': `${incoming.method} ${incoming.url}` });
    response.end(incoming.method === 'HEAD' || /204|304/.test(incoming.url ?? '') ? undefined : 'body');
  });
  const { port } = await startProxy(t, { legacy: origin });
  const asked = ['HEAD /things/200', 'GET /things/204', 'GET /things/304', 'HEAD /things/204', 'GET /things/last'];
  const bytes = asked.slice(0, -1).map((line) => `${line} HTTP/1.1\r\n${HOST}\r\n`);
  const answer = await sendRaw(port, bytes.join('') + LAST);
  assert.deepEqual(
    [...answer.matchAll(/^X-For: (.*)\r$/gm)].map(([, line]) => line),
    asked,
  );
  assert.equal(answer.match(/HTTP\/1\.1 /g)?.length, asked.length);
});

const PARTS =
  '--B\r\nContent-Range: bytes 0-1/10\r\n\r\n01\r\n--B\r\nContent-Range: bytes 4-5/10\r\n\r\n45\r\n--B--\r\n';
const RANGES: readonly (readonly [what: string, ask: string, answer: string])[] = [
  [
    'one range',
    'Range: bytes=2-5',
    '206 Partial Content\r\nContent-Range: bytes 2-5/10\r\nContent-Length: 4\r\n\r\n2345',
  ],
  [
    'two ranges in parts',
    'Range: bytes=0-1,4-5',
    `206 Partial Content\r\nContent-Type: multipart/byteranges; boundary=B\r\nContent-Length: ${PARTS.length}\r\n\r\n${PARTS}`,
  ],
  [
    'a range of what has changed',
    'Range: bytes=2-5\r\nIf-Range: "old"',
    '200 OK\r\nETag: "new"\r\nContent-Length: 10\r\n\r\n0123456789',
  ],
  [
    'a range beyond the end',
    'Range: bytes=20-',
    '416 Range Not Satisfiable\r\nContent-Range: bytes */10\r\nContent-Length: 0\r\n\r\n',
  ],
];

for (const [what, ask, answer] of RANGES) {
  test(`${what}: the backend is asked for it, and its answer arrives as it is`, async (t) => {
    let head = '';
    const { origin } = await startRawBackend(t, (socket) => {
      socket.once('data', (chunk: Buffer) => {
        head = chunk.toString('latin1');
        socket.end(`HTTP/1.1 ${answer}`);
      });
    });
    const { port } = await startProxy(t, { legacy: origin });
    const received = await sendRaw(port, `GET /things HTTP/1.1\r\n${HOST}Connection: close\r\n${ask}\r\n\r\n`);
    assert.ok(head.includes(`\r\n${ask}\r\n`), head);
    assert.equal(received.replace('Connection: close\r\n', ''), `HTTP/1.1 ${answer}`);
  });
}

const CODED: Readonly<Record<string, Buffer>> = {
  br: brotliCompressSync('x'.repeat(10_000)),
  zstd: zstdCompressSync('x'.repeat(10_000)),
  'gzip, br': brotliCompressSync(gzipSync('x'.repeat(10_000))),
  gzip: Buffer.from('this is no gzip'),
  'x-unheard-of': Buffer.from([0, 255, 13, 10, 128]),
};

for (const [coding, bytes] of Object.entries(CODED)) {
  test(`a body coded with ${coding} passes byte for byte, up and down`, async (t) => {
    let uploaded = '';
    const { origin } = await startBackend(t, async (incoming, response) => {
      uploaded = `${incoming.headers['content-encoding']} ${Buffer.concat(await incoming.toArray()).toString('hex')}`;
      response.setHeader('Content-Encoding', coding).end(bytes);
    });
    const { port } = await startProxy(t, { legacy: origin });
    const headers = { 'Content-Encoding': coding };
    const sent = request({ port, host: '127.0.0.1', path: '/things', method: 'PUT', headers, agent: false }).end(bytes);
    const answer = await answerTo(sent);
    const received = `${answer.headers['content-encoding']} ${Buffer.concat(await answer.toArray()).toString('hex')}`;
    assert.equal(received, `${coding} ${bytes.toString('hex')}`);
    assert.equal(uploaded, received);
  });
}

function answersWith(t: TestContext, bytes: string): Promise<{ readonly origin: URL }> {
  return startRawBackend(t, (socket) => void socket.once('data', () => socket.write(Buffer.from(bytes, 'latin1'))));
}

const FINAL = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfinal';

for (const interim of ['103 Early Hints\r\nLink: </style.css>; rel=preload', '102 Processing', '199 Odd']) {
  test(`an interim response (${interim.slice(0, 3)}) does not break the final one`, async (t) => {
    const { origin } = await answersWith(t, `HTTP/1.1 ${interim}\r\n\r\n`.repeat(3) + FINAL);
    const { port } = await startProxy(t, { legacy: origin });
    assert.match(await sendRaw(port, LAST), /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nfinal$/);
  });
}

test('a 100 that nobody asked for does not break the final answer (RFC 9110, section 15.2)', async (t) => {
  const { origin } = await answersWith(t, `HTTP/1.1 100 Continue\r\n\r\n${FINAL}`);
  const { port } = await startProxy(t, { legacy: origin });
  assert.match(await sendRaw(port, LAST), /^HTTP\/1\.1 200 /);
});

test('a client that waits for 100 gets it, then its answer; the backend gets the body and no Expect', async (t) => {
  const seen: unknown[] = [];
  const { origin } = await startBackend(t, async (incoming, response) => {
    seen.push(incoming.headers.expect, Buffer.concat(await incoming.toArray()).toString());
    response.end('done');
  });
  const { port } = await startProxy(t, { legacy: origin });
  const headers = { Expect: '100-continue', 'Content-Length': 4 };
  const sent = request({ port, host: '127.0.0.1', path: '/things', method: 'PUT', headers, agent: false });
  sent.flushHeaders();
  await once(sent, 'continue');
  const answer = await answerTo(sent.end('body'));
  assert.equal(Buffer.concat(await answer.toArray()).toString(), 'done');
  assert.deepEqual(seen, [undefined, 'body']);
});

test('an expectation that nobody knows is refused with 417', async (t) => {
  const { port } = await startProxy(t, { legacy: (await startBackend(t, () => {})).origin });
  const answer = await sendRaw(port, `GET /things HTTP/1.1\r\n${HOST}Expect: a-miracle\r\nConnection: close\r\n\r\n`);
  assert.match(answer, /^HTTP\/1\.1 417 /);
});

test('trailers of a request end with it: the backend gets the body, and what follows is the next request', async (t) => {
  const seen: string[] = [];
  const { origin } = await startBackend(t, async (incoming, response) => {
    seen.push(`${incoming.method} ${Buffer.concat(await incoming.toArray())} ${JSON.stringify(incoming.trailers)}`);
    response.end();
  });
  const { port } = await startProxy(t, { legacy: origin });
  const chunked = `POST /things HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n`;
  await sendRaw(port, `${chunked}4\r\nbody\r\n0\r\nX-Sum: 4\r\n\r\n${LAST}`);
  assert.deepEqual(seen.toSorted(), ['GET  {}', 'POST body {}']);
});

test('a body that ends with its connection arrives whole and as complete', async (t) => {
  const body = 'x'.repeat(1_000_000);
  const { origin } = await startRawBackend(
    t,
    (socket) => void socket.once('data', () => socket.end(`HTTP/1.0 200 OK\r\n\r\n${body}`)),
  );
  const { port } = await startProxy(t, { legacy: origin });
  assert.equal(await (await fetch(`http://127.0.0.1:${port}/things`)).text(), body);
});

test('a body that would end with its connection, and is reset, does not arrive as complete', async (t) => {
  const { origin } = await startRawBackend(t, (socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf');
      setImmediate(() => socket.resetAndDestroy());
    });
  });
  const { port } = await startProxy(t, { legacy: origin });
  await assert.rejects(fetch(`http://127.0.0.1:${port}/things`).then((answer) => answer.text()));
});

test('a reason phrase in latin1 arrives with its answer (RFC 9112, section 4)', async (t) => {
  const { origin } = await answersWith(t, 'HTTP/1.1 200 Gr\u00f6\u00dfe\r\nContent-Length: 2\r\n\r\nok');
  const { port } = await startProxy(t, { legacy: origin });
  assert.match(await sendRaw(port, LAST), /^HTTP\/1\.1 200 Gr\u00f6\u00dfe\r\n/);
});
