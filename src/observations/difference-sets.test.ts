import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../core/index.ts';
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

test('exchanges are counted by the set of what differs in them, in whatever order it was found', () => {
  const counts = createDifferenceCounts();
  countDifference(counts, different({ fingerprint: 'b' }, { fingerprint: 'a', class: 'value' }));
  countDifference(counts, different({ fingerprint: 'a', class: 'value' }, { fingerprint: 'b' }));
  countDifference(counts, different({ fingerprint: 'a', class: 'value' }));
  assert.deepEqual(listDifferences(counts), [
    { fingerprints: ['a', 'b'], class: 'breaking', bodyless: false, exchanges: 2 },
    { fingerprints: ['a'], class: 'value', bodyless: false, exchanges: 1 },
  ]);
});

test('what is only spelled otherwise belongs to no set', () => {
  const counts = createDifferenceCounts();
  countDifference(counts, different({ fingerprint: 'a' }, { fingerprint: 'z', class: 'cosmetic' }));
  assert.deepEqual(listDifferences(counts)[0]?.fingerprints, ['a']);
});

test('beyond the bound a new set is not listed, and a known one still is', () => {
  const counts = createDifferenceCounts();
  for (let n = 0; n < MAX_SETS.window + 10; n++) countDifference(counts, different({ fingerprint: `f${n}` }));
  countDifference(counts, different({ fingerprint: 'f0' }));
  const listed = listDifferences(counts);
  assert.equal(listed.length, MAX_SETS.window);
  assert.deepEqual([listed[0]?.fingerprints, listed[0]?.exchanges], [['f0'], 2]);
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
    { fingerprints: [finding.fingerprint], class: 'breaking', bodyless: false, exchanges: 3 },
    { fingerprints: [finding.fingerprint], class: 'breaking', bodyless: true, exchanges: 1 },
  ]);
  assert.deepEqual(operation.clusterOf, { [finding.fingerprint]: finding.cluster });
});
