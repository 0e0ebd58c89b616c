import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DifferenceKind, Finding } from '../core/index.ts';
import { BINDING, recordOf, sampleFinding, sampleObservation, storePath } from '../testing/observations.ts';
import {
  addDifferences,
  countDifference,
  createDifferenceCounts,
  listDifferences,
  MAX_SETS,
} from './difference-sets.ts';
import { openStore } from './store.ts';

function different(...findings: readonly Partial<Finding>[]) {
  return sampleObservation({ outcome: 'different', findings: findings.map(sampleFinding) });
}

function at(fingerprint: string, pointer: string | undefined = '/id'): DifferenceKind {
  return { fingerprint, pointer };
}

test('exchanges are counted by the set of what differs in them, in whatever order it was found', () => {
  const counts = createDifferenceCounts();
  countDifference(counts, different({ fingerprint: 'b' }, { fingerprint: 'a', class: 'value' }));
  countDifference(counts, different({ fingerprint: 'a', class: 'value' }, { fingerprint: 'b' }));
  countDifference(counts, different({ fingerprint: 'a', class: 'value' }));
  assert.deepEqual(listDifferences(counts), [
    { kinds: [at('a'), at('b')], class: 'breaking', bodyless: false, exchanges: 2 },
    { kinds: [at('a')], class: 'value', bodyless: false, exchanges: 1 },
  ]);
});

test('one kind in two places is told by both, whatever a name in them is made of', () => {
  const counts = createDifferenceCounts();
  const odd = '/a b,c@d%/\ud800/é';
  countDifference(counts, different({ fingerprint: 'a', pointers: ['/total', odd] }));
  countDifference(counts, different({ fingerprint: 'a', pointers: [odd, '/total'] }));
  const total = createDifferenceCounts();
  addDifferences(total, counts);
  const [set, ...more] = listDifferences(total);
  assert.deepEqual(more, []);
  assert.equal(set?.exchanges, 2);
  assert.deepEqual(set?.kinds, [at('a', odd.toWellFormed()), at('a', '/total')]);
});

test('what stands in more places than are told apart is told by its fingerprints alone', () => {
  const counts = createDifferenceCounts();
  const many = (name: string) => Array.from({ length: 20 }, (_, n) => `/${name}${n}`);
  countDifference(
    counts,
    different(...['a', 'b', 'c', 'd'].map((fingerprint) => ({ fingerprint, pointers: many(fingerprint) }))),
  );
  assert.deepEqual(
    listDifferences(counts)[0]?.kinds,
    ['a', 'b', 'c', 'd'].map((fingerprint) => at(fingerprint, '…')),
  );
});

test('a set that an earlier version stored has no pointers', () => {
  const total = createDifferenceCounts();
  addDifferences(total, { listed: 1, sets: { 'value - f1,f2': 3 }, clusters: { f1: 'C-1', f2: 'C-2' } });
  assert.deepEqual(listDifferences(total), [
    {
      kinds: [
        { fingerprint: 'f1', pointer: undefined },
        { fingerprint: 'f2', pointer: undefined },
      ],
      class: 'value',
      bodyless: false,
      exchanges: 3,
    },
  ]);
});

test('what is only spelled otherwise belongs to no set', () => {
  const counts = createDifferenceCounts();
  countDifference(counts, different({ fingerprint: 'a' }, { fingerprint: 'z', class: 'cosmetic' }));
  assert.deepEqual(listDifferences(counts)[0]?.kinds, [at('a')]);
});

test('beyond the bound a new set is not listed, and a known one still is', () => {
  const counts = createDifferenceCounts();
  for (let n = 0; n < MAX_SETS.window + 10; n++) countDifference(counts, different({ fingerprint: `f${n}` }));
  countDifference(counts, different({ fingerprint: 'f0' }));
  const listed = listDifferences(counts);
  assert.equal(listed.length, MAX_SETS.window);
  assert.deepEqual([listed[0]?.kinds, listed[0]?.exchanges], [[at('f0')], 2]);
  assert.equal(Object.keys(counts.clusters).length, MAX_SETS.window);
});

test('who differs in everything is in no set', () => {
  const counts = createDifferenceCounts();
  const all = Array.from({ length: 65 }, (_, n) => ({ fingerprint: `f${n}` }));
  countDifference(counts, different(...all));
  assert.deepEqual(listDifferences(counts), []);
});

test('a window of an earlier version, which has no sets, adds nothing', () => {
  const counts = createDifferenceCounts();
  addDifferences(counts, undefined);
  assert.deepEqual(listDifferences(counts), []);
});

test('the evidence has the sets of all windows, each with the clusters that it names', () => {
  const store = openStore({ path: storePath() });
  const finding = sampleFinding();
  const exchange = sampleObservation({ outcome: 'different', findings: [finding] });
  const head = sampleObservation({ outcome: 'different', findings: [finding], bodyless: true });
  store.recordWindow(BINDING, recordOf([exchange, exchange, sampleObservation()]));
  store.recordWindow(BINDING, recordOf([exchange, head], 2000));
  const [operation] = store.readEvidence(BINDING).operations;
  store.close();
  assert.deepEqual(operation?.differences, [
    { kinds: [at(finding.fingerprint)], class: 'breaking', bodyless: false, exchanges: 3 },
    { kinds: [at(finding.fingerprint)], class: 'breaking', bodyless: true, exchanges: 1 },
  ]);
  assert.deepEqual(operation.clusterOf, { [finding.fingerprint]: finding.cluster });
});
