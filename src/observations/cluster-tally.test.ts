import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster } from '../core/index.ts';
import { recordOf, sampleFinding, sampleObservation } from '../testing/observations.ts';
import { mergeClusters } from './cluster-tally.ts';

const HERE = sampleFinding({ place: '#/p/here' });
const THERE = sampleFinding({ place: '#/p/there' });

/** The clusters of exchanges of which each shows one or both. */
function clustersOf(exchanges: readonly (readonly (typeof HERE)[])[]): readonly Cluster[] {
  return recordOf(exchanges.map((findings) => sampleObservation({ outcome: 'different', findings }))).clusters;
}

/** Two windows of the same clusters as one. */
function merged(earlier: readonly Cluster[], later: readonly Cluster[]): readonly Cluster[] {
  return earlier.map((cluster, index) => {
    const other = later[index];
    assert.equal(other?.id, cluster.id);
    return mergeClusters(cluster, other);
  });
}

function setsOf(clusters: readonly Cluster[]): ReadonlySet<number | undefined> {
  return new Set(clusters.map(({ exchangeSet }) => exchangeSet));
}

test('two causes of the very same exchanges are of one set, over windows as well', () => {
  const both = [HERE, THERE];
  assert.equal(setsOf(clustersOf([both, both, both])).size, 1);
  assert.equal(setsOf(merged(clustersOf([both, both]), clustersOf([both]))).size, 1);
});

test('as many exchanges are not the same exchanges', () => {
  assert.equal(setsOf(clustersOf([[HERE], [THERE]])).size, 2);
  assert.equal(setsOf(merged(clustersOf([[HERE, THERE]]), clustersOf([[HERE], [THERE]]))).size, 2);
});

test('a finding that stands twice in an exchange counts it once', () => {
  assert.equal(setsOf(clustersOf([[HERE, HERE, THERE]])).size, 1);
});

const transformed = (...transforms: string[]) => sampleFinding({ transforms });

test('what explains all findings explains the cause, and what explains some of them does not', () => {
  const explained = (exchanges: readonly (readonly (typeof HERE)[])[]) => clustersOf(exchanges)[0]?.transforms;
  assert.deepEqual(explained([[transformed('a', 'b')], [transformed('b', 'c')]]), ['b']);
  assert.deepEqual(explained([[transformed('a')], [transformed('c')], [transformed('a')]]), []);
  assert.deepEqual(explained([[sampleFinding()], [transformed('a')]]), []);
});

test('so it is over windows, and a cluster of a store that knew of none has none', () => {
  const [one] = clustersOf([[transformed('a', 'b')]]);
  const [two] = clustersOf([[transformed('b')]]);
  assert.ok(one && two);
  assert.deepEqual(mergeClusters(one, two).transforms, ['b']);
  const { transforms: _, exchangeSet: __, ...older } = one;
  assert.deepEqual(mergeClusters(older, two).transforms, []);
  assert.equal(mergeClusters(older, two).exchangeSet, undefined, 'nobody knows which exchanges those were');
});
