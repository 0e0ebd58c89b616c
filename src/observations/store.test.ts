import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { Distribution, Evidence, Observation } from '../core/index.ts';
import { BINDING, recordOf, sampleFinding, sampleObservation, storePath } from '../testing/observations.ts';
import { BASELINE_REQUESTS } from './evidence-fold.ts';
import { openStore, type Store } from './store.ts';
import type { WindowRecord } from './window.ts';

function openTestStore(context: TestContext): Store {
  const store = openStore({ path: storePath() });
  context.after(() => store.close());
  return store;
}

function evidenceOf(context: TestContext, records: readonly WindowRecord[]): Evidence {
  const store = openTestStore(context);
  for (const record of records) store.recordWindow(BINDING, record);
  return store.readEvidence();
}

/** Distributions are functions; these are what they say. */
function spoken(distribution: Distribution): readonly number[] {
  const { n } = distribution;
  return [n, ...[0, 0.5, 0.95, 0.99, 1].map((q) => distribution.quantileMs(q)), distribution.countAbove(15)];
}

function mixedTraffic(): readonly Observation[] {
  return Array.from({ length: 1000 }, (_, n) =>
    sampleObservation({
      at: 1000 + n,
      operationId: n % 3 === 0 ? 'listTrades' : 'getTrade',
      outcome: n % 10 === 0 ? 'different' : 'equal',
      findings: n % 10 === 0 ? [sampleFinding()] : [],
      legacy: { status: 200, totalMs: 1 + (n % 97), conformance: 'conforms' },
      candidate: n % 50 === 0 ? { error: 'HTTP_500', totalMs: 2 } : { status: 200, totalMs: 5 + (n % 41) },
    }),
  );
}

describe('the evidence of a store', () => {
  test('of two windows is what one window of both would give, latencies included', (context) => {
    const traffic = mixedTraffic();
    const whole = evidenceOf(context, [recordOf(traffic, 1000, 3000)]);
    const halves = [recordOf(traffic.slice(0, 400), 1000, 2000), recordOf(traffic.slice(400), 2000, 3000)];
    const merged = evidenceOf(context, halves);
    // What is judged starts after the window that completes the baseline, so it does depend on the windows.
    const comparable = (evidence: Evidence) => ({
      ...evidence,
      operations: evidence.operations.map(({ baseline, judged, legacy, candidate, ...counts }) => ({
        ...counts,
        legacy: { ...legacy, latency: spoken(legacy.latency) },
        candidate: { ...candidate, latency: spoken(candidate.latency) },
      })),
    });
    assert.deepEqual(comparable(merged), comparable(whole));
    const [getTrade, listTrades] = merged.operations;
    assert.deepEqual([getTrade?.operationId, getTrade?.eligible], ['getTrade', 666]);
    assert.deepEqual([listTrades?.operationId, listTrades?.eligible], ['listTrades', 334]);
    assert.deepEqual([merged.fromMs, merged.toMs], [1000, 3000]);
    assert.equal(getTrade?.pairsPerSecond, 333);
    assert.equal(getTrade?.candidate.errors, 13);
  });

  test('freezes legacy as baseline until it carries a p99, and judges the candidate only after that', (context) => {
    const before = (totalMs: number, length: number) =>
      Array.from({ length }, () => sampleObservation({ legacy: { totalMs }, candidate: { totalMs: totalMs * 2 } }));
    const evidence = evidenceOf(context, [
      recordOf(before(10, BASELINE_REQUESTS - 1), 0),
      recordOf(before(30, 5), 1000),
      recordOf(before(50, 7), 2000),
      recordOf(before(70, 9), 3000),
    ]);
    const { baseline, judged, legacy } = evidence.operations[0] ?? assert.fail();
    assert.equal(baseline.n, BASELINE_REQUESTS + 4);
    assert.equal(baseline.countAbove(20), 5);
    assert.equal(judged.n, 16);
    assert.equal(judged.countAbove(120), 9);
    assert.equal(legacy.latency.n, BASELINE_REQUESTS + 20);
  });

  test('takes the windows in the order of their time, whenever they were written', (context) => {
    const legacyAt = (totalMs: number) =>
      Array.from({ length: BASELINE_REQUESTS }, () => sampleObservation({ legacy: { totalMs } }));
    const evidence = evidenceOf(context, [recordOf(legacyAt(90), 5000), recordOf(legacyAt(10), 1000)]);
    assert.equal(evidence.operations[0]?.baseline.countAbove(50), 0);
    assert.deepEqual([evidence.fromMs, evidence.toMs], [1000, 6000]);
  });

  test('is empty for a binding without windows', (context) => {
    const store = openTestStore(context);
    assert.equal(store.latestBinding(), undefined);
    assert.deepEqual(store.readEvidence(), {
      binding: { contract: 'unknown', rules: 'unknown', build: 'unknown' },
      fromMs: 0,
      toMs: 0,
      operations: [],
    });
    assert.deepEqual(store.readEvidence(BINDING).operations, []);
    assert.deepEqual(store.readClusters(), []);
  });

  test('starts again with a new binding, also before anything is recorded under it', (context) => {
    const store = openTestStore(context);
    const next = { ...BINDING, build: 'b2' };
    store.beginBinding(BINDING);
    store.recordWindow(BINDING, recordOf([sampleObservation({ outcome: 'different', findings: [sampleFinding()] })]));
    store.beginBinding(next);
    store.recordWindow(BINDING, recordOf([sampleObservation()]));
    assert.deepEqual(store.latestBinding(), next);
    assert.deepEqual(store.readEvidence().operations, []);
    assert.deepEqual(store.readClusters(), []);
    assert.equal(store.readEvidence(BINDING).operations[0]?.eligible, 2);
    store.beginBinding(BINDING);
    assert.deepEqual(store.latestBinding(), BINDING);
    assert.equal(store.readClusters().length, 1);
  });
});

