// A client that leaves takes its request with it; one that reads slowly makes the backend wait, and loses nothing.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import {
  dialTo,
  HELLO,
  nextTurn,
  OK,
  Recorder,
  requestFor,
  type Script,
  startScript,
  until,
  untilStill,
  type Visit,
} from '../testing/http1-exchange.ts';
import { type Connections, createConnections, type Exchange } from './connections.ts';

const TIMEOUTS = { connectMs: 1000, headersMs: 1000, idleMs: 1000 };

interface Setup extends Script {
  readonly connections: Connections;
  send(recorder?: Recorder): { readonly recorder: Recorder; readonly exchange: Exchange };
}

async function start(t: TestContext, onRequest: (visit: Visit, line: string) => void): Promise<Setup> {
  const script = await startScript(t, onRequest);
  const connections = createConnections({ dial: dialTo(script.origin), now: () => 0 });
  t.after(() => connections.stop());
  const send = (recorder = new Recorder()): ReturnType<Setup['send']> => ({
    recorder,
    exchange: connections.send(requestFor('/'), recorder, TIMEOUTS),
  });
  return { ...script, connections, send };
}

async function assertForgotten(connections: Connections): Promise<void> {
  await until(() => connections.status().busy === 0);
  assert.deepEqual(connections.status(), { busy: 0, idle: 0 });
}

test('a request that is aborted before it is connected is never sent', async (t) => {
  const { send, connections, visits } = await start(t, () => {});
  const { recorder, exchange } = send();
  exchange.abort();
  await assertForgotten(connections);
  assert.deepEqual([recorder.calls, visits.map(({ heard }) => heard).join('')], [[], '']);
});

test('a request that is aborted while it waits is closed, and its handler hears nothing', async (t) => {
  const { send, connections, visit } = await start(t, () => {});
  const { recorder, exchange } = send();
  const backend = await visit(0);
  await until(() => backend.heard !== '');
  exchange.abort();
  await backend.gone;
  await assertForgotten(connections);
  assert.deepEqual(recorder.calls, []);
});

test('a request that is aborted in the middle of a body stops a backend that floods', async (t) => {
  const { send, connections, visit } = await start(t, ({ socket }) => {
    const flood = (): void => {
      while (socket.writable && socket.write('x'.repeat(65_536)));
    };
    socket.on('drain', flood);
    socket.write(`${OK}\r\n`);
    flood();
  });
  const { recorder, exchange } = send();
  await until(() => recorder.dataBytes > 1_000_000);
  exchange.abort();
  const heard = recorder.dataBytes;
  await (await visit(0)).gone;
  await assertForgotten(connections);
  assert.deepEqual([recorder.calls, recorder.dataBytes], [['head 200', 'data'], heard]);
});

const WITHIN = ['onHead', 'onData', 'onReadDone'] as const;

for (const callback of WITHIN)
  test(`a request may be aborted within ${callback}`, async (t) => {
    const { send, connections, visit } = await start(t, ({ socket }) => socket.write(HELLO.slice(0, -1)));
    const recorder = new Recorder();
    const calls: string[] = [];
    for (const each of [...WITHIN, 'onEnd', 'onFailure'] as const)
      recorder[each] = () => {
        calls.push(each);
        if (each === callback) exchange.abort();
      };
    const { exchange } = send(recorder);
    await (await visit(0)).gone;
    await assertForgotten(connections);
    await nextTurn();
    assert.deepEqual(calls, WITHIN.slice(0, WITHIN.indexOf(callback) + 1));
  });

test('an abort that comes too late closes nothing, and no later request', async (t) => {
  const { send, connections, visits } = await start(t, ({ socket }) => socket.write(HELLO));
  const first = new Recorder();
  const { exchange } = send(first);
  const ended = first.onEnd.bind(first);
  first.onEnd = () => {
    ended();
    exchange.abort();
  };
  await first.settled;
  exchange.abort();
  const second = send();
  exchange.abort();
  exchange.pause();
  await second.recorder.settled;
  assert.equal(second.recorder.body, 'hello');
  assert.deepEqual([connections.status(), visits.length], [{ busy: 0, idle: 1 }, 1]);
});

const BODY_BYTES = 100 * 1024 * 1024;
const PIECE_BYTES = 1024 * 1024;

/** Every piece is another one, so that what is lost, doubled or swapped is seen. */
function pieceOf(index: number): Buffer {
  return Buffer.alloc(PIECE_BYTES, `${index}/`);
}

