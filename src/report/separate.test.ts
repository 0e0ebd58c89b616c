import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeatureCounts } from '../core/index.ts';
import { separatorOf, separatorText } from './separate.ts';

function separator(shown: FeatureCounts, agreeing: FeatureCounts) {
  return separatorOf({ features: shown, operations: { getA: shown.n } }, [
    { operationId: 'getA', features: agreeing },
    // Another operation says nothing about this one.
    { operationId: 'getB', features: { n: 1_000, seen: { '?detail': 1_000 } } },
  ]);
}

test('what nearly all have that show it, and few that agree, sets them apart', () => {
  const found = separator(
    { n: 40, seen: { '?detail': 40, '?page': 20 } },
    { n: 120, seen: { '?detail': 3, '?page': 60 } },
  );
  assert.deepEqual(found, { feature: '?detail', shown: { k: 40, n: 40 }, agreeing: { k: 3, n: 120 } });
  assert.equal(separatorText(found), '?detail: 40 of 40 that show it, 3 of 120 that agree');
});

test('what none have that show it sets them apart as well', () => {
  const found = separator({ n: 40, seen: {} }, { n: 120, seen: { 'with cookie': 119 } });
  assert.deepEqual(found?.shown, { k: 0, n: 40 });
});

test('what both have as often sets nothing apart', () => {
  assert.equal(separator({ n: 40, seen: { '?page': 30 } }, { n: 120, seen: { '?page': 61 } }), null);
});

test('few requests on either side tell nothing', () => {
  assert.equal(separator({ n: 19, seen: { '?a': 19 } }, { n: 120, seen: {} }), null);
  assert.equal(separator({ n: 40, seen: { '?a': 40 } }, { n: 19, seen: {} }), null);
  assert.equal(separatorOf({ operations: { getA: 40 } }, []), null);
});