describe('a store', () => {
  test('takes a record once, however often it is offered', (context) => {
    const store = openTestStore(context);
    const record = recordOf([sampleObservation({ outcome: 'different', findings: [sampleFinding()] })]);
    store.recordWindow(BINDING, record);
    store.recordWindow(BINDING, record);
    assert.equal(store.readEvidence().operations[0]?.eligible, 1);
    assert.equal(store.readClusters()[0]?.exchanges, 1);
  });

  test('keeps everything over a restart', (context) => {
    const path = storePath();
    const writing = openStore({ path });
    writing.recordWindow(BINDING, recordOf(mixedTraffic()));
    const before = [writing.readClusters(), writing.readEvidence().operations.map(({ outcomes }) => outcomes)];
    writing.close();
    const reading = openStore({ path, readOnly: true });
    context.after(() => reading.close());
    assert.deepEqual(
      [reading.readClusters(), reading.readEvidence().operations.map(({ outcomes }) => outcomes)],
      before,
    );
  });

  test('merges a cluster with what it holds of it, and gives the most frequent first', (context) => {
    const store = openTestStore(context);
    const seen = (at: number, changes: Partial<Observation>, finding = sampleFinding()) =>
      sampleObservation({ at, outcome: 'different', findings: [finding], ...changes });
    const rare = sampleFinding({ place: '#/p/price' });
    store.recordWindow(BINDING, recordOf([seen(5, {}, rare), seen(10, {}), seen(12, { target: '/trades/2' })]));
    const worse = sampleFinding({ fingerprint: 'f2', count: 4 });
    store.recordWindow(BINDING, recordOf([seen(40, { operationId: 'listTrades', outcome: 'flaky' }, worse)]));
    const [common, second] = store.readClusters();
    assert.equal(second?.place, '#/p/price');
    assert.equal(common?.exchanges, 3);
    assert.equal(common?.findings, 6);
    assert.deepEqual(common?.outcomes, { different: 2, flaky: 1 });
    assert.deepEqual(common?.operations, { getTrade: 2, listTrades: 1 });
    assert.deepEqual(common?.fingerprints, [sampleFinding().fingerprint, 'f2']);
    assert.deepEqual([common?.firstSeenMs, common?.lastSeenMs], [10, 40]);
    assert.deepEqual(
      common?.exemplars.map(({ operationId, target }) => [operationId, target]),
      [
        ['getTrade', '/trades/1'],
        ['getTrade', '/trades/2'],
        ['listTrades', '/trades/1'],
      ],
    );
  });

  test('keeps at most five exemplars and 50 fingerprints of a cluster over all windows', (context) => {
    const store = openTestStore(context);
    for (let window = 0; window < 4; window += 1) {
      const observations = Array.from({ length: 20 }, (_, n) => {
        const findings = [sampleFinding({ fingerprint: `f${window}-${n}` })];
        return sampleObservation({ target: `/trades/${window}-${n}`, outcome: 'different', findings });
      });
      store.recordWindow(BINDING, recordOf(observations));
    }
    const [cluster] = store.readClusters();
    assert.equal(cluster?.exemplars.length, 5);
    assert.equal(cluster?.fingerprints.length, 50);
    assert.equal(cluster?.exchanges, 80);
  });

  test('counts the findings that found no room among its clusters', (context) => {
    const store = openTestStore(context);
    const numbers = Array.from({ length: 2000 }, (_, n) => n);
    for (let window = 0; window < 6; window += 1) {
      const findings = numbers.map((n) => sampleFinding({ place: `#/p/${window}-${n}`, count: 3 }));
      store.recordWindow(BINDING, recordOf([sampleObservation({ outcome: 'different', findings })]));
    }
    assert.equal(store.readClusters().length, 10_000);
    assert.equal(store.readUnclustered(), 6000);
    assert.equal(store.readUnclustered({ ...BINDING, build: 'other' }), 0);
  });

  test('keeps marks in the order of their time, each once', (context) => {
    const store = openTestStore(context);
    const later = { at: 20, group: 'trades', from: 0, to: 12.5, who: 'ada', reason: 'first step' };
    const earlier = { at: 10, group: 'tasks', from: 100, to: 0, who: 'grace', reason: undefined };
    for (const mark of [later, earlier, later]) store.recordMark(mark);
    assert.deepEqual(store.readMarks(), [earlier, later]);
  });

  test('writes into a directory that does not exist yet', () => {
    const store = openStore({ path: `${storePath()}/deep/er/observations.db` });
    store.recordWindow(BINDING, recordOf([sampleObservation()]));
    assert.equal(store.readEvidence().operations.length, 1);
    store.close();
  });
});
