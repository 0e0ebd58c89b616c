// Bodies on their way to a backend: whole or not at all, no faster than it reads, and never mistaken for another request.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import {
  dialTo,
  HELLO,
  OK,
  Recorder,
  requestFor,
  type Script,
  startScript,
  until,
  untilStill,
  type Visit,
} from '../testing/http1-exchange.ts';
import { deadOrigin, startRawBackend } from '../testing/servers.ts';
import { type Connections, createConnections, type Exchange } from './connections.ts';
import type { OutgoingRequest } from './exchange.ts';

const TIMEOUTS = { connectMs: 1000, headersMs: 1000, idleMs: 500 };
const CHUNKED = 'transfer-encoding: chunked\r\n\r\n';
const TOO_LARGE = 'HTTP/1.1 413 Content Too Large\r\nContent-Length: 5\r\n\r\nlarge';

interface Setup extends Script {
  readonly clock: { now: number };
  readonly connections: Connections;
  send(
    body: OutgoingRequest['body'],
    declaredBytes?: number,
  ): { readonly recorder: Recorder; readonly exchange: Exchange };
}

async function start(t: TestContext, onBytes?: (visit: Visit) => void, origin?: URL): Promise<Setup> {
  const script = await startScript(t, () => {}, onBytes);
  const clock = { now: 0 };
  const connections = createConnections({ dial: dialTo(origin ?? script.origin), now: () => clock.now });
  t.after(() => connections.stop());
  const send: Setup['send'] = (body, declaredBytes) => {
    const recorder = new Recorder();
    const request = { method: 'POST', target: '/', headers: [], body, declaredBytes };
    return { recorder, exchange: connections.send(request, recorder, TIMEOUTS) };
  };
  return { ...script, clock, connections, send };
}

/** A body whose pieces come when the test says so. */
class Upload implements AsyncIterable<Uint8Array> {
  readonly #pieces: (string | undefined | Error)[] = [];
  #wake: (() => void) | undefined;
  isStarted = false;
  /** Nobody wants more of it. */
  isOver = false;

  constructor(...pieces: readonly (string | Error)[]) {
    this.#pieces.push(...pieces);
  }

  give(piece: string | Error | undefined): this {
    this.#pieces.push(piece);
    this.#wake?.();
    return this;
  }

