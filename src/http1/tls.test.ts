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

interface Setup {
  readonly port: number;
  readonly sockets: readonly TLSSocket[];
}

/** Answers each request line; `onRequest` writes what it likes. */
async function startTls(t: TestContext, onRequest: (socket: TLSSocket, line: string) => void): Promise<Setup> {
  const sockets: TLSSocket[] = [];
  const server = createServer({ ...identity }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => onRequest(socket, chunk.toString('latin1').split('\r\n')[0] ?? ''));
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, sockets }; // a listening TCP server has an address of this kind
}

function dialTls(port: number, trusted = identity?.cert): Dial {
  const open = (onread: OnReadOpts): Socket => {
    const secure = { host: '127.0.0.1', port, servername: 'localhost', ...(trusted === undefined ? {} : { ca: trusted }) };
    // The library reads `onread` as a plain socket does; its type leaves it out.
    return connectTls({ ...secure, onread } as ConnectionOptions);
  };
  return { ready: 'secureConnect', open };
}

interface Client {
  readonly connections: Connections;
  readonly clock: { now: number };
  send(target: string, recorder?: Recorder): Recorder;
}

function startClient(t: TestContext, dial: Dial): Client {
  const clock = { now: 0 };
  const connections = createConnections({ dial, now: () => clock.now });
  t.after(() => connections.stop());
  const send = (target: string, recorder = new Recorder()): Recorder => {
    connections.send(requestFor(target), recorder, TIMEOUTS);
    return recorder;
  };
  return { connections, clock, send };
}

test('requests share a connection', options, async (t) => {
  const { port, sockets } = await startTls(t, (socket) => void socket.write(HELLO));
  const { send, connections } = startClient(t, dialTls(port));
  for (let count = 0; count < 10; count++) {
    const recorder = send('/');
    await recorder.settled;
    assert.deepEqual([recorder.calls, recorder.body], [['head 200', 'data', 'end'], 'hello']);
  }
  assert.deepEqual([connections.status(), sockets.length], [{ busy: 0, idle: 1 }, 1]);
});

test('a collected and a streamed body come through, empty pieces and all', options, async (t) => {
  let heard = '';
  const { port } = await startTls(t, () => {});
  const server = await startTls(t, () => {});
  assert.ok(port !== server.port);
  const { sockets, port: listening } = await startTls(t, () => {});
  const { connections } = startClient(t, dialTls(listening));
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (const piece of ['', 'he', '', 'llo', '']) yield Buffer.from(piece);
  }
  for (const body of [Buffer.from('hello'), new Uint8Array(), pieces()]) {
    const recorder = new Recorder();
    connections.send({ method: 'POST', target: '/', headers: [], body }, recorder, TIMEOUTS);
    await until(() => sockets.length === 1);
    heard = '';
    sockets[0]?.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
    });
    await until(() => /\r\n\r\n(?:hello|2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n|)$/.test(heard) && heard !== '');
    sockets[0]?.removeAllListeners('data');
    sockets[0]?.write(HELLO);
    await recorder.settled;
    assert.equal(recorder.calls.at(-1), 'end');
  }
  assert.equal(sockets.length, 1);
});
