import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pairLines } from './line-diff.ts';
import { valueLines } from './value-lines.ts';

function rows(legacy: readonly string[], candidate: readonly string[]): readonly string[] {
  return pairLines(legacy, candidate).map(
    (row) => `${row.legacy ?? ''}${row.isSame ? '=' : '≠'}${row.candidate ?? ''}`,
  );
}

test('a changed line stands beside what it became, lines on one side only beside nothing', () => {
  assert.deepEqual(rows(['a', 'b', 'c'], ['a', 'x', 'c', 'd']), ['a=a', 'b≠x', 'c=c', '≠d']);
  assert.deepEqual(rows(['a', 'b', 'c'], ['b']), ['a≠', 'b=b', 'c≠']);
  assert.deepEqual(rows([], ['b']), ['≠b']);
  assert.deepEqual(rows([], []), []);
});

test('the comma before a further line is no difference', () => {
  assert.deepEqual(rows(valueLines({ a: 1 }), valueLines({ a: 1, b: 2 })), [
    '{={',
    '  "a": 1=  "a": 1,',
    '≠  "b": 2',
    '}=}',
  ]);
});

test('texts too long to be aligned are paired by number', () => {
  const long = Array.from({ length: 400 }, (_, index) => `line ${index}`);
  assert.equal(rows(long, long.with(7, 'other'))[7], 'line 7≠other');
  assert.equal(rows(long, []).length, 400);
});

test('a value of many lines is cut and says so', () => {
  const lines = valueLines(Array(1000).fill(1));
  assert.deepEqual([lines.length, lines.at(-1)], [201, '… 802 more lines']);
  assert.deepEqual(valueLines(undefined), []);
});
