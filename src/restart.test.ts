import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planRestart } from './restart.ts';

/** The waits when each worker lives so long, one after the other in the same place. */
function waitsOf(lives: readonly number[]): readonly number[] {
  const waits: number[] = [];
  let inARow = 0;
  for (const livedMs of lives) {
    const plan = planRestart({ livedMs, inARow });
    waits.push(plan.waitMs);
    inARow = plan.inARow;
  }
  return waits;
}

test('the first worker that crashes is replaced at once', () => {
  assert.deepEqual(waitsOf([0]), [0]);
  assert.deepEqual(waitsOf([3_600_000]), [0]);
});

test('workers that go on crashing are replaced after longer and longer waits, up to half a minute', () => {
  const waits = waitsOf(Array.from({ length: 12 }, () => 1_000));
  assert.deepEqual(waits, [0, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000]);
});

test('a worker that was well for a minute is replaced at once, whatever befell those before it', () => {
  assert.deepEqual(waitsOf([1_000, 1_000, 1_000, 59_999, 60_000, 1_000]), [0, 250, 500, 1_000, 0, 250]);
});
