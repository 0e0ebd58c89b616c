import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createExampleBudget } from './example-budget.ts';

test('of each cause the first twenty of ten seconds are shown, then one in a hundred', () => {
  let nowMs = 0;
  const wantsExample = createExampleBudget(() => nowMs);
  const shown = (cluster: string, count: number): number =>
    Array.from({ length: count }, () => wantsExample(cluster)).filter(Boolean).length;
  assert.equal(shown('a', 1_000), 20 + 9);
  assert.equal(shown('b', 10), 10, 'each cause has its own');
  nowMs = 10_000;
  assert.equal(shown('a', 5), 5);
});