  end(): this {
    return this.give(undefined);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    this.isStarted = true;
    try {
      for (;;) {
        while (this.#pieces.length === 0)
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        const piece = this.#pieces.shift();
        if (piece === undefined) return;
        if (piece instanceof Error) throw piece;
        yield Buffer.from(piece, 'latin1');
      }
    } finally {
      this.isOver = true;
    }
  }
}

function bodyOf({ heard }: Visit): string {
  return heard.slice(heard.indexOf('\r\n\r\n') + 4);
}

type Row = readonly [
  title: string,
  body: () => OutgoingRequest['body'],
  declaredBytes: number | undefined,
  wire: string,
];

const WHOLE: readonly Row[] = [
  ['collected', () => Buffer.from('hello'), undefined, 'content-length: 5\r\n\r\nhello'],
  ['collected and empty', () => new Uint8Array(), undefined, 'content-length: 0\r\n\r\n'],
  ['streamed', () => new Upload('he', 'llo').end(), undefined, `${CHUNKED}2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n`],
  [
    'streamed with empty pieces',
    () => new Upload('', 'hello', '').end(),
    undefined,
    `${CHUNKED}5\r\nhello\r\n0\r\n\r\n`,
  ],
  ['streamed and empty', () => new Upload().end(), undefined, `${CHUNKED}0\r\n\r\n`],
  ['streamed with its length', () => new Upload('he', '', 'llo').end(), 5, 'content-length: 5\r\n\r\nhello'],
  ['streamed with the length 0', () => new Upload().end(), 0, 'content-length: 0\r\n\r\n'],
];

for (const [title, body, declaredBytes, wire] of WHOLE)
  test(`a body that is ${title} comes through, and its connection is used again`, async (t) => {
    const request = `POST / HTTP/1.1\r\n${wire}`;
    const { send, visits, connections } = await start(t, ({ socket, heard }) => {
      if (heard.endsWith(request)) socket.write(HELLO);
    });
    for (let count = 1; count <= 2; count++) {
      const { recorder } = send(body(), declaredBytes);
      await recorder.settled;
      assert.deepEqual([recorder.calls, visits[0]?.heard], [['head 200', 'data', 'end'], request.repeat(count)]);
    }
    assert.deepEqual([connections.status(), visits.length], [{ busy: 0, idle: 1 }, 1]);
  });

const BROKEN: readonly (readonly [
  title: string,
  upload: () => Upload,
  declaredBytes: number | undefined,
  heard: string,
])[] = [
  ['breaks off', () => new Upload('hello', new Error('gone')), undefined, '5\r\nhello\r\n'],
  ['breaks off before its declared length', () => new Upload('hello', new Error('gone')), 10, 'hello'],
  ['is longer than declared', () => new Upload('hello', 'hello').end(), 7, 'hello'],
  ['is longer than declared by a later piece', () => new Upload('hello', 'x').end(), 5, 'hello'],
  ['is shorter than declared', () => new Upload('hello').end(), 7, 'hello'],
];

for (const [title, upload, declaredBytes, wire] of BROKEN)
  test(`a body that ${title} is not taken for a whole one`, async (t) => {
    const { send, visit, connections } = await start(t);
    const body = upload();
    const { recorder } = send(body, declaredBytes);
    await recorder.settled;
    const backend = await visit(0);
    await backend.gone;
    await until(() => connections.status().busy === 0);
    assert.deepEqual([recorder.calls, body.isOver], [['failure PG_REQUEST_BODY_BROKEN'], true]);
    // What was written before may be there or lost with the connection, and nothing else.
    assert.ok(wire.startsWith(bodyOf(backend)), backend.heard);
    assert.deepEqual(connections.status(), { busy: 0, idle: 0 });
  });

test('nothing is read of a body before there is somebody to send it to', async (t) => {
  const { send } = await start(t, undefined, await deadOrigin());
  const body = new Upload('hello').end();
  const { recorder } = send(body);
  await recorder.settled;
  assert.deepEqual(
    [recorder.calls, recorder.failure?.wasSent, body.isStarted],
    [['failure ECONNREFUSED'], false, false],
  );
});

const EARLY: readonly (readonly [title: string, answer: (visit: Visit) => void])[] = [
  ['leaves the connection open', ({ socket }) => void socket.write(TOO_LARGE)],
  ['ends it', ({ socket }) => void socket.end(TOO_LARGE)],
  ['asks for its end', ({ socket }) => void socket.write(TOO_LARGE.replace('\r\n', '\r\nConnection: close\r\n'))],
];

for (const [title, answer] of EARLY)
  test(`an answer that comes before the body is over is heard, when the backend ${title}`, async (t) => {
    const { send, visit, visits, connections } = await start(t, (backend) => {
      if (bodyOf(backend) !== '') answer(backend);
    });
    const body = new Upload('hello');
    const { recorder } = send(body);
    await recorder.settled;
    assert.deepEqual([recorder.calls, recorder.body], [['head 413', 'data', 'end'], 'large']);
    // The rest of the body would be read as the next request.
    await (await visit(0)).gone;
    await until(() => connections.status().busy === 0);
    assert.deepEqual(connections.status(), { busy: 0, idle: 0 });
    body.give('more');
    await until(() => body.isOver);
    assert.ok(visits[0] && !visits[0].heard.includes('more'));
    assert.equal(recorder.calls.at(-1), 'end');
  });

test('an answer may begin before the body is over, and end behind it', async (t) => {
  const { send, connections } = await start(t, ({ socket, heard }) => {
    if (heard.endsWith('5\r\nhello\r\n')) socket.write(`${OK}Content-Length: 10\r\n\r\nhello`);
    else if (heard.endsWith('0\r\n\r\n')) socket.write('world');
  });
  const body = new Upload('hello');
  const { recorder } = send(body);
  await recorder.begun;
  body.end();
  await recorder.settled;
  assert.deepEqual([recorder.body, connections.status()], ['helloworld', { busy: 0, idle: 1 }]);
});

test('a body that breaks off while its answer comes cuts the answer', async (t) => {
  const { send } = await start(t, ({ socket }) => void socket.write(`${OK}Content-Length: 10\r\n\r\nhello`));
  const body = new Upload('hello');
  const { recorder } = send(body);
  await recorder.begun;
  body.give(new Error('gone'));
  await recorder.settled;
  assert.deepEqual(recorder.calls, ['head 200', 'data', 'failure PG_REQUEST_BODY_BROKEN']);
});

test('an aborted upload reads no more of the body', async (t) => {
  const { send, visit } = await start(t);
  const body = new Upload('hello');
  const { recorder, exchange } = send(body);
  const backend = await visit(0);
  await until(() => bodyOf(backend) !== '');
  exchange.abort();
  await backend.gone;
  body.give('more');
  await until(() => body.isOver);
  assert.deepEqual([recorder.calls, bodyOf(backend)], [[], '5\r\nhello\r\n']);
});

/** A body without end. */
function endless(): { readonly body: AsyncIterable<Uint8Array>; given: number; isOver: boolean } {
  const source = { given: 0, isOver: false, body: pieces() };
  async function* pieces(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        source.given += 1;
        yield Buffer.alloc(1 << 20);
      }
    } finally {
      source.isOver = true;
    }
  }
  return source;
}

