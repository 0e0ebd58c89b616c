import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { OpenList } from './open-list.ts';

test('what is open is listed, whatever was closed before it', () => {
  const list = new OpenList<string>();
  const places = ['a', 'b', 'c'].map((item) => list.add(item));
  assert.deepEqual([[...list], list.size], [['a', 'b', 'c'], 3]);
  list.remove(places[1] ?? -1);
  assert.deepEqual([[...list], list.size], [['a', 'c'], 2]);
  list.add('d');
  list.add('e');
  assert.deepEqual([[...list].sort(), list.size], [['a', 'c', 'd', 'e'], 4]);
});

test('an item that is removed while the list is walked through is not met, and the others are', () => {
  const list = new OpenList<string>();
  const places = new Map(['a', 'b', 'c'].map((item) => [item, list.add(item)]));
  const met: string[] = [];
  for (const item of list) {
    met.push(item);
    if (item === 'a') list.remove(places.get('b') ?? -1);
  }
  assert.deepEqual(met, ['a', 'c']);
});

test('what has come and gone does not reach the old generation of the heap', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options?: { type: 'minor' }) => void; // V8's own, which has no type
  const list = new OpenList<object>();
  const before = oldBytes(collect);
  let open: number[] = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    const next = Array.from({ length: OPEN }, () => list.add({ held: new Array(100).fill(turn) }));
    for (const place of open) list.remove(place);
    open = next;
    if (turn % 20 === 0) collect({ type: 'minor' });
  }
  const grownBytes = usedOldBytes() - before;
  assert.equal(list.size, OPEN);
  assert.ok(grownBytes < TURNS * OPEN * 20, `${grownBytes} bytes of ${TURNS * OPEN} items were kept`);
});

const OPEN = 16;
const TURNS = 4_000;

function oldBytes(collect: () => void): number {
  collect();
  collect();
  return usedOldBytes();
}

function usedOldBytes(): number {
  return getHeapSpaceStatistics().find((space) => space.space_name === 'old_space')?.space_used_size ?? Number.NaN;
}
