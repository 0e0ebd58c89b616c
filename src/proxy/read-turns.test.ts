import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { SideResult } from '../core/index.ts';
import { createFakeTime } from '../testing/fake-time.ts';
import { startRawBackend } from '../testing/servers.ts';
import { createReadTurns } from './read-turns.ts';
import type { Timers } from './timers.ts';
import { createUpstreams, type UpstreamTimeouts } from './upstreams.ts';

test('those that wait have one turn after the other, each a moment after the one before', (t) => {
  const time = createFakeTime(t);
  const turns = createReadTurns(time.timers);
  const had: string[] = [];
  for (const name of ['a', 'b', 'c']) turns.wait(() => void had.push(name));
  assert.equal(had.join(''), '');
  time.advance(1);
  assert.equal(had.join(''), 'a');
  turns.wait(() => void had.push('d'));
  for (const expected of ['ab', 'abc', 'abcd']) {
    time.advance(1);
    assert.equal(had.join(''), expected);
  }
  turns.wait(() => void had.push('e'));
  time.advance(1);
  assert.equal(had.join(''), 'abcde');
});

const TIMEOUTS: UpstreamTimeouts = { connectMs: 1, headersMs: 1, idleMs: 1, totalMs: 0, resolveMs: 1 };
const LENGTH = 1_000_000;
const HEAD = `HTTP/1.1 200 OK\r\nContent-Length: ${LENGTH}\r\n\r\n`;

/** A mirrored request to a backend that answers with a megabyte; time moves when it is told to. */
async function askForMegabyte(t: TestContext) {
  const backend = await startRawBackend(t, (socket) => void socket.once('data', () => pour(socket)));
  const time = createFakeTime(t);
  const shadow = { timeoutMs: 5_000, maxBodyBytes: 2 * LENGTH, connectionsPerSecond: 10 };
  const backends = { legacy: { url: backend.origin }, candidate: undefined };
  const groups = new Map([['', { ...backends, timeouts: TIMEOUTS }]]);
  const { promise: waits, resolve: onWait } = Promise.withResolvers<void>();
  const after: Timers['after'] = (delayMs, run) => {
    onWait();
    return time.timers.after(delayMs, run);
  };
  const upstreams = createUpstreams({ groups, shadow, clock: time.clock, timers: { after } });
  t.after(() => upstreams.stop());
  const headers = ['Host', 'a'];
  const result = upstreams.send('legacy', { group: undefined, method: 'GET', target: '/', headers, body: undefined });
  return { time, result, waits };
}

function pour(socket: Socket): void {
  socket.write(HEAD + 'x'.repeat(LENGTH));
}

async function settledOf(result: Promise<SideResult>): Promise<SideResult | undefined> {
  return Promise.race([result, setImmediate(undefined)]);
}

test('a long response is read in turns, and is whole', async (t) => {
  const { time, result } = await askForMegabyte(t);
  let turns = 0;
  let settled = await settledOf(result);
  for (; settled === undefined; turns += 1) {
    time.advance(1);
    await setImmediate();
    settled = await settledOf(result);
  }
  assert.equal(settled.kind === 'reply' && settled.reply.body.length, LENGTH);
  // A quarter of a megabyte at once, and 64 KiB in each turn, if they are there.
  assert.ok(turns >= 10, `${turns} turns`);
});

test('what has no turn until its time is over is no failure of the backend', async (t) => {
  const { time, result, waits } = await askForMegabyte(t);
  await waits;
  time.advance(5_000);
  const settled = await result;
  assert.equal(settled.kind === 'failed' && settled.code, 'HELD_BACK');
});
