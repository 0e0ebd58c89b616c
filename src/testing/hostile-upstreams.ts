// Backends that do what none should, built on purpose. Each runs in a thread of its own, so that its floods cost the proxy
// under test what they send and not what it takes to make them.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { fnv1a64 } from '../core/index.ts';
import { answerOf } from './live-order.ts';
import { deadOrigin } from './servers.ts';

type Behaviour = (socket: Socket, connection: number) => void;

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;

/** What each does with a connection. */
const BEHAVIOURS = {
  'resets every connection': (socket) => socket.resetAndDestroy(),
  'closes every connection': (socket) => socket.end(),
  'never answers': (socket) => socket.resume(),
  'never reads': (socket) => socket.pause(),
  'answers after 30 seconds': (socket) =>
    onRequest(socket, (target) => after(socket, 30_000, () => socket.write(replyTo(target)))),
  'dribbles a body that never ends': (socket) =>
    onRequest(socket, () => {
      socket.write(`${OK}Content-Length: ${LONG.length}\r\n\r\n`);
      dribble(socket, LONG);
    }),
  'dribbles a head that never ends': (socket) => onRequest(socket, () => dribble(socket, `${OK}X-Endless: ${LONG}`)),
  'sends a body without end': (socket) => onRequest(socket, () => flood(socket, CHUNKED, chunkOf('x'.repeat(65_536)))),
  'sends a body without end a byte a chunk': (socket) =>
    onRequest(socket, () => flood(socket, CHUNKED, chunkOf('x').repeat(10_000))),
  'sends 500 KB a byte a chunk and stops': (socket) =>
    onRequest(socket, () => socket.write(CHUNKED + chunkOf('x').repeat(500_000))),
  'sends 10 MB of headers in one line': (socket) => onRequest(socket, () => socket.write(`${OK}X-Long: ${LONG}`)),
  'sends 10 MB of headers in short lines': (socket) => onRequest(socket, () => socket.write(`${OK}${SHORT_LINES}`)),
  'sends trailers without end': (socket) => onRequest(socket, () => flood(socket, `${CHUNKED}0\r\n`, SHORT_LINES)),
  'sends a chunk extension without end': (socket) => onRequest(socket, () => flood(socket, `${CHUNKED}1;`, LONG)),
  'sends interim responses without end': (socket) => onRequest(socket, () => flood(socket, '', INTERIM.repeat(2_000))),
  'sends an interim response now and then': (socket) =>
    onRequest(socket, () => every(socket, 20, () => socket.write(INTERIM))),
  'resets in the middle of a body': (socket) =>
    onRequest(socket, () => {
      socket.write(`${OK}Content-Length: 1000\r\n\r\n{"half`);
      setImmediate(() => socket.resetAndDestroy());
    }),
  'promises more than it sends': (socket) =>
    onRequest(socket, () => socket.end(`${OK}Content-Length: 1000\r\n\r\n{"short":1}`)),
  'sends more than it promised': (socket) =>
    onRequest(socket, (target) => socket.write(replyTo(target) + replyTo('/things/poison'))),
  'closes after each answer without a word': (socket) => onRequest(socket, (target) => socket.end(replyTo(target))),
  'closes at random': (socket, connection) => {
    let number = 0;
    onRequest(socket, (target) => closeAtRandom(socket, target, `${connection}/${number++}`));
  },
  'talks garbage': (socket) => onRequest(socket, () => socket.end('SSH-2.0-OpenSSH_9.9\r\n\u0000\u00ff\r\n\r\n')),
  'answers before it is asked': (socket) => socket.resume().write(replyTo('/things/unasked')),
  'switches protocols unasked': (socket) =>
    onRequest(socket, () =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nx'),
    ),
} satisfies Record<string, Behaviour>;

/** Those that listen and can become each other. */
export type LivelyKind = keyof typeof BEHAVIOURS;
export type HostileKind = LivelyKind | 'is dead' | 'lets nobody connect';

export interface Hostile {
  readonly origin: URL;
  /** Connections that it has accepted. */
  connections(): number;
  /** Closes what is open, and is of another kind from then on. */
  become(kind: LivelyKind): Promise<void>;
}

/** Where what has to be undone in the end is said: a test, or a benchmark. */
export type Ending = Pick<TestContext, 'after'>;

/** Whole responses by the target of their request, in latin1. */
export type Answers = Readonly<Record<string, string>>;

