import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createNovelty } from './novelty.ts';

test('each id of a thing is told once, and again after ten minutes', () => {
  const clock = { ms: 0 };
  const novelty = createNovelty(() => clock.ms);
  assert.deepEqual(novelty('a', ['1', '2']), ['1', '2']);
  assert.deepEqual(novelty('a', ['2', '3']), ['3']);
  assert.deepEqual(novelty('b', ['2']), ['2']);
  clock.ms = 600_000;
  assert.deepEqual(novelty('a', ['1']), ['1']);
});