test('a backend that never reads is late, and holds only what the system takes', async (t) => {
  const { origin, backend } = await startDeaf(t);
  const { send, clock, connections } = await start(t, undefined, origin);
  const source = endless();
  const { recorder } = send(source.body);
  await untilStill(() => source.given);
  assert.ok(source.given < 32, `${source.given} MiB were taken`);
  clock.now += 1000;
  await recorder.settled;
  assert.deepEqual(recorder.calls, ['failure PG_HEADERS_TIMEOUT']);
  await until(() => source.isOver && connections.status().busy === 0);
  backend()?.destroy();
});

test('a backend that resets while it is waited for is told as what it did', async (t) => {
  const { origin, backend } = await startDeaf(t);
  const { send } = await start(t, undefined, origin);
  const source = endless();
  const { recorder } = send(source.body);
  await untilStill(() => source.given);
  backend()?.resetAndDestroy();
  await recorder.settled;
  assert.match(recorder.calls.join(), /^failure (ECONNRESET|EPIPE)$/);
  await until(() => source.isOver);
});

async function startDeaf(
  t: TestContext,
): Promise<{ readonly origin: URL; readonly backend: () => Socket | undefined }> {
  let deaf: Socket | undefined;
  const { origin } = await startRawBackend(t, (socket) => {
    deaf = socket.pause();
  });
  return { origin, backend: () => deaf };
}

test('a client that is slow to send is not the fault of the backend, whose time begins when it has all', async (t) => {
  const { send, clock, visit, origin } = await start(t);
  const body = new Upload('hello');
  const { recorder } = send(body);
  const backend = await visit(0);
  for (let piece = 1; piece <= 5; piece++) {
    await until(() => backend.heard.split('hello').length > piece);
    clock.now += 10_000;
    await swept(origin);
    body.give('hello');
  }
  await until(() => backend.heard.split('hello').length > 6);
  assert.deepEqual(recorder.calls, []);
  clock.now += 10_000;
  body.end();
  await until(() => backend.heard.endsWith('0\r\n\r\n'));
  clock.now += 999;
  await swept(origin);
  assert.deepEqual(recorder.calls, []);
  clock.now += 1;
  await recorder.settled;
  assert.deepEqual(recorder.calls, ['failure PG_HEADERS_TIMEOUT']);
});

/** Returns when deadlines that have passed have been seen to: its own timer, of the same period, began later than theirs. */
async function swept(silent: URL): Promise<void> {
  const markers = createConnections({ dial: dialTo(silent), now: () => 0 });
  const marker = new Recorder();
  markers.send(requestFor('/'), marker, { connectMs: 1, headersMs: 1, idleMs: 1, totalMs: 0 });
  await marker.settled;
}

const PIECES = 640;

test('a large body goes to a slow backend whole, and no faster than it reads', async (t) => {
  const read = createHash('sha256');
  let bytes = 0;
  const { origin } = await startRawBackend(t, (socket) => {
    let isBody = false;
    socket.on('data', (chunk: Buffer) => {
      const body = isBody ? chunk : chunk.subarray(chunk.indexOf('\r\n\r\n') + 4);
      isBody = true;
      read.update(body);
      bytes += body.length;
      socket.pause();
      setImmediate(() => socket.resume());
      if (bytes === PIECES * 65_536) socket.write(HELLO);
    });
  });
  const { send, connections } = await start(t, undefined, origin);
  const written = createHash('sha256');
  let mostAhead = 0;
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let index = 0; index < PIECES; index++) {
      mostAhead = Math.max(mostAhead, index * 65_536 - bytes);
      const piece = Buffer.alloc(65_536, `${index}/`);
      written.update(piece);
      yield piece;
    }
  }
  const { recorder } = send(pieces(), PIECES * 65_536);
  await recorder.settled;
  assert.deepEqual([recorder.calls.at(-1), read.digest('hex')], ['end', written.digest('hex')]);
  assert.ok(mostAhead < (PIECES * 65_536) / 2, `the client was ahead by ${mostAhead} bytes`);
  assert.deepEqual(connections.status(), { busy: 0, idle: 1 });
});
