import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { SideResult } from '../core/index.ts';
import { createFakeTime } from '../testing/fake-time.ts';
import { startRawBackend } from '../testing/servers.ts';
import { createReadTurns, TURN_MS } from './read-turns.ts';
import type { Timers } from './timers.ts';
import { createUpstreams, type UpstreamTimeouts } from './upstreams.ts';

test('those that wait have one turn after the other, each a moment after the one before', (t) => {
  const time = createFakeTime(t);
  const turns = createReadTurns(time.timers);
  const had: string[] = [];
  for (const name of ['a', 'b', 'c']) turns.wait(() => void had.push(name));
  assert.equal(had.join(''), '');
  time.advance(TURN_MS);
  assert.equal(had.join(''), 'a');
  turns.wait(() => void had.push('d'));
  for (const expected of ['ab', 'abc', 'abcd']) {
    time.advance(TURN_MS);
    assert.equal(had.join(''), expected);
  }
  turns.wait(() => void had.push('e'));
  time.advance(TURN_MS);
  assert.equal(had.join(''), 'abcde');
});

const TIMEOUTS: UpstreamTimeouts = { connectMs: 1, headersMs: 1, idleMs: 1, totalMs: 0, resolveMs: 1 };
const LENGTH = 1_000_000;
const HEAD = `HTTP/1.1 200 OK\r\nContent-Length: ${LENGTH}\r\n\r\n`;

interface Megabyte {
  readonly likeBytes?: number;
  /** Without them nothing is read on. */
  readonly hasTurns?: boolean;
}

/** A mirrored request to a backend that answers with a megabyte; time moves when it is told to. */
async function askForMegabyte(t: TestContext, { likeBytes, hasTurns = true }: Megabyte = {}) {
  const backend = await startRawBackend(t, (socket) => void socket.once('data', () => pour(socket)));
  const time = createFakeTime(t);
  const shadow = { timeoutMs: 5_000, maxBodyBytes: 2 * LENGTH, connectionsPerSecond: 10 };
  const backends = { legacy: { url: backend.origin }, candidate: undefined };
  const groups = new Map([['', { ...backends, timeouts: TIMEOUTS }]]);
  const { promise: waits, resolve: onWait } = Promise.withResolvers<void>();
  const after: Timers['after'] = (delayMs, run) => {
    onWait();
    return hasTurns ? time.timers.after(delayMs, run) : () => {};
  };
  const upstreams = createUpstreams({ groups, shadow, clock: time.clock, timers: { after } });
  t.after(() => upstreams.stop());
  const headers = ['Host', 'a'];
  const request = { group: undefined, method: 'GET', target: '/', headers, body: undefined };
  const result = upstreams.send(
    'legacy',
    request,
    likeBytes === undefined ? undefined : { bytes: Buffer.alloc(likeBytes), isMeasure: true },
  );
  return { time, result, waits };
}

function pour(socket: Socket): void {
  socket.write(HEAD + 'x'.repeat(LENGTH));
}

/** Gives it turn after turn until it is over. */
async function settle({ time, result }: Awaited<ReturnType<typeof askForMegabyte>>) {
  const next = (): Promise<SideResult | undefined> => Promise.race([result, setImmediate(undefined)]);
  let turns = 0;
  let settled = await next();
  for (; settled === undefined; settled = await next()) {
    time.advance(TURN_MS);
    turns += 1;
    await setImmediate();
  }
  return { turns, settled };
}

test('a long response is read in turns, and is whole', async (t) => {
  const { settled, turns } = await settle(await askForMegabyte(t));
  assert.equal(settled.kind === 'reply' && settled.reply.body.length, LENGTH);
  // A quarter of a megabyte at once, and 64 KiB in each turn, if they are there.
  assert.ok(turns >= 10, `${turns} turns`);
});

test('so is one that is in some proportion to the body that it will be compared with', async (t) => {
  const { settled } = await settle(await askForMegabyte(t, { likeBytes: LENGTH / 10 }));
  assert.equal(settled.kind, 'reply');
});

test('one that is out of all proportion to it is not read to its end', async (t) => {
  const { settled } = await settle(await askForMegabyte(t, { likeBytes: 2_000 }));
  assert.equal(settled.kind === 'failed' && settled.code, 'BODY_OUT_OF_PROPORTION');
});

for (const [title, hasTurns, code] of [
  ['what has no turn until its time is over is no failure of the backend', false, 'HELD_BACK'],
  ['a backend that says no more once it has its turn is late', true, 'PG_TOTAL_TIMEOUT'],
] as const)
  test(title, async (t) => {
    const { time, result, waits } = await askForMegabyte(t, { hasTurns });
    await waits;
    time.advance(5_000);
    const settled = await result;
    assert.equal(settled.kind === 'failed' && settled.code, code);
  });
