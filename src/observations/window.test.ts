import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Cluster, OUTCOMES, UNCOMPARED_REASONS } from '../core/index.ts';
import { recordOf, sampleFinding, sampleObservation } from '../testing/observations.ts';
import { createWindow, MAX_CLUSTERS_PER_WINDOW, type OperationRecord, type WindowRecord } from './window.ts';

function onlyOperation(record: WindowRecord): OperationRecord {
  const [operation, ...others] = record.operations;
  assert.ok(operation);
  assert.deepEqual(others, []);
  return operation;
}

function onlyCluster(record: WindowRecord): Cluster {
  const [cluster, ...others] = record.clusters;
  assert.ok(cluster);
  assert.deepEqual(others, []);
  return cluster;
}

describe('a window', () => {
  test('is empty until something arrives', () => {
    const window = createWindow(0);
    assert.equal(window.isEmpty(), true);
    window.arrived('getTrade', undefined);
    assert.equal(window.isEmpty(), false);
  });

  test('counts outcomes and reasons that sum to the arrivals', () => {
    const ended = [
      ...OUTCOMES.filter((outcome) => outcome !== 'uncompared').map((outcome) => sampleObservation({ outcome })),
      ...UNCOMPARED_REASONS.map((reason) => sampleObservation({ outcome: 'uncompared', reason })),
    ];
    const { counts } = onlyOperation(recordOf(ended));
    const sum = (numbers: object): number => Object.values(numbers).reduce((total, count) => total + count, 0);
    assert.equal(counts.eligible, OUTCOMES.length - 1 + UNCOMPARED_REASONS.length);
    assert.equal(sum(counts.outcomes), counts.eligible);
    assert.equal(sum(counts.uncompared), counts.outcomes.uncompared);
    assert.deepEqual(new Set(Object.values(counts.uncompared)), new Set([1]));
  });

  test('counts errors, conformance, pairs, service and fallbacks by side', () => {
    const { counts } = onlyOperation(
      recordOf([
        sampleObservation(),
        sampleObservation({ candidate: { error: 'ECONNREFUSED', totalMs: 1 }, outcome: 'candidate-error' }),
        sampleObservation({ legacy: { status: 500, error: 'HTTP_500' }, served: 'candidate', outcome: 'legacy-error' }),
        sampleObservation({ candidate: undefined, outcome: 'uncompared', reason: 'sampled-out', fellBack: true }),
        sampleObservation({ legacy: { error: 'TIMEOUT' }, candidate: { error: 'TIMEOUT' }, outcome: 'legacy-error' }),
        sampleObservation({ candidate: { status: 200, conformance: 'violates' } }),
        sampleObservation({ candidate: { status: 200, conformance: 'unchecked' } }),
      ]),
    );
    assert.deepEqual(counts.legacy, { requests: 7, errors: 2, conforms: 5, violates: 0 });
    assert.deepEqual(counts.candidate, { requests: 6, errors: 2, conforms: 2, violates: 1 });
    // What fails on both sides is no pair to judge either by.
    assert.deepEqual([counts.paired, counts.onlyLegacyFailed, counts.onlyCandidateFailed], [5, 1, 1]);
    assert.deepEqual(counts.served, { legacy: 6, candidate: 1 });
    assert.equal(counts.fallbacks, 1);
  });

  test('counts matches without a body apart, and the failure of a serving candidate without its pair', () => {
    const { counts } = onlyOperation(
      recordOf([
        sampleObservation({ method: 'HEAD', bodyless: true }),
        sampleObservation({ method: 'HEAD', bodyless: true, outcome: 'different' }),
        sampleObservation({
          legacy: undefined,
          candidate: { error: 'ECONNRESET' },
          served: 'candidate',
          outcome: 'candidate-error',
        }),
        sampleObservation({ legacy: { error: 'ECONNRESET' }, candidate: undefined, outcome: 'legacy-error' }),
      ]),
    );
    assert.equal(counts.bodyless, 1);
    assert.deepEqual([counts.paired, counts.onlyLegacyFailed, counts.onlyCandidateFailed], [3, 0, 1]);
  });

  test('counts a different exchange once, under the class of its worst finding', () => {
    const findings = [sampleFinding({ class: 'cosmetic' }), sampleFinding({ class: 'value' })];
    const { counts } = onlyOperation(
      recordOf([
        sampleObservation({ outcome: 'different', findings }),
        sampleObservation({ outcome: 'accepted', findings }),
        sampleObservation({ outcome: 'different' }),
      ]),
    );
    const expected = { cosmetic: 0, additive: 0, value: 1, undocumented: 0, inconclusive: 1, breaking: 0 };
    assert.deepEqual(counts.classes, expected);
  });

  test('is data that survives a structured clone, and does not end before it began', () => {
    const record = recordOf([sampleObservation({ outcome: 'different', findings: [sampleFinding()] })], 1000, 400);
    assert.deepEqual(structuredClone(record), record);
    assert.equal(record.toMs, 1000);
    const sketch = record.operations[0]?.legacyLatency;
    assert.equal(sketch?.buffer.byteLength, sketch?.byteLength, 'a view into a larger buffer would be cloned whole');
  });

  test('counts names that objects have of themselves like any other', () => {
    const findings = [sampleFinding()];
    const record = recordOf(
      ['__proto__', 'constructor', '__proto__'].map((operationId) =>
        sampleObservation({ operationId, findings, outcome: 'different' }),
      ),
    );
    assert.deepEqual(Object.entries(onlyCluster(record).operations), [
      ['__proto__', 2],
      ['constructor', 1],
    ]);
    assert.equal(record.operations.find(({ operationId }) => operationId === '__proto__')?.counts.eligible, 2);
  });
});

