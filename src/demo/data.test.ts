import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { createDataSet, RECORDS } from './data.ts';
import { taskIdOf } from './tasks.ts';
import { formatCents, parseCents } from './trades.ts';

test('the same seed gives the same data', () => {
  // Not deepEqual: it would spend minutes on describing how 900 records differ.
  assert.ok(isDeepStrictEqual(createDataSet(7), createDataSet(7)));
});

test('another seed gives other data under the same ids', () => {
  const [one, two] = [createDataSet(7), createDataSet(8)];
  assert.ok(!isDeepStrictEqual(one.tradeList, two.tradeList));
  assert.deepEqual([...one.trades.keys()], [...two.trades.keys()]);
  assert.deepEqual([...one.tasks.keys()], [...two.tasks.keys()]);
});

test('no two records share an id', () => {
  const data = createDataSet(1);
  for (const records of [data.trades, data.tasks, data.orchestrations]) assert.equal(records.size, RECORDS);
  assert.match(taskIdOf(1), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('an array that a drift puts into another order has different items, at least two', () => {
  const data = createDataSet(1);
  const arrays: readonly (readonly unknown[])[] = [
    ...data.tradeList.map((trade) => trade.tags),
    ...[...data.orchestrations.values()].flatMap(({ orchestration, timeline }) => [orchestration.steps, timeline]),
  ];
  for (const items of arrays) {
    assert.ok(items.length >= 2);
    assert.equal(new Set(items.map((item) => JSON.stringify(item))).size, items.length);
  }
});

test('the fills of a trade add up to its quantity', () => {
  for (const { trade, fills } of createDataSet(3).trades.values()) {
    const filled = fills.reduce((sum, fill) => sum + fill.quantity, 0);
    assert.equal(filled, trade.quantity, trade.reference);
  }
});

test('cents become decimal text and back, below one unit and below zero too', () => {
  for (const [cents, text] of [
    [123_456, '1234.56'],
    [7, '0.07'],
    [0, '0.00'],
    [-50, '-0.50'],
    [-12_345, '-123.45'],
  ] as const) {
    assert.equal(formatCents(cents), text);
    assert.equal(parseCents(text), cents);
  }
});
