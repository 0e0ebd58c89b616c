import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCount, formatCountOf, formatMs, formatNoun, formatShare, formatTime } from './numbers.ts';

test('only none is 0 % and only all is 100 %', () => {
  assert.deepEqual([0, 1e-7, 0.0005, 0.0025, 0.1234, 0.9987, 0.99999999, 1].map(formatShare), [
    '0 %',
    '<0.001 %',
    '0.05 %',
    '0.25 %',
    '12.3 %',
    '99.87 %',
    '>99.99 %',
    '100 %',
  ]);
});

test('counts are grouped, times keep the digits that matter', () => {
  assert.equal(formatCount(1234567), '1,234,567');
  assert.deepEqual([0.123, 12.34, 1234.5].map(formatMs), ['0.12 ms', '12.3 ms', '1,235 ms']);
});

test('a count of something says its share, and none of nothing has no share', () => {
  assert.equal(formatCountOf(40, 1204), '40 of 1,204 (3.32 %)');
  assert.equal(formatCountOf(0, 0), '0 of 0');
  assert.deepEqual([formatNoun(1, 'gate'), formatNoun(1200, 'gate')], ['1 gate', '1,200 gates']);
});

test('times are in UTC to the second', () => {
  assert.equal(formatTime('2026-07-31T12:00:05.678Z'), '2026-07-31 12:00:05 UTC');
  assert.equal(formatTime(null), 'never');
});