describe('a cluster of a window', () => {
  test('counts an exchange once however many of its findings share the cause', () => {
    const findings = [sampleFinding({ count: 3 }), sampleFinding({ at: '/other/id' })];
    const cluster = onlyCluster(
      recordOf([
        sampleObservation({ at: 50, outcome: 'different', findings }),
        sampleObservation({ at: 20, outcome: 'accepted', operationId: 'listTrades', findings: [sampleFinding()] }),
      ]),
    );
    assert.equal(cluster.exchanges, 2);
    assert.equal(cluster.findings, 5);
    assert.deepEqual(cluster.outcomes, { different: 1, accepted: 1 });
    assert.deepEqual(cluster.operations, { getTrade: 1, listTrades: 1 });
    assert.deepEqual([cluster.firstSeenMs, cluster.lastSeenMs], [20, 50]);
    assert.equal(cluster.exemplars.length, 2);
  });

  test('tells apart what one exchange shows of two causes', () => {
    const findings = [sampleFinding(), sampleFinding({ place: '#/p/price' }), sampleFinding()];
    const { clusters } = recordOf([sampleObservation({ outcome: 'different', findings })]);
    assert.deepEqual(
      clusters.map(({ place, exchanges, findings: count }) => [place, exchanges, count]),
      [
        ['#/p/id', 1, 2],
        ['#/p/price', 1, 1],
      ],
    );
  });

  test('keeps an exemplar as the exchange showed it', () => {
    const finding = sampleFinding({ at: '/items/0/id', legacy: undefined, candidate: null });
    const observation = sampleObservation({
      candidate: { error: 'TIMEOUT' },
      outcome: 'different',
      findings: [finding],
    });
    assert.deepEqual(onlyCluster(recordOf([observation])).exemplars, [
      {
        at: 1000,
        operationId: 'getTrade',
        method: 'GET',
        target: '/trades/1',
        served: 'legacy',
        statuses: { legacy: 200, candidate: null },
        pointer: '/items/0/id',
        legacy: undefined,
        candidate: null,
      },
    ]);
  });

  test('keeps five exemplars, of different requests and operations where it can', () => {
    const seen: readonly [operationId: string, target: string][] = [
      ...new Array<[string, string]>(5).fill(['getTrade', '/trades/1']),
      ['getTrade', '/trades/2'],
      ['getTrade', '/trades/3'],
      ['getTrade', '/trades/4'],
      ['getTrade', '/trades/5'],
      ['getTrade', '/trades/6'],
      ['listTrades', '/trades'],
    ];
    const observations = seen.map(([operationId, target]) =>
      sampleObservation({ operationId, target, outcome: 'different', findings: [sampleFinding()] }),
    );
    const targets = onlyCluster(recordOf(observations)).exemplars.map(({ target }) => target);
    assert.deepEqual(targets.toSorted(), ['/trades', '/trades/1', '/trades/3', '/trades/4', '/trades/5']);
  });

  test('holds at most 50 fingerprints', () => {
    const findings = Array.from({ length: 60 }, (_, n) => sampleFinding({ fingerprint: `f${n}` }));
    const cluster = onlyCluster(recordOf([sampleObservation({ outcome: 'different', findings })]));
    assert.equal(cluster.fingerprints.length, 50);
    assert.equal(cluster.findings, 60);
  });

  test('survives values that are no JSON', () => {
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    const findings = [sampleFinding({ legacy: cyclic, candidate: 10n })];
    const [exemplar] = onlyCluster(recordOf([sampleObservation({ outcome: 'different', findings })])).exemplars;
    assert.equal(exemplar?.legacy, '(not representable as JSON)');
    assert.equal(exemplar?.candidate, '(not representable as JSON)');
  });

  test('is counted beside the clusters when there are too many, and known ones go on counting', () => {
    const places = Array.from({ length: MAX_CLUSTERS_PER_WINDOW + 7 }, (_, n) => `#/p/${n}`);
    const findings = [...places, '#/p/0'].map((place) => sampleFinding({ place, count: 2 }));
    const record = recordOf([sampleObservation({ outcome: 'different', findings })]);
    assert.equal(record.clusters.length, MAX_CLUSTERS_PER_WINDOW);
    assert.equal(record.unclusteredFindings, 14);
    assert.equal(record.clusters[0]?.findings, 4);
  });
});