test('a hundred megabytes go to a reader that pauses at every read, whole and no faster than it reads', async (t) => {
  const written = createHash('sha256');
  const { send, visits, connections } = await start(t, ({ socket }) => {
    let sent = 0;
    const pour = (): void => {
      for (let hasRoom = true; hasRoom && sent < BODY_BYTES / PIECE_BYTES; sent++) {
        const piece = pieceOf(sent);
        written.update(piece);
        hasRoom = socket.write(piece);
      }
    };
    socket.on('drain', pour);
    socket.write(`${OK}Content-Length: ${BODY_BYTES}\r\n\r\n`);
    pour();
  });
  const read = createHash('sha256');
  const recorder = new Recorder();
  let [bytes, reads, mostAhead] = [0, 0, 0];
  recorder.onData = (buffer, start, end) => {
    assert.ok(!isPaused, 'read while it was paused');
    read.update(buffer.subarray(start, end));
    bytes += end - start;
  };
  let isPaused = false;
  recorder.onReadDone = () => {
    isPaused = true;
    exchange.pause();
    reads += 1;
    mostAhead = Math.max(
      mostAhead,
      (visits[0]?.socket.bytesWritten ?? 0) - (visits[0]?.socket.writableLength ?? 0) - bytes,
    );
    setImmediate(() => {
      isPaused = false;
      exchange.resume();
    });
  };
  const { exchange } = send(recorder);
  await recorder.settled;
  assert.deepEqual([bytes, read.digest('hex')], [BODY_BYTES, written.digest('hex')]);
  assert.ok(reads > BODY_BYTES / 65_536 / 2, `${reads} reads`);
  // What the system holds between two sockets, and not what the backend could have sent.
  assert.ok(mostAhead < BODY_BYTES / 4, `the backend was ahead by ${mostAhead} bytes`);
  assert.deepEqual(connections.status(), { busy: 0, idle: 1 });
});

test('who pauses and does not resume holds the backend back for as long as that', async (t) => {
  const { send, visit } = await start(t, ({ socket }) => {
    const flood = (): void => {
      while (socket.writable && socket.write(Buffer.alloc(PIECE_BYTES)));
    };
    socket.on('drain', flood);
    socket.write(`${OK}\r\n`);
    flood();
  });
  const { recorder, exchange } = send();
  await recorder.begun;
  exchange.pause();
  const { socket } = await visit(0);
  await untilStill(() => socket.bytesWritten - socket.writableLength + recorder.dataBytes);
  assert.ok(socket.writableNeedDrain, 'the backend waits');
  const read = recorder.dataBytes;
  exchange.resume();
  await until(() => recorder.dataBytes > read + 10 * PIECE_BYTES);
  exchange.abort();
});

for (const callback of WITHIN)
  test(`a reader may pause within ${callback} and resume later`, async (t) => {
    const { send, connections } = await start(t, ({ socket }) => {
      socket.write(`${OK}Content-Length: 10\r\n\r\nhello`);
      setImmediate(() => socket.write('hello'));
    });
    const recorder = new Recorder();
    const inner = recorder[callback].bind(recorder) as (...told: unknown[]) => void; // called with what it was called with
    recorder[callback] = (...told: unknown[]) => {
      inner(...told);
      exchange.pause();
      setImmediate(() => exchange.resume());
    };
    const { exchange } = send(recorder);
    await recorder.settled;
    assert.deepEqual([recorder.body, connections.status()], ['hellohello', { busy: 0, idle: 1 }]);
  });

test('a pause and a resume within one read change nothing', async (t) => {
  const { send, visits } = await start(t, ({ socket }) => {
    socket.write(`${OK}Content-Length: 10\r\n\r\nhello`);
    setImmediate(() => socket.write('hello'));
  });
  const recorder = new Recorder();
  recorder.onReadDone = () => {
    exchange.pause();
    exchange.resume();
  };
  const { exchange } = send(recorder);
  await recorder.settled;
  assert.deepEqual([recorder.body, visits.length], ['hellohello', 1]);
});

test('a pause in the last read does not hold up the next request on the connection', async (t) => {
  const { send, visits } = await start(t, ({ socket }) => socket.write(HELLO));
  for (let count = 0; count < 3; count++) {
    const recorder = new Recorder();
    const onData = recorder.onData.bind(recorder);
    recorder.onData = (...piece) => {
      onData(...piece);
      exchange.pause();
    };
    const { exchange } = send(recorder);
    await recorder.settled;
    assert.equal(recorder.body, 'hello');
  }
  assert.equal(visits.length, 1);
});

test('a backend that closes while its reader pauses is heard to the end', async (t) => {
  const { send } = await start(t, ({ socket }) => socket.end(`${OK}\r\n${'x'.repeat(1_000_000)}`));
  const recorder = new Recorder();
  recorder.onReadDone = () => {
    exchange.pause();
    setImmediate(() => exchange.resume());
  };
  const { exchange } = send(recorder);
  await recorder.settled;
  assert.deepEqual([recorder.calls, recorder.dataBytes], [['head 200', 'data', 'end'], 1_000_000]);
});
