import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCountOf, formatNoun, formatTime } from './counts.ts';

test('a count of something says its share, and none of nothing has no share', () => {
  assert.equal(formatCountOf(40, 1204), '40 of 1,204 (3.32 %)');
  assert.equal(formatCountOf(0, 0), '0 of 0');
  assert.deepEqual([formatNoun(1, 'gate'), formatNoun(1200, 'gate')], ['1 gate', '1,200 gates']);
});

test('times are in UTC to the second', () => {
  assert.equal(formatTime('2026-07-31T12:00:05.678Z'), '2026-07-31 12:00:05 UTC');
  assert.equal(formatTime(null), 'never');
});
