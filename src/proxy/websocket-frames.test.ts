// WebSockets through the proxy, frame by frame (RFC 6455, section 5): what each end sends is what the other one gets.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import diagnostics from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { until } from '../testing/cli.ts';
import { type ProxyUnderTest, startProxy } from '../testing/proxy.ts';
import { sendRaw, startBackend, startRawBackend } from '../testing/servers.ts';

const TEXT = 0x1;
const BINARY = 0x2;
const CONTINUATION = 0x0;
const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;

interface Frame {
  readonly opcode: number;
  readonly isFinal: boolean;
  readonly payload: Buffer;
}

const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

function masked(payload: Buffer): Buffer {
  const bytes = Buffer.alloc(payload.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = (payload[at] ?? 0) ^ (MASK[at & 3] ?? 0);
  return bytes;
}

/** A client masks its frames, and a server does not. */
function encode({ opcode, isFinal, payload }: Frame, by: 'client' | 'server'): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = (isFinal ? 0x80 : 0) | opcode;
  head[1] = (by === 'client' ? 0x80 : 0) | (head.length === 2 ? length : head.length === 4 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat(by === 'client' ? [head, MASK, masked(payload)] : [head, payload]);
}

/** The first frame of these bytes and its length on the wire; undefined while it is not whole. */
function decode(bytes: Buffer): { readonly frame: Frame; readonly length: number } | undefined {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return undefined;
  const short = second & 0x7f;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  if (bytes.length < 2 + lengthBytes) return undefined;
  const size = lengthBytes === 0 ? short : lengthBytes === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const start = 2 + lengthBytes + (second & 0x80 ? 4 : 0);
  if (bytes.length < start + size) return undefined;
  const payload = bytes.subarray(start, start + size);
  const plain = second & 0x80 ? masked(payload) : payload;
  return { frame: { opcode: first & 0x0f, isFinal: (first & 0x80) !== 0, payload: plain }, length: start + size };
}

/** Calls back for each frame that arrives. */
function onFrames(socket: Duplex, receive: (frame: Frame) => void): void {
  let chunks: Buffer[] = [];
  let missing = 2;
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    missing -= chunk.length;
    if (missing > 0) return;
    let bytes = Buffer.concat(chunks);
    for (let found = decode(bytes); found; found = decode(bytes)) {
      receive(found.frame);
      bytes = bytes.subarray(found.length);
    }
    chunks = [bytes];
    missing = 1;
  });
}

const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const KEY = 'x3JJHMbDL1EzLkh9GBhXDw==';
const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n';
const UPGRADE = `GET /things/live HTTP/1.1\r\nHost: things.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: ${KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n`;

function acceptOf(key: string | undefined): string {
  return createHash('sha1').update(`${key}${ACCEPT_GUID}`).digest('base64');
}

/** A backend that upgrades whoever asks, and hands out its end. */
async function startSocketBackend(t: TestContext, onSocket: (socket: Duplex, head: Buffer) => void): Promise<URL> {
  const { origin, server } = await startBackend(t, (_, response) => void response.writeHead(426).end());
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {});
    socket.write(`${SWITCH}Sec-WebSocket-Accept: ${acceptOf(request.headers['sec-websocket-key'])}\r\n\r\n`);
    t.after(() => socket.destroy());
    onSocket(socket, head);
  });
  return origin;
}

/** Sends each frame back as it came, a pong for a ping, and ends after a close. */
function echo(socket: Duplex): void {
  onFrames(socket, (frame) => {
    if (frame.opcode === PING) return void socket.write(encode({ ...frame, opcode: PONG }, 'server'));
    socket.write(encode(frame, 'server'));
    if (frame.opcode === CLOSE) socket.end();
  });
}

interface SocketClient {
  readonly socket: Socket;
  /** Resolves with so many frames, in order. */
  receive(count: number): Promise<readonly Frame[]>;
}

