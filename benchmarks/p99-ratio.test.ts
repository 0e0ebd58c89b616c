import assert from 'node:assert/strict';
import { test } from 'node:test';
import { p99Ratio, type Seconds, typicalP99Ratio } from './p99-ratio.ts';
import { createRandom } from './statistics.ts';

/** Exponential times; `stall` adds 20 ms to all requests of one second in ten. */
function secondsOf({ count, meanUs, seed, stall = false }: Load): Seconds {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, second) =>
    Array.from({ length: 500 }, (_, at) => {
      const isStalled = stall && random() < 0.5 && second % 10 === seed % 10 && at < 40;
      return 100 - Math.log(1 - random()) * meanUs + (isStalled ? 20_000 : 0);
    }),
  );
}

interface Load {
  readonly count: number;
  readonly meanUs: number;
  readonly seed: number;
  readonly stall?: boolean;
}

test('of two sides that are alike the ratio is about 1, and its interval holds 1', () => {
  const ratio = p99Ratio(
    secondsOf({ count: 60, meanUs: 200, seed: 1 }),
    secondsOf({ count: 60, meanUs: 200, seed: 2 }),
  );
  assert.ok(ratio.low < 1 && ratio.high > 1, JSON.stringify(ratio));
  assert.ok(Math.abs(ratio.value - 1) < 0.05, JSON.stringify(ratio));
});

test('a side that takes 1.3 times as long is told from one that may take 1.1 times', () => {
  const slow = secondsOf({ count: 60, meanUs: 200, seed: 1 }).map((second) => second.map((us) => us * 1.3));
  const ratio = p99Ratio(slow, secondsOf({ count: 60, meanUs: 200, seed: 2 }));
  assert.ok(ratio.low > 1.2 && ratio.high < 1.4, JSON.stringify(ratio));
});

test('more seconds make the interval narrower', () => {
  const widthOf = (count: number): number => {
    const { low, high } = p99Ratio(
      secondsOf({ count, meanUs: 200, seed: 3 }),
      secondsOf({ count, meanUs: 200, seed: 4 }),
    );
    return high - low;
  };
  assert.ok(widthOf(200) < widthOf(20) * 0.6);
});

test('stalls that fall on some seconds only leave it open what the p99 is', () => {
  const calm = p99Ratio(secondsOf({ count: 40, meanUs: 200, seed: 5 }), secondsOf({ count: 40, meanUs: 200, seed: 6 }));
  const stalled = p99Ratio(
    secondsOf({ count: 40, meanUs: 200, seed: 5, stall: true }),
    secondsOf({ count: 40, meanUs: 200, seed: 6, stall: true }),
  );
  assert.ok(stalled.high - stalled.low > 3 * (calm.high - calm.low), JSON.stringify({ calm, stalled }));
});

test('a stall in one second of ten, felt by one side alone, moves no typical second', () => {
  const stalled = secondsOf({ count: 40, meanUs: 200, seed: 5, stall: true });
  const calm = secondsOf({ count: 40, meanUs: 200, seed: 6 });
  const ratio = typicalP99Ratio(stalled, calm);
  assert.ok(Math.abs(ratio.value - 1) < 0.1 && ratio.high < 1.15, JSON.stringify(ratio));
});

test('what is slower in every second is slower in a typical one', () => {
  const slow = secondsOf({ count: 60, meanUs: 200, seed: 1 }).map((second) => second.map((us) => us * 1.3));
  const ratio = typicalP99Ratio(slow, secondsOf({ count: 60, meanUs: 200, seed: 2 }));
  assert.ok(ratio.low > 1.2 && ratio.high < 1.4, JSON.stringify(ratio));
});
