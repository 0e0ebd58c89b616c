import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createFeatureTally, featuresOf, mergeFeatures } from './features.ts';

const headers = [
  'Accept',
  'application/json;q=0.9, */*',
  'Accept-Language',
  'de-DE,de;q=0.8',
  'Cookie',
  'sid=1',
  'X-Tenant-Id',
  'Acme',
  'X-Request-Id',
  '4711',
];

const ALL = { name: (name: string): string => name, value: (): boolean => true };

describe('the features of a request', () => {
  test('are its parameters, who served, and what headers tell of kinds of clients', () => {
    const target = '/things/7?detail=full&q=a%3Cb%3E&flag';
    assert.deepEqual(featuresOf({ method: 'GET', target, headers }, 'legacy', ALL), [
      'method GET',
      'served by legacy',
      '?detail',
      '?detail=full',
      '?q',
      '?flag',
      'with cookie',
      'accept: application/json',
      'accept-language: de-de',
      'x-tenant-id: acme',
    ]);
  });

  test('hold no value that must not be told', () => {
    const features = featuresOf({ method: 'GET', target: '/?token=abc&page=2', headers }, 'legacy', {
      name: () => '*',
      value: () => false,
    });
    assert.deepEqual(features, ['method GET', 'served by legacy', '?*', 'with cookie']);
  });

  test('are bounded, whatever a client sends', () => {
    const names = Array.from({ length: 500 }, (_, n) => `p${n}=1`).join('&');
    const long = featuresOf({ method: 'GET', target: `/?${names}&${'n'.repeat(99)}=1`, headers: [] }, 'legacy', ALL);
    assert.equal(long.length, 2 + 2 * 20);
    assert.deepEqual(featuresOf({ method: 'GET', target: `/?a=${'v'.repeat(99)}`, headers: [] }, 'legacy', ALL), [
      'method GET',
      'served by legacy',
      '?a',
    ]);
  });
});

test('features are counted once for each request, and added up', () => {
  const tally = createFeatureTally();
  tally.add(['a', 'b']);
  tally.add(['a']);
  const counts = tally.close();
  assert.deepEqual(counts, { n: 2, seen: { a: 2, b: 1 } });
  assert.deepEqual(mergeFeatures(counts, { n: 1, seen: { b: 1, c: 1 } }), { n: 3, seen: { a: 2, b: 2, c: 1 } });
});

test('of features without end the first are kept', () => {
  const tally = createFeatureTally();
  tally.add(Array.from({ length: 1_000 }, (_, n) => `f${n}`));
  const counts = tally.close();
  assert.equal(Object.keys(counts.seen).length, 300);
  const merged = mergeFeatures(counts, { n: 1, seen: { f0: 1, other: 1 } });
  assert.deepEqual([merged.seen['f0'], merged.seen['other']], [2, undefined]);
});
