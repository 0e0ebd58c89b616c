import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLane } from './lane.ts';

function setUp(
  concurrency: number,
  queue: number,
): { lane: ReturnType<typeof createLane<string>>; begun: string[]; finish: (task: string) => void } {
  const begun: string[] = [];
  const running = new Map<string, () => void>();
  const lane = createLane<string>({ concurrency, queue }, (task) => {
    begun.push(task);
    return new Promise((resolve) => running.set(task, resolve));
  });
  return { lane, begun, finish: (task) => running.get(task)?.() };
}

/** Until what was finished has made room, and what waited has begun. */
async function turn(): Promise<void> {
  for (let turns = 0; turns < 2; turns++) await new Promise((resolve) => setImmediate(resolve));
}

test('so many run, so many wait, the rest is dropped', () => {
  const { lane, begun } = setUp(2, 1);
  assert.deepEqual(
    ['a', 'b', 'c', 'd', 'e'].map((task) => lane.offer(task)),
    [true, true, true, false, false],
  );
  assert.deepEqual(begun, ['a', 'b']);
  assert.deepEqual(lane.status(), { inFlight: 2, queued: 1 });
});

test('what waits begins when a place is free, in order', async () => {
  const { lane, begun, finish } = setUp(1, 2);
  for (const task of ['a', 'b', 'c']) lane.offer(task);
  finish('a');
  await turn();
  assert.deepEqual(begun, ['a', 'b']);
  finish('b');
  await turn();
  assert.deepEqual(begun, ['a', 'b', 'c']);
});

test('those that waited begin before those that come later, and each in a turn of its own', async () => {
  const begun: string[] = [];
  const lane = createLane<string>({ concurrency: 1, queue: 9 }, async (task) => void begun.push(task));
  for (const task of ['a', 'b', 'c']) lane.offer(task);
  await Promise.resolve();
  await Promise.resolve();
  assert.deepEqual(begun, ['a'], 'what is done at once leaves the turn to live requests');
  lane.offer('d');
  for (let turns = 0; turns < 4; turns++) await turn();
  assert.deepEqual(begun, ['a', 'b', 'c', 'd']);
});

test('a place that was taken meanwhile is not given away twice', async () => {
  const finish: (() => void)[] = [];
  const lane = createLane<string>({ concurrency: 2, queue: 9 }, (task) => {
    // `d` takes the second free place before its turn comes, and `e` has to wait.
    if (task === 'c') for (const later of ['d', 'e']) lane.offer(later);
    return new Promise((resolve) => finish.push(resolve));
  });
  for (const task of ['a', 'b', 'c']) lane.offer(task);
  for (const end of finish.splice(0)) end();
  await turn();
  assert.deepEqual(lane.status(), { inFlight: 2, queued: 1 });
  for (const end of finish.splice(0)) end();
  await turn();
  assert.deepEqual(lane.status(), { inFlight: 1, queued: 0 });
});

test('stopping waits for what runs, and returns what never began', async () => {
  const { lane, begun, finish } = setUp(1, 2);
  for (const task of ['a', 'b', 'c']) lane.offer(task);
  const stopped = lane.stop(10_000);
  assert.equal(lane.offer('d'), false);
  finish('a');
  assert.deepEqual([...(await stopped)], ['b', 'c']);
  assert.deepEqual(begun, ['a'], 'nothing begins while stopping');
});

test('stopping does not wait longer than its grace', async () => {
  const { lane } = setUp(1, 0);
  lane.offer('a');
  assert.deepEqual([...(await lane.stop(5))], []);
});
