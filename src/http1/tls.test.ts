// The same over TLS, where the socket decrypts: what it reads comes in other pieces, and it fails in more ways.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo, OnReadOpts, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ConnectionOptions, connect as connectTls, createServer, type TLSSocket } from 'node:tls';
import { HELLO, OK, Recorder, requestFor, until } from '../testing/http1-exchange.ts';
import { startRawBackend } from '../testing/servers.ts';
import type { Dial } from './connection.ts';
import { type Connections, createConnections } from './connections.ts';
import type { OutgoingRequest } from './exchange.ts';

const TIMEOUTS = { connectMs: 1000, headersMs: 1000, idleMs: 1000 };

interface Identity {
  readonly key: string;
  readonly cert: string;
}

/** Undefined where there is no program to make one. */
function makeIdentity(): Identity | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'http1-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'];
  const made = spawnSync('openssl', [...args, '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert]);
  const identity = made.status === 0 ? { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') } : undefined;
  rmSync(folder, { recursive: true });
  return identity;
}

const identity = makeIdentity();
const options = identity ? {} : { skip: 'there is no openssl to make a certificate with' };

interface SecureVisit {
  readonly socket: TLSSocket;
  /** All that came so far, as latin1. */
  heard: string;
}

async function startTls(
  t: TestContext,
  onBytes: (visit: SecureVisit) => void,
): Promise<{ readonly port: number; readonly visits: readonly SecureVisit[] }> {
  const visits: SecureVisit[] = [];
  const server = createServer({ ...identity }, (socket) => {
    const visit = { socket, heard: '' };
    visits.push(visit);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      visit.heard += chunk.toString('latin1');
      onBytes(visit);
    });
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const { socket } of visits) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, visits }; // a listening TCP server has an address of this kind
}

/** `null` trusts what the system trusts. */
function dialTls(port: number, ca: string | null | undefined = identity?.cert): Dial {
  const open = (onread: OnReadOpts): Socket => {
    const secure = { host: '127.0.0.1', port, servername: 'localhost', ...(ca ? { ca } : {}) };
    // The library reads `onread` as a plain socket does; its type leaves it out.
    return connectTls({ ...secure, onread } as ConnectionOptions);
  };
  return { ready: 'secureConnect', open };
}

interface Client {
  readonly connections: Connections;
  readonly clock: { now: number };
  send(body?: OutgoingRequest['body'], recorder?: Recorder): Recorder;
}

function startClient(t: TestContext, dial: Dial): Client {
  const clock = { now: 0 };
  const connections = createConnections({ dial, now: () => clock.now });
  t.after(() => connections.stop());
  const send: Client['send'] = (body, recorder = new Recorder()) => {
    connections.send({ ...requestFor('/'), body }, recorder, TIMEOUTS);
    return recorder;
  };
  return { connections, clock, send };
}

async function* streamed(): AsyncGenerator<Uint8Array> {
  for (const piece of ['', 'he', '', 'llo', '']) yield Buffer.from(piece);
}

const BODIES: readonly (readonly [title: string, body: () => OutgoingRequest['body'], wire: string])[] = [
  ['no body', () => undefined, 'host: h\r\n\r\n'],
  ['a collected body', () => Buffer.from('hello'), 'content-length: 5\r\n\r\nhello'],
  ['an empty body', () => new Uint8Array(), 'content-length: 0\r\n\r\n'],
  ['a streamed body', streamed, '2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n'],
];

for (const [title, body, wire] of BODIES)
  test(`requests with ${title} share a connection`, options, async (t) => {
    const { port, visits } = await startTls(t, ({ socket, heard }) => heard.endsWith(wire) && socket.write(HELLO));
    const { send, connections } = startClient(t, dialTls(port));
    for (let count = 0; count < 5; count++) {
      const recorder = send(body());
      await recorder.settled;
      assert.deepEqual([recorder.calls, recorder.body], [['head 200', 'data', 'end'], 'hello']);
    }
    assert.deepEqual([connections.status(), visits.length], [{ busy: 0, idle: 1 }, 1]);
  });

const BODY_BYTES = 20 * 1024 * 1024;

test('a large body goes whole to a reader that pauses at every read', options, async (t) => {
  const written = createHash('sha256');
  const { port } = await startTls(t, ({ socket }) => {
    let sent = 0;
    const pour = (): void => {
      for (let hasRoom = true; hasRoom && sent < BODY_BYTES; sent += 65_536) {
        const piece = Buffer.alloc(65_536, `${sent}/`);
        written.update(piece);
        hasRoom = socket.write(piece);
      }
    };
    socket.on('drain', pour);
    socket.write(`${OK}Content-Length: ${BODY_BYTES}\r\n\r\n`);
    pour();
  });
  const { connections } = startClient(t, dialTls(port));
  const read = createHash('sha256');
  const recorder = new Recorder();
  recorder.onData = (bytes, start, end) => void read.update(bytes.subarray(start, end));
  recorder.onReadDone = () => {
    exchange.pause();
    setImmediate(() => exchange.resume());
  };
  const exchange = connections.send(requestFor('/'), recorder, TIMEOUTS);
  await recorder.settled;
  assert.deepEqual([recorder.calls, read.digest('hex')], [['head 200', 'end'], written.digest('hex')]);
  assert.deepEqual(connections.status(), { busy: 0, idle: 1 });
});