/** A backend of this kind, gone when the test is. `answers`: what it says where it does answer, instead of `answerOf`. */
export async function startHostile(t: Ending, kind: HostileKind, answers: Answers = {}): Promise<Hostile> {
  const become = (): never => {
    throw new Error(`what ${kind} cannot become anything`);
  };
  if (kind === 'is dead') return { origin: await deadOrigin(), connections: () => 0, become };
  const counter = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(fileURLToPath(import.meta.url), {
    workerData: { kind, counter, answers } satisfies Orders,
  });
  t.after(() => worker.terminate());
  const [port] = (await once(worker, 'message')) as [number]; // what the thread below posts first
  const origin = new URL(`http://127.0.0.1:${port}`);
  if (kind === 'lets nobody connect') await fillBacklog(t, port);
  return {
    origin,
    connections: () => Atomics.load(counter, 0),
    become: async (next) => {
      if (kind === 'lets nobody connect') become();
      worker.postMessage(next);
      await once(worker, 'message');
    },
  };
}

interface Orders {
  readonly kind: Exclude<HostileKind, 'is dead'>;
  readonly counter: Int32Array;
  readonly answers: Answers;
}

/** Connects until the system takes no more: whoever comes next is neither let in nor turned away. */
async function fillBacklog(t: Ending, port: number): Promise<void> {
  for (let tries = 0; tries < 64; tries += 1) {
    const socket = connect({ port, host: '127.0.0.1' }).on('error', () => {});
    t.after(() => socket.destroy());
    const isIn = await Promise.race([once(socket, 'connect').then(() => true), pause(200).then(() => false)]);
    if (!isIn) return;
  }
  throw new Error('the system let everyone in');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Calls back for each request on a connection, bodies skipped. */
function onRequest(socket: Socket, respond: (target: string) => void): void {
  let text = '';
  let bodyBytes = 0;
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
    for (;;) {
      const skipped = Math.min(bodyBytes, text.length);
      text = text.slice(skipped);
      bodyBytes -= skipped;
      const end = text.indexOf('\r\n\r\n');
      if (bodyBytes > 0 || end === -1) return;
      const head = text.slice(0, end);
      bodyBytes = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
      text = text.slice(end + 4);
      respond(head.split(' ', 2)[1] ?? '');
    }
  });
}

let answers: Answers = {};

function replyTo(target: string): string {
  const own = answers[target];
  if (own !== undefined) return own;
  const { status, body } = answerOf(target);
  const head = `HTTP/1.1 ${status} X\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  return head + body;
}

function chunkOf(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

const LONG = 'x'.repeat(10_000_000);
const SHORT_LINES = 'a:b\r\n'.repeat(2_000_000);
const INTERIM = 'HTTP/1.1 103 Early Hints\r\n\r\n';

/** Writes as fast as the other side takes it, for as long as it is there. */
function flood(socket: Socket, head: string, unit: string): void {
  const pour = (): void => {
    while (socket.writable && socket.write(unit));
    if (socket.writable) socket.once('drain', pour);
  };
  if (head !== '') socket.write(head);
  pour();
}

function dribble(socket: Socket, text: string): void {
  let sent = 0;
  every(socket, 5, () => socket.write(text[sent++] ?? ''));
}

function every(socket: Socket, ms: number, work: () => void): void {
  const timer = setInterval(() => socket.writable && work(), ms);
  socket.once('close', () => clearInterval(timer));
}

function after(socket: Socket, ms: number, work: () => void): void {
  const timer = setTimeout(work, ms);
  socket.once('close', () => clearTimeout(timer));
}

/** Answers as legacy does, unless its die says to go before, within or after the answer. */
function closeAtRandom(socket: Socket, target: string, seed: string): void {
  const reply = replyTo(target);
  const roll = Number.parseInt(fnv1a64(seed).slice(8), 16) % 8;
  if (roll === 0) socket.end();
  else if (roll === 1) socket.resetAndDestroy();
  else if (roll === 2) socket.end(reply.slice(0, reply.length / 2), 'latin1');
  else if (roll === 3) socket.end(reply, 'latin1');
  else socket.write(reply, 'latin1');
}

function serveHostile({ kind, counter, answers: given }: Orders): void {
  answers = given;
  if (kind === 'lets nobody connect') return serveNobody();
  const sockets = new Set<Socket>();
  let behave: Behaviour = BEHAVIOURS[kind];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
    behave(socket, Atomics.add(counter, 0, 1));
  });
  server.listen(0, '127.0.0.1', () => parentPort?.postMessage(portOf(server)));
  parentPort?.on('message', (next: LivelyKind) => {
    for (const socket of sockets) socket.destroy();
    behave = BEHAVIOURS[next];
    parentPort?.postMessage('done');
  });
}

/** A thread that never turns its loop again accepts nobody, and the system's queue fills up. */
function serveNobody(): void {
  const server = createServer();
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort?.postMessage(portOf(server));
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
  });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port; // a listening TCP server has an address of this kind
}

if (!isMainThread && workerData?.kind !== undefined) serveHostile(workerData as Orders); // posted by startHostile
