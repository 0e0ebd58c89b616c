import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clopperPearson } from './clopper-pearson.ts';
import { isFailed, isPassed, passLogE } from './e-process.ts';
import { minimalSample, neededToPass } from './needed.ts';

test('without a mismatch a limit of 1 % passes after exactly 356 pairs, and one of 0.1 % after 3,568', () => {
  assert.equal(neededToPass({ k: 0, n: 0 }, 0.01), 356);
  assert.equal(neededToPass({ k: 0, n: 0 }, 0.001), 3568);
  assert.equal(isPassed({ k: 0, n: 355 }, 0.01), false);
  assert.equal(isPassed({ k: 0, n: 356 }, 0.01), true);
});

test('each mismatch costs further pairs', () => {
  assert.equal(neededToPass({ k: 1, n: 356 }, 0.01), 637 - 356);
  assert.equal(neededToPass({ k: 3, n: 356 }, 0.01), 1088 - 356);
  assert.equal(neededToPass({ k: 1, n: 3568 }, 0.001), 6385 - 3568);
});

test('a limit of 0 cannot be passed by any number of pairs, and one mismatch fails it', () => {
  assert.equal(neededToPass({ k: 0, n: 0 }, 0), null);
  assert.equal(isPassed({ k: 0, n: 1e9 }, 0), false);
  assert.equal(isFailed({ k: 0, n: 1e9 }, 0), false);
  assert.equal(isFailed({ k: 1, n: 1e9 }, 0), true);
});

test('a limit that would need more than a thousand million pairs has no number', () => {
  assert.equal(neededToPass({ k: 0, n: 0 }, 1e-9), null);
});

test('a single mismatch never fails a limit, two of five fail one of 1 %', () => {
  assert.equal(isFailed({ k: 1, n: 1 }, 0.01), false);
  assert.equal(isFailed({ k: 2, n: 5 }, 0.01), true);
  assert.equal(isFailed({ k: 2, n: 6 }, 0.01), false);
});

test('shares well above the limit fail after the sizes that were measured: 5 % near 100 pairs, 20 % near 14', () => {
  const failsAt = (share: number): number => {
    for (let n = 1; n < 5000; n++) if (isFailed({ k: Math.round(share * n), n }, 0.01)) return n;
    return Number.POSITIVE_INFINITY;
  };
  assert.ok(failsAt(0.05) > 50 && failsAt(0.05) < 150, String(failsAt(0.05)));
  assert.ok(failsAt(0.2) <= 20, String(failsAt(0.2)));
  assert.ok(failsAt(0.02) > 700 && failsAt(0.02) < 2000, String(failsAt(0.02)));
});

test('evidence stays a finite number at ten million pairs', () => {
  assert.ok(Number.isFinite(passLogE({ k: 0, n: 1e7 }, 0.001)));
  assert.equal(isPassed({ k: 0, n: 1e7 }, 0.001), true);
  assert.equal(isFailed({ k: 1e7, n: 1e7 }, 0.001), true);
});

test('looking 1,000 times at a candidate that is exactly at the limit passes at most 1 run in 20, and fails 1 in 100', () => {
  const random = createRandom(20_260_731);
  const [runs, looks, pairsPerLook, limit] = [500, 1000, 20, 0.01];
  let [passed, failed, pointEstimate] = [0, 0, 0];
  for (let run = 0; run < runs; run++) {
    let [k, hasPassed, hasFailed, hasBeenBelow] = [0, false, false, false];
    for (let look = 1; look <= looks; look++) {
      for (let pair = 0; pair < pairsPerLook; pair++) if (random() < limit) k += 1;
      const counts = { k, n: look * pairsPerLook };
      hasPassed ||= isPassed(counts, limit);
      hasFailed ||= isFailed(counts, limit);
      hasBeenBelow ||= k / counts.n < limit;
    }
    passed += Number(hasPassed);
    failed += Number(hasFailed);
    pointEstimate += Number(hasBeenBelow);
  }
  assert.ok(passed / runs <= 0.05, `${passed} of ${runs} runs passed`);
  assert.ok(failed / runs <= 0.01, `${failed} of ${runs} runs failed`);
  // The simulation can tell the difference: the naive gate lets nearly everything through.
  assert.ok(pointEstimate / runs > 0.9, `${pointEstimate} of ${runs} runs were once below the limit`);
});

test('Clopper-Pearson intervals are the tabulated ones', () => {
  const rounded = (k: number, n: number) => clopperPearson({ k, n })?.map((share) => Number(share.toFixed(4)));
  assert.deepEqual(rounded(0, 10), [0, 0.3085]);
  assert.deepEqual(rounded(1, 10), [0.0025, 0.445]);
  assert.deepEqual(rounded(10, 10), [0.6915, 1]);
  assert.deepEqual(rounded(5, 100), [0.0164, 0.1128]);
  assert.deepEqual(rounded(50, 100), [0.3983, 0.6017]);
  assert.equal(clopperPearson({ k: 0, n: 0 }), null);
});

test('Clopper-Pearson keeps its digits at a million pairs', () => {
  const [low, high] = clopperPearson({ k: 0, n: 1e6 }) ?? [];
  assert.equal(low, 0);
  // Closed form for no events: 1 - 0.025^(1/n).
  assert.ok(Math.abs((high ?? 0) - (1 - 0.025 ** 1e-6)) < 1e-12);
  const wide = clopperPearson({ k: 500_000, n: 1e6 }) ?? [0, 0];
  assert.ok(Math.abs(wide[0] - (0.5 - 0.00098)) < 1e-6 && Math.abs(wide[1] - (0.5 + 0.00098)) < 1e-6);
});

test('a quantile needs the sample that gives it an upper bound', () => {
  assert.deepEqual([0.5, 0.95, 0.99, 0.999].map(minimalSample), [5, 59, 299, 2995]);
});

/** mulberry32: a seed, so that a run can be repeated. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
