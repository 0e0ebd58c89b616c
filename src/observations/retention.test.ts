import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, type TestContext, test } from 'node:test';
import type { Distribution, Evidence, EvidenceBinding, Exemplar } from '../core/index.ts';
import { BINDING, recordOf, sampleFinding, sampleObservation, storePath } from '../testing/observations.ts';
import { createHousekeeping } from './housekeeping.ts';
import { FROZEN_REQUESTS } from './merge-hours.ts';
import { openStore, type Store } from './store.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const KEEP = { ageMs: 30 * DAY_MS, maxBytes: 2 ** 40 };
const OTHER: EvidenceBinding = { ...BINDING, build: 'b0' };

function open(t: TestContext): { readonly store: Store; readonly rows: (table: string) => number } {
  const path = storePath();
  const store = openStore({ path });
  const reader = new DatabaseSync(path);
  t.after(() => {
    reader.close();
    store.close();
  });
  return { store, rows: (table) => Number(reader.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']) };
}

/** So many requests of one operation, in one window that begins at a time. */
function record(store: Store, atMs: number, { requests = 1, binding = BINDING, operationId = 'getTrade' } = {}): void {
  const traffic = Array.from({ length: requests }, (_, n) =>
    sampleObservation({
      at: atMs,
      operationId,
      legacy: { status: 200, totalMs: 1 + ((n + atMs / 1000) % 97) },
      candidate: { status: 200, totalMs: 5 + ((n + atMs / 1000) % 41) },
      ...(n % 10 === 0 && { outcome: 'different', findings: [sampleFinding()] }),
    }),
  );
  store.recordWindow(binding, recordOf(traffic, atMs, atMs + 10_000));
}

/** Until nothing is left to do. */
function retain(store: Store, nowMs: number, retention = KEEP): void {
  while (store.retain(retention, nowMs));
}

/** Distributions are functions; these are what they say. */
function spoken(evidence: Evidence): unknown {
  const say = (distribution: Distribution): readonly number[] => [
    distribution.n,
    ...[0, 0.5, 0.95, 0.99, 1].map((q) => distribution.quantileMs(q)),
    distribution.countAbove(30),
  ];
  return {
    ...evidence,
    operations: evidence.operations.map((operation) => ({
      ...operation,
      legacy: { ...operation.legacy, latency: say(operation.legacy.latency) },
      candidate: { ...operation.candidate, latency: say(operation.candidate.latency) },
      baseline: say(operation.baseline),
      judged: say(operation.judged),
    })),
  };
}

function exemplarsOf(store: Store): readonly Exemplar[] {
  return store.readClusters().flatMap(({ exemplars }) => exemplars);
}

describe('after a day the windows of an hour are one', () => {
  test('and say all that they said, to whatever baseline', (t) => {
    const { store, rows } = open(t);
    store.beginBinding(BINDING);
    // The first hour has not all that a baseline may need; it is left.
    for (let window = 0; window < 4; window += 1)
      record(store, window * 10_000, { requests: Math.ceil(FROZEN_REQUESTS / 4) });
    for (let window = 0; window < 6; window += 1) record(store, HOUR_MS + window * 600_000, { requests: 20 });
    record(store, HOUR_MS + 5, { operationId: 'rare' });
    const before = [0, 299, 2_995, 29_956].map((baseline) => spoken(store.readEvidence(BINDING, baseline)));
    const clusters = store.readClusters();
    retain(store, 3 * DAY_MS);
    assert.equal(rows('window_operations'), 4 + 1 + 1);
    assert.deepEqual(
      [0, 299, 2_995, 29_956].map((baseline) => spoken(store.readEvidence(BINDING, baseline))),
      before,
    );
    assert.deepEqual(store.readClusters(), clusters);
  });

  test('and not before', (t) => {
    const { store, rows } = open(t);
    record(store, 0, { requests: FROZEN_REQUESTS });
    for (let window = 0; window < 6; window += 1) record(store, HOUR_MS + window * 10_000);
    retain(store, 2 * HOUR_MS + DAY_MS - 1);
    assert.equal(rows('window_operations'), 7);
    retain(store, 2 * HOUR_MS + DAY_MS);
    assert.equal(rows('window_operations'), 2);
  });

  test('a window that comes late is kept beside them, and one that was merged is not taken twice', (t) => {
    const { store } = open(t);
    const late = recordOf([sampleObservation({ at: HOUR_MS + 20_000 })], HOUR_MS + 20_000, HOUR_MS + 30_000);
    const merged = recordOf([sampleObservation({ at: HOUR_MS + 40_000 })], HOUR_MS + 40_000, HOUR_MS + 50_000);
    record(store, 0, { requests: FROZEN_REQUESTS });
    record(store, HOUR_MS);
    store.recordWindow(BINDING, merged);
    retain(store, 3 * DAY_MS);
    for (const record of [late, merged]) store.recordWindow(BINDING, record);
    retain(store, 3 * DAY_MS);
    assert.equal(store.readEvidence().operations[0]?.legacy.requests, FROZEN_REQUESTS + 3);
  });
});

describe('evidence about another build', () => {
  test('goes with its causes when it is old enough, and that about the running one never does', (t) => {
    const { store, rows } = open(t);
    store.beginBinding(OTHER);
    record(store, 0, { binding: OTHER });
    store.beginBinding(BINDING);
    record(store, 0, { operationId: 'listTrades' });
    retain(store, KEEP.ageMs);
    assert.equal(store.readEvidence(OTHER).operations.length, 1);
    retain(store, KEEP.ageMs + 1);
    assert.deepEqual([store.readEvidence(OTHER).operations.length, store.readClusters(OTHER).length], [0, 0]);
    assert.deepEqual([rows('bindings'), rows('windows'), rows('window_operations')], [1, 1, 1]);
    assert.equal(store.readEvidence().operations[0]?.operationId, 'listTrades');
    assert.equal(store.readClusters()[0]?.exchanges, 1);
  });

  test('that is half gone is not taken up again by whoever goes back to it', (t) => {
    const { store } = open(t);
    store.beginBinding(OTHER);
    for (let window = 0; window < 1_500; window += 1) record(store, window * 10_000, { binding: OTHER });
    store.beginBinding(BINDING);
    record(store, 0);
    assert.equal(store.retain({ ...KEEP, maxBytes: 1 }, 1, 0), true);
    store.beginBinding(OTHER);
    assert.deepEqual(store.latestBinding(), OTHER);
    assert.equal(store.readEvidence().operations.length, 0);
    retain(store, 1, { ...KEEP, maxBytes: 1 });
    record(store, 0, { binding: OTHER, operationId: 'listTrades' });
    assert.deepEqual(
      store.readEvidence().operations.map(({ operationId }) => operationId),
      ['listTrades'],
    );
  });

  test('goes before its time when the store is too large', (t) => {
    const { store } = open(t);
    store.beginBinding(OTHER);
    record(store, 0, { binding: OTHER });
    store.beginBinding(BINDING);
    record(store, 0);
    retain(store, 1, { ...KEEP, maxBytes: 1 });
    assert.equal(store.readEvidence(OTHER).operations.length, 0);
    assert.equal(store.readEvidence().operations.length, 1);
  });
});

test('an old example is forgotten, and its cause is not', (t) => {
  const { store } = open(t);
  record(store, 0);
  assert.equal(exemplarsOf(store).length, 1);
  retain(store, KEEP.ageMs);
  assert.equal(exemplarsOf(store).length, 1);
  retain(store, KEEP.ageMs + 1);
  assert.equal(exemplarsOf(store).length, 0);
  assert.equal(store.readClusters()[0]?.exchanges, 1);
});

test('a step ends in time, and says that there is more to do', (t) => {
  const { store } = open(t);
  for (let hour = 0; hour < 50; hour += 1) record(store, hour * HOUR_MS);
  assert.equal(store.retain(KEEP, 10 * DAY_MS, 0), true);
  retain(store, 10 * DAY_MS);
  assert.equal(store.retain(KEEP, 10 * DAY_MS, 0), false);
});

describe('housekeeping', () => {
  const lab = (retain: () => boolean, used = 0) => {
    const clock = { nowMs: 0 };
    let calls = 0;
    const tidy = createHousekeeping({ ...KEEP, maxBytes: 2 ** 20 }, () => clock.nowMs);
    const store = {
      retain: () => {
        calls += 1;
        return retain();
      },
      usedBytes: () => used,
    };
    return { clock, tidy: () => tidy(store), calls: () => calls };
  };

  test('goes on with each write until all is done, and then rests for an hour', () => {
    let left = 2;
    const { clock, tidy, calls } = lab(() => left-- > 0);
    for (let write = 0; write < 5; write += 1) tidy();
    assert.equal(calls(), 3);
    clock.nowMs = HOUR_MS;
    tidy();
    assert.equal(calls(), 4);
  });

  test('says once that the running build alone is too much', () => {
    const { clock, tidy } = lab(() => false, 2 ** 21);
    assert.match(tidy() ?? '', /larger than the 1 MiB of `retention.maxBytes`/);
    clock.nowMs = HOUR_MS;
    assert.equal(tidy(), undefined);
  });

  test('that fails is told of, and is no failure of the write', () => {
    const { tidy } = lab(() => {
      throw new Error('disk I/O error');
    });
    assert.equal(tidy(), 'the store could not be tidied: disk I/O error');
  });
});
