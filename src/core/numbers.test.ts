import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCount, formatMs, formatShare } from './numbers.ts';

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