/** A client whose upgrade was accepted; `early` goes out with the request. */
async function connectClient(
  t: TestContext,
  { port }: Pick<ProxyUnderTest, 'port'>,
  early = '',
): Promise<SocketClient> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  socket.write(UPGRADE + early, 'latin1');
  const head = await readHead(socket);
  assert.match(head, /^HTTP\/1\.1 101 /);
  assert.ok(head.includes(acceptOf(KEY)), head);
  const frames: Frame[] = [];
  onFrames(socket, (frame) => frames.push(frame));
  const receive = async (count: number): Promise<readonly Frame[]> => {
    await until(() => frames.length >= count || undefined);
    return frames.splice(0, count);
  };
  return { socket, receive };
}

/** Reads up to the empty line, and leaves the rest in the socket. */
async function readHead(socket: Socket): Promise<string> {
  let head = '';
  for (;;) {
    await once(socket, 'readable');
    for (let byte = socket.read(1); byte !== null; byte = socket.read(1)) {
      head += byte.toString('latin1');
      if (head.endsWith('\r\n\r\n')) return head;
    }
  }
}

async function connectEcho(t: TestContext): Promise<SocketClient> {
  return connectClient(t, await startProxy(t, { legacy: await startSocketBackend(t, echo) }));
}

function frameOf(opcode: number, payload: string | Buffer, isFinal = true): Frame {
  return { opcode, isFinal, payload: Buffer.from(payload) };
}

function fragments(opcode: number, parts: readonly string[]): readonly Frame[] {
  return parts.map((part, place) => frameOf(place === 0 ? opcode : CONTINUATION, part, place === parts.length - 1));
}

const LENGTHS = [0, 1, 125, 126, 127, 65_535, 65_536, 2 ** 20];

const ECHOED: Readonly<Record<string, readonly Frame[]>> = {
  'text of all lengths at which the head of a frame changes': LENGTHS.map((length) =>
    frameOf(TEXT, 'x'.repeat(length)),
  ),
  'binary of those lengths': LENGTHS.map((length) =>
    frameOf(BINARY, Buffer.alloc(length, Buffer.from([0, 255, 13, 10]))),
  ),
  'text outside ASCII, and half a character in each of two frames': [
    frameOf(TEXT, 'K\u00f6\u00df\u03ba'),
    frameOf(TEXT, Buffer.from([0xce]), false),
    frameOf(CONTINUATION, Buffer.from([0xba])),
  ],
  'a message in fragments': fragments(TEXT, ['one', '', 'two', 'x'.repeat(70_000), 'three']),
  'a ping within a message in fragments': [
    frameOf(TEXT, 'one', false),
    frameOf(PING, 'are you there'),
    frameOf(CONTINUATION, 'two'),
  ],
  'pings without and with as much as they may carry': [frameOf(PING, ''), frameOf(PING, 'p'.repeat(125))],
  'an opcode that is reserved': [frameOf(0x3, 'future')],
  'sixteen frames of 1 MiB': Array.from({ length: 16 }, (_, byte) => frameOf(BINARY, Buffer.alloc(2 ** 20, byte))),
};

function answerOf(frame: Frame): Frame {
  return frame.opcode === PING ? { ...frame, opcode: PONG } : frame;
}

function described({ opcode, isFinal, payload }: Frame): string {
  return `${opcode} ${isFinal} ${payload.length} ${createHash('sha1').update(payload).digest('hex')}`;
}

for (const [what, frames] of Object.entries(ECHOED)) {
  test(`${what}: echoed frame by frame`, async (t) => {
    const { socket, receive } = await connectEcho(t);
    for (const frame of frames) socket.write(encode(frame, 'client'));
    const received = await receive(frames.length);
    assert.deepEqual(received.map(described), frames.map(answerOf).map(described));
  });
}

test('frames that arrive a byte at a time, and many that arrive at once', async (t) => {
  const { socket, receive } = await connectEcho(t);
  socket.setNoDelay(true);
  for (const byte of encode(frameOf(TEXT, 'byte by byte'), 'client')) {
    socket.write(Buffer.from([byte]));
    await new Promise(setImmediate);
  }
  const many = Array.from({ length: 500 }, (_, number) => frameOf(TEXT, `frame ${number}`));
  socket.write(Buffer.concat(many.map((frame) => encode(frame, 'client'))));
  const received = await receive(501);
  assert.deepEqual(
    received.map(({ payload }) => payload.toString()),
    ['byte by byte', ...many.map(({ payload }) => payload.toString())],
  );
});