const ENDINGS: readonly (readonly [title: string, answer: (socket: TLSSocket) => void, last: string])[] = [
  ['a body that ends with the connection is whole', (socket) => void socket.end(`${OK}\r\nhello`), 'end'],
  ['a response with an end right behind it is whole', (socket) => void socket.end(HELLO), 'end'],
  [
    'a response that is cut off is a failure',
    (socket) => void socket.end(HELLO.slice(0, -1)),
    'failure PG_CLOSED_BY_BACKEND',
  ],

  ['no answer but an end is a failure', (socket) => void socket.end(), 'failure PG_CLOSED_BY_BACKEND'],
];

for (const [title, answer, last] of ENDINGS)
  test(title, options, async (t) => {
    const { port } = await startTls(t, ({ socket }) => answer(socket));
    const { send, connections } = startClient(t, dialTls(port));
    const recorder = send();
    await recorder.settled;
    assert.equal(recorder.calls.at(-1), last);
    await until(() => connections.status().busy + connections.status().idle === 0);
  });

test('bytes that nobody asked for close an idle connection', options, async (t) => {
  const { port, visits } = await startTls(t, ({ socket }) => void socket.write(HELLO));
  const { send, connections } = startClient(t, dialTls(port));
  await send().settled;
  visits[0]?.socket.write(HELLO.replace('hello', 'other'));
  await until(() => connections.status().idle === 0);
  const next = send();
  await next.settled;
  assert.deepEqual([next.body, visits.length], ['hello', 2]);
});

test('an abort closes it', options, async (t) => {
  const { port, visits } = await startTls(t, ({ socket }) => void socket.write(HELLO.slice(0, -1)));
  const { connections } = startClient(t, dialTls(port));
  const recorder = new Recorder();
  const exchange = connections.send(requestFor('/'), recorder, TIMEOUTS);
  await recorder.begun;
  exchange.abort();
  await until(() => visits[0]?.socket.destroyed === true && connections.status().busy === 0);
  assert.deepEqual(recorder.calls, ['head 200', 'data']);
});

test('a certificate that nobody vouches for gets no request', options, async (t) => {
  const { port, visits } = await startTls(t, ({ socket }) => void socket.write(HELLO));
  const { send } = startClient(t, dialTls(port, null));
  const recorder = send(Buffer.from('secret'));
  await recorder.settled;
  assert.deepEqual([recorder.calls, recorder.failure?.wasSent], [['failure DEPTH_ZERO_SELF_SIGNED_CERT'], false]);
  assert.equal(visits.map(({ heard }) => heard).join(''), '');
});

const NO_TLS: readonly (readonly [title: string, behave: (socket: Socket) => void, code: RegExp])[] = [
  ['talks plain HTTP', (socket) => void socket.write(HELLO), /^EPROTO$/],
  ['closes', (socket) => void socket.end(), /^PG_CLOSED_BY_BACKEND$/],
  ['resets', (socket) => void socket.resetAndDestroy(), /^ECONNRESET$/],
];

for (const [title, behave, code] of NO_TLS)
  test(`a backend that ${title} instead of a handshake gets no request`, async (t) => {
    const { origin } = await startRawBackend(t, behave);
    const { send, connections } = startClient(t, dialTls(Number(origin.port), null));
    const recorder = send();
    await recorder.settled;
    assert.match(recorder.failure?.code ?? '', code);
    assert.equal(recorder.failure?.wasSent, false);
    await until(() => connections.status().busy === 0);
  });

test('a handshake that does not end in time counts as connecting', async (t) => {
  const { origin } = await startRawBackend(t, (socket) => void socket.resume());
  const { send, clock, connections } = startClient(t, dialTls(Number(origin.port), null));
  const recorder = send();
  clock.now = 1000;
  await recorder.settled;
  assert.deepEqual([recorder.calls, recorder.failure?.wasSent], [['failure PG_CONNECT_TIMEOUT'], false]);
  await until(() => connections.status().busy === 0);
});

test('a second error is no error of the process', async (t) => {
  const { origin } = await startRawBackend(t, (socket) => void socket.resume());
  let socket: Socket | undefined;
  const { open, ready } = dialTls(Number(origin.port), null);
  const dial: Dial = {
    ready,
    open: (onread) => {
      socket = open(onread);
      return socket;
    },
  };
  const { send, connections } = startClient(t, dial);
  const recorder = send();
  for (const code of ['EFIRST', 'ESECOND']) socket?.emit('error', Object.assign(new Error(code), { code }));
  socket?.destroy();
  await recorder.settled;
  assert.deepEqual(recorder.calls, ['failure EFIRST']);
  await until(() => connections.status().busy === 0);
});
