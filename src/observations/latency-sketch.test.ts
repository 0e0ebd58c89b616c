import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addEncoded, addLatency, createDistribution, createSketch, encodeSketch } from './latency-sketch.ts';

/** 0.05 ms to 10 s, uneven: the n-th of 20,000 is 0.05 · 200,000^(n / 20,000). */
const LATENCIES_MS = Array.from({ length: 20_000 }, (_, n) => 0.05 * 200_000 ** (n / 20_000));

function sketchOf(latenciesMs: readonly number[]) {
  const sketch = createSketch();
  for (const latencyMs of latenciesMs) addLatency(sketch, latencyMs);
  return sketch;
}

function decoded(bytes: Uint8Array) {
  const sketch = createSketch();
  addEncoded(sketch, bytes);
  return sketch;
}

describe('a latency sketch', () => {
  test('answers every quantile within 1 percent of the exact one', () => {
    const distribution = createDistribution(sketchOf(LATENCIES_MS));
    for (const q of [0, 0.001, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1]) {
      const exact = LATENCIES_MS[Math.floor(q * (LATENCIES_MS.length - 1))] ?? Number.NaN;
      const error = Math.abs(distribution.quantileMs(q) / exact - 1);
      assert.ok(error <= 0.01 + 1e-9, `q ${q}: ${distribution.quantileMs(q)} for ${exact}`);
    }
  });

  test('counts what is above a limit as if the limit were off by at most 1 percent', () => {
    const distribution = createDistribution(sketchOf(LATENCIES_MS));
    for (const limitMs of [0.06, 1, 10, 123.4, 9000]) {
      const most = LATENCIES_MS.filter((latencyMs) => latencyMs > limitMs * 0.99).length;
      const least = LATENCIES_MS.filter((latencyMs) => latencyMs > limitMs * 1.01).length;
      const counted = distribution.countAbove(limitMs);
      assert.ok(counted >= least && counted <= most, `${limitMs}: ${counted} of ${least} to ${most}`);
    }
  });

  test('counts all above a negative limit and none above infinity', () => {
    const distribution = createDistribution(sketchOf([0, 0.0001, 1, 50]));
    assert.equal(distribution.n, 4);
    assert.equal(distribution.countAbove(-1), 4);
    assert.equal(distribution.countAbove(0), 2);
    assert.equal(distribution.countAbove(Number.POSITIVE_INFINITY), 0);
  });

  test('counts nothing above its own largest value, and never more than a share 1-q above its q', () => {
    const single = LATENCIES_MS.filter((_, n) => n % 20 === 0).map((latencyMs) => [latencyMs]);
    for (const latenciesMs of [LATENCIES_MS, [0.1, 0.2, 0.3], ...single]) {
      const distribution = createDistribution(sketchOf(latenciesMs));
      assert.equal(distribution.countAbove(distribution.quantileMs(1)), 0);
      for (const q of [0.5, 0.95, 0.99]) {
        assert.ok(distribution.countAbove(distribution.quantileMs(q)) <= Math.ceil((1 - q) * latenciesMs.length));
      }
    }
  });

  test('has no quantile when it is empty', () => {
    const distribution = createDistribution(createSketch());
    assert.equal(distribution.n, 0);
    assert.ok(Number.isNaN(distribution.quantileMs(0.5)));
    assert.equal(distribution.countAbove(-1), 0);
  });

  test('leaves out what is no time', () => {
    assert.equal(sketchOf([Number.NaN, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]).count, 0);
  });

  test('merges encoded halves into what one sketch of all holds', () => {
    const merged = createSketch();
    addEncoded(merged, encodeSketch(sketchOf(LATENCIES_MS.filter((_, n) => n % 3 === 0))));
    addEncoded(merged, encodeSketch(sketchOf(LATENCIES_MS.filter((_, n) => n % 3 !== 0))));
    assert.equal(merged.count, LATENCIES_MS.length);
    assert.deepEqual(encodeSketch(merged), encodeSketch(sketchOf(LATENCIES_MS)));
  });

  test('loses nothing around 1 ms, 1 µs and zero, where the library does', () => {
    const low = [0, 0.000009, 0.00001, 0.0005];
    const high = [0.001, 0.000009, ...new Array<number>(99).fill(1)];
    const merged = decoded(encodeSketch(sketchOf(low)));
    addEncoded(merged, encodeSketch(sketchOf(high)));
    const distribution = createDistribution(merged);
    assert.equal(distribution.n, low.length + high.length);
    assert.equal(distribution.countAbove(0.5), 99);
    assert.ok(Math.abs(distribution.quantileMs(1) - 1) <= 0.01);
  });

  test('keeps counts beyond 32 bits', () => {
    const sketch = createSketch();
    sketch.accept(1000, 5_000_000_000);
    assert.equal(decoded(encodeSketch(sketch)).count, 5_000_000_000);
  });

  test('stays small whatever it is given', () => {
    const wild = sketchOf([0, 1e-300, 1e300, 5, ...LATENCIES_MS]);
    assert.ok(wild.store.length() <= 1408, `${wild.store.length()} bins`);
    assert.equal(wild.count, LATENCIES_MS.length + 4);
  });

  test('refuses bytes that are no sketch', () => {
    const bytes = encodeSketch(sketchOf([1, 2, 3000]));
    assert.throws(() => decoded(Uint8Array.of(9, 0)), SyntaxError);
    assert.throws(() => decoded(Uint8Array.of()), SyntaxError);
    assert.throws(() => decoded(bytes.subarray(0, -1)), SyntaxError);
    assert.throws(() => decoded(bytes.subarray(0, 3)), SyntaxError);
  });
});