function closeFrame(code: number, reason: string): Frame {
  const payload = Buffer.concat([Buffer.alloc(2), Buffer.from(reason)]);
  payload.writeUInt16BE(code);
  return frameOf(CLOSE, payload);
}

for (const [code, reason] of [
  [1000, ''],
  [1001, 'going away'],
  [1002, ''],
  [1009, 'too big'],
  [1011, 'K\u00f6\u00df'],
  [1012, ''],
  [3000, 'a library'],
  [4999, 'r'.repeat(123)],
] as const) {
  test(`a close with ${code} is relayed with its reason, to the backend and to the client`, async (t) => {
    const { socket, receive } = await connectEcho(t);
    const ended = once(socket, 'end');
    socket.write(encode(closeFrame(code, reason), 'client'));
    const [received] = await receive(1);
    assert.deepEqual(received, closeFrame(code, reason));
    await ended;
  });
}

test('a close that the backend begins reaches the client with its code, and so does the answer', async (t) => {
  const answered = Promise.withResolvers<Frame>();
  const legacy = await startSocketBackend(t, (socket) => {
    onFrames(socket, answered.resolve);
    socket.write(encode(closeFrame(1001, 'restart'), 'server'));
  });
  const { socket, receive } = await connectClient(t, await startProxy(t, { legacy }));
  assert.deepEqual(await receive(1), [closeFrame(1001, 'restart')]);
  socket.write(encode(closeFrame(1001, ''), 'client'));
  assert.deepEqual(await answered.promise, closeFrame(1001, ''));
});

test('what each end sends together with the upgrade reaches the other', async (t) => {
  const early = encode(frameOf(TEXT, 'early'), 'client').toString('latin1');
  const { origin } = await startRawBackend(t, (socket) => {
    socket.once('data', () => {
      const first = encode(frameOf(TEXT, 'first'), 'server');
      socket.write(Buffer.concat([Buffer.from(`${SWITCH}Sec-WebSocket-Accept: ${acceptOf(KEY)}\r\n\r\n`), first]));
      echo(socket);
    });
  });
  const { receive } = await connectClient(t, await startProxy(t, { legacy: origin }), early);
  assert.deepEqual(await receive(2), [frameOf(TEXT, 'first'), frameOf(TEXT, 'early')]);
});

test('a connection on which nothing happens has no timer on either side of the proxy', async (t) => {
  const sockets: Socket[] = [];
  const onSocket = (message: unknown): void => {
    sockets.push((message as { readonly socket: Socket }).socket); // documented for both channels
  };
  for (const channel of ['net.client.socket', 'net.server.socket']) {
    diagnostics.subscribe(channel, onSocket);
    t.after(() => diagnostics.unsubscribe(channel, onSocket));
  }
  const { socket, receive } = await connectEcho(t);
  socket.write(encode(frameOf(TEXT, 'hello'), 'client'));
  await receive(1);
  assert.equal(sockets.length, 4, 'the client, both sides of the proxy, the backend');
  assert.deepEqual(
    sockets.map(({ timeout }) => timeout ?? 0),
    [0, 0, 0, 0],
  );
});

test('a client that has said all it has to say still hears what the backend says', async (t) => {
  const legacy = await startSocketBackend(t, (socket) => {
    let bytes = 0;
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    socket.once('end', () => socket.end(encode(frameOf(TEXT, `${bytes} bytes`), 'server')));
  });
  const { socket, receive } = await connectClient(t, await startProxy(t, { legacy }));
  socket.end(Buffer.alloc(1000));
  assert.deepEqual(await receive(1), [frameOf(TEXT, '1000 bytes')]);
});

test('a backend that has said all it has to say still hears what the client says', async (t) => {
  const heard = Promise.withResolvers<string>();
  const legacy = await startSocketBackend(t, (socket) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.once('close', () => heard.resolve(text));
    socket.end(encode(frameOf(TEXT, 'over'), 'server'));
  });
  const { socket, receive } = await connectClient(t, await startProxy(t, { legacy }));
  const ended = once(socket, 'end');
  await receive(1);
  await ended;
  socket.end('last words');
  assert.equal(await heard.promise, 'last words');
});

test('a client that is killed takes its backend connection with it', async (t) => {
  const closed = Promise.withResolvers<void>();
  const legacy = await startSocketBackend(t, (socket) => {
    echo(socket);
    socket.once('end', () => closed.resolve());
  });
  const { socket, receive } = await connectClient(t, await startProxy(t, { legacy }));
  socket.write(encode(frameOf(TEXT, 'hello'), 'client'));
  await receive(1);
  socket.resetAndDestroy();
  await closed.promise;
});

test('a client that does not read holds the backend back, and gets everything when it does', async (t) => {
  const size = 64 * 2 ** 20;
  let backend: Duplex | undefined;
  const legacy = await startSocketBackend(t, (socket) => {
    backend = socket;
    for (let sent = 0; sent < size; sent += 2 ** 20) socket.write(Buffer.alloc(2 ** 20, sent >> 20));
    socket.end();
  });
  const { port } = await startProxy(t, { legacy });
  const socket = connect({ port, host: '127.0.0.1' });
  t.after(() => socket.destroy());
  socket.write(UPGRADE);
  await readHead(socket);
  let last = -1;
  const waiting = await until(() => {
    const before = last;
    last = backend?.writableLength ?? 0;
    return last === before && last > 0 ? last : undefined;
  });
  assert.ok(waiting > size / 2, `the proxy took ${size - waiting} bytes that nobody reads`);
  const sum = createHash('sha1');
  let bytes = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    sum.update(chunk);
  }
  const expected = createHash('sha1');
  for (let sent = 0; sent < size; sent += 2 ** 20) expected.update(Buffer.alloc(2 ** 20, sent >> 20));
  assert.deepEqual([bytes, sum.digest('hex')], [size, expected.digest('hex')]);
});

const REFUSALS: Readonly<Record<string, string>> = {
  'with a length':
    'HTTP/1.1 403 Not You\r\nx-why: because\r\nset-cookie: a=1\r\nset-cookie: b=2\r\ncontent-length: 4\r\n',
  'in chunks': 'HTTP/1.1 401 Who Are You\r\nwww-authenticate: Basic\r\ntransfer-encoding: chunked\r\n',
};

for (const [what, head] of Object.entries(REFUSALS)) {
  test(`a refused upgrade reaches the client as it is, ${what}`, async (t) => {
    const body = what === 'in chunks' ? '4\r\nnope\r\n0\r\n\r\n' : 'nope';
    const { origin } = await startRawBackend(
      t,
      (socket) => void socket.once('data', () => socket.write(`${head}\r\n${body}`)),
    );
    const { port } = await startProxy(t, { legacy: origin });
    const answer = await sendRaw(port, UPGRADE);
    const sorted = (text: string): readonly string[] => text.split('\r\n').toSorted();
    assert.deepEqual(sorted(answer), sorted(`${head}connection: close\r\n\r\n${body}`));
  });
}

test('a refused upgrade is recorded with the status that it got', async (t) => {
  const { origin } = await startBackend(t, () => {});
  const refusing = await startRawBackend(
    t,
    (socket) => void socket.once('data', () => socket.write('HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n')),
  );
  const { port, exchanges } = await startProxy(t, { legacy: refusing.origin, candidate: origin });
  await sendRaw(port, UPGRADE);
  const [exchange] = exchanges;
  assert.equal(exchange?.result.kind === 'reply' && exchange.result.status, 403);
});

test('an upgrade that the backend never answers is given up', async (t) => {
  const { origin } = await startRawBackend(t, (socket) => void socket.resume());
  const { port } = await startProxy(t, { legacy: origin, headersMs: 100 });
  const socket = connect({ port, host: '127.0.0.1' });
  t.after(() => socket.destroy());
  socket.write(UPGRADE);
  const [answer] = (await once(socket, 'data', { signal: AbortSignal.timeout(2000) })) as [Buffer]; // of a data event
  assert.match(answer.toString(), /^HTTP\/1\.1 504 /);
});
